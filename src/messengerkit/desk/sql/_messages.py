"""Floor 6: messages in tables."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select, tuple_

from messengerkit.desk.message import Sender
from messengerkit.desk.records import Message

from ._columns import Moment
from ._connected import LIMIT, Connected, Replacing, Row
from ._schema import is_one_of, is_unread
from ._schema import messages as table

_c = table.c
_WORDS = ("text", "attachments", "metadata")
_NAMES = tuple(one.name for one in fields(Message) if one.name not in _WORDS)
_ALL = select(table)
_NEWEST = _ALL.order_by(_c.created_at.desc(), _c.id.desc()).limit(LIMIT)
_MIDS = 200

_BY_ID = _ALL.where(_c.id == bindparam("id"))
_THEIRS = _c.conversation_id == bindparam("conversation_id")
_BY_MID = _NEWEST.where(_THEIRS, _c.mid == bindparam("mid"))
_LATEST = _NEWEST.where(_THEIRS)
_EARLIER = _LATEST.where(
    tuple_(_c.created_at, _c.id)
    < tuple_(bindparam("before", type_=Moment), bindparam("before_id", type_=Uuid))
)
_UNREAD = (
    _ALL.where(_THEIRS, is_unread, ~is_one_of(_c.sender, Sender.USER))
    .where(_c.created_at <= bindparam("until"))
    .order_by(_c.created_at, _c.id)
)
_NEWEST_MIDS = (
    select(_c.mid)
    .where(_THEIRS, _c.mid.is_not(None))
    .order_by(_c.created_at.desc(), _c.id.desc())
    .limit(_MIDS)
)
_ADD = insert(table)
_PUT = Replacing(_c.id)


class Messages(Connected):
    """What a transaction can do with messages."""

    def message(self, message_id: UUID, /) -> Message | None:
        """Return the message with this id."""
        row = self._first(_BY_ID, {"id": message_id})
        return None if row is None else _message(row)

    def message_of(self, conversation_id: UUID, mid: str, /) -> Message | None:
        """Return the message of this conversation with this id of Meta's."""
        wanted = {"conversation_id": conversation_id, "mid": mid, "limit": 1}
        row = self._first(_BY_MID, wanted)
        return None if row is None else _message(row)

    def add_messages(self, messages: Iterable[Message], /) -> None:
        """Keep messages."""
        self._add(_ADD, [_row(one) for one in messages])

    def put_messages(self, messages: Iterable[Message], /) -> None:
        """Replace messages that are there."""
        self._replace(_PUT, [_row(one) for one in messages])

    def messages(
        self, conversation_id: UUID, before: tuple[datetime, UUID] | None, limit: int, /
    ) -> Sequence[Message]:
        """Return the newest messages, by `created_at` and id, older than *before*."""
        wanted: Row = {"conversation_id": conversation_id, "limit": limit}
        if before is None:
            return [_message(row) for row in self._all(_LATEST, wanted)]
        wanted["before"], wanted["before_id"] = before
        return [_message(row) for row in self._all(_EARLIER, wanted)]

    def unread(self, conversation_id: UUID, until: datetime, /) -> Sequence[Message]:
        """Return the page's messages of up to *until*, whose status READ may follow."""
        rows = self._all(_UNREAD, {"conversation_id": conversation_id, "until": until})
        return [_message(row) for row in rows]

    def mids(self, conversation_id: UUID, /) -> frozenset[str]:
        """Return the ids at Meta of the newest messages of this conversation, 200 or more."""
        rows = self._all(_NEWEST_MIDS, {"conversation_id": conversation_id})
        return frozenset(row["mid"] for row in rows)


def _row(one: Message) -> Row:
    row = {name: getattr(one, name) for name in _NAMES}
    return row | {"words": {name: getattr(one, name) for name in _WORDS}}


def _message(row: Row) -> Message:
    words: dict[str, Any] = row.pop("words")
    attachments = tuple(words.pop("attachments"))
    return Message(attachments=attachments, **words, **row)
