"""The verdict on one granted action, whether or not a source tracks it."""

from typing import Final

from leastwise.findings.model import ActionVerdict, PrincipalJudgement, Reason, ServiceVerdict, Verdict
from leastwise.findings.ruling import UNRECORDED

__all__ = ["verdict_on_action", "verdict_on_unlisted"]

_NOT_RECORDED: Final = frozenset(text.lower() for text in UNRECORDED)


def verdict_on_action(judged: PrincipalJudgement, *, namespace: str, name: str) -> ActionVerdict:
    """The verdict on an action that the principal is granted.

    A tracked action has its own. Another was not used if its service was not, or if the principal did nothing at all,
    but for the actions that other services check for the caller, which no service's silence speaks for.
    """
    service = next((one for one in judged.services if one.namespace == namespace), None)
    if service is None:
        return ActionVerdict(name, Verdict.UNKNOWN, Reason.NOT_IN_REPORT)
    tracked = next((one for one in service.actions if one.name.lower() == name.lower()), None)
    return tracked or verdict_on_unlisted(service, name)


def verdict_on_unlisted(service: ServiceVerdict, name: str) -> ActionVerdict:
    """The verdict on a granted action of the service that none of the sources lists.

    That nothing is untracked where an unlisted action is granted says that the principal as a whole was silent.
    """
    if service.verdict is Verdict.UNKNOWN:
        return ActionVerdict(name, Verdict.UNKNOWN, service.reason)
    is_recorded = f"{service.namespace}:{name}".lower() not in _NOT_RECORDED
    if service.verdict is Verdict.UNUSED and (is_recorded or not service.untracked_actions):
        return ActionVerdict(name, Verdict.UNUSED)
    return ActionVerdict(name, Verdict.UNKNOWN, Reason.UNTRACKED)
