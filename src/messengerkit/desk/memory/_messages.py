"""Floor 6: messages in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from messengerkit.desk.records import Message

from ._places import micros, moment
from ._tables import Part

_NEWEST = 200


class Messages(Part):
    """What a transaction does with messages."""

    def message(self, message_id: UUID, /) -> Message | None:
        """Return the message with this id."""
        return self._tables.messages.get(message_id)

    def message_of(self, conversation_id: UUID, mid: str, /) -> Message | None:
        """Return the message of this conversation with this id of Meta's."""
        return self._tables.messages.first(("mid", conversation_id, mid))

    def add_messages(self, messages: Iterable[Message], /) -> None:
        """Keep messages."""
        for one in messages:
            self._tables.messages.add(one.id, one)

    def put_messages(self, messages: Iterable[Message], /) -> None:
        """Replace messages that are there."""
        for one in messages:
            self._tables.messages.put(one.id, one)

    def messages(
        self, conversation_id: UUID, before: tuple[datetime, UUID] | None, limit: int, /
    ) -> Sequence[Message]:
        """Return the newest messages, by `created_at` and id, older than *before*."""
        place = None if before is None else moment(*before)
        return list(islice(self._tables.messages.before(conversation_id, place), limit))

    def unread(self, conversation_id: UUID, until: datetime, /) -> Sequence[Message]:
        """Return the page's messages of up to *until*, whose status READ may follow."""
        end = (micros(until) + 1,)
        return list(self._tables.messages.after(("unread", conversation_id), until=end))

    def mids(self, conversation_id: UUID, /) -> frozenset[str]:
        """Return the ids at Meta of the newest messages of this conversation, 200 or more."""
        newest = islice(self._tables.messages.before(("mids", conversation_id)), _NEWEST)
        return frozenset(one.mid for one in newest if one.mid is not None)
