"""The rate finds what AWS allows, keeps to it, and finds out when there is more."""

import asyncio
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from leastwise.aws.limiter import RateLimiter
from leastwise.aws.rate import AdaptiveRate, RateLimits
from virtual_time import VirtualClock, run_virtually

LIMITS = RateLimits(start=20, ceiling=250)


class Bucket:
    """AWS's side: a token bucket; `per_second` may be changed while it runs."""

    def __init__(self, per_second: float, *, burst: float) -> None:
        self.per_second = per_second
        self._burst = burst
        self._tokens = burst
        self._filled_at = 0.0

    def take(self, now: float) -> bool:
        """Whether a call is accepted."""
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Outcome(Struct, frozen=True):
    """What a run of calls took."""

    seconds: float
    throttled: int
    per_second: float


class Callers:
    """Many calls at once under one limiter, each repeated until it is accepted."""

    def __init__(self, bucket: Bucket, *, round_trip: float, seed: int, limits: RateLimits = LIMITS) -> None:
        self.throttled = 0
        self._bucket = bucket
        self._round_trip = round_trip
        self._random = Random(seed)  # noqa: S311 - a test's dice
        self._clock = VirtualClock()
        self._limits = limits

    def run(self, calls: int) -> Outcome:
        """The outcome of so many calls."""
        return run_virtually(self._run(calls))

    async def _run(self, calls: int) -> Outcome:
        limiter = RateLimiter(AdaptiveRate(self._limits), clock=self._clock)
        async with asyncio.TaskGroup() as group:
            for _ in range(calls):
                group.create_task(self._call(limiter))
        return Outcome(self._clock.monotonic(), self.throttled, limiter.per_second)

    async def _call(self, limiter: RateLimiter) -> None:
        attempts = 0
        while True:
            permit = await limiter.permit(again=attempts > 0)
            one_way = self._round_trip * self._random.uniform(0.5, 0.52)
            await asyncio.sleep(one_way)
            accepted = self._bucket.take(self._clock.monotonic())
            await asyncio.sleep(one_way)
            if accepted:
                return limiter.accept(permit)
            limiter.throttle(permit)
            self.throttled += 1
            attempts += 1
            await asyncio.sleep(self._random.uniform(0, 0.2 * 2**attempts))


@given(
    burst=st.sampled_from([1, 2, 5, 10, 20]),
    round_trip=st.sampled_from([0.02, 0.05, 0.1]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None)
def test_at_twenty_calls_a_second_the_scan_takes_the_time_it_must_and_few_calls_are_throttled(
    burst: int, round_trip: float, seed: int
) -> None:
    calls = 500
    outcome = Callers(Bucket(20, burst=burst), round_trip=round_trip, seed=seed).run(calls)
    assert outcome.seconds <= 1.15 * calls / 20
    assert outcome.throttled <= 0.05 * calls


@pytest.mark.parametrize("per_second", [5, 10, 50, 100])
def test_other_rates_are_found_too(per_second: float) -> None:
    calls = 100 + 20 * int(per_second)
    outcome = Callers(Bucket(per_second, burst=10), round_trip=0.1, seed=1).run(calls)
    assert outcome.seconds <= 1.15 * calls / per_second
    assert outcome.throttled <= 0.08 * calls


def test_without_a_limit_two_hundred_calls_are_sent_in_three_seconds_and_six_hundred_in_five() -> None:
    free = Bucket(10_000, burst=10_000)
    assert Callers(free, round_trip=0.1, seed=1).run(200).seconds < 3
    assert Callers(Bucket(10_000, burst=10_000), round_trip=0.1, seed=1).run(600).seconds < 5


def test_the_ceiling_is_never_exceeded() -> None:
    limits = RateLimits(start=20, ceiling=30)
    outcome = Callers(Bucket(10_000, burst=10_000), round_trip=0.02, seed=1, limits=limits).run(300)
    assert outcome.per_second == 30
    assert outcome.seconds >= 300 / 30 - 0.1


def test_a_rate_that_rises_after_a_throttle_is_found() -> None:
    rate = AdaptiveRate(LIMITS)
    rate.throttle(sent_at=0, now=0.1)
    assert rate.per_second == 10
    now = 0.1
    for _ in range(400):
        now += 1 / rate.per_second
        rate.accept(sent_at=now, now=now + 0.1, waited=True)
    assert rate.per_second > 100


def test_one_burst_of_throttled_answers_cuts_once() -> None:
    rate = AdaptiveRate(LIMITS)
    for sent in range(10):
        rate.throttle(sent_at=sent * 0.01, now=0.1 + sent * 0.01)
    assert rate.per_second == 10


def test_the_rate_never_falls_below_its_floor() -> None:
    rate = AdaptiveRate(LIMITS)
    for second in range(1, 200):
        rate.throttle(sent_at=float(second * 10), now=float(second * 10))
    assert rate.per_second == LIMITS.floor


def test_calls_that_did_not_wait_prove_nothing() -> None:
    rate = AdaptiveRate(LIMITS)
    for second in range(100):
        rate.accept(sent_at=float(second), now=second + 0.1, waited=False)
    assert rate.per_second == LIMITS.start


def test_a_pause_of_the_callers_does_not_count_as_climbing() -> None:
    rate = AdaptiveRate(LIMITS)
    rate.throttle(sent_at=0, now=0.1)
    rate.accept(sent_at=3600, now=3600.1, waited=True)
    assert rate.per_second < LIMITS.start
