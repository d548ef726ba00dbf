"""A verdict as a sentence, with what it stands on."""

from typing import Final

from leastwise.evidence import Granularity
from leastwise.findings import ActionVerdict, Reason, ServiceVerdict, Verdict
from leastwise.report.convert import utc
from leastwise.report.explanation import Asked, Explanation
from leastwise.report.layout import Atom, Line, Span, Tone, clean, folded, pack, wrap
from leastwise.report.phrases import REASONS, count, day
from leastwise.report.table_view import View

__all__ = ["VERDICT_TONES", "verdict_lines"]

VERDICT_TONES: Final = {
    Verdict.USED: Tone.GOOD,
    Verdict.STALE: Tone.WARN,
    Verdict.UNUSED: Tone.BAD,
    Verdict.UNKNOWN: Tone.DIM,
}


def verdict_lines(explanation: Explanation, asked: Asked, *, view: View) -> list[Line]:
    """The verdict on what was asked; for an action that on its service, too, and for a service those on its actions."""
    service = explanation.service
    if service is None:
        return wrap(
            f"It is granted nothing of {asked.service}, and no report lists it.", width=view.width, indent=2, hang=2
        )
    of_service = _sentence(service, explanation, region=service.last_used_region)
    if asked.action is None:
        return [*_judged("", service.verdict, of_service, view=view), *_actions(service, view=view)]
    lines = _judged(f"{service.namespace} as a whole is", service.verdict, of_service, view=view)
    if explanation.action is None:
        return [*wrap(f"{asked} is not granted.", width=view.width, indent=2, hang=2), *lines]
    of_action = _sentence(explanation.action, explanation, region=None)
    return [*_judged("", explanation.action.verdict, of_action, view=view), *lines]


def _judged(subject: str, verdict: Verdict, sentence: str, *, view: View) -> list[Line]:
    atoms = [
        *folded(clean(subject).split(), width=view.width - 4, tone=Tone.PLAIN),
        Atom((Span(f"{verdict}:", VERDICT_TONES[verdict]),), " "),
        *folded(clean(sentence).split(), width=view.width - 4, tone=Tone.PLAIN),
    ]
    return pack(atoms, width=view.width, indent=2, hang=4)


def _sentence(judged: ServiceVerdict | ActionVerdict, explanation: Explanation, *, region: str | None) -> str:
    parameters = explanation.parameters
    if judged.verdict is Verdict.UNUSED:
        return _never(explanation)
    if judged.reason is not None:
        return f"{judged.reason}. {REASONS[judged.reason]}"
    if judged.last_used_at is None:
        return "no time of use was given."
    days = (utc(parameters.now).date() - utc(judged.last_used_at).date()).days
    ago = f"{count(days, 'day')} ago" if days > 0 else "today"
    where = f" in {region}" if region else ""
    limit = f"; stale after {count(parameters.stale_after_days, 'day')}" if judged.verdict is Verdict.STALE else ""
    return f"last seen on {day(judged.last_used_at)}{where}, {ago}{limit}."


def _never(explanation: Explanation) -> str:
    """The longest single look at services; a credential report looks back further, but not at services."""
    notes = explanation.principal.evidence
    of_services = [note for note in notes if note.granularity is not Granularity.PRINCIPAL]
    windows = [note.window for note in of_services or notes]
    if not windows:
        return "never seen."
    longest = max(windows, key=lambda window: (window.end - window.start, window.end))
    return f"not seen from {day(longest.start)} to {day(longest.end)}."


def _actions(service: ServiceVerdict, *, view: View) -> list[Line]:
    lines: list[Line] = []
    for verdict in Verdict:
        names = [one for one in service.actions if one.verdict is verdict]
        if names:
            head = Atom((Span(f"{count(len(names), 'action')} {verdict}", VERDICT_TONES[verdict]),), ": ")
            atoms = [head, *(Atom(_action(one)) for one in names)]
            lines += pack(atoms, width=view.width, indent=2, hang=4)
    if service.untracked_actions:
        text = f"{count(service.untracked_actions, 'action')} unknown: {REASONS[Reason.UNTRACKED]}"
        lines += wrap(text, width=view.width, indent=2, hang=4)
    return lines


def _action(verdict: ActionVerdict) -> Line:
    when = f" {day(verdict.last_used_at)}" if verdict.last_used_at else ""
    return (Span(clean(verdict.name)), Span(when, Tone.DIM))
