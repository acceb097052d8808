"""What somebody waits for goes first; what nobody waits for goes in between, and does go."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from once.virtual_clock import virtual

from messengerkit.desk import MemoryStore
from messengerkit.desk.courtesy import Courtesy, Patient


class Going:
    """Who goes, and when."""

    def __init__(self, courtesy: Courtesy) -> None:
        self._courtesy = courtesy
        self.begun: list[float] = []
        self.now = 0

    async def patiently(self, seconds: float = 0.0) -> None:
        """Do something that can wait, and takes so long."""
        async with self._courtesy.patient():
            self.begun.append(asyncio.get_running_loop().time())
            self.now += 1
            await asyncio.sleep(seconds)
            self.now -= 1


@virtual
async def test_all_go_at_once_where_nothing_is_urgent() -> None:
    """Without webhooks, nothing is held back, up to a number."""
    going = Going(Courtesy())
    tasks = [asyncio.create_task(going.patiently(1.0)) for _ in range(101)]
    await asyncio.sleep(0.5)
    assert going.now == 100
    await asyncio.gather(*tasks)
    assert len(going.begun) == 101


@virtual
async def test_they_go_one_by_one_in_between() -> None:
    """While something urgent was under way only just now, one goes at a time."""
    courtesy = Courtesy()
    going = Going(courtesy)
    async with courtesy.urgent():
        pass
    assert courtesy.is_pressed
    tasks = [asyncio.create_task(going.patiently(0.1)) for _ in range(5)]
    for _ in range(4):
        await asyncio.sleep(0.09)
        assert going.now == 1
    await asyncio.gather(*tasks)
    await asyncio.sleep(1.0)
    assert not courtesy.is_pressed


@virtual
async def test_one_goes_now_and_then_beside_what_is_urgent() -> None:
    """However many webhooks there are, the bot is not silent for ever."""
    courtesy = Courtesy()
    going = Going(courtesy)
    async with courtesy.urgent():
        tasks = [asyncio.create_task(going.patiently()) for _ in range(4)]
        await asyncio.sleep(0.2)
        assert all(task.done() for task in tasks)
    waits = [after - before for before, after in zip(going.begun, going.begun[1:], strict=False)]
    assert waits
    assert all(wait == pytest.approx(0.02) for wait in waits)


@virtual
async def test_who_is_cancelled_takes_nobodys_place() -> None:
    """Neither one that waits, nor one that was let go in the same moment, nor one at work."""
    courtesy = Courtesy()
    going = Going(courtesy)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(courtesy.urgent())
        first, waits = (asyncio.create_task(going.patiently(5)) for _ in range(2))
        await asyncio.sleep(0.1)
        waits.cancel()
        await asyncio.sleep(0)
    first.cancel()  # at work: its place is free, and the next has it
    next_one = asyncio.create_task(going.patiently(5))
    await asyncio.sleep(0.1)
    let_go = asyncio.create_task(going.patiently(5))
    await asyncio.sleep(0.1)
    next_one.cancel()
    await asyncio.sleep(0)  # its place is given to `let_go`, which does not know it yet
    let_go.cancel()
    await asyncio.gather(first, waits, next_one, let_go, return_exceptions=True)
    await asyncio.wait_for(going.patiently(), 0.1)


@virtual
async def test_a_patient_store_is_the_store() -> None:
    """It writes and reads as the store does, and closes nobody else's."""
    courtesy = Courtesy()
    store = Patient(MemoryStore(), courtesy)
    await store.create()
    assert await store.write(lambda transaction: transaction.add_events([])) == 0
    assert (await store.read(lambda transaction: transaction.counts())).held == 0
    await store.aclose()
