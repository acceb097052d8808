"""Floor 7: what Meta posts is verified, answered at once, and worked on in the background."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from messengerkit.errors import EventsNotTakenError, MessengerError
from messengerkit.events import Event
from messengerkit.webhook import Headers, Webhook

_log = logging.getLogger("messengerkit.admin")

_CUT_OFF = 1.0  # seconds that a handler has to end once it is cancelled


class EventReceiver(Protocol):
    """What stands behind `/webhook`."""

    @property
    def max_body(self) -> int:
        """Bytes of the largest body that it takes."""
        ...

    def challenge(self, query: Mapping[str, str], /) -> str:
        """Return the text to answer Meta's handshake with; see `Webhook.challenge`."""
        ...

    async def receive(self, headers: Headers, body: bytes, /) -> None:
        """Take the events of *body*. Meta has its 200 when this returns.

        Raises:
            WebhookError: If the body is refused.
            Exception: If it could not be taken: Meta gets a 503, and delivers again.
        """
        ...


class InBackground:
    """Takes events, returns at once, and lets *handle* have them, in order for each person.

    What it has taken lives in this process and ends with it. One event that fails is
    logged, and stops no other.

    Args:
        webhook: Verifies and parses the bodies.
        handle: What to do with one event: your bot.
        most: How many events may wait; when they are reached, Meta is asked to come again.
    """

    def __init__(
        self, webhook: Webhook, handle: Callable[[Event], Awaitable[None]], *, most: int = 10_000
    ) -> None:
        self._webhook = webhook
        self._handle = handle
        self._most = most
        self._work: set[asyncio.Task[None]] = set()
        self._last: dict[object, asyncio.Task[None]] = {}
        self._draining = False

    @property
    def max_body(self) -> int:
        """Bytes of the largest body that the webhook takes."""
        return self._webhook.max_body

    def challenge(self, query: Mapping[str, str], /) -> str:
        """Return the text to answer Meta's handshake with; see `Webhook.challenge`."""
        return self._webhook.challenge(query)

    async def receive(self, headers: Headers, body: bytes, /) -> None:
        """Verify *body*, and take its events.

        Raises:
            WebhookError: If the body is refused.
            EventsNotTakenError: If too many events wait already, or the process is going.
        """
        events = self._webhook.receive(headers, body)
        if self._draining:
            msg = "The backend is shutting down."
            raise EventsNotTakenError(msg)
        if len(self._work) + len(events) > self._most:
            msg = f"More than {self._most} events would wait."
            raise EventsNotTakenError(msg)
        for event in events:
            self._take(event)

    async def drain(self, *, seconds: float = 25.0) -> None:
        """Take nothing any more, wait for what was taken, then cut off what is left.

        Args:
            seconds: How long to wait. Kubernetes kills 30 s after it has asked to stop.
        """
        self._draining = True
        if not self._work:
            return
        _, late = await asyncio.wait(self._work, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            _log.error("%d events were cut off by the shutdown.", len(late))
            # A handler that will not be cancelled holds nobody up.
            await asyncio.wait(late, timeout=_CUT_OFF)

    def _take(self, event: Event) -> None:
        # Both ends: an echo belongs to the person whom the page wrote to.
        lane = (event.page_id, frozenset((event.sender_id, event.recipient_id)))
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
            if isinstance(error, asyncio.CancelledError) and _is_cut_off():
                raise
            _log.exception("An event was not handled.")


def _is_cut_off() -> bool:
    # Also what the handler itself waits for can be cancelled, and then only that event fails.
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
