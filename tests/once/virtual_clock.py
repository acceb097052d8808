"""A clock that moves only when everybody waits."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import ParamSpec

from virtual_time import VirtualLoop, run

__all__ = ("START", "VirtualLoop", "play", "unix", "until", "utc", "virtual")

P = ParamSpec("P")

START = 1_767_225_600.25
"""When it begins, in unix seconds."""


def play(scene: Coroutine[object, object, None]) -> None:
    """Play *scene* in virtual time; no task may be left behind."""
    run(_alone(scene))


async def _alone(scene: Coroutine[object, object, None]) -> None:
    await scene
    await asyncio.sleep(0)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, left


def virtual(
    test: Callable[P, Coroutine[object, object, None]],
) -> Callable[P, None]:
    """Make a test of *test* that is played in virtual time."""

    @functools.wraps(test)
    def played(*args: P.args, **kwargs: P.kwargs) -> None:
        play(test(*args, **kwargs))

    return played


def unix() -> float:
    """Return the virtual time, in unix seconds."""
    return START + asyncio.get_running_loop().time()


def utc() -> datetime:
    """Return the virtual time."""
    return datetime.fromtimestamp(unix(), UTC)


async def until(done: Callable[[], object]) -> None:
    """Return once *done* is true; in virtual time that costs nothing."""
    async with asyncio.timeout(5000):
        while not done():  # noqa: ASYNC110  # of rows and requests, which have no event
            await asyncio.sleep(0.25)
