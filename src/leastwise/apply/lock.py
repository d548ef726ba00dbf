"""One run an account at a time: a lock file that says who holds it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from leastwise.apply.errors import LockedError
from leastwise.clock import Clock
from leastwise.policy import AccountId

__all__ = ["LockHolder", "account_lock"]

_MODE: Final = 0o600


class LockHolder(Struct, frozen=True):
    """Who holds a lock; this is what the file says."""

    pid: int
    """The process."""
    host: str
    """On which machine."""
    started: datetime
    """Since when."""

    @property
    def is_gone(self) -> bool:
        """Whether the process is known to have ended: of this machine, and not there any more."""
        if self.host != socket.gethostname():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:  # it is there, and somebody else's
            return False
        return False


@contextmanager
def account_lock(directory: Path, account: AccountId, *, clock: Clock) -> Iterator[LockHolder | None]:
    """Holds the lock of an account until the end of the block; the process that died with it before, if one did.

    The lock is a file, `ACCOUNT.lock`. One that a process of this machine left behind when it was killed is taken over;
    of another machine nobody here can tell.

    Raises:
        LockedError: another process holds it, or it cannot be made; says which, where and since when.
    """
    path = directory / f"{account}.lock"
    try:
        with _alone(directory / f"{account}.guard"):
            gone = _cleared(path)
            _write(path, LockHolder(os.getpid(), socket.gethostname(), clock.now()))
    except OSError as error:
        raise LockedError(f"{path}: the lock cannot be taken: {error.strerror or error}") from error
    try:
        yield gone
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


@contextmanager
def _alone(guard: Path) -> Iterator[None]:
    """Lets one process at a time look at a lock and take it; the kernel gives it free when the process ends."""
    descriptor = os.open(guard, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _cleared(path: Path) -> LockHolder | None:
    """The dead holder whose lock was taken away; None if there was no lock."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    if not text:  # whoever made it was killed before it could write, since nobody else is in the guard now
        path.unlink()
        return None
    try:
        holder = msgspec.json.decode(text, type=LockHolder)
    except (msgspec.MsgspecError, UnicodeError) as fault:
        raise LockedError(f"{path}: locked, but it does not say by whom", hint=_hint(path)) from fault
    if not holder.is_gone:
        since = holder.started.isoformat().replace("+00:00", "Z")
        raise LockedError(
            f"{path}: process {holder.pid} on {holder.host} works on this account since {since}", hint=_hint(path)
        )
    path.unlink()
    return holder


def _hint(path: Path) -> str:
    return f"Wait until it has ended; if it is certain that it has, remove {path}."


def _write(path: Path, holder: LockHolder) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        os.write(descriptor, msgspec.json.encode(holder) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
