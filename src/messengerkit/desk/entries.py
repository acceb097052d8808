"""Floor 6: what a desk keeps of its work: events, sends, keys and changes, as plain values."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from messengerkit._json import JsonObject
from messengerkit.delivery import State
from messengerkit.outbound import Outbound

from .conversation import Conversation, Status
from .message import Sender

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""What stands for a time that there is none of, where times are put in order."""


class EventState(enum.Enum):
    """How far an event of the webhook has come."""

    NEW = "new"
    """It is on disk, and nothing follows from it yet."""
    DUE = "due"
    """What follows from it is written down; a handler is to have it."""
    DONE = "done"
    """Nothing more is to be done about it."""
    DEAD = "dead"
    """The handler failed too often; somebody must look."""


# Tuples, as many are made for every message.
class InboxEvent(NamedTuple):
    """One event of the webhook, from before Meta's 200 until it is done.

    Attributes:
        key: The event's own key; there is one of each.
        page_id: The page; empty if Meta named none.
        psid: The person whom it is about; empty if it is about nobody.
        json: A body of the webhook with this event alone, to be parsed again.
        received_at: When it came, aware.
        number: Its place among all, given by the store: they are taken in this order.
        state: How far it has come.
        conversation_id: The conversation it belongs to, once that is known.
        message_id: The message that came of it.
        attempts: How often a handler was given it.
        owner: The process that has it.
        retry_at: When the handler is to have it again, aware.
        error: The class of the error that the last attempt ended with.
    """

    key: str
    page_id: str
    psid: str
    json: JsonObject
    received_at: datetime
    number: int = 0
    state: EventState = EventState.NEW
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    attempts: int = 0
    owner: str | None = None
    retry_at: datetime | None = None
    error: str | None = None


class OutboxRow(NamedTuple):
    """One send of a conversation, and whose it is.

    Attributes:
        row: The send; its lane is the person.
        conversation_id: The conversation.
        page_id: The page that sends.
        message_id: The message.
        sender: Who wrote it: the bot or a person.
        fence: The conversation's version when a bot decided to send it; it is not sent in
            another one. None for a person's.
        digest: Of how it looks in a conversation, to tell two messages that look the same.
        batch: What was written in one go; after a part that was refused, no other follows.
        passed: Whether a person's reply did not wait for it: it is never sent again.
        number: Its place among all, given by the store.
    """

    row: Outbound
    conversation_id: UUID
    page_id: str
    message_id: UUID
    sender: Sender
    fence: int | None = None
    digest: str = ""
    batch: str = ""
    passed: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyKey:
    """What was written under one key, so that it is not written twice.

    Attributes:
        key: The key, with whose it is before it.
        digest: Of what was asked for, to tell another request.
        conversation_id: The conversation.
        message_ids: The messages that came of it.
        at: When, aware.
    """

    key: str
    digest: str
    conversation_id: UUID
    message_ids: tuple[UUID, ...]
    at: datetime


class ChangeKind(enum.Enum):
    """What has changed."""

    CONVERSATION = "conversation"
    MESSAGE = "message"


class Change(NamedTuple):
    """That something has changed; what it is now, whoever wants it reads.

    Attributes:
        kind: What.
        conversation_id: In which conversation.
        message_id: Which message, if it was one.
        at: When, aware.
        cursor: Its place in the feed, given by the store: to go on from there.
    """

    kind: ChangeKind
    conversation_id: UUID
    message_id: UUID | None
    at: datetime
    cursor: str = ""


class Order(enum.Enum):
    """How conversations are listed."""

    RECENT = "recent"
    """By when anybody last wrote, the newest first."""
    URGENT = "urgent"
    """Those where a person is wanted: by priority, then those that wait longest first."""


class Place(NamedTuple):
    """Where a conversation stands in a list: what a cursor holds.

    Attributes:
        priority: Its priority; 0 where that does not count.
        at: The time it is ordered by, aware.
        id: Its id.
    """

    priority: int
    at: datetime
    id: UUID


def place_of(conversation: Conversation, order: Order) -> Place:
    """Return where *conversation* stands in a list of that order."""
    if order is Order.URGENT:
        at = conversation.escalated_at or LONG_AGO
        return Place(conversation.priority, at, conversation.id)
    return Place(0, conversation.last_message_at or LONG_AGO, conversation.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationQuery:
    """Which conversations are listed.

    Attributes:
        order: In which order; `URGENT` lists only those where a person is wanted.
        pages: Only those of these pages.
        status: Only those with this status.
        human_handling: Only those that a person has, or has not.
        assigned_admin_id: Only those that this admin has.
        after: Only those after this place.
        limit: How many at most.
    """

    order: Order = Order.RECENT
    pages: frozenset[str] | None = None
    status: Status | None = None
    human_handling: bool | None = None
    assigned_admin_id: str | None = None
    after: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionQuery:
    """Which actions are listed, the newest first.

    Attributes:
        conversation_id: Only those of this conversation.
        admin_id: Only what this admin did.
        before: Only those before this moment, and this id where the moment is the same.
        limit: How many at most.
    """

    conversation_id: UUID | None = None
    admin_id: str | None = None
    before: tuple[datetime, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of what there is.

    Attributes:
        escalated: Conversations where a person is wanted.
        held: Conversations that a person has.
        events: Events by how far they have come; those that are done are not counted.
        sends: Sends by state; those that are settled are not counted.
    """

    escalated: int = 0
    held: int = 0
    events: Mapping[EventState, int] = field(default_factory=dict[EventState, int])
    sends: Mapping[State, int] = field(default_factory=dict[State, int])
