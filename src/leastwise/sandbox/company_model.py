"""The sample company as its data files tell it: `company_data/`, in days before now and in names."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import msgspec

__all__ = [
    "AccessKeyEntry",
    "Company",
    "EarlierVersion",
    "GroupEntry",
    "PolicyEntry",
    "RoleEntry",
    "UseEntry",
    "UserEntry",
    "load_company",
]

_Files = TypeVar("_Files")

WRITTEN_FOR = "111111111111"
"""The account id that stands in the documents; the one that is really seeded takes its place."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a data file; a field that nobody knows is a mistake in the file."""


class UseEntry(_Strict, frozen=True, kw_only=True):
    """Past usage of one service, and of one action of it where that is said."""

    service: str
    """The namespace, `s3`."""
    days: float
    """How many days ago; 0.2 is today."""
    action: str | None = None
    """The action without its prefix, in AWS's own case; None where only the service is known."""
    region: str = "us-east-1"
    """The region that the call was signed for."""
    denied: bool = False
    """Whether AWS refused the call, which counts as use all the same."""


class EarlierVersion(_Strict, frozen=True, kw_only=True):
    """A version of a policy that is no longer the default one."""

    document: str
    """Name of its document."""
    age: float
    """Days since it was made."""


class PolicyEntry(_Strict, frozen=True, kw_only=True):
    """A customer-managed policy."""

    name: str
    """Its name."""
    document: str
    """Name of the default version's document."""
    age: float
    """Days since the default version was made."""
    path: str = "/"
    """Its path."""
    earlier: tuple[EarlierVersion, ...] = ()
    """The versions before, oldest first."""
    traps: tuple[str, ...] = ()
    """What it is here to catch, by name."""


class _Holder(_Strict, frozen=True, kw_only=True):
    """What users, groups and roles have in common."""

    name: str
    """Its name."""
    age: float
    """Days since it was made."""
    path: str = "/"
    """Its path."""
    managed: tuple[str, ...] = ()
    """Attached policies, by name; `aws:NAME` for AWS's own."""
    inline: Mapping[str, str] = {}
    """Inline policies: name to name of the document."""
    traps: tuple[str, ...] = ()
    """What it is here to catch, by name."""


class GroupEntry(_Holder, frozen=True, kw_only=True):
    """A group."""


class AccessKeyEntry(_Strict, frozen=True, kw_only=True):
    """A long-term access key."""

    age: float
    """Days since it was made."""
    used: float | None = None
    """Days since its last use; None for never."""
    service: str = "s3"
    """The namespace that it last called."""
    active: bool = True
    """Whether it can be used."""


class UserEntry(_Holder, frozen=True, kw_only=True):
    """A user."""

    password: float | str | None = None
    """Days since the last sign-in, `never` for a password that was never used, None for no password."""
    mfa: bool = False
    """Whether there is an MFA device."""
    keys: tuple[AccessKeyEntry, ...] = ()
    """Access keys, at most two."""
    groups: tuple[str, ...] = ()
    """Names of the groups it is in."""
    boundary: str | None = None
    """Name of the customer policy that is its permissions boundary."""
    tags: Mapping[str, str] = {}
    """Its tags."""
    uses: tuple[UseEntry, ...] = ()
    """What it called."""


class RoleEntry(_Holder, frozen=True, kw_only=True):
    """A role."""

    trust: str
    """Name of its trust document."""
    description: str = ""
    """What IAM shows as description."""
    seen: float | None = None
    """Days since it was last used for something that no report tells; None where `uses` says it all."""
    boundary: str | None = None
    """Name of the customer policy that is its permissions boundary."""
    tags: Mapping[str, str] = {}
    """Its tags."""
    uses: tuple[UseEntry, ...] = ()
    """What it called."""


class Company(msgspec.Struct, frozen=True):
    """Everything the data files say, in their order."""

    policies: tuple[PolicyEntry, ...]
    """Customer-managed policies."""
    groups: tuple[GroupEntry, ...]
    """Groups."""
    users: tuple[UserEntry, ...]
    """Users."""
    roles: tuple[RoleEntry, ...]
    """Roles, by file and then in the file's order."""
    documents: Mapping[str, str]
    """Policy documents by name, to the character as written."""
    trust: Mapping[str, str]
    """Trust documents by name."""

    def written_for(self, account_id: str) -> "Company":
        """The same company with this account's id in its documents."""
        documents = {name: text.replace(WRITTEN_FOR, account_id) for name, text in self.documents.items()}
        trust = {name: text.replace(WRITTEN_FOR, account_id) for name, text in self.trust.items()}
        return msgspec.structs.replace(self, documents=documents, trust=trust)


class _PolicyFile(_Strict, frozen=True, kw_only=True):
    policy: tuple[PolicyEntry, ...]


class _GroupFile(_Strict, frozen=True, kw_only=True):
    group: tuple[GroupEntry, ...]


class _UserFile(_Strict, frozen=True, kw_only=True):
    user: tuple[UserEntry, ...]


class _RoleFile(_Strict, frozen=True, kw_only=True):
    role: tuple[RoleEntry, ...]


@cache
def load_company() -> Company:
    """The sample company.

    Raises:
        msgspec.ValidationError: a data file has a field that is missing, unknown or of another type.
    """
    data = files(__package__).joinpath("company_data")
    return Company(
        policies=_read(data.joinpath("policies.toml"), _PolicyFile).policy,
        groups=_read(data.joinpath("groups.toml"), _GroupFile).group,
        users=_read(data.joinpath("users.toml"), _UserFile).user,
        roles=tuple(role for file in _sorted(data.joinpath("roles")) for role in _read(file, _RoleFile).role),
        documents=_texts(data.joinpath("documents")),
        trust=_texts(data.joinpath("trust")),
    )


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda file: file.name)


def _read(file: Traversable, kind: type[_Files]) -> _Files:
    return msgspec.toml.decode(file.read_bytes(), type=kind)


def _texts(folder: Traversable) -> Mapping[str, str]:
    return {file.name.removesuffix(".json"): file.read_text(encoding="utf-8") for file in _sorted(folder)}
