"""Runs one invocation of a function, as Lambda's Python runtime does.

It is started as a file, in a Python of its own, and never imported; it uses the standard library alone, since what it
finds first on its path is the function's code.
"""

import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


class Context:
    """What a handler is told of its invocation."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._ends_at = time.monotonic() + float(told["timeout_seconds"])
        self.aws_request_id: str = told["request_id"]
        self.function_name: str = told["function_name"]
        self.function_version = "$LATEST"
        self.invoked_function_arn: str = told["arn"]
        self.memory_limit_in_mb = str(told["memory_mb"])
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = f"[$LATEST]{self.aws_request_id}"
        self.identity = self.client_context = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is ended."""
        return max(int((self._ends_at - time.monotonic()) * 1000), 0)


class InitError(Exception):
    """The code cannot be loaded."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main(work: Path) -> None:
    """Run what is told in the folder, and leave the outcome there."""
    told = json.loads((work / "told.json").read_text("utf-8"))
    sys.path.insert(0, told["root"])
    (work / "outcome.json").write_text(json.dumps(_outcome(told, (work / "event.json").read_text("utf-8"))), "utf-8")


def _outcome(told: Mapping[str, Any], event: str) -> Mapping[str, Any]:
    try:
        handler = _loaded(told["handler"])
        os.write(told["ready"], b".")  # the timeout counts from here: loading the code does not belong to it
        result = handler(json.loads(event), Context(told))
    except InitError as error:
        return {"error": {"errorMessage": str(error), "errorType": error.kind, "requestId": told["request_id"]}}
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is the answer to its caller
        return {"error": _told_of(error, told["request_id"])}
    try:
        return {"result": json.dumps(result, ensure_ascii=False)}
    except (TypeError, ValueError) as error:
        return {
            "error": {
                "errorMessage": f"Unable to marshal response: {error}",
                "errorType": "Runtime.MarshalError",
                "requestId": told["request_id"],
                "stackTrace": [],
            }
        }


def _loaded(named: str) -> Callable[[Any, Context], Any]:
    module_name, dot, function_name = named.replace("/", ".").rpartition(".")
    if not dot:
        raise InitError("Runtime.MalformedHandlerName", f"Bad handler '{named}': not enough values to unpack")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise InitError("Runtime.ImportModuleError", message) from error
    if not hasattr(module, function_name):
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise InitError("Runtime.HandlerNotFound", message)
    handler: Callable[[Any, Context], Any] = getattr(module, function_name)
    return handler


def _told_of(error: Exception, request_id: str) -> Mapping[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
