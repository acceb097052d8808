"""Floor 6: sends in tables, and whose turn it may be.

A send is changed by none but who has its conversation's lock.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Double, and_, bindparam, insert, not_, select

from messengerkit.delivery import State
from messengerkit.desk.entries import OutboxRow
from messengerkit.desk.message import Sender
from messengerkit.outbound import Outbound

from ._connected import LIMIT, LOCKED, Asking, Connected, Replacing, Row
from ._conversations import locks
from ._owners import is_left
from ._schema import OPEN, is_one_of
from ._schema import sends as table

_c = table.c
_before = table.alias("before")
_ALL = select(table)
_IS_OPEN = is_one_of(_c.state, *OPEN)

_BY_NONCE = _ALL.where(_c.nonce == bindparam("nonce"))
_BY_MESSAGE = _ALL.where(_c.message_id == bindparam("message_id"))
_OPEN_OF = _ALL.where(_c.conversation_id == bindparam("conversation_id"), _IS_OPEN).order_by(
    _c.number
)
_ADD = insert(table)
_PUT = Replacing(_c.id, _c.number)

_MAY_PASS = and_(
    is_one_of(_before.c.sender, Sender.BOT),
    is_one_of(_before.c.state, State.IN_FLIGHT, State.UNKNOWN),
    is_one_of(_c.sender, Sender.HUMAN),
    _c.created_at <= bindparam("passing", type_=Double),
    _c.digest != _before.c.digest,
)
_HAS_TO_WAIT = (
    select(_before.c.number)
    .where(_before.c.conversation_id == _c.conversation_id)
    .where(is_one_of(_before.c.state, *OPEN), _before.c.number < _c.number)
    .where(not_(_MAY_PASS))
    .exists()
)
_IS_DUE = and_(_IS_OPEN, is_one_of(_c.state, State.QUEUED), is_left(_c.owner), ~_HAS_TO_WAIT)

_DUE = _ALL.where(_IS_DUE).order_by(_c.number).limit(LIMIT)
_DUE_IN = locks(_IS_DUE, table)
_DUE_LOCKED = _DUE.where(_c.conversation_id.in_(LOCKED))
_LEFT = _ALL.where(
    _IS_OPEN, is_one_of(_c.state, State.IN_FLIGHT, State.UNKNOWN), is_left(_c.owner)
).order_by(_c.number)


class Sends(Connected):
    """What a transaction can do with sends."""

    def add_send(self, send: OutboxRow, /) -> None:
        """Keep *send* at the end of its conversation, and number it."""
        self._add(_ADD, [_row(send)])

    def put_send(self, send: OutboxRow, /) -> None:
        """Replace a send that is there; its conversation must be locked."""
        self._replace(_PUT, [_row(send)])

    def send(self, nonce: str, /) -> OutboxRow | None:
        """Return the send with this nonce."""
        row = self._first(_BY_NONCE, {"nonce": nonce})
        return None if row is None else _send(row)

    def send_of(self, message_id: UUID, /) -> OutboxRow | None:
        """Return the send of this message."""
        row = self._first(_BY_MESSAGE, {"message_id": message_id})
        return None if row is None else _send(row)

    def open_sends(self, conversation_id: UUID, /) -> Sequence[OutboxRow]:
        """Return those that are not settled, in their order."""
        rows = self._all(_OPEN_OF, {"conversation_id": conversation_id})
        return [_send(row) for row in rows]

    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return QUEUED sends whose owner is not alive and whose turn it may be, oldest first."""
        wanted: Row = {"now": now, "passing": passing.timestamp(), "limit": limit}
        if not self._writes:
            return [_send(row) for row in self._all(*_of_pages(_DUE, pages, wanted))]
        locked = [row["id"] for row in self._all(*_of_pages(_DUE_IN, pages, wanted))]
        if not locked:
            return []
        rows = self._all(*_of_pages(_DUE_LOCKED, pages, wanted | {"locked": locked}))
        return [_send(row) for row in rows]

    def left_sends(self, pages: frozenset[str] | None, now: datetime, /) -> Sequence[OutboxRow]:
        """Return those IN_FLIGHT or UNKNOWN whose owner is not alive at *now*, oldest first."""
        return [_send(row) for row in self._all(*_of_pages(_LEFT, pages, {"now": now}))]


@cache
def _only(statement: Asking) -> Asking:
    return statement.where(_c.page_id.in_(bindparam("pages", expanding=True)))


def _of_pages(statement: Asking, pages: frozenset[str] | None, wanted: Row) -> tuple[Asking, Row]:
    if pages is None:
        return statement, wanted
    return _only(statement), wanted | {"pages": sorted(pages)}


def _row(one: OutboxRow) -> Row:
    row = one._asdict()
    del row["number"]
    held: Outbound = row.pop("row")
    return held._asdict() | row


def _send(row: Row) -> OutboxRow:
    held = Outbound(**{name: row.pop(name) for name in Outbound._fields})
    return OutboxRow(row=held, **row)
