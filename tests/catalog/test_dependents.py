"""Laws of dependent actions, and what the table that ships says."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from leastwise.catalog import AccessLevel, ActionFacts, Catalog, load_catalog
from leastwise.catalog.load import _ActionRow, _dependents
from leastwise.catalog.load_dependents import listed_dependents, read_dependents
from policy_strategies import LAW, SMALL, any_case

SERVICES = {"a": "A", "a-b": "A B", "b": "B"}
ACTIONS = list(product(SERVICES, ("Get", "Make", "Pass", "Tag")))
NAMES = [":".join(action) for action in ACTIONS]
NEEDED = any_case(st.sampled_from([*NAMES, "a:Unknown", "c:Pass", "a:*"]))

NEEDS = st.dictionaries(st.sampled_from(NAMES), st.lists(NEEDED, max_size=3), max_size=len(NAMES))
"""What each action needs: unknown names, itself and circles among it."""

MASKS = st.integers(0, (1 << len(NAMES)) - 1)


def catalog_of(needs: dict[str, list[str]]) -> Catalog:
    facts = [
        ActionFacts(namespace, name, AccessLevel.WRITE, tuple(needs.get(f"{namespace}:{name}", ())))
        for namespace, name in ACTIONS
    ]
    return Catalog(SERVICES, facts)


def naive_dependents(needs: dict[str, list[str]], called: set[str]) -> set[str]:
    found: set[str] = set()
    while True:
        wanted = {text.lower() for name in called | found for text in needs.get(name, ())}
        known = {name for name in NAMES if name.lower() in wanted}
        if known <= found:
            return found
        found |= known


@LAW
@given(NEEDS, MASKS)
def test_dependents_are_followed_until_nothing_is_added(needs: dict[str, list[str]], mask: int) -> None:
    catalog = catalog_of(needs)
    wanted = naive_dependents(needs, {action.text for action in catalog.actions(mask)})
    assert {action.text for action in catalog.actions(catalog.dependents_of(mask))} == wanted


@LAW
@given(NEEDS, MASKS, MASKS)
def test_more_actions_need_what_each_of_them_needs(needs: dict[str, list[str]], one: int, other: int) -> None:
    catalog = catalog_of(needs)
    assert catalog.dependents_of(one | other) == catalog.dependents_of(one) | catalog.dependents_of(other)


@LAW
@given(NEEDS, MASKS)
def test_what_is_needed_needs_nothing_more(needs: dict[str, list[str]], mask: int) -> None:
    catalog = catalog_of(needs)
    needed = catalog.dependents_of(mask)
    assert catalog.dependents_of(mask | needed) == needed
    assert catalog.dependents_of(needed) | needed == needed


def test_a_catalog_whose_actions_need_nothing_answers_nothing() -> None:
    assert catalog_of({}).dependents_of((1 << len(NAMES)) - 1) == 0
    assert Catalog({}, []).dependents_of(0) == 0


def test_the_small_catalog_of_the_tests_answers_too() -> None:
    assert [action.text for action in SMALL.actions(SMALL.dependents_of(SMALL.everything))] == ["iam:PassRole"]


def test_in_the_whole_catalog_what_is_needed_is_known_and_needs_nothing_more() -> None:
    catalog = load_catalog()
    needed = catalog.dependents_of(catalog.everything)
    assert needed | catalog.everything == catalog.everything
    assert catalog.dependents_of(needed) | needed == needed
    assert 500 < needed.bit_count() < len(catalog) / 10


CASES = [
    ("ec2:RunInstances", "iam:PassRole ec2:CreateTags kms:CreateGrant"),
    ("ec2:CreateVolume", "ec2:CreateTags"),
    ("lambda:CreateFunction", "iam:PassRole"),
    ("rds:CreateDBInstance", "iam:PassRole rds:AddTagsToResource kms:CreateGrant"),
    ("s3:CreateJob", "iam:PassRole"),
    ("s3:CreateBucket", "s3:PutBucketAcl s3:PutBucketVersioning"),
    ("s3:GetObject", "kms:Decrypt"),
    ("s3:PutObject", "kms:GenerateDataKey s3:PutObjectTagging"),
    ("sts:AssumeRole", "sts:TagSession sts:SetSourceIdentity"),
    ("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue kms:Decrypt"),
    ("ecs:RunTask", "iam:PassRole"),
    ("autoscaling:CreateAutoScalingGroup", "iam:CreateServiceLinkedRole"),
    ("docdb-elastic:CopyClusterSnapshot", "kms:Decrypt"),
]


@pytest.mark.parametrize(("called", "needed"), CASES)
def test_what_aws_documents_is_needed(called: str, needed: str) -> None:
    catalog = load_catalog()
    found = catalog.dependents_of(catalog.expand(called).mask)
    assert {action.text for action in catalog.actions(found)} >= set(needed.split())


@pytest.mark.parametrize("called", ["sqs:DeleteMessage", "ec2:DescribeInstances", "iam:PassRole", "kms:Decrypt"])
def test_what_needs_nothing_keeps_nothing(called: str) -> None:
    catalog = load_catalog()
    assert catalog.dependents_of(catalog.expand(called).mask) == 0


def test_dependents_of_both_sources_are_joined() -> None:
    row = json.decode(
        b'{"name": "RunIt", "accessLevel": "Write", "dependentActions": ["iam:PassRole"],'
        b' "resourceTypes": [{"dependentActions": ["ec2:CreateTags"]}]}',
        type=_ActionRow,
    )
    listed = {"runit": "ssm:GetParameters iam:PassRole", "stopit": "kms:Decrypt"}
    assert _dependents(row, listed) == ("ec2:CreateTags", "iam:PassRole", "ssm:GetParameters")


def test_what_the_table_says_of_one_action_in_several_places_is_joined() -> None:
    assert set(listed_dependents()["sts"]["assumerole"].split()) >= {"sts:TagSession", "sts:SetSourceIdentity"}


def table_names() -> set[str]:
    rows = list(read_dependents().rows())
    return {f"{namespace}:{name}" for namespace, name, _ in rows} | {text for row in rows for text in row[2].split()}


def test_the_catalog_knows_the_names_of_the_table() -> None:
    # The catalog changes from day to day and AWS retires services, so that a few may go before the table is renewed.
    catalog = load_catalog()
    unknown = sorted(text for text in table_names() if catalog.action(text) is None)
    assert len(unknown) < len(table_names()) / 50, unknown


def test_names_that_the_catalog_did_not_know_stand_apart() -> None:
    table = read_dependents()
    assert 0 < len(table.unknown) < 100
    rows = {f"{namespace}:{name}": dependents for namespace, name, dependents in table.rows()}
    both = {action: rows[action] for action in table.unknown if action in rows}
    assert not [action for action, names in both.items() if set(names.split()) & set(table.unknown[action].split())]


def test_the_table_is_whole() -> None:
    table = read_dependents()
    assert len([name for names in table.reference.values() for name in names]) > 1500
    assert sum(len(row[2].split()) for row in table.rows()) > 4000
    assert [source.split()[0] for source in table.sources] == ["parliament", "policy_sentry"]


def test_the_table_is_in_order_and_names_single_actions() -> None:
    reference = read_dependents().reference
    assert list(reference) == sorted(reference)
    assert all(list(names) == sorted(names) for names in reference.values())
    for namespace, name, dependents in read_dependents().rows():
        assert dependents.split() == sorted(set(dependents.split()))
        assert f"{namespace}:{name}" not in dependents.split()
    assert [text for text in table_names() if not re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", text)] == []


def test_the_list_by_hand_names_its_pages_and_repeats_nothing() -> None:
    table = read_dependents()
    assert [page for page in table.by_hand if not page.startswith("https://docs.aws.amazon.com/")] == []
    for actions in table.by_hand.values():
        for action, dependents in actions.items():
            namespace, _, name = action.partition(":")
            assert not set(dependents.split()) & set(table.reference.get(namespace, {}).get(name, "").split())
