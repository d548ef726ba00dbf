"""The code of a function: a zip file as Lambda takes it, unpacked into a folder of its own."""

from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import BadZipFile, ZipFile

from leastwise.sandbox.refusals import Refusal

__all__ = ["Package"]

_MOST_ZIPPED: Final = 50 * 1024 * 1024
_MOST_UNZIPPED: Final = 262_144_000
"""Bytes of a zip that is sent in the call, and of its content (AWS Lambda quotas)."""
_READABLE: Final = 0o004


class Package:
    """The unpacked code of a function; `close()` removes it."""

    def __init__(self, content: bytes) -> None:
        if len(content) > _MOST_ZIPPED:
            message = "Request must be smaller than 70167211 bytes for the CreateFunction operation"
            raise Refusal(413, "RequestEntityTooLargeException", message)
        self.size = len(content)
        """Bytes of the zip."""
        self.digest = b64encode(sha256(content).digest()).decode()
        """SHA-256 of the zip, as Lambda writes it."""
        self._folder = TemporaryDirectory(prefix="sandbox-function-", ignore_cleanup_errors=True)
        self.root = Path(self._folder.name)
        """Where the code is."""
        try:
            self.unreadable = _unpack(content, self.root)
            """Files that Lambda could not read."""
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Remove the code."""
        self._folder.cleanup()


def _unpack(content: bytes, root: Path) -> tuple[str, ...]:
    """The names of the files that others than their owner may not read: Lambda runs code as another user."""
    message = "Could not unzip uploaded file. Please check your file, then try to upload again."
    try:
        with ZipFile(BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) >= _MOST_UNZIPPED:
                too_large = f"Unzipped size must be smaller than {_MOST_UNZIPPED} bytes"
                raise Refusal(400, "InvalidParameterValueException", too_large)
            archive.extractall(root)
            modes = [(one.filename, one.external_attr >> 16) for one in archive.infolist()]
    except (BadZipFile, OSError) as error:
        raise Refusal(400, "InvalidParameterValueException", message) from error
    return tuple(name for name, mode in modes if mode and not mode & _READABLE)
