"""Floor 6: conversations in tables; the lock of one is that of all that belongs to it."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Table, Uuid, bindparam, select, tuple_

from messengerkit.desk.conversation import Conversation, Status
from messengerkit.desk.entries import ConversationQuery, Order, place_of
from messengerkit.errors import TransitionError

from ._columns import Moment
from ._connected import LIMIT, Asking, Connected, Replacing, Row
from ._dialects import unless_there
from ._schema import conversations as table
from ._schema import is_escalated, is_held

_c = table.c
_NAMES = tuple(one.name for one in fields(Conversation))
_ALL = select(*(_c[name] for name in _NAMES))
_BY_ID = _ALL.where(_c.id == bindparam("id"))
_BY_PERSON = _ALL.where(_c.page_id == bindparam("page_id"), _c.psid == bindparam("psid"))
# In one order, so that no two transactions wait for each other.
_BY_PEOPLE = _ALL.where(
    tuple_(_c.page_id, _c.psid).in_(bindparam("people", expanding=True))
).order_by(_c.id)
_ADD = {name: one.returning(_c.id) for name, one in unless_there(table).items()}
_PUT = Replacing(_c.id)
_IDLE = (
    _ALL.where(is_held, _c.waiting_since.is_(None), _c.last_message_at.is_not(None))
    .where(_c.recent_at <= bindparam("since"))
    .order_by(_c.recent_at, _c.id)
    .limit(LIMIT)
)


def locks(due: ColumnElement[bool], of: Table) -> Asking:
    """Return what locks the conversations of those rows *of* a table that are *due*, in order.

    What is read before a lock may be over when the lock is had: first the locks, then a new
    look. One that another transaction has is left out.
    """
    return (
        select(_c.id)
        .join(of, of.c.conversation_id == _c.id)
        .where(due)
        .order_by(of.c.number)
        .limit(LIMIT)
        .with_for_update(of=table, skip_locked=True)
    )


class Conversations(Connected):
    """What a transaction can do with conversations."""

    def conversation(self, conversation_id: UUID, /) -> Conversation | None:
        """Return the conversation with this id, locked."""
        row = self._locked(_BY_ID, {"id": conversation_id})
        return None if row is None else Conversation(**row)

    def conversations_of(
        self, people: Iterable[tuple[str, str]], /
    ) -> dict[tuple[str, str], Conversation]:
        """Return the conversations of these people, by page and PSID, locked."""
        rows = self._all_locked(_BY_PEOPLE, {"people": list(people)})
        found = (Conversation(**row) for row in rows)
        return {(one.page_id, one.psid): one for one in found}

    def add_conversation(self, conversation: Conversation, /) -> Conversation:
        """Keep it, and return it, locked; if its person has one by now, return that one.

        Raises:
            TransitionError: If there is one with its id, of another person.
        """
        if self._kept(_ADD, [_row(conversation)]):
            return conversation
        row = self._locked(_BY_PERSON, _row(conversation))
        if row is None:
            msg = "there is a conversation with this id"
            raise TransitionError(msg)
        return Conversation(**row)

    def put_conversations(self, conversations: Iterable[Conversation], /) -> None:
        """Replace conversations that are there."""
        self._replace(_PUT, [_row(one) for one in conversations])

    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """Return those that *query* asks for, in its order."""
        pages = (None,) if query.pages is None else tuple(query.pages)
        # Page by page, each by its index: of several pages at once none gives the order.
        found = [one for page in pages for one in self._listed(query, page)]
        if len(pages) > 1:
            found.sort(
                key=lambda one: _place(one, query.order), reverse=query.order is Order.RECENT
            )
        return found[: query.limit]

    def idle(self, since: datetime, limit: int, /) -> Sequence[Conversation]:
        """Return those that a person has, nobody waits in, and nobody wrote in after *since*."""
        rows = self._all(_IDLE, {"since": since, "limit": limit})
        return [Conversation(**row) for row in rows]

    def _listed(self, query: ConversationQuery, page: str | None) -> list[Conversation]:
        admin, held = query.assigned_admin_id, query.human_handling
        wanted = {"page_id": page, "status": query.status, "assigned_admin_id": admin}
        given: Row = {name: value for name, value in wanted.items() if value is not None}
        statement = _listing(
            query.order, frozenset(given), held=held, after=query.after is not None
        )
        given["limit"] = query.limit
        if query.after is not None:
            place = query.after
            given |= {"urgency": -place.priority, "after": place.at, "after_id": place.id}
        return [Conversation(**row) for row in self._all(statement, given)]


def _row(one: Conversation) -> Row:
    urgent = place_of(one, Order.URGENT)
    return {name: getattr(one, name) for name in _NAMES} | {
        "recent_at": place_of(one, Order.RECENT).at,
        "urgency": -urgent.priority if one.status is Status.ESCALATED else None,
        "wanted_at": urgent.at,
    }


def _place(one: Conversation, order: Order) -> tuple[int, datetime, UUID]:
    place = place_of(one, order)
    return -place.priority, place.at, place.id


@cache
def _listing(order: Order, given: frozenset[str], *, held: bool | None, after: bool) -> Asking:
    wanted = _ALL.where(*(_c[name] == bindparam(name) for name in sorted(given)))
    if held is not None:
        wanted = wanted.where(is_held if held else ~is_held)
    at, one_id = bindparam("after", type_=Moment), bindparam("after_id", type_=Uuid)
    if order is Order.URGENT:
        wanted = wanted.where(is_escalated).order_by(_c.urgency, _c.wanted_at, _c.id)
        here = tuple_(_c.urgency, _c.wanted_at, _c.id)
        beyond = here > tuple_(bindparam("urgency", type_=Integer), at, one_id)
    else:
        wanted = wanted.order_by(_c.recent_at.desc(), _c.id.desc())
        beyond = tuple_(_c.recent_at, _c.id) < tuple_(at, one_id)
    return (wanted.where(beyond) if after else wanted).limit(LIMIT)
