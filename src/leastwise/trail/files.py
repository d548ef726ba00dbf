"""Files of records, plain or gzipped, as CloudTrail delivers them."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from leastwise.trail.model import TrailFault, TrailReading
from leastwise.trail.records import joined, read_trail

__all__ = ["read_trail_files"]

_GZIP: Final = b"\x1f\x8b"
_DIGESTS: Final = "CloudTrail-Digest"
"""The folder of a trail's bucket with files that hold no records but the hashes of those that do."""
_SUFFIXES: Final = (".json", ".jsonl", ".json.gz", ".jsonl.gz", ".gz")


def read_trail_files(paths: Iterable[Path]) -> TrailReading:
    """What the records in the files say, and in those below the directories (`*.json`, `*.jsonl`, gzipped or not).

    Each file is held in memory while it is read: CloudTrail writes one of at most some megabytes every five minutes. A
    file that cannot be read is one fault.
    """
    return joined(_read(path) for given in paths for path in _files(given))


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = (one for one in path.rglob("*") if one.name.endswith(_SUFFIXES) and _DIGESTS not in one.parts)
    yield from sorted(one for one in found if one.is_file())


def _read(path: Path) -> TrailReading:
    try:
        content = path.read_bytes()
        # The name does not tell: what was downloaded may have been unpacked on the way.
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        return TrailReading(faults=(TrailFault(str(path), f"cannot be read: {error}"),))
    return read_trail(content, where=str(path))
