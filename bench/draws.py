"""Random policies and requests, legal and hostile, as fast as they can be drawn; the corpus, bent out of shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

from corpus import managed, patterns

from leastwise.catalog import AccessLevel, ActionFacts, Catalog

SMALL = Catalog(
    {"iam": "IAM", "s3": "S3", "s3-outposts": "S3 Outposts", "sqs": "SQS"},
    [
        ActionFacts(namespace, name, AccessLevel.UNKNOWN)
        for namespace, names in {
            "iam": ("PassRole", "PutRolePolicy", "GetRole"),
            "s3": ("GetObject", "GetObjectAcl", "PutObject", "ListBucket"),
            "s3-outposts": ("GetObject",),
            "sqs": ("SendMessage", "TagQueue"),
        }.items()
        for name in names
    ],
)
"""So few actions that drawn patterns collide all the time."""

KNOWN = tuple(action.text for action in SMALL.actions(SMALL.everything))
UNKNOWN = ("s3:GetThing", "s3:Foo", "sqs:Tag", "new:GetObject", "new:Foo", "other:PutObject", "iam:", "s3:o")
PROBES = KNOWN + UNKNOWN
"""Actions that a drawn set is asked for."""

_NAMESPACES = ("iam", "new", "other", "s3", "s3-outposts", "sqs")
_PIECES = ("Get", "Put", "Object", "Acl", "Tag", "Foo", "o", "ob", "*", "*", "?", "$", "{", "%", "é")
_BUCKET = "arn:aws:s3:::bucket"
_RESOURCES = (
    *(
        "*",
        "*",
        "*",
        "arn:aws:s3:::*",
        f"{_BUCKET}/*",
        f"{_BUCKET}/a?*",
        f"{_BUCKET}/*a*",
        f"{_BUCKET}/${{*}}",
        _BUCKET,
    ),
    *("arn:aws:sqs:*:111122223333:q?", "arn:*:sqs:us-east-1:*:*", f"{_BUCKET}/${{aws:username}}/*"),
    *(
        f"{_BUCKET}/${{aws:PrincipalTag/team, 'none'}}/x",
        f"{_BUCKET}/${{s3:prefix}}",
        f"{_BUCKET}/ann/1",
        "arn:aws:*:*",
    ),
)
_CONCRETE = ("*", _BUCKET, f"{_BUCKET}/ann/1", f"{_BUCKET}/a", f"{_BUCKET}/*", f"{_BUCKET}/none/x",
             "arn:aws:sqs:us-east-1:111122223333:q1", "arn:aws:iam::111122223333:role/x")  # fmt: skip
_KEYS: dict[str, tuple[str, ...]] = {
    "aws:username": ("ann", "bob", "a*", ""),
    "s3:prefix": ("a", "ab", "a*", "*b", "${aws:username}", "x"),
    "aws:SourceIp": ("10.0.0.0/8", "10.1.2.3", "::1/64", "192.168.0.1", "no address"),
    "aws:SecureTransport": ("true", "false", "True"),
    "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2020-06-30", "1700000000", "no date"),
    "s3:max-keys": ("1", "10", "-5", "1e3", "0.1", "no number"),
    "aws:PrincipalArn": (
        "arn:aws:iam::111122223333:role/x",
        "arn:aws:iam::*:role/*",
        "arn:aws:iam::111122223333:user/ann",
    ),
    "aws:PrincipalTag/team": ("red", "blue", "r*", ""),
    "aws:TagKeys": ("a", "b", "c", "a*"),
}
_OPERATORS = (
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
    *("StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals"),
    *("NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan"),
    *("DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress"),
    *("NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null", "bool", "STRINGLIKE"),
)
_ODD = (
    *(
        "\x00",
        "\\u0000",
        "\ud800",
        "\\ud800",
        "\\udc00\\ud800",
        "\ufeff",
        "\u2028",
        "\U0001f600",
        "\x7f",
        "\x85",
        "\\",
        '"',
    ),
    *(
        "\n",
        "NaN",
        "-Infinity",
        "1e999999",
        "-0",
        "1E-400",
        "9" * 5000,
        "0x1",
        "tru",
        "{}",
        "[]",
        ",",
        ":",
        "*",
        "?",
        "${",
    ),
    *("}", "/*", "\ufdd0", "\ufdd1", "\U0010ffff", "null", '"":', "é", "ß", "\u0130", "\u212a"),
)
_VALUES: tuple[object, ...] = (
    *(None, True, 0, -1.5, "", "*", "a", [], {}, [[]], [""], ["*", "*"], {"": ""}, "\x00", "\ud800", 10**400),
    *("s3:*", "arn:aws:s3:::b", "?" * 300, "*?" * 200, "${aws:username"),
)


def action_pattern(rng: Random) -> str:
    """An action pattern that IAM takes."""
    kind = rng.random()
    if kind < 0.08:  # noqa: PLR2004 - shares of what is drawn
        return rng.choice(("*", "*:*"))
    if kind < 0.4:  # noqa: PLR2004
        text = rng.choice(PROBES[:-2])
    else:
        text = f"{rng.choice(_NAMESPACES)}:{''.join(rng.choices(_PIECES, k=rng.randint(1, 5)))}"
    return text if rng.random() < 0.7 else rng.choice((str.upper, str.lower, str.swapcase))(text)  # noqa: PLR2004


def action_patterns(rng: Random, most: int = 5) -> list[str]:
    """A few of them."""
    return [action_pattern(rng) for _ in range(rng.randint(0, most))]


def statement(rng: Random) -> dict[str, Any]:
    """A statement that IAM takes."""
    found: dict[str, Any] = {
        "Effect": rng.choice(("Allow", "Allow", "Deny")),
        rng.choice(("Action", "Action", "NotAction")): action_patterns(rng) or action_pattern(rng),
        rng.choice(("Resource", "Resource", "Resource", "NotResource")): rng.choices(_RESOURCES, k=rng.randint(1, 4)),
    }
    if rng.random() < 0.5:  # noqa: PLR2004
        found["Condition"] = {_operator(rng): _tests(rng) for _ in range(rng.randint(0, 3))}
    items = list(found.items())
    rng.shuffle(items)
    return dict(items)


def document(rng: Random) -> dict[str, Any]:
    """An identity policy that IAM takes."""
    found: dict[str, Any] = {"Statement": [statement(rng) for _ in range(rng.randint(1, 5))]}
    if rng.random() < 0.7:  # noqa: PLR2004
        found["Version"] = rng.choice(("2012-10-17", "2012-10-17", "2008-10-17"))
    return found


def text(rng: Random) -> str:
    """Its text, or that of a real policy."""
    if rng.random() < 0.15:  # noqa: PLR2004
        return rng.choice(_texts())
    return json.dumps(document(rng), indent=rng.choice((None, 1, 4)), ensure_ascii=rng.random() < 0.5)  # noqa: PLR2004


def relative(rng: Random, of: str) -> str:
    """A legal document that has much in common with this one: statements added, gone, or with other lists."""
    found = json.loads(of)
    statements = found["Statement"] if isinstance(found["Statement"], list) else [found["Statement"]]
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(statements))
        other = {name: value for name, value in statements[place].items() if name != "Sid"}
        element = rng.choice(("Action", "NotAction", "Resource", "NotResource", "Condition", "Effect"))
        if element in other and element in ("Action", "NotAction"):
            other[element] = action_patterns(rng) or action_pattern(rng)
        elif element in other and element in ("Resource", "NotResource"):
            other[element] = rng.choices(_RESOURCES, k=rng.randint(1, 4))
        elif element == "Effect":
            other[element] = rng.choice(("Allow", "Deny"))
        else:
            other["Condition"] = {_operator(rng): _tests(rng)}
        statements[place : place + rng.randint(0, 1)] = [other]
    return json.dumps(found | {"Statement": statements})


def request(rng: Random, of: str) -> dict[str, Any]:
    """A request that has a chance to be about something in this document, as keyword arguments."""
    named = [pattern for pattern in patterns(of) if "*" not in pattern and "?" not in pattern]
    keys = rng.sample(sorted(_KEYS), k=rng.randint(0, 4))
    return {
        "action": rng.choice(named) if named and rng.random() < 0.3 else rng.choice(PROBES[:-2]),  # noqa: PLR2004
        "resource": rng.choice(_CONCRETE),
        "context": {key.lower(): rng.choices(_KEYS[key], k=rng.choice((1, 1, 1, 2, 0))) for key in keys},
    }


def broken(rng: Random) -> str:
    """A text that was a policy before it was bent at random places."""
    found = rng.choice(_texts()) if rng.random() < 0.3 else text(rng)  # noqa: PLR2004
    if rng.random() < 0.4:  # noqa: PLR2004
        found = json.dumps(_bent(rng, json.loads(found)), ensure_ascii=rng.random() < 0.5)  # noqa: PLR2004
    for _ in range(rng.choice((0, 1, 1, 1, 2, 5))):
        found = rng.choice(_BENDS)(rng, found)
    return found


def hostile(rng: Random) -> tuple[str, str]:
    """A text that is meant to cost time or memory: deep, long, or full of patterns that match badly; and its shape."""
    draw = rng.choice(_HOSTILE)
    return draw.__name__.strip("_"), draw(rng)


def _operator(rng: Random) -> str:
    quantifier = rng.choice(("", "", "", "ForAllValues:", "ForAnyValue:"))
    return f"{quantifier}{rng.choice(_OPERATORS)}{rng.choice(('', '', 'IfExists'))}"


def _tests(rng: Random) -> dict[str, Any]:
    tests: dict[str, Any] = {}
    for key in rng.sample(sorted(_KEYS), k=rng.randint(0, 2)):
        values = rng.choices(_KEYS[key], k=rng.choice((0, 1, 1, 2, 3)))
        tests[key] = values[0] if len(values) == 1 else values
    return tests


@cache
def _texts() -> Sequence[str]:
    return [one for one in managed().values() if len(one) < 8_000]  # noqa: PLR2004 - many small ones, not few large


def _slice(rng: Random, found: str) -> tuple[int, int]:
    start = rng.randint(0, len(found))
    return start, min(len(found), start + rng.choice((0, 1, 1, 2, 10, 100, 1000)))


def _cut(rng: Random, found: str) -> str:
    start, end = _slice(rng, found)
    return found[:start] + found[end:]


def _double(rng: Random, found: str) -> str:
    start, end = _slice(rng, found)
    return found[:end] + found[start:end] * rng.choice((1, 2, 50)) + found[end:]


def _odd(rng: Random, found: str) -> str:
    start, end = _slice(rng, found)
    return found[:start] + rng.choice(_ODD) + found[rng.choice((start, end)) :]


def _spliced(rng: Random, found: str) -> str:
    other = rng.choice(_texts())
    start, end = _slice(rng, other)
    place = rng.randint(0, len(found))
    return found[:place] + other[start:end] + found[place:]


def _flipped(rng: Random, found: str) -> str:
    place = rng.randrange(len(found)) if found else 0
    return found[:place] + chr(ord(found[place]) ^ 1 << rng.randrange(7)) + found[place + 1 :] if found else found


def _bent(rng: Random, data: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """The data with one value, key or place in a list changed."""
    if isinstance(data, dict) and data and rng.random() < 0.85:  # noqa: PLR2004
        key = rng.choice(sorted(data))
        if rng.random() < 0.15:  # noqa: PLR2004
            return {(key.swapcase() if one == key else one): value for one, value in data.items()}
        return data | {key: _bent(rng, data[key])}
    if isinstance(data, list) and data and rng.random() < 0.85:  # noqa: PLR2004
        place = rng.randrange(len(data))
        return [*data[:place], _bent(rng, data[place]), *data[place + rng.randint(0, 1) :]]
    return rng.choice(_VALUES)


def _policy(
    actions: object, resources: object = "*", condition: object = None, effect: str = "Allow"
) -> dict[str, Any]:
    found = {"Effect": effect, "Action": actions, "Resource": resources}
    return found if condition is None else found | {"Condition": condition}


def _deep(rng: Random) -> str:
    depth = rng.choice((90, 101, 990, 10_000, 200_000))
    opening, closing = rng.choice((("[", "]"), ('{"Statement":', "}"), ('{"a":[', "]}")))
    return rng.choice((opening * depth + closing * depth, opening * depth, '{"Statement":' + opening * depth))


def _long_text(rng: Random) -> str:
    piece = rng.choice(("a", "*", "*a", "?", "${aws:username}", "é", " ", '"', "\\\\", "9", "中"))
    long = piece * (rng.choice((100_000, 1_000_000, 5_000_000)) // len(piece))
    elements = (
        _policy(rng.choice(("s3:%s", "%s", "s3:*%s*b")) % long),
        _policy("s3:*", [f"{_BUCKET}/{long}", f"{_BUCKET}/{long}x*"]),
        _policy("s3:*", "*", {"StringLike": {"s3:prefix": long}}),
        _policy("s3:*") | {"Sid": long},
    )
    return json.dumps({"Version": "2012-10-17", "Statement": rng.choice(elements)}, ensure_ascii=False)


def _many(rng: Random) -> str:
    count = rng.choice((100, 1000, 10_000, 100_000))
    shape = rng.choice(("s3:a%s", "s3:a%s*", "s3:*a%s*", "n%s:*", "s3:?a%s*b", "s3:*%s"))
    actions = [shape % number for number in range(count)]
    key = rng.choice(("Action", "NotAction"))
    one = _policy("x") | {key: actions}
    if key == "NotAction":
        del one["Action"]
    return json.dumps({"Statement": [one, _policy(actions[::3], effect="Deny")]})


def _many_statements(rng: Random) -> str:
    count = rng.choice((10, 100, 1000, 20_000))
    statements = [statement(rng) for _ in range(min(count, 50))]
    return json.dumps({"Version": "2012-10-17", "Statement": (statements * (count // len(statements) + 1))[:count]})


def _many_resources(rng: Random) -> str:
    count = rng.choice((100, 1000, 10_000))
    shape = rng.choice((f"{_BUCKET}/%s*", f"{_BUCKET}/*%s*", f"{_BUCKET}/${{aws:username}}%s", f"{_BUCKET}/?%s*a"))
    resources = [shape % number for number in range(count)]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [_policy("s3:*", resources), _policy("s3:Get*", resources[1::2], effect="Deny")],
        }
    )


def _many_conditions(rng: Random) -> str:
    count = rng.choice((10, 100, 1000, 10_000))
    condition = {_operator(rng): {f"aws:k{number}": f"v{number}*" for number in range(count)} for _ in range(2)}
    long = {_operator(rng): {"s3:prefix": [f"*v{number}*" for number in range(count)]} for _ in range(2)}
    chosen = rng.choice((condition, long))
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [_policy("s3:*", "*", chosen), _policy("s3:*", "*", chosen, "Deny")]}
    )


def _entangled(rng: Random) -> str:
    letters = "ab" * rng.choice((2, 8, 15))
    shapes = [
        "s3:" + "".join(rng.choice((letter, "*", "?", "*" + letter)) for letter in letters)
        for _ in range(rng.choice((2, 12, 40)))
    ]
    denied = [
        "s3:*" + "*".join(rng.choices("abc", k=rng.choice((3, 12)))) + "*b" for _ in range(rng.choice((1, 8, 30)))
    ]
    statements = [
        _policy(shapes),
        _policy(denied, effect="Deny"),
        {"Effect": "Allow", "NotAction": denied, "Resource": "*"},
    ]
    return json.dumps({"Statement": statements})


_BENDS: tuple[Callable[[Random, str], str], ...] = (_cut, _double, _odd, _odd, _spliced, _flipped)
_HOSTILE: tuple[Callable[[Random], str], ...] = (
    *(_deep, _long_text, _many, _many_statements, _many_resources, _many_conditions, _entangled, _entangled),
)
