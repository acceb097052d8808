"""Floor 6: transactions on a file of SQLite: one thread writes, and commits for many at once.

What waits is written in one transaction, each work behind a savepoint of its own; all are
told once that is on the disk. So a hundred callers pay for one `fsync`.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from messengerkit.errors import ConfigurationError

from ._failures import failed, told
from ._threads import Job, Threads, Work

T = TypeVar("T")

_READERS = 2
_IN_ONE_GO = 200  # works that one commit is for
_BUSY = 10.0  # seconds that another process may hold the file
_AGAIN = 0.01  # seconds, where SQLite does not wait for it by itself
# FULL, for what was acknowledged must survive that the machine stops.
_WRITING = ("journal_mode=WAL", "synchronous=FULL")
_READING = ("query_only=ON",)


class Sqlite:
    """Runs works on a file.

    Args:
        url: The file.

    Raises:
        ConfigurationError: If it is no file.
    """

    def __init__(self, url: URL) -> None:
        if not url.database or ":memory:" in url.database or "memory" in url.query.get("mode", ""):
            msg = "the database must be a file; for what needs none, there is MemoryStore"
            raise ConfigurationError(msg)
        # Without aiosqlite, which has a thread of its own for each connection, and goes there
        # and back for each statement.
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            poolclass=NullPool,
            connect_args={"timeout": _BUSY},
            hide_parameters=True,
        )
        # By process: a fork inherits neither the threads nor the right to their connections.
        self._processes: dict[int, tuple[Threads, Threads]] = {}

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run *work* as one transaction."""
        return await _run(self._here[0], work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run *work*, which only reads."""
        return await _run(self._here[1], work)

    async def aclose(self) -> None:
        """End the threads of this process."""
        for threads in self._here:
            await threads.aclose()

    @property
    def _here(self) -> tuple[Threads, Threads]:
        process, engine = os.getpid(), self._engine
        here = self._processes.get(process)
        if here is None:
            writer = Threads(partial(_Worker, engine, _write, *_WRITING), count=1, most=_IN_ONE_GO)
            readers = Threads(partial(_Worker, engine, _read, *_READING), count=_READERS, most=1)
            here = self._processes.setdefault(process, (writer, readers))
        return here


async def _run(threads: Threads, work: Callable[[Connection], T]) -> T:
    results: list[T] = []
    await threads.run(lambda connection: results.append(work(connection)))
    return results[0]


class _Opened(NamedTuple):
    """A connection, and the driver's own, which is told of transactions itself."""

    connection: Connection
    driver: sqlite3.Connection


class _Worker:
    """Does jobs on a connection that is opened when it is needed, and anew after a failure."""

    def __init__(
        self,
        engine: Engine,
        do: Callable[[Sequence[tuple[Job, Work]], _Opened], None],
        *pragmas: str,
    ) -> None:
        self._engine = engine
        self._do = do
        self._pragmas = pragmas
        self._opened: _Opened | None = None

    def do(self, jobs: Sequence[tuple[Job, Work]], /) -> None:
        """Do *jobs* in one transaction; if the file fails, none of them."""
        try:
            if self._opened is None:
                self._opened = self._open()
            self._do(jobs, self._opened)
        except Exception as error:  # noqa: BLE001  # whatever it is, whoever waits must be told
            self.close()
            for job, _ in jobs:
                job.error = failed(error)

    def close(self) -> None:
        """Close the connection, and undo what was not committed."""
        opened, self._opened = self._opened, None
        if opened is not None:
            with contextlib.suppress(Exception):  # the disk may fail here, too
                opened.connection.close()

    def _open(self) -> _Opened:
        connection = self._engine.connect()
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        driver.isolation_level = None  # it says BEGIN when it is told to, and never by itself
        try:
            for pragma in self._pragmas:
                _set(driver, pragma)
        except sqlite3.Error:
            connection.close()
            raise
        return _Opened(connection, driver)


def _set(driver: sqlite3.Connection, pragma: str) -> None:
    """Set *pragma*; where a file gets its log, SQLite itself does not wait for others."""
    until = time.monotonic() + _BUSY
    while True:
        try:
            driver.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_AGAIN)
        else:
            return


def _write(jobs: Sequence[tuple[Job, Work]], opened: _Opened) -> None:
    opened.driver.execute("BEGIN IMMEDIATE")
    for job, work in jobs:
        opened.driver.execute("SAVEPOINT work")
        try:
            work(opened.connection)
        except BaseException as error:  # noqa: BLE001  # it is raised to whoever asked for it
            job.error = told(error)
            opened.driver.execute("ROLLBACK TO work")
        opened.driver.execute("RELEASE work")
    opened.driver.execute("COMMIT")


def _read(jobs: Sequence[tuple[Job, Work]], opened: _Opened) -> None:
    opened.driver.execute("BEGIN")
    for job, work in jobs:
        try:
            work(opened.connection)
        except BaseException as error:  # noqa: BLE001  # as above
            job.error = told(error)
    opened.driver.execute("ROLLBACK")
