"""What a person decides about a plan; the defaults change the least."""

from msgspec import Struct

from leastwise.inventory import Selection
from leastwise.policy import ATTACHED_POLICIES
from leastwise.recommend.reduction import Strategy
from leastwise.recommend.removal import RemovalOptions
from leastwise.settings import KEPT_SIDS

__all__ = ["RecommendOptions"]


class RecommendOptions(Struct, frozen=True):
    """What may go, from whom, and how what stays is written."""

    removal: RemovalOptions = RemovalOptions()
    """What may go."""
    strategy: Strategy = Strategy.PRESERVE
    """How what stays is written."""
    kept_sids: str = KEPT_SIDS
    """How the Sid of a statement begins that is left alone; empty for none."""
    aws_managed: bool = True
    """Whether AWS-managed policies are to be replaced by smaller copies."""
    split_shared: bool = False
    """Whether the holders of a shared policy get copies of their own, each with less in it."""
    quarantine: bool = False
    """Whether what may go is denied, and nothing else is changed."""
    promote_after_days: int | None = None
    """For how many days a quarantine must have been there for what it denies to go; then nothing else is changed. None
    for a plan that is not about quarantines. Not together with `quarantine`."""
    passwords: bool = False
    """Whether unused passwords are deleted, which cannot be undone."""
    min_age_days: int = 0
    """How old a principal or customer-managed policy must be to be changed; what is too young for evidence stays
    without it."""
    selection: Selection = Selection()
    """The principals from whom something may go."""
    break_glass: tuple[str, ...] = ()
    """Patterns of principals that are kept as they are for emergencies."""
    attached_policies: int = ATTACHED_POLICIES
    """How many managed policies may be attached to one principal."""
