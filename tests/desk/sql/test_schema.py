"""The tables: who makes them, which version they are of, and that nothing scans them."""

import asyncio
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import uuid4

import pytest
from desk.sql.values import AT, change, conversation, event, message, reply_key, send
from sqlalchemy import Connection, text
from sqlalchemy import event as sqlalchemy_event

from messengerkit.desk import AdminAction, Status
from messengerkit.desk.entries import ActionQuery, ConversationQuery, Order, Place
from messengerkit.desk.sql import SqlStore, metadata
from messengerkit.desk.sql._schema import VERSION
from messengerkit.desk.sql._transaction import SqlTransaction
from messengerkit.desk.store import Transaction
from messengerkit.errors import ConfigurationError

HERS = conversation()
PAGES = frozenset({"10", "11"})
PLACE = Place(1, AT, HERS.id)
_SAID = message(HERS)
_SENT = send(HERS, "nonce")
_KEY = reply_key(HERS, "key", _SAID.id)
_DONE = AdminAction(
    id=uuid4(), conversation_id=HERS.id, at=AT, admin_id="ana", action="assign", outcome="done"
)


def _lists() -> Iterator[ConversationQuery]:
    for after in (None, PLACE):
        for order in Order:
            yield ConversationQuery(order=order, after=after)
            yield ConversationQuery(order=order, after=after, pages=PAGES)
        yield ConversationQuery(after=after, status=Status.CLOSED)
        yield ConversationQuery(after=after, human_handling=True)
        yield ConversationQuery(after=after, assigned_admin_id="ana")


ASKED: dict[str, Callable[[Transaction], object]] = {
    "conversation": lambda tx: tx.conversation(HERS.id),
    "conversations_of": lambda tx: tx.conversations_of([("10", "24"), ("10", "25")]),
    "add_conversation": lambda tx: tx.add_conversation(HERS),
    "put_conversations": lambda tx: tx.put_conversations([HERS]),
    "conversations": lambda tx: [tx.conversations(one) for one in _lists()],
    "idle": lambda tx: tx.idle(AT, 9),
    "message": lambda tx: tx.message(_SAID.id),
    "message_of": lambda tx: tx.message_of(HERS.id, "mid"),
    "put_messages": lambda tx: tx.put_messages([_SAID]),
    "messages": lambda tx: [tx.messages(HERS.id, one, 9) for one in (None, (AT, _SAID.id))],
    "unread": lambda tx: tx.unread(HERS.id, AT),
    "mids": lambda tx: tx.mids(HERS.id),
    "add_events": lambda tx: tx.add_events([event(HERS, "1")]),
    "new_events": lambda tx: tx.new_events(9),
    "put_events": lambda tx: tx.put_events([event(HERS, "1")]),
    "event": lambda tx: tx.event("1"),
    "due_events": lambda tx: tx.due_events(AT, 9),
    "dead_events": lambda tx: tx.dead_events(9),
    "events_of": lambda tx: tx.events_of("10", "24"),
    "put_send": lambda tx: tx.put_send(_SENT),
    "send": lambda tx: tx.send("nonce"),
    "send_of": lambda tx: tx.send_of(_SENT.message_id),
    "open_sends": lambda tx: tx.open_sends(HERS.id),
    "due_sends": lambda tx: [tx.due_sends(pages, AT, AT, 9) for pages in (None, PAGES)],
    "left_sends": lambda tx: [tx.left_sends(pages, AT) for pages in (None, PAGES)],
    "alive": lambda tx: tx.alive("me", AT),
    "last_action": lambda tx: tx.last_action(HERS.id),
    "actions": lambda tx: [
        tx.actions(ActionQuery(before=before, conversation_id=of, admin_id=by))
        for before in (None, (AT, _DONE.id))
        for of, by in ((None, None), (HERS.id, None), (None, "ana"))
    ],
    "chain": lambda tx: tx.chain(HERS.id),
    "reply_key": lambda tx: tx.reply_key("key"),
    "changes": lambda tx: [tx.changes(after, 9) for after in (None, "", "1:1")],
    "counts": lambda tx: tx.counts(),
    "erase": lambda tx: tx.erase(HERS.id),
    "forget": lambda tx: tx.forget(AT + timedelta(days=1)),
}
"""All that is asked of a transaction; what only adds a row cannot scan."""


