"""Floor 6: one person's right: all that is known of them, told or deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from uuid import UUID

from messengerkit._json import JsonObject
from messengerkit.errors import NotFoundError
from messengerkit.outbound import Outbound

from .conversation import Conversation
from .entries import EventState, InboxEvent, OutboxRow
from .handing import Deed, Moment, changed, record
from .records import AdminAction, Message
from .store import Transaction

_PAGE = 500


def erase(transaction: Transaction, page_id: str, psid: str, admin_id: str, moment: Moment) -> bool:
    """Delete all that is known of a person; return whether anything was."""
    person = (page_id, psid)
    # First the events: whoever books them has them locked, and what comes of it is seen then.
    was_told = _blank_events(transaction, page_id, psid)
    conversation = transaction.conversations_of([person]).get(person)
    if conversation is None:
        return was_told
    _blank_events(transaction, page_id, psid)  # those that came meanwhile
    transaction.erase(conversation.id)
    deed = Deed(admin_id=admin_id, action="erase")
    record(transaction, conversation.id, deed, moment)
    transaction.add_changes([changed(conversation.id, moment)])
    return True


def _blank_events(transaction: Transaction, page_id: str, psid: str) -> bool:
    events = transaction.events_of(page_id, psid)
    # Their keys stay for a while, for Meta may deliver them again.
    transaction.put_events([_blank(one) for one in events])
    return bool(events)


def _blank(event: InboxEvent) -> InboxEvent:
    return InboxEvent(event.key, "", "", {}, event.received_at, state=EventState.DONE)


def export(transaction: Transaction, page_id: str, psid: str) -> dict[str, object]:
    """Return all that is known of a person, as JSON can hold it.

    Raises:
        NotFoundError: If nothing is.
    """
    person = (page_id, psid)
    conversation = transaction.conversations_of([person]).get(person)
    events = transaction.events_of(page_id, psid)
    if conversation is None and not events:
        msg = "Nothing is known of this person."
        raise NotFoundError(msg)
    known = _NOTHING if conversation is None else _told_of(transaction, conversation)
    return {**known, "events": [told(one) for one in events]}


# An event may be of a person with whom there is no conversation, or none yet.
_NOTHING: JsonObject = {"conversation": None, "messages": (), "sends": (), "actions": ()}


def _told_of(transaction: Transaction, conversation: Conversation) -> JsonObject:
    messages = list(_all_messages(transaction, conversation.id))[::-1]
    sends = (transaction.send_of(one.id) for one in messages if one.status is not None)
    return {
        "conversation": told(conversation),
        "messages": [told(one) for one in messages],
        "sends": [_told_send(one) for one in sends if one is not None],
        "actions": [told(one) for one in transaction.chain(conversation.id)],
    }


def _all_messages(transaction: Transaction, conversation_id: UUID) -> Iterable[Message]:
    before: tuple[datetime, UUID] | None = None
    while messages := transaction.messages(conversation_id, before, _PAGE):
        yield from messages
        before = (messages[-1].created_at, messages[-1].id)


def told(record: Conversation | Message | AdminAction | InboxEvent) -> dict[str, object]:
    """Return a record as JSON can hold it, under the names that it has here."""
    if isinstance(record, InboxEvent):
        return _values(record._asdict())
    return _values({one.name: getattr(record, one.name) for one in fields(record)})


def _told_send(send: OutboxRow) -> dict[str, object]:
    named = send._asdict()
    row: Outbound = named.pop("row")
    return _values(row._asdict() | named)


def _values(named: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(value) for name, value in named.items()}


def _value(value: object) -> object:
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value
