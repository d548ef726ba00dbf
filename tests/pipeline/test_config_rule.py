"""A rule that walks through an account, killed or not, tells Config the same of every resource, and tells it once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from findings.estate import CATALOG, NOW, Estate, Principal, Report, Service, ago
from leastwise.aws.config_records import FailedEvaluation, NewResult, RecordedResult, RecordedResultsPage
from leastwise.collect import Questions, report_subjects
from leastwise.compliance import (
    Compliance,
    ConfigEvent,
    ConfigItem,
    Continuation,
    EarlierResult,
    Evaluation,
    ItemStatus,
    MessageType,
    ResourceType,
    RuleName,
    RuleParameters,
    evaluate,
    gone,
)
from leastwise.errors import AwsError, ServiceFaultError
from leastwise.evidence import Evidence, Gap, GapReason, Source, evidence_of, merge
from leastwise.findings import Parameters, judge
from leastwise.inventory import GrantIndex, Selection, Snapshot
from leastwise.pipeline.config_rule.account import RuleAccount
from leastwise.pipeline.config_rule.answering import Answered, RuleRun, answer_event
from leastwise.pipeline.config_rule.results import put_evaluations
from leastwise.pipeline.config_rule.store import Nowhere
from leastwise.pipeline.config_rule.walking import Budget
from leastwise.policy import AccountId, Arn
from leastwise.settings import Settings
from recommend.planning import estates
from virtual_time import VirtualClock, run_virtually

LAW: Final = settings(max_examples=25, deadline=None)
ACCOUNT: Final = AccountId("111122223333")
EVERY: Final = tuple(ResourceType)
rules: Final = st.builds(
    RuleParameters,
    st.sampled_from(RuleName),
    stale_after_days=st.just(90),
    grace_days=st.sampled_from([0, 30]),
    principal_types=st.sampled_from([EVERY, EVERY, (ResourceType.ROLE,), (ResourceType.POLICY,)]),
)
EARLIER: Final = {
    "AROAGONE": RecordedResult("AWS::IAM::Role", "AROAGONE", "NON_COMPLIANT", "Before", NOW - timedelta(days=1)),
    "AROACI": RecordedResult("AWS::IAM::Role", "AROACI", "NON_COMPLIANT", "Before", NOW - timedelta(days=1)),
    "AIDAANA": RecordedResult("AWS::IAM::User", "AIDAANA", "COMPLIANT", "Before", NOW - timedelta(days=1)),
}


class Killed(BaseException):
    """The process is killed."""


class Store:
    """AWS Config: keeps of each resource the result with the latest ordering timestamp."""

    def __init__(self, earlier: Mapping[str, RecordedResult] | None = None) -> None:
        self.now: dict[str, NewResult] = {}
        self.put: list[str] = []
        """The ids of all that were put, in order."""
        self.calls = 0
        self.fault: Callable[[int], None] = lambda _number: None
        self.refusing: dict[str, int] = {}
        """How often an id is refused."""
        self._earlier = dict(earlier or {})

    async def results(self, rule: str) -> AsyncIterator[RecordedResultsPage]:
        del rule
        self._called()
        told = {
            one.resource_id: RecordedResult(one.resource_type, one.resource_id, one.compliance, one.annotation, NOW)
            for one in self.now.values()
        }
        shown = [one for one in {**self._earlier, **told}.values() if one.compliance != "NOT_APPLICABLE"]
        for start in range(0, len(shown), 2):
            marker = str(start + 2) if start + 2 < len(shown) else None
            yield RecordedResultsPage(tuple(shown[start : start + 2]), marker)

    async def put_evaluations(
        self, evaluations: Sequence[NewResult], *, token: str, is_test: bool
    ) -> tuple[FailedEvaluation, ...]:
        self._called()
        assert 1 <= len(evaluations) <= 100
        assert len({one.resource_id for one in evaluations}) == len(evaluations)
        assert token == "token"
        refused = []
        for one in evaluations:
            if self.refusing.get(one.resource_id, 0):
                self.refusing[one.resource_id] -= 1
                refused.append(FailedEvaluation(one.resource_type, one.resource_id))
            elif not is_test:
                self.now[one.resource_id] = one
                self.put.append(one.resource_id)
        self.fault(-self.calls)
        return tuple(refused)

    def _called(self) -> None:
        self.calls += 1
        self.fault(self.calls)


class Memory:
    """A bookmark that outlives the process."""

    def __init__(self) -> None:
        self.reached: Continuation | None = None

    async def found(self, event: ConfigEvent) -> Continuation | None:
        del event
        return self.reached

    async def keep(self, event: ConfigEvent, reached: Continuation) -> None:
        del event
        self.reached = reached


class Asked:
    """What AWS would say, of nobody but those who are asked about; each question takes some seconds."""

    def __init__(self, whole: Evidence, seconds: float = 0.0) -> None:
        self._whole, self._seconds = whole, seconds

    async def evidence(self, snapshot: Snapshot, questions: Questions, stop: asyncio.Event) -> Evidence:
        del snapshot
        try:
            async with asyncio.timeout(self._seconds):
                await stop.wait()
        except TimeoutError:
            return restricted(self._whole, subjects=questions.subjects, users=[user.arn for user in questions.users])
        gaps = [Gap(arn, Source.LAST_ACCESSED, GapReason.INTERRUPTED) for arn in questions.subjects]
        return merge(restricted(self._whole, subjects=(), users=()), evidence_of(gaps=gaps))


def restricted(evidence: Evidence, *, subjects: Collection[Arn], users: Collection[Arn]) -> Evidence:
    """What is said where nobody is asked about but these."""
    return Evidence(
        {arn: found for arn, found in evidence.usages.items() if arn in subjects},
        evidence.principals,
        {arn: found for arn, found in evidence.credentials.items() if arn in users},
        {arn: found for arn, found in evidence.gaps.items() if arn in {*subjects, *users}},
    )


def event_of(**parts: object) -> ConfigEvent:
    return replace(ConfigEvent(MessageType.SCHEDULED, ACCOUNT, "rule", None, "token", ordered_at=NOW), **parts)


def account_of(estate: Estate, parameters: RuleParameters, *, seconds: float = 0.0) -> RuleAccount:
    snapshot = estate.snapshot()
    return RuleAccount(
        snapshot, GrantIndex(CATALOG, snapshot), CATALOG, parameters, Asked(estate.evidence(), seconds), NOW
    )


async def answered(
    account: RuleAccount,
    store: Store,
    *,
    event: ConfigEvent | None = None,
    part_size: int = 250,
    bookmark: Memory | Nowhere | None = None,
    seconds: float = 900.0,
) -> Answered:
    @asynccontextmanager
    async def opened() -> AsyncIterator[RuleAccount]:
        yield account

    clock = VirtualClock()
    until = clock.monotonic() + seconds
    return await answer_event(
        RuleRun(event or event_of(), account.parameters, part_size),
        store,
        opened,
        bookmark=bookmark or Nowhere(),
        budget=Budget(lambda: until - clock.monotonic()),
        clock=clock,
    )


def expected(estate: Estate, parameters: RuleParameters) -> dict[str, Evaluation]:
    """What is to be said of the whole account, worked out in one go with all evidence there is."""
    snapshot = estate.snapshot()
    grants = GrantIndex(CATALOG, snapshot)
    subjects = report_subjects(snapshot, grants, selection=Selection(), policies=False)
    earlier = {
        one.resource_id: EarlierResult(
            one.resource_type, one.resource_id, Compliance(one.compliance), one.annotation, one.ordered_at
        )
        for one in EARLIER.values()
    }
    judgement = judge(
        snapshot,
        restricted(estate.evidence(), subjects=subjects, users=[user.arn for user in snapshot.users]),
        grants=grants,
        parameters=Parameters(NOW, parameters.stale_after_days),
        settings=Settings(allow_tag_exemptions=True),
        catalog=CATALOG,
    )
    found = evaluate(judgement, parameters, grants=grants, snapshot=snapshot, earlier=earlier, now=NOW, ordered_at=NOW)
    return {one.resource_id: one for one in (*gone(earlier, snapshot, ordered_at=NOW), *found)}


def told(store: Store) -> dict[str, tuple[str, str]]:
    return {one.resource_id: (one.compliance, one.annotation) for one in store.now.values()}


def said(evaluations: Mapping[str, Evaluation]) -> dict[str, tuple[str, str]]:
    return {one.resource_id: (one.compliance.value, one.annotation) for one in evaluations.values()}


@given(estates, rules, st.integers(1, 9))
@LAW
def test_however_the_account_is_parted_config_is_told_the_same(
    estate: Estate, parameters: RuleParameters, part_size: int
) -> None:
    async def work() -> None:
        store = Store(EARLIER)
        result = await answered(account_of(estate, parameters), store, part_size=part_size)
        assert result.goes_on is None
        assert told(store) == said(expected(estate, parameters))
        assert len(store.put) == len(set(store.put)), "nobody is told of twice"
        assert sorted(one.resource_id for one in result.evaluations) == sorted(store.now)

    run_virtually(work())


@given(estates, rules, st.integers(1, 3), st.sampled_from([30.0, 200.0, 400.0]))
@LAW
def test_cut_short_by_time_it_goes_on_in_another_invocation_until_the_account_is_through(
    estate: Estate, parameters: RuleParameters, part_size: int, seconds: float
) -> None:
    async def work() -> None:
        store, event = Store(EARLIER), event_of()
        account = account_of(estate, parameters, seconds=seconds)
        number = 1
        while True:
            result = await answered(account, store, event=event, part_size=part_size, seconds=600)
            if result.goes_on is None:
                break
            number += 1
            assert result.goes_on.part == number < 30
            event = event_of(continuation=result.goes_on)
        assert told(store) == said(expected(estate, parameters))
        assert len(store.put) == len(set(store.put))

    run_virtually(work())


@given(estate=estates, parameters=rules, part_size=st.integers(1, 3))
@pytest.mark.parametrize("is_kept", [False, True])
@LAW
def test_killed_at_any_call_and_invoked_again_every_resource_has_one_right_evaluation(
    *, estate: Estate, parameters: RuleParameters, part_size: int, is_kept: bool
) -> None:
    async def work() -> None:
        whole = Store(EARLIER)
        await answered(account_of(estate, parameters), whole, part_size=part_size)
        for number in [call * way for call in range(1, whole.calls + 1) for way in (1, -1)]:
            store, bookmark = Store(EARLIER), Memory() if is_kept else Nowhere()
            account = account_of(estate, parameters)
            store.fault = _kill_at(number)
            with pytest.raises(Killed):
                await answered(account, store, part_size=part_size, bookmark=bookmark)
            store.fault = lambda _number: None
            await answered(account, store, part_size=part_size, bookmark=bookmark)
            assert told(store) == told(whole), number

    def _kill_at(number: int) -> Callable[[int], None]:
        def fault(call: int) -> None:
            # Calls that only read have no second moment: the first after it will do.
            if call == number or (number < 0 and call > -number):
                raise Killed

        return fault

    async def work_all() -> None:
        if expected(estate, parameters):
            await work()

    run_virtually(work_all())


ROLE: Final = Estate(
    roles={"ci": Principal(age=1000, allow=("s3:*", "sqs:*"), last_used=1, report=Report({"s3": Service(1.0)}))},
)
UNUSED: Final = RuleParameters(RuleName.UNUSED_SERVICES)


def change_of(**parts: object) -> ConfigEvent:
    item = ConfigItem("AWS::IAM::Role", "AROACI", ItemStatus.OK, NOW, "ci", ROLE.arn("role/ci"), ago(1000))
    return event_of(message_type=MessageType.ITEM_CHANGED, item=replace(item, **parts))


def test_the_first_part_of_an_invocation_is_told_however_long_it_takes_and_never_as_compliant() -> None:
    async def work() -> None:
        store = Store(EARLIER)
        result = await answered(account_of(ROLE, UNUSED, seconds=10_000), store)
        assert result.goes_on is None
        assert told(store)["AROACI"] == ("NON_COMPLIANT", "Unknown now (interrupted); earlier: Before")
        assert "COMPLIANT" not in {one.compliance for one in store.now.values()}

    run_virtually(work())


def test_a_change_is_answered_from_the_use_that_is_known_and_of_that_resource_alone() -> None:
    async def work() -> None:
        store = Store(EARLIER)
        await answered(account_of(ROLE, UNUSED), store, event=change_of())
        assert list(store.now) == ["AROACI"]
        assert store.now["AROACI"].annotation.startswith(("Never accessed: ", "Unknown: "))

    run_virtually(work())


def test_a_change_that_the_event_settles_looks_at_nothing() -> None:
    async def work() -> None:
        for event in (change_of(status=ItemStatus.DELETED), change_of(created_at=NOW)):
            store = Store(EARLIER)
            await answered(account_of(ROLE, UNUSED, seconds=10_000), store, event=event)
            assert store.calls == 1, "one call, which puts it"
            assert store.now["AROACI"].compliance == "NOT_APPLICABLE"

    run_virtually(work())


def test_a_test_stores_nothing_and_says_so_to_config() -> None:
    async def work() -> None:
        store = Store()
        store_tokens: list[tuple[str, bool]] = []

        async def put(evaluations: Sequence[NewResult], *, token: str, is_test: bool) -> tuple[FailedEvaluation, ...]:
            del evaluations
            store_tokens.append((token, is_test))
            return ()

        store.put_evaluations = put  # type: ignore[method-assign]  # to see what it is given
        await answered(account_of(ROLE, UNUSED), store, event=event_of(result_token="TESTMODE"))
        assert store_tokens == [("TESTMODE", True)]

    run_virtually(work())


def test_of_an_account_that_is_left_out_only_what_was_said_before_is_taken_back() -> None:
    async def work() -> None:
        parameters, store = replace(UNUSED, accounts=(AccountId("222222222222"),)), Store(EARLIER)
        await answered(account_of(ROLE, parameters, seconds=10_000), store)
        assert told(store) == dict.fromkeys(EARLIER, ("NOT_APPLICABLE", "Not looked at: accounts is 222222222222"))
        assert not (await answered(account_of(ROLE, parameters), Store())).evaluations

    run_virtually(work())


@pytest.mark.parametrize(("times", "is_taken"), [(1, True), (3, True), (4, False)])
def test_an_evaluation_that_fails_is_put_again_and_then_told(times: int, *, is_taken: bool) -> None:
    async def work() -> None:
        store = Store()
        store.refusing = {"AROACI": times}
        result = await answered(account_of(ROLE, UNUSED), store)
        assert [one.resource_id for one in result.evaluations] == (["AROACI"] if is_taken else [])
        assert [one.resource_id for one in result.refused] == ([] if is_taken else ["AROACI"])

    run_virtually(work())


def test_evaluations_go_in_chunks_of_a_hundred() -> None:
    evaluations = [
        Evaluation("AWS::IAM::Role", f"AROA{number:04}", Compliance.COMPLIANT, "Well", NOW) for number in range(250)
    ]

    async def work() -> None:
        store = Store()
        put = await put_evaluations(store, evaluations, token="token", is_test=False, clock=VirtualClock())
        assert store.calls == 3
        assert len(put.taken) == len(store.now) == 250

    run_virtually(work())


def test_a_call_that_fails_ends_the_invocation_with_its_error() -> None:
    def fault(_: int) -> None:
        raise ServiceFaultError("oops")

    async def work() -> None:
        store = Store()
        store.fault = fault
        with pytest.raises(AwsError, match="oops"):
            await answered(account_of(ROLE, UNUSED), store)

    run_virtually(work())
