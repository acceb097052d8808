"""Floor 6: the desk: receives, lets the bot and people answer, and does its work in background."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self
from uuid import uuid4

from typing_extensions import override

from messengerkit.client import MessengerClient
from messengerkit.errors import ConfigurationError, EventsNotTakenError, StoreError
from messengerkit.events import Event
from messengerkit.webhook import MAX_BODY, Headers, Webhook

from .acting import Acting
from .bell import Bell
from .booking import Booked
from .conversation import Conversation
from .courtesy import Courtesy, Patient
from .entries import LONG_AGO, ActionQuery
from .handing import Deed, Moment, hand_on, record
from .inbox import Inbox
from .outbox import Outbox
from .settings import DeskSettings
from .store import Store, Transaction
from .turn import Handler
from .webhook_json import inbox_event
from .working import Tasks, every, keep_looking

_log = logging.getLogger("messengerkit.desk")

_IDLE = 100  # conversations that the bot gets back in one transaction
_TIDY = 600.0  # seconds between two times that old things are forgotten


class Desk(Acting):
    """Keeps conversations, lets the bot answer until a person does, and loses nothing.

    It works while it is open: `async with Desk(…) as desk`. Several processes may have desks
    on one store: what one leaves behind, another takes up.

    Args:
        client_for: The page's client, or a function from a page's id to its client. Clients
            are not closed here.
        store: Where everything is kept; it is made ready, and not closed here.
        handler: The bot; without one, events are booked and wait for a process that has one.
        webhook: Verifies and parses what Meta posts.
        settings: How the desk works.
        clock: The time, aware.

    Raises:
        ConfigurationError: When it is opened, if the store is of another version.
        StoreError: When it is opened, if the store cannot be reached.
    """

    def __init__(
        self,
        client_for: MessengerClient | Callable[[str], MessengerClient],
        store: Store,
        *,
        handler: Handler | None = None,
        webhook: Webhook | None = None,
        settings: DeskSettings | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if isinstance(client_for, MessengerClient):
            client_for = partial(_always, client_for)
        settings = settings or DeskSettings()
        super().__init__(store, settings, lambda: Moment(clock(), uuid4), client_for)
        self._webhook = webhook
        self._owner = secrets.token_urlsafe(8)
        self._courtesy = Courtesy()
        self._patient = patient = Patient(store, self._courtesy)
        self._new, self._due, self._queued = Bell(), Bell(), Bell()
        self._inbox = Inbox(
            store=patient,
            handler=handler,
            client_for=client_for,
            settings=settings,
            owner=self._owner,
            moment=self._moment,
            booked=self._booked,
            written=self._wake,
            is_pressed=self._is_pressed,
            due=self._due,
            tasks=Tasks(settings.handlers, self._due),
        )
        self._outbox = Outbox(
            store=store,
            client_for=client_for,
            settings=settings,
            owner=self._owner,
            moment=self._moment,
            written=self._changed.ring,
            tasks=Tasks(settings.sends, self._queued),
        )
        self._loops: set[asyncio.Task[None]] = set()
        self._beating: asyncio.Task[None] | None = None

    @property
    def max_body(self) -> int:
        """Bytes of the largest body of a webhook that it takes."""
        return MAX_BODY if self._webhook is None else self._webhook.max_body

    def challenge(self, query: Mapping[str, str], /) -> str:
        """Return the text to answer Meta's handshake with; see `Webhook.challenge`."""
        return self._hook().challenge(query)

    async def receive(self, headers: Headers, body: bytes, /) -> None:
        """Verify *body*, and keep all its events; they are on disk when this returns.

        Raises:
            WebhookError: If the body is refused.
            StoreError: If they could not be kept: answer 503, and Meta delivers them again.
        """
        await self.take(self._hook().receive(headers, body))

    async def take(self, events: Iterable[Event]) -> int:
        """Keep *events*, each once; return how many were new. They are on disk then.

        Raises:
            EventsNotTakenError: If the desk is closed.
            StoreError: If they could not be kept.
        """
        if self._closed:
            msg = "The desk is closed."
            raise EventsNotTakenError(msg)
        now = self._moment().now
        kept = [inbox_event(event, received_at=now) for event in events]
        if not kept:
            return 0
        async with self._courtesy.urgent():
            new = await self._store.write(lambda transaction: transaction.add_events(kept))
        self._new.ring()
        return new

    async def __aenter__(self) -> Self:
        await self._store.create()
        await self._beat()
        try:
            await self._outbox.recover()
        except BaseException:
            await self.aclose(drain=0)
            raise
        self._start(keep_looking(self._inbox.book, self._new, self._settings.look, "new events"))
        self._start(keep_looking(self._inbox.take, self._due, self._settings.look, "turns"))
        self._start(keep_looking(self._outbox.take, self._queued, self._settings.look, "sends"))
        seconds = self._settings.lease / 3
        self._beating = asyncio.create_task(every(seconds, self._beat, "tell that it lives"))
        self._start(every(seconds, self._inbox.recover, "look for events that were left"))
        self._start(every(seconds, self._outbox.recover, "look for sends that were left"))
        self._start(every(seconds, self._give_back, "give conversations back to the bot"))
        self._start(every(_TIDY, self._tidy, "forget what is old"))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self, *, drain: float = 20.0) -> None:
        """Take no more, and let what is under way end; calling it again does nothing.

        Args:
            drain: Seconds that handlers and sends may take to end; it takes a few more to end
                those that do not. What they had is another process's, or the next one's.
        """
        if self._closed:
            return
        self._closed = True
        self._changed.ring()  # whoever waits for changes need not wait any more
        await _ended(self._loops)
        try:
            work = (self._inbox.tasks, self._outbox.tasks)
            await asyncio.gather(*(tasks.ended(drain) for tasks in work))
            await self._outbox.aclose()
        except StoreError:
            # Others take it for dead once its lease is over.
            _log.exception("The desk could not tell that it has closed.")
        finally:
            # Its heart beats until then, for handlers that still end are its own.
            await _ended(() if self._beating is None else (self._beating,))
        try:
            await self._store.write(lambda it: it.alive(self._owner, LONG_AGO))
        except StoreError:
            _log.exception("The desk could not tell that it has closed.")

    def _is_pressed(self) -> bool:
        return self._courtesy.is_pressed

    def _start(self, loop: Coroutine[None, None, None]) -> None:
        self._loops.add(asyncio.create_task(loop))

    def _hook(self) -> Webhook:
        if self._webhook is None:
            msg = "This desk has no webhook: pass webhook=Webhook(…)"
            raise ConfigurationError(msg)
        return self._webhook

    @override
    def _wake(self) -> None:
        super()._wake()
        self._due.ring()
        self._queued.ring()

    def _booked(self, booked: Booked) -> None:
        self._changed.ring()
        if booked.echoes:
            self._outbox.heard(booked.echoes)
            self._queued.ring()

    async def _beat(self) -> None:
        until = self._moment().now + timedelta(seconds=self._settings.lease)
        await self._store.write(lambda transaction: transaction.alive(self._owner, until))

    async def _give_back(self) -> None:
        after = self._settings.back_to_bot
        if after is not None:
            await self._write(partial(_give_back, after=after, moment=self._moment()))

    async def _tidy(self) -> None:
        before = self._moment().now - self._settings.keep
        while await self._patient.write(lambda transaction: transaction.forget(before)):
            pass


def _give_back(transaction: Transaction, after: timedelta, moment: Moment) -> None:
    for idle in transaction.idle(moment.now - after, _IDLE):
        before = transaction.conversation(idle.id)
        if before is None or not before.is_due_back(moment.now, after=after):
            continue
        if not _has_just_acted(transaction, before, moment.now - after):
            now = before.back_to_bot(moment.now, after=after)
            hand_on(transaction, before, now, moment)
            record(transaction, now.id, Deed(admin_id="desk", action="back_to_bot"), moment)


def _has_just_acted(transaction: Transaction, conversation: Conversation, since: datetime) -> bool:
    """Tell whether its admin did anything in it after *since*, like taking it."""
    admin_id = conversation.assigned_admin_id
    if admin_id is None:
        return False
    query = ActionQuery(conversation_id=conversation.id, admin_id=admin_id, limit=1)
    return any(one.at > since for one in transaction.actions(query))


async def _ended(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


def _always(client: MessengerClient, _: str) -> MessengerClient:
    return client
