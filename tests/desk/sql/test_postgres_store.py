"""What is PostgreSQL's own: transactions side by side, and a server that may be gone."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from desk.sql.values import AT, conversation, event, message, reply_key, send
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from messengerkit.desk.entries import EventState
from messengerkit.desk.sql import SqlStore
from messengerkit.desk.sql._postgres import Postgres
from messengerkit.desk.sql._transaction import SqlTransaction
from messengerkit.desk.store import Transaction
from messengerkit.errors import ConfigurationError, StoreError, TransitionError


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[SqlStore]:
    """A store on PostgreSQL, which has its tables."""
    store = SqlStore(postgres_url)
    await store.create()
    yield store
    await store.aclose()


def _runner(store: SqlStore) -> Postgres:
    assert isinstance(store._runner, Postgres)
    return store._runner


async def test_who_loses_the_race_for_a_key_finds_the_winners(store: SqlStore) -> None:
    """Both look, find nothing, and write; one of them is run again."""
    key, both = "key", asyncio.Barrier(2)
    person = conversation()

    async def reply() -> str:
        mine = reply_key(person, key, uuid4())
        looked: list[object] = []

        def write(transaction: Transaction) -> str:
            known = transaction.reply_key(key)
            looked.append(known)
            if known is None:
                transaction.add_reply_key(mine)
            return repr(known or mine)

        await both.wait()
        return await store.write(write)

    first, second = await asyncio.gather(reply(), reply())

    assert first == second


async def test_a_connection_that_was_lost_is_made_anew(store: SqlStore) -> None:
    """Nothing of its transaction was kept, so that the work is run once more."""
    tries: list[int] = []

    def lose(transaction: Transaction) -> int:
        assert isinstance(transaction, SqlTransaction)
        tries.append(1)
        if len(tries) == 1:
            run = transaction._connected.execute
            run(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return transaction.counts().held

    assert await store.write(lose) == 0
    assert len(tries) == 2


async def test_a_commit_that_fails_is_not_tried_again(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been done."""

    async def fail(_: AsyncConnection) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(AsyncConnection, "commit", fail)
    tries: list[int] = []

    with pytest.raises(StoreError, match="ConnectionResetError"):
        await store.write(lambda _: tries.append(1))

    assert tries == [1]


UNREACHED: dict[str, Callable[[URL], URL]] = {
    "refused": lambda url: url.set(port=1),
    "unknown": lambda url: url.set(username="nobody", password="secret"),
    "no database": lambda url: url.set(database="nowhere"),
}


@pytest.mark.parametrize("why", UNREACHED)
async def test_a_server_that_is_not_reached_fails(postgres_url: str, why: str) -> None:
    """The text tells neither where it is nor the password."""
    url = UNREACHED[why](make_url(postgres_url))
    store = SqlStore(url.render_as_string(hide_password=False))

    with pytest.raises(StoreError, match=r"^the database failed: \w+$"):
        await store.create()

    await store.aclose()


async def test_new_events_are_one_transactions_at_a_time(
    postgres_url: str, store: SqlStore
) -> None:
    """Another gets none meanwhile, and does not wait."""
    other = SqlStore(postgres_url)
    person = conversation()
    await store.write(lambda tx: tx.add_events([event(person, "1")]))
    inside, leave = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(_held(store, inside, leave))
    await inside.wait()

    assert await other.write(lambda tx: tx.new_events(9)) == ()
    assert len(await other.read(lambda tx: tx.new_events(9))) == 1
    leave.set()
    await task

    assert len(await other.write(lambda tx: tx.new_events(9))) == 1
    await other.aclose()


async def _held(store: SqlStore, inside: asyncio.Event, leave: asyncio.Event) -> None:
    """Hold a transaction open that has the new events, as no desk ever does."""
    engine = _runner(store)._connections_here()._engine
    async with engine.connect() as connection:
        await connection.run_sync(lambda one: SqlTransaction(one, writes=True).new_events(9))
        inside.set()
        await leave.wait()


