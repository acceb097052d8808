"""Floor 6: a desk's work in the background: looks for something to do, and survives errors."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from functools import partial

from .bell import Bell

_log = logging.getLogger("messengerkit.desk")

_AGAIN = 0.5  # seconds, after which work that failed is tried again
_LAST = 5.0  # seconds that what is cancelled may take to end


async def keep_looking(
    look: Callable[[], Awaitable[bool]], bell: Bell, seconds: float, what: str
) -> None:
    """Call *look* as long as it finds something, then whenever the bell rings, for ever.

    Args:
        look: Does what there is to do; returns whether there may be more at once.
        bell: Tells that there is something new.
        seconds: After so long it looks without being told.
        what: What it looks for, for the log.
    """
    while True:
        rung = bell.rung
        try:
            more = await look()
        except Exception:  # noqa: BLE001  # a store or a user's function may raise anything
            _log.exception("The desk could not look for %s; it tries again.", what)
            await asyncio.sleep(_AGAIN)
        else:
            if not more:
                await bell.wait(rung, seconds)


async def every(seconds: float, act: Callable[[], Awaitable[object]], what: str) -> None:
    """Call *act* again and again, *seconds* apart, for ever."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception:  # noqa: BLE001  # a store may raise anything
            _log.exception("The desk could not %s; it tries again.", what)


async def surely(act: Callable[[], Awaitable[object]], what: str) -> None:
    """Call *act* until it does not fail."""
    while True:
        try:
            await act()
        except Exception:  # noqa: BLE001  # a store may raise anything
            _log.exception("The desk could not %s; it tries again.", what)
            await asyncio.sleep(_AGAIN)
        else:
            return


class Doubts:
    """How often a process took something that failed, and may have been done all the same.

    Then it has what it is not at, and nobody else would take: it has to look for that. Once
    more a while later, for a transaction may be done only after its process was told that it
    failed.

    Attributes:
        count: How many there are; what looks for it remembers how many it knew of.
    """

    def __init__(self) -> None:
        self.count: int = 0
        self._again = False

    def add(self) -> None:
        """Look, with what is taken next, for what the process has and is not at."""
        self.count += 1
        self._again = True

    def settle(self, known: int) -> None:
        """Take note that it was looked for, because of the *known* first doubts."""
        self.count -= known

    def renew(self) -> None:
        """Look once more, if there was a doubt since the last time."""
        self.count += self._again
        self._again = False


class Tasks:
    """Tasks by name: each name has one at a time.

    Args:
        most: How many at once.
        bell: Is rung whenever one has ended, and another may be started.
    """

    def __init__(self, most: int, bell: Bell) -> None:
        self._most = most
        self._bell = bell
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def free(self) -> int:
        """How many more may be started."""
        return self._most - len(self._tasks)

    @property
    def names(self) -> Collection[str]:
        """The names of those under way."""
        return self._tasks.keys()

    def start(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Do *work* in the background; nothing of its name may be under way."""
        task = self._tasks[name] = asyncio.create_task(work)
        task.add_done_callback(partial(self._ended, name))

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._tasks[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Work in the background failed: %s", name, exc_info=error)
        self._bell.ring()

    async def ended(self, seconds: float) -> None:
        """Return once none is left; after *seconds* those that are left are cancelled.

        One that does not end for that either is left behind.
        """
        tasks = set(self._tasks.values())
        if not tasks:
            return
        _, left = await asyncio.wait(tasks, timeout=seconds)
        for task in left:
            task.cancel()
        if left:
            _, left = await asyncio.wait(left, timeout=_LAST)
        if left:
            _log.error("%d tasks do not end, and are left behind.", len(left))
