"""One invocation of the Config rule's handler, as Lambda makes it: `python bench/invoke_rule.py EVENT`."""

from __future__ import annotations

import json
import sys
import time

ARN = "arn:aws:lambda:us-east-1:111122223333:function:leastwise"
TIMEOUT_SECONDS = 900.0


class Context:
    """What Lambda hands over besides the event."""

    invoked_function_arn = ARN

    def __init__(self) -> None:
        """The invocation begins."""
        self._until = time.monotonic() + TIMEOUT_SECONDS

    def get_remaining_time_in_millis(self) -> int:
        """Until the invocation is ended."""
        return int((self._until - time.monotonic()) * 1000)


if __name__ == "__main__":
    from leastwise.config_rule import handler

    print(json.dumps(handler(json.loads(sys.argv[1]), Context())))
