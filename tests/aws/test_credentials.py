"""Keys are refreshed while a scan runs, without a stampede and without standing still."""

import asyncio
import threading

from leastwise.aws import SystemClock
from leastwise.aws.credentials import CredentialSource
from leastwise.aws.wire import Keys
from leastwise.errors import CredentialsError

FIRST, SECOND = Keys("AKIDFIRST", "one", None), Keys("AKIDSECOND", "two", None)


class DueRing:
    """Keys that are due for a refresh, which waits until it may end, and then gives other keys or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.refreshes = 0
        self.may_end = threading.Event()
        self._fails = fails
        self._is_due = True

    def is_refresh_due(self) -> bool:
        return self._is_due

    def read(self) -> Keys:
        if self._is_due:
            self.refreshes += 1
            assert self.may_end.wait(10), "nobody let the refresh end"
        if self._fails:
            raise CredentialsError("the login has ended")
        self._is_due = False
        return SECOND


async def test_one_call_refreshes_and_the_others_go_on_meanwhile() -> None:
    ring = DueRing()
    source = CredentialSource(ring, FIRST, load=DueRing, clock=SystemClock())
    refreshing = asyncio.create_task(source.keys())
    await asyncio.sleep(0)
    assert await asyncio.gather(*(source.keys() for _ in range(50))) == [FIRST] * 50
    ring.may_end.set()
    assert await refreshing == await source.keys() == SECOND
    assert ring.refreshes == 1
    assert source.generation == 1


async def test_a_failing_refresh_is_told_and_then_left_alone_for_a_while() -> None:
    ring = DueRing(fails=True)
    ring.may_end.set()
    source = CredentialSource(ring, FIRST, load=DueRing, clock=SystemClock())
    results = await asyncio.gather(*(source.keys() for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(result, CredentialsError) for result in results) == 1
    assert await source.keys() == FIRST
    assert ring.refreshes == 1


async def test_many_refused_calls_renew_once() -> None:
    loads: list[DueRing] = []

    def load() -> DueRing:
        loads.append(DueRing())
        loads[-1].may_end.set()
        return loads[-1]

    source = CredentialSource(DueRing(), FIRST, load=load, clock=SystemClock())
    assert all(await asyncio.gather(*(source.renew(FIRST) for _ in range(20))))
    assert len(loads) == 1
    assert source.generation == 1


def test_keys_never_show_their_secrets() -> None:
    assert "one" not in repr(FIRST)
    assert "AKIDFIRST" in repr(FIRST)
