"""The table that a call of DynamoDB works on, as its body says it."""

import msgspec

from leastwise.sandbox.signatures import SignedRequest

__all__ = ["table_arns"]


class _Body(msgspec.Struct):
    table: str = msgspec.field(name="TableName", default="")


def table_arns(request: SignedRequest, *, region: str, account: str) -> tuple[str, ...]:
    """The ARN of the table that a call names, or nothing where it names none, or several."""
    try:
        table = msgspec.json.decode(request.body or b"{}", type=_Body).table
    except msgspec.MsgspecError:
        return ()
    return (f"arn:aws:dynamodb:{region}:{account}:table/{table}",) if table else ()
