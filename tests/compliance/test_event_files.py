"""Events of every message type, as AWS documents them, and what AWS Config is told in answer, to the letter."""

from typing import Any

import msgspec
import pytest

from compliance.asking import judgement_of
from compliance.telling import HERE, Known, answer
from findings.estate import CATALOG, NOW
from leastwise.compliance import evaluate_item, evaluate_unseen, parse_event, parse_parameters
from leastwise.inventory import GrantIndex

EVENTS = HERE / "events"
NAMES = sorted(path.name for path in EVENTS.glob("*.json"))
KNOWN = msgspec.toml.decode((EVENTS / "account.toml").read_bytes(), type=Known)
LOOKED_UP = ("role-changed.json", "role-oversized.json", "role-unseen.json", "user-changed.json")
EXPECTED = msgspec.toml.decode((EVENTS / "expected.toml").read_bytes(), type=dict[str, dict[str, Any]])


def test_every_event_has_an_expectation() -> None:
    assert sorted(EXPECTED) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_event_is_answered_as_expected(name: str) -> None:
    event = parse_event((EVENTS / name).read_bytes())
    found = answer(event, KNOWN)
    told = {
        f"{one.resource_type} {one.resource_id}": {"says": one.compliance.value, "why": one.annotation} for one in found
    }
    expected = dict(EXPECTED[name])
    at = expected.pop("at")
    assert told == expected
    assert {msgspec.to_builtins(one.ordered_at) for one in found} == {at}


@pytest.mark.parametrize("name", NAMES)
def test_what_an_event_settles_alone_is_what_a_look_at_the_account_says(name: str) -> None:
    event = parse_event((EVENTS / name).read_bytes())
    if event.item is not None:
        settled = evaluate_unseen(event, parse_parameters(event.rule_parameters), now=NOW)
        assert settled in (None, *answer(event, KNOWN))
        assert (settled is None) is (name in LOOKED_UP)


def test_a_periodic_event_is_about_no_single_resource() -> None:
    event = parse_event((EVENTS / "scheduled.json").read_bytes())
    parameters, snapshot = parse_parameters(event.rule_parameters), KNOWN.account.snapshot()
    with pytest.raises(ValueError, match="about no single resource"):
        evaluate_unseen(event, parameters, now=NOW)
    with pytest.raises(ValueError, match="about no single resource"):
        evaluate_item(
            event,
            parameters,
            judgement=judgement_of(snapshot, KNOWN.account.evidence(), parameters),
            grants=GrantIndex(CATALOG, snapshot),
            snapshot=snapshot,
            earlier={},
            now=NOW,
        )
