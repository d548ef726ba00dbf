"""A plan as HCL for people who keep IAM in Terraform: what it writes as resources, what goes as comments."""

from collections.abc import Iterator
from typing import Final, assert_never

from leastwise.plan import (
    AddToGroup,
    Attach,
    Change,
    CreatePolicy,
    CreateVersion,
    DeleteInline,
    DeletePassword,
    DeletePolicy,
    Detach,
    Plan,
    PutInline,
    RemoveFromGroup,
    RestorePolicy,
    RestoreVersion,
    SetKeyStatus,
    Step,
)
from leastwise.policy import Arn
from leastwise.report.phrases import count, stamp
from leastwise.report.plan.deployed import new_policies, path_of, plan_notes, risk_notes, single_keyed, text_before
from leastwise.report.plan.hcl import attributes, block, comment, label, literal, quoted
from leastwise.report.plan.naming import account_name

__all__ = ["render_plan_terraform"]

_SPACE: Final = " \t\r\n"
_HOW_TO_USE: Final = """
For Terraform 1.5 or later, which knows import blocks, with the AWS provider and credentials of this account.

1. Nothing may be managed twice. What your configuration manages already, change there, and leave out its resource
   and its import block here.
2. Terraform takes away only what it manages. What the lines "Take out" name goes from your configuration, by type
   and import id; an attachment may also stand in a list there, such as aws_iam_policy_attachment,
   managed_policy_arns or aws_iam_role_policy_attachments_exclusive, which new attachments must then be put into.
   Apply what a change attaches before you take out what it replaces: Terraform may do the second one first. What it
   does not manage stays in the account until somebody takes it out.
3. `terraform plan` must then show imports, changed documents, new policies and attachments, and what you took out:
   nothing else. Documents are the plan's to the character; the provider sorts their keys when it sends them, which
   changes nothing that they grant.
"""
_OLDEST_GOES: Final = "It has five versions, as many as there may be: the provider deletes the oldest."
_KEYS_TWICE: Final = "A key stood here twice, which the provider refuses: this is the last, as IAM reads it."


def render_plan_terraform(plan: Plan) -> Iterator[str]:
    """Pieces of HCL, a change each: the account as it will be where the plan changes it, in the plan's order.

    A document stands in a heredoc and is read back to the character, but for white space in front of it and keys
    written twice, both of which the AWS provider refuses. What exists has an import block; the description and the tags
    of a policy, which a plan does not know, are left alone. What goes is a comment that names the resource type and
    the import id, since no resource can say that something is not there. Import ids are as the AWS provider documents
    them: `role:policy` of inline policies, the ARN of managed ones, `role/arn` of attachments. Linear.

    Raises:
        PolicyError: a document of the plan is no policy.
    """
    yield "".join(map(comment, _header(plan)))
    made = new_policies(plan)
    for change in plan.changes:
        yield "".join(_section(change, made))


def _header(plan: Plan) -> Iterator[str]:
    changes = count(len(plan.changes), "change") if plan.changes else "no change"
    yield f"What leastwise {plan.version} plans for {account_name(plan.account)}: {changes},"
    yield f"from the scan of {stamp(plan.scanned_at)}; the plan's digest is {plan.digest or 'not known'}."
    if plan.changes:
        yield from _HOW_TO_USE.rstrip().split("\n")
    for note in plan_notes(plan):
        yield from ("", note)


def _section(change: Change, made: frozenset[Arn]) -> Iterator[str]:
    yield "\n\n" + comment(f"{change.id} ({change.kind})") + comment(change.title)
    yield from map(comment, risk_notes(change))
    for step in change.steps:
        yield _written(step, change, made)


def _written(step: Step, change: Change, made: frozenset[Arn]) -> str:  # noqa: PLR0911 - a line for each step
    match step:
        case PutInline():
            return _inline(step, change)
        case CreatePolicy():
            return _policy(step.policy, step.document, description=step.description)
        case CreateVersion():
            notes = (_OLDEST_GOES,) if step.drops else ()
            return _policy(step.policy, step.document, exists=True, notes=notes)
        case RestoreVersion():
            return _policy(step.policy, step.document, exists=True)
        case RestorePolicy():
            return _policy(step.policy, next(one.document for one in step.versions if one.is_default))
        case Attach():
            return _attachment(step, made)
        case AddToGroup():
            return _membership(step)
        case _:
            return "\n" + "".join(map(comment, _taken_out(step)))


