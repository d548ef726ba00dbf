"""A plan, shown to IAM Access Analyzer: a change to whose text AWS objects is taken out."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from leastwise.aws import ConnectionOptions, FindingType, NewAccess, PolicyFinding, connect_analyzer
from leastwise.clock import Clock
from leastwise.collect import Progress
from leastwise.errors import AwsError, InvalidInputError
from leastwise.plan import Change, DocumentChange, Plan, sealed

__all__ = ["PolicyChecks", "Refused", "VerifiedPlan", "ask_about_plan", "verify_plan"]

_SHOWN: Final = 3
"""Objections to one text that are told; the rest are counted."""


class PolicyChecks(Protocol):
    """What of Access Analyzer this needs."""

    async def check_no_new_access(self, new: str, existing: str, *, arn: str = "") -> NewAccess:
        """Whether the new policy may allow what the existing one does not."""
        ...

    async def validate_policy(self, document: str, *, arn: str = "") -> tuple[PolicyFinding, ...]:
        """All that is wrong with the policy."""
        ...


class Refused(Struct, frozen=True):
    """A change that was taken out."""

    change_id: str
    """Its id."""
    title: str
    """What it would have done, one line."""
    detail: str
    """What AWS objects to, by policy."""


class VerifiedPlan(Struct, frozen=True):
    """A plan as Access Analyzer leaves it."""

    plan: Plan
    """The plan without the changes that are refused, with a note of what was asked, sealed anew."""
    refused: tuple[Refused, ...]
    """The changes that were taken out, in the plan's order."""
    security_warnings: int
    """How many findings of this type there are on the texts, those of refused changes too; they refuse nothing."""
    warnings: int
    """The same of this type."""
    suggestions: int
    """The same of this type."""


class _Question(Struct, frozen=True):
    after: str
    before: str | None = None
    """The text that it must allow no more than; None to ask what is wrong with `after`."""


class _Answer(Struct, frozen=True):
    objections: tuple[str, ...] = ()
    findings: tuple[PolicyFinding, ...] = ()


_Answers = Mapping[_Question, _Answer]


async def verify_plan(plan: Plan, options: ConnectionOptions, *, clock: Clock, progress: Progress) -> VerifiedPlan:
    """The plan without the changes to whose texts AWS's own Access Analyzer objects.

    Of each text that would be sent it is asked whether it is free of errors that the one in whose place it comes did
    not have, and whether it allows nothing new; that costs $0.0020 a pair (`leastwise.aws.AnalyzerDoor`). Equal
    questions are asked once. Whose account the credentials are for does not matter to the answers, and is not looked
    at.

    Raises:
        AwsError: an answer could not be had: a plan that was to be verified and was not is no success.
        UsageError: no region is configured.
    """
    if not any(_questions(one) for one in _documents(plan)):
        return _verified(plan, {})
    async with connect_analyzer(options, clock=clock) as door:
        return await ask_about_plan(plan, door, progress=progress)


async def ask_about_plan(plan: Plan, door: PolicyChecks, *, progress: Progress) -> VerifiedPlan:
    """The plan without the changes to whose texts `door` objects.

    Raises:
        AwsError: an answer could not be had.
    """
    arns = {question: _arn(one) for one in reversed(_documents(plan)) for question in _questions(one)}
    progress.begin("asking IAM Access Analyzer", total=len(arns))

    async def ask(question: _Question) -> _Answer:
        answer = await _ask(door, question, arns[question])
        progress.advance()
        return answer

    try:
        async with asyncio.TaskGroup() as group:
            tasks = {question: group.create_task(ask(question)) for question in arns}
    except* AwsError as errors:
        raise _first(errors) from errors
    return _verified(plan, {question: task.result() for question, task in tasks.items()})


