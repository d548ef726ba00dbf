"""Founds the sample company in a sandbox account: a believable mid-size company with every trap of usage in it.

What it consists of is data (`company_data/`, explained in its files); what leastwise must say of it is in
`docs/company.md`. Ages and uses are days before the account's present, so the company never grows older.
"""

from datetime import datetime, timedelta

from leastwise.sandbox.company_model import (
    Company,
    GroupEntry,
    PolicyEntry,
    RoleEntry,
    UseEntry,
    UserEntry,
    load_company,
)
from leastwise.sandbox.estate import Estate, PrincipalKind

__all__ = ["seed_company"]


def seed_company(estate: Estate) -> None:
    """Write the sample company into an empty account."""
    _Founder(estate, load_company().written_for(estate.account_id)).found()


class _Founder:
    """Writes one company into one estate, in the order that references need."""

    def __init__(self, estate: Estate, company: Company) -> None:
        self._estate = estate
        self._company = company
        self._policy_arns: dict[str, str] = {}

    def found(self) -> None:
        """Write everything."""
        for policy in self._company.policies:
            self._policy_arns[policy.name] = self._add_policy(policy)
        for group in self._company.groups:
            self._add_group(group)
        for user in self._company.users:
            self._add_user(user)
        for role in self._company.roles:
            self._add_role(role)

    def _add_policy(self, policy: PolicyEntry) -> str:
        documents = self._company.documents
        return self._estate.create_policy(
            policy.name,
            path=policy.path,
            document=documents[policy.document],
            created_at=self._ago(policy.age),
            earlier_versions=[(documents[one.document], self._ago(one.age)) for one in policy.earlier],
        )

    def _add_group(self, group: GroupEntry) -> None:
        self._estate.create_group(group.name, path=group.path, created_at=self._ago(group.age))
        self._grant("group", group)

    def _add_user(self, user: UserEntry) -> None:
        signed_in = user.password if isinstance(user.password, float) else None
        arn = self._estate.create_user(
            user.name,
            path=user.path,
            created_at=self._ago(user.age),
            tags=user.tags,
            console_password=user.password is not None,
            password_last_used_at=None if signed_in is None else self._ago(signed_in),
            mfa=user.mfa,
            boundary=self._boundary(user.boundary),
        )
        for group in user.groups:
            self._estate.add_member(group, user.name)
        self._add_keys(user)
        self._grant("user", user)
        self._record(arn, user.uses)

    def _add_keys(self, user: UserEntry) -> None:
        for key in user.keys:
            self._estate.create_access_key(
                user.name,
                created_at=self._ago(key.age),
                last_used_at=None if key.used is None else self._ago(key.used),
                last_used_service=key.service,
                active=key.active,
            )

    def _add_role(self, role: RoleEntry) -> None:
        arn = self._estate.create_role(
            role.name,
            path=role.path,
            trust_document=self._company.trust[role.trust],
            created_at=self._ago(role.age),
            last_used_at=None if role.seen is None else self._ago(role.seen),
            tags=role.tags,
            description=role.description,
            boundary=self._boundary(role.boundary),
        )
        self._grant("role", role)
        self._record(arn, role.uses)

    def _grant(self, kind: PrincipalKind, holder: GroupEntry | RoleEntry | UserEntry) -> None:
        for policy_name, document in holder.inline.items():
            self._estate.put_inline(kind, holder.name, policy_name, self._company.documents[document])
        for managed in holder.managed:
            self._estate.attach(kind, holder.name, self._arn(managed))

    def _record(self, arn: str, uses: tuple[UseEntry, ...]) -> None:
        for use in uses:
            self._estate.record_use(arn, use.service, use.action, at=self._ago(use.days), region=use.region)

    def _arn(self, policy: str) -> str:
        owner, _, name = policy.partition(":")
        return f"arn:aws:iam::aws:policy/{name}" if owner == "aws" else self._policy_arns[policy]

    def _boundary(self, policy: str | None) -> str | None:
        return None if policy is None else self._policy_arns[policy]

    def _ago(self, days: float) -> datetime:
        return self._estate.now - timedelta(days=days)
