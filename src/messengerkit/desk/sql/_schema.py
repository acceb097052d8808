"""Floor 6: the tables of a desk, with an index for every question that is asked of them.

What is over and done with, such as events and sends, may be millions of rows; what is still
to be done about them is found by indexes that hold nothing else.
"""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    literal_column,
    true,
)

from messengerkit.delivery import Evidence, State
from messengerkit.desk.conversation import Status
from messengerkit.desk.entries import ChangeKind, EventState
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.rates import Rate

from ._columns import Json, Moment, Name, kind_of

VERSION = 1
"""The version of the tables; it is raised by whatever changes them."""

metadata: MetaData = MetaData()
"""All tables of a desk, for Alembic or another tool that makes them."""

# SQLite numbers rows by itself only where the type is INTEGER, which has 64 bits there.
_Number = BigInteger().with_variant(Integer(), "sqlite")


def is_one_of(column: ColumnElement[object], *kinds: enum.Enum) -> ColumnElement[bool]:
    """Return the condition, spelled so that an index with the same one is used for it.

    No database can know that of a value that is bound when the statement is made.
    """
    spelled = [literal_column(f"'{one.value}'", String) for one in kinds]
    return column.in_(spelled) if len(spelled) > 1 else column == spelled[0]


def _index(name: str, *columns: Column[object], where: ColumnElement[bool] | None = None) -> None:
    table = columns[0].table
    Index(f"{table.name}_{name}", *columns, sqlite_where=where, postgresql_where=where)


schema = Table("messengerkit_schema", metadata, Column("version", Integer, primary_key=True))
"""The version of the tables that are there: one row."""

conversations = Table(
    "messengerkit_conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("page_id", Name, nullable=False),
    Column("psid", Name, nullable=False),
    Column("status", kind_of(Status), nullable=False),
    Column("human_handling", Boolean, nullable=False),
    Column("rag_enabled", Boolean, nullable=False),
    Column("assigned_admin_id", Name),
    Column("priority", Integer, nullable=False),
    Column("escalation_reason", Name),
    Column("escalated_at", Moment),
    Column("last_message_at", Moment),
    Column("last_user_message_at", Moment),
    Column("waiting_since", Moment),
    Column("version", BigInteger, nullable=False),
    # Where it stands in lists. The urgency is minus the priority, for one order of all three,
    # and only where a person is wanted.
    Column("recent_at", Moment, nullable=False),
    Column("urgency", Integer),
    Column("wanted_at", Moment, nullable=False),
    UniqueConstraint("page_id", "psid"),
)
"""Conversations."""

is_escalated: ColumnElement[bool] = conversations.c.urgency.is_not(None)
"""Whether a person is wanted in a conversation."""

is_held: ColumnElement[bool] = conversations.c.human_handling.is_(true())
"""Whether a person has a conversation."""

messages = Table(
    "messengerkit_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("sender", kind_of(Sender), nullable=False),
    Column("words", Json, nullable=False),
    Column("requires_human", Boolean, nullable=False),
    Column("human_replied", Boolean, nullable=False),
    Column("mid", Name),
    Column("status", kind_of(MessageStatus)),
    Column("error", Name),
    Column("sent_by", Name),
    Column("created_at", Moment, nullable=False),
)
"""Messages; `words` holds the text, the attachments and what else is known."""

is_unread: ColumnElement[bool] = is_one_of(
    messages.c.status,
    MessageStatus.IN_FLIGHT,
    MessageStatus.UNKNOWN,
    MessageStatus.UNCONFIRMED,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
)
"""Whether READ may follow."""

