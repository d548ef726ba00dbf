"""An account that every kind of change is made in, and runs of the command that are killed at a call of theirs."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from furniture import State, furnish, state_of
from leastwise.plan import Change, ChangeKind, Plan, read_plan, render_plan, sealed
from leastwise.sandbox import Sandbox, SandboxOptions
from leastwise.sandbox.faults import DroppedConnectionError
from leastwise.sandbox.operations import is_change
from leastwise.sandbox.traffic import Environ, StartResponse, WsgiApplication
from ran import Environment

__all__ = [
    "CHANGES",
    "LIFT",
    "QUARANTINE",
    "Among",
    "Call",
    "Case",
    "Ended",
    "House",
    "Moment",
    "Way",
    "end_all",
    "furnished",
    "lifting",
]

CHANGES: Final = "changes"
QUARANTINE: Final = "quarantine"
LIFT: Final = "lift"
"""The names of the plans; the last begins where the one before has ended."""

_Value = TypeVar("_Value")

_AT_ONCE: Final = 30
"""Cases that run side by side. Whoever goes on after a kill waits half a minute for AWS, which costs nothing."""
_PATIENCE: Final = 240.0


class Moment(StrEnum):
    """When a process is killed."""

    BEFORE = "before the call has any effect"
    AFTER = "after its effect, before its answer"
    LATER = "after its answer, at the next call of any kind"


class Way(StrEnum):
    """What is killed, and what is done then."""

    AGAIN = "apply is killed and run again"
    BACK = "apply is killed and its run put back"
    BACK_AGAIN = "rollback is killed and run again"
    ANEW = "apply is killed, its run put back, and apply run again"


class Among(StrEnum):
    """Which calls are counted to the one at which a process is killed."""

    CHANGES = "of those that change something"
    NAMESAKES = "of those of its name"
    ALL = "of all"


class Case(Struct, frozen=True):
    """A process to kill."""

    plan: str
    """The plan's name."""
    number: int
    """The call at which it is killed, from 1."""
    operation: str
    """What that is, as it was when nobody was killed."""
    moment: Moment
    way: Way
    among: Among = Among.CHANGES
    """Among which calls it is counted."""

    def __str__(self) -> str:
        return f"{self.plan}, {self.way}: call {self.number} {self.among} ({self.operation}), {self.moment}"


_NOBODY: Final = Case("", 0, "", Moment.BEFORE, Way.AGAIN)
"""A case in which nobody is killed."""


class Call(Struct, frozen=True):
    """A call that changed something."""

    operation: str
    policy: str
    """The ARN of the managed policy that it names; empty for none."""
    version: str
    """The version that it names; empty for none."""
    parameters: str
    """All that it took."""


class Ended(Struct, frozen=True):
    """What came of it."""

    state: State
    """What the account holds then."""
    asked: tuple[str, ...]
    """Every call, in order."""
    made: tuple[Call, ...]
    """Those that changed something."""
    code: int
    """How the last process ended."""
    said: str
    """What that printed."""
    was_killed: bool = False
    """Whether the one before was killed, and did not end by itself."""


class Trap:
    """A WSGI application in front of the sandbox's that notes what changes something, and kills its caller."""

    def __init__(self, application: WsgiApplication) -> None:
        self._application = application
        self._lock = Lock()
        self._set, self._case, self._left = Event(), _NOBODY, 0
        self._victim: subprocess.Popen[bytes] | None = None
        self._is_last_answered = False
        self.asked: list[str] = []
        self.made: list[dict[str, str]] = []

    def watch(self, case: Case) -> None:
        """Kill whoever is named next at the call that the case says, counted from now."""
        self._case, self._left = case, case.number

    def forget(self) -> None:
        """Keep nothing of the calls until now."""
        self.asked.clear()
        self.made.clear()

    def name(self, victim: subprocess.Popen[bytes]) -> None:
        self._victim = victim
        self._set.set()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        form = dict(parse_qsl(environ["wsgi.input"].getvalue().decode()))
        is_hit = self._counts(form.get("Action", ""))
        if self._is_last_answered or (is_hit and self._case.moment is Moment.BEFORE):
            self._kill()
        answered: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 - WSGI's own
            answered.append(status)
            return start_response(status, headers, *more)

        body = list(self._application(environ, start))
        if is_change(f"iam:{form.get('Action', '')}") and answered[0].startswith("2"):
            self.made.append(form)
        if is_hit and self._case.moment is Moment.AFTER:
            self._kill()
        if is_hit:  # calls that only read may be under way beside it
            self._is_last_answered = True
        return body

    def _counts(self, operation: str) -> bool:
        """Whether this call is the one at which to kill."""
        with self._lock:
            self.asked.append(operation)
            self._left -= _is_among(operation, self._case)
            return self._left == 0 and _is_among(operation, self._case)

    def _kill(self) -> None:
        """Kill it, and let nothing out before it is gone."""
        self._is_last_answered = False
        assert self._set.wait(_PATIENCE)
        assert self._victim is not None
        self._victim.kill()
        self._victim.wait()
        raise DroppedConnectionError


def _is_among(operation: str, case: Case) -> bool:
    match case.among:
        case Among.CHANGES:
            return is_change(f"iam:{operation}")
        case Among.NAMESAKES:
            return operation == case.operation
        case Among.ALL:
            return True


