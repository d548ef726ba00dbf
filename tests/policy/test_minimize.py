"""Laws of minimisation: the same known actions, nothing outside, in few characters."""

import json
from collections.abc import Iterable
from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.iam.aws_managed_policies import aws_managed_policies_data

from leastwise.catalog import AccessLevel, ActionFacts, Catalog, load_catalog
from leastwise.policy import ActionClause, ActionSet, Document, Statement, parse_document, statement_actions
from leastwise.policy.minimization.minimize import MinimalPatterns, Wildcards, minimal_clause, minimal_patterns
from leastwise.policy.minimization.trie import prefix_cover
from policy_strategies import KNOWN, LAW, SMALL, UNKNOWN, action_patterns, action_sets, naive_match

LITERALS = st.sets(st.sampled_from(KNOWN))
MODES = st.sampled_from(Wildcards)


def known_only(actions: Iterable[str], catalog: Catalog = SMALL) -> ActionSet:
    return ActionSet.of(actions, catalog)


def size_of(patterns: Iterable[str]) -> int:
    return sum(len(pattern) + 3 for pattern in patterns)


def clause_actions(clause: ActionClause, catalog: Catalog) -> ActionSet:
    named = ActionSet.of(clause.patterns, catalog)
    return ~named if clause.negated else named


@LAW
@given(action_sets(), MODES)
def test_the_patterns_grant_exactly_the_known_actions(actions: ActionSet, mode: Wildcards) -> None:
    found = minimal_patterns(actions, wildcards=mode)
    assert found.granted.known == actions.known
    assert found.granted == ActionSet.of(found.patterns, SMALL)
    for action in KNOWN:
        assert any(naive_match(pattern, action) for pattern in found.patterns) == (action in actions)


@LAW
@given(action_sets())
def test_exact_patterns_lie_inside_the_set_one_by_one(actions: ActionSet) -> None:
    for pattern in minimal_patterns(actions).patterns:
        assert ActionSet.of([pattern], SMALL) <= actions
        assert not any(naive_match(pattern, action) for action in UNKNOWN if action not in actions)


@LAW
@given(st.lists(action_patterns(), max_size=5))
def test_what_was_a_list_of_patterns_is_the_same_set_again_and_not_longer(patterns: list[str]) -> None:
    actions = ActionSet.of(patterns, SMALL)
    found = minimal_patterns(actions)
    assert found.granted == actions
    assert not found.lost
    assert found.size == size_of(found.patterns) <= size_of(set(patterns))


@LAW
@given(action_sets())
def test_what_is_lost_is_said(actions: ActionSet) -> None:
    found = minimal_patterns(actions)
    assert bool(found.lost) == (not found.granted == actions)  # noqa: SIM201 - a Struct has a `!=` of its own
    for action in UNKNOWN:
        namespace = action.partition(":")[0]
        if action in actions and action not in found.granted:
            assert namespace in found.lost or "*" in found.lost


@LAW
@given(action_sets(), st.lists(action_patterns(), max_size=3))
def test_open_patterns_stay_within_what_they_are_told(actions: ActionSet, more: list[str]) -> None:
    within = actions | ActionSet.of(more, SMALL)
    for pattern in minimal_patterns(actions, wildcards=Wildcards.OPEN, within=within).patterns:
        assert ActionSet.of([pattern], SMALL) <= within


@LAW
@given(st.lists(action_patterns(), max_size=4), LITERALS)
def test_a_pattern_that_loses_no_known_action_stays_granted(patterns: list[str], removed: set[str]) -> None:
    left = ActionSet.of(patterns, SMALL) - known_only(removed)
    for mode in Wildcards:
        granted = minimal_patterns(left, wildcards=mode, written=patterns).granted
        for pattern in patterns:
            if pattern not in ("*", "*:*") and not any(naive_match(pattern, action) for action in removed):
                assert ActionSet.of([pattern], SMALL) <= granted


@LAW
@given(LITERALS)
def test_known_actions_alone_get_no_wildcard_where_it_must_be_exact(actions: set[str]) -> None:
    assert minimal_patterns(known_only(actions)).patterns == tuple(sorted(actions))


