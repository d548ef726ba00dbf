"""What `leastwise policy simulate` does once its command line is read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from leastwise.catalog import load_catalog
from leastwise.cli.exits import ExitCode
from leastwise.cli.output import OutputOptions
from leastwise.cli.policy.printing import show_result
from leastwise.cli.policy.reading import check_one_standard_input, read_document
from leastwise.errors import UsageError
from leastwise.policy import AccountId, Caller, Level, NamedPolicy, Policies, Request, context_of, simulate
from leastwise.report.policy import Simulated, render_simulation, simulation_document

__all__ = ["simulate_and_show"]

_ACTION: Final = re.compile(r"[A-Za-z0-9.-]+:[^:*?\s]+")


def simulate_and_show(given: Mapping[str, Any], output: OutputOptions) -> ExitCode:
    """Try the requests that the command line describes, and show what becomes of each.

    Raises:
        UsageError: an option does not say what it should, or a policy cannot be read.
    """
    requests = list(_requests(given))
    policies = _policies(given)
    catalog = load_catalog()
    simulated = [
        Simulated(one, simulate(one, policies), is_known=catalog.action(one.action) is not None) for one in requests
    ]
    document = simulation_document(simulated, policies)
    show_result(document, lambda look: render_simulation(document, look=look), output)
    return ExitCode.OK if all(one.decision.is_allowed for one in simulated) else ExitCode.FINDINGS


def _requests(given: Mapping[str, Any]) -> Iterator[Request]:
    keys, caller, account = _context(given["context_keys"]), _caller(given), _account(given["resource_account"] or "")
    for action in given["actions"]:
        if not _ACTION.fullmatch(action):
            raise UsageError(f"--action {action}: a request is for one action, e.g. s3:GetObject")
        for resource in given["resources"] or ("*",):
            if resource != "*" and not resource.startswith("arn:"):
                raise UsageError(f"--resource {resource}: a resource is * or an ARN, e.g. arn:aws:s3:::bucket/key")
            yield Request(action, resource, keys, caller, account)


def _account(text: str) -> str:
    try:
        return AccountId(text) if text else ""
    except ValueError as error:
        raise UsageError(f"--resource-account {text}: an account has 12 digits") from error


def _context(settings: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not key or not equals:
            raise UsageError(f"--context {setting}: it must be KEY=VALUE, e.g. aws:SourceIp=10.1.2.3")
        found.setdefault(key.lower(), []).append(value)
    return context_of(found)


def _caller(given: Mapping[str, Any]) -> Caller | None:
    name, role = given["caller"], given["caller_role"] or ""
    if name is None:
        if role:
            raise UsageError("--caller-role needs --caller: the ARN of the session")
        return None
    try:
        return Caller.of(name, role=role)
    except ValueError as error:
        hint = "a caller is a user, a session of a role (arn:aws:sts::...:assumed-role/NAME/SESSION), a service, ..."
        raise UsageError(f"--caller {name}: {error}", hint=hint) from error


def _policies(given: Mapping[str, Any]) -> Policies:
    scps, rcps = (tuple(one.split(",") for one in given[name]) for name in ("scps", "rcps"))
    boundary, resource = (_some(given[name]) for name in ("boundary", "resource_policy"))
    _check_files([*given["policy_files"], *given["session"], *boundary, *resource, *chain(*scps), *chain(*rcps)])
    return Policies(
        identity=_named(given["policy_files"]),
        boundary=next(iter(_named(boundary)), None),
        session=_named(given["session"]),
        resource=_named(resource, "trust" if _is_trust(given["actions"]) else "resource"),
        service_controls=tuple(map(_named, scps)),
        resource_controls=tuple(_named(level, "resource") for level in rcps),
    )


def _some(policy_file: str | None) -> tuple[str, ...]:
    return () if policy_file is None else (policy_file,)


def _check_files(policy_files: Sequence[str]) -> None:
    if not policy_files:
        raise UsageError("there is no policy to try", hint="name files, or - for standard input")
    check_one_standard_input(policy_files)


def _is_trust(actions: Sequence[str]) -> bool:
    """Whether the resource's policy is that of a role."""
    return any(action.lower().startswith("sts:assumerole") for action in actions)


def _named(policy_files: Sequence[str], kind: str = "identity") -> Level:
    return tuple(NamedPolicy(one, read_document(one, kind)) for one in policy_files)
