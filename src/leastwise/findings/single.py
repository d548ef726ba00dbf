"""The verdict on one granted action, whether or not a source tracks it."""

from leastwise.findings.model import ActionVerdict, PrincipalJudgement, Reason, ServiceVerdict, Verdict
from leastwise.findings.ruling import UNRECORDED

__all__ = ["verdict_on_action"]


def verdict_on_action(judged: PrincipalJudgement, *, namespace: str, name: str) -> ActionVerdict:
    """The verdict on an action that the principal is granted.

    A tracked action has its own. Another was not used if its service was not, or if the principal did nothing at all,
    but for the actions that other services check for the caller, which no service's silence speaks for.
    """
    service = next((one for one in judged.services if one.namespace == namespace), None)
    if service is None:
        return ActionVerdict(name, Verdict.UNKNOWN, Reason.NOT_IN_REPORT)
    tracked = next((one for one in service.actions if one.name.lower() == name.lower()), None)
    return tracked or _untracked(service, name, is_silent=judged.is_idle and judged.last_used_at is None)


def _untracked(service: ServiceVerdict, name: str, *, is_silent: bool) -> ActionVerdict:
    if service.verdict is Verdict.UNKNOWN:
        return ActionVerdict(name, Verdict.UNKNOWN, service.reason)
    is_recorded = f"{service.namespace}:{name}".lower() not in {text.lower() for text in UNRECORDED}
    if service.verdict is Verdict.UNUSED and (is_recorded or is_silent):
        return ActionVerdict(name, Verdict.UNUSED)
    return ActionVerdict(name, Verdict.UNKNOWN, Reason.UNTRACKED)
