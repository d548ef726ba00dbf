"""The IAM operations that moto has, made as strict as AWS; imported late, since it needs moto."""

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from moto.iam.responses import IamResponse

from leastwise.sandbox.account import EntityKind, put_boundary
from leastwise.sandbox.details import encoded, role_last_used
from leastwise.sandbox.documents import check_editable, check_grammar, check_inline, check_managed, check_prefixes
from leastwise.sandbox.estate import naive, rename_key
from leastwise.sandbox.house import House
from leastwise.sandbox.refusals import Refusal, no_such_entity

__all__ = ["StrictIamResponse", "bound_to"]

ATTACHED_LIMIT = 10
"""Managed policies of one principal (IAM and STS quotas, default)."""


GROUPS_LIMIT = 10
"""Groups that one user can be in (the same)."""


class _InlineValidator(IAMPolicyDocumentValidator):
    """An inline policy may be of an older version, or say none; a managed one must not (moto checks as for those)."""

    def _validate_version(self) -> None:
        pass


def _conflict(message: str) -> Refusal:
    return Refusal(409, "DeleteConflict", f"Cannot delete entity, must {message} first.")


def _encoded(document: Any) -> Any:  # noqa: ANN401 - moto calls it with whatever the answer holds
    return encoded(document) if isinstance(document, str) else document


