"""The calls that leastwise makes to one account, each a typed method."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial

from leastwise.aws.caller import Caller
from leastwise.aws.paging import check_marker, follow_pages
from leastwise.aws.read_account import (
    read_account_aliases,
    read_account_summary,
    read_caller_identity,
    read_credential_report,
    read_credential_report_state,
    read_job_id,
    read_policies_granting_page,
)
from leastwise.aws.read_authorization import read_authorization_page
from leastwise.aws.read_last_accessed import read_entities_page, read_last_accessed_page
from leastwise.aws.records import (
    AccountSummary,
    AuthorizationFilter,
    AuthorizationPage,
    CallerIdentity,
    CredentialReport,
    CredentialReportState,
)
from leastwise.aws.reports import EntitiesPage, Granularity, LastAccessedPage, PoliciesGrantingPage
from leastwise.aws.shared_rows import SharedRows
from leastwise.aws.wire import Call

__all__ = ["AccountDoor"]

_MAXIMUM_ITEMS = 1000
"""Most rows that IAM puts in one answer (botocore's model of iam 2010-05-08)."""


class AccountDoor:
    """One account, as far as the caller's credentials reach; `connect` opens it.

    Every method is one signed call with its retries, but for the iterators, which are one call a page. Many may be
    under way at once: they all pass the account's one limiter. Each raises the narrow `AwsError` for what went wrong.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._shared = SharedRows()

    @property
    def account(self) -> str:
        """The account's id; empty until `caller_identity` has been called."""
        return self._caller.account

    @property
    def credential_generation(self) -> int:
        """Counts the changes of the keys that sign calls.

        A last-accessed job belongs to the session that made it. Read this before making the job: if the job is not
        found later and the number is another by then, the job was lost to a change of credentials.
        """
        return self._caller.credential_generation

    @property
    def calls_per_second(self) -> float:
        """The rate that AWS is believed to allow now."""
        return self._caller.calls_per_second

    async def caller_identity(self) -> CallerIdentity:
        """Who AWS takes the caller for; from then on errors name the account."""
        identity = await self._caller.call(Call(service="sts", operation="GetCallerIdentity"), read_caller_identity)
        self._caller.account = identity.account
        return identity

    def authorization_details(self, filters: Iterable[AuthorizationFilter] = ()) -> AsyncIterator[AuthorizationPage]:
        """The account's users, roles, groups and managed policies, page by page; all kinds where no filter is given."""
        call = Call(service="iam", operation="GetAccountAuthorizationDetails", parameters=_filter_parameters(filters))
        return follow_pages(
            lambda marker: self._caller.call(
                _page_of(call, marker), lambda body: check_marker(read_authorization_page(body))
            ),
            refuse=partial(self._caller.response_error, call),
        )

    async def generate_service_last_accessed_details(
        self, arn: str, *, granularity: Granularity = Granularity.ACTION_LEVEL
    ) -> str:
        """The id of the job that writes this entity's report."""
        parameters = (("Arn", arn), ("Granularity", granularity.value))
        call = Call(service="iam", operation="GenerateServiceLastAccessedDetails", parameters=parameters, arn=arn)
        return await self._caller.call(call, read_job_id)

    async def service_last_accessed_details(
        self, job_id: str, *, marker: str | None = None, maximum_items: int = _MAXIMUM_ITEMS, arn: str = ""
    ) -> LastAccessedPage:
        """How far the job is, and one page of its report if it is complete; `arn` is what errors name."""
        call = Call(service="iam", operation="GetServiceLastAccessedDetails", parameters=(("JobId", job_id),), arn=arn)
        return await self._caller.call(
            _page_of(call, marker, maximum_items=maximum_items),
            lambda body: check_marker(read_last_accessed_page(body, self._shared)),
        )

    async def service_last_accessed_details_with_entities(
        self, job_id: str, namespace: str, *, marker: str | None = None, maximum_items: int = _MAXIMUM_ITEMS
    ) -> EntitiesPage:
        """One page of who used one service through the group or policy that the job is about."""
        call = Call(
            service="iam",
            operation="GetServiceLastAccessedDetailsWithEntities",
            parameters=(("JobId", job_id), ("ServiceNamespace", namespace)),
        )
        return await self._caller.call(
            _page_of(call, marker, maximum_items=maximum_items), lambda body: check_marker(read_entities_page(body))
        )

    async def policies_granting_service_access(
        self, arn: str, namespaces: Sequence[str], *, marker: str | None = None
    ) -> PoliciesGrantingPage:
        """One page of the policies that grant a user, group or role each of at most 200 services."""
        call = Call(
            service="iam",
            operation="ListPoliciesGrantingServiceAccess",
            parameters=(("Arn", arn), *_list_parameters("ServiceNamespaces", namespaces)),
            arn=arn,
        )
        # The operation takes no MaxItems (botocore's model of iam 2010-05-08).
        return await self._caller.call(
            _page_of(call, marker, maximum_items=None), lambda body: check_marker(read_policies_granting_page(body))
        )

    async def generate_credential_report(self) -> CredentialReportState:
        """How far AWS is with the credential report, which this call asks for."""
        call = Call(service="iam", operation="GenerateCredentialReport")
        return await self._caller.call(call, read_credential_report_state)

    async def credential_report(self) -> CredentialReport:
        """The newest credential report.

        Raises:
            AwsError: also with code `ReportNotPresent`, `ReportExpired` or `ReportInProgress`.
        """
        return await self._caller.call(Call(service="iam", operation="GetCredentialReport"), read_credential_report)

    async def account_summary(self) -> AccountSummary:
        """The account's counts and quotas."""
        return await self._caller.call(Call(service="iam", operation="GetAccountSummary"), read_account_summary)

    async def account_aliases(self) -> tuple[str, ...]:
        """The account's aliases; AWS allows one, so one call suffices."""
        return await self._caller.call(Call(service="iam", operation="ListAccountAliases"), read_account_aliases)


def _page_of(call: Call, marker: str | None, *, maximum_items: int | None = _MAXIMUM_ITEMS) -> Call:
    items = () if maximum_items is None else (("MaxItems", str(maximum_items)),)
    place = () if marker is None else (("Marker", marker),)
    return Call(
        service=call.service, operation=call.operation, parameters=(*call.parameters, *items, *place), arn=call.arn
    )


def _filter_parameters(filters: Iterable[AuthorizationFilter]) -> tuple[tuple[str, str], ...]:
    return _list_parameters("Filter", [chosen.value for chosen in filters])


def _list_parameters(name: str, values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{name}.member.{position}", value) for position, value in enumerate(values, start=1))
