"""Sets of texts, such as resource ARNs, that patterns describe; every answer holds for texts that do not exist yet."""

from collections.abc import Iterable

from msgspec import Struct

from leastwise.policy.document.variables import quoted, unquoted
from leastwise.policy.sets import names as name_sets
from leastwise.policy.sets.language import Answer, canonical
from leastwise.policy.sets.names import EVERY_NAME, NO_NAME, NameSet, Region

__all__ = ["PatternSet"]


class PatternSet(Struct, frozen=True, eq=False):
    """The texts that a Boolean combination of patterns with `*` and `?` describes, as a value.

    Case counts unless `ignores_case`; both sets of an operation must agree in that. `==` means that both hold the same
    texts; `<=` and `==` say False where the patterns are so entangled that it could not be decided (`is_subset` tells).

    >>> buckets = PatternSet.of(["arn:aws:s3:::logs-*"]) - PatternSet.of(["arn:aws:s3:::logs-eu*"])
    >>> "arn:aws:s3:::logs-us" in buckets, "arn:aws:s3:::logs-eu1" in buckets
    (True, False)
    """

    regions: NameSet
    """What it holds, as regions between patterns."""
    ignores_case: bool = False
    """Whether `a` and `A` are one letter."""

    @classmethod
    def of(cls, patterns: Iterable[str], *, ignores_case: bool = False) -> "PatternSet":
        """The texts that any of the patterns matches.

        >>> "s3:GETOBJECT" in PatternSet.of(["s3:Get*"], ignores_case=True)
        True
        """
        folded = (pattern.lower() if ignores_case else pattern for pattern in patterns)
        return cls(name_sets.names_matching(canonical(pattern) for pattern in folded), ignores_case)

    @classmethod
    def everything(cls, *, ignores_case: bool = False) -> "PatternSet":
        """All texts.

        >>> PatternSet.of(["a*"]) <= PatternSet.everything()
        True
        """
        return cls(EVERY_NAME, ignores_case)

    @classmethod
    def nothing(cls, *, ignores_case: bool = False) -> "PatternSet":
        """The empty set.

        >>> bool(PatternSet.nothing())
        False
        """
        return cls(NO_NAME, ignores_case)

    def described(self) -> tuple[str, ...]:
        """The set in words, sorted, for a person: a text holds if one of them says so.

        >>> (PatternSet.of(["logs-*"]) - PatternSet.of(["logs-eu*"])).described()
        ('logs-* except logs-eu*',)
        """
        return tuple(sorted(map(_described, self.regions)))

    def __contains__(self, text: str) -> bool:
        """Whether the text is in the set. Exact."""
        return name_sets.holds(self.regions, quoted(text.lower() if self.ignores_case else text))

    def __or__(self, other: "PatternSet") -> "PatternSet":
        """The texts of either."""
        return PatternSet(name_sets.union(self.regions, other.regions), self.ignores_case)

    def __and__(self, other: "PatternSet") -> "PatternSet":
        """The texts of both."""
        return PatternSet(name_sets.intersection(self.regions, other.regions), self.ignores_case)

    def __sub__(self, other: "PatternSet") -> "PatternSet":
        """The texts of this one that are not in the other."""
        return PatternSet(name_sets.difference(self.regions, other.regions), self.ignores_case)

    def __invert__(self) -> "PatternSet":
        """All other texts."""
        return PatternSet(name_sets.difference(EVERY_NAME, self.regions), self.ignores_case)

    def __le__(self, other: "PatternSet") -> bool:
        """Whether every text of this one is in the other; False also where it cannot be decided."""
        return self.is_subset(other) is Answer.YES

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same texts; False also where it cannot be decided."""
        if not isinstance(other, PatternSet):
            return NotImplemented
        return self.regions == other.regions or self <= other <= self

    def __hash__(self) -> int:
        # One set can be written in many ways, so nothing but the case rule may count.
        return hash(self.ignores_case)

    def __bool__(self) -> bool:
        """Whether there is a text in it; True also where that cannot be decided."""
        return self.is_empty() is not Answer.YES

    def is_empty(self) -> Answer:
        """Whether it holds no text.

        >>> (PatternSet.of(["a?"]) - PatternSet.of(["a*"])).is_empty()
        <Answer.YES: 1>
        """
        return name_sets.is_empty(self.regions)

    def is_subset(self, other: "PatternSet") -> Answer:
        """Whether every text of this one is in the other.

        >>> PatternSet.of(["a?*"]).is_subset(PatternSet.of(["a*"]))
        <Answer.YES: 1>
        """
        if name_sets.lies_within(self.regions, other.regions):
            return Answer.YES
        return name_sets.is_empty(name_sets.difference(self.regions, other.regions))

    def example(self) -> str | None:
        """A shortest text of one of its regions; None if it is empty, or none could be found.

        >>> (PatternSet.of(["logs-*"]) - PatternSet.of(["logs-"])).example()
        'logs-x'
        """
        found = name_sets.example(self.regions)
        return unquoted(found) if isinstance(found, str) else None


def _described(region: Region) -> str:
    some = "some of " if region.besides else ""
    inside = some + " and ".join(sorted(map(unquoted, region.inside)))
    return inside + (f" except {', '.join(sorted(map(unquoted, region.outside)))}" if region.outside else "")
