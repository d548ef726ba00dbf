"""What policies may grant, as live calls show IAM judging it (radkawar/stackd, September 2026)."""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leastwise.sandbox.granting import grants_service, intersects, potentially_allowed

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("granting_cases.json").read_text(encoding="utf-8"))

patterns = st.text(alphabet="ab*?", max_size=4)
TEXTS = ["".join(letters) for size in range(6) for letters in product("ab", repeat=size)]


def document(statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern.replace("*", "[ab]*").replace("?", "[ab]"), text) is not None


@given(one=patterns, other=patterns)
def test_patterns_intersect_exactly_where_some_text_matches_both(one: str, other: str) -> None:
    assert intersects(one, other) == any(matches(one, text) and matches(other, text) for text in TEXTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_report_lists_what_live_calls_list(case: dict[str, Any]) -> None:
    allowed = potentially_allowed((document(case["statements"]),))
    assert sorted({namespace for namespace, _ in allowed}) == case["report"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_one_document_grants_what_live_calls_say(case: dict[str, Any]) -> None:
    text = document(case["statements"])
    asked = ["ec2", "iam", "s3", "sqs"]
    assert [namespace for namespace in asked if grants_service(text, namespace)] == case["grants"]


def test_not_action_grants_everything_else() -> None:
    text = document([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}])
    namespaces = {namespace for namespace, _ in potentially_allowed((text,))}
    assert "s3" not in namespaces
    assert {"iam", "ec2", "sqs"} <= namespaces
    assert not grants_service(text, "s3")
    assert grants_service(text, "sqs")


def test_deny_in_another_document_removes_from_a_report_and_not_from_a_grant() -> None:
    allow = document([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}])
    deny = document([{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}])
    assert not potentially_allowed((allow, deny))
    assert grants_service(allow, "s3")
