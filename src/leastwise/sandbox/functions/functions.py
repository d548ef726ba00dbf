"""The functions of a small Lambda, and their invocations: run on this machine with the credentials of their role.

Each invocation is a fresh process, at most four asynchronous ones at a time. As in Lambda: an invocation is ended at
its timeout; an asynchronous one that fails is tried twice more; the role must trust Lambda, and another service needs a
permission of the function. Unlike there: what has failed is tried again at once, and the memory is not limited.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Condition
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from leastwise.errors import SandboxError
from leastwise.sandbox.assuming import SessionKey, open_session
from leastwise.sandbox.functions.permissions import Permission, Permissions
from leastwise.sandbox.functions.runs import Function, Processes, Run, error_json
from leastwise.sandbox.house import House

if TYPE_CHECKING:
    from moto.sts.models import STSBackend

__all__ = ["Functions"]

_SERVICE: Final = "lambda.amazonaws.com"
_AT_ONCE: Final = 4
_ATTEMPTS: Final = 3
"""Of an asynchronous invocation (AWS Lambda Developer Guide, "Error handling for asynchronous invocation")."""
_KEPT: Final = 1000
"""Invocations that are remembered; the oldest go first."""
NO_ROLE: Final = "The role defined for the function cannot be assumed by Lambda."


class Functions:
    """The functions of one account; safe to use from several threads."""

    def __init__(self, house: House, sts: "STSBackend", *, endpoint: Callable[[], str]) -> None:
        self._house, self._sts, self._endpoint = house, sts, endpoint
        self._functions: dict[str, Function] = {}
        self._permissions = Permissions()
        self._processes = Processes(see_packages=house.options.functions_see_packages)
        self._workers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sandbox-function")
        self._runs: deque[Run] = deque(maxlen=_KEPT)
        self._failures: deque[Run] = deque(maxlen=_KEPT)
        self._pending = 0
        self._changed = Condition()

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every attempt at an invocation that has ended, the oldest first."""
        with self._changed:
            return tuple(self._runs)

    @property
    def failures(self) -> tuple[Run, ...]:
        """The last attempts of the asynchronous invocations that have been given up."""
        with self._changed:
            return tuple(self._failures)

    def wait_until_idle(self, seconds: float) -> None:
        """Wait until no invocation runs or waits for its turn.

        Raises:
            SandboxError: some still do after that many seconds of real time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._pending == 0, seconds):
                running = f"{self._pending} invocations have not ended after {seconds:g} s"
                raise SandboxError(running, hint="Wait longer, or give the functions a shorter timeout.")

    def add(self, function: Function) -> bool:
        """Whether the function is there from now on: not if one of its ARN is there already."""
        with self._changed:
            return self._functions.setdefault(function.arn, function) is function

    def remove(self, function: Function) -> None:
        """Take a function away, with its permissions and its code."""
        with self._changed:
            self._functions.pop(function.arn, None)
        self._permissions.forget(function.arn)
        function.package.close()

    def find(self, arn: str) -> Function | None:
        """The function of this ARN, or None."""
        with self._changed:
            return self._functions.get(arn)

    def permit(self, function: Function, permission: Permission) -> str:
        """The new statement of the function's policy, as JSON.

        Raises:
            Refusal: it has one of this name.
        """
        return self._permissions.add(function.arn, permission)

    def lets(self, service: str, arn: str, *, source_arn: str) -> bool:
        """Whether the function is there and may be invoked by a service of AWS, for the thing of that ARN."""
        return self._permissions.let(arn, service, account=self._house.account.id, source_arn=source_arn)

    def can_run_as(self, role_arn: str, *, name: str, region: str) -> bool:
        """Whether the role is there and trusts Lambda."""
        return self._session(role_arn, name, region) is not None

    def invoke(self, function: Function, event: bytes) -> Run:
        """One invocation, when it has ended."""
        self._count(1)
        try:
            return self._attempt(function, event, str(uuid4()))
        finally:
            self._count(-1)

    def invoke_later(self, function: Function, event: bytes, *, then: Callable[[Run], None] | None = None) -> str:
        """The request id of an asynchronous invocation; `then` is called with its last attempt."""
        request_id = str(uuid4())
        self._count(1)
        try:
            future = self._workers.submit(self._try, function, event, request_id, then)
        except BaseException:
            self._count(-1)
            raise
        future.add_done_callback(lambda _: self._count(-1))
        return request_id

    def close(self) -> None:
        """End what runs, and remove all code."""
        self._processes.close()
        self._workers.shutdown(cancel_futures=True)
        for function in self._functions.values():
            function.package.close()

    def _try(self, function: Function, event: bytes, request_id: str, then: Callable[[Run], None] | None) -> None:
        run = self._attempt(function, event, request_id)
        for _ in range(_ATTEMPTS - 1):
            if run.failed:
                run = self._attempt(function, event, request_id)
        if run.failed:
            with self._changed:
                self._failures.append(run)
        if then is not None:
            then(run)

    def _attempt(self, function: Function, event: bytes, request_id: str) -> Run:
        environment = self._environment(function)
        if environment is None:
            run = _unassumed(function, event, request_id)
        else:
            run = self._processes.run(function, event, request_id=request_id, environment=environment)
        with self._changed:
            self._runs.append(run)
        return run

    def _environment(self, function: Function) -> dict[str, str] | None:
        """The variables of an invocation; None where the function's role is not there for it any more."""
        session = self._session(function.role_arn, function.name, function.region)
        if session is None:
            return None
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_ENDPOINT_URL": self._endpoint(),
            **function.environment,
            "_HANDLER": function.handler,
            "LAMBDA_TASK_ROOT": str(function.package.root),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.token,
        }

    def _session(self, role_arn: str, name: str, region: str) -> SessionKey | None:
        with self._house.lock:
            return open_session(
                self._house.account, self._sts, role_arn=role_arn, service=_SERVICE, name=name, region=region
            )

    def _count(self, step: int) -> None:
        with self._changed:
            self._pending += step
            self._changed.notify_all()


def _unassumed(function: Function, event: bytes, request_id: str) -> Run:
    return Run(
        function_name=function.name,
        request_id=request_id,
        event=event,
        result=error_json(request_id, "AccessDeniedException", NO_ROLE),
        failed=True,
        log="",
        seconds=0.0,
    )
