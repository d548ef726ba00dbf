"""The policy algebra against policy_sentry, parliament and policyuniverse, in one process, on the AWS-managed policies.

    pip install -e '.[sandbox]' -r bench/requirements-peers.txt
    python bench/algebra.py [expansion|documents|check|minimize ...]

CPU time of one core: medians of runs in turns, warm, so that all have what they cache. Checks that both sides found
the same where both can know it; prints what is promised and whether it holds. No test: a slow machine does not make it
fail. Takes three to four minutes, most of them policyuniverse's.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from corpus import Pair, managed, pairs, patterns
from peers import Peer, minimized, peers
from race import Cost, Work, milliseconds, promise, race, row

from leastwise.catalog import AccessLevel, ActionFacts, Catalog, load_catalog
from leastwise.policy import (
    ActionSet,
    Comparison,
    Wildcards,
    compare,
    document_grants,
    minimal_patterns,
    parse_document,
)

OURS = "leastwise"
_LESS_SQS = "[s3:*, ec2:*, sqs:*] less sqs"


def expansion(rivals: tuple[Peer, ...]) -> None:
    """Every action pattern of the corpus, as often as it stands there, expanded by itself."""
    every = [pattern for text in managed().values() for pattern in patterns(text)]
    count = f"{len(every):,} action patterns of {len(managed()):,} documents, {len(set(every)):,} of them distinct"
    print(f"\nExpansion: {count}, each by itself")
    _compare_expansions(rivals, sorted(set(every)))
    warm = race({OURS: lambda: _masks(load_catalog(), every)} | {peer.name: _expanding(peer, every) for peer in rivals})
    _print_costs(warm)
    named = race({OURS: lambda: _named(load_catalog(), every)})[OURS]
    row(f"{OURS}, each as a list of action names", named)
    fastest = min(warm[peer.name].median for peer in rivals)
    promise("expansion to sets, against the fastest peer", figure=warm[OURS].median / fastest * 100, bound=50, unit="%")
    promise("the same with every set listed by name", figure=named.median / fastest * 100, bound=50, unit="%")
    _star(rivals)


def _star(rivals: tuple[Peer, ...]) -> None:
    catalog = load_catalog()
    costs = race({OURS: lambda: catalog.expand("*")} | {peer.name: _expanding(peer, ["*"]) for peer in rivals})
    _print_costs(costs, "`*`")
    row(f"{OURS}, `*`, listed by name", race({OURS: lambda: _named(catalog, ["*"])})[OURS])
    promise("expanding `*`", figure=costs[OURS].median * 1000, bound=1)


def _masks(catalog: Catalog, every: list[str]) -> None:
    for pattern in every:
        catalog.expand(pattern)


def _named(catalog: Catalog, every: list[str]) -> None:
    for pattern in every:
        [action.text for action in catalog.actions(catalog.expand(pattern).mask)]


def _expanding(peer: Peer, every: list[str]) -> Callable[[], None]:
    def work() -> None:
        for pattern in every:
            peer.expand(pattern)

    return work


def _print_costs(costs: dict[str, Cost], what: str = "") -> None:
    for name, cost in costs.items():
        ratio = cost.median / costs[OURS].median
        title = f"{name}, {what}" if what else name
        row(title, cost if name == OURS else f"{cost}, {ratio:,.1f} times {OURS}")


def _compare_expansions(rivals: tuple[Peer, ...], distinct: list[str]) -> None:
    """Print what each finds; whatever a peer finds and our catalog knows, we find too."""
    catalog = load_catalog()
    known = _texts(catalog, catalog.everything)
    ours = {pattern: _texts(catalog, catalog.expand(pattern).mask) for pattern in distinct}
    _print_found(OURS, known, ours)
    for peer in rivals:
        theirs = {pattern: peer.found(pattern) for pattern in distinct}
        _print_found(peer.title, peer.known, theirs)
        both = known & peer.known
        assert all(theirs[pattern] & both <= ours[pattern] for pattern in distinct), f"we miss what {peer.name} finds"
        missed = [pattern for pattern in distinct if (ours[pattern] & both) - theirs[pattern]]
        if missed:
            row("", f"misses what its own catalog has for {len(missed)} patterns, e.g. {missed[0]}")


def _print_found(title: str, known: frozenset[str], found: dict[str, frozenset[str]]) -> None:
    every = frozenset[str]().union(*found.values())
    unknown = sum(not one for one in found.values())
    pieces = sum(map(len, found.values()))
    row(title, f"knows {len(known):,} actions, finds {len(every):,} ({pieces:,} in all), {unknown:,} patterns unknown")


def _texts(catalog: Catalog, mask: int) -> frozenset[str]:
    return frozenset(action.text.lower() for action in catalog.actions(mask))


def documents(rivals: tuple[Peer, ...]) -> None:
    """Every document from its text to the set of actions that it names."""
    texts = list(managed().values())
    print(f"\nDocuments: {len(texts):,} texts of {sum(map(len, texts)) / 1e6:.1f} MB read and expanded, each by itself")
    catalog = load_catalog()

    def ours() -> None:
        for text in texts:
            document_grants(parse_document(text), catalog)

    def listed() -> None:
        for text in texts:
            [action.text for action in document_grants(parse_document(text), catalog).allowed.actions()]

    rival_works = {peer.name: _reading(peer, texts) for peer in rivals}
    costs = race({OURS: ours, f"{OURS}, actions listed by name": listed} | rival_works)
    _print_costs(costs)
    promise("all documents parsed and expanded", figure=costs[OURS].median * 1000, bound=1000)


def _reading(peer: Peer, texts: Iterable[str]) -> Callable[[], None]:
    """What reading and expanding costs a peer at least: no more than JSON, and a set of what it returns."""
    kept = list(texts)

    def work() -> None:
        for text in kept:
            found: set[str] = set()
            for pattern in patterns(text):
                found.update(peer.names(peer.expand(pattern)))

    return work


def check(rivals: tuple[Peer, ...]) -> None:
    """Two documents of about 6 KB: whether one grants more, against expanding both and comparing nothing."""
    print("\nCheck: whether one document of about 6 KB grants more than another; the peers only read and expand both")
    found = [_check_pair(pair, rivals) for pair in pairs()]
    promise("the slowest pair", figure=max(costs[OURS].median for costs in found) * 1000, bound=5)
    for peer in rivals:
        ratios = [costs[OURS].median / costs[peer.name].median * 100 for costs in found]
        promise(f"the best pair, against {peer.name}", figure=min(ratios), bound=1, unit="%")
        promise(f"the worst pair, against {peer.name}", figure=max(ratios), bound=1, unit="%")


def _check_pair(pair: Pair, rivals: tuple[Peer, ...]) -> dict[str, Cost]:
    """Print one pair; what the comparison costs, and what expanding both costs each peer."""
    catalog = load_catalog()
    new, old = parse_document(pair.new), parse_document(pair.old)
    works: dict[str, Work] = {peer.name: _reading(peer, [pair.new, pair.old]) for peer in rivals}
    works[OURS] = lambda: compare(new, old, catalog)
    works["read"] = lambda: compare(parse_document(pair.new), parse_document(pair.old), catalog)
    costs = race(works, budget=0.3)
    shown = {name: f"{milliseconds(cost.median).strip()} ms" for name, cost in costs.items()}
    row(pair.title, f"{shown[OURS]}, read too {shown['read']}: {_answer(compare(new, old, catalog))}")
    row("", ", ".join(f"{peer.name} {shown[peer.name]}" for peer in rivals))
    return costs


def _answer(comparison: Comparison) -> str:
    witness = "" if comparison.witness is None else f", {comparison.witness.action} on {comparison.witness.resource}"
    return f"{comparison.answer.name}{witness}"


def minimize(_: tuple[Peer, ...]) -> None:
    """Known actions as the fewest characters, against policyuniverse on its own catalog, and alone on ours."""
    print("\nMinimisation: the shortest patterns that match these actions and no other known one")
    _minimize_both()
    _minimize_alone()


def _shortest(actions: ActionSet, mode: str = "open") -> list[str]:
    return list(minimal_patterns(actions, wildcards=Wildcards(mode)).patterns)


def _minimize_both() -> None:
    theirs = _policyuniverse_catalog()
    print(f"  of the {len(theirs):,} actions that policyuniverse knows, both from the list of names:")
    ratios = [_minimize_pair(title, made) for title, made in _sets(theirs) if title != "PowerUserAccess"]
    promise("the worst set, against policyuniverse", figure=max(ratios) * 100, bound=5, unit="%")


def _minimize_alone() -> None:
    print(f"  of the {len(load_catalog()):,} actions that {OURS} knows, starting from the set:")
    costs = {
        (title, mode): _minimize_set(title, made, mode=mode)
        for title, made in _sets(load_catalog())
        for mode in ("exact", "open")
    }
    wanted = ["ec2:*", "s3:*"]
    assert [_shortest(made, "exact") for title, made in _sets(load_catalog()) if title == _LESS_SQS] == [wanted]
    print(f"  => {_LESS_SQS} is {wanted}: holds")
    promise("ReadOnlyAccess's actions", figure=costs["ReadOnlyAccess", "open"] * 1000, bound=100)
    promise("`*` less 30 services", figure=costs["`*` less 30 services", "open"] * 1000, bound=50)


def _policyuniverse_catalog() -> Catalog:
    """A catalog of ours that knows what policyuniverse knows, so that both minimise the same set."""
    import policyuniverse  # noqa: PLC0415 - its catalog is of interest here only

    parts = [name.split(":") for name in policyuniverse.all_permissions]
    facts = [ActionFacts(namespace, name, AccessLevel.UNKNOWN) for namespace, name in parts]
    return Catalog({namespace: namespace for namespace, _ in parts}, facts)


def _sets(catalog: Catalog) -> Iterator[tuple[str, ActionSet]]:
    """Sets of known actions that a rewritten policy is likely to grant."""
    for name in ("ReadOnlyAccess", "SecurityAudit", "PowerUserAccess"):
        yield name, document_grants(parse_document(managed()[name]), catalog).actions
    everything = ActionSet.everything(catalog)
    gone = [f"{service.namespace}:*" for service in catalog.services[:: len(catalog.services) // 30][:30]]
    yield "`*` less 30 services", everything - ActionSet.of(gone, catalog)
    wanted = ActionSet.of(["s3:*", "ec2:*", "sqs:*"], catalog)
    yield _LESS_SQS, wanted - ActionSet.of(["sqs:*"], catalog)
    yield (
        "[s3:*, ec2:*, sqs:*] less 7 actions",
        wanted - ActionSet.of([action.text for action in wanted.actions()[::150]], catalog),
    )


def _minimize_pair(title: str, made: ActionSet) -> float:
    """Print one set; what it costs us, of what it costs policyuniverse."""
    catalog, names = made.catalog, [action.text for action in made.actions()]
    cost = race({OURS: lambda: _shortest(ActionSet.of(names, catalog))})[OURS]
    mine = _shortest(ActionSet.of(names, catalog))
    start = time.process_time()
    theirs = minimized(names)
    whole = time.process_time() - start
    assert ActionSet.of(mine, catalog).known == made.known, f"{title}: not the actions that were asked for"
    found = ActionSet.of(theirs, catalog).known
    assert not found & ~made.known, f"{title}: policyuniverse grants more"
    row(_counted(title, made), f"{milliseconds(cost.median)} ms, {_size(mine):,} characters")
    lost = f", {(made.known & ~found).bit_count()} actions lost"
    ratio = cost.median / whole
    row("  policyuniverse", f"{milliseconds(whole)} ms, {_size(theirs):,} characters{lost}: ours takes {ratio:.2%}")
    if _size(mine) > _size(theirs):
        row("  OURS IS LONGER", "")
    return ratio


def _minimize_set(title: str, made: ActionSet, *, mode: str) -> float:
    cost = race({OURS: lambda: _shortest(made, mode)})[OURS]
    found = _shortest(made, mode)
    assert ActionSet.of(found, made.catalog).known == made.known, f"{title}: not the actions that were asked for"
    shown = f": {', '.join(found)}" if len(found) < 4 else ""  # noqa: PLR2004 - what fits the line
    row(f"{_counted(title, made)}, {mode}", f"{cost}, {_size(found):6,} characters{shown}")
    return cost.median


def _counted(title: str, made: ActionSet) -> str:
    return f"{title} ({made.known.bit_count():,})"


def _size(found: list[str]) -> int:
    return len(json.dumps(found, separators=(",", ":")))


PARTS = {part.__name__: part for part in (expansion, documents, check, minimize)}


def main() -> None:
    """Run the parts that are named, or all."""
    wanted = sys.argv[1:] or list(PARTS)
    logging.disable()  # peers log what they do not know
    rivals = peers()
    print(f"{OURS} against {', '.join(peer.title for peer in rivals)}; CPython {sys.version.split()[0]}")
    load_catalog(), managed()
    gc.freeze()  # the catalogs of four libraries are no garbage, and looking through them would cost all four
    for name in wanted:
        PARTS[name](rivals)


if __name__ == "__main__":
    main()