async def test_what_another_has_locked_is_left_out(store: SqlStore) -> None:
    """Its conversation is the lock of a send, and of an event."""
    held, free = conversation("1"), conversation("2")

    def write(transaction: Transaction) -> None:
        for one in (held, free):
            transaction.add_conversation(one)
            transaction.add_send(send(one, one.psid))
            transaction.add_events([event(one, one.psid)])
        due = [
            one._replace(
                state=EventState.DUE, conversation_id=(held if one.psid == "1" else free).id
            )
            for one in transaction.new_events(9)
        ]
        transaction.put_events(due)

    await store.write(write)
    engine = _runner(store)._connections_here()._engine

    def due(transaction: Transaction) -> tuple[list[str], list[str]]:
        sends = transaction.due_sends(None, AT, AT, 1)
        events = transaction.due_events(AT, 1)
        return [one.row.psid for one in sends], [one.psid for one in events]

    async with engine.connect() as connection:
        await connection.run_sync(
            lambda one: SqlTransaction(one, writes=True).conversation(held.id)
        )

        assert await store.write(due) == (["2"], ["2"])
        assert await store.read(due) == (["1"], ["1"])
    assert await store.write(due) == (["1"], ["1"])


async def test_real_duplicates_are_refused_in_the_end(store: SqlStore) -> None:
    """What is there at each try was added by no race."""
    said, tries = message(conversation()), list[int]()

    def write(transaction: Transaction) -> None:
        tries.append(1)
        transaction.add_messages([said])

    await store.write(write)
    with pytest.raises(TransitionError):
        await store.write(write)

    assert len(tries) == 1 + 3


def test_serves_one_loop_after_the_other(postgres_url: str) -> None:
    """Connections belong to a loop: each has its own, and those of one that is gone are dropped."""
    store = SqlStore(postgres_url)

    async def use() -> int:
        await store.create()
        held = (await store.read(lambda tx: tx.counts())).held
        await _runner(store)._connections_here().aclose()
        return held

    assert [asyncio.run(use()), asyncio.run(use())] == [0, 0]
    assert len(_runner(store)._here) == 1


def test_without_its_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra `sql` has none for PostgreSQL."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    with pytest.raises(ConfigurationError, match=r"messengerkit\[postgres\]"):
        SqlStore("postgresql+asyncpg://host/desk")


async def test_closing_waits_for_what_runs_also_if_it_is_cancelled(store: SqlStore) -> None:
    """Whoever gives up closing does not stop a transaction that somebody waits for."""
    await store.write(lambda tx: tx.counts())
    writing = asyncio.create_task(store.write(_sleeps))
    await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.aclose(), 0.05)

    assert await writing == 0


def _sleeps(transaction: Transaction) -> int:
    assert isinstance(transaction, SqlTransaction)
    transaction._connected.execute(text("SELECT pg_sleep(0.3)"))
    return transaction.counts().held


async def test_loops_may_come_and_go_side_by_side(store: SqlStore) -> None:
    """Another thread may drop a loop that is gone, while this one looks for those."""
    here = _runner(store)._here

    class Gone(asyncio.SelectorEventLoop):
        def is_closed(self) -> bool:
            here.pop((0, self), None)
            return super().is_closed()

    for _ in range(2):
        loop = Gone()
        loop.close()
        here[0, loop] = _runner(store)._connections_here()
    lives = asyncio.SelectorEventLoop()
    here[0, lives] = here.pop((os.getpid(), asyncio.get_running_loop()))

    assert (await store.read(lambda tx: tx.counts())).held == 0

    assert list(here) == [(0, lives), (os.getpid(), asyncio.get_running_loop())]
    await here[0, lives].aclose()
    lives.close()


async def test_tells_what_is_not_there_of_very_many(store: SqlStore) -> None:
    """More than a statement of PostgreSQL may have values."""
    many = [message(conversation())] * 3
    many += [replace(many[0], id=uuid4()) for _ in range(33_000)]

    with pytest.raises(TransitionError, match="not there"):
        await store.write(lambda tx: tx.put_messages(many))
