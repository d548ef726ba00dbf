"""A collection that Ctrl-C ends early: the first keeps what is known, the second ends the process."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Thread
from types import FrameType
from typing import Any, ParamSpec, TypeVar

from leastwise.cli.signals import handling, interrupt
from leastwise.errors import LeastwiseError

__all__ = ["run_until_interrupted"]

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def run_until_interrupted(work: Callable[[asyncio.Event], Coroutine[Any, Any, _Result]]) -> _Result:
    """Run the work with an event that the first signal sets; work that then has nothing to keep cancels itself.

    Raises:
        KeyboardInterrupt: the work cancelled itself, or a second signal came.
    """
    stopper = _Stopper()

    async def run() -> _Result:
        asyncio.get_running_loop().set_default_executor(_UnawaitedThreads())
        with stopper.heeding_signals():
            return await work(stopper.stop)

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except LeastwiseError:
        # Ctrl-C reaches the user's own login command, too: that it failed then is no news.
        if stopper.was_asked:
            raise KeyboardInterrupt from None
        raise


class _Stopper:
    """Sets an event at the first signal, and raises KeyboardInterrupt at the second, whatever is done at the moment."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.was_asked = False

    @contextmanager
    def heeding_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()

        def heed(number: int, frame: FrameType | None) -> None:
            if self.was_asked:
                interrupt(number, frame)
            self.was_asked = True
            loop.call_soon_threadsafe(self.stop.set)

        with handling(heed):
            yield


class _UnawaitedThreads(ThreadPoolExecutor):
    """Threads that the end does not wait for: a login or a metadata service that hangs must not hold up Ctrl-C."""

    def submit(
        self, work: Callable[_Parameters, _Result], /, *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> Future[_Result]:
        """What the work, done by a thread of its own, will give."""
        future: Future[_Result] = Future()
        Thread(target=_fulfil, args=(future, partial(work, *args, **kwargs)), daemon=True).start()
        return future


def _fulfil(future: Future[_Result], work: Callable[[], _Result]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - it is for whoever waits for the result
        future.set_exception(error)
    else:
        future.set_result(result)
