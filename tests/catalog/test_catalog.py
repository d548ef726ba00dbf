"""Laws and examples of the catalog."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from leastwise.catalog import AccessLevel, ActionFacts, Catalog, indexes, load_catalog, mask_of
from leastwise.catalog.load import _ActionRow, _dependents, _level
from policy_strategies import KNOWN, LAW, SMALL, action_patterns, naive_match

MASKS = st.integers(0, SMALL.everything)


def texts(mask: int) -> list[str]:
    return [action.text for action in SMALL.actions(mask)]


@LAW
@given(action_patterns())
def test_a_pattern_expands_to_the_known_actions_that_it_matches(pattern: str) -> None:
    wanted = [text for text in KNOWN if naive_match(pattern, text)]
    expansion = SMALL.expand(pattern)
    assert texts(expansion.mask) == wanted
    assert expansion.is_known == bool(wanted)
    assert expansion.pattern == pattern


@LAW
@given(action_patterns())
def test_the_case_of_a_pattern_does_not_matter(pattern: str) -> None:
    assert SMALL.expand(pattern.upper()).mask == SMALL.expand(pattern.lower()).mask


@LAW
@given(st.lists(st.integers(0, 300)))
def test_a_mask_holds_the_places_that_it_was_made_of(places: list[int]) -> None:
    assert list(indexes(mask_of(places))) == sorted(set(places))


@LAW
@given(MASKS)
def test_levels_and_services_divide_a_mask(mask: int) -> None:
    assert sum(SMALL.count_by_level(mask).values()) == mask.bit_count()
    services = SMALL.services_of(mask)
    assert sum((service.mask & mask).bit_count() for service in services) == mask.bit_count()
    assert all(service.mask & mask for service in services)


PATTERNS = [
    "*",
    "*:*",
    "s3:*",
    "S3:GET*",
    "ec2:Describe*",
    "iam:?etRole",
    "*:Get?b*",
    "ec2:*a*e*i*o",
    "iam:*Role",
    "s*:*",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_on_the_whole_catalog_too_a_pattern_expands_to_what_it_matches(pattern: str) -> None:
    catalog = load_catalog()
    every = catalog.actions(catalog.everything)
    wanted = mask_of(action.index for action in every if naive_match(pattern, action.text))
    assert catalog.expand(pattern).mask == wanted != 0


def test_every_action_is_found_by_its_name_in_any_case() -> None:
    catalog = load_catalog()
    assert len(catalog) > 20_000
    for place, action in enumerate(catalog.actions(catalog.everything)):
        assert action.index == place
        assert catalog.action(action.text.upper()) is action


def test_the_catalog_is_read_once() -> None:
    assert load_catalog() is load_catalog()


def test_an_action_has_its_name_level_and_service() -> None:
    action = load_catalog().action("lambda:createfunction")
    assert action is not None
    assert (action.namespace, action.name, action.access_level) == ("lambda", "CreateFunction", AccessLevel.WRITE)


def test_an_action_depends_on_what_it_and_its_resource_types_name() -> None:
    row = json.decode(
        b'{"name": "Run", "accessLevel": "Write", "dependentActions": ["iam:PassRole"],'
        b' "resourceTypes": [{"dependentActions": ["ec2:CreateTags", "iam:PassRole"]}, {}]}',
        type=_ActionRow,
    )
    assert _dependents(row) == ("ec2:CreateTags", "iam:PassRole")


def test_no_action_of_the_data_has_an_unknown_level() -> None:
    catalog = load_catalog()
    assert catalog.count_by_level(catalog.everything)[AccessLevel.UNKNOWN] == 0


def test_the_narrower_of_two_levels_counts_and_a_new_one_is_said() -> None:
    assert _level("Permissions management, Write") is AccessLevel.PERMISSIONS_MANAGEMENT
    assert _level("Tagging, Write") is AccessLevel.TAGGING
    assert _level("Telepathy") is AccessLevel.UNKNOWN


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("foo:*", "unknown service 'foo'"),
        ("Foo:Bar", "unknown service 'Foo'"),
        ("s3:GetObjekt", "no known action matches 's3:GetObjekt'"),
        ("s3:Foo*", "no known action matches 's3:Foo*'"),
        ("s3:", "no known action matches 's3:'"),
        ("f*:Bar", "no known action matches 'f*:Bar'"),
        ("GetObject", "not an action pattern 'GetObject'"),
        ("", "not an action pattern ''"),
        ("s3:" + "a" * 300, "no known action matches 's3:" + "a" * 197 + "...'"),
    ],
)
def test_what_is_not_known_is_said(pattern: str, problem: str) -> None:
    expansion = SMALL.expand(pattern)
    assert not expansion.is_known
    assert expansion.mask == 0
    assert expansion.problem == problem


def test_a_service_is_found_in_any_case_or_not_at_all() -> None:
    service = SMALL.service("SQS")
    assert service is not None
    assert service.name == "SQS"
    assert texts(service.mask) == ["sqs:SendMessage", "sqs:TagQueue"]
    assert SMALL.service("foo") is None
    assert SMALL.action("s3:Foo") is None


def test_a_service_whose_name_begins_like_another_keeps_its_own_actions() -> None:
    assert texts(SMALL.expand("s3:*").mask) == ["s3:GetObject", "s3:GetObjectAcl", "s3:ListBucket", "s3:PutObject"]


def test_every_service_has_actions_in_the_whole() -> None:
    catalog = load_catalog()
    assert catalog.services_of(catalog.everything) == catalog.services


def test_patterns_too_long_to_match_are_not_kept() -> None:
    small = Catalog({"s3": "S3"}, [ActionFacts("s3", "GetObject", AccessLevel.READ)])
    assert small.expand("s3:" + "*a" * 100_000).mask == 0
    assert small._expand_wildcards.cache_info().currsize == 0


def test_a_catalog_may_be_empty() -> None:
    empty = Catalog({}, [])
    assert empty.everything == empty.expand("*").mask == 0
    assert empty.expand("*").problem
