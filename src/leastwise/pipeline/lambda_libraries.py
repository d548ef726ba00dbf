"""The files of the libraries that the rule's function needs: from wheels for its machine, or as installed here.

Wheels are of the releases that are installed here, so that the function runs on what was tested here.
"""

import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol
from zipfile import ZipFile

from msgspec import Struct

from leastwise.deploy import is_needed
from leastwise.errors import LeastwiseError, UsageError

__all__ = ["IndexLibraries", "InstalledLibraries", "Libraries", "Target", "pip_arguments", "unpacked"]

File = tuple[str, bytes]
"""A path in the package, and what stands there."""

_MACHINES: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
_OLDEST_LIBC: Final = 17
_LIBC: Final = {"python3.11": 26}
"""Minor number of the C library 2.x by runtime: Amazon Linux 2 has 2.26, and Amazon Linux 2023 2.34."""
_NEWEST_LIBC: Final = 34
_SECONDS: Final = 600
_DATA: Final = ("purelib", "platlib")


class Target(Struct, frozen=True):
    """What the function runs on."""

    architecture: str
    """`arm64` or `x86_64`, as Lambda calls it."""
    runtime: str
    """`python3.13` and the like, as Lambda calls it."""

    @property
    def is_here(self) -> bool:
        """Whether this process runs on the like of it."""
        here = (sys.platform, platform.machine(), f"python{sys.version_info.major}.{sys.version_info.minor}")
        return here == ("linux", _MACHINES[self.architecture], self.runtime)


class Libraries(Protocol):
    """Where the files of libraries come from."""

    def files(self, names: Iterable[str]) -> Iterator[File]:
        """Every file of these libraries that is needed, by its path in the package, in any order."""
        ...


class InstalledLibraries:
    """What is installed in this Python."""

    def __init__(self, target: Target) -> None:
        """Take what is installed for this target, which must be the like of this machine.

        Raises:
            UsageError: it is not.
        """
        if not target.is_here:
            here = f"{sys.platform} on {platform.machine()} with Python {platform.python_version()}"
            raise UsageError(
                f"what is installed here is for {here}, not for {target.runtime} on {target.architecture} Linux",
                hint="leave out --installed: the libraries are then fetched for the function's machine",
            )

    def files(self, names: Iterable[str]) -> Iterator[File]:
        """Every needed file of these libraries that is in the folder of packages.

        Raises:
            LeastwiseError: one is not installed.
        """
        for name in names:
            for path in _installed(name).files or ():
                # What is installed elsewhere, such as a command, is no part of the package.
                if ".." not in path.parts and is_needed(path.as_posix()):
                    yield path.as_posix(), Path(str(path.locate())).read_bytes()


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        raise LeastwiseError(
            f"{name} is not installed here, so that nobody can tell which release of it to pack",
            hint=f"install it: python -m pip install {name}",
        ) from error


class IndexLibraries:
    """Wheels that pip fetches from the package index that it is set up for."""

    def __init__(self, target: Target) -> None:
        self._target = target

    def files(self, names: Iterable[str]) -> Iterator[File]:
        """Every needed file of these libraries, in the releases that are installed here.

        Raises:
            LeastwiseError: there is no pip, no index, or no wheel for the target.
        """
        pins = [f"{name}=={_installed(name).version}" for name in names]
        with TemporaryDirectory() as folder:
            self._fetch(pins, folder)
            for wheel in sorted(Path(folder).glob("*.whl")):
                yield from unpacked(wheel)

    def _fetch(self, pins: list[str], folder: str) -> None:
        if find_spec("pip") is None:
            raise LeastwiseError(
                "pip is not installed in this Python, and fetches the libraries of the package",
                hint="install it, e.g. with `uv pip install pip`; or use --installed on a machine like the function's",
            )
        command = [sys.executable, "-m", "pip", "download", *pip_arguments(self._target), "--dest", folder, *pins]
        try:
            ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_SECONDS)  # noqa: S603 - our own interpreter
        except subprocess.TimeoutExpired as error:
            raise LeastwiseError(f"pip did not fetch the libraries in {_SECONDS} s", hint=_INDEX_HINT) from error
        if ran.returncode != 0:
            raise LeastwiseError(f"pip cannot fetch the libraries: {_last_error(ran.stderr)}", hint=_INDEX_HINT)


_INDEX_HINT: Final = "pip needs a package index: see `python -m pip config list`, PIP_INDEX_URL and PIP_FIND_LINKS"


def pip_arguments(target: Target) -> list[str]:
    """What tells pip to take wheels for the target, as they are, and nothing that they depend on."""
    machine = _MACHINES[target.architecture]
    newest = _LIBC.get(target.runtime, _NEWEST_LIBC)
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, _OLDEST_LIBC - 1, -1)]
    return [
        "--quiet",
        "--no-input",
        "--no-deps",
        "--only-binary=:all:",
        "--implementation=cp",
        f"--python-version={target.runtime.removeprefix('python')}",
        *(f"--platform={one}" for one in (*platforms, f"manylinux2014_{machine}")),
    ]


def _last_error(text: str) -> str:
    errors = [line.removeprefix("ERROR: ") for line in text.splitlines() if line.startswith("ERROR: ")]
    return errors[-1] if errors else "it says no reason"


def unpacked(wheel: Path) -> Iterator[File]:
    """Every needed file of a wheel, by where it is installed below the folder of packages."""
    with ZipFile(wheel) as archive:
        for name in archive.namelist():
            place = _place(name)
            if place is not None and is_needed(place):
                yield place, archive.read(name)


def _place(name: str) -> str | None:
    """Where a file of a wheel is installed below the folder of packages; None of a folder, or what goes elsewhere."""
    first, _, rest = name.partition("/")
    if not first.endswith(".data"):
        return None if name.endswith("/") else name
    kind, _, path = rest.partition("/")
    return path or None if kind in _DATA else None
