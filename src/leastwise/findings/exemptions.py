"""Findings that someone answers for: by the settings for a time, or by a tag where the settings allow it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

import msgspec

from leastwise.findings.model import Exempt, Finding
from leastwise.inventory import Group, Principal
from leastwise.policy import Arn
from leastwise.settings import EVERY_RULE, Exemption, Settings

__all__ = ["exempted", "exemption_notes"]


def exempted(
    findings: Iterable[Finding], principals: Mapping[Arn, Principal], *, settings: Settings, now: datetime
) -> tuple[Finding, ...]:
    """The findings, each with what exempts it; none is left out.

    An exemption of the settings goes before a tag. Of several, the one that holds longest counts.
    """
    today = now.astimezone(UTC).date()
    return tuple(
        _with(finding, _by_settings(finding, settings, today) or _by_tag(finding, principals, settings))
        for finding in findings
    )


def exemption_notes(
    findings: Iterable[Finding], principals: Iterable[Principal], *, settings: Settings, now: datetime
) -> Iterator[str]:
    """What a reader must know of exemptions that do not work: those that expired, and tags that are not allowed."""
    today, found = now.astimezone(UTC).date(), tuple(findings)
    for exemption in settings.exemptions:
        if exemption.until < today:
            yield _expired(exemption, sum(_matches(exemption, finding) for finding in found))
    tagged = sum(_tag(principal, settings) is not None for principal in principals)
    if tagged and not settings.allow_tag_exemptions:
        noun = "principal carries" if tagged == 1 else "principals carry"
        yield (
            f"{tagged} {noun} the tag {settings.exemption_tag}, which exempts nothing: "
            "the settings do not have allow_tag_exemptions"
        )


def _with(finding: Finding, exempt: Exempt | None) -> Finding:
    return finding if exempt is None else msgspec.structs.replace(finding, exempt=exempt)


def _by_settings(finding: Finding, settings: Settings, today: date) -> Exempt | None:
    holding = [one for one in settings.exemptions if one.until >= today and _matches(one, finding)]
    longest = max(holding, key=lambda one: (one.until, one.owner, one.reason), default=None)
    return Exempt(longest.owner, longest.reason, longest.until) if longest else None


def _matches(exemption: Exemption, finding: Finding) -> bool:
    return exemption.rule in (EVERY_RULE, finding.rule) and fnmatchcase(finding.resource, exemption.resource)


def _by_tag(finding: Finding, principals: Mapping[Arn, Principal], settings: Settings) -> Exempt | None:
    principal = principals.get(finding.resource)
    reason = None if principal is None or not settings.allow_tag_exemptions else _tag(principal, settings)
    return None if reason is None else Exempt(f"tag {settings.exemption_tag}", reason, None)


def _tag(principal: Principal, settings: Settings) -> str | None:
    """Value of the exempting tag; None if the principal has none. Groups have no tags (IAM API, TagRole, TagUser)."""
    if isinstance(principal, Group):
        return None
    return next((tag.value for tag in principal.tags if tag.key == settings.exemption_tag), None)


def _expired(exemption: Exemption, covered: int) -> str:
    rule = "every rule" if exemption.rule == EVERY_RULE else exemption.rule
    matched = f"{covered} finding{'' if covered == 1 else 's'} that it covered"
    return (
        f"the exemption of {rule} for {exemption.resource} ({exemption.owner}: {exemption.reason}) expired on "
        f"{exemption.until.isoformat()}; {matched} count{'s' if covered == 1 else ''} again"
    )
