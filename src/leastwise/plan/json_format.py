"""The plan as JSON: sealed with a digest, written, and read back only if nobody changed it."""

from typing import Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from leastwise.errors import PlanError
from leastwise.plan.model import SCHEMA, Plan
from leastwise.plan.preconditions import digest_of
from leastwise.policy import identifier_from_json, identifier_to_json

__all__ = ["is_plan", "read_plan", "render_plan", "sealed"]

_Wanted = TypeVar("_Wanted")

_FAMILY: Final = "leastwise/plan/"
_SCAN_FAMILY: Final = "leastwise/scan/"
_HINT: Final = "Give a file that `leastwise plan --format json` wrote."
_AGAIN: Final = "Make the plan again with `leastwise plan`; what it should not hold, keep out with its options."


def sealed(plan: Plan) -> Plan:
    """The plan with the digest of all else that it says: of its compact JSON with an empty digest."""
    return replace(plan, digest=_digest(plan))


def _digest(plan: Plan) -> str:
    return digest_of(_encode(replace(plan, digest="")).decode())


def render_plan(plan: Plan) -> str:
    """The plan as JSON text, indented, ended by a line feed; the same plan gives the same bytes.

    Times are UTC, as every time in leastwise is, and end in `Z`. Any plan is written; only a sealed one can be read.
    """
    return msgspec.json.format(_encode(plan), indent=1).decode() + "\n"


def _encode(plan: Plan) -> bytes:
    return msgspec.json.encode(plan, enc_hook=identifier_to_json)


class _Head(Struct):
    schema: str | None = None


def read_plan(text: str | bytes, *, source: str) -> Plan:
    """The plan that `render_plan` wrote; `source` names the text in errors, e.g. its file.

    Besides white space between its tokens, the text must be what this version writes of what it has read: a field
    that was added, written twice or left out counts as an edit. So every new field makes another schema.

    Raises:
        PlanError: not JSON, no plan of leastwise, of another schema, with a field missing or wrong, or edited.
    """
    head = _decoded(text, _Head, source=source, kind="no plan of leastwise")
    _check_schema(head.schema, source=source)
    plan = _decoded(text, Plan, source=source, kind=f"not a whole {SCHEMA}")
    if plan.digest != _digest(plan) or _compact(text) != _encode(plan):
        raise PlanError(
            f"{source}: the plan was edited after leastwise wrote it: it is not what its digest stands for", hint=_AGAIN
        )
    return plan


def is_plan(text: str | bytes) -> bool:
    """Whether the text is JSON that calls itself a plan of leastwise, of whatever version."""
    try:
        schema = msgspec.json.decode(text, type=_Head).schema
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return schema is not None and schema.startswith(_FAMILY)


def _compact(text: str | bytes) -> bytes:
    """The text without the white space between its tokens, and otherwise as it stands."""
    return msgspec.json.format(text.encode() if isinstance(text, str) else text, indent=-1)


def _decoded(text: str | bytes, wanted: type[_Wanted], *, source: str, kind: str) -> _Wanted:
    try:
        return msgspec.json.decode(text, type=wanted, dec_hook=identifier_from_json)
    except msgspec.ValidationError as fault:
        raise PlanError(f"{source}: JSON, but {kind}: {fault}", hint=_HINT) from fault
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise PlanError(f"{source}: not JSON: {fault}", hint=_HINT) from fault


def _check_schema(schema: str | None, *, source: str) -> None:
    if schema == SCHEMA:
        return
    if schema is not None and schema.startswith(_FAMILY):
        raise PlanError(
            f"{source}: a plan of schema {schema!r}; this version of leastwise reads {SCHEMA!r}",
            hint="Carry it out with the version that wrote it, or plan again.",
        )
    if schema is not None and schema.startswith(_SCAN_FAMILY):
        raise PlanError(
            f"{source}: a scan, and no plan: its schema is {schema!r}", hint="`leastwise plan` makes a plan of a scan."
        )
    found = "it names no schema" if schema is None else f"its schema is {schema!r}"
    raise PlanError(f"{source}: JSON, but no plan of leastwise: {found}", hint=_HINT)
