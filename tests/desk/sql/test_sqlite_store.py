"""What is SQLite's own: one thread writes for all, and one commit is for many."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import pytest
from desk.sql.values import conversation, message
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from messengerkit.desk.sql import SqlStore
from messengerkit.desk.sql import _sqlite as sqlite
from messengerkit.desk.sql._sqlite import Sqlite
from messengerkit.desk.sql._transaction import SqlTransaction
from messengerkit.desk.store import Transaction
from messengerkit.errors import ConfigurationError, StoreError


@pytest.fixture
async def store(sqlite_url: str) -> AsyncIterator[SqlStore]:
    """A store on a file, which has its tables."""
    store = SqlStore(sqlite_url)
    await store.create()
    yield store
    await store.aclose()


class Gate:
    """Holds the writer up, so that others come to wait behind it."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._reached: Future[None] = Future()

    def __call__(self, _: Transaction) -> None:
        """Wait until it is opened."""
        self._reached.set_result(None)
        assert self._open.wait(10)

    async def reached(self) -> None:
        """Return once the writer waits."""
        await asyncio.wrap_future(self._reached)

    def open(self) -> None:
        """Let it go on."""
        self._open.set()


def _runner(store: SqlStore) -> Sqlite:
    assert isinstance(store._runner, Sqlite)
    return store._runner


async def _behind(works: "list[asyncio.Task[None]]", gate: Gate) -> None:
    await asyncio.sleep(0)  # each has put its work into the queue
    gate.open()
    await asyncio.wait(works)


@pytest.mark.parametrize("most", [200, 2], ids=["all at once", "in several goes"])
async def test_one_that_fails_stops_no_other(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Each work has a savepoint of its own, though one commit is for all of them."""
    gate, said = Gate(), [message(conversation()) for _ in range(5)]
    monkeypatch.setattr(_runner(store)._here[0], "_most", most)
    first = asyncio.create_task(store.write(gate))
    await gate.reached()

    def write(transaction: Transaction, number: int) -> None:
        transaction.add_messages([said[number]])
        if number == 3:
            raise LookupError

    works = [asyncio.create_task(store.write(partial(write, number=n))) for n in range(5)]
    await _behind(works, gate)
    await first

    failed = [isinstance(one.exception(), LookupError) for one in works]
    kept = await store.read(lambda tx: [tx.message(one.id) for one in said])
    assert failed == [False, False, False, True, False]
    assert kept == [*said[:3], None, said[4]]


async def test_if_the_transaction_is_lost_all_of_it_is(store: SqlStore) -> None:
    """As when the disk is full; the next one finds a new connection."""
    gate, said = Gate(), [message(conversation()) for _ in range(2)]
    first = asyncio.create_task(store.write(gate))
    await gate.reached()

    def lose(transaction: Transaction) -> None:
        assert isinstance(transaction, SqlTransaction)
        transaction._connected.execute(text("ROLLBACK"))

    works = [
        asyncio.create_task(store.write(lambda tx: tx.add_messages([said[0]]))),
        asyncio.create_task(store.write(lose)),
    ]
    await _behind(works, gate)
    await first

    assert [type(one.exception()) for one in works] == [StoreError, StoreError]
    await store.write(lambda tx: tx.add_messages([said[1]]))
    kept = await store.read(lambda tx: [tx.message(one.id) for one in said])
    assert kept == [None, said[1]]


async def test_a_file_that_another_has_for_too_long_fails(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is tried again by the next."""
    monkeypatch.setattr(sqlite, "_BUSY", 0.01)
    store = SqlStore(sqlite_url)
    await store.create()
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="the database failed"):
        await store.write(lambda tx: tx.counts())
    other.close()

    assert (await store.write(lambda tx: tx.counts())).held == 0
    await store.aclose()


async def test_what_is_no_database_fails(tmp_path: Path, sqlite_url: str) -> None:
    """Neither text nor a folder is one."""
    (tmp_path / "desk.db").write_text("This is a letter, and a rather long one. " * 100)
    for url in (sqlite_url, f"sqlite:///{tmp_path}"):
        store = SqlStore(url)

        with pytest.raises(StoreError, match="the database failed"):
            await store.create()

        await store.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite+aiosqlite:///file:desk?mode=memory&uri=true",
    ],
)
def test_refuses_what_is_no_file(url: str) -> None:
    """Each thread would have a memory of its own."""
    with pytest.raises(ConfigurationError, match="MemoryStore"):
        SqlStore(url)


