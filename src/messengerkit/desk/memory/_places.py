"""Floor 6: where rows stand in memory: in which groups, and at which place of each.

Times are whole microseconds; where conversations are listed the newest first they are negative.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from messengerkit.delivery import State, is_open
from messengerkit.desk import entries
from messengerkit.desk.conversation import Conversation, Status
from messengerkit.desk.entries import (
    LONG_AGO,
    Change,
    EventState,
    InboxEvent,
    Order,
    OutboxRow,
    ReplyKey,
    place_of,
)
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.desk.records import AdminAction, Message

from ._ordered import Place
from ._table import Group

_A_MICROSECOND = timedelta(microseconds=1)
_READABLE = frozenset(
    {
        MessageStatus.IN_FLIGHT,
        MessageStatus.UNKNOWN,
        MessageStatus.UNCONFIRMED,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
    }
)


class Head(NamedTuple):
    """The first QUEUED send of a conversation, if it may be its turn.

    Attributes:
        send: The send.
        passes: Whether it must pass others, which it may do once they have had some time.
    """

    send: OutboxRow
    passes: bool


class Owner(NamedTuple):
    """A process, and until when it lives if nothing more is heard of it."""

    name: str
    until: datetime


def micros(at: datetime) -> int:
    """Return *at* as whole microseconds."""
    return (at - LONG_AGO) // _A_MICROSECOND


def moment(at: datetime, one: UUID) -> Place:
    """Return the place of what happened at *at*."""
    return micros(at), one.int


def listed(place: entries.Place, order: Order) -> Place:
    """Return *place* of a conversation as one that comes sooner the smaller it is."""
    if order is Order.URGENT:
        return -place.priority, micros(place.at), place.id.int
    return 0, -micros(place.at), -place.id.int


def of_conversation(one: Conversation) -> Iterator[tuple[Group, Place]]:
    """Yield where a conversation stands."""
    yield ("person", one.page_id, one.psid), ()
    recent = listed(place_of(one, Order.RECENT), Order.RECENT)
    yield "all", recent
    yield ("page", one.page_id), recent
    yield one.status, recent
    yield ("held", one.human_handling), recent
    if one.assigned_admin_id is not None:
        yield ("admin", one.assigned_admin_id), recent
    if one.status is Status.ESCALATED:
        yield "urgent", listed(place_of(one, Order.URGENT), Order.URGENT)
    if one.human_handling and one.waiting_since is None and one.last_message_at is not None:
        yield "idle", moment(one.last_message_at, one.id)


def of_message(one: Message) -> Iterator[tuple[Group, Place]]:
    """Yield where a message stands."""
    place = moment(one.created_at, one.id)
    yield one.conversation_id, place
    if one.mid is not None:
        yield ("mids", one.conversation_id), place
        yield ("mid", one.conversation_id, one.mid), place
    if one.sender is not Sender.USER and one.status in _READABLE:
        yield ("unread", one.conversation_id), place


def of_event(one: InboxEvent) -> Iterator[tuple[Group, Place]]:
    """Yield where an event stands."""
    place = (one.number,)
    yield ("person", one.page_id, one.psid), place
    if one.conversation_id is not None:
        yield one.conversation_id, place
    if one.state is EventState.DONE:
        yield one.state, (micros(one.received_at), one.number)
    else:
        yield one.state, place
    if one.state is EventState.DUE:
        yield ("due", waiting_in(one)), place
        if one.owner is not None:
            yield ("had", waiting_in(one)), place


def waiting_in(event: InboxEvent) -> UUID | str:
    """Return in what *event* waits for those before it: one of no conversation is by itself."""
    return event.conversation_id or event.key


def of_first_event(one: InboxEvent) -> Iterator[tuple[Group, Place]]:
    """Yield where an event stands that is the first DUE one of its conversation."""
    if one.retry_at is None:
        yield "now", (one.number,)
    else:
        yield "later", (micros(one.retry_at), one.number)


def of_send(one: OutboxRow) -> Iterator[tuple[Group, Place]]:
    """Yield where a send stands."""
    place = (one.number,)
    yield ("id", one.row.id), ()
    yield ("message", one.message_id), place
    yield one.conversation_id, place
    if is_open(one.row.state):
        yield ("open", one.conversation_id), place
        yield one.row.state, place
    elif one.row.state is not State.UNCONFIRMED:
        yield "settled", (one.row.created_at, one.number)


def of_first_send(one: Head) -> Iterator[tuple[Group, Place]]:
    """Yield where a send stands that is the first QUEUED one of its conversation."""
    yield (one.passes, None), (one.send.number,)
    yield (one.passes, one.send.page_id), (one.send.number,)


def of_owner(one: Owner) -> Iterator[tuple[Group, Place]]:
    """Yield where a process stands."""
    yield "all", (micros(one.until), one.name)


def of_action(one: AdminAction) -> Iterator[tuple[Group, Place]]:
    """Yield where an action stands."""
    place = moment(one.at, one.id)
    yield "all", place
    yield ("admin", one.admin_id), place
    yield one.conversation_id, place
    yield ("chain", one.conversation_id), (one.number,)
    yield ("number", one.conversation_id, one.number), ()


def of_key(one: ReplyKey) -> Iterator[tuple[Group, Place]]:
    """Yield where a key stands."""
    yield one.conversation_id, (one.key,)
    yield "all", (micros(one.at), one.key)


def of_change(one: Change) -> Iterator[tuple[Group, Place]]:
    """Yield where a change stands."""
    number = int(one.cursor)
    yield "all", (number,)
    yield one.conversation_id, (number,)
    yield "old", (micros(one.at), number)
