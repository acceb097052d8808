"""Floor 4: work on events after Meta has its answer, in order for each conversation.

What was taken lives in this process and ends with it; a store keeps it longer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeAlias

from .errors import EventsNotTakenError, MessengerError
from .events import Change, Event

Handle: TypeAlias = Callable[[Event], Awaitable[object]]
"""What to do with one event: a bot, or a router's `dispatch`."""

_log = logging.getLogger("messengerkit")

_CUT_OFF = 1.0  # seconds that a handler has to end once it is cancelled


class Background:
    """Takes events, returns at once, and lets *handle* have them, in order for each conversation.

    One event that fails is logged, and stops no other. As a context it drains when it is left.

    Args:
        handle: What to do with one event.
        most: How many events may wait.
        seconds: How long `drain` waits if it is not told; Kubernetes kills 30 s after it
            has asked to stop.
    """

    def __init__(self, handle: Handle, *, most: int = 10_000, seconds: float = 25.0) -> None:
        self._handle = handle
        self._most = most
        self._seconds = seconds
        self._work: set[asyncio.Task[None]] = set()
        self._last: dict[object, asyncio.Task[None]] = {}
        self._draining = False

    def take(self, events: Iterable[Event]) -> None:
        """Take all of *events*, or none.

        Raises:
            EventsNotTakenError: If too many events wait already, or the process is going.
        """
        events = tuple(events)
        if self._draining:
            msg = "The backend is shutting down."
            raise EventsNotTakenError(msg)
        if len(self._work) + len(events) > self._most:
            msg = f"More than {self._most} events would wait."
            raise EventsNotTakenError(msg)
        for event in events:
            self._start(event)

    async def drain(self, *, seconds: float | None = None) -> None:
        """Take nothing any more, wait for what was taken, then cut off what is left.

        Args:
            seconds: How long to wait.
        """
        self._draining = True
        if not self._work:
            return
        _, late = await asyncio.wait(
            self._work, timeout=self._seconds if seconds is None else seconds
        )
        for task in late:
            task.cancel()
        if late:
            _log.error("%d events were cut off by the shutdown.", len(late))
            # A handler that will not be cancelled holds nobody up.
            await asyncio.wait(late, timeout=_CUT_OFF)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.drain()

    def _start(self, event: Event) -> None:
        lane = _lane(event)
        task = asyncio.create_task(self._after(self._last.get(lane), event))
        # The loop itself keeps only weak references to its tasks.
        self._work.add(task)
        self._last[lane] = task

        def done(task: asyncio.Task[None]) -> None:
            self._work.discard(task)
            # The lane may be gone: of those cut off together, a later one can end first.
            if self._last.get(lane) is task:
                del self._last[lane]

        task.add_done_callback(done)

    async def _after(self, earlier: asyncio.Task[None] | None, event: Event) -> None:
        if earlier is not None:
            await asyncio.wait({earlier})
        try:
            await self._handle(event)
        except MessengerError as error:
            _log.error("An event was not handled: %s %s", error, error.advice)
        except (Exception, asyncio.CancelledError) as error:  # a user's handler may raise anything
            if isinstance(error, asyncio.CancelledError) and is_cut_off():
                raise
            _log.exception("An event was not handled.")


def _lane(event: Event) -> object:
    if isinstance(event, Change):
        return event.page_id, event.author_id
    # Both ends: an echo belongs to the person whom the page wrote to.
    return event.page_id, frozenset((event.sender_id or event.user_ref, event.recipient_id))


def is_cut_off() -> bool:
    """Return whether this task is to end.

    Also what it waits for can be cancelled, and then only that has failed.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
