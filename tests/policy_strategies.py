"""A small catalog, and strategies that draw action patterns and policy documents with every construct."""

import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from hypothesis import settings
from hypothesis import strategies as st

from leastwise.catalog import AccessLevel, ActionFacts, Catalog
from leastwise.policy import ActionSet

LAW: Final = settings(deadline=None, max_examples=150)
"""For laws: no deadline, since a shared machine must not decide what is true."""

DOCUMENT_LAW: Final = settings(deadline=None, max_examples=60)
"""For laws over whole documents, which take longer to draw than to check."""

SMALL: Final = Catalog(
    {"iam": "IAM", "s3": "S3", "s3-outposts": "S3 Outposts", "sqs": "SQS"},
    [
        ActionFacts("s3", "GetObject", AccessLevel.READ),
        ActionFacts("s3", "GetObjectAcl", AccessLevel.READ),
        ActionFacts("s3", "PutObject", AccessLevel.WRITE, ("iam:PassRole",)),
        ActionFacts("s3", "ListBucket", AccessLevel.LIST),
        ActionFacts("s3-outposts", "GetObject", AccessLevel.READ),
        ActionFacts("sqs", "SendMessage", AccessLevel.WRITE),
        ActionFacts("sqs", "TagQueue", AccessLevel.TAGGING),
        ActionFacts("iam", "PassRole", AccessLevel.WRITE),
        ActionFacts("iam", "PutRolePolicy", AccessLevel.PERMISSIONS_MANAGEMENT),
    ],
)
"""Few enough actions that every law can be checked by looking at each."""

KNOWN: Final = tuple(action.text for action in SMALL.actions(SMALL.everything))
"""Every action of the small catalog."""

UNKNOWN: Final = ("s3:GetThing", "s3:Foo", "sqs:Tag", "new:GetObject", "new:Foo", "other:PutObject")
"""Actions that it does not know, of services that it knows and of others."""

PROBES: Final = KNOWN + UNKNOWN
"""What a set is asked for when two sets are compared by brute force."""

NAMESPACES: Final = ("iam", "new", "other", "s3", "s3-outposts", "sqs")
"""Every service of the probes."""

_PIECES: Final = ("Get", "Put", "Object", "Acl", "Tag", "Foo", "o", "*", "*", "?")


def naive_match(pattern: str, text: str) -> bool:
    """The oracle for action patterns; no draw of ours holds a bracket, which fnmatch would read as a class."""
    return fnmatchcase(text.lower(), pattern.lower())


def names() -> st.SearchStrategy[str]:
    """Name patterns, with and without wildcards, that collide often."""
    known = [action.name for action in SMALL.actions(SMALL.everything)]
    return st.one_of(
        st.just("*"),
        st.sampled_from(known),
        st.sampled_from(known).map(lambda name: f"{name[:4]}*"),
        st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4).map("".join),
    )


