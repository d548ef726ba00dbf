"""A plan as a CloudFormation template: what it writes as resources, what no template can do as metadata."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import UNSET

from leastwise.errors import UsageError
from leastwise.plan import Change, Plan
from leastwise.report.json_format import indented
from leastwise.report.phrases import stamp
from leastwise.report.plan.cloudformation_policies import WrittenPolicy, steps_left_out, written_policies
from leastwise.report.plan.cloudformation_template import (
    ChangeNote,
    Importing,
    ImportTemplate,
    Metadata,
    NotInTemplate,
    PlanNote,
    Resource,
    ResourceNote,
    Template,
    ToImport,
)
from leastwise.report.plan.deployed import new_policies, plan_notes, risk_notes
from leastwise.report.plan.naming import account_name

__all__ = ["render_plan_cloudformation"]

_VERSION: Final = "2010-09-09"
_MOST_RESOURCES: Final = 500
"""The most that a template may have (CloudFormation User Guide, "Understand CloudFormation quotas")."""
_MOST_BYTES: Final = 1_000_000
"""1 MB, for a template in an S3 bucket (there, too)."""
_NOTHING: Final = "Nothing of the plan can stand in a template, and CloudFormation takes none without a resource."
_IMPORT: Final = (
    "What Import lists exists already, and must be imported with the document that it has now, because an import takes "
    "the template's word for what is there and writes nothing. Make a change set of type IMPORT (`aws cloudformation "
    "create-change-set --change-set-type IMPORT`) with Import.Template as its template and Import.ResourcesToImport as "
    "its resources to import, and execute it. Then update the stack with this template."
)
_DEPLOY: Final = (
    "Deploy it in this account and in one region only, since IAM has none, with CAPABILITY_NAMED_IAM; from an S3 "
    "bucket where it is longer than 51,200 bytes."
)
_OTHER_STACKS: Final = "What another stack manages already, change in that stack's template, and leave it out here."
_BY_HAND: Final = (
    "What NotInTemplate lists is to be done by hand, after the stack was updated: no template takes away what its "
    "stack does not hold."
)
_DOCUMENTS: Final = (
    "Documents are objects here: the order of keys and lists is kept, white space is not, and where a key stood twice "
    "there is the last, which is the one that IAM reads."
)
_RETAINED: Final = "Every resource is retained: deleting the stack changes nothing in IAM."


def render_plan_cloudformation(plan: Plan) -> str:
    """The template as JSON: the policies that the plan writes, each retained when it leaves the stack.

    What exists is listed for an import, with a template for it that holds the documents as they are, since
    CloudFormation does not compare what it imports with what is there. A document is an object: its keys keep their
    order and its numbers their digits; white space is lost, and the first of two equal keys. Every change is named in
    the metadata of its resources, and every step that no template can take in `NotInTemplate`. Linear.

    Raises:
        UsageError: the plan is larger than a template may be: 500 resources, 1 MB.
        PolicyError: a document of the plan is no policy.
    """
    policies = written_policies(plan)
    if len(policies) > _MOST_RESOURCES:
        raise _too_large(plan, f"{len(policies):,} policies, and a template may have {_MOST_RESOURCES}")
    text = _printable(indented(_template(plan, policies)))
    size = len(text.encode())
    if size > _MOST_BYTES:
        raise _too_large(plan, f"{size:,} bytes, and a template may have {_MOST_BYTES:,}")
    return text


def _too_large(plan: Plan, problem: str) -> UsageError:
    return UsageError(
        f"the plan for {account_name(plan.account)} does not fit into one CloudFormation template: {problem}",
        hint="Plan for some of the principals at a time, with --principal.",
    )


def _printable(text: str) -> str:
    """The JSON text with escapes for what cannot be printed: some readers of templates take no control characters."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text)


def _template(plan: Plan, policies: Sequence[WrittenPolicy]) -> Template:
    existing = [one for one in policies if one.before is not None]
    note = PlanNote(
        version=plan.version,
        account=plan.account.id,
        scanned_at=stamp(plan.scanned_at),
        plan_digest=plan.digest,
        notes=tuple(plan_notes(plan)),
        how_to_use=tuple(_how_to_use(policies, existing)),
        not_in_template=tuple(_not_in_template(plan)),
        importing=_importing(existing) if existing else UNSET,
    )
    description = f"What leastwise plans for {account_name(plan.account)}: see Metadata.Leastwise"
    return Template(_VERSION, description, Metadata(note), {one.logical_id: _resource(one) for one in policies})


def _how_to_use(policies: Sequence[WrittenPolicy], existing: Sequence[WrittenPolicy]) -> Iterator[str]:
    if not policies:
        yield _NOTHING
    if existing:
        yield _IMPORT
    yield from (_DEPLOY, _OTHER_STACKS, _BY_HAND, _DOCUMENTS, _RETAINED)


def _not_in_template(plan: Plan) -> Iterator[NotInTemplate]:
    made = new_policies(plan)
    for change in plan.changes:
        steps = steps_left_out(change, made)
        if steps or not change.steps:
            yield NotInTemplate(_change_note(change), steps)


def _change_note(change: Change) -> ChangeNote:
    return ChangeNote(change.id, change.kind, change.title, tuple(risk_notes(change)))


def _resource(policy: WrittenPolicy) -> Resource:
    note = ResourceNote(tuple(map(_change_note, policy.changes)))
    return Resource(type=policy.type, metadata=note, properties=policy.properties(policy.document))


def _importing(existing: Sequence[WrittenPolicy]) -> Importing:
    return Importing(
        tuple(ToImport(one.type, one.logical_id, one.identifier) for one in existing),
        ImportTemplate(_VERSION, {one.logical_id: _as_it_is(one) for one in existing}),
    )


def _as_it_is(policy: WrittenPolicy) -> Resource:
    return Resource(type=policy.type, properties=policy.properties(policy.before or ""))
