"""Floor 6: what can be seen at a desk: conversations, messages, actions, and what changes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from .bell import Bell
from .chain import Broken, broken_links
from .conversation import Conversation
from .entries import (
    ActionQuery,
    Change,
    ConversationQuery,
    Counts,
    InboxEvent,
    OutboxRow,
)
from .handing import Moment, found, found_message
from .message import MessageStatus
from .records import AdminAction, Message
from .settings import DeskSettings
from .store import Store, Transaction

_AT_ONCE = 100  # changes that are read in one transaction

_MOVING = frozenset({MessageStatus.QUEUED, MessageStatus.IN_FLIGHT, MessageStatus.UNKNOWN})


class Update(NamedTuple):
    """A change, and what it is that has changed.

    Attributes:
        change: The change; its cursor is where to go on from.
        conversation: The conversation as it is now, or None if it was erased.
        message: The message as it is now, if it was one.
    """

    change: Change
    conversation: Conversation | None
    message: Message | None


class Glimpse(NamedTuple):
    """A conversation, as a line in a list.

    Attributes:
        conversation: The conversation.
        newest: The newest message in it, if there is one.
    """

    conversation: Conversation
    newest: Message | None


class Looking:
    """What a desk shows; nothing here changes anything."""

    def __init__(self, store: Store, settings: DeskSettings, moment: Callable[[], Moment]) -> None:
        self._store = store
        self._settings = settings
        self._moment = moment
        self._changed = Bell()
        self._closed = False

    async def conversation(self, conversation_id: UUID) -> Conversation:
        """Return a conversation.

        Raises:
            NotFoundError: If there is none.
        """
        return await self._store.read(lambda it: found(it, conversation_id))

    async def conversation_of(self, page_id: str, psid: str) -> Conversation | None:
        """Return the conversation of a person, if there is one."""
        person = (page_id, psid)
        known = await self._store.read(lambda it: it.conversations_of([person]))
        return known.get(person)

    async def conversations(self, query: ConversationQuery) -> Sequence[Conversation]:
        """Return the conversations that *query* asks for."""
        return await self._store.read(lambda it: it.conversations(query))

    async def glimpses(self, conversation_ids: Sequence[UUID]) -> Sequence[Glimpse]:
        """Return these conversations, without those that are not there, in the same order."""
        return await self._store.read(lambda it: _glimpses(it, conversation_ids))

    async def message(self, message_id: UUID) -> Message:
        """Return a message.

        Raises:
            NotFoundError: If there is none.
        """
        return await self._store.read(lambda it: found_message(it, message_id))

    async def messages(
        self,
        conversation_id: UUID,
        *,
        before: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> Sequence[Message]:
        """Return messages of a conversation, the newest first.

        Args:
            conversation_id: The conversation.
            before: Only those older than this moment, and this id where it is the same.
            limit: How many at most.
        """
        return await self._store.read(lambda it: it.messages(conversation_id, before, limit))

    async def send_of(self, message_id: UUID) -> OutboxRow | None:
        """Return the send of a message, if it was sent from here and is not forgotten."""
        return await self._store.read(lambda it: it.send_of(message_id))

    async def open_sends(self, conversation_id: UUID) -> Sequence[OutboxRow]:
        """Return what is on its way in a conversation, in its order."""
        return await self._store.read(lambda it: it.open_sends(conversation_id))

    async def actions(self, query: ActionQuery) -> Sequence[AdminAction]:
        """Return what admins did, as *query* asks, the newest first."""
        return await self._store.read(lambda it: it.actions(query))

    async def verify(
        self, conversation_id: UUID, *, newest: str | None = None
    ) -> tuple[Broken, ...]:
        """Return where the audit of a conversation was tampered with; empty if nowhere.

        Args:
            conversation_id: The conversation.
            newest: The hash that its newest action must have, if that is known.
        """
        chain = await self._store.read(lambda it: it.chain(conversation_id))
        return broken_links(chain, newest=newest)

    async def dead_events(self, limit: int = 50) -> Sequence[InboxEvent]:
        """Return the events that were given up, the newest first."""
        return await self._store.read(lambda it: it.dead_events(limit))

    async def counts(self) -> Counts:
        """Return how much of what there is."""
        return await self._store.read(lambda it: it.counts())

    async def outcome(self, message_id: UUID, *, within: float) -> Message:
        """Return a message once its sending has come to an end, or after *within* seconds.

        Raises:
            NotFoundError: If there is no such message.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while True:
            rung = self._changed.rung
            message = await self.message(message_id)
            left = until - loop.time()
            if message.status not in _MOVING or left <= 0:
                return message
            await self._changed.wait(rung, min(left, self._settings.look))

    async def changes(self, after: str | None = None) -> AsyncGenerator[Update]:
        """Yield what changes, until the desk closes, each with what it is now.

        Args:
            after: The cursor of a change, to go on from there; None for what comes from now on.

        Raises:
            InvalidInputError: If *after* is no cursor.
        """
        cursor = await self.newest_change() if after is None else after
        while not self._closed:
            rung = self._changed.rung
            updates = await self.changes_since(cursor)
            for update in updates:
                cursor = update.change.cursor
                yield update
            if not updates:
                await self._changed.wait(rung, self._settings.look)

    async def newest_change(self) -> str:
        """Return the cursor of the newest change; empty if there is none."""
        newest = await self._store.read(lambda it: it.changes(None, 1))
        return newest[-1].cursor if newest else ""

    async def changes_since(self, cursor: str, limit: int = _AT_ONCE) -> Sequence[Update]:
        """Return the changes after the one with this cursor, oldest first.

        Raises:
            InvalidInputError: If it is no cursor.
        """
        return await self._store.read(lambda it: _updates(it, cursor, limit))


def _glimpses(transaction: Transaction, conversation_ids: Iterable[UUID]) -> list[Glimpse]:
    there = (transaction.conversation(one) for one in conversation_ids)
    return [
        Glimpse(one, next(iter(transaction.messages(one.id, None, 1)), None))
        for one in there
        if one is not None
    ]


def _updates(transaction: Transaction, cursor: str, limit: int) -> list[Update]:
    updates: list[Update] = []
    for change in transaction.changes(cursor, limit):
        message = None if change.message_id is None else transaction.message(change.message_id)
        conversation = transaction.conversation(change.conversation_id)
        updates.append(Update(change, conversation, message))
    return updates
