"""Sets of actions as bits of an integer."""

from collections.abc import Iterable, Iterator

__all__ = ["indexes", "mask_of"]


def indexes(mask: int) -> Iterator[int]:
    """The places of the bits that are set, ascending. Linear in the width of the mask.

    >>> list(indexes(0b1011))
    [0, 1, 3]
    """
    # Most masks are of one service: what lies below it is a shift, and not thousands of digits.
    below = max((mask & -mask).bit_length() - 1, 0)
    bits = bin(mask >> below)[:1:-1]
    index = bits.find("1")
    while index >= 0:
        yield index + below
        index = bits.find("1", index + 1)


def mask_of(places: Iterable[int]) -> int:
    """The mask with these bits set. Linear in the highest place and in their number.

    >>> bin(mask_of([0, 1, 3]))
    '0b1011'
    """
    ordered = list(places)
    digits = bytearray(max(ordered, default=-1) // 8 + 1)
    for place in ordered:
        digits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(digits, "little")
