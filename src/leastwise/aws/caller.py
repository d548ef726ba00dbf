"""A call with all that surrounds it: its turn, its signature, its retries and its deadline."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Protocol, TypeVar

from leastwise.aws.answer_xml import MalformedAnswerError
from leastwise.aws.credentials import CredentialSource
from leastwise.aws.limiter import Permit, RateLimiter
from leastwise.aws.refusal import failure_of_answer, failure_of_transport
from leastwise.aws.retry import RetryPolicy
from leastwise.aws.wire import Answer, Call, Failure, FailureKind, Keys, SignedRequest, Transport, TransportError
from leastwise.clock import Clock
from leastwise.errors import AwsError, CredentialsError, DeadlineExceededError, ResponseError

__all__ = ["CallSigner", "Caller"]

Record = TypeVar("Record")

_OK = 200
_UNANSWERED = frozenset({FailureKind.FAULT, FailureKind.DROPPED, FailureKind.TIMED_OUT, FailureKind.UNREACHABLE})
"""Failures that say nothing of the rate AWS allows."""


class CallSigner(Protocol):
    """What turns calls into signed requests."""

    def sign(self, call: Call, keys: Keys) -> SignedRequest:
        """The call as a request that AWS accepts for some minutes from now."""
        ...

    def correct_time(self, refused: SignedRequest, *, server_date: str) -> bool:
        """Whether a request was signed for a wrong time by the server's `Date` header; if so it is corrected."""
        ...


class Caller:
    """Calls the operations of one account."""

    def __init__(  # noqa: PLR0913 - each collaborator is a seam at which a test puts its own
        self,
        *,
        transport: Transport,
        signer: CallSigner,
        credentials: CredentialSource,
        limiter: RateLimiter,
        policy: RetryPolicy,
        deadline_seconds: float,
        login_hint: str,
        clock: Clock,
        random: Random,
    ) -> None:
        self._transport = transport
        self._signer = signer
        self._credentials = credentials
        self._limiter = limiter
        self._policy = policy
        self._deadline_seconds = deadline_seconds
        self._login_hint = login_hint
        self._clock = clock
        self._random = random
        self.account = ""
        """Account id that errors name; empty until it is known."""

    @property
    def credential_generation(self) -> int:
        """Counts the changes of the keys that sign calls."""
        return self._credentials.generation

    @property
    def calls_per_second(self) -> float:
        """Rate allowed now."""
        return self._limiter.per_second

    async def call(self, call: Call, read: Callable[[bytes], Record]) -> Record:
        """What `read` makes of the answer.

        Raises:
            AwsError: the narrow one for what went wrong, after every retry.
        """
        answer = await self._answer(call)
        try:
            return read(answer.body)
        except MalformedAnswerError as error:
            raise self.response_error(call, str(error), request_id=answer.request_id) from error

    def response_error(self, call: Call, message: str, *, request_id: str = "") -> ResponseError:
        """An error that says that AWS's answer to this call is not what AWS documents."""
        return ResponseError(
            message, operation=call.name, status=_OK, account=self.account, arn=call.arn, request_id=request_id
        )

    async def _answer(self, call: Call) -> Answer:
        permit = await self._limiter.permit(again=False)
        # The time in line is not counted: a call that waits its turn behind a thousand others is not late.
        deadline = self._clock.monotonic() + self._deadline_seconds
        attempts = 0
        repaired: set[FailureKind] = set()
        while True:
            request = await self._sign(call, deadline)
            outcome = await self._send(request, call, deadline)
            self._tell_limiter(permit, outcome)
            if isinstance(outcome, Answer):
                return outcome
            attempts += 1
            if outcome.kind in repaired or not await self._repair(outcome, request):
                await self._wait_or_raise(call, outcome, attempts, deadline)
            repaired.add(outcome.kind)
            permit = await self._permit_again(call, outcome, deadline)

    async def _permit_again(self, call: Call, failure: Failure, deadline: float) -> Permit:
        """Leave to send the call again; where AWS allows very few calls its turn may come too late."""
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()):
                return await self._limiter.permit(again=True)
        except TimeoutError:
            raise self._late(call) from failure.error

    async def _sign(self, call: Call, deadline: float) -> SignedRequest:
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()):
                return self._signer.sign(call, await self._credentials.keys())
        except TimeoutError as error:
            raise self._late(call) from error

    async def _send(self, request: SignedRequest, call: Call, deadline: float) -> Answer | Failure:
        try:
            answer = await self._transport.post(request, seconds=deadline - self._clock.monotonic())
        except TransportError as error:
            return failure_of_transport(error, call, account=self.account)
        return answer if answer.status == _OK else failure_of_answer(answer, call, account=self.account)

    def _tell_limiter(self, permit: Permit, outcome: Answer | Failure) -> None:
        if isinstance(outcome, Answer) or outcome.kind not in _UNANSWERED | {FailureKind.THROTTLED}:
            self._limiter.accept(permit)
        elif outcome.kind is FailureKind.THROTTLED:
            self._limiter.throttle(permit)

    async def _repair(self, failure: Failure, refused: SignedRequest) -> bool:
        """Whether the reason of the failure is gone, so that the call is worth one more signature at once."""
        if failure.kind is FailureKind.SKEWED:
            return self._signer.correct_time(refused, server_date=failure.server_date)
        return failure.kind is FailureKind.EXPIRED and await self._credentials.renew(refused.keys)

    async def _wait_or_raise(self, call: Call, failure: Failure, attempts: int, deadline: float) -> None:
        seconds = self._policy.wait_seconds(
            failure.kind, attempts=attempts, random=self._random, is_repeatable=call.is_repeatable
        )
        if seconds is None:
            raise self._final(failure)
        if self._clock.monotonic() + seconds >= deadline:
            raise self._late(call) from failure.error
        await self._clock.sleep(seconds)

    def _final(self, failure: Failure) -> AwsError:
        if failure.kind is FailureKind.EXPIRED and isinstance(failure.error, CredentialsError):
            failure.error.hint = self._login_hint or "renew the session's credentials and start again"
        return failure.error

    def _late(self, call: Call) -> DeadlineExceededError:
        message = f"no answer within {self._deadline_seconds:.0f} s, retries included"
        return DeadlineExceededError(message, operation=call.name, account=self.account, arn=call.arn)
