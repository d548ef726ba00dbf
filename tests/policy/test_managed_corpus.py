"""Every AWS-managed policy that moto carries is read, expanded, and compared with AdministratorAccess."""

import json

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from leastwise.catalog import load_catalog
from leastwise.policy import (
    ActionSet,
    Answer,
    Document,
    DocumentGrants,
    Wildcards,
    compare,
    document_grants,
    equivalent,
    parse_document,
    shortened,
    size_in_characters,
    unknown_patterns,
)

Corpus = dict[str, Document]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    policies = json.loads(aws_managed_policies_data)
    return {name: parse_document(json.dumps(policy["Document"], indent=1)) for name, policy in policies.items()}


@pytest.fixture(scope="module")
def granted(corpus: Corpus) -> dict[str, DocumentGrants]:
    return {name: document_grants(document, load_catalog()) for name, document in corpus.items()}


def test_all_are_read_and_each_statement_stands_where_it_says(corpus: Corpus) -> None:
    assert len(corpus) > 1500
    for document in corpus.values():
        data = json.loads(document.text)["Statement"]
        quoted = [json.loads(document.quote(statement)) for statement in document.statements]
        assert quoted == (data if isinstance(data, list) else [data])
        assert not document.duplicates


def test_each_is_a_subset_of_administrator_access(granted: dict[str, DocumentGrants]) -> None:
    administrator = granted["AdministratorAccess"].actions
    assert administrator == ActionSet.everything(load_catalog())
    assert all(grants.actions <= administrator for grants in granted.values())


def test_power_users_and_readers_each_hold_what_the_other_does_not(
    granted: dict[str, DocumentGrants],
) -> None:
    power, read = granted["PowerUserAccess"].actions, granted["ReadOnlyAccess"].actions
    assert not read <= power
    assert not power <= read
    assert "iam:GetUser" in read - power
    assert "s3:PutObject" in power - read


def test_unknown_patterns_are_few_and_still_in_what_is_granted(
    corpus: Corpus, granted: dict[str, DocumentGrants]
) -> None:
    unknown = [(name, one) for name, document in corpus.items() for one in unknown_patterns(document, load_catalog())]
    assert len(unknown) < 500
    for name, one in unknown:
        statement = corpus[name].statements[one.statement]
        if statement.effect == "Allow" and not statement.actions.negated:
            assert granted[name].allowed.reaches(one.pattern.partition(":")[0])


def test_each_document_grants_no_more_than_administrator_access_on_any_resource(corpus: Corpus) -> None:
    administrator = corpus["AdministratorAccess"]
    assert {compare(one, administrator, load_catalog()).answer for one in corpus.values()} == {Answer.YES}
    less = {name for name, one in corpus.items() if compare(administrator, one, load_catalog()).answer is Answer.NO}
    assert corpus.keys() - less == {"AdministratorAccess"}


def test_each_document_in_fewer_characters_is_proved_to_grant_the_same(corpus: Corpus) -> None:
    shorter = 0
    for document in corpus.values():
        text = shortened(document, load_catalog())
        assert equivalent(parse_document(text), document, load_catalog()).answer is Answer.YES
        assert size_in_characters(text) <= size_in_characters(document.text)
        shorter += text != document.text
    assert shorter > 10  # AWS seldom writes what a pattern beside it matches


def test_open_wildcards_lose_nothing_and_reach_no_other_known_action(corpus: Corpus) -> None:
    for document in corpus.values():
        opened = parse_document(shortened(document, load_catalog(), wildcards=Wildcards.OPEN))
        assert compare(document, opened, load_catalog()).answer is Answer.YES
        before, after = (document_grants(one, load_catalog()) for one in (document, opened))
        assert [one.actions.known for one in after.allows] == [one.actions.known for one in before.allows]
        assert after.denied == before.denied
