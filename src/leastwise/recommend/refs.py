"""Which policy a managed policy is, in a plan's words."""

from leastwise.inventory import ManagedPolicy, PolicyKind
from leastwise.plan import PolicyRef

__all__ = ["ref_of"]


def ref_of(policy: ManagedPolicy) -> PolicyRef:
    """The managed policy by its ARN and kind."""
    return PolicyRef(policy.arn, PolicyKind.AWS_MANAGED if policy.is_aws_managed else PolicyKind.MANAGED)
