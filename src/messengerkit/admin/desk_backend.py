"""Floor 7: a desk behind the routes: durable sends, conversations, and what changes in them."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime

from messengerkit.client import MessengerClient
from messengerkit.desk import Counts, Desk, Update
from messengerkit.errors import DeliveryUnknownError, MessengerError, PartialSendError
from messengerkit.messages import SendResult

from .backend import ChangeEvent, Changes, Sendable, Status
from .desk_changes import cursor_from, event_id, events_of
from .desk_metrics import exposition
from .desk_schemas import TypingRequest
from .desk_sending import DeskActing
from .identity import AdminIdentity
from .page_check import PageCheck
from .presence import Presence
from .schemas import AdminAttachmentRequest, AdminMessageRequest
from .upload import AdminUpload

_SOON, _LATER = 100, 2000  # milliseconds until a browser comes again for events
_COUNTS = 1.0  # seconds for which what was counted serves all who ask for the status
_SEARCH = 2.0  # seconds for which what an admin may not see is passed over
_MISSED = 1.0  # seconds that a browser which comes again has heard nothing for, beside its pause


class DeskBackend(DeskActing):
    """Serves all routes of the admin face from a `Desk`.

    `conversation_id` is the id of a conversation of the desk. What admins send is written
    down before it is sent; an `Idempotency-Key` is kept with it, for all processes alike.
    Admins who may use only some pages see the conversations of those alone.

    Args:
        desk: The desk; whoever made it opens and closes it.
        clients: The clients of its pages, whose tokens and figures the status tells.
        within: Seconds after which a send that has not ended is answered by a 202.
        events_wait: Seconds for which `GET /admin/events` waits for something to happen. It
            must be 0 under WSGI, where each that waits takes a thread.
        clock: The time, aware.
        monotonic: The clock by which the status grows old, and waiting ends, in seconds.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        clients: Iterable[MessengerClient] = (),
        within: float = 10.0,
        events_wait: float = 20.0,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(desk, clock=clock, within=within, monotonic=monotonic)
        self._events_wait = events_wait
        self._presence = Presence(monotonic)
        self._heard: dict[str, float] = {}  # when each admin's last answer ended
        self._pages = [PageCheck(one, page_id=None, monotonic=monotonic) for one in clients]
        self._counted: tuple[float, Counts | MessengerError] | None = None
        self._counting = asyncio.Lock()

    async def admits(self, admin: AdminIdentity, /) -> bool:
        """Admit everybody: what is of a page that is not theirs is not found."""
        del admin
        return True

    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Send *message*; see `AdminBackend`. The routes use `send_once`, which tells more."""
        return await self._sent(admin, message)

    async def send_attachment(
        self, admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Send *attachment*; see `send_message`."""
        return await self._sent(admin, attachment)

    async def send_upload(self, admin: AdminIdentity, upload: AdminUpload, /) -> SendResult:
        """Send *upload*; see `send_message`."""
        return await self._sent(admin, upload)

    async def status(self) -> Status:
        """Return whether the store can be reached, and the tokens are good."""
        counts = await self._counts()
        if isinstance(counts, MessengerError):
            return Status(problem=counts, data=self._figures)
        problems = [await one.problem() for one in self._pages]
        return Status(
            problem=next((one for one in problems if one is not None), None),
            data=self._figures,
            details=self._details(counts),
        )

    async def _counts(self) -> Counts | MessengerError:
        """Return how much there is, counted at most once a second: the route is public."""
        async with self._counting:
            now = self._monotonic()
            if self._counted is None or now - self._counted[0] >= _COUNTS:
                try:
                    self._counted = now, await self.desk.counts()
                except MessengerError as error:
                    self._counted = now, error
            return self._counted[1]

    async def metrics(self) -> str:
        """Return what there is at the desk, and what its clients have done, for Prometheus."""
        return exposition(await self.desk.counts(), [one.client.stats for one in self._pages])

    async def changes(self, admin: AdminIdentity, after: str | None, /) -> Changes:
        """Return what has changed after *after*; see `TellsChanges`."""
        retry = _SOON if self._events_wait > 0 else _LATER
        asked = self._presence.told.rung
        if after is None or await self._is_beyond(cursor_from(after)):
            newest = event_id(await self.desk.newest_change())
            return Changes(events=[ChangeEvent(newest, "ready", {})], cursor=newest, retry=retry)
        waits = 0.0 if self._typing(admin, after, retry, asked) else self._events_wait
        cursor, until = cursor_from(after), self._monotonic() + waits
        events: list[ChangeEvent] = []
        # What an admin may not see ends no waiting.
        while not events and (updates := await self._due(cursor, admin, until - self._monotonic())):
            cursor, events = updates[-1].change.cursor, events_of(updates, admin)
            if self._monotonic() >= until + _SEARCH:
                retry = _SOON
                break
        place = event_id(cursor)
        typing = self._typing(admin, place, retry, asked)
        self._heard[admin.admin_id] = self._monotonic()
        return Changes(events=[*events, *typing], cursor=place, retry=retry)

    def _typing(
        self, admin: AdminIdentity, place: str, retry: int, asked: int
    ) -> list[ChangeEvent]:
        """Return who types that *admin* has not heard of: older news are over, or come again.

        What was told since it was *asked* is news also to a second window of the same admin.
        """
        then = self._monotonic() - retry / 1000 - _MISSED
        then = max(then, self._heard.get(admin.admin_id, then))
        return self._presence.since(then, asked, admin, place)

    async def typing(
        self, admin: AdminIdentity, conversation_id: str, asked: TypingRequest, /
    ) -> None:
        """Let the other admins who use this process know whether *admin* types there."""
        conversation = await self._seen(admin, conversation_id)
        self._presence.tell(admin, conversation, typing=asked.typing)

    async def _is_beyond(self, cursor: str) -> bool:
        """Return whether the feed does not reach to *cursor*, which is of an earlier one.

        So it is after a restart without a file, or with a backup: whoever waited there would
        miss what comes, until the feed is as long again.
        """
        # In this order: what comes between the two looks is after the cursor.
        if await self.desk.newest_change() == cursor:
            return False
        return not await self.desk.changes_since(cursor, 1)

    async def _due(self, cursor: str, admin: AdminIdentity, seconds: float) -> Sequence[Update]:
        rung = self._presence.told.rung
        updates = await self.desk.changes_since(cursor)
        if updates or seconds <= 0:
            return updates
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), aclosing(self.desk.changes(cursor)) as changes:
                # Nothing comes of a desk that closes.
                typed = self._presence.heard(admin, rung, seconds)
                await _first_of(anext(changes, None), typed)
        return await self.desk.changes_since(cursor)

    async def _sent(self, admin: AdminIdentity, asked: Sendable) -> SendResult:
        written = await self.send_once(admin, asked, None)
        if written.result is not None and written.delivery == "partial":
            msg = "Only the first messages were sent."
            raise PartialSendError(msg, sent=(written.result.message_id,)) from written.problem
        if written.problem is not None:
            raise written.problem
        if written.result is None:
            msg = f"The message is {written.delivery}, and the desk sees to it."
            raise DeliveryUnknownError(msg, recipient_id=asked.recipient_id)
        return written.result

    @property
    def _figures(self) -> dict[str, object]:
        stats = [one.client.stats for one in self._pages]
        sends, sent = sum(one.total for one in stats), sum(one.sent for one in stats)
        return {
            "success_rate": sent / sends if sends else None,
            "sends": sends,
            "sent": sent,
            "unknown": sum(one.unknown for one in stats),
        }

    def _details(self, counts: Counts) -> dict[str, object]:
        stats = [one.client.stats for one in self._pages]
        return {
            "pages": [one.page_id for one in self._pages],
            "refused": sum(one.refused for one in stats),
            "not_sent": sum(one.not_sent for one in stats),
            "errors": dict(sum((one.errors for one in stats), Counter[str]())),
            "escalated": counts.escalated,
            "held": counts.held,
            "open_events": {one.value: number for one, number in counts.events.items()},
            "open_sends": {one.value: number for one, number in counts.sends.items()},
        }


async def _first_of(*waits: Awaitable[object]) -> None:
    """Return once one of *waits* has ended; the others are given up."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
