"""Every AWS-managed policy that moto carries is read, expanded, and compared with AdministratorAccess."""

import json

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from leastwise.catalog import load_catalog
from leastwise.policy import ActionSet, Document, DocumentGrants, document_grants, parse_document, unknown_patterns

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