events = Table(
    "messengerkit_events",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("key", Name, nullable=False, unique=True),
    Column("page_id", Name, nullable=False),
    Column("psid", Name, nullable=False),
    Column("json", Json, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", kind_of(EventState), nullable=False),
    Column("conversation_id", Uuid),
    Column("message_id", Uuid),
    Column("attempts", Integer, nullable=False),
    Column("owner", Name),
    Column("retry_at", Moment),
    Column("error", Name),
    sqlite_autoincrement=True,
)
"""Events of the webhook."""

is_undone: ColumnElement[bool] = events.c.state != literal_column(
    f"'{EventState.DONE.value}'", String
)
"""Whether something is to be done about an event."""

sends = Table(
    "messengerkit_sends",
    metadata,
    Column("number", _Number, primary_key=True),
    Column("id", Name, nullable=False, unique=True),
    Column("lane", Name, nullable=False),
    Column("nonce", Name, nullable=False, unique=True),
    Column("psid", Name, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("fetches", Boolean, nullable=False),
    Column("rate", kind_of(Rate), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", kind_of(State), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("mid", Name),
    Column("evidence", kind_of(Evidence)),
    Column("owner", Name),
    Column("wire_at", Double),
    Column("ended_at", Double),
    Column("created_at", Double, nullable=False),
    Column("error", Name),
    Column("conversation_id", Uuid, nullable=False),
    Column("page_id", Name, nullable=False),
    Column("message_id", Uuid, nullable=False),
    Column("sender", kind_of(Sender), nullable=False),
    Column("fence", BigInteger),
    Column("digest", Name, nullable=False),
    Column("batch", Name, nullable=False),
    Column("passed", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""Sends; the first columns are those of `Outbound`."""

OPEN = (State.QUEUED, State.IN_FLIGHT, State.UNKNOWN)
"""The states of a send that is not settled."""

owners = Table(
    "messengerkit_owners",
    metadata,
    Column("name", Name, primary_key=True),
    Column("until", Moment, nullable=False),
)
"""Until when each process lives, if nothing more is heard of it."""

actions = Table(
    "messengerkit_actions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    Column("admin_id", Name, nullable=False),
    Column("action", Name, nullable=False),
    Column("decision", Name),
    Column("outcome", Name, nullable=False),
    Column("details", Json, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("previous", Name, nullable=False),
    Column("hash", Name, nullable=False),
    UniqueConstraint("conversation_id", "number"),
)
"""What admins did."""

reply_keys = Table(
    "messengerkit_reply_keys",
    metadata,
    Column("key", Name, primary_key=True),
    Column("digest", Name, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("message_ids", Json, nullable=False),
    Column("at", Moment, nullable=False),
)
"""What was written under which key."""

changes = Table(
    "messengerkit_changes",
    metadata,
    Column("number", _Number, primary_key=True),
    # Which transaction: where several write at once, they end in another order than they began.
    Column("written_in", BigInteger, nullable=False),
    Column("kind", kind_of(ChangeKind), nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("message_id", Uuid),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
"""The feed of changes."""


def _of_conversations() -> None:
    c = conversations.c
    _index("recent", c.recent_at, c.id)
    _index("status", c.status, c.recent_at, c.id)
    _index("page", c.page_id, c.recent_at, c.id)
    _index("admin", c.assigned_admin_id, c.recent_at, c.id, where=c.assigned_admin_id.is_not(None))
    _index("held", c.recent_at, c.id, where=is_held)
    _index("escalated", c.urgency, c.wanted_at, c.id, where=is_escalated)
    _index("urgent", c.page_id, c.urgency, c.wanted_at, c.id, where=is_escalated)


def _of_messages() -> None:
    c = messages.c
    _index("told", c.conversation_id, c.created_at, c.id)
    _index("mid", c.conversation_id, c.mid, where=c.mid.is_not(None))
    _index("unread", c.conversation_id, c.created_at, c.id, where=is_unread)


def _of_events() -> None:
    c = events.c
    _index("undone", c.state, c.number, where=is_undone)
    _index("due", c.conversation_id, c.number, where=is_one_of(c.state, EventState.DUE))
    _index("conversation", c.conversation_id, where=c.conversation_id.is_not(None))
    _index("person", c.page_id, c.psid, c.number)
    _index("done", c.received_at, where=is_one_of(c.state, EventState.DONE))


def _of_sends() -> None:
    c = sends.c
    is_open = is_one_of(c.state, *OPEN)
    _index("open", c.state, c.number, where=is_open)
    _index("page", c.page_id, c.state, c.number, where=is_open)
    _index("conversation", c.conversation_id, c.number)
    _index("lane", c.conversation_id, c.number, where=is_open)
    _index("message", c.message_id)
    _index("created", c.created_at)


def _of_the_rest() -> None:
    c = actions.c
    _index("latest", c.at, c.id)
    _index("conversation", c.conversation_id, c.at, c.id)
    _index("admin", c.admin_id, c.at, c.id)
    _index("conversation", reply_keys.c.conversation_id)
    _index("at", reply_keys.c.at)
    _index("feed", changes.c.written_in, changes.c.number)
    _index("conversation", changes.c.conversation_id)
    _index("at", changes.c.at)


for _make_indexes in (_of_conversations, _of_messages, _of_events, _of_sends, _of_the_rest):
    _make_indexes()
