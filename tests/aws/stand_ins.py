"""Stand-ins for what a caller works with, and a caller made of them, in virtual time."""

import asyncio
from collections.abc import Iterable, Iterator
from random import Random

from leastwise.aws.caller import Caller
from leastwise.aws.credentials import CredentialSource, KeyRing
from leastwise.aws.limiter import RateLimiter
from leastwise.aws.rate import AdaptiveRate, RateLimits
from leastwise.aws.retry import RetryPolicy
from leastwise.aws.wire import Answer, Call, Keys, SignedRequest, TransportError
from leastwise.clock import Clock
from virtual_time import VirtualClock

__all__ = ["CALL", "KEYS", "ScriptedTransport", "SteadyRing", "make_caller", "summary", "xml_refusal"]

KEYS = Keys("AKIDFIRST", "secret", "token")
CALL = Call(service="iam", operation="GetAccountSummary", arn="arn:aws:iam::111122223333:role/r")


def summary(*, users: int = 3) -> Answer:
    """A good answer to CALL."""
    return Answer(
        200,
        "<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap><entry><key>Users</key>"
        f"<value>{users}</value></entry></SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>".encode(),
    )


def xml_refusal(code: str, *, status: int = 400, date: str = "") -> Answer:
    """An answer with which AWS refuses a call."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return Answer(status, body.encode(), date=date)


class ScriptedTransport:
    """Answers in the order of a script, each after some seconds."""

    def __init__(self, script: Iterable[Answer | TransportError], *, seconds: float = 0.1) -> None:
        self.requests: list[SignedRequest] = []
        self._script: Iterator[Answer | TransportError] = iter(script)
        self._seconds = seconds

    async def post(self, request: SignedRequest, *, seconds: float) -> Answer:
        assert seconds > 0, "a call is sent after its deadline"
        self.requests.append(request)
        await asyncio.sleep(self._seconds)
        outcome = next(self._script)
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome


class SteadyRing:
    """Keys that never need a refresh."""

    def __init__(self, keys: Keys = KEYS) -> None:
        self.keys = keys

    def is_refresh_due(self) -> bool:
        return False

    def read(self) -> Keys:
        return self.keys


class PlainSigner:
    """Signs with nothing, and notes for what time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def sign(self, call: Call, keys: Keys) -> SignedRequest:
        return SignedRequest(call.name, (), b"", keys, self._clock.now())

    def correct_time(self, refused: SignedRequest, *, server_date: str) -> bool:
        return bool(server_date) and refused.body == b""


def make_caller(
    transport: ScriptedTransport,
    *,
    ring: KeyRing | None = None,
    renewed: KeyRing | None = None,
    attempts: int = 8,
    deadline_seconds: float = 60.0,
    seed: int = 1,
    clock: Clock | None = None,
    calls_per_second: float = 100.0,
) -> Caller:
    """A caller; without a clock, inside the virtual loop only. Loading credentials anew gives `renewed`."""
    clock = clock or VirtualClock()
    first = ring or SteadyRing()
    return Caller(
        transport=transport,
        signer=PlainSigner(clock),
        credentials=CredentialSource(first, KEYS, load=lambda: renewed or first, clock=clock),
        limiter=RateLimiter(AdaptiveRate(RateLimits(start=calls_per_second, ceiling=calls_per_second)), clock=clock),
        policy=RetryPolicy(maximum_attempts=attempts),
        deadline_seconds=deadline_seconds,
        login_hint="run `aws sso login --profile work`",
        clock=clock,
        random=Random(seed),  # noqa: S311 - a test's dice
    )
