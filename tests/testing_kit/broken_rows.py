"""Transactions that keep or find rows otherwise than they must, each in one way."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import (
    ActionQuery,
    InboxEvent,
    OutboxRow,
    ReplyKey,
)
from messengerkit.desk.memory._places import Owner
from messengerkit.desk.memory._transaction import MemoryTransaction
from messengerkit.desk.message import Sender
from messengerkit.desk.records import AdminAction, Message
from messengerkit.errors import TransitionError


class Rounds(MemoryTransaction):
    """It keeps whole milliseconds."""

    @override
    def message(self, message_id: UUID, /) -> Message | None:
        """Return the message with another time."""
        one = super().message(message_id)
        if one is None:
            return None
        micros = one.created_at.microsecond // 1000 * 1000
        return replace(one, created_at=one.created_at.replace(microsecond=micros))


class Truths(MemoryTransaction):
    """It takes true for 1."""

    @override
    def event(self, key: str, /) -> InboxEvent | None:
        """Return the event with a number for each truth."""
        one = super().event(key)
        if one is None or "numbers" not in one.json:
            return one
        return one._replace(json={**one.json, "numbers": [0, -1, 2**53, 1.5, 1e-9, 1, 0]})


class Empties(MemoryTransaction):
    """It takes nothing for the empty text."""

    @override
    def conversation(self, conversation_id: UUID, /) -> Conversation | None:
        """Return the conversation with a reason."""
        one = super().conversation(conversation_id)
        return one and replace(one, escalation_reason=one.escalation_reason or "")


class Coalesces(MemoryTransaction):
    """It never forgets when an event was to be retried."""

    @override
    def put_events(self, events: Iterable[InboxEvent], /) -> None:
        """Keep what was known."""
        for one in events:
            known = self.event(one.key)
            at = None if known is None else known.retry_at
            super().put_events([one._replace(retry_at=one.retry_at or at)])


class Reverses(MemoryTransaction):
    """It gives the ids of a key the other way round."""

    @override
    def reply_key(self, key: str, /) -> ReplyKey | None:
        """Return the key with other ids."""
        one = super().reply_key(key)
        return one and replace(one, message_ids=one.message_ids[::-1])


class Vague(MemoryTransaction):
    """It keeps no details of actions."""

    @override
    def add_action(self, action: AdminAction, /) -> None:
        """Keep the action without them."""
        super().add_action(replace(action, details={}))


class FindsAny(MemoryTransaction):
    """It finds some message if there is none."""

    @override
    def message(self, message_id: UUID, /) -> Message | None:
        """Return a message that nobody added."""
        at = datetime.fromisoformat("2030-01-01T00:00:00Z")
        nobody = Message(
            id=message_id, conversation_id=message_id, sender=Sender.BOT, created_at=at
        )
        return super().message(message_id) or nobody


class Deaf(MemoryTransaction):
    """It finds no conversation."""

    @override
    def conversation(self, conversation_id: UUID, /) -> Conversation | None:
        """Return nothing."""


class Overwrites(MemoryTransaction):
    """It adds keys and messages over others."""

    @override
    def add_messages(self, messages: Iterable[Message], /) -> None:
        """Add them, or put them."""
        for one in messages:
            self._tables.messages.change(one.id, one)

    @override
    def add_reply_key(self, key: ReplyKey, /) -> None:
        """Add it, or put it."""
        self._tables.keys.change(key.key, key)


class CountsTwice(MemoryTransaction):
    """It adds an action beside one with the same number."""

    @override
    def add_action(self, action: AdminAction, /) -> None:
        """Add it, or seem to."""
        with suppress(TransitionError):
            super().add_action(action)


class Upserts(MemoryTransaction):
    """It adds what was to be put."""

    @override
    def put_messages(self, messages: Iterable[Message], /) -> None:
        """Put them, or add them."""
        for one in messages:
            self._tables.messages.change(one.id, one)


class Sure(MemoryTransaction):
    """It does not undo that an owner is alive."""

    @override
    def alive(self, owner: str, until: datetime, /) -> None:
        """Write it down behind the journal's back."""
        self._tables.owners._rows[owner] = Owner(owner, until)


class SameNumbers(MemoryTransaction):
    """It tells one number for all events."""

    @override
    def event(self, key: str, /) -> InboxEvent | None:
        """Return the event with that number."""
        one = super().event(key)
        return one and one._replace(number=1)


class SameSends(MemoryTransaction):
    """It tells one number for all sends."""

    @override
    def open_sends(self, conversation_id: UUID, /) -> Sequence[OutboxRow]:
        """Return the sends with that number."""
        return [one._replace(number=1) for one in super().open_sends(conversation_id)]


class OldestFirst(MemoryTransaction):
    """It lists messages and DEAD events the oldest first."""

    @override
    def messages(
        self, conversation_id: UUID, before: tuple[datetime, UUID] | None, limit: int, /
    ) -> Sequence[Message]:
        """Return a page the other way round."""
        return super().messages(conversation_id, before, limit)[::-1]

    @override
    def dead_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return them the other way round."""
        return super().dead_events(limit)[::-1]


class AnyConversation(MemoryTransaction):
    """It finds a message of a mid in any conversation."""

    @override
    def message_of(self, conversation_id: UUID, mid: str, /) -> Message | None:
        """Return the message of another one."""
        everything = self._tables.messages._rows.values()
        return next((one for one in everything if one.mid == mid), None)


class JustBefore(MemoryTransaction):
    """It takes messages of exactly then for read."""

    @override
    def unread(self, conversation_id: UUID, until: datetime, /) -> Sequence[Message]:
        """Return fewer."""
        return super().unread(conversation_id, until - timedelta(microseconds=1))


class Forgetful(MemoryTransaction):
    """It knows few mids."""

    @override
    def mids(self, conversation_id: UUID, /) -> frozenset[str]:
        """Return the mids of the newest messages."""
        newest = super().messages(conversation_id, None, 100)
        return frozenset(one.mid for one in newest if one.mid is not None)


class ByTime(MemoryTransaction):
    """It goes by clocks, not by numbers."""

    @override
    def last_action(self, conversation_id: UUID, /) -> AdminAction | None:
        """Return the action of the latest time."""
        return max(self.chain(conversation_id), key=lambda one: one.at, default=None)

    @override
    def new_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return the events by the time at which they came."""
        return sorted(super().new_events(limit), key=lambda one: one.received_at)

    @override
    def open_sends(self, conversation_id: UUID, /) -> Sequence[OutboxRow]:
        """Return the sends by their time."""
        return sorted(super().open_sends(conversation_id), key=lambda one: one.row.created_at)


class SkipsMoments(MemoryTransaction):
    """It goes on in a list of actions after the moment where a page ended."""

    @override
    def actions(self, query: ActionQuery, /) -> Sequence[AdminAction]:
        """Skip those of the same moment."""
        if query.before is not None:
            query = replace(query, before=(query.before[0], UUID(int=0)))
        return super().actions(query)