@LAW
@given(action_sets(), MODES)
def test_no_result_is_longer_than_the_known_actions_one_by_one(actions: ActionSet, mode: Wildcards) -> None:
    known = ActionSet(SMALL, actions.known, rest=False, open={})
    assert minimal_patterns(known, wildcards=mode).size <= size_of(action.text for action in actions.actions())


@LAW
@given(action_sets(), MODES)
def test_minimising_again_changes_nothing(actions: ActionSet, mode: Wildcards) -> None:
    found = minimal_patterns(actions, wildcards=mode)
    again = minimal_patterns(found.granted, wildcards=mode)
    assert again.size == found.size
    assert again.granted == found.granted
    assert not again.lost


@LAW
@given(st.lists(action_patterns(), max_size=5).flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_order_does_not_matter(drawn: tuple[list[str], list[str]]) -> None:
    for mode in Wildcards:
        one, other = (minimal_patterns(ActionSet.of(patterns, SMALL), wildcards=mode) for patterns in drawn)
        assert one.patterns == other.patterns


@LAW
@given(action_sets())
def test_a_clause_is_exact_or_the_patterns_inside(actions: ActionSet) -> None:
    clause = minimal_clause(actions)
    granted = clause_actions(clause, SMALL)
    assert granted.known == actions.known
    assert granted <= actions
    if not clause.negated:
        assert clause.patterns == minimal_patterns(actions).patterns


@LAW
@given(st.lists(action_patterns(), min_size=1, max_size=4), st.booleans())
def test_a_clause_says_what_the_clause_that_made_the_set_said(patterns: list[str], negated: bool) -> None:  # noqa: FBT001
    clause = ActionClause(tuple(patterns), negated)
    assert clause_actions(minimal_clause(clause_actions(clause, SMALL)), SMALL) == clause_actions(clause, SMALL)


# One service with a handful of short names that have much in common, so that everything can be tried.

TINY_NAMES = st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=6, unique=True)
DIVIDED = TINY_NAMES.flatmap(lambda names: st.tuples(st.just(names), st.sets(st.sampled_from(names))))
OVERHEAD = len('"x:",')


def tiny_catalog(names: Iterable[str]) -> Catalog:
    return Catalog({"x": "X"}, [ActionFacts("x", name, AccessLevel.READ) for name in names])


def cheapest(patterns: Iterable[str], allowed: set[str], banned: set[str]) -> int:
    """The characters of the cheapest cover with any of the patterns, found by trying every subset of the names."""
    places = {name: 1 << place for place, name in enumerate(sorted(allowed))}
    covers: dict[int, int] = {}
    for pattern in patterns:
        if not any(naive_match(pattern, name) for name in banned):
            mask = sum(bit for name, bit in places.items() if naive_match(pattern, name))
            covers[mask] = min(covers.get(mask, 1000), len(pattern) + OVERHEAD)
    best = [0] + [1_000_000] * ((1 << len(places)) - 1)
    for done in range(len(best)):
        for mask, price in covers.items():
            best[done | mask] = min(best[done | mask], best[done] + price)
    return best[-1]


def prefixes_and_names(names: Iterable[str]) -> set[str]:
    return {f"{name[:length]}*" for name in names for length in range(len(name) + 1)} | set(names)


@LAW
@given(DIVIDED)
def test_the_prefix_cover_is_the_cheapest_there_is(drawn: tuple[list[str], set[str]]) -> None:
    names, allowed = drawn
    banned = set(names) - allowed
    found = prefix_cover(allowed, banned)
    assert {name for name in names if any(naive_match(pattern, name) for pattern in found)} == allowed
    assert sum(len(pattern) + OVERHEAD for pattern in found) == cheapest(prefixes_and_names(names), allowed, banned)


@LAW
@given(DIVIDED)
def test_an_open_result_is_never_longer_than_the_cheapest_prefixes(drawn: tuple[list[str], set[str]]) -> None:
    names, allowed = drawn
    if allowed == set(names):
        return
    actions = known_only((f"x:{name}" for name in allowed), tiny_catalog(names))
    found = minimal_patterns(actions, wildcards=Wildcards.OPEN)
    assert found.size <= cheapest(prefixes_and_names(names), allowed, set(names) - allowed)
    for pattern in found.patterns:
        assert not any(naive_match(pattern, f"x:{name}") for name in set(names) - allowed)


