"""Floor 6: what admins did, and under which keys they replied, in tables."""

from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, bindparam, insert, select, tuple_

from messengerkit.desk.entries import ActionQuery, ReplyKey
from messengerkit.desk.records import AdminAction

from ._columns import Moment
from ._connected import LIMIT, Asking, Connected, Row
from ._schema import actions as table
from ._schema import reply_keys

_c = table.c
_NAMES = tuple(one.name for one in fields(AdminAction))
_KEY_NAMES = tuple(one.name for one in fields(ReplyKey))
_ALL = select(table)
_ADD = insert(table)
_OF_ONE = _ALL.where(_c.conversation_id == bindparam("conversation_id"))
_CHAIN = _OF_ONE.order_by(_c.number)
_LAST = _OF_ONE.order_by(_c.number.desc()).limit(1)
_KEY = select(reply_keys).where(reply_keys.c.key == bindparam("key"))
_ADD_KEY = insert(reply_keys)


class Actions(Connected):
    """What a transaction can do with actions and keys."""

    def last_action(self, conversation_id: UUID, /) -> AdminAction | None:
        """Return the newest action of this conversation, by its number."""
        row = self._first(_LAST, {"conversation_id": conversation_id})
        return None if row is None else AdminAction(**row)

    def add_action(self, action: AdminAction, /) -> None:
        """Keep *action*; there is no way to change it."""
        self._add(_ADD, [{name: getattr(action, name) for name in _NAMES}])

    def actions(self, query: ActionQuery, /) -> Sequence[AdminAction]:
        """Return those that *query* asks for, by `at` and id, the newest first."""
        wanted = {"conversation_id": query.conversation_id, "admin_id": query.admin_id}
        given: Row = {name: value for name, value in wanted.items() if value is not None}
        statement = _listing(frozenset(given), before=query.before is not None)
        if query.before is not None:
            given["before"], given["before_id"] = query.before
        rows = self._all(statement, given | {"limit": query.limit})
        return [AdminAction(**row) for row in rows]

    def chain(self, conversation_id: UUID, /) -> Sequence[AdminAction]:
        """Return all actions of this conversation, by their number."""
        rows = self._all(_CHAIN, {"conversation_id": conversation_id})
        return [AdminAction(**row) for row in rows]

    def reply_key(self, key: str, /) -> ReplyKey | None:
        """Return what was written under this key."""
        row = self._first(_KEY, {"key": key})
        if row is None:
            return None
        ids = tuple(UUID(one) for one in row.pop("message_ids"))
        return ReplyKey(message_ids=ids, **row)

    def add_reply_key(self, key: ReplyKey, /) -> None:
        """Keep *key*."""
        row = {name: getattr(key, name) for name in _KEY_NAMES}
        self._add(_ADD_KEY, [row | {"message_ids": [str(one) for one in key.message_ids]}])


@cache
def _listing(given: frozenset[str], *, before: bool) -> Asking:
    wanted = _ALL.where(*(_c[name] == bindparam(name) for name in sorted(given)))
    place = tuple_(bindparam("before", type_=Moment), bindparam("before_id", type_=Uuid))
    if before:
        wanted = wanted.where(tuple_(_c.at, _c.id) < place)
    return wanted.order_by(_c.at.desc(), _c.id.desc()).limit(LIMIT)
