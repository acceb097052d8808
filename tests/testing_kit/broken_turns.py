"""Transactions that give events and sends out of turn, and end them otherwise than they must."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from typing_extensions import override

from messengerkit.delivery import State
from messengerkit.desk.entries import Change, EventState, InboxEvent, OutboxRow
from messengerkit.desk.memory._transaction import MemoryTransaction
from messengerkit.desk.message import Sender
from messengerkit.errors import InvalidInputError

_YEARS = timedelta(days=36_500)


class CountsAll(MemoryTransaction):
    """It tells that it added what was there."""

    @override
    def add_events(self, events: Iterable[InboxEvent], /) -> int:
        """Return how many it was given."""
        some = list(events)
        super().add_events(some)
        return len(some)


class AllDue(MemoryTransaction):
    """It gives a conversation's events all at once."""

    @override
    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return all DUE ones."""
        return list(self._tables.events.after(EventState.DUE))[:limit]


class Skips(MemoryTransaction):
    """It gives the next event while the first one waits for its time."""

    @override
    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return the first that may be given."""
        found: dict[UUID | None, InboxEvent] = {}
        for one in self._tables.events.after(EventState.DUE):
            if one.retry_at is None or one.retry_at <= now:
                found.setdefault(one.conversation_id, one)
        return list(found.values())[:limit]


class Newest(MemoryTransaction):
    """It gives a conversation's last event first."""

    @override
    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return the last ones."""
        found = {one.conversation_id: one for one in self._tables.events.after(EventState.DUE)}
        return list(found.values())[:limit]


class NoneDue(MemoryTransaction):
    """It gives no event."""

    @override
    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return nothing."""
        return []


class Ownerless(MemoryTransaction):
    """It takes nobody for alive."""

    @override
    def alive(self, owner: str, until: datetime, /) -> None:
        """Take no note."""
        super().alive(owner, until - _YEARS)


class TooLong(MemoryTransaction):
    """It takes an owner for alive at the moment until which it is."""

    @override
    def alive(self, owner: str, until: datetime, /) -> None:
        """Note a later time."""
        super().alive(owner, until + timedelta(microseconds=1))


class Known(MemoryTransaction):
    """It finds a person's events only where they belong to a conversation."""

    @override
    def events_of(self, page_id: str, psid: str, /) -> Sequence[InboxEvent]:
        """Return fewer."""
        return [one for one in super().events_of(page_id, psid) if one.conversation_id is not None]


class Doubts(MemoryTransaction):
    """It takes what is UNCONFIRMED for open."""

    @override
    def open_sends(self, conversation_id: UUID, /) -> Sequence[OutboxRow]:
        """Return more."""
        of_it = self._tables.sends.after(conversation_id)
        doubted = [one for one in of_it if one.row.state is State.UNCONFIRMED]
        return [*super().open_sends(conversation_id), *doubted]


class FirstOfAll(MemoryTransaction):
    """It finds another message's send."""

    @override
    def send_of(self, message_id: UUID, /) -> OutboxRow | None:
        """Return the first send of all."""
        return next(iter(self._tables.sends._rows.values()), None)


class Everywhere(MemoryTransaction):
    """It gives the sends of all pages."""

    @override
    def left_sends(self, pages: frozenset[str] | None, now: datetime, /) -> Sequence[OutboxRow]:
        """Return more."""
        return super().left_sends(None, now)

    @override
    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return more."""
        return super().due_sends(None, now, passing, limit)


class Hasty(MemoryTransaction):
    """It gives every send that is QUEUED."""

    @override
    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return more."""
        queued = self._tables.sends.after(State.QUEUED)
        return [one for one in queued if pages is None or one.page_id in pages][:limit]


class PassesQueued(MemoryTransaction):
    """It lets a person's send pass what is QUEUED."""

    @override
    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return more."""
        found = super().due_sends(pages, now, passing, limit)
        queued = self._tables.sends.after(State.QUEUED)
        return [*found, *(one for one in queued if one.sender is Sender.HUMAN)]


class _Passing(MemoryTransaction):
    def _ready(self, send: OutboxRow) -> OutboxRow:
        return send

    @override
    def add_send(self, send: OutboxRow, /) -> None:
        """Keep it otherwise."""
        super().add_send(self._ready(send))


class IgnoresWords(_Passing):
    """It lets a person's send pass one with the same words."""

    @override
    def _ready(self, send: OutboxRow) -> OutboxRow:
        return send._replace(digest=send.row.nonce)


class IgnoresWriters(_Passing):
    """It lets a bot's send pass."""

    @override
    def _ready(self, send: OutboxRow) -> OutboxRow:
        queued = send.row.state is State.QUEUED
        return send._replace(sender=Sender.HUMAN) if queued else send


class IgnoresHolders(_Passing):
    """It lets a person's send pass a person's."""

    @override
    def _ready(self, send: OutboxRow) -> OutboxRow:
        queued = send.row.state is State.QUEUED
        return send if queued else send._replace(sender=Sender.BOT)


class NeverPasses(_Passing):
    """It lets nothing pass."""

    @override
    def _ready(self, send: OutboxRow) -> OutboxRow:
        return send._replace(sender=Sender.BOT)


class AtOnce(MemoryTransaction):
    """It lets a person's send pass at once."""

    @override
    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return more."""
        return super().due_sends(pages, now, now, limit)


class Inclusive(MemoryTransaction):
    """It begins with the change whose cursor it was given."""

    @override
    def changes(self, after: str | None, limit: int, /) -> Sequence[Change]:
        """Return one more."""
        return super().changes(after and str(int(after) - 1), limit)


class AnyCursor(MemoryTransaction):
    """It takes what is no cursor for the end."""

    @override
    def changes(self, after: str | None, limit: int, /) -> Sequence[Change]:
        """Return nothing rather than an error."""
        try:
            return super().changes(after, limit)
        except InvalidInputError:
            return []