@pytest.mark.parametrize(
    ("allowed", "banned", "expected"),
    [
        ("GetA GetB GetC", "PutA", ("x:G*",)),
        ("CreateTag DeleteTag", "CreateKey DeleteKey", ("x:*g",)),
        ("GetTag PutTag GetTags", "GetKey TagGet", ("x:*tT*",)),
        ("GetKeyA GetKeyB", "GetLock PutKeyA PutKeyB", ("x:G*K*",)),
        ("GetA PutA SetA", "ResetB ListA", ("x:??tA",)),
        ("Get", "GetAll", ("x:Get",)),
        ("A", "", ("x:A",)),
    ],
)
def test_each_form_is_found_where_it_is_short(allowed: str, banned: str, expected: tuple[str, ...]) -> None:
    catalog = tiny_catalog(f"{allowed} {banned}".split())
    actions = known_only((f"x:{name}" for name in allowed.split()), catalog)
    if banned or allowed == "A":
        assert minimal_patterns(actions, wildcards=Wildcards.OPEN).size <= size_of(expected)


# The real catalog.


def real(*patterns: str) -> ActionSet:
    return ActionSet.of(patterns, load_catalog())


@pytest.fixture(scope="module")
def corpus() -> dict[str, Document]:
    policies = json.loads(aws_managed_policies_data)
    return {name: parse_document(json.dumps(policy["Document"])) for name, policy in policies.items()}


def test_a_service_taken_away_leaves_the_other_patterns_as_they_were() -> None:
    left = real("s3:*", "ec2:*", "sqs:*") - real("sqs:*")
    for mode in Wildcards:
        found = minimal_patterns(left, wildcards=mode)
        assert found.patterns == ("ec2:*", "s3:*")
        assert not found.lost


def test_everything_less_thirty_services_is_the_others_whole() -> None:
    catalog = load_catalog()
    gone = {service.namespace for service in catalog.services[::15][:30]}
    left = ActionSet.everything(catalog) - real(*(f"{namespace}:*" for namespace in gone))
    stay = [service.namespace for service in catalog.services if service.namespace not in gone]
    found = minimal_patterns(left)
    assert found.patterns == tuple(sorted(f"{namespace}:*" for namespace in stay))
    assert found.granted.known == left.known
    assert found.lost == ("*",)
    assert minimal_clause(left) == ActionClause(tuple(sorted(f"{namespace}:*" for namespace in gone)), negated=True)


def test_a_pattern_that_lost_one_action_is_split_into_patterns_inside_it() -> None:
    left = real("s3:*", "s3:Thing") - real("s3:PutObject")
    found = minimal_patterns(left)
    assert found.lost == ("s3",)
    assert found.granted <= left
    assert found.granted.known == left.known
    assert "s3:PutObject" not in found.granted
    assert len(found.patterns) < 10


def test_known_actions_keep_their_case_and_others_that_of_the_author() -> None:
    actions = real("S3:GETOBJECT", "s3:PutBucket*", "new:FooBar", "ec2:describeT*")
    assert minimal_patterns(actions).patterns == ("ec2:DescribeT*", "new:foobar", "s3:GetObject", "s3:PutBucket*")
    assert "new:FooBar" in minimal_patterns(actions, written=["new:FooBar"]).patterns


def test_nothing_is_no_pattern_and_everything_is_a_star() -> None:
    catalog = load_catalog()
    assert minimal_patterns(ActionSet.nothing(catalog)) == MinimalPatterns((), ActionSet.nothing(catalog), ())
    assert minimal_clause(ActionSet.nothing(catalog)) == ActionClause((), negated=False)
    for mode in Wildcards:
        assert minimal_clause(ActionSet.everything(catalog), wildcards=mode) == ActionClause(("*",), negated=False)


def test_within_must_hold_what_is_to_be_granted() -> None:
    with pytest.raises(ValueError, match="within lacks a known action"):
        minimal_patterns(real("s3:GetObject"), within=real("sqs:*"))


