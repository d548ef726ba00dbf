"""A reduction that keeps a quota: written shorter, and then with services given back that cost most and gain least."""

from leastwise.policy import ActionSet, Document, size_in_characters
from leastwise.recommend.reduction import Reduction, Strategy, reduce_document

__all__ = ["fitted_reduction"]


def fitted_reduction(
    document: Document,
    removal: ActionSet,
    *,
    limit: int,
    strategy: Strategy = Strategy.PRESERVE,
    kept_sids: str = "Keep",
) -> tuple[Reduction, ActionSet] | None:
    """The reduction in at most `limit` characters, and the removal that is left of the one that was asked.

    What is too long is written as short as can be first, whatever the strategy; then services of which a part would
    stay are given back whole. None where it does not fit even with all of them given back: a copy of an AWS-managed
    policy that is longer than any customer's may be. Costs two reductions a service that is given back.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["s3:*", "sqs:*"], "Resource": "*"}}'
    >>> removal = ActionSet.of(["s3:DeleteBucket", "sqs:*"], load_catalog())
    >>> fitted_reduction(parse_document(text), removal, limit=80)[0].text
    '{"Statement": {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}}'
    """
    first = reduce_document(document, removal, strategy=strategy, kept_sids=kept_sids)
    if _fits(first, limit):
        return first, removal

    def reduced(left: ActionSet) -> Reduction:
        return reduce_document(document, left, strategy=Strategy.MINIMAL, kept_sids=kept_sids)

    given_back: list[ActionSet] = []
    left, found = removal, reduced(removal)
    while not _fits(found, limit):
        service = _dearest(found, left)
        if service is None:
            return None
        given_back.append(left & ActionSet.of([f"{service}:*"], left.catalog))
        left = left - given_back[-1]
        found = reduced(left)
    # What was given back before the service that mattered may go after all.
    for again in given_back[:-1]:
        more = reduced(left | again)
        if _fits(more, limit):
            left, found = left | again, more
    return found, left


def _fits(reduction: Reduction, limit: int) -> bool:
    return reduction.text is None or size_in_characters(reduction.text) <= limit


def _dearest(reduction: Reduction, removal: ActionSet) -> str | None:
    """The service that whole would save most characters for each action that goes; None if none would save any."""
    patterns: dict[str, list[str]] = {}
    for clause in reduction.changes.values():
        for pattern in () if clause is None else clause.patterns:
            patterns.setdefault(pattern.partition(":")[0].lower(), []).append(pattern)
    gone = {one.namespace: removal.known_in(one.namespace).bit_count() for one in removal.catalog.services}
    costs = {
        namespace: (sum(map(len, found)) - len(f"{namespace}:*")) / gone[namespace]
        for namespace, found in patterns.items()
        if gone.get(namespace)
    }
    dearest = max(sorted(costs), key=costs.__getitem__, default=None)
    return dearest if dearest is not None and costs[dearest] > 0 else None
