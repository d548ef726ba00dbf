from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from findings.estate import NOW
from leastwise.compliance import LARGEST_CHUNK, Compliance, Evaluation, chunks


def evaluation(annotation: str = "Why", compliance: Compliance = Compliance.COMPLIANT) -> Evaluation:
    return Evaluation("AWS::IAM::Role", "AROACI", compliance, annotation, NOW)


@given(st.integers(0, 1000))
def test_chunks_are_full_but_for_the_last_and_make_up_the_whole(count: int) -> None:
    evaluations = [evaluation(str(number)) for number in range(count)]
    made = list(chunks(evaluations))
    assert LARGEST_CHUNK == 100
    assert [one for chunk in made for one in chunk] == evaluations
    assert all(len(chunk) == LARGEST_CHUNK for chunk in made[:-1])
    assert all(0 < len(chunk) <= LARGEST_CHUNK for chunk in made)


def test_an_evaluation_as_json_is_what_put_evaluations_takes() -> None:
    assert msgspec.to_builtins(evaluation()) == {
        "ComplianceResourceType": "AWS::IAM::Role",
        "ComplianceResourceId": "AROACI",
        "ComplianceType": "COMPLIANT",
        "Annotation": "Why",
        "OrderingTimestamp": "2026-11-24T12:00:00Z",
    }


@pytest.mark.parametrize("annotation", ["", "x" * 257, "\N{PERSONAL COMPUTER}" * 129])
def test_an_annotation_that_config_would_refuse_cannot_be_made(annotation: str) -> None:
    assert evaluation("x" * 256).annotation == "x" * 256
    with pytest.raises(ValueError, match="1 to 256 characters"):
        evaluation(annotation)


def test_an_evaluation_that_config_would_refuse_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="not an evaluation"):
        evaluation(compliance=Compliance.INSUFFICIENT_DATA)
    naive = datetime(2026, 11, 24, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="not an evaluation"):
        Evaluation("AWS::IAM::Role", "AROACI", Compliance.COMPLIANT, "Why", naive)