@pytest.fixture
async def store(store: SqlStore) -> SqlStore:
    """A store that has one of each."""

    def fill(transaction: Transaction) -> None:
        transaction.add_conversation(HERS)
        transaction.add_messages([_SAID])
        transaction.add_events([event(HERS, "1")])
        transaction.add_send(_SENT)
        transaction.add_reply_key(_KEY)
        transaction.add_action(_DONE)
        transaction.add_changes([change(HERS)])

    await store.write(fill)
    return store


Values: TypeAlias = tuple[Any, ...]
LISTS = ("conversations", "messages", "new_events", "actions", "changes")


async def test_no_question_scans_a_table(store: SqlStore) -> None:
    """However many rows there are, each is answered from an index."""
    plans = {name: await store.write(partial(_plans, ask=ask)) for name, ask in ASKED.items()}

    assert all(plans.values())
    assert [plan for of in plans.values() for plan in of if _scans(plan)] == []


async def test_no_list_is_sorted(sqlite_url: str) -> None:
    """It comes out of its index in its order: the end of it is not looked at.

    PostgreSQL decides by how many rows there are.
    """
    store = SqlStore(sqlite_url)
    await store.create()

    plans = [await store.write(partial(_plans, ask=ASKED[name])) for name in LISTS]

    assert [plan for of in plans for plan in of if "TEMP B-TREE" in plan] == []
    await store.aclose()


def _plans(transaction: Transaction, ask: Callable[[Transaction], object]) -> list[str]:
    """Return how the database goes about what *ask* asks, each with its statement."""
    assert isinstance(transaction, SqlTransaction)
    connection, asked = transaction._connected, list[tuple[str, Values]]()

    def note(*told: Any) -> None:  # noqa: ANN401  # as SQLAlchemy calls it
        _, _, statement, values, _, many = told
        asked.append((statement, values[0] if many else values))

    sqlalchemy_event.listen(connection, "before_cursor_execute", note)
    ask(transaction)
    sqlalchemy_event.remove(connection, "before_cursor_execute", note)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    return [
        f"{statement}\n{_plan(connection, statement, values)}"
        for statement, values in asked
        if " messengerkit_" in statement
    ]


def _plan(connection: Connection, statement: str, values: Values) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{explain} {statement}", values)
    return "\n".join(str(row) for row in rows)


def _scans(plan: str) -> bool:
    lines = [line for line in plan.splitlines() if "SCAN " in line or "Seq Scan" in line]
    # What is no table, owners, which are few, and an index of nothing but what is looked for.
    fine = ("CONSTANT ROW", "(subquery", "messengerkit_owners", "USING")
    return not all(any(one in line for one in fine) for line in lines)


async def test_several_may_make_the_tables_at_once(url: str) -> None:
    """As the processes of one backend do, which start together."""
    stores = [SqlStore(url) for _ in range(8)]

    await asyncio.gather(*(store.create() for store in stores))

    assert [await store.read(lambda tx: tx.counts().held) for store in stores] == [0] * 8
    for store in stores:
        await store.aclose()


async def test_refuses_tables_of_another_version(store: SqlStore) -> None:
    """It says both versions, and makes nothing."""

    def age(transaction: Transaction) -> None:
        assert isinstance(transaction, SqlTransaction)
        transaction._connected.execute(text("UPDATE messengerkit_schema SET version = 99"))
        transaction._connected.execute(text("DROP TABLE messengerkit_owners"))

    await store.write(age)

    with pytest.raises(ConfigurationError, match=rf"\b99\b.*\b{VERSION}\b"):
        await store.create()


def test_all_names_tell_whose_they_are() -> None:
    """The tables may stand beside others in one database."""
    indexes = [index for table in metadata.tables.values() for index in table.indexes]

    assert all(name.startswith("messengerkit_") for name in metadata.tables)
    assert all(str(index.name).startswith("messengerkit_") for index in indexes)


def test_a_desk_does_without_sqlalchemy() -> None:
    """It is an extra, and takes a while to import."""
    code = "import messengerkit.desk, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603  # it is ours

    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("missing", "told"),
    [("sqlalchemy", r'pip install "messengerkit\[sql\]"'), ("messengerkit.desk.store", "store")],
)
def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str, told: str) -> None:
    """Where SQLAlchemy is missing, and only there."""
    for name in [one for one in sys.modules if one.startswith("messengerkit.desk.sql")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)

    with pytest.raises(ImportError, match=told):
        importlib.import_module("messengerkit.desk.sql")
