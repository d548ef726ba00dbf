"""The package of the rule's function, made from what is installed here and from wheels for its machine."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from leastwise.deploy import LIBRARIES, Package, is_needed, packed
from leastwise.pipeline.lambda_libraries import IndexLibraries, InstalledLibraries, Libraries, Target

__all__ = ["IndexLibraries", "InstalledLibraries", "Libraries", "Package", "Target", "lambda_package"]

_OURS: Final = "leastwise"


def lambda_package(libraries: Libraries) -> Package:
    """A zip of leastwise and what it stands on, which is the same for the same releases.

    What the function never reads is left out.

    Raises:
        LeastwiseError: the libraries cannot be had, or it comes to too much.
    """
    found = dict(_ours(files(_OURS), _OURS))
    found.update(libraries.files(LIBRARIES))
    return packed(found)


def _ours(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for one in folder.iterdir():
        place = f"{path}/{one.name}"
        if one.is_dir():
            yield from _ours(one, place)
        elif is_needed(place):
            yield place, one.read_bytes()
