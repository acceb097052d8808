"""Floor 7: what changes at a desk, as the events that a panel is told; pure."""

from collections.abc import Iterable, Sequence

from messengerkit.desk import ChangeKind, Update

from .backend import ChangeEvent
from .desk_json import conversation_json, message_json
from .desk_looking import may_use
from .identity import AdminIdentity

_BEGINNING = "start"  # what stands for the beginning of the feed, whose own cursor is empty


def event_id(cursor: str) -> str:
    """Return the id of the event at *cursor*."""
    return cursor or _BEGINNING


def cursor_from(given: str) -> str:
    """Return the cursor that an event's id was made of."""
    return "" if given == _BEGINNING else given


def events_of(updates: Sequence[Update], admin: AdminIdentity) -> list[ChangeEvent]:
    """Return those of *updates* that *admin* may see; what changed several times, once."""
    newest = {(one.change.kind, _what(one)): one for one in updates}
    last = [one for one in updates if newest[one.change.kind, _what(one)] is one]
    return list(_events(last, admin))


def _events(updates: Iterable[Update], admin: AdminIdentity) -> Iterable[ChangeEvent]:
    for change, conversation, message in updates:
        place = event_id(change.cursor)
        if conversation is None:
            # It was erased: nobody knows any more whose it was, and nothing of it is told.
            gone: dict[str, object] = {"id": str(change.conversation_id), "erased": True}
            yield ChangeEvent(place, ChangeKind.CONVERSATION.value, gone)
        elif may_use(admin, conversation):
            data = conversation_json(conversation) if message is None else message_json(message)
            yield ChangeEvent(place, change.kind.value, data)


def _what(update: Update) -> object:
    return update.change.message_id or update.change.conversation_id