def test_an_illegal_service_prefix_is_never_written() -> None:
    found = minimal_patterns(real("s*:Get*", "sqs:*"))
    assert all("*" not in pattern.partition(":")[0] for pattern in found.patterns)
    assert found.lost == ("s*",)


def statements(corpus: dict[str, Document]) -> list[Statement]:
    return [statement for document in corpus.values() for statement in document.statements]


def test_every_managed_statement_says_the_same_when_minimised(corpus: dict[str, Document]) -> None:
    for statement in statements(corpus):
        before = statement_actions(statement, load_catalog())
        clause = minimal_clause(before)
        assert clause_actions(clause, load_catalog()) == before
        assert clause.negated == statement.actions.negated
        assert size_of(clause.patterns) <= size_of(statement.actions.patterns)


@pytest.mark.parametrize("name", ["AdministratorAccess", "ReadOnlyAccess", "SecurityAudit"])
def test_a_whole_managed_document_is_rewritten_without_loss(corpus: dict[str, Document], name: str) -> None:
    granted = reduce(or_, (statement_actions(one, load_catalog()) for one in corpus[name].statements))
    for mode in Wildcards:
        clause = minimal_clause(granted, wildcards=mode, within=granted)
        assert clause_actions(clause, load_catalog()) == granted
        assert not clause.negated


def test_power_users_keep_the_services_to_come_where_one_clause_can_say_so(corpus: dict[str, Document]) -> None:
    apart = [statement_actions(one, load_catalog()) for one in corpus["PowerUserAccess"].statements]
    assert minimal_clause(apart[0]) == ActionClause(("account:*", "iam:*", "organizations:*"), negated=True)
    # No NotAction takes iam:* away and leaves iam:ListRoles, so the two statements cannot be one.
    together = minimal_clause(apart[0] | apart[1])
    assert not together.negated
    assert clause_actions(together, load_catalog()) <= apart[0] | apart[1]


def test_the_reader_shrinks_to_a_tenth_and_matches_nothing_that_it_did_not_have(corpus: dict[str, Document]) -> None:
    catalog = load_catalog()
    known = statement_actions(corpus["ReadOnlyAccess"].statements[0], catalog).known
    actions = ActionSet(catalog, known, rest=False, open={})
    found = minimal_patterns(actions, wildcards=Wildcards.OPEN)
    assert ActionSet.of(found.patterns, catalog).known == known
    assert found.size * 10 < size_of(action.text for action in actions.actions())


def test_patterns_made_to_be_slow_are_kept_in_bounds() -> None:
    patterns = [f"s3:{'*a' * 20}*b{place}" for place in range(60)] + [f"s3:x{place:04}*" for place in range(600)]
    left = real("s3:*a*", *patterns) - real("s3:PutObjectAcl")
    for mode in Wildcards:
        found = minimal_patterns(left, wildcards=mode)
        assert found.granted.known == left.known
    assert "s3:x0001" in minimal_patterns(left).granted


@pytest.mark.parametrize("shape", ["s3:a{}", "s3:a{}*", "s3:*a{}b*", "s3:?a{}*b", "s3:*{}", "new{}:*"])
def test_lists_made_to_be_long_are_kept_in_bounds(shape: str) -> None:
    actions = ActionSet.of([shape.format(place) for place in range(10_000)], SMALL) - known_only(["s3:GetObject"])
    for found in (minimal_patterns(actions), minimal_patterns(actions, wildcards=Wildcards.OPEN)):
        assert found.granted.known == actions.known
        assert shape.format(7).replace("*", "x").replace("?", "x") in found.granted
    assert "iam:PassRole" in clause_actions(minimal_clause(~actions), SMALL)


def test_of_a_set_too_large_to_be_worked_out_nothing_is_granted_beyond_it() -> None:
    lists = [
        ActionSet.of([f"s3:*{letters.format(place)}*" for place in range(400)], SMALL) for letters in ("a{}b", "b{}a")
    ]
    both = (lists[0] & lists[1]) | ActionSet.of(["s3:GetObject"], SMALL)
    for found in (minimal_patterns(both), minimal_patterns(both, within=both | lists[0])):
        assert found.patterns == ("s3:GetObject",)
        assert found.lost == ("s3",)
