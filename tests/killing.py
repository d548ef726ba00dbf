"""An account that every kind of change is made in, and runs of the command that are killed at a call of theirs."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from leastwise.plan import Change, ChangeKind, Plan, read_plan, render_plan, sealed
from leastwise.sandbox import Estate, Sandbox, SandboxOptions
from leastwise.sandbox.faults import DroppedConnectionError
from leastwise.sandbox.operations import is_change
from leastwise.sandbox.traffic import Environ, StartResponse, WsgiApplication
from ran import Environment

__all__ = [
    "CHANGES",
    "LIFT",
    "QUARANTINE",
    "Call",
    "Case",
    "Ended",
    "House",
    "Moment",
    "State",
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

_NOW: Final = datetime.now(UTC).replace(microsecond=0)
_LONG_AGO: Final = _NOW - timedelta(days=800)
_AT_ONCE: Final = 30
"""Cases that run side by side. Whoever goes on after a kill waits half a minute for AWS, which costs nothing."""
_PATIENCE: Final = 240.0
_TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


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


class Case(Struct, frozen=True):
    """A process to kill."""

    plan: str
    """The plan's name."""
    number: int
    """The call at which it is killed, from 1: of those that change something, or of the one that only reads."""
    operation: str
    """What that is, as it was when nobody was killed."""
    moment: Moment
    way: Way

    def __str__(self) -> str:
        return f"{self.plan}, {self.way}: call {self.number} ({self.operation}), {self.moment}"


class Call(Struct, frozen=True):
    """A call that changed something."""

    operation: str
    policy: str
    """The ARN of the managed policy that it names; empty for none."""
    version: str
    """The version that it names; empty for none."""
    parameters: str
    """All that it took."""


class State(Struct, frozen=True):
    """All of an account that a change can touch, without dates and ids; the account's own id is written ACCOUNT."""

    principals: dict[str, dict[str, Any]]
    """Inline policies, attachments, boundary, members and keys of each user, role and group."""
    attachments: dict[str, int]
    """Of each managed policy, as the account counts them."""
    versions: dict[str, dict[str, tuple[str, bool]]]
    """Of each policy of the account's own: text, and whether it is in force, by number."""

    @property
    def without_numbers(self) -> tuple[object, ...]:
        """The same, but for the numbers of versions, which AWS gives by itself."""
        return (
            self.principals,
            self.attachments,
            {arn: sorted(versions.values()) for arn, versions in self.versions.items()},
        )


class Ended(Struct, frozen=True):
    """What came of it."""

    state: State
    """What the account holds then."""
    made: tuple[Call, ...]
    """Every call that changed something, in order."""
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
        self._set, self._left, self._moment = Event(), 0, Moment.BEFORE
        self._reading = ""
        self._victim: subprocess.Popen[bytes] | None = None
        self._is_last_answered = False
        self.made: list[dict[str, str]] = []

    def watch(self, case: Case) -> None:
        """Kill whoever is named next at the call that the case says, counted from now."""
        self._left, self._moment = case.number, case.moment
        self._reading = "" if is_change(f"iam:{case.operation}") else case.operation

    def name(self, victim: subprocess.Popen[bytes]) -> None:
        self._victim = victim
        self._set.set()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        form = dict(parse_qsl(environ["wsgi.input"].getvalue().decode()))
        is_hit = self._counts(form.get("Action", ""))
        if self._is_last_answered or (is_hit and self._moment is Moment.BEFORE):
            self._kill()
        answered: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 - WSGI's own
            answered.append(status)
            return start_response(status, headers, *more)

        body = list(self._application(environ, start))
        if is_change(f"iam:{form.get('Action', '')}") and answered[0].startswith("2"):
            self.made.append(form)
        if is_hit and self._moment is Moment.AFTER:
            self._kill()
        self._is_last_answered = is_hit
        return body

    def _counts(self, operation: str) -> bool:
        if operation != self._reading if self._reading else not is_change(f"iam:{operation}"):
            return False
        with self._lock:
            self._left -= 1
            return self._left == 0

    def _kill(self) -> None:
        """Kill it, and let nothing out before it is gone."""
        self._is_last_answered = False
        assert self._set.wait(_PATIENCE)
        assert self._victim is not None
        self._victim.kill()
        self._victim.wait()
        raise DroppedConnectionError


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
        self.trap.made.clear()

    def _put_down(self, plan: Plan) -> None:
        """Write a plan that was made for another account of the same furniture."""
        text = render_plan(plan).replace(plan.account.id, self._sandbox.account_id)
        own = sealed(msgspec.json.decode(text, type=Plan, dec_hook=lambda kind, value: kind(value)))
        (self._folder / "plan.json").write_text(render_plan(own), encoding="utf-8")

    def apply(self) -> tuple[int, str]:
        return self.run("apply", "plan.json", "--yes", "--settle", "1")

    def roll_back(self) -> tuple[int, str]:
        return self.run("rollback", self._runs()[0], "--yes", "--settle", "1")

    def _runs(self) -> list[str]:
        """The ids of the runs of apply."""
        return sorted(
            path.stem for path in (self._folder / "leastwise-runs").glob("*.jsonl") if "-back-" not in path.stem
        )

    def ended(self, code: int, said: str, *, was_killed: bool = False) -> Ended:
        """What there is now."""
        made = tuple(self._anonymous(_call(form), Call) for form in self.trap.made)
        return Ended(self._anonymous(_state_of(self._sandbox.estate), State), made, code, said, was_killed)

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
        _furnish(sandbox.estate)
        yield House(sandbox, folder, bare)


