"""What the tools that deploy a plan need to know of its objects: what is there already, and texts that they take."""

from collections.abc import Iterator
from typing import Final

from leastwise.plan import Change, CreatePolicy, CreateVersion, Plan, PutInline
from leastwise.policy import Arn, parse_document, render_document
from leastwise.report.phrases import count

__all__ = ["new_policies", "path_of", "plan_notes", "risk_notes", "single_keyed", "text_before"]

_INCOMPLETE: Final = "The scan did not have all the evidence that it asked for. What is unknown stays."


def path_of(policy: Arn) -> str:
    """The path of a managed policy: `/` or `/team/`.

    >>> path_of(Arn("arn:aws:iam::111122223333:policy/teams/base"))
    '/teams/'
    """
    resource = policy.resource
    return resource[len(policy.kind) : len(resource) - len(policy.name)]


def new_policies(plan: Plan) -> frozenset[Arn]:
    """The managed policies that the plan makes."""
    return frozenset(step.policy for change in plan.changes for step in change.steps if isinstance(step, CreatePolicy))


def text_before(step: PutInline | CreateVersion, change: Change) -> str | None:
    """What the policy says before the step, by the documents of the change; None where there is none of that name."""
    wanted = (step.policy, step.principal if isinstance(step, PutInline) else None)
    return next((one.before for one in change.documents if (one.policy.policy, one.policy.owner) == wanted), None)


def plan_notes(plan: Plan) -> Iterator[str]:
    """What the reader of a plan must know besides its changes, a sentence each."""
    if not plan.complete:
        yield _INCOMPLETE
    if plan.left:
        left = f"{count(len(plan.left), 'policy')} may hold more that could go"
        yield f"{left}: the plan as text says which, and what keeps them as they are."
    yield from plan.notes


def risk_notes(change: Change) -> Iterator[str]:
    """What whoever decides should know of a change, a sentence each."""
    if change.risk.stale:
        yield f"Goes although it was once used: {', '.join(change.risk.stale)}."
    yield from change.risk.notes
    if not change.risk.is_reversible:
        yield "This cannot be undone."


def single_keyed(text: str) -> str:
    """The text itself, or the same document written anew where an object in it has a key twice.

    IAM reads the last of them; the deploying tools refuse the text, or read what they like.

    Raises:
        PolicyError: the text is no policy.
    """
    document = parse_document(text)
    return render_document(document) if document.duplicates else text
