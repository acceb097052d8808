"""Who waits for an open breaker: one sleeps, and the others rest until it makes sense to go on."""

import asyncio

import pytest
from once_parts.breakers import Clock, fail, lowest

from messengerkit import Breaker


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """A breaker that opens for 10 s when 2 of 4 calls in 30 s have failed."""
    return Breaker(least=4, clock=clock, uniform=lowest)


class Sleep:
    """Sleeps until it is woken by hand."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._ends: list[asyncio.Event] = []

    async def __call__(self, seconds: float) -> None:
        """Sleep."""
        self.slept.append(seconds)
        self._ends.append(asyncio.Event())
        await self._ends[-1].wait()

    def end(self) -> None:
        """Wake the last one who sleeps."""
        self._ends[-1].set()


async def done(tasks: list[asyncio.Task[None]]) -> list[bool]:
    """Return which of *tasks* are over once nothing goes on by itself."""
    for _ in range(20):
        await asyncio.sleep(0)
    return [task.done() for task in tasks]


@pytest.fixture
def sleep() -> Sleep:
    """A sleep."""
    return Sleep()


def resting(breaker: Breaker, sleep: Sleep, times: int) -> list[asyncio.Task[None]]:
    """Return so many who rest, the first of whom sleeps."""
    return [asyncio.create_task(breaker.rest(10.0 + n, sleep)) for n in range(times)]


async def given_up(*tasks: asyncio.Task[None]) -> None:
    """Cancel *tasks*, which end."""
    for task in tasks:
        task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_sleeps_and_the_others_rest(breaker: Breaker, sleep: Sleep) -> None:
    """Thousands who sleep would wake for nothing."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 3)

    assert await done(tasks) == [False, False, False]
    assert sleep.slept == [10.0]
    await given_up(*tasks)
    assert not breaker._resting


async def test_all_go_on_once_meta_answers(breaker: Breaker, sleep: Sleep, clock: Clock) -> None:
    """However many they are."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 250)
    await done(tasks)
    clock.now += 10
    sleep.end()
    await done(tasks)
    assert breaker.check()
    breaker.probed(answered=True)

    assert all(await done(tasks))
    assert not breaker._resting


async def test_the_next_one_is_the_first_when_one_has_slept(
    breaker: Breaker, sleep: Sleep, clock: Clock
) -> None:
    """The first one may be given up before it has looked, and somebody must look."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 3)
    await done(tasks)
    clock.now += 10
    sleep.end()

    assert await done(tasks) == [True, True, False]
    await given_up(*tasks)


async def test_the_next_one_is_the_first_when_one_gives_up(breaker: Breaker, sleep: Sleep) -> None:
    """Whoever slept."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 3)
    await done(tasks)
    tasks[0].cancel()

    assert await done(tasks) == [True, True, False]
    await given_up(*tasks)


async def test_who_gives_up_resting_takes_nobodys_turn(breaker: Breaker, sleep: Sleep) -> None:
    """The one behind is woken in its place."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 4)
    await done(tasks)
    tasks[1].cancel()
    breaker.probed(answered=False)
    told = await done(tasks)

    assert told == [False, True, True, False]
    await given_up(*tasks)


async def test_who_is_woken_and_given_up_at_once_wakes_the_next(
    breaker: Breaker, sleep: Sleep
) -> None:
    """Its turn is not lost."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 4)
    await done(tasks)
    breaker.probed(answered=False)
    tasks[1].cancel()
    told = await done(tasks)

    assert told == [False, True, True, False]
    assert tasks[1].cancelled()
    await given_up(*tasks)


async def test_many_are_not_woken_when_it_opens_again(breaker: Breaker, sleep: Sleep) -> None:
    """They would only rest again."""
    fail(breaker, 4)
    tasks = resting(breaker, sleep, 250)
    await done(tasks)
    breaker.probed(answered=True)
    fail(breaker, 4)
    told = await done(tasks)

    assert 100 <= sum(told) <= 102
    await given_up(*tasks)
