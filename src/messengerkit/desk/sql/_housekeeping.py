"""Floor 6: how much there is in the tables, and what is taken out of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Double,
    bindparam,
    delete,
    func,
    not_,
    select,
)

from messengerkit.delivery import State
from messengerkit.desk.entries import Counts, EventState

from ._columns import Moment
from ._connected import LIMIT, Connected
from ._schema import (
    OPEN,
    changes,
    conversations,
    events,
    is_escalated,
    is_held,
    is_one_of,
    is_undone,
    messages,
    owners,
    reply_keys,
    sends,
)

_ESCALATED = select(func.count().label("count")).select_from(conversations).where(is_escalated)
_HELD = select(func.count().label("count")).select_from(conversations).where(is_held)
_IS_OPEN = is_one_of(sends.c.state, *OPEN)
_UNDONE, _OPEN = (
    select(table.c.state, func.count().label("count")).where(waits).group_by(table.c.state)
    for table, waits in ((events, is_undone), (sends, _IS_OPEN))
)
_NO_EVENTS = {one: 0 for one in EventState if one is not EventState.DONE}
_NO_SENDS = dict.fromkeys(OPEN, 0)

_WHO = select(conversations.c.page_id, conversations.c.psid).where(
    conversations.c.id == bindparam("the_id")
)
_ERASE = [
    delete(one).where(one.c.conversation_id == bindparam("the_id"))
    for one in (messages, events, sends, reply_keys, changes)
]
# Also those that are about the person, and were never found to be of the conversation.
_ERASE_EVENTS = delete(events).where(
    events.c.page_id == bindparam("the_page"), events.c.psid == bindparam("the_psid")
)
_ERASE_ITSELF = delete(conversations).where(conversations.c.id == bindparam("the_id"))

_before = bindparam("before", type_=Moment)
_AT_ONCE = 1000  # rows of each table


def _first(key: Column[Any], *where: ColumnElement[bool]) -> Delete:
    """Return what deletes some of these rows, and waits for nobody who has one of them."""
    some = select(key).where(*where).limit(LIMIT).with_for_update(skip_locked=True)
    return delete(key.table).where(key.in_(some))


_FORGET = (
    _first(
        events.c.number,
        is_one_of(events.c.state, EventState.DONE),
        events.c.received_at < _before,
    ),
    _first(
        sends.c.number,
        not_(_IS_OPEN),
        not_(is_one_of(sends.c.state, State.UNCONFIRMED)),
        sends.c.created_at < bindparam("before_seconds", type_=Double),
    ),
    _first(reply_keys.c.key, reply_keys.c.at < _before),
    _first(changes.c.number, changes.c.at < _before),
)
_FORGET_OWNERS = delete(owners).where(owners.c.until < _before)


class Housekeeping(Connected):
    """What a transaction can do with many rows at once."""

    def counts(self) -> Counts:
        """Return how much of what there is."""
        return Counts(
            escalated=self._all(_ESCALATED)[0]["count"],
            held=self._all(_HELD)[0]["count"],
            events=_NO_EVENTS | {row["state"]: row["count"] for row in self._all(_UNDONE)},
            sends=_NO_SENDS | {row["state"]: row["count"] for row in self._all(_OPEN)},
        )

    def erase(self, conversation_id: UUID, /) -> None:
        """Delete the conversation and all of its messages, events, sends, keys and changes."""
        wanted = {"the_id": conversation_id}
        who = self._locked(_WHO, wanted)
        if who is not None:
            person = {"the_page": who["page_id"], "the_psid": who["psid"]}
            self._change(_ERASE_EVENTS, person)
        for statement in (*_ERASE, _ERASE_ITSELF):
            self._change(statement, wanted)

    def forget(self, before: datetime, /) -> int:
        """Delete some events, sends, keys and changes from before then; return how many."""
        wanted = {"before": before, "before_seconds": before.timestamp(), "limit": _AT_ONCE}
        self._change(_FORGET_OWNERS, wanted)
        return sum(self._change(statement, wanted) for statement in _FORGET)