class House:
    """A furnished account on a sandbox, and a folder to run the command in."""

    def __init__(self, sandbox: Sandbox, folder: Path, bare: Environment) -> None:
        server = sandbox._server._server
        self.trap = server.application = Trap(server.application)
        self._sandbox, self._folder = sandbox, folder
        key = sandbox.admin_credentials
        self._environment = {
            **bare,
            "AWS_ENDPOINT_URL": sandbox.endpoint_url,
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def run(self, *arguments: str) -> tuple[int, str]:
        """How the command ended, and what it printed; below 0 it was killed."""
        with (self._folder / "printed").open("w+b") as printed:
            command = [sys.executable, "-m", "leastwise", *arguments]
            with subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            ) as process:
                self.trap.name(process)
                code = process.wait(_PATIENCE)
            printed.seek(0)
            return code, printed.read().decode()

    def plan(self, *options: str) -> Plan:
        """What `leastwise plan` proposes."""
        quiet = ("--exclude", "user/leastwise-auditor", "--quiet", "--output", "shown", "--exit-zero")
        code, said = self.run("plan", *quiet, "--plan-file", "made.json", *options)
        assert code == 0, said
        return read_plan((self._folder / "made.json").read_bytes(), source="made.json")

    def begin(self, name: str, plans: Mapping[str, Plan]) -> None:
        """Make the account what the plan of this name is for, and write that plan down."""
        if name == LIFT:
            self._put_down(plans[QUARANTINE])
            code, said = self.run("apply", "plan.json", "--yes", "--settle", "1", "--journal", "earlier")
            assert code == 0, said
        self._put_down(plans[name])
        self.trap.forget()

    def _put_down(self, plan: Plan) -> None:
        """Write a plan that was made for another account of the same furniture."""
        text = render_plan(plan).replace(plan.account.id, self._sandbox.account_id)
        own = sealed(msgspec.json.decode(text, type=Plan, dec_hook=lambda kind, value: kind(value)))
        (self._folder / "plan.json").write_text(render_plan(own), encoding="utf-8")

    def apply(self) -> tuple[int, str]:
        return self.run("apply", "plan.json", "--yes", "--settle", "1", "--delete-passwords")

    def roll_back(self) -> tuple[int, str]:
        """Put the first run back; nothing is to be done where none was begun."""
        runs = self._runs()
        return self.run("rollback", runs[0], "--yes", "--settle", "1") if runs else (0, "")

    def _runs(self) -> list[str]:
        """The ids of the runs of apply."""
        return sorted(
            path.stem for path in (self._folder / "leastwise-runs").glob("*.jsonl") if "-back-" not in path.stem
        )

    def ended(self, code: int, said: str, *, was_killed: bool = False) -> Ended:
        """What there is now."""
        made = tuple(self._anonymous(_call(form), Call) for form in self.trap.made)
        state = self._anonymous(state_of(self._sandbox.estate), State)
        said = said.replace(self._sandbox.account_id, "ACCOUNT")
        return Ended(state, tuple(self.trap.asked), made, code, said, was_killed)

    def _anonymous(self, value: _Value, kind: type[_Value]) -> _Value:
        text = msgspec.json.encode(value).replace(self._sandbox.account_id.encode(), b"ACCOUNT")
        return msgspec.json.decode(text, type=kind)


def _call(form: dict[str, str]) -> Call:
    parameters = json.dumps(form, sort_keys=True)
    return Call(form["Action"], form.get("PolicyArn", ""), form.get("VersionId", ""), parameters)


@contextmanager
def furnished(number: int, folder: Path, bare: Environment) -> Iterator[House]:
    """The account, the number-th of those that are there at the same time."""
    folder.mkdir()
    options = SandboxOptions(company=False, job_seconds=0, account_id=f"{700_000_000_000 + number}")
    with Sandbox(options) as sandbox:
        furnish(sandbox.estate)
        yield House(sandbox, folder, bare)


def lifting(quarantine: Plan) -> Plan:
    """The plan that undoes each quarantine of another."""
    return replace(quarantine, changes=tuple(map(_lifted, quarantine.changes)))


def _lifted(change: Change) -> Change:
    kind = ChangeKind.LIFT_QUARANTINE
    return replace(
        change, id=f"lift-{change.id}", kind=kind, steps=change.inverse, inverse=change.steps, preconditions=()
    )


def end_all(cases: Iterable[Case], plans: Mapping[str, Plan], folder: Path, bare: Environment) -> dict[Case, Ended]:
    """What came of each case, on an account of its own."""
    numbered = dict(enumerate(cases, start=1))

    def end(number: int) -> Ended:
        with furnished(number, folder / str(number), bare) as house:
            house.begin(numbered[number].plan, plans)
            return _end(house, numbered[number])

    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(_AT_ONCE))
        return dict(zip(numbered.values(), pool.map(end, numbered), strict=True))


def _end(house: House, case: Case) -> Ended:
    if case.way is Way.BACK_AGAIN:
        assert house.apply()[0] == 0
        house.trap.forget()
    first, second = {
        Way.AGAIN: (house.apply, house.apply),
        Way.BACK: (house.apply, house.roll_back),
        Way.BACK_AGAIN: (house.roll_back, house.roll_back),
        Way.ANEW: (house.apply, house.apply),
    }[case.way]
    house.trap.watch(case)
    killed, _ = first()
    if case.way is Way.ANEW:
        assert house.roll_back()[0] == 0
    return house.ended(*second(), was_killed=killed < 0)
