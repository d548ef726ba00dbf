"""Ids, keys and secrets that look like AWS's and are the same in every run of one seed."""

from base64 import b32encode, b64encode
from collections import Counter
from hashlib import sha256

import msgspec

__all__ = ["AccessKeyPair", "Identifiers"]


class AccessKeyPair(msgspec.Struct, frozen=True):
    """A long-term access key, as CreateAccessKey answers it."""

    access_key_id: str
    """20 characters, starting with `AKIA`."""
    secret_access_key: str
    """40 characters."""


class Identifiers:
    """Draws ids from a seed: the n-th id of a kind and name is always the same one."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: Counter[tuple[str, str]] = Counter()

    def entity(self, prefix: str, name: str) -> str:
        """A unique id of 21 characters: `AROA`, `AIDA`, `AGPA` or `ANPA`, then 17 letters and digits.

        A name that is deleted and created again gets another id, as in AWS.
        """
        return prefix + b32encode(self.digest(prefix, name)).decode()[:17]

    def access_key(self, name: str) -> AccessKeyPair:
        """The next access key of this user."""
        digest = self.digest("AKIA", name)
        return AccessKeyPair("AKIA" + b32encode(digest).decode()[:16], b64encode(digest + digest).decode()[:40])

    def digest(self, prefix: str, name: str) -> bytes:
        """32 bytes, others at each call with the same arguments."""
        self._drawn[prefix, name] += 1
        return sha256(f"{self._seed}/{prefix}/{name}/{self._drawn[prefix, name]}".encode()).digest()