def _first(error: BaseException) -> BaseException:
    """One error rather than a group of them: the first says enough."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


async def _ask(door: PolicyChecks, question: _Question, arn: str) -> _Answer:
    try:
        if question.before is not None:
            return _compared(await door.check_no_new_access(question.after, question.before, arn=arn))
        return _validated(await door.validate_policy(question.after, arn=arn))
    except InvalidInputError as error:
        # AWS does not take the document, which is an answer, and no change can rest on it.
        return _Answer((f"AWS cannot check it: {error.message}",))


def _compared(answer: NewAccess) -> _Answer:
    if not answer.is_possible:
        return _Answer()
    return _Answer(tuple(one.description for one in answer.reasons if one.description) or (answer.message,))


def _validated(findings: tuple[PolicyFinding, ...]) -> _Answer:
    return _Answer(tuple(map(_told, _errors(findings))), findings)


def _errors(findings: Iterable[PolicyFinding]) -> Iterator[PolicyFinding]:
    return (one for one in findings if one.type is FindingType.ERROR)


def _told(error: PolicyFinding) -> str:
    return f"{error.code}{_place(error)}: {error.details}"


def _place(finding: PolicyFinding) -> str:
    return f" at {', '.join(finding.paths)}" if finding.paths else ""


def _documents(plan: Plan) -> tuple[DocumentChange, ...]:
    return tuple(document for change in plan.changes for document in change.documents)


def _questions(document: DocumentChange) -> tuple[_Question, ...]:
    """What is asked about it; nothing of a document that goes."""
    if document.after is None:
        return ()
    after = _Question(document.after)
    if document.before is None:
        return (after,)
    return _Question(document.after, document.before), after, _Question(document.before)


def _arn(document: DocumentChange) -> str:
    return str(document.policy.owner or document.policy.policy)


def _verified(plan: Plan, answers: _Answers) -> VerifiedPlan:
    judged = [(change, _refusal(change, answers)) for change in plan.changes]
    refused = tuple(refusal for _, refusal in judged if refusal is not None)
    findings = Counter(
        finding.type
        for document in _documents(plan)
        if document.after is not None
        for finding in answers[_Question(document.after)].findings
    )
    checked = replace(
        plan,
        changes=tuple(change for change, refusal in judged if refusal is None),
        notes=(*plan.notes, _note(plan, answers), *map(_left_out, refused)),
    )
    return VerifiedPlan(
        sealed(checked),
        refused,
        security_warnings=findings[FindingType.SECURITY_WARNING],
        warnings=findings[FindingType.WARNING],
        suggestions=findings[FindingType.SUGGESTION],
    )


def _refusal(change: Change, answers: _Answers) -> Refused | None:
    objections = [
        f"{document.policy.policy}: {_shortened(found)}"
        for document in change.documents
        for found in (_new_access(document, answers), _new_errors(document, answers))
        if found
    ]
    return Refused(change.id, change.title, "; ".join(objections)) if objections else None


def _new_access(document: DocumentChange, answers: _Answers) -> tuple[str, ...]:
    if document.after is None or document.before is None:
        return ()
    return answers[_Question(document.after, document.before)].objections


def _new_errors(document: DocumentChange, answers: _Answers) -> tuple[str, ...]:
    """What is wrong with the new text and was not with the old one, whose author's slips are no reason to keep it."""
    if document.after is None:
        return ()
    after = answers[_Question(document.after)]
    before = () if document.before is None else answers[_Question(document.before)].findings
    known = {(one.code, one.details) for one in _errors(before)}
    if not after.findings:
        return after.objections
    return tuple(_told(one) for one in _errors(after.findings) if (one.code, one.details) not in known)


def _shortened(objections: tuple[str, ...]) -> str:
    more = len(objections) - _SHOWN
    return "; ".join((*objections[:_SHOWN], *([f"and {more} more"] if more > 0 else [])))


def _note(plan: Plan, answers: _Answers) -> str:
    sent = [one for one in _documents(plan) if one.after is not None]
    if not sent:
        return "IAM Access Analyzer was not asked, since no change sends a document."
    compared = [one for one in sent if one.before is not None]
    unopposed = sum(not _new_access(one, answers) for one in compared)
    valid = sum(not _new_errors(one, answers) for one in sent)
    return (
        f"IAM Access Analyzer found no new access in {unopposed} of {len(compared)} documents "
        f"and no new error in {valid} of {len(sent)}."
    )


def _left_out(refused: Refused) -> str:
    return f"Taken out for what IAM Access Analyzer says: {refused.title} ({refused.detail})"
