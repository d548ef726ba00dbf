"""The condition keys that follow from who makes a request and whose resource it is about.

Source: IAM User Guide, "AWS global condition context keys", and for `aws:username` and `aws:PrincipalType` the table of
principal key values in "Policy elements: Variables and tags".
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from leastwise.policy.document.grammar import VERSIONS
from leastwise.policy.document.model import Document
from leastwise.policy.document.variables import Variable, pieces
from leastwise.policy.evaluation.request import Caller, CallerKind, Request

__all__ = ["completed", "keys_of"]

_PRINCIPAL_TYPES: Final = {
    CallerKind.ROOT: "Account",
    CallerKind.USER: "User",
    CallerKind.FEDERATED_USER: "FederatedUser",
    CallerKind.ROLE_SESSION: "AssumedRole",
    CallerKind.ANONYMOUS: "Anonymous",
}


def completed(request: Request) -> Request:
    """The request with the keys that follow from its caller and resource; those that it has stay as they are.

    They are `aws:PrincipalArn` (of a role session, the role's), `aws:PrincipalAccount`, `aws:PrincipalType`,
    `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName`, `aws:username` (of IAM users only) and
    `aws:ResourceAccount`. A request that must lack one of them can give it no values.

    >>> from leastwise.policy.evaluation.request import Caller
    >>> ann = Caller.of("arn:aws:iam::111122223333:user/ann")
    >>> completed(Request("s3:GetObject", caller=ann)).context["aws:username"]
    ('ann',)
    """
    known = {key: (value,) for key, value in _keys(request)}
    return replace(request, context=known | dict(request.context)) if known else request


def _keys(request: Request) -> Iterator[tuple[str, str]]:
    caller = request.caller
    resource_account = request.resource_account or (caller.account if caller is not None else "")
    if resource_account:
        yield "aws:resourceaccount", resource_account
    if caller is not None:
        yield from _caller_keys(caller)


def _caller_keys(caller: Caller) -> Iterator[tuple[str, str]]:
    if caller.kind in _PRINCIPAL_TYPES:
        yield "aws:principaltype", _PRINCIPAL_TYPES[caller.kind]
    if caller.kind is CallerKind.ANONYMOUS:
        # The guide says that an anonymous request has this account.
        yield "aws:principalaccount", "anonymous"
        return
    yield "aws:principalisawsservice", "true" if caller.kind is CallerKind.SERVICE else "false"
    if caller.kind is CallerKind.SERVICE:
        yield "aws:principalservicename", caller.name
    if caller.account:
        yield "aws:principalaccount", caller.account
        yield "aws:principalarn", caller.role or caller.name
    if caller.kind is CallerKind.USER:
        # What follows the path of a user's ARN; no user name holds a slash.
        yield "aws:username", caller.name.rpartition("/")[2]


def keys_of(document: Document) -> frozenset[str]:
    """The condition keys that a document asks for, in conditions and in variables, in lower case.

    >>> from leastwise.policy import parse_document
    >>> text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "%s"}}'
    >>> keys_of(parse_document(text % "arn:aws:s3:::b/${aws:username}"))
    frozenset({'aws:username'})
    """
    return frozenset(_keys_of(document))


def _keys_of(document: Document) -> Iterator[str]:
    for statement in document.statements:
        yield from (condition.key.lower() for condition in statement.conditions)
        if document.version == VERSIONS[0]:
            texts = [value for condition in statement.conditions for value in condition.values]
            texts += () if statement.resources is None else statement.resources.patterns
            yield from (piece.key for text in texts for piece in pieces(text) if isinstance(piece, Variable))