class StrictIamResponse(IamResponse):
    """moto's IAM with AWS's refusals, ids from the seed and dates by the sandbox's clock."""

    house: House
    """The sandbox that is answered for."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER: dict[str, Any] = {  # noqa: RUF012 - moto's class has it as an instance's
        **IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER,
        "CreatePolicyVersionResponse.PolicyVersion.Document": never_return,
        "GetGroupPolicyResponse.PolicyDocument": _encoded,
        "GetPolicyVersionResponse.PolicyVersion.Document": _encoded,
        "GetRolePolicyResponse.PolicyDocument": _encoded,
        "GetUserPolicyResponse.PolicyDocument": _encoded,
        "ListUsersResponse.Users.User.PermissionsBoundary": never_return,
    }

    @property
    def backend(self) -> Any:  # noqa: ANN401 - moto's backend, which `Account` does not type either
        """The account as this call sees it, which for a read that lags is not the present one."""
        return self.house.account.backend

    # Creating: ids come from the seed, dates from the sandbox's clock.

    def create_user(self) -> ActionResult:
        """CreateUser, with a permissions boundary."""
        boundary = self._get_param("PermissionsBoundary")
        self._check_new("user", "UserName", "User with name {} already exists.")
        self._check_boundary(boundary)
        result = super().create_user()
        user = self._stamp(result, "User", "AIDA")
        put_boundary(user, boundary)
        return result

    def create_role(self) -> ActionResult:
        """CreateRole."""
        self._check_new("role", "RoleName", "Role with name {} already exists.")
        self._check_boundary(self._get_param("PermissionsBoundary"))
        result = super().create_role()
        role = _created(result, "Role")
        del self.backend.roles[role.id]
        self._stamp(result, "Role", "AROA")
        self.backend.roles[role.id] = role
        return result

    def create_service_linked_role(self) -> ActionResult:
        """CreateServiceLinkedRole."""
        result = super().create_service_linked_role()
        role = _created(result, "Role")
        del self.backend.roles[role.id]
        self._stamp(result, "Role", "AROA")
        self.backend.roles[role.id] = role
        return result

    def create_group(self) -> ActionResult:
        """CreateGroup."""
        self._check_new("group", "GroupName", "Group with name {} already exists.")
        result = super().create_group()
        self._stamp(result, "Group", "AGPA")
        return result

    def create_policy(self) -> ActionResult:
        """CreatePolicy, within the size limit."""
        self._check_new("policy", "PolicyName", "A policy called {} already exists. Duplicate names are not allowed.")
        self._check_document(IAMPolicyDocumentValidator)
        check_managed(self._get_param("PolicyDocument"))
        result = super().create_policy()
        policy = self._stamp(result, "Policy", "ANPA")
        policy.update_date = policy.versions[0].create_date = policy.create_date
        return result

    def create_policy_version(self) -> ActionResult:
        """CreatePolicyVersion, within the size limit and for customer policies only."""
        self._check_customer_policy()
        self.backend.get_policy(self._get_param("PolicyArn"))
        self._check_document(IAMPolicyDocumentValidator)
        check_managed(self._get_param("PolicyDocument"))
        result = super().create_policy_version()
        now = naive(self.house.now)
        _created(result, "PolicyVersion").create_date = now
        self.backend.get_policy(self._get_param("PolicyArn")).update_date = now
        return result

    def create_access_key(self) -> ActionResult:
        """CreateAccessKey."""
        result = super().create_access_key()
        key = _created(result, "AccessKey")
        rename_key(self.backend, key, self.house.identifiers.access_key(key.user_name))
        key.create_date = naive(self.house.now)
        return result

    def create_login_profile(self) -> ActionResult:
        """CreateLoginProfile; the credential report says when."""
        result = super().create_login_profile()
        user: Any = self.backend.get_user(self._get_param("UserName"))
        user.password_changed_at = naive(self.house.now)
        return result

    def _stamp(self, result: ActionResult, member: str, prefix: str) -> Any:  # noqa: ANN401 - moto's entities share no type
        created = _created(result, member)
        created.id = self.house.identifiers.entity(prefix, created.name)
        created.create_date = naive(self.house.now)
        return created

    def _check_new(self, kind: EntityKind, parameter: str, message: str) -> None:
        name = self._get_param(parameter)
        if self.house.account.is_taken(kind, name):
            raise Refusal(409, "EntityAlreadyExists", message.format(name))

    # Reading: usage comes from the ledger.

    def get_login_profile(self) -> ActionResult:
        """GetLoginProfile, with the date of the password and not of the user."""
        user: Any = self.backend.get_login_profile(self._get_param("UserName"))
        result = super().get_login_profile()
        profile: Any = result.result
        profile["LoginProfile"]["CreateDate"] = getattr(user, "password_changed_at", None) or user.create_date
        return result

    def get_role(self) -> ActionResult:
        """GetRole, with RoleLastUsed from the ledger."""
        role: Any = self.backend.get_role(self._get_param("RoleName"))
        used: Mapping[str, Any] = role_last_used(self.house.ledger, role.arn, now=self.house.now)
        role.last_used, role.last_used_region = used.get("LastUsedDate"), used.get("Region")
        return super().get_role()

    def get_access_key_last_used(self) -> ActionResult:
        """GetAccessKeyLastUsed from the ledger; another account's key is refused."""
        key_id = self._get_param("AccessKeyId")
        key = self.backend.access_keys.get(key_id)
        if key is None or key.user_name is None:
            raise Refusal(403, "AccessDenied", f"Access to the access key {key_id} is denied.")
        use = self.house.ledger.key(key_id)
        last = {"LastUsedDate": use and use.at, "ServiceName": use.service if use else "N/A"}
        region = use.region if use else "N/A"
        return ActionResult({"UserName": key.user_name, "AccessKeyLastUsed": {**last, "Region": region}})

    # Inline policies: size limits, and roles that are AWS's.

    def put_user_policy(self) -> ActionResult:
        """PutUserPolicy, within the size limit."""
        return self._put_inline("user", self.backend.get_user(self._get_param("UserName")))

    def put_group_policy(self) -> ActionResult:
        """PutGroupPolicy, within the size limit."""
        return self._put_inline("group", self.backend.get_group(self._get_param("GroupName")))

    def put_role_policy(self) -> ActionResult:
        """PutRolePolicy, within the size limit."""
        return self._put_inline("role", self._editable_role())

    def delete_role_policy(self) -> ActionResult:
        """DeleteRolePolicy."""
        self._editable_role()
        return super().delete_role_policy()

    def _put_inline(self, kind: str, principal: Any) -> ActionResult:  # noqa: ANN401 - one of moto's three kinds
        document, name = self._get_param("PolicyDocument"), self._get_param("PolicyName")
        self._check_document(_InlineValidator)
        check_inline(document, kind=kind, name=principal.name, others=principal.policies, policy_name=name)
        principal.put_policy(name, document)
        return EmptyResult()

    def _check_document(self, validator: type[IAMPolicyDocumentValidator]) -> None:
        """Moto has IAM's words for most of what is wrong, and leastwise's own parser is stricter."""
        document = self._get_param("PolicyDocument")
        check_prefixes(document)
        validator(document).validate()
        check_grammar(document)

    def _editable_role(self) -> Any:  # noqa: ANN401 - moto's Role
        role = self.backend.get_role(self._get_param("RoleName"))
        check_editable(role)
        return role

    # Attachments: attaching twice changes nothing, and there is a limit.

    def attach_user_policy(self) -> ActionResult:
        """AttachUserPolicy."""
        return self._attach(self.backend.get_user(self._get_param("UserName")), "User")

    def attach_group_policy(self) -> ActionResult:
        """AttachGroupPolicy."""
        return self._attach(self.backend.get_group(self._get_param("GroupName")), "Group")

    def attach_role_policy(self) -> ActionResult:
        """AttachRolePolicy."""
        return self._attach(self._editable_role(), "Role")

    def detach_role_policy(self) -> ActionResult:
        """DetachRolePolicy."""
        self._editable_role()
        return super().detach_role_policy()

    def _attach(self, principal: Any, kind: str) -> ActionResult:  # noqa: ANN401 - one of moto's three kinds
        arn = self._get_param("PolicyArn")
        policy = self.backend.managed_policies.get(arn)
        if policy is None:
            raise no_such_entity(f"Policy {arn} does not exist or is not attachable.")
        if "/aws-service-role/" in arn:
            raise Refusal(400, "PolicyNotAttachable", f"Cannot attach a Service Role Policy to a Customer {kind}.")
        if arn in principal.managed_policies:
            return EmptyResult()
        if len(principal.managed_policies) >= ATTACHED_LIMIT:
            raise Refusal(409, "LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind}: {ATTACHED_LIMIT}")
        policy.attach_to(principal)
        return EmptyResult()

    def add_user_to_group(self) -> ActionResult:
        """AddUserToGroup, which changes nothing for a member; there is a limit."""
        user = self.backend.get_user(self._get_param("UserName"))
        group = self.backend.get_group(self._get_param("GroupName"))
        groups = self.backend.get_groups_for_user(user.name)
        if group not in groups and len(groups) >= GROUPS_LIMIT:
            raise Refusal(409, "LimitExceeded", f"Cannot exceed quota for GroupsPerUser: {GROUPS_LIMIT}")
        return super().add_user_to_group()

    # Boundaries.

    def put_user_permissions_boundary(self) -> ActionResult:
        """PutUserPermissionsBoundary."""
        user = self.backend.get_user(self._get_param("UserName"))
        self._check_boundary(self._get_param("PermissionsBoundary"))
        put_boundary(user, self._get_param("PermissionsBoundary"))
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """DeleteUserPermissionsBoundary."""
        put_boundary(self.backend.get_user(self._get_param("UserName")), None)
        return EmptyResult()

    def put_role_permissions_boundary(self) -> ActionResult:
        """PutRolePermissionsBoundary."""
        self._editable_role()
        self._check_boundary(self._get_param("PermissionsBoundary"))
        return super().put_role_permissions_boundary()

    def delete_role_permissions_boundary(self) -> ActionResult:
        """DeleteRolePermissionsBoundary."""
        self._editable_role()
        return super().delete_role_permissions_boundary()

    def _check_boundary(self, arn: str | None) -> None:
        if arn is not None and arn not in self.backend.managed_policies:
            raise no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")

    # Changing and deleting.

    def update_assume_role_policy(self) -> ActionResult:
        """UpdateAssumeRolePolicy."""
        self._editable_role()
        return super().update_assume_role_policy()

    def update_role(self) -> ActionResult:
        """UpdateRole."""
        self._editable_role()
        return super().update_role()

    def delete_role(self) -> ActionResult:
        """DeleteRole."""
        self._editable_role()
        return super().delete_role()

    def delete_user(self) -> ActionResult:
        """DeleteUser, once nothing hangs on the user."""
        user = self.backend.get_user(self._get_param("UserName"))
        if user.access_keys:
            raise _conflict("delete access keys")
        if user.password:
            raise _conflict("delete login profile")
        if user.group_list:
            raise _conflict("remove users from group")
        return super().delete_user()

    def delete_group(self) -> ActionResult:
        """DeleteGroup, once it is empty."""
        group = self.backend.get_group(self._get_param("GroupName"))
        if group.users:
            raise _conflict("remove users from group")
        if group.managed_policies:
            raise _conflict("detach all policies")
        if group.policies:
            raise _conflict("delete policies")
        return super().delete_group()

    def delete_policy(self) -> ActionResult:
        """DeletePolicy, once it is detached and has one version."""
        self._check_customer_policy()
        arn = self._get_param("PolicyArn")
        account = self.house.account
        if account.attachments().get(arn) or account.boundary_uses().get(arn):
            raise Refusal(409, "DeleteConflict", "Cannot delete a policy attached to entities.")
        if len(self.backend.get_policy(arn).versions) > 1:
            message = "This policy has more than one version. Before you delete a policy, delete its other versions."
            raise Refusal(409, "DeleteConflict", message)
        return super().delete_policy()

    def delete_policy_version(self) -> ActionResult:
        """DeletePolicyVersion."""
        self._check_customer_policy()
        return super().delete_policy_version()

    def set_default_policy_version(self) -> ActionResult:
        """SetDefaultPolicyVersion."""
        self._check_customer_policy()
        policy = self.backend.get_policy(self._get_param("PolicyArn"))
        if policy.default_version_id == self._get_param("VersionId"):
            return EmptyResult()  # moto would leave the policy without a default version
        result = super().set_default_policy_version()
        policy.update_date = naive(self.house.now)
        return result

    def _check_customer_policy(self) -> None:
        arn = self._get_param("PolicyArn")
        if ":iam::aws:policy/" in arn:
            raise Refusal(400, "UnmodifiableEntity", f"Policy {arn} is managed by AWS and cannot be modified.")


def _created(result: ActionResult, member: str) -> Any:  # noqa: ANN401 - moto's entities share no type
    content: Any = result.result
    return content[member]


def bound_to(house: House) -> type[StrictIamResponse]:
    """The response class of one sandbox; moto makes an instance of it for each call."""
    return type("BoundIamResponse", (StrictIamResponse,), {"house": house})
