"""Account ids and ARNs are taken apart in one place."""

import pytest

from leastwise.policy import AccountId, Arn, ResourceClause


def test_an_arn_knows_its_parts() -> None:
    arn = Arn("arn:aws-cn:iam::111122223333:role/ci/deploy")
    assert (arn.aws_partition, arn.service, arn.region, arn.account) == ("aws-cn", "iam", "", "111122223333")
    assert (arn.resource, arn.kind, arn.name) == ("role/ci/deploy", "role", "deploy")


def test_colons_in_a_resource_stay_in_it() -> None:
    arn = Arn("arn:aws:logs:eu-west-1:111122223333:log-group:name:*")
    assert arn.resource == "log-group:name:*"
    assert arn.region == "eu-west-1"


@pytest.mark.parametrize(
    "text", ["", "arn", "arn:aws:s3", "arn:aws:s3:::", "arn::s3:::b", "arn:aws::::b", "urn:a:b:c:d:e"]
)
def test_what_is_no_arn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an ARN"):
        Arn(text)


@pytest.mark.parametrize("text", ["", "11112222333", "1111222233334", "11112222333a", "111122223333\n"])
def test_what_is_no_account_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a 12-digit account id"):
        AccountId(text)


@pytest.mark.parametrize(
    ("patterns", "negated", "is_everything"),
    [
        (("*",), False, True),
        (("arn:aws:s3:::b", "*"), False, True),
        (("arn:aws:s3:::*",), False, False),
        (("*",), True, False),
    ],
)
def test_only_a_lone_star_is_every_resource(patterns: tuple[str, ...], *, negated: bool, is_everything: bool) -> None:
    assert ResourceClause(patterns, negated).is_everything == is_everything
