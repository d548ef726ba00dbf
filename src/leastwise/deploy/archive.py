"""The package of the rule's function: a zip that is the same, to the byte, for the same files."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from msgspec import Struct

from leastwise.errors import LeastwiseError

__all__ = ["LIMIT_BYTES", "Package", "packed"]

LIMIT_BYTES: Final = 40_000_000
"""What a package may come to when it is unpacked; Lambda takes 250 MB, and loads more the slower."""
_MEGABYTE: Final = 1_000_000
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can say."""
_UNIX: Final = 3
_FILE: Final = 0o100644
_LIBRARY: Final = 0o100755
_LEVEL: Final = 6


class Package(Struct, frozen=True):
    """A package that can be uploaded."""

    content: bytes
    """The zip."""
    unzipped_bytes: int
    """What its files come to."""
    files: int
    """How many there are."""


def packed(files: Mapping[str, bytes]) -> Package:
    """These files by path, as a zip in the order of their paths, without anything of when or where it was made.

    Raises:
        LeastwiseError: they come to more than LIMIT_BYTES.
    """
    size = sum(map(len, files.values()))
    if size > LIMIT_BYTES:
        raise LeastwiseError(
            f"the package comes to {size / _MEGABYTE:.1f} MB unzipped, more than {LIMIT_BYTES // _MEGABYTE} MB",
            hint="a library has grown: see which with `python -m pip list`, and pin an older release of it",
        )
    written = BytesIO()
    with ZipFile(written, "w") as archive:
        for path in sorted(files):
            archive.writestr(_entry(path), files[path], ZIP_DEFLATED, _LEVEL)
    return Package(written.getvalue(), size, len(files))


def _entry(path: str) -> ZipInfo:
    entry = ZipInfo(path, _NO_TIME)
    entry.create_system = _UNIX
    entry.external_attr = (_LIBRARY if path.endswith(".so") else _FILE) << 16
    return entry
