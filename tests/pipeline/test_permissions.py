"""The policy that `leastwise permissions` prints: enough for the command, and not a right too many."""

import json
from typing import Final

import botocore.session
import msgspec
import pytest

from lab import Lab, open_lab, services_of
from leastwise.catalog import AccessLevel, load_catalog
from leastwise.errors import AccessDeniedError
from leastwise.findings import ScanStatus
from leastwise.pipeline.permissions import COMMANDS, permissions_policy
from leastwise.pipeline.scan import Scanned
from leastwise.policy import DocumentKind, document_grants, parse_document

WAYS: Final = [(command, verify) for command in ("explain", "plan", "scan") for verify in (False, True)]
"""Every command that reads an account, without and with its cross-check."""

PRINCIPALS: Final = {"scan": (), "explain": ("user/ann",), "plan": ()}
"""Whom the command looks at; `explain` looks at one, here at a user, of whom everything is asked; `plan` at all."""

UNDENIABLE: Final = "sts:GetCallerIdentity"
"""AWS grants it to everybody and heeds no Deny of it (AWS STS API Reference, GetCallerIdentity). It is in the policy
all the same, so that the policy names every call that is made, and so that it holds on what only looks like AWS."""


def listed(command: str, *, verify: bool) -> list[str]:
    """The actions that the printed policy allows."""
    (statement,) = json.loads(permissions_policy(command, verify=verify))["Statement"]
    return list(statement["Action"])


def everything_but(allowed: list[str]) -> frozenset[str]:
    """Every operation that botocore knows of the services that a scan could think of, without these."""
    session = botocore.session.get_session()
    services = ("iam", "sts", "organizations", "accessanalyzer", "cloudtrail", "account", "s3", "config", "sso-admin")
    every = {f"{one}:{name}" for one in services for name in session.get_service_model(one).operation_names}
    assert set(allowed) < every, "these are operations of AWS"
    return frozenset(every.difference(allowed))


def furnish(lab: Lab) -> None:
    lab.sandbox.estate.set_alias("prod")
    lab.add_role("worker", "s3:*", "sqs:*", used={"s3": 1})
    lab.add_user("ann", "s3:*", used={"s3": 1})


def run(lab: Lab, command: str, *, verify: bool) -> Scanned:
    furnish(lab)
    return lab.scan(*PRINCIPALS[command], verify=verify)


def test_only_apply_and_rollback_may_change_anything() -> None:
    catalog = load_catalog()
    harmless = (AccessLevel.LIST, AccessLevel.READ)
    changing = {
        command: [one for one in actions if not (found := catalog.action(one)) or found.access_level not in harmless]
        for command, actions in COMMANDS.items()
    }
    assert set(changing["apply"]) - set(changing["rollback"]) == {"iam:DeleteLoginProfile"}
    assert all(not found for command, found in changing.items() if command in PRINCIPALS)


@pytest.mark.parametrize(("command", "verify"), WAYS)
def test_the_policy_is_one_that_iam_accepts_and_grants_just_what_it_lists(command: str, verify: bool) -> None:  # noqa: FBT001 - a parameter
    document = parse_document(permissions_policy(command, verify=verify), kind=DocumentKind.IDENTITY)
    catalog = load_catalog()
    granted = document_grants(document, catalog).actions
    wanted = listed(command, verify=verify)
    assert [action.text for action in catalog.actions(granted.known)] == sorted(wanted)
    assert not granted.rest, "no pattern that grants what AWS will add"
    assert wanted == sorted(set(wanted))


@pytest.mark.parametrize(("command", "verify"), WAYS)
def test_with_these_rights_alone_the_command_knows_everything(command: str, verify: bool) -> None:  # noqa: FBT001 - a parameter
    allowed = listed(command, verify=verify)
    with open_lab(deny=everything_but(allowed)) as lab:
        scanned = run(lab, command, verify=verify)
        tally = lab.sandbox.tally
        assert tally.outcomes("AccessDenied") == 0
        assert tally.total == sum(map(tally.calls, allowed)), "it calls nothing else, of any service"
        assert all(map(tally.calls, allowed)), "and all of these"
    (account,) = scanned.scan.accounts
    assert (account.status, account.errors, account.account.alias) == (ScanStatus.COMPLETE, (), "prod")
    assert not [note for note in scanned.judgement.notes if "could not be checked" in note]
    assert {one.verdict.value for one in services_of(scanned, "ann").values()} == {"used"}


@pytest.mark.parametrize(
    ("command", "verify", "action"),
    [(command, verify, action) for command, verify in WAYS if verify for action in listed(command, verify=verify)],
)
def test_without_any_one_of_them_something_is_lost(command: str, verify: bool, action: str) -> None:  # noqa: FBT001 - a parameter
    with open_lab(deny=frozenset({action})) as lab:
        try:
            lost = losses(run(lab, command, verify=verify))
        except AccessDeniedError as error:
            lost = {f"everything, by {error.operation}"}
    assert lost == {EXPECTED_LOSS[action].format(action)}


EXPECTED_LOSS: Final = {
    "iam:GenerateCredentialReport": "evidence, by {}",
    "iam:GenerateServiceLastAccessedDetails": "evidence, by {}",
    "iam:GetAccountAuthorizationDetails": "everything, by {}",
    "iam:GetCredentialReport": "evidence, by {}",
    "iam:GetServiceLastAccessedDetails": "evidence, by {}",
    "iam:ListAccountAliases": "the alias",
    "iam:ListPoliciesGrantingServiceAccess": "the cross-check",
    UNDENIABLE: "everything, by {}",
}
"""What is lost without an action: the scan fails, or is partial, or lacks its alias or cross-check."""


def losses(scanned: Scanned) -> set[str]:
    (account,) = scanned.scan.accounts
    assert (account.status is ScanStatus.PARTIAL) is bool(account.errors)
    lost = {f"evidence, by {error.operation}" for error in account.errors}
    if account.account.alias is None:
        lost.add("the alias")
    if any("could not be checked" in note for note in scanned.judgement.notes):
        lost.add("the cross-check")
    return lost


def test_the_policy_is_small_enough_to_be_inline_in_a_user() -> None:
    """IAM counts no white space, and lets a user's inline policies have 2,048 characters (IAM quotas)."""
    for command in COMMANDS:
        text = permissions_policy(command, verify=command in PRINCIPALS, with_analyzer=command == "plan")
        assert len(msgspec.json.format(text, indent=-1)) <= 2048
