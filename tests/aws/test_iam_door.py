"""IAM object by object: every answer that AWS's model allows is read as botocore reads it."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aws.query_protocol import Layout, answer_values, layouts, operation_model, parse_with_botocore, write_answer
from aws.stand_ins import ScriptedTransport, make_caller
from leastwise import errors
from leastwise.aws import AccessKeyRecord, HolderRecord, IamDoor, PolicyUsage, PrincipalKind, VersionRecord
from leastwise.aws.iam_records import PolicyRecord, VersionText
from leastwise.aws.wire import Answer
from virtual_time import run_virtually

POLICY: Final = "arn:aws:iam::111122223333:policy/p"
Parsed = dict[str, Any]
Ask = Callable[[IamDoor], Any]


def holders(parsed: Parsed) -> tuple[HolderRecord, ...]:
    return tuple(
        HolderRecord(kind, one[f"{kind.value}Name"], one[f"{kind.value}Id"])
        for kind in PrincipalKind
        for one in parsed.get(f"Policy{kind.value}s", ())
    )


def versions(parsed: Parsed) -> tuple[VersionRecord, ...]:
    return tuple(map(version, parsed.get("Versions", ())))


def version(parsed: Parsed) -> VersionRecord:
    is_default = parsed.get("IsDefaultVersion", False)
    return VersionRecord(parsed["VersionId"], is_default=is_default, created_at=parsed["CreateDate"])


def access_keys(parsed: Parsed) -> tuple[AccessKeyRecord, ...]:
    return tuple(
        AccessKeyRecord(one["AccessKeyId"], one["CreateDate"], is_active=one["Status"] == "Active")
        for one in parsed.get("AccessKeyMetadata", ())
    )


CALLS: Final[dict[str, tuple[Ask, Callable[[Parsed], Any]]]] = {
    **{
        f"Get{kind.value}Policy": (
            partial(IamDoor.inline_document, kind=kind, name="n", policy="p"),
            lambda parsed: unquote(parsed["PolicyDocument"]),
        )
        for kind in PrincipalKind
    },
    **{
        f"List{kind.value}Policies": (
            partial(IamDoor.inline_names, kind=kind, name="n"),
            lambda parsed: tuple(parsed.get("PolicyNames", ())),
        )
        for kind in PrincipalKind
    },
    **{
        f"ListAttached{kind.value}Policies": (
            partial(IamDoor.attached_arns, kind=kind, name="n"),
            lambda parsed: tuple(one["PolicyArn"] for one in parsed.get("AttachedPolicies", ())),
        )
        for kind in PrincipalKind
    },
    "GetUser": (lambda door: door.principal_arn(PrincipalKind.USER, "n"), lambda parsed: parsed["User"]["Arn"]),
    "GetRole": (lambda door: door.principal_arn(PrincipalKind.ROLE, "n"), lambda parsed: parsed["Role"]["Arn"]),
    "GetGroup": (
        lambda door: door.member_arns("n"),
        lambda parsed: tuple(one["Arn"] for one in parsed.get("Users", ())),
    ),
    "ListPolicyVersions": (lambda door: door.versions(POLICY), versions),
    "GetPolicyVersion": (
        lambda door: door.version(POLICY, "v1"),
        lambda parsed: VersionText(version(parsed["PolicyVersion"]), unquote(parsed["PolicyVersion"]["Document"])),
    ),
    "GetPolicy": (
        lambda door: door.policy(POLICY),
        lambda parsed: PolicyRecord(
            parsed["Policy"].get("Description", ""),
            tuple((tag["Key"], tag["Value"]) for tag in parsed["Policy"].get("Tags", ())),
        ),
    ),
    "ListEntitiesForPolicy": (lambda door: door.holders(POLICY, PolicyUsage.BOUNDARY), holders),
    "ListAccessKeys": (lambda door: door.access_keys("n"), access_keys),
    "GetAccessKeyLastUsed": (
        lambda door: door.key_last_used("k"),
        lambda parsed: parsed["AccessKeyLastUsed"].get("LastUsedDate"),
    ),
    "GetLoginProfile": (
        lambda door: door.password_created_at("n"),
        lambda parsed: parsed["LoginProfile"]["CreateDate"],
    ),
}


@pytest.mark.parametrize("operation", sorted(CALLS))
@given(data=st.data(), layout=layouts)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_answer_is_read_as_botocore_reads_it_or_refused_for_what_it_lacks(
    operation: str, data: st.DataObject, layout: Layout
) -> None:
    model = operation_model("iam", operation)
    assert model.output_shape is not None
    values = data.draw(answer_values(model.output_shape)) | {"IsTruncated": False}
    values = {name: value for name, value in values.items() if name in model.output_shape.members}
    body = write_answer(model, values, layout)
    ask, expect = CALLS[operation]

    async def asked() -> Any:  # noqa: ANN401 - whatever the operation tells
        return await ask(IamDoor(make_caller(ScriptedTransport([Answer(200, body)]))))

    try:
        expected = expect(parse_with_botocore(model, body))
    except KeyError:
        with pytest.raises(errors.ResponseError):
            run_virtually(asked())
    else:
        assert run_virtually(asked()) == expected


@pytest.mark.parametrize("operation", sorted(CALLS))
def test_what_is_no_answer_to_the_call_is_refused(operation: str) -> None:
    async def asked(body: bytes) -> Any:  # noqa: ANN401 - nothing, as is expected
        return await CALLS[operation][0](IamDoor(make_caller(ScriptedTransport([Answer(200, body)]))))

    for body in (b"", b"<html>welcome</html>", b"<OtherResponse><OtherResult/></OtherResponse>"):
        with pytest.raises(errors.ResponseError):
            run_virtually(asked(body))
