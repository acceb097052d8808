"""Floor 6: what admins did, in memory."""

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import UUID

from messengerkit.desk.entries import ActionQuery
from messengerkit.desk.records import AdminAction
from messengerkit.errors import TransitionError

from ._places import moment
from ._table import Group
from ._tables import Part


class Actions(Part):
    """What a transaction does with actions."""

    def last_action(self, conversation_id: UUID, /) -> AdminAction | None:
        """Return the newest action of this conversation, by its number."""
        return next(self._tables.actions.before(("chain", conversation_id)), None)

    def add_action(self, action: AdminAction, /) -> None:
        """Keep *action*; there is no way to change it."""
        table = self._tables.actions
        if table.first(("number", action.conversation_id, action.number)) is not None:
            msg = "there is an action with this number"
            raise TransitionError(msg)
        table.add(action.id, action)

    def actions(self, query: ActionQuery, /) -> Sequence[AdminAction]:
        """Return those that *query* asks for, by `at` and id, the newest first."""
        before = None if query.before is None else moment(*query.before)
        group = min(_groups(query), key=self._tables.actions.count)
        rows = self._tables.actions.before(group, before)
        return list(islice((one for one in rows if _is_asked_for(one, query)), query.limit))

    def chain(self, conversation_id: UUID, /) -> Sequence[AdminAction]:
        """Return all actions of this conversation, by their number."""
        return list(self._tables.actions.after(("chain", conversation_id)))


def _groups(query: ActionQuery) -> Iterator[Group]:
    """Yield groups, each of which has all that *query* asks for."""
    yield "all"
    if query.conversation_id is not None:
        yield query.conversation_id
    if query.admin_id is not None:
        yield ("admin", query.admin_id)


def _is_asked_for(one: AdminAction, query: ActionQuery) -> bool:
    return query.conversation_id in {None, one.conversation_id} and query.admin_id in {
        None,
        one.admin_id,
    }
