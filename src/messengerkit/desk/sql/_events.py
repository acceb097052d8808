"""Floor 6: events of the webhook in tables, and whose turn it is to be handled."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, not_, or_, select

from messengerkit.desk.entries import EventState, InboxEvent

from ._columns import Moment
from ._connected import LIMIT, LOCKED, Connected, Replacing, Row
from ._conversations import locks
from ._dialects import alone_at_new_events, unless_there
from ._owners import is_left
from ._schema import events as table
from ._schema import is_one_of, is_undone

_c = table.c
_other = table.alias("other")
_ALL = select(table)

_ALONE = select(alone_at_new_events().label("alone"))
_NEW = _ALL.where(is_undone, is_one_of(_c.state, EventState.NEW)).order_by(_c.number).limit(LIMIT)
_DEAD = (
    _ALL.where(is_undone, is_one_of(_c.state, EventState.DEAD))
    .order_by(_c.number.desc())
    .limit(LIMIT)
)
_BY_KEY = _ALL.where(_c.key == bindparam("key"))
_BY_PERSON = _ALL.where(_c.page_id == bindparam("page_id"), _c.psid == bindparam("psid")).order_by(
    _c.number
)
_ADD = {name: one.returning(_c.number) for name, one in unless_there(table).items()}
_PUT = Replacing(_c.key, _c.number)

# A later one may be at work: what came first may be booked last, or be dead, and given again.
_HAS_TO_WAIT = (
    select(_other.c.number)
    .where(_other.c.conversation_id == _c.conversation_id)
    .where(is_one_of(_other.c.state, EventState.DUE), _other.c.number != _c.number)
    .where(or_(_other.c.number < _c.number, not_(is_left(_other.c.owner))))
    .exists()
)
_IS_DUE = and_(
    is_undone,
    is_one_of(_c.state, EventState.DUE),
    or_(_c.retry_at.is_(None), _c.retry_at <= bindparam("now", type_=Moment)),
    is_left(_c.owner),
    ~_HAS_TO_WAIT,
)
_DUE = _ALL.where(_IS_DUE).order_by(_c.number).limit(LIMIT)
_DUE_IN = locks(_IS_DUE, table)
_DUE_LOCKED = _DUE.where(
    or_(_c.conversation_id.is_(None), _c.conversation_id.in_(LOCKED))
).with_for_update(of=table, skip_locked=True)


class Events(Connected):
    """What a transaction can do with events."""

    def add_events(self, events: Iterable[InboxEvent], /) -> int:
        """Keep those whose key is not there yet, and number them; return how many those are."""
        return self._kept(_ADD, [_row(one) for one in events])

    def new_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return the first NEW events, locked; none if another transaction is at them."""
        if self._writes and not self._all(_ALONE)[0]["alone"]:
            return ()
        return [InboxEvent(**row) for row in self._all_locked(_NEW, {"limit": limit})]

    def put_events(self, events: Iterable[InboxEvent], /) -> None:
        """Replace events that are there."""
        self._replace(_PUT, [_row(one) for one in events])

    def event(self, key: str, /) -> InboxEvent | None:
        """Return the event with this key, locked."""
        row = self._locked(_BY_KEY, {"key": key})
        return None if row is None else InboxEvent(**row)

    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return DUE events that are the first DUE ones of their conversation, locked."""
        wanted: Row = {"now": now, "limit": limit}
        due = _DUE
        if self._writes:
            due = _DUE_LOCKED
            wanted["locked"] = [row["id"] for row in self._all(_DUE_IN, wanted)]
        return [InboxEvent(**row) for row in self._all(due, wanted)]

    def dead_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return DEAD events, the newest first."""
        return [InboxEvent(**row) for row in self._all(_DEAD, {"limit": limit})]

    def events_of(self, page_id: str, psid: str, /) -> Sequence[InboxEvent]:
        """Return all events that are about this person, in their order, locked."""
        rows = self._all_locked(_BY_PERSON, {"page_id": page_id, "psid": psid})
        return [InboxEvent(**row) for row in rows]


def _row(one: InboxEvent) -> Row:
    row = one._asdict()
    del row["number"]
    return row
