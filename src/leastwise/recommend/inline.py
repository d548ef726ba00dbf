"""Inline policies: edited in their principal, or deleted where nothing of them is needed."""

from collections.abc import Iterator

from leastwise.inventory import InlinePolicy, PolicyKind
from leastwise.plan import (
    ChangeKind,
    DeleteInline,
    InlineIs,
    Left,
    Obstacle,
    PolicyRef,
    ProofMethod,
    PutInline,
    digest_of,
)
from leastwise.policy import size_in_characters
from leastwise.recommend.documents import Smaller, Workbench
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Target
from leastwise.recommend.left import left_of
from leastwise.recommend.texts import INLINE_CHARACTERS, Text, Texts
from leastwise.recommend.wording import loses

__all__ = ["inline_changes"]


def inline_changes(target: Target, texts: Texts, bench: Workbench) -> Iterator[Draft | Left]:
    """What becomes of the principal's inline policies, in order."""
    sizes = {inline.name: size_in_characters(inline.policy.text) for inline in target.principal.inline}
    # What all of them together leave free is shared out, since several may grow at once.
    spare = max(INLINE_CHARACTERS[target.principal.type] - sum(sizes.values()), 0) // max(len(sizes), 1)
    for inline in sorted(target.principal.inline, key=lambda one: one.name):
        ref, text = PolicyRef(inline.name, PolicyKind.INLINE, target.arn), texts.read(inline.policy, is_shared=False)
        if text is None:
            yield Left(ref, Obstacle.UNREADABLE, inline.policy.fault)
        elif target.obstacle is not None:
            yield from left_of(ref, text, [target])
        else:
            yield from _changed(target, inline, text, ref=ref, limit=sizes[inline.name] + spare, bench=bench)


def _changed(
    target: Target, inline: InlinePolicy, text: Text, *, ref: PolicyRef, limit: int, bench: Workbench
) -> Iterator[Draft | Left]:
    if not text.loses(target.removal):
        return
    found = bench.smaller(text, target.removal, policy=ref, holders=target.holders, limit=limit)
    if isinstance(found, Obstacle):
        yield Left(ref, found, f"more than {limit:,} characters")
    elif found is not None:
        yield _draft(target, inline, found, ref=ref, text=text)


def _draft(target: Target, inline: InlinePolicy, found: Smaller, *, ref: PolicyRef, text: Text) -> Draft:
    is_gone = found.text is None
    step = (
        DeleteInline(target.arn, inline.name) if found.text is None else PutInline(target.arn, inline.name, found.text)
    )
    return Draft(
        kind=ChangeKind.DELETE_INLINE if is_gone else ChangeKind.EDIT_INLINE,
        title=f"Inline policy {inline.name} of {target.name} {'goes' if is_gone else loses(found.change)}",
        principals=target.holders,
        steps=(step,),
        preconditions=(InlineIs(target.arn, inline.name, digest_of(inline.policy.text)), *target.membership()),
        method=ProofMethod.WITHDRAWN if is_gone else ProofMethod.COMPARED,
        policy=ref,
        targets=(target.arn,),
        documents=(found.change,),
        kept=found.shown.kept,
        removed=found.shown.removed,
        checked=text.statements,
    )
