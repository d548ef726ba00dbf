"""Customer-managed policies that nobody holds are deleted, with all that it takes to make them again."""

from collections.abc import Iterator

from leastwise.findings import Judgement, Rule
from leastwise.inventory import ManagedPolicy, PolicyKind, Snapshot
from leastwise.plan import (
    AttachedTo,
    ChangeKind,
    DeletePolicy,
    DocumentChange,
    PolicyIs,
    PolicyRef,
    ProofMethod,
    digest_of,
)
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Holders
from leastwise.recommend.wording import REMADE

__all__ = ["deleting_changes"]


def deleting_changes(snapshot: Snapshot, judgement: Judgement, holders: Holders) -> Iterator[Draft]:
    """The policies that are found unattached and that nobody answers for, and that are old enough."""
    policies = {policy.arn: policy for policy in snapshot.policies}
    for finding in judgement.findings:
        policy = policies.get(finding.resource)
        if finding.rule is not Rule.UNATTACHED_POLICY or finding.exempt is not None or policy is None:
            continue
        if not holders.is_young(policy):
            yield from _deleted(policy)


def _deleted(policy: ManagedPolicy) -> Iterator[Draft]:
    version = policy.default_version
    if version is None:
        return
    ref, versions = PolicyRef(policy.arn, PolicyKind.MANAGED), tuple(one.id for one in policy.versions)
    live = PolicyIs(policy.arn, version.id, digest_of(version.policy.text), versions)
    yield Draft(
        kind=ChangeKind.DELETE_POLICY,
        title=f"Policy {policy.name}, which is attached to nobody, is deleted",
        principals=(),
        steps=(DeletePolicy(policy.arn),),
        preconditions=(live, AttachedTo(policy.arn, (), exactly=True)),
        method=ProofMethod.WITHDRAWN,
        policy=ref,
        documents=(DocumentChange(ref, version.policy.text, None, ()),),
        notes=(REMADE,),
    )
