"""Floor 6: sends in memory, and in each conversation the one whose turn it may be."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from messengerkit.delivery import State
from messengerkit.desk.entries import OutboxRow
from messengerkit.desk.message import Sender
from messengerkit.errors import TransitionError

from ._places import Head, Owner
from ._tables import Part


class Sends(Part):
    """What a transaction does with sends, and with those whose they are."""

    def add_send(self, send: OutboxRow, /) -> None:
        """Keep *send* at the end of its conversation, and number it."""
        table = self._tables.sends
        if table.first(("id", send.row.id)) is not None:
            msg = "there is a send with this id"
            raise TransitionError(msg)
        table.add(send.row.nonce, send._replace(number=next(self._tables.numbers)))
        self._find_turn(send.conversation_id)

    def put_send(self, send: OutboxRow, /) -> None:
        """Replace a send that is there."""
        held = self._tables.sends.held(send.row.nonce)
        self._tables.sends.change(send.row.nonce, send._replace(number=held.number))
        self._find_turn(send.conversation_id)

    def send(self, nonce: str, /) -> OutboxRow | None:
        """Return the send with this nonce."""
        return self._tables.sends.get(nonce)

    def send_of(self, message_id: UUID, /) -> OutboxRow | None:
        """Return the send of this message."""
        return self._tables.sends.first(("message", message_id))

    def open_sends(self, conversation_id: UUID, /) -> Sequence[OutboxRow]:
        """Return those that are not settled (QUEUED, IN_FLIGHT, UNKNOWN), in their order."""
        return list(self._tables.sends.after(("open", conversation_id)))

    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return QUEUED sends whose owner is not alive and whose turn it may be, oldest first."""
        named = [None] if pages is None else pages
        groups = [(passes, page) for passes in (False, True) for page in named]
        last = passing.timestamp()
        due = (
            head.send
            for head in self._tables.first_sends.after(*groups)
            if not self._tables.lives(head.send.row.owner, now)
            and (not head.passes or head.send.row.created_at <= last)
        )
        return list(islice(due, limit))

    def left_sends(self, pages: frozenset[str] | None, now: datetime, /) -> Sequence[OutboxRow]:
        """Return those IN_FLIGHT or UNKNOWN whose owner is not alive at *now*, oldest first."""
        return [
            one
            for one in self._tables.sends.after(State.IN_FLIGHT, State.UNKNOWN)
            if (pages is None or one.page_id in pages)
            and not self._tables.lives(one.row.owner, now)
        ]

    def alive(self, owner: str, until: datetime, /) -> None:
        """Take note that *owner* lives until then."""
        self._tables.owners.change(owner, Owner(owner, until))

    def _find_turn(self, conversation_id: UUID) -> None:
        """Find anew whose turn it may be in a conversation."""
        head = _head(self._tables.sends.after(("open", conversation_id)))
        self._tables.first_sends.change(conversation_id, head)


def _head(sends: Iterable[OutboxRow]) -> Head | None:
    before: list[OutboxRow] = []
    for one in sends:
        if one.row.state is State.QUEUED:
            return Head(one, passes=bool(before)) if _may_pass(one, before) else None
        before.append(one)
    return None


def _may_pass(send: OutboxRow, before: Sequence[OutboxRow]) -> bool:
    """Tell whether *send* may pass those *before* it, all of which are under way; or has none."""
    return not before or (
        send.sender is Sender.HUMAN
        and all(one.sender is Sender.BOT and one.digest != send.digest for one in before)
    )
