"""Planning: from a scan of the whole account to the changes that take away what nobody uses."""

from collections import Counter

import msgspec
from msgspec import Struct

from leastwise.catalog import load_catalog
from leastwise.errors import IncompleteScanError, UsageError
from leastwise.findings import ScanError, ScanParameters, ScanStatus
from leastwise.inventory import Selection
from leastwise.pipeline.garbage import seldom_collected
from leastwise.pipeline.scan import Scanned, ScanRequest
from leastwise.plan import Plan
from leastwise.recommend import RecommendOptions, recommend

__all__ = ["PlanRequest", "plan_account"]

_NAMED = 3
"""How many of the errors of a scan are named."""


class PlanRequest(Struct, frozen=True):
    """What a user asks for."""

    scan: ScanRequest = ScanRequest()
    """How the account is judged, and which principals and services are looked at."""
    options: RecommendOptions = RecommendOptions()
    """What a person decided."""
    allow_incomplete: bool = False
    """Whether a scan that lacks evidence will do; what is not known then stays."""
    account: str | None = None
    """The account that it has to be; None for any."""

    @property
    def whole(self) -> ScanRequest:
        """The scan that a plan stands on: of everybody, since a shared policy needs every holder's evidence."""
        given = self.scan.parameters
        parameters = ScanParameters(given.stale_after_days, policies=given.policies, verify=given.verify)
        return msgspec.structs.replace(self.scan, parameters=parameters)

    @property
    def wanted(self) -> RecommendOptions:
        """The decisions, with the principals and services that the scan was asked for and what the settings protect."""
        given, settings, removal = self.scan.parameters, self.scan.settings, self.options.removal
        services = tuple(sorted({*removal.services, *given.services}))
        keep = tuple(dict.fromkeys((*settings.keep, *removal.keep)))
        return msgspec.structs.replace(
            self.options,
            removal=msgspec.structs.replace(removal, services=services, keep=keep),
            selection=Selection(given.principals, given.exclude),
            break_glass=settings.break_glass,
            kept_sids=settings.keep_sids,
        )


@seldom_collected()
def plan_account(scanned: Scanned, request: PlanRequest, *, version: str) -> Plan:
    """The plan of a scanned account; the scan must be the request's `whole`.

    Raises:
        UsageError: it is another account than the request names.
        IncompleteScanError: evidence could not be had, and the request does not allow for that.
        ProofError: a change is not what it should be, which is a fault of leastwise.
    """
    [account] = scanned.scan.accounts
    if request.account is not None and account.account.id != request.account:
        raise UsageError(
            f"the scan is of account {account.account.id}, not of {request.account}",
            hint="use credentials or a saved scan of that account, or leave out --account",
        )
    is_complete = account.status is ScanStatus.COMPLETE
    if not (is_complete or request.allow_incomplete):
        raise IncompleteScanError(
            f"the scan of account {account.account.id} is incomplete: {_told(account.errors)}",
            hint="scan again, or plan with --allow-incomplete: what is not known then stays as it is",
        )
    return recommend(
        scanned.collected.snapshot,
        scanned.judgement,
        scanned.collected.evidence,
        grants=scanned.grants,
        catalog=load_catalog(),
        options=request.wanted,
        version=version,
        complete=is_complete,
    )


def _told(errors: tuple[ScanError, ...]) -> str:
    """The commonest reasons, each with how often: `report-failed (3), AccessDenied (1)`."""
    counted = Counter(error.code for error in errors).most_common()
    shown = [f"{code} ({number:,})" for code, number in counted[:_NAMED]]
    return ", ".join([*shown, "..."] if len(counted) > _NAMED else shown)
