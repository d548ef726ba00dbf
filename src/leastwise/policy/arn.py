"""Account ids and ARNs as types; the one place that takes an ARN apart."""

import re
from typing import Final, Self

__all__ = ["AccountId", "Arn", "identifier_from_json", "identifier_to_json"]

_ACCOUNT: Final = re.compile(r"\d{12}")
_PARTS: Final = 6


class AccountId(str):
    """A 12-digit account id.

    >>> AccountId("111122223333")
    '111122223333'
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """The id; raises ValueError if the text is not 12 digits."""
        if not _ACCOUNT.fullmatch(text):
            raise ValueError(f"not a 12-digit account id: {text!r}")
        return super().__new__(cls, text)


class Arn(str):
    """An Amazon Resource Name, compared and shown as its text.

    >>> Arn("arn:aws:iam::111122223333:role/ci/deploy").name
    'deploy'
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """The name; raises ValueError if the text has not the six parts of an ARN."""
        parts = text.split(":", _PARTS - 1)
        if len(parts) != _PARTS or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            raise ValueError(f"not an ARN: {text!r}")
        return super().__new__(cls, text)

    def _part(self, index: int) -> str:
        return self.split(":", _PARTS - 1)[index]

    @property
    def aws_partition(self) -> str:
        """`aws`, `aws-cn`, `aws-us-gov`, ..."""
        return self._part(1)

    @property
    def service(self) -> str:
        """The service namespace, e.g. `iam`."""
        return self._part(2)

    @property
    def region(self) -> str:
        """The region; empty for global services."""
        return self._part(3)

    @property
    def account(self) -> str:
        """The account id; empty or `aws` where the resource belongs to no account."""
        return self._part(4)

    @property
    def resource(self) -> str:
        """What follows the account, e.g. `role/ci/deploy`."""
        return self._part(5)

    @property
    def kind(self) -> str:
        """The resource type of an IAM ARN, e.g. `role`; the whole resource where there is no slash."""
        return self.resource.partition("/")[0]

    @property
    def name(self) -> str:
        """The last part of the path, e.g. `deploy`."""
        return self.resource.rpartition("/")[2]

    @property
    def names(self) -> tuple[str, ...]:
        """How a person may call a principal: by its ARN, its name, `type/name` or `type/path/name`."""
        return self, self.name, f"{self.kind}/{self.name}", self.resource


def identifier_from_json(kind: type, value: object) -> object:
    """An Arn or an AccountId of a JSON value: the `dec_hook` of msgspec, which knows no subclasses of str.

    Raises:
        TypeError: the value is no string; msgspec makes an error of it that says where it stands.
        ValueError: the text is none; the same.
    """
    if not isinstance(value, str):
        raise TypeError(f"{'an ARN' if kind is Arn else 'an account id'} must be a string")
    return kind(value)


def identifier_to_json(value: object) -> str:
    """The text of an Arn or an AccountId: the `enc_hook` of msgspec, which writes no subclasses of str.

    Raises:
        NotImplementedError: the value is of another type, which nothing of ours writes as JSON.
    """
    if isinstance(value, str):
        return str(value)
    raise NotImplementedError(f"not written as JSON: {type(value).__name__}")