def _furnish(estate: Estate) -> None:
    """An account in which each kind of change has something to do."""
    for name, service in (("worker", "s3"), ("reader", "sqs")):
        arn = estate.create_role(name, trust_document=_TRUST, created_at=_LONG_AGO)
        estate.record_use(arn, service, at=_NOW - timedelta(days=2))
    for name, service in (("ann", "sns"), ("ben", "sqs")):
        arn = estate.create_user(name, created_at=_LONG_AGO)
        estate.record_use(arn, service, at=_NOW - timedelta(days=2))
    estate.put_inline("role", "worker", "edited", _allow("s3:*", "sns:*"))
    estate.put_inline("role", "worker", "needless", _allow("dynamodb:*"))
    earlier = [(_allow(f"ec2:Describe{number}*"), _LONG_AGO + timedelta(days=number)) for number in range(4)]
    made = {
        "full": estate.create_policy(
            "full",
            document=_allow("s3:*", "kms:*"),
            created_at=_LONG_AGO + timedelta(days=9),
            path="/team/",
            earlier_versions=earlier,
        ),
        "young": estate.create_policy("young", document=_allow("s3:*", "sns:*"), created_at=_LONG_AGO),
        "shared": estate.create_policy("shared", document=_allow("s3:ListAllMyBuckets"), created_at=_LONG_AGO),
    }
    for policy in made.values():
        estate.attach("role", "worker", policy)
    estate.attach("role", "reader", made["shared"])
    estate.attach("role", "reader", "arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    estate.create_group("team", created_at=_LONG_AGO)
    estate.put_inline("group", "team", "teamwork", _allow("sns:Publish"))
    for name in ("ann", "ben"):
        estate.add_member("team", name)
    estate.create_policy(
        "orphan", document=_allow("s3:*"), created_at=_LONG_AGO, path="/team/", earlier_versions=earlier[:2]
    )
    estate.create_access_key("ben", created_at=_LONG_AGO)


def _allow(*actions: str) -> str:
    """A document as a person indents it."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=1)


def _state_of(estate: Estate) -> State:
    """What the sandbox's own objects say."""
    backend: Any = estate._backend
    principals = (*backend.users.values(), *backend.roles.values(), *backend.groups.values())
    policies = backend.managed_policies
    return State(
        {
            one.arn: {
                "inline": dict(one.policies),
                "attached": sorted(one.managed_policies),
                "boundary": str(getattr(one, "permissions_boundary", None)),
                "members": sorted(user.name for user in getattr(one, "users", ())),
                "keys": {key.access_key_id: key.status for key in getattr(one, "access_keys", ())},
            }
            for one in principals
        },
        {arn: policy.attachment_count for arn, policy in policies.items() if policy.attachment_count},
        {
            arn: {one.version_id: (one.document, one.is_default) for one in policy.versions}
            for arn, policy in policies.items()
            if ":iam::aws:" not in arn
        },
    )


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
        house.trap.made.clear()
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
