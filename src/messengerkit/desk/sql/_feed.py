"""Floor 6: the feed of changes in a table, of which no reader misses one.

Where transactions write side by side, one that began earlier may end later. A change is read
only when all that began before its own transaction have ended, so that nothing comes to stand
before it afterwards.
"""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import BigInteger, bindparam, insert, select, tuple_

from messengerkit.desk.entries import Change
from messengerkit.errors import InvalidInputError

from ._connected import LIMIT, Connected, Row
from ._dialects import first_running, this_transaction
from ._schema import changes as table

_c = table.c
_ADD = insert(table).values(written_in=this_transaction())
_PLACE = (_c.written_in, _c.number)
_ENDED = select(table).where(_c.written_in < first_running())
_NEWEST = _ENDED.order_by(_c.written_in.desc(), _c.number.desc()).limit(1)
_AFTER = (
    _ENDED.where(
        tuple_(*_PLACE)
        > tuple_(bindparam("written_in", type_=BigInteger), bindparam("number", type_=BigInteger))
    )
    .order_by(*_PLACE)
    .limit(LIMIT)
)
_CURSOR = re.compile(r"([0-9]{1,18}):([0-9]{1,18})")


class Feed(Connected):
    """What a transaction can do with changes."""

    def add_changes(self, changes: Iterable[Change], /) -> None:
        """Put *changes* at the end of the feed."""
        self._add(_ADD, [_row(one) for one in changes])

    def changes(self, after: str | None, limit: int, /) -> Sequence[Change]:
        """Return the changes after the one with this cursor, oldest first.

        Raises:
            InvalidInputError: If *after* is no cursor.
        """
        if after is None:
            return [_change(row) for row in self._all(_NEWEST)]
        place = _CURSOR.fullmatch(after or "0:0")
        if place is None:
            msg = "after: this is no cursor"
            raise InvalidInputError(msg, field="after")
        wanted = {"written_in": int(place[1]), "number": int(place[2]), "limit": limit}
        return [_change(row) for row in self._all(_AFTER, wanted)]


def _row(one: Change) -> Row:
    row = one._asdict()
    del row["cursor"]
    return row


def _change(row: Row) -> Change:
    cursor = f"{row.pop('written_in')}:{row.pop('number')}"
    return Change(cursor=cursor, **row)
