"""What all sources together saw of one subject, and what their silence proves."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from msgspec import Struct

from leastwise.evidence import (
    ActionUse,
    CredentialUse,
    Evidence,
    Granularity,
    PrincipalUse,
    ServiceUse,
    Source,
    Usage,
    covers,
)
from leastwise.findings.model import EvidenceNote, Parameters, Reason
from leastwise.policy import Arn

__all__ = ["ServiceSight", "Sight", "is_within", "sight_of"]


class ServiceSight(Struct, frozen=True, gc=False):
    """What was seen of one service."""

    name: str
    """What AWS calls it."""
    last_used_at: datetime | None
    """The latest use that any source saw."""
    region: str | None
    """Where that was."""
    is_covered: bool
    """Whether a source looked at it over the whole time that a verdict of non-use needs."""
    tracked: tuple[str, ...]
    """Names of the actions that some source tracks or saw used."""
    covered: tuple[str, ...]
    """Those of them that a source tracked over the whole time; the same object as `tracked` where it is all of them."""
    used: tuple[ActionUse, ...]
    """The actions that were used, one latest use or more each."""


class Sight(Struct, frozen=True):
    """What was seen of one subject."""

    parameters: Parameters
    """The moment and the days that a verdict needs."""
    reports: tuple[tuple[Usage, bool], ...]
    """What its reports say, each with whether its window covers the days."""
    notes: tuple[EvidenceNote, ...]
    """Which sources were had."""
    last_used_at: datetime | None
    """The latest use of any kind that any source saw."""
    is_watched: bool
    """Whether some source would have seen any use of the subject as a whole, of whatever service and action."""
    absence: Reason
    """Why nothing is known of a service that no report lists."""

    @property
    def is_idle(self) -> bool:
        """Whether the subject as a whole was not used within the days."""
        return self.is_watched and not is_within(self.last_used_at, self.parameters)

    @property
    def is_silent(self) -> bool:
        """Whether the subject as a whole was never seen used: nothing it holds was, untracked actions included."""
        return self.is_watched and self.last_used_at is None

    def namespaces(self) -> set[str]:
        """The services that some report lists."""
        return set(chain.from_iterable(usage.services for usage, _ in self.reports))

    def service(self, namespace: str) -> ServiceSight | None:
        """What was seen of a service; None if no report lists it."""
        if len(self.reports) == 1:
            usage, is_covered = self.reports[0]
            alone = usage.services.get(namespace)
            return None if alone is None else _alone(alone, is_covered)
        found = [
            (service, is_covered)
            for usage, is_covered in self.reports
            if (service := usage.services.get(namespace)) is not None
        ]
        return _together(found) if found else None


def sight_of(subject: Arn, *, evidence: Evidence, parameters: Parameters) -> Sight:
    """What the evidence says of one subject."""
    reports = tuple((usage, _covers(usage, parameters)) for usage in evidence.usages.get(subject, ()))
    return Sight(
        parameters=parameters,
        reports=reports,
        notes=tuple(sorted(set(_notes(subject, evidence)))),
        last_used_at=max(_moments(subject, evidence), default=None),
        is_watched=_is_watched(subject, evidence, parameters),
        absence=_absence(subject, evidence),
    )


def is_within(moment: datetime | None, parameters: Parameters) -> bool:
    """Whether the moment lies at most the stale-after days back; a moment exactly so long ago does."""
    return moment is not None and parameters.now - moment <= timedelta(days=parameters.stale_after_days)


def _alone(service: ServiceUse, is_covered: bool) -> ServiceSight:  # noqa: FBT001 - a pair of the caller's
    tracked = service.tracked or ()
    last_used_at, region = service.last_used_at, service.region
    if service.used:
        tracked = _names(tracked, service.used)
        last_used_at, region = max(_places(service), key=_recency)
    return ServiceSight(
        service.name, last_used_at, region, is_covered, tracked, tracked if is_covered else (), service.used
    )


def _together(found: list[tuple[ServiceUse, bool]]) -> ServiceSight:
    """What several reports say, over several windows: every use counts, and the best window for non-use."""
    services = [service for service, _ in found]
    used = tuple(chain.from_iterable(service.used for service in services))
    last_used_at, region = max(chain.from_iterable(map(_places, services)), key=_recency)
    return ServiceSight(
        name=max(service.name for service in services),
        last_used_at=last_used_at,
        region=region,
        is_covered=any(is_covered for _, is_covered in found),
        tracked=_names(chain.from_iterable(service.tracked or () for service in services), used),
        covered=_names(chain.from_iterable(service.tracked or () for service, covered in found if covered), ()),
        used=used,
    )


def _names(tracked: Iterable[str], used: Iterable[ActionUse]) -> tuple[str, ...]:
    return tuple(sorted({*tracked, *(use.name for use in used)}))


_Place = tuple[datetime | None, str | None]


def _places(service: ServiceUse) -> Iterator[_Place]:
    yield service.last_used_at, service.region
    for use in service.used:
        yield use.at, use.region


def _recency(place: _Place) -> tuple[bool, float, str]:
    at, region = place
    return (at is not None, at.timestamp() if at else 0.0, region or "")


def _notes(subject: Arn, evidence: Evidence) -> Iterator[EvidenceNote]:
    for usage in evidence.usages.get(subject, ()):
        yield EvidenceNote(usage.source, usage.window, usage.granularity)
    for principal in evidence.principals.get(subject, ()):
        yield EvidenceNote(principal.source, principal.window, Granularity.PRINCIPAL)
    for credential in evidence.credentials.get(subject, ()):
        yield EvidenceNote(Source.CREDENTIAL_REPORT, credential.window, Granularity.PRINCIPAL)


def _moments(subject: Arn, evidence: Evidence) -> Iterator[datetime]:
    found = chain(
        (use.last_used_at for use in evidence.principals.get(subject, ())),
        chain.from_iterable(map(_credential_moments, evidence.credentials.get(subject, ()))),
        chain.from_iterable(map(_report_moments, evidence.usages.get(subject, ()))),
    )
    return (moment for moment in found if moment is not None)


def _report_moments(usage: Usage) -> Iterator[datetime | None]:
    for service in usage.services.values():
        yield service.last_used_at
        if service.used:
            yield from (use.at for use in service.used)


def _credential_moments(credential: CredentialUse) -> Iterator[datetime | None]:
    yield credential.password.last_used_at
    yield from (key.last_used_at for key in credential.keys)


def _is_watched(subject: Arn, evidence: Evidence, parameters: Parameters) -> bool:
    """Whether a use of any kind could not have escaped the sources.

    RoleLastUsed sees every use of a role. A user's credential report sees every use of the credentials that the user
    still has, but is silent on those that were removed since; the user's own report is not. Only together do they say
    that the user did nothing.
    """
    if any(_covers(use, parameters) for use in evidence.principals.get(subject, ())):
        return True
    reports = (usage for usage in evidence.usages.get(subject, ()) if usage.is_complete)
    return any(_covers(use, parameters) for use in evidence.credentials.get(subject, ())) and any(
        _covers(usage, parameters) for usage in reports
    )


def _covers(fact: Usage | PrincipalUse | CredentialUse, parameters: Parameters) -> bool:
    return covers(fact.window, now=parameters.now, days=parameters.stale_after_days)


def _absence(subject: Arn, evidence: Evidence) -> Reason:
    """Why nothing is known of a service that no report of the subject lists."""
    if any(usage.is_complete for usage in evidence.usages.get(subject, ())):
        return Reason.NOT_IN_REPORT
    gaps = evidence.gaps.get(subject, ())
    reasons = [gap.reason for gap in gaps if gap.source is Source.LAST_ACCESSED] or [gap.reason for gap in gaps]
    if reasons:
        return Reason(reasons[0].value)
    # Whoever knows that the principal was silent has no need of a report; only the days asked for were too many.
    silent = any(use.last_used_at is None for use in evidence.principals.get(subject, ()))
    return Reason.WINDOW_TOO_SHORT if silent else Reason.NOT_COLLECTED
