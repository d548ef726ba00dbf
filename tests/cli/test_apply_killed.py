"""Processes that are killed at a call of theirs, with a signal that nobody can catch, on a sandbox over HTTP.

Always some calls are tried: those that change something in turn at three moments, and a handful of those that only
read. `LEASTWISE_KILL_EVERYWHERE=changes,quarantine,lift` tries every call of those plans, at each moment and in each
way, which takes minutes.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Final

import pytest
from msgspec import Struct

from furniture import FORGETFUL, State
from killing import CHANGES, LIFT, QUARANTINE, Among, Call, Case, Ended, House, Moment, Way, end_all, furnished, lifting
from leastwise.cli.exits import ExitCode
from leastwise.plan import ChangeKind, Plan
from leastwise.sandbox.operations import is_change
from ran import Environment

pytestmark = [pytest.mark.timeout(1800), pytest.mark.xdist_group("killed")]

_EVERYWHERE: Final = os.environ.get("LEASTWISE_KILL_EVERYWHERE", "").split(",")
_OPTIONS: Final = {CHANGES: ("--delete-passwords",), QUARANTINE: ("--quarantine",)}
_MOMENTS: Final = tuple(Moment)


class Undisturbed(Struct, frozen=True):
    """A plan, and the account as nobody is killed."""

    plan: Plan
    before: State
    applied: Ended
    back: Ended


class Killed(Struct, frozen=True):
    """What came of every case, and what would have come."""

    undisturbed: dict[str, Undisturbed]
    ended: dict[Case, Ended]

    def of(self, *ways: Way) -> Iterator[tuple[Case, Ended, Undisturbed]]:
        return ((case, ended, self.undisturbed[case.plan]) for case, ended in self.ended.items() if case.way in ways)


@pytest.fixture(scope="module")
def killed(bare: Environment, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    folder = tmp_path_factory.mktemp("killed")
    with furnished(0, folder / "planned", bare) as house:
        plans = {name: house.plan(*options) for name, options in _OPTIONS.items()}
    plans[LIFT] = lifting(plans[QUARANTINE])

    def undisturbed_by(name: str) -> Undisturbed:
        with furnished(list(plans).index(name), folder / name, bare) as house:
            house.begin(name, plans)
            return _undisturbed(house, plans[name])

    with ThreadPoolExecutor() as pool:
        undisturbed = dict(zip(plans, pool.map(undisturbed_by, plans), strict=True))
    cases = [case for name, one in undisturbed.items() for case in _cases(name, one)]
    return Killed(undisturbed, end_all(cases, plans, folder, bare))


def _undisturbed(house: House, plan: Plan) -> Undisturbed:
    before = house.ended(0, "").state
    applied = house.ended(*house.apply())
    house.trap.forget()
    return Undisturbed(plan, before, applied, house.ended(*house.roll_back()))


def _cases(name: str, one: Undisturbed) -> Iterator[Case]:
    if name == CHANGES:  # between two changes: the first that asks for a role's inline policy is the fourth
        yield Case(name, 1, "GetRolePolicy", Moment.BEFORE, Way.ANEW, Among.NAMESAKES)
        yield Case(name, 1, "DeleteLoginProfile", Moment.AFTER, Way.BACK, Among.NAMESAKES)
    for way in (Way.AGAIN, Way.BACK, Way.BACK_AGAIN):
        victim = one.back if way is Way.BACK_AGAIN else one.applied
        yield from _cases_at_reads(name, victim.asked, way)
        for number, call in enumerate(victim.made, start=1):
            for moment in _MOMENTS:
                if name in _EVERYWHERE or _is_sampled(name, number, moment, way):
                    yield Case(name, number, call.operation, moment, way)


def _cases_at_reads(name: str, asked: Sequence[str], way: Way) -> Iterator[Case]:
    """A case for each call that only reads. Whoever waits in the end asks for the same as often as there is time."""
    waiting = len(list(takewhile(lambda one: one == asked[-1], reversed(asked))))
    certain = enumerate(asked[: len(asked) - waiting + 1], start=1)
    reads = [(number, operation) for number, operation in certain if not is_change(f"iam:{operation}")]
    for number, operation in reads if name in _EVERYWHERE else _sampled(name, reads, way):
        yield Case(name, number, operation, Moment.BEFORE, way, Among.ALL)


def _sampled(name: str, reads: Sequence[tuple[int, str]], way: Way) -> Sequence[tuple[int, str]]:
    """The reads that are tried always: a handful of one plan."""
    return reads[7 * list(Way).index(way) :: 21] if name == CHANGES else ()


def _is_sampled(name: str, number: int, moment: Moment, way: Way) -> bool:
    """Whether it is tried always: calls, moments and ways take turns."""
    turn = list(Way).index(way)
    step = 6 if name != CHANGES else 4 if way is Way.BACK_AGAIN else 2
    return number % step == turn % step and _MOMENTS[(number // step + turn) % len(_MOMENTS)] is moment


def test_the_plans_have_every_kind_of_change(killed: Killed) -> None:
    kinds = {change.kind for one in killed.undisturbed.values() for change in one.plan.changes}
    assert kinds == {*ChangeKind}


def test_an_undisturbed_run_is_applied_and_put_back(killed: Killed) -> None:
    for one in killed.undisturbed.values():
        assert one.applied.code == 0, one
        assert one.applied.state != one.before
        _assert_is_back(one.back, one, made=(*one.applied.made, *one.back.made))


def test_every_process_was_killed_and_the_next_one_did_its_work(killed: Killed) -> None:
    assert not [str(case) for case, ended in killed.ended.items() if not ended.was_killed]
    for case, ended, _ in killed.of(Way.AGAIN, Way.ANEW):
        assert ended.code == 0, f"{case}\n{ended.said}"


def test_apply_goes_on_to_where_it_would_have_come(killed: Killed) -> None:
    assert not [str(case) for case, ended, one in killed.of(Way.AGAIN) if ended.state != one.applied.state]


def test_what_was_put_back_is_made_again(killed: Killed) -> None:
    for case, ended, one in killed.of(Way.ANEW):
        assert ended.state.without_numbers == one.applied.state.without_numbers, case


def test_rollback_of_a_killed_run_puts_all_but_a_deleted_password_back_to_the_byte(killed: Killed) -> None:
    for case, ended, one in killed.of(Way.BACK, Way.BACK_AGAIN):
        made = (*one.applied.made, *ended.made) if case.way is Way.BACK_AGAIN else ended.made
        _assert_is_back(ended, one, made=made, hint=str(case))


def _assert_is_back(ended: Ended, one: Undisturbed, *, made: Iterable[Call], hint: str = "") -> None:
    """All is what it was; if the password was deleted then all but that, and the command names it and ends with 5."""
    is_deleted = any(call.operation == "DeleteLoginProfile" for call in made)
    wanted = one.before.without_password if is_deleted else one.before
    assert ended.state.without_numbers == wanted.without_numbers, hint
    assert ended.code == (ExitCode.HALTED if is_deleted else ExitCode.OK), f"{hint}\n{ended.said}"
    unlike = [line.partition(": IS NOT BACK")[0] for line in ended.said.splitlines() if ": IS NOT BACK" in line]
    password = f"the password of arn:aws:iam::ACCOUNT:user/{FORGETFUL}"
    assert unlike == ([password] if is_deleted else []), f"{hint}\n{ended.said}"


def test_a_version_gets_another_number_only_if_it_was_deleted_and_its_policy_was_not(killed: Killed) -> None:
    for case, ended, one in killed.of(Way.BACK, Way.BACK_AGAIN):
        calls = (*one.applied.made, *ended.made) if case.way is Way.BACK_AGAIN else ended.made
        gone = {call.policy for call in calls if call.operation == "DeletePolicy"}
        deleted = {(call.policy, call.version) for call in calls if call.operation == "DeletePolicyVersion"}
        for arn, versions in one.before.versions.items():
            kept = {number for number in versions if arn in gone or (arn, number) not in deleted}
            now = ended.state.versions[arn]
            assert {number: now.get(number) for number in kept} == {number: versions[number] for number in kept}, case


def test_nothing_is_done_twice(killed: Killed) -> None:
    for case, ended, one in killed.of(Way.AGAIN, Way.BACK_AGAIN):
        wanted = one.applied.made if case.way is Way.AGAIN else one.back.made
        assert Counter(ended.made) == Counter(wanted), case
    for case, ended, _ in killed.of(Way.BACK):
        assert [call for call, times in Counter(ended.made).items() if times > 1] == [], case
