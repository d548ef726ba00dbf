"""A reduction that keeps a quota: written shorter, and then with services given back that cost most and gain least."""

from collections.abc import Mapping
from functools import lru_cache

from leastwise.policy import PATTERN_OVERHEAD, ActionSet, Document, size_in_characters
from leastwise.recommend.reduction import Reduction, Strategy, reduce_document
from leastwise.recommend.removal import Removal
from leastwise.settings import KEPT_SIDS

__all__ = ["fitted_reduction"]


def fitted_reduction(
    document: Document,
    removal: Removal,
    *,
    limit: int,
    strategy: Strategy = Strategy.PRESERVE,
    kept_sids: str = KEPT_SIDS,
) -> tuple[Reduction, Removal] | None:
    """The reduction in at most `limit` characters, and the removal that is left of the one that was asked.

    What is too long is written as a list first where it is a NotAction, then the services with the longest lists are
    written as short as can be; then services of which a part would stay are given back whole. None where it does not
    fit even with all of them given back: a copy of an AWS-managed policy that is longer than any customer's may be.
    Costs a few reductions.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}}'
    >>> removal = Removal(ActionSet.of(["s3:DeleteBucket", "sqs:*"], load_catalog()))
    >>> fitted_reduction(parse_document(text), removal, limit=80)[0].text
    '{"Statement": {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}}'
    """
    short: frozenset[str] | None = None

    def reduced(left: ActionSet) -> Reduction:
        part = Removal(left, removal.needed)
        return reduce_document(document, part, strategy=strategy, kept_sids=kept_sids, short=short)

    left, found = removal.actions, reduced(removal.actions)
    if not _fits(found, limit):
        short = frozenset()
        found = reduced(left) if _may_be_listed(document) else found
    while not _fits(found, limit) and (longest := _longest(found, limit, done=short or frozenset())):
        short = (short or frozenset()) | longest
        found = reduced(left)
    while not _fits(found, limit):
        services = _dearest(found, left, limit)
        if not services:
            return None
        left = left - ActionSet.of([f"{service}:*" for service in services], left.catalog)
        found = reduced(left)
    return found, Removal(left, removal.needed)


def _may_be_listed(document: Document) -> bool:
    """Whether a NotAction could be written as a list."""
    return any(statement.actions.negated for statement in document.statements)


def _longest(reduction: Reduction, limit: int, *, done: frozenset[str]) -> frozenset[str]:
    """The services with the longest lists, as many as it seems to take if each shrinks by half; at least one."""
    saved = {service: saving for service, saving in _savings(reduction).items() if saving > 0 and service not in done}
    excess, chosen = _characters(reduction.text or "") - limit, set[str]()
    for service in sorted(saved, key=lambda one: (-saved[one], one)):
        if chosen and excess <= 0:
            break
        chosen.add(service)
        excess -= saved[service] // 2
    return frozenset(chosen)


def _fits(reduction: Reduction, limit: int) -> bool:
    return _characters(reduction.text or "") <= limit


@lru_cache(maxsize=8)
def _characters(text: str) -> int:
    return size_in_characters(text)


def _dearest(reduction: Reduction, removal: ActionSet, limit: int) -> list[str]:
    """The services that whole would save most characters for each action that goes, as many as it seems to take.

    None if none would save any. One that, when all are chosen, turns out to save no more than there is too much, goes.
    """
    saved = {service: saving for service, saving in _savings(reduction).items() if saving > 0}
    gone = {service: removal.known_in(service).bit_count() for service in saved}
    excess, chosen = _characters(reduction.text or "") - limit, list[str]()
    for service in sorted((one for one in saved if gone[one]), key=lambda one: (-saved[one] / gone[one], one)):
        if excess <= 0:
            break
        chosen.append(service)
        excess -= saved[service]
    for service in chosen[:-1]:
        if excess + saved[service] <= 0:
            chosen.remove(service)
            excess += saved[service]
    return chosen


def _savings(reduction: Reduction) -> Mapping[str, int]:
    """By service, the characters that its patterns take beyond one that grants all of it, quotes and comma included."""
    saved: dict[str, int] = {}
    for clause in reduction.changes.values():
        services: dict[str, int] = {}
        for pattern in () if clause is None else clause.patterns:
            namespace = pattern.partition(":")[0].lower()
            services[namespace] = services.get(namespace, 0) + len(pattern) + PATTERN_OVERHEAD
        for namespace, size in services.items():
            # What a NotAction excepts no more needs no pattern at all.
            instead = 0 if clause and clause.negated else len(f"{namespace}:*") + PATTERN_OVERHEAD
            saved[namespace] = saved.get(namespace, 0) + size - instead
    return saved
