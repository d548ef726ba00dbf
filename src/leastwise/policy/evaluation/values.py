"""What the values of conditions mean: numbers, moments and IP networks.

A text that means nothing of the kind is None; nothing here raises.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeVar

__all__ = ["Address", "Moment", "Network", "address", "lies_in", "moment", "network", "number"]

Moment = tuple[int, str]
"""Whole seconds since 1970 in UTC, and the digits of the fraction without zeros at their end."""
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CACHED: Final = 4096
"""Texts whose meaning is kept, of each kind."""
_LONGEST: Final = 100
"""Characters; no number, moment or network of any use is longer, and nothing longer is kept."""
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_EPOCH: Final = re.compile(r"-?[0-9]{1,15}")
_DAY: Final = r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
_TIME: Final = r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9])))?"
_ISO: Final = re.compile(f"{_DAY}{_TIME})?)?")
_NETWORK: Final = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")
_1970: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is reckoned apart, so that no year overflows
_SECOND: Final = timedelta(seconds=1)

_Meaning = TypeVar("_Meaning")


def _kept(read: Callable[[str], _Meaning]) -> Callable[[str], _Meaning | None]:
    cached = lru_cache(_CACHED)(read)
    return lambda text: None if len(text) > _LONGEST else cached(text)


def number(text: str) -> Decimal | None:
    """The "integer or decimal value" (IAM User Guide, "Numeric condition operators"), exactly; None if it is none.

    An exponent is read too, since JSON numbers may have one.

    >>> number("10.50") == number("10.5"), number("1_000")
    (True, None)
    """
    return _number(text)


@_kept
def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> Moment | None:
    """The moment that a date of W3C's profile of ISO 8601, or a number of seconds since 1970, stands for; None if none.

    A date without a time is its first moment, and a time needs its zone (W3C, "Date and Time Formats", which the IAM
    User Guide, "Date condition operators", refers to). Four digits are a year.

    >>> moment("2020-01-01T01:00:00+01:00") == moment("2020") == moment("1577836800")
    True
    """
    return _moment(text)


@_kept
def _moment(text: str) -> Moment | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return (int(text), "") if _EPOCH.fullmatch(text) else None
    year, month, day, hour, minute, second, fraction, sign, ahead, ahead_minutes = found.groups(default="")
    try:
        local = datetime(  # noqa: DTZ001 - as above
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)
        )
    except ValueError:
        return None
    offset = timedelta(hours=int(ahead or 0), minutes=int(ahead_minutes or 0))
    utc = local - _1970 + (offset if sign == "-" else -offset)
    return utc // _SECOND, fraction.rstrip("0")


def address(text: str) -> Address | None:
    """The IPv4 or IPv6 address; None if it is none.

    >>> address("2001:DB8::1"), address("10.0.0.0/8")
    (IPv6Address('2001:db8::1'), None)
    """
    return _address(text)


@_kept
def _address(text: str) -> Address | None:
    if not _NETWORK.fullmatch(text):
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def network(text: str) -> Network | None:
    """The network in CIDR notation, or of a lone address; None if it is none. Bits behind the prefix do not count.

    A lone IPv4 address gets the prefix /32 (IAM User Guide, "IP address condition operators"), so a lone IPv6 address
    gets /128.

    >>> network("203.0.113.7/24"), network("203.0.113.7")
    (IPv4Network('203.0.113.0/24'), IPv4Network('203.0.113.7/32'))
    """
    return _network(text)


@_kept
def _network(text: str) -> Network | None:
    if not _NETWORK.fullmatch(text):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def lies_in(found: Address, wide: Network) -> bool:
    """Whether the address is one of the network's; never for one of another IP version.

    >>> lies_in(ip_address("10.1.2.3"), ip_network("10.0.0.0/8"))
    True
    """
    return found in wide