def any_case(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The texts in their own, upper, lower or swapped case."""
    return st.one_of(texts, texts.map(str.upper), texts.map(str.lower), texts.map(str.swapcase))


def action_patterns() -> st.SearchStrategy[str]:
    """Action patterns that IAM accepts."""
    prefixed = st.tuples(st.sampled_from(NAMESPACES), names()).map(":".join)
    return any_case(st.one_of(st.just("*"), st.just("*:*"), prefixed, prefixed, prefixed))


def action_sets() -> st.SearchStrategy[ActionSet]:
    """Sets as documents make them: unions of patterns, complements of such, and what a Deny leaves of them."""
    plain = st.lists(action_patterns(), max_size=4).map(lambda patterns: ActionSet.of(patterns, SMALL))
    signed = st.one_of(plain, plain.map(lambda found: ~found))
    return st.one_of(plain, signed, st.tuples(signed, signed).map(lambda drawn: drawn[0] - drawn[1]))


_RESOURCES: Final = (
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/a*",
    "arn:aws:s3:::bucket/*z",
    "arn:aws:s3:::bucket/az",
    "arn:aws:s3:::?ucket/a?",
    "arn:aws:s3:::*",
    "arn:aws:sqs:*:111122223333:q?",
    "arn:aws:s3:::bucket/${aws:username}",
    "arn:aws:s3:::bucket/${aws:username}*",
    "arn:aws:s3:::bucket/${s3:prefix, 'az'}",
    "arn:aws:s3:::bucket/${*}",
)

RESOURCES: Final = (
    "*",
    "arn:aws:s3:::bucket/",
    "arn:aws:s3:::bucket/a",
    "arn:aws:s3:::bucket/az",
    "arn:aws:s3:::bucket/bz",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::bucket/${aws:username}",
    "arn:aws:s3:::Bucket/az",
    "arn:aws:sqs:us-east-1:111122223333:q1",
)
"""What requests are for when two documents are compared by brute force."""


def resource_patterns() -> st.SearchStrategy[str]:
    """Resource patterns that IAM accepts; `*` often, since only then a Deny is unconditional."""
    return st.one_of(st.just("*"), st.sampled_from(_RESOURCES))


def one_or_list(values: st.SearchStrategy[str]) -> st.SearchStrategy[str | list[str]]:
    """A lone string or a list of them, as IAM takes both."""
    return st.one_of(values, st.lists(values, min_size=1, max_size=4))


def conditions() -> st.SearchStrategy[dict[str, object]]:
    """Condition elements: operators in any case, lists, numbers, booleans, and empty ones."""
    values = st.one_of(
        st.text("aé1*${}", max_size=4), st.booleans(), st.integers(), st.floats(allow_nan=False, width=16)
    )
    finite = values.filter(lambda value: not isinstance(value, float) or abs(value) < 1e6)
    keys = st.dictionaries(
        st.sampled_from(["aws:SourceIp", "s3:prefix"]), st.one_of(finite, st.lists(finite, max_size=3))
    )
    operators = st.sampled_from(["StringEquals", "ForAnyValue:StringLikeIfExists", "bool", "NumericLessThan", "Null"])
    return st.dictionaries(operators, keys, max_size=2)


_VALUES: Final = {
    "aws:username": ("a", "az", "A", "bz", "a*", "*z", "?", "${s3:prefix}"),
    "s3:prefix": ("a", "az", "bz", "a*", "*"),
    "aws:TagKeys": ("a", "az", "bz", "*z"),
    "aws:SourceIp": ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32", "a"),
    "s3:max-keys": ("5", "5.0", "10", "-1", "a"),
    "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2026-06-01", "1767225600", "a"),
    "aws:MultiFactorAuthPresent": ("true", "false", "True", "a"),
    "aws:SourceArn": ("arn:aws:s3:::bucket", "arn:aws:s3:::*", "arn:aws:*:::bucket", "arn:aws:sns:*:*:t", "a"),
}
"""Condition keys, and values that collide often."""

_TYPED: Final = {
    "aws:SourceIp": ("IpAddress", "NotIpAddress"),
    "s3:max-keys": tuple(
        f"Numeric{rest}"
        for rest in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ),
    "aws:CurrentTime": ("DateEquals", "DateLessThan", "DateGreaterThanEquals", "DateNotEquals"),
    "aws:MultiFactorAuthPresent": ("Bool", "Bool"),
    "aws:SourceArn": ("ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"),
}
"""The operators that fit a key; string operators fit every one."""

_STRING_OPERATORS: Final = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
    *("StringLike", "StringNotLike"),
)


@st.composite
def meant_conditions(draw: st.DrawFn) -> dict[str, dict[str, str | list[str]]]:
    """Condition elements as people write them: operators that mostly fit their keys, with every qualifier."""
    found: dict[str, dict[str, str | list[str]]] = {}
    for _ in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from(sorted(_VALUES)))
        if draw(st.integers(0, 5)) == 0:
            found.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false"]))
            continue
        operator = draw(st.sampled_from((*_TYPED.get(key, ()), *_TYPED.get(key, ()), *_STRING_OPERATORS)))
        prefix = draw(st.sampled_from(["", "", "", "ForAnyValue:", "ForAllValues:"]))
        suffix = draw(st.sampled_from(["", "", "IfExists"]))
        found.setdefault(f"{prefix}{operator}{suffix}", {})[key] = draw(one_or_list(st.sampled_from(_VALUES[key])))
    return found


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Contexts of requests over the same keys: missing, empty, single and several values."""
    found: dict[str, tuple[str, ...]] = {}
    for key, values in _VALUES.items():
        several = key == "aws:TagKeys"
        plain = st.sampled_from([value for value in values if "$" not in value and "/" not in value] + ["other"])
        drawn = draw(st.one_of(st.none(), st.lists(plain, max_size=3 if several else 1, min_size=0 if several else 1)))
        if drawn is not None:
            found[key.lower()] = tuple(drawn)
    return found


@st.composite
def statements(
    draw: st.DrawFn, sid: str | None = None, effects: Sequence[str] = ("Allow", "Deny")
) -> dict[str, object]:
    """A statement of an identity policy, its elements in any order."""
    found: dict[str, object] = {
        "Effect": draw(st.sampled_from(effects)),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(one_or_list(action_patterns())),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(one_or_list(resource_patterns())),
    }
    if draw(st.booleans()):
        found["Condition"] = draw(st.one_of(conditions(), meant_conditions(), meant_conditions()))
    if sid is not None:
        found["Sid"] = sid
    order = draw(st.permutations(sorted(found)))
    return {name: found[name] for name in order}


@st.composite
def documents(draw: st.DrawFn, effects: Sequence[str] = ("Allow", "Deny")) -> dict[str, object]:
    """An identity policy as IAM accepts it, as JSON data."""
    count = draw(st.integers(1, 4))
    sids = draw(st.lists(st.sampled_from([None, "", "A", "B2", "C"]), min_size=count, max_size=count))
    unique = [None if sid in sids[:place] else sid for place, sid in enumerate(sids)]
    drawn = [draw(statements(sid=sid, effects=effects)) for sid in unique]
    whole: dict[str, object] = {"Statement": drawn[0] if count == 1 and draw(st.booleans()) else drawn}
    if draw(st.booleans()):
        whole["Version"] = draw(st.sampled_from(["2008-10-17", "2012-10-17"]))
    if draw(st.booleans()):
        whole["Id"] = draw(st.text("ab -é", max_size=5))
    return whole


@st.composite
def texts(draw: st.DrawFn, data: st.SearchStrategy[dict[str, object]] | None = None) -> str:
    """A policy's text: the JSON of a document with white space and escapes of any manner."""
    document = draw(data if data is not None else documents())
    indent = draw(st.sampled_from([None, 0, 2, "\t"]))
    text = json.dumps(document, indent=indent, ensure_ascii=draw(st.booleans()))
    margin = st.text(" \n\r\t", max_size=3)
    return draw(margin) + text + draw(margin)


def policy_of(statements: list[dict[str, object]], version: str = "2012-10-17") -> str:
    """The text of a policy of these statements."""
    return json.dumps({"Version": version, "Statement": statements})
