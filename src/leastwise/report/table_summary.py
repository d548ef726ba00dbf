"""How a table begins and ends: what was looked at, what could not be known, and the scan in figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from leastwise.findings import Reason, ScanStatus
from leastwise.report.document import AccountEntry, ErrorEntry, ScanDocument, Summary, UnknownCount, VerdictCounts
from leastwise.report.layout import Atom, Line, Span, Tone, clean, fitted, pack, wrap
from leastwise.report.phrases import REASONS, count, day, moment
from leastwise.report.table_view import View, heading

__all__ = ["closing", "errors_section", "notes_section", "opening", "unknown_section"]

_COLUMNS: Final = ("used", "stale", "unused", "unknown")
_TONES: Final = {
    ScanStatus.COMPLETE: Tone.GOOD,
    ScanStatus.PARTIAL: Tone.WARN,
    ScanStatus.FAILED: Tone.BAD,
}
_INDENT: Final = 14
_MOST_NAMES: Final = 2
"""Lines of names beneath a reason or an error."""


def opening(document: ScanDocument, *, window: tuple[datetime, datetime] | None, view: View) -> list[Line]:
    """Which accounts, when, how many principals, and over which time use could be seen."""
    lines = [line for account in document.accounts for line in _account(account, view=view)]
    seen = "no use could be looked at" if window is None else f"use seen from {day(window[0])} to {day(window[1])}"
    text = (
        f"{_principals(document.summary)} and {count(document.summary.policies, 'managed policy')}; {seen}; "
        f"stale after {count(document.parameters.stale_after_days, 'day')}; "
        f"made {moment(document.generated_at)} by leastwise {clean(document.version)}"
    )
    return [*lines, *wrap(text, width=view.width, indent=0, hang=0, tone=Tone.DIM)]


def _account(account: AccountEntry, *, view: View) -> list[Line]:
    alias = f" ({clean(account.alias)})" if account.alias else ""
    name = Span(f"Account {account.id}{alias}", Tone.STRONG)
    head = fitted((name, Span("  "), Span(account.status, _TONES[account.status])), view.width)
    if account.status is not ScanStatus.FAILED:
        return [head]
    reasons = "; ".join(f"{error.code}: {error.message}" for error in account.errors) or "it could not be read"
    return [head, *wrap(reasons, width=view.width, indent=2, hang=2, tone=Tone.BAD)]


def _principals(summary: Summary) -> str:
    counts = summary.principals
    return f"{count(counts.roles, 'role')}, {count(counts.users, 'user')}, {count(counts.groups, 'group')}"


def unknown_section(
    unknown: Sequence[UnknownCount], *, failed: Mapping[Reason, Sequence[str]], view: View
) -> list[Line]:
    """What could not be known and why; `failed` names the principals whose evidence could not be had."""
    if not unknown:
        return []
    lines = heading("WHAT COULD NOT BE KNOWN", view=view)
    return lines + [line for one in unknown for line in _unknown(one, failed.get(one.reason, ()), view=view)]


def _unknown(one: UnknownCount, names: Sequence[str], *, view: View) -> list[Line]:
    tone = Tone.BAD if one.reason.is_failure else Tone.STRONG
    parts = [count(number, noun) for number, noun in ((one.services, "service"), (one.actions, "action")) if number]
    figures = f"{' and '.join(parts)} of {count(one.principals, 'principal')}"
    head = fitted((Span("  "), Span(f"{one.reason:<16}", tone), Span(f" {figures}")), view.width)
    lines = [head, *wrap(REASONS[one.reason], width=view.width, indent=4, hang=4, tone=Tone.DIM)]
    return lines + (_names(names, view=view) if one.reason.is_failure else [])


def _names(names: Sequence[str], *, view: View) -> list[Line]:
    if not names:
        return []
    atoms = [Atom((Span(clean(name), Tone.NAME),)) for name in names]
    return pack(atoms, width=view.width, indent=4, hang=4, most_lines=view.lines(_MOST_NAMES))


def errors_section(accounts: Sequence[AccountEntry], *, view: View) -> list[Line]:
    """The answers that could not be had from accounts that could be read, those of one kind together."""
    kinds: dict[tuple[str, str, str], list[ErrorEntry]] = {}
    for account in accounts:
        for error in account.errors if account.status is not ScanStatus.FAILED else ():
            # AWS's own messages differ by request id; where AWS was not asked, the message alone tells what is missing.
            message = "" if error.operation else error.message
            kinds.setdefault((error.operation, error.code, message), []).append(error)
    if not kinds:
        return []
    lines = heading("ERRORS", view=view)
    return lines + [line for _, errors in sorted(kinds.items()) for line in _errors(errors, view=view)]


def _errors(errors: Sequence[ErrorEntry], *, view: View) -> list[Line]:
    first = errors[0]
    times = f"{len(errors):,} times " if len(errors) > 1 else ""
    head = f"{times}{first.operation or 'scan'}: {first.code}: {first.message}"
    names = sorted({error.arn for error in errors if error.arn})
    return [*wrap(head, width=view.width, indent=2, hang=4), *_names(names, view=view)]


def notes_section(accounts: Sequence[AccountEntry], *, view: View) -> list[Line]:
    """What the reader must know besides."""
    notes = [note for account in accounts for note in account.notes]
    if not notes:
        return []
    lines = heading("NOTES", view=view)
    return lines + [line for note in notes for line in wrap(f"- {note}", width=view.width, indent=2, hang=4)]


def closing(document: ScanDocument, *, failed: int, view: View) -> list[Line]:
    """The scan in figures, and its outcome in a sentence; `failed` principals could not be judged."""
    summary = document.summary
    lines = [*heading("SUMMARY", view=view), _figures(_COLUMNS, "", tone=Tone.DIM)]
    lines += [_verdicts(summary.services, "services"), _verdicts(summary.actions, "actions")]
    lines += _labelled("principals", f"{_principals(summary)}; {summary.principals.idle:,} idle", view=view)
    lines += _findings(summary, view=view)
    lines += _labelled("to gain", _gain(summary), view=view)
    return [*lines, (), *_outcome(summary, failed=failed, view=view)]


def _verdicts(counts: VerdictCounts, label: str) -> Line:
    figures = (counts.used, counts.stale, counts.unused, counts.unknown)
    return _figures([f"{figure:,}" for figure in figures], label, tone=Tone.PLAIN)


def _figures(texts: Sequence[str], label: str, *, tone: Tone) -> Line:
    return (Span(f"  {label:<12}"), Span("".join(f"{text:>10}" for text in texts), tone))


def _labelled(label: str, text: str, *, view: View) -> list[Line]:
    first, *rest = wrap(text, width=view.width, indent=_INDENT, hang=_INDENT)
    return [(Span(f"  {label:<12}"), *first[1:]), *rest]


def _findings(summary: Summary, *, view: View) -> list[Line]:
    found = summary.findings
    exempt = f", {found.exempt:,} exempt" if found.exempt else ""
    lines = _labelled("findings", f"{found.open:,} to act on{exempt}", view=view)
    rules = [Atom((Span(f"{one.rule} {one.open:,}"),)) for one in found.by_rule if one.open]
    return lines + (pack(rules, width=view.width, indent=_INDENT, hang=_INDENT) if rules else [])


def _gain(summary: Summary) -> str:
    gain = summary.gain
    return (
        f"{count(gain.services, 'service')}, {count(gain.actions, 'action')}, "
        f"of which {gain.writing:,} write and {gain.permissions:,} manage permissions"
    )


def _outcome(summary: Summary, *, failed: int, view: View) -> list[Line]:
    missing = [
        *([f"{count(failed, 'principal')} could not be judged"] if failed else ()),
        *([f"{count(summary.accounts.failed, 'account')} could not be read"] if summary.accounts.failed else ()),
    ]
    if summary.accounts.partial and not missing:
        missing = ["some evidence could not be had"]
    but = " and ".join(missing)
    if summary.findings.open:
        text, tone = f"{count(summary.findings.open, 'finding')}{'; ' if but else ''}{but}.", Tone.WARN
    elif but:
        text, tone = f"Nothing found, but {but}.", Tone.WARN
    else:
        text, tone = "Nothing unused found.", Tone.GOOD
    return wrap(text, width=view.width, indent=0, hang=0, tone=tone)
