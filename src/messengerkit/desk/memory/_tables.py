"""Floor 6: all that a store in memory holds."""

from datetime import datetime
from itertools import count
from uuid import UUID

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import Change, InboxEvent, OutboxRow, ReplyKey
from messengerkit.desk.records import AdminAction, Message

from . import _places
from ._places import Head, Owner
from ._table import Journal, Table


class Tables:
    """All that a store in memory holds, and what is undone of it if a transaction fails."""

    def __init__(self) -> None:
        journal = self.journal = Journal()
        self.numbers = count(1)
        self.conversations = Table[UUID, Conversation](journal, _places.of_conversation)
        self.messages = Table[UUID, Message](journal, _places.of_message)
        self.events = Table[str, InboxEvent](journal, _places.of_event)
        self.first_events = Table[UUID | str, InboxEvent](journal, _places.of_first_event)
        self.sends = Table[str, OutboxRow](journal, _places.of_send)
        self.first_sends = Table[UUID, Head](journal, _places.of_first_send)
        self.owners = Table[str, Owner](journal, _places.of_owner)
        self.actions = Table[UUID, AdminAction](journal, _places.of_action)
        self.keys = Table[str, ReplyKey](journal, _places.of_key)
        self.changes = Table[str, Change](journal, _places.of_change)

    def find_first(self, waiting: UUID | str) -> None:
        """Find the first DUE event of a conversation anew."""
        self.first_events.change(waiting, self.events.first(("due", waiting)))

    def lives(self, owner: str | None, now: datetime) -> bool:
        """Tell whether *owner* is alive at *now*."""
        known = None if owner is None else self.owners.get(owner)
        return known is not None and known.until > now


class Part:
    """What one kind of rows adds to a transaction.

    Args:
        tables: Where they are.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
