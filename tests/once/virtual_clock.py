"""A clock that moves only when everybody waits."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import ParamSpec

from typing_extensions import override

P = ParamSpec("P")

START = 1_767_225_600.25
"""When it begins, in unix seconds."""


class VirtualSelector(selectors.SelectSelector):
    """Waits in no time, and notes how long it would have taken."""

    now = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; nobody but the clock ever is."""
        ready = super().select(0)
        if not ready:
            # Who waits for nothing at all waits for ever: a test that hangs must fail.
            assert timeout is not None, "everybody waits, and nothing will happen"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a clock that moves only when everybody waits."""

    def __init__(self) -> None:
        self._virtual = VirtualSelector()
        super().__init__(self._virtual)

    @override
    def time(self) -> float:
        """Return the virtual time."""
        return self._virtual.now

    def jump(self, seconds: float) -> None:
        """Let the clock jump."""
        self._virtual.now += seconds


def play(scene: Coroutine[object, object, None]) -> None:
    """Play *scene* in virtual time; no task may be left behind."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_alone(scene))


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
