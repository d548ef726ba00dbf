"""What is read ahead is handed over only while it is still so."""

from apply.memory_account import Fault, MemoryAccount
from apply.runs import virtually, world_of
from inventory_samples import arn, inline, user
from leastwise.apply import InlineState, Reading
from leastwise.apply.ahead import Ahead
from leastwise.apply.looking import Look
from leastwise.errors import ServiceFaultError
from plan.accounts import DOCUMENTS, TEXTS, account_of
from virtual_time import VirtualClock

U, V = arn("user", "U"), arn("user", "V")
WORLD = world_of(account_of(users=[user("U", inline=inline(A=TEXTS[0])), user("V")]))


async def read(reading: Reading) -> None:
    await reading.inline(U, "A")


def account() -> MemoryAccount:
    return MemoryAccount(WORLD, VirtualClock())


async def seen_after(ahead: Ahead, live: MemoryAccount) -> tuple[str | None, int]:
    """What a look says that was given what was read ahead, and how many calls were made in all."""
    look = Look(live)
    await ahead.hand_over("change", look)
    return await look.inline(U, "A"), len(live.calls)


def test_what_was_read_ahead_is_not_read_again() -> None:
    async def work() -> None:
        live = account()
        ahead = Ahead(live, VirtualClock())
        ahead.begin("change", read)
        ahead.begin("change", read)
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 1)
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 2), "it is handed over once"

    virtually(work)


def test_what_a_call_of_ours_may_have_changed_since_is_read_again() -> None:
    async def work() -> None:
        live = account()
        ahead = Ahead(live, VirtualClock())
        ahead.begin("change", read)
        ahead.mark_changed(InlineState(V, "A", "{}"))
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 1), "another object"
        ahead.begin("change", read)
        ahead.mark_changed(InlineState(U, "A", "{}"))
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 3)
        ahead.mark_changed(InlineState(U, "A", "{}"))
        ahead.begin("change", read)
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 4), "changed before it was read"

    virtually(work)


def test_what_is_old_is_read_again() -> None:
    async def work() -> None:
        live, clock = account(), VirtualClock()
        ahead = Ahead(live, clock)
        ahead.begin("change", read)
        await clock.sleep(60)
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 2)

    virtually(work)


def test_what_could_not_be_read_ahead_is_read_again_and_told_only_then() -> None:
    async def work() -> None:
        live = account()
        live.faults[1] = Fault(ServiceFaultError("oops"))
        ahead = Ahead(live, VirtualClock())
        ahead.begin("change", read)
        assert await seen_after(ahead, live) == (DOCUMENTS[0], 2)

    virtually(work)


def test_a_look_that_nobody_asks_for_leaves_nothing_behind() -> None:
    async def work() -> None:
        live, clock = account(), VirtualClock()

        async def for_long(reading: Reading) -> None:
            await clock.sleep(1000)
            await reading.inline(U, "A")

        ahead = Ahead(live, clock)
        ahead.begin("change", for_long)
        await clock.sleep(1)
        await ahead.close()
        assert clock.monotonic() == 1
        assert not live.calls

    virtually(work)