def _inline(step: PutInline, change: Change) -> str:
    owner = step.principal
    name = label(owner.name, step.policy, identity=f"{owner} {step.policy}")
    values = {"name": quoted(step.policy), owner.kind: quoted(owner.name)}
    type_ = f"aws_iam_{owner.kind}_policy"
    exists = text_before(step, change) is not None
    imported = _import(type_, name, f"{owner.name}:{step.policy}") if exists else ""
    return imported + _resource(type_, name, [*attributes(values), "", *_document(step.document)])


def _policy(
    policy: Arn, document: str, *, description: str = "", exists: bool = False, notes: tuple[str, ...] = ()
) -> str:
    values = {"name": quoted(policy.name)}
    if path_of(policy) != "/":
        values["path"] = quoted(path_of(policy))
    if description:
        values["description"] = quoted(description)
    lines = [*attributes(values), "", *_document(document), *(_LEFT_ALONE if exists else ())]
    type_, name = "aws_iam_policy", _policy_label(policy)
    said = "".join("\n" + comment(one) for one in notes)
    return said + (_import(type_, name, policy) if exists else "") + _resource(type_, name, lines)


_LEFT_ALONE: Final = (
    "",
    "  # The plan does not know them, and another description would make another policy.",
    "  lifecycle {",
    "    ignore_changes = [description, tags]",
    "  }",
)


def _policy_label(policy: Arn) -> str:
    return label(policy.name, identity=policy)


def _document(text: str) -> Iterator[str]:
    written = single_keyed(text)
    if written != text:
        yield f"  # {_KEYS_TWICE}"
    yield f"  policy = {literal(written.lstrip(_SPACE))}"


def _attachment(step: Attach, made: frozenset[Arn]) -> str:
    policy, holder = step.policy, step.principal
    owner = ("aws",) if policy.account == "aws" else ()
    name = label(holder.name, *owner, policy.name, identity=f"{holder} {policy}")
    arn = f"aws_iam_policy.{_policy_label(policy)}.arn" if policy in made else quoted(policy)
    values = {holder.kind: quoted(holder.name), "policy_arn": arn}
    return _resource(f"aws_iam_{holder.kind}_policy_attachment", name, attributes(values))


def _membership(step: AddToGroup) -> str:
    name = label(step.user.name, step.group.name, identity=f"{step.user} {step.group}")
    values = {"user": quoted(step.user.name), "groups": f"[{quoted(step.group.name)}]"}
    return _resource("aws_iam_user_group_membership", name, attributes(values))


def _import(type_: str, name: str, identifier: str) -> str:
    return "\n" + block("import", attributes({"to": f"{type_}.{name}", "id": quoted(identifier)}))


def _resource(type_: str, name: str, lines: list[str]) -> str:
    return "\n" + block(f'resource "{type_}" "{name}"', lines)


def _taken_out(
    step: DeleteInline | DeletePolicy | Detach | RemoveFromGroup | SetKeyStatus | DeletePassword,
) -> Iterator[str]:
    match step:
        case DeleteInline():
            yield _out(f"aws_iam_{step.principal.kind}_policy", f"{step.principal.name}:{step.policy}")
        case DeletePolicy():
            yield _out("aws_iam_policy", step.policy)
        case Detach():
            type_ = f"aws_iam_{step.principal.kind}_policy_attachment"
            yield _out(type_, f"{step.principal.name}/{step.policy}")
        case RemoveFromGroup():
            yield _out("aws_iam_user_group_membership", f"{step.user.name}/{step.group.name}")
            yield f"or {step.user.name} among the users of aws_iam_group_membership for {step.group.name}."
        case SetKeyStatus():
            status = "Active" if step.active else "Inactive"
            yield f"Set status = {quoted(status)} in aws_iam_access_key of user {step.user.name}"
            yield f"for the key that was made at {stamp(step.created_at)}: its id is not known."
        case DeletePassword():
            yield _out("aws_iam_user_login_profile", step.user.name)
        case _:
            assert_never(step)


def _out(type_: str, identifier: str) -> str:
    return f"Take out {type_}, id {quoted(identifier)}"
