"""Who uses what of a statement since when, in words: why something of it goes and why the rest stays."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from leastwise.findings import Verdict
from leastwise.plan import Change, Gone, Seen, StatementChange
from leastwise.policy import Arn
from leastwise.report.layout import clean
from leastwise.report.phrases import count, day
from leastwise.report.plan.naming import any_of, few, principal_name

__all__ = [
    "Holders",
    "gone_by_reason",
    "holders_of",
    "kept_names",
    "kept_words",
    "reasons",
    "seen_words",
    "since_words",
    "statement_name",
]


class Holders(Struct, frozen=True):
    """Who holds what is told of, and how long it was looked at."""

    principals: tuple[Arn, ...]
    """The users and roles that the change reaches."""
    window_days: int | None
    """How many days back the shortest window looks; None where nobody was looked at: there is nobody, or what goes was
    denied before."""


def holders_of(change: Change) -> Holders:
    """Those whom the change reaches."""
    return Holders(change.principals, change.risk.window_days)


def statement_name(changed: StatementChange) -> str:
    """`Statement[0] "Read"`."""
    sid = f' "{clean(changed.sid)}"' if changed.sid else ""
    return f"Statement[{changed.index}]{sid}"


def reasons(
    changed: StatementChange,
    holders: Holders,
    *,
    most: int | None,
    gone: Sequence[Gone] | None = None,
    with_seen: bool = True,
) -> str:
    """What goes and what stays, in clauses; of each list at most so many names, and all without `most`.

    `gone` says which part of what goes is to be told of; all of it without.
    """
    told = changed.gone if gone is None else gone
    clauses = [*_gone_clauses(told, holders, most), *(_seen_clauses(changed, most) if with_seen else ())]
    if not changed.gone and not changed.seen:
        clauses.append("goes, and nobody holds it" if not holders.principals else _unsaid(changed))
    return "; ".join(clauses)


def _unsaid(changed: StatementChange) -> str:
    return "grants nothing that is known, and goes" if changed.after is None else "grants the same in other words"


def _gone_names(gone: Gone) -> list[str]:
    """`sqs`, or `s3:GetObject` for each action."""
    service = clean(gone.service)
    return [f"{service}:{clean(action)}" for action in gone.actions] or [service]


def since_words(at: datetime | None, holders: Holders) -> str:
    """`never used in 400 days by role/web`, or `not used since 2026-01-28 by role/web`."""
    if at is not None:
        return f"not used since {day(at)} by {any_of(holders.principals)}"
    if holders.window_days is None and holders.principals:
        return f"denied by a quarantine, and not asked for by {any_of(holders.principals)}"
    window = "" if holders.window_days is None else f" in {count(holders.window_days, 'day')}"
    return f"never used{window} by {any_of(holders.principals)}"


def gone_by_reason(told: Iterable[Gone], holders: Holders) -> list[tuple[Verdict, str, list[str]]]:
    """What goes for the same reason together: the verdict, since when it is not used, and the names."""
    found: dict[tuple[Verdict, str], list[str]] = {}
    for one in told:
        found.setdefault((one.verdict, since_words(one.last_used_at, holders)), []).extend(_gone_names(one))
    return [(verdict, words, names) for (verdict, words), names in found.items()]


def _gone_clauses(told: Sequence[Gone], holders: Holders, most: int | None) -> Iterator[str]:
    for _, words, names in gone_by_reason(told, holders):
        yield f"{few(names, most)} {words}"
    for one in told:
        if one.kept:
            names = kept_names(one)
            yield f"{few(names, most)} {'stays' if len(names) == 1 else 'stay'}: {kept_words(one)}"


def kept_names(gone: Gone) -> list[str]:
    """The actions of the service that stay although it goes."""
    return [f"{clean(gone.service)}:{clean(action)}" for action in gone.kept]


def kept_words(gone: Gone) -> str:
    """Why they stay."""
    return f"no report would show {'its' if len(gone.kept) == 1 else 'their'} use"


def _seen_clauses(changed: StatementChange, most: int | None) -> Iterator[str]:
    """What stays for the sake of the same principal in one clause, in the order in which it comes."""
    shown = changed.seen if most is None else changed.seen[:most]
    by_keeper: dict[tuple[Verdict, Arn], list[Seen]] = {}
    for one in shown:
        by_keeper.setdefault((one.verdict, one.principal), []).append(one)
    yield from (_kept_by(verdict, principal, seen) for (verdict, principal), seen in by_keeper.items())
    more = len(changed.seen) - len(shown) + changed.more_seen
    if more:
        yield f"{count(more, 'more service')} {'stays' if more == 1 else 'stay'}"


def _kept_by(verdict: Verdict, principal: Arn, seen: Sequence[Seen]) -> str:
    if len(seen) == 1:
        return f"{clean(seen[0].service)} stays: {seen_words(seen[0])}"
    who = principal_name(principal)
    if verdict is Verdict.UNKNOWN:
        return f"stay, since whether {who} uses them is not known: {', '.join(clean(one.service) for one in seen)}"
    used = ", ".join(f"{clean(one.service)}{_on(one)}{_others(one)}" for one in seen)
    return f"stay, used {'' if verdict is Verdict.USED else 'last '}by {who}: {used}"


def seen_words(seen: Seen) -> str:
    """Why the service stays: `role/web used it on 2026-11-20 (as did 3 others)`."""
    who = principal_name(seen.principal)
    if seen.verdict is Verdict.UNKNOWN:
        return f"whether {who} uses it is not known"
    return f"{who} used it{'' if seen.verdict is Verdict.USED else ' last'}{_on(seen)}{_others(seen)}"


def _on(seen: Seen) -> str:
    return "" if seen.last_used_at is None else f" on {day(seen.last_used_at)}"


def _others(seen: Seen) -> str:
    others = seen.holders - 1
    return f" (and {count(others, 'other')} lately)" if others > 0 and seen.verdict is Verdict.USED else ""
