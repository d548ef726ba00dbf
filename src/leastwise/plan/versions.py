"""Customer-managed policies version by version: made, given a newer version, set back to an older one, made again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from leastwise.inventory import ManagedPolicy, PolicyText, PolicyVersion
from leastwise.plan.misfit import misfit
from leastwise.plan.steps import CreatePolicy, CreateVersion, KeptVersion, RestorePolicy, RestoreVersion
from leastwise.policy import MANAGED_VERSIONS, Arn

__all__ = ["Maker", "default_of", "kept", "next_version"]


def kept(version: PolicyVersion) -> KeptVersion:
    """What it takes to make the version again."""
    return KeptVersion(version.id, version.policy.text, version.is_default)


def next_version(policy: ManagedPolicy) -> str:
    """The number after the highest known one.

    AWS never gives a number twice (IAM User Guide, Versioning IAM policies), so that it is a higher one where the
    newest version was deleted before anybody looked.
    """
    return f"v{max((_number(version.id) for version in policy.versions), default=0) + 1}"


def default_of(policy: ManagedPolicy, step: CreateVersion | RestoreVersion) -> PolicyVersion:
    """The version in force; raises ValueError if AWS listed none, since then nothing can be put in its place."""
    version = policy.default_version
    if version is None:
        raise misfit(step, f"{policy.arn} has no default version")
    return version


class Maker(Struct, frozen=True):
    """Makes policies and versions as AWS would at one moment."""

    at: datetime
    """The moment, which is the date of all that is made."""
    read: Callable[[str], PolicyText]
    """What a text says."""

    def created(self, step: CreatePolicy) -> ManagedPolicy:
        """The policy with its first version."""
        return self._policy(step.policy, [KeptVersion("v1", step.document, is_default=True)])

    def restored(self, step: RestorePolicy) -> ManagedPolicy:
        """The policy with the numbers and the default that it had; AWS gives it a new id and new dates."""
        return self._policy(step.policy, step.versions)

    def with_version(self, policy: ManagedPolicy, step: CreateVersion) -> ManagedPolicy:
        """The policy with one more version, which is in force.

        Raises:
            ValueError: there is no such version to drop, or no room for another.
        """
        default_of(policy, step)
        dropped = None if step.drops is None else _other_version(policy, step, step.drops.version, step.drops.document)
        versions = [replace(version, is_default=False) for version in policy.versions if version is not dropped]
        if len(versions) >= MANAGED_VERSIONS:
            raise misfit(step, f"{policy.arn} has {len(versions)} versions, and none of them is to go")
        made = self._version(KeptVersion(next_version(policy), step.document, is_default=True))
        return replace(policy, updated_at=self.at, versions=(*versions, made))

    def with_restored_version(self, policy: ManagedPolicy, step: RestoreVersion) -> ManagedPolicy:
        """The policy without the version in force, and with an older one in its place.

        Its date of change is that of the newest version that is left, as IAM documents it (ManagedPolicyDetail).

        Raises:
            ValueError: there is no such older version.
        """
        current = default_of(policy, step)
        wanted = _other_version(policy, step, step.version, step.document)
        versions = [
            replace(version, is_default=version is wanted) for version in policy.versions if version is not current
        ]
        if step.restores is not None:
            versions.append(self._version(replace(step.restores, version=next_version(policy), is_default=False)))
        return replace(policy, updated_at=versions[-1].created_at, versions=tuple(versions))

    def _policy(self, arn: Arn, versions: Iterable[KeptVersion]) -> ManagedPolicy:
        path = arn.resource.removeprefix(arn.kind).removesuffix(arn.name)
        made = tuple(self._version(version) for version in versions)
        return ManagedPolicy(arn, arn.name, "", path, created_at=self.at, updated_at=self.at, versions=made)

    def _version(self, version: KeptVersion) -> PolicyVersion:
        return PolicyVersion(version.version, self.at, version.is_default, self.read(version.document))


def _other_version(
    policy: ManagedPolicy, step: CreateVersion | RestoreVersion, number: str, document: str
) -> PolicyVersion:
    """The version of this number and text that is not in force.

    One that was dropped and made again has a new number and the same text: then the newest of this text is meant.
    """
    alike = [one for one in policy.versions if not one.is_default and one.policy.text == document]
    if not alike:
        raise misfit(step, f"{policy.arn} has, besides its default version, no {number} that says what it should")
    return next((version for version in alike if version.id == number), alike[-1])


def _number(version_id: str) -> int:
    digits = version_id.removeprefix("v")
    return int(digits) if digits.isdecimal() else 0
