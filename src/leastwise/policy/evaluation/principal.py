"""Whether a Principal or NotPrincipal element means a caller, and how closely it names him.

Source of all: IAM User Guide, "AWS JSON policy elements: Principal" and "... NotPrincipal".
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from leastwise.policy.document.model import Effect, PrincipalClause
from leastwise.policy.evaluation.request import Caller, CallerKind

__all__ = ["Naming", "account_of_root", "matches_principal", "naming"]

_ACCOUNT: Final = re.compile(r"([0-9]{12})|arn:aws[a-z0-9-]*:iam::([0-9]{12}):root")
_ANYONE: Final = frozenset({("AWS", "*"), ("*", "*")})
"""`"*"` and `{"AWS": "*"}` are equivalent (UG, "All principals")."""
_BOUNDED: Final = frozenset({CallerKind.USER, CallerKind.ROLE_SESSION})


class Naming(IntEnum):
    """How closely a Principal element names a caller; which decides what else must allow a request of his account."""

    NOT = 0
    """Not at all."""
    ACCOUNT = 1
    """By its account, which "delegates authority to the account": the caller's own policies must allow too."""
    SOURCE = 2
    """By what its session was made of: its role, or the IAM user who called GetFederationToken."""
    CALLER = 3
    """By its own ARN, or as everyone."""


def naming(clause: PrincipalClause, caller: Caller | None) -> Naming:
    """How closely the values of the element name the caller; the closest one counts.

    A wildcard stands for everyone and never for a part of an ARN; unique ids (AIDA...) and canonical user ids name
    nobody here, since a caller has none. No caller is someone whom only `*` means.

    >>> naming(PrincipalClause((("AWS", ("111122223333",)),), False), Caller.of("arn:aws:iam::111122223333:user/ann"))
    <Naming.ACCOUNT: 1>
    """
    return max((_closeness(entry, caller) for entry in _entries(clause)), default=Naming.NOT)


def matches_principal(
    clause: PrincipalClause, caller: Caller | None, *, effect: Effect, has_boundary: bool = False
) -> bool:
    """Whether a statement of this effect with this element is about the caller.

    NotPrincipal leaves out whom it names. With Deny that takes all of them: the session, its role and its account,
    since AWS "might validate the account first, then the role, and then the assumed-role user"; and it leaves out no
    user or role that has a permissions boundary (IAM User Guide, "Permissions boundaries for IAM entities"). With
    Allow any of them is enough. Either way a doubt is resolved against the caller.
    """
    if not clause.negated:
        return naming(clause, caller) is not Naming.NOT
    if effect is Effect.ALLOW:
        return naming(clause, caller) is Naming.NOT
    if has_boundary and caller is not None and caller.kind in _BOUNDED:
        return True
    return not _names_all(clause, caller)


def _entries(clause: PrincipalClause) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind, values in clause.entries for value in values)


def _closeness(entry: tuple[str, str], caller: Caller | None) -> Naming:
    if entry in _ANYONE:
        return Naming.CALLER
    kind, value = entry
    if caller is None or not value:
        return Naming.NOT
    if value == caller.name and kind == _kind_of(caller):
        return Naming.CALLER
    return _closeness_inaccount_of_root(value, caller) if kind == "AWS" and caller.account else Naming.NOT


def _closeness_inaccount_of_root(value: str, caller: Caller) -> Naming:
    if value in (caller.role, caller.federated_by):
        return Naming.SOURCE
    if account_of_root(value) != caller.account:
        return Naming.NOT
    return Naming.CALLER if caller.kind is CallerKind.ROOT else Naming.ACCOUNT


def _kind_of(caller: Caller) -> str:
    if caller.kind is CallerKind.SERVICE:
        return "Service"
    return "Federated" if caller.kind is CallerKind.FEDERATED else "AWS"


def account_of_root(value: str) -> str:
    """The account that a value of Principal stands for, given by its number or its root's ARN; empty if for none.

    Both mean the same (UG, "AWS account principals").

    >>> account_of_root("arn:aws:iam::111122223333:root"), account_of_root("arn:aws:iam::111122223333:user/ann")
    ('111122223333', '')
    """
    found = _ACCOUNT.fullmatch(value)
    return "" if found is None else found[1] or found[2]


def _names_all(clause: PrincipalClause, caller: Caller | None) -> bool:
    if not _ANYONE.isdisjoint(_entries(clause)):
        return True
    return caller is not None and _to_be_named(caller) <= {_closeness(entry, caller) for entry in _entries(clause)}


def _to_be_named(caller: Caller) -> frozenset[Naming]:
    if not caller.account or caller.kind is CallerKind.ROOT:
        return frozenset({Naming.CALLER})
    if caller.role:
        return frozenset({Naming.CALLER, Naming.SOURCE, Naming.ACCOUNT})
    return frozenset({Naming.CALLER, Naming.ACCOUNT})
