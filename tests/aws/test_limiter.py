"""The line: calls go at the rate, and a call that is sent again goes first."""

import asyncio

from leastwise.aws.limiter import RateLimiter
from leastwise.aws.rate import AdaptiveRate, RateLimits
from virtual_time import VirtualClock, run_virtually


def limiter_at(per_second: float) -> RateLimiter:
    return RateLimiter(AdaptiveRate(RateLimits(start=per_second, ceiling=per_second)), clock=VirtualClock())


def test_permits_are_given_one_interval_apart() -> None:
    async def work() -> list[float]:
        limiter = limiter_at(10)
        permits = await asyncio.gather(*(limiter.permit(again=False) for _ in range(5)))
        return [round(permit.sent_at, 6) for permit in permits]

    assert run_virtually(work()) == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_a_call_that_is_sent_again_goes_before_all_that_wait_in_line() -> None:
    async def work() -> tuple[float, float]:
        limiter = limiter_at(1)
        line = [asyncio.create_task(limiter.permit(again=False)) for _ in range(50)]
        await asyncio.sleep(0.5)
        again = await limiter.permit(again=True)
        last = max(permit.sent_at for permit in await asyncio.gather(*line))
        return again.sent_at, last

    again, last = run_virtually(work())
    assert again <= 2
    assert last >= 50


def test_a_call_that_is_given_up_does_not_hold_up_the_line() -> None:
    async def work() -> float:
        limiter = limiter_at(1)
        await limiter.permit(again=False)
        given_up = asyncio.create_task(limiter.permit(again=False))
        waiting = asyncio.create_task(limiter.permit(again=False))
        await asyncio.sleep(0.5)
        given_up.cancel()
        return (await waiting).sent_at

    assert run_virtually(work()) == 1.0


def test_a_permit_says_whether_it_was_waited_for() -> None:
    async def work() -> list[bool]:
        limiter = limiter_at(10)
        first = await limiter.permit(again=False)
        second = await limiter.permit(again=False)
        await asyncio.sleep(5)
        third = await limiter.permit(again=False)
        return [first.waited, second.waited, third.waited]

    assert run_virtually(work()) == [False, True, False]
