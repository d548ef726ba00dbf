"""Access keys and passwords that nobody used: keys are deactivated, passwords deleted where a person wants that."""

from collections.abc import Iterator

from msgspec import Struct

from leastwise.evidence import CredentialUse, Evidence, KeyUse
from leastwise.findings import Judgement, Rule, credentials_of, is_unused_password, unused_keys
from leastwise.inventory import User
from leastwise.plan import ChangeKind, DeletePassword, HasPassword, KeyIs, ProofMethod, SetKeyStatus
from leastwise.policy import Arn
from leastwise.recommend.drafts import Draft
from leastwise.recommend.holders import Holders

__all__ = ["CredentialBench"]


class CredentialBench(Struct, frozen=True):
    """What becomes of the users' credentials."""

    holders: Holders
    """Who may be changed."""
    evidence: Evidence
    """What was seen of their credentials."""
    judgement: Judgement
    """What someone answers for, and the days."""
    passwords: bool
    """Whether passwords are deleted."""

    def changes(self, user: User) -> Iterator[Draft]:
        """What becomes of the credentials of one user; nothing of one who is exempt or may not be changed."""
        if self.holders.obstacle(user.arn) is not None:
            return
        parameters = self.judgement.parameters
        credential = credentials_of(user.arn, self.evidence, parameters)
        if credential is None:
            return
        if (user.arn, Rule.UNUSED_ACCESS_KEY) not in self._exempt:
            yield from (_deactivated(user, key) for key in unused_keys(credential, parameters))
        is_wanted = self.passwords and (user.arn, Rule.UNUSED_PASSWORD) not in self._exempt
        if is_wanted and is_unused_password(credential.password, parameters):
            yield _without_password(user, credential)

    @property
    def _exempt(self) -> frozenset[tuple[Arn, Rule]]:
        return frozenset((one.resource, one.rule) for one in self.judgement.findings if one.exempt is not None)


def _deactivated(user: User, key: KeyUse) -> Draft:
    if key.created_at is None:
        raise ValueError("a key of which nobody knows when it was made is not found unused")
    last = "never used" if key.last_used_at is None else f"last used on {key.last_used_at.date().isoformat()}"
    return Draft(
        kind=ChangeKind.DEACTIVATE_KEY,
        title=f"Access key {key.number} of user {user.name}, {last}, is deactivated",
        principals=(user.arn,),
        steps=(SetKeyStatus(user.arn, key.number, key.created_at, active=False),),
        preconditions=(KeyIs(user.arn, key.number, key.created_at, key.last_used_at),),
        method=ProofMethod.NO_PERMISSION,
        targets=(user.arn,),
        matter=f"key {key.number}",
    )


def _without_password(user: User, credential: CredentialUse) -> Draft:
    used = credential.password.last_used_at
    last = "never used" if used is None else f"last used on {used.date().isoformat()}"
    return Draft(
        kind=ChangeKind.DELETE_PASSWORD,
        title=f"The password of user {user.name}, {last}, is deleted",
        principals=(user.arn,),
        steps=(DeletePassword(user.arn),),
        preconditions=(HasPassword(user.arn, used),),
        method=ProofMethod.NO_PERMISSION,
        targets=(user.arn,),
        notes=("AWS gives no password back: whoever signs in again needs a new one.",),
    )
