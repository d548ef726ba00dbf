"""Comparing what documents, or all policies of a principal, grant: a proof, or a request that tells them apart.

Both kinds of answer are certain. YES is proved on the languages of the patterns and what is known of conditions, for
actions that are not yet invented too. NO comes with a request that was evaluated on both sides. What is neither is
UNDECIDED, and whoever asks takes the side that is safe for it: who must not grant more than before takes it for NO.

A resource is any text and an action may meet any resource: that `s3:GetObject` never meets a queue is not used. So a
YES holds without a catalog of resources, and the witnesses are drawn such that a person would believe them.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile
from typing import Final

from msgspec import Struct

from leastwise.catalog import Catalog
from leastwise.policy.comparison.box import Box, common, left_over, meets, weight
from leastwise.policy.comparison.literal import Literals
from leastwise.policy.comparison.side import Side, boxes, permits, side_of
from leastwise.policy.comparison.witness import requests_in
from leastwise.policy.document.model import Document
from leastwise.policy.evaluation.policies import Policies
from leastwise.policy.evaluation.request import Request
from leastwise.policy.sets.action_set import ActionSet
from leastwise.policy.sets.language import Answer, Effort
from leastwise.policy.sets.pattern_set import PatternSet

__all__ = ["Comparison", "Difference", "Gap", "compare", "difference", "equivalent", "is_subset"]

_STEPS: Final = 2_000_000
"""Steps of one comparison, about one a microsecond, before it is given up; documents of 6 KB need some ten thousand."""
_TRIED: Final = 200
"""Requests tried in one box."""
_EVALUATED: Final = 1_000_000
"""Steps of evaluating requests in all boxes together, about one a microsecond at worst."""
_THOUGHT_OF: Final = 1_000_000
"""Steps of thinking of resources and actions that patterns leave, in all boxes together."""
_GAPS: Final = 40
"""Boxes in which a witness is looked for."""


class Gap(Struct, frozen=True, eq=False):
    """Requests that may be allowed on one side only: nothing outside of the gaps of a difference is."""

    actions: ActionSet
    """For these actions."""
    resources: PatternSet
    """On these resources, each variable as `*`."""
    literals: Literals
    """Where these hold."""
    witness: Request | None
    """One of them, evaluated on both sides; None where none was found, so that the gap may be empty."""


class Comparison(Struct, frozen=True, eq=False):
    """Whether everything that one side grants is granted by the other."""

    answer: Answer
    """YES (proved), NO (there is a witness), or UNDECIDED."""
    witness: Request | None = None
    """A request that the first side allows and the second does not; there is one exactly if the answer is NO."""
    gap: Gap | None = None
    """Where the witness was found, or what is undecided; None if the answer is YES, or it took too many steps."""


class Difference(Struct, frozen=True, eq=False):
    """What one side grants and the other does not."""

    gaps: tuple[Gap, ...]
    """In no more than these."""
    is_complete: bool
    """Whether these are all: False where the documents were too entangled to list them."""


def compare(new: Document | Policies, old: Document | Policies, catalog: Catalog) -> Comparison:
    """Whether `old` grants all that `new` grants; ends at the first witness.

    Costs one to three milliseconds for two documents of 6 KB, and is bounded for any: then the answer is UNDECIDED.
    What a resource's own policy must allow besides (a role's trust policy, that of a KMS key) is taken for granted.

    Raises:
        ValueError: a side has a resource policy besides those of a principal.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "%s", "Resource": "*"}}'
    >>> narrow, wide = (parse_document(text % action) for action in ("s3:GetObject", "s3:Get*"))
    >>> compare(narrow, wide, load_catalog()).answer, compare(wide, narrow, load_catalog()).witness.action
    (<Answer.YES: 1>, 's3:GetAccelerateConfiguration')
    """
    undecided: Comparison | None = None
    tries = _GAPS
    for gap in _gaps(side_of(new, catalog), side_of(old, catalog), catalog):
        if gap is not None and gap.witness is not None:
            return Comparison(Answer.NO, gap.witness, gap)
        undecided = undecided or Comparison(Answer.UNDECIDED, None, gap)
        tries -= 1
        if not tries:
            break
    return undecided or Comparison(Answer.YES)


def is_subset(new: Document | Policies, old: Document | Policies, catalog: Catalog) -> Answer:
    """Whether `old` grants all that `new` grants; UNDECIDED is to be read as NO by whoever must not grant more.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "%s"}}'
    >>> narrow, wide = (parse_document(text % resource) for resource in ("arn:aws:s3:::a", "*"))
    >>> is_subset(narrow, wide, load_catalog())
    <Answer.YES: 1>
    """
    return compare(new, old, catalog).answer


def equivalent(one: Document | Policies, other: Document | Policies, catalog: Catalog) -> Comparison:
    """Whether both grant the same; a witness is allowed by one of them only.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": ["%s", "s3:Get*"], "Resource": "*"}}'
    >>> one, other = (parse_document(text % action) for action in ("s3:GetObject", "s3:gettag*"))
    >>> equivalent(one, other, load_catalog()).answer
    <Answer.YES: 1>
    """
    there = compare(one, other, catalog)
    if there.answer is Answer.NO:
        return there
    back = compare(other, one, catalog)
    return there if back.answer is Answer.YES else back


def difference(new: Document | Policies, old: Document | Policies, catalog: Catalog) -> Difference:
    """What `new` grants and `old` does not: no gap if it is nothing, and nothing outside of the gaps.

    >>> from leastwise.catalog import load_catalog
    >>> from leastwise.policy import parse_document
    >>> text = '{"Statement": {"Effect": "Allow", "Action": "%s", "Resource": "*"}}'
    >>> gaps = difference(parse_document(text % "sqs:*"), parse_document(text % "sqs:S*"), load_catalog()).gaps
    >>> len(gaps), "sqs:TagQueue" in gaps[0].actions, "sqs:SendMessage" in gaps[0].actions
    (1, True, False)
    """
    found = tuple(_gaps(side_of(new, catalog), side_of(old, catalog), catalog))
    return Difference(tuple(gap for gap in found if gap is not None), None not in found)


def _gaps(new: Side, old: Side, catalog: Catalog) -> Iterator[Gap | None]:
    """The boxes that one side allows and the other is not seen to allow; None where it took too many steps."""
    search = _Search(new, old, catalog)
    for box in _open_boxes(new, old):
        yield None if box is None else search.gap(box)


def _open_boxes(new: Side, old: Side) -> Iterator[Box | None]:
    effort = Effort(_STEPS)
    for box in boxes(new, effort):
        if box is None:
            yield None
            return
        for layer in old.layers:
            yield from left_over(box, (*layer, *new.denies), effort)
        for deny in old.denies:
            if meets(box, deny):
                if not effort.take(weight(box, deny)):
                    yield None
                    return
                yield from left_over(common(box, deny), new.denies, effort)


class _Search:
    """Looks for requests that one side allows and the other does not."""

    def __init__(self, new: Side, old: Side, catalog: Catalog) -> None:
        self._new, self._old, self._catalog = new, old, catalog
        self._variables = new.variables | old.variables
        self._weight = new.weight + old.weight
        self._effort = Effort(_EVALUATED)
        self._thinking = Effort(_THOUGHT_OF)

    def gap(self, box: Box) -> Gap:
        """The box, with a request in it where one was found."""
        drawn = islice(requests_in(box, self._catalog, variables=self._variables, effort=self._thinking), _TRIED)
        found = next((one for one in self._affordable(drawn) if self._tells_apart(one)), None)
        return Gap(box.actions, PatternSet(box.resources), box.literals, found)

    def _affordable(self, drawn: Iterable[Request]) -> Iterator[Request]:
        return takewhile(lambda _: self._effort.take(self._weight), drawn)

    def _tells_apart(self, request: Request) -> bool:
        return permits(self._new, request) and not permits(self._old, request)
