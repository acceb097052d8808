"""Work in the background: it looks on its own, survives errors, and ends when it is to end."""

import asyncio
import logging

import pytest
from once.virtual_clock import virtual

from messengerkit.desk.bell import Bell
from messengerkit.desk.working import Tasks, every, keep_looking, surely


def time() -> float:
    """Return the virtual time."""
    return asyncio.get_running_loop().time()


@virtual
async def test_a_bell_wakes_all_who_wait() -> None:
    """And who was looking meanwhile does not wait at all."""
    bell = Bell()
    rung = bell.rung
    waiting = [asyncio.create_task(bell.wait(rung, 60)) for _ in range(2)]
    await asyncio.sleep(1)
    bell.ring()
    bell.ring()
    await asyncio.gather(*waiting, bell.wait(rung, 60))
    assert time() == 1

    await bell.wait(bell.rung, 5)
    assert time() == 6


@virtual
async def test_who_waits_no_more_is_forgotten() -> None:
    """However many come and go while it is not rung."""
    bell = Bell()
    for _ in range(3):
        waiting = asyncio.create_task(bell.wait(bell.rung, 60))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})

    assert not bell._waiting


@virtual
async def test_one_looks_while_there_is_something_and_then_when_told_or_later() -> None:
    """A ring while one looks is not missed."""
    bell, seen = Bell(), list[float]()
    answers = [True, False, False, False]

    async def look() -> bool:
        seen.append(time())
        if len(seen) == 2:
            bell.ring()
        return answers.pop(0) if answers else False

    looking = asyncio.create_task(keep_looking(look, bell, 10, "it"))
    await asyncio.sleep(5)
    bell.ring()
    await asyncio.sleep(11)
    looking.cancel()
    await asyncio.wait({looking})

    assert seen == [0, 0, 0, 5, 15]


@virtual
async def test_one_looks_again_after_an_error() -> None:
    """Soon, and not at once."""
    seen: list[float] = []

    async def look() -> bool:
        seen.append(time())
        raise KeyError

    looking = asyncio.create_task(keep_looking(look, Bell(), 10, "it"))
    await asyncio.sleep(1.1)
    looking.cancel()
    await asyncio.wait({looking})

    assert seen == [0, 0.5, 1]


@virtual
async def test_what_is_done_again_and_again_survives_errors() -> None:
    """At its pace."""
    seen: list[float] = []

    async def act() -> None:
        seen.append(time())
        raise KeyError

    acting = asyncio.create_task(every(2, act, "act"))
    await asyncio.sleep(5)
    acting.cancel()
    await asyncio.wait({acting})

    assert seen == [2, 4]


@virtual
async def test_what_must_be_done_is_tried_until_it_is() -> None:
    """Twice it fails."""
    left = [KeyError(), KeyError()]

    async def act() -> None:
        if left:
            raise left.pop()

    await surely(act, "act")
    assert time() == 1


@virtual
async def test_there_is_room_when_the_bell_rings() -> None:
    """Whoever was woken by it finds some."""
    bell, free = Bell(), list[int]()
    tasks = Tasks(1, bell)

    async def watch() -> None:
        await bell.wait(0, 60)
        free.append(tasks.free)

    tasks.start("a", asyncio.sleep(1))
    assert (tasks.free, list(tasks.names)) == (0, ["a"])
    await watch()

    assert free == [1]


@virtual
async def test_what_ends_in_time_is_waited_for_and_the_rest_is_cancelled() -> None:
    """What does not end for that either is left behind, and told of."""
    tasks, ended = Tasks(3, Bell()), list[str]()
    released = asyncio.Event()
    await tasks.ended(1)

    async def quick() -> None:
        await asyncio.sleep(1)
        ended.append("quick")

    async def slow() -> None:
        try:
            await asyncio.sleep(99)
        finally:
            ended.append("slow")

    async def stubborn() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                ended.append("stubborn")

    for name, work in (("a", quick()), ("b", slow()), ("c", stubborn())):
        tasks.start(name, work)
    await tasks.ended(2)

    assert sorted(ended) == ["quick", "slow", "stubborn"]
    assert time() == 2 + 5
    assert list(tasks.names) == ["c"]
    released.set()
    await asyncio.sleep(0.1)
    assert not tasks.names


@virtual
async def test_all_that_ends_when_it_is_cancelled_is_waited_for() -> None:
    """No longer than it takes."""
    tasks = Tasks(3, Bell())
    tasks.start("a", asyncio.sleep(99))
    await tasks.ended(2)
    assert time() == 2


def test_what_fails_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody else would hear of it."""

    @virtual
    async def scene() -> None:
        async def fail() -> None:
            raise KeyError

        tasks = Tasks(3, Bell())
        tasks.start("it", fail())
        await asyncio.sleep(1)
        assert not tasks.names

    with caplog.at_level(logging.ERROR, "messengerkit.desk"):
        scene()
    assert "failed: it" in caplog.text