async def test_what_is_acknowledged_survives(store: SqlStore) -> None:
    """It is in the log before anybody is told, and the log is forced to the disk."""

    def settings(transaction: Transaction) -> list[object]:
        assert isinstance(transaction, SqlTransaction)
        run = transaction._connected.exec_driver_sql
        return [run(f"PRAGMA {one}").scalar() for one in ("journal_mode", "synchronous")]

    full = 2
    assert await store.write(settings) == ["wal", full]


async def test_serves_several_loops(store: SqlStore) -> None:
    """As a server with threads has them."""

    def count() -> int:
        return asyncio.run(_held(store))

    assert await asyncio.gather(*(asyncio.to_thread(count) for _ in range(3))) == [0, 0, 0]


async def _held(store: SqlStore) -> int:
    return (await store.write(lambda tx: tx.counts())).held


async def test_a_loop_that_is_gone_is_not_told(store: SqlStore) -> None:
    """Its work is done all the same."""
    gate, said = Gate(), message(conversation())
    first = asyncio.create_task(store.write(gate))
    await gate.reached()

    def give_up() -> None:
        work = store.write(lambda tx: tx.add_messages([said]))
        with pytest.raises(TimeoutError):
            asyncio.run(asyncio.wait_for(work, 0.01))

    await asyncio.to_thread(give_up)
    gate.open()
    await first

    await store.write(lambda tx: tx.counts())
    assert await store.read(lambda tx: tx.message(said.id)) == said


async def test_a_fork_has_its_own_threads(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """It inherits neither the parent's threads nor its connections."""
    parents = await store.write(lambda _: threading.get_ident())
    monkeypatch.setattr(os, "getpid", lambda: -1)

    assert await store.write(lambda _: threading.get_ident()) != parents
    await store.aclose()
    monkeypatch.undo()

    assert await store.write(lambda _: threading.get_ident()) == parents


async def test_a_file_that_cannot_be_opened_fails_and_ends_no_thread(tmp_path: Path) -> None:
    """Whatever it is that the driver raises: whoever waits must be told."""
    store = SqlStore(f"sqlite:///{tmp_path}/a%00b")

    for _ in range(2):
        with pytest.raises(StoreError, match="ValueError"):
            await asyncio.wait_for(store.create(), 5)

    await store.aclose()


async def test_waits_for_another_process_that_is_at_the_file_for_the_first_time(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself does not wait where a file gets its log, as several that start at once do."""
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE others (name TEXT)")
    other.execute("BEGIN IMMEDIATE")
    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "_BUSY", 0.01)
        with pytest.raises(StoreError, match="OperationalError"):
            await SqlStore(sqlite_url).create()
    store = SqlStore(sqlite_url)
    creating = asyncio.create_task(store.create())
    await asyncio.sleep(0.1)
    other.close()

    await creating

    assert (await store.write(lambda tx: tx.counts())).held == 0
    await store.aclose()


async def test_where_no_thread_can_be_started_it_fails_and_is_tried_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for a thread that is not there would wait for ever."""
    store = SqlStore(sqlite_url)

    def fail(_: threading.Thread) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        with pytest.raises(StoreError, match="RuntimeError"):
            await store.create()

    await store.create()
    await store.aclose()


async def test_what_cannot_be_closed_ends_no_thread(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk fails when what was not committed is undone."""
    await store.write(lambda tx: tx.counts())

    def lose(transaction: Transaction) -> None:
        assert isinstance(transaction, SqlTransaction)
        transaction._connected.execute(text("ROLLBACK"))

    def fail(_: Connection) -> None:
        raise DBAPIError(None, None, OSError())

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "close", fail)
        with pytest.raises(StoreError):
            await store.write(lose)

    assert (await store.write(lambda tx: tx.counts())).held == 0
