"""Floor 6: the durable store: a desk's transactions on a file of SQLite, or on PostgreSQL."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError
from typing_extensions import override

from messengerkit.desk.store import Transaction
from messengerkit.errors import ConfigurationError

from ._installing import install
from ._sqlite import Sqlite
from ._transaction import SqlTransaction

T = TypeVar("T")


class Runner(Protocol):
    """Runs works on one kind of database, each as one transaction."""

    async def write(self, work: Callable[[Connection], T], /) -> T:
        """Run *work*; what it did is durable when this returns."""
        ...

    async def read(self, work: Callable[[Connection], T], /) -> T:
        """Run *work*, which only reads."""
        ...

    async def aclose(self) -> None:
        """Close what was opened."""
        ...


class SqlStore:
    """Keeps a desk in a database, of which `create` makes the tables.

    SQLite is for one machine, PostgreSQL for many. It may be used from any event loop, and
    in a process that was forked.

    Args:
        url: `sqlite:///desk.db` or `sqlite+aiosqlite:///desk.db`, which are the same;
            `postgresql+asyncpg://user:password@host/database`.
        connections: How many there are to PostgreSQL, for each event loop.

    Raises:
        ConfigurationError: If *url* is of another database, or what it needs is not installed.
    """

    def __init__(self, url: str, *, connections: int = 10) -> None:
        self._url = _parsed(url)
        self._runner = _runner(self._url, connections)

    async def create(self) -> None:
        """Make what is missing, and check that the rest is of this version.

        Raises:
            ConfigurationError: If it is of another version.
            StoreError: If it cannot be reached.
        """
        await self._runner.write(install)

    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work* as one transaction; what it returns is durable when this returns.

        If *work* raises, nothing of it is kept, and the error is raised here. Whoever is
        cancelled here does not stop it.

        Raises:
            StoreError: If the store fails.
        """
        return await self._runner.write(lambda connection: _done(work, connection, writes=True))

    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, which only reads, and locks nothing.

        Raises:
            StoreError: If the store fails.
        """
        return await self._runner.read(lambda connection: _done(work, connection, writes=False))

    async def aclose(self) -> None:
        """Close it; calling it again does nothing."""
        await self._runner.aclose()

    @override
    def __repr__(self) -> str:
        # A password may stand in the query, too.
        return f"SqlStore({self._url.set(query={}).render_as_string(hide_password=True)!r})"


def _done(work: Callable[[Transaction], T], connection: Connection, *, writes: bool) -> T:
    transaction = SqlTransaction(connection, writes=writes)
    try:
        return work(transaction)
    finally:
        transaction.end()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        msg = "the database's URL cannot be read"
    raise ConfigurationError(msg)


def _runner(url: URL, connections: int) -> Runner:
    if url.drivername in {"sqlite", "sqlite+aiosqlite"}:
        return Sqlite(url)
    if url.drivername in {"postgresql", "postgresql+asyncpg"}:
        return _postgres(url, connections)
    msg = f"{url.drivername}: no such database is known; SQLite and PostgreSQL (asyncpg) are"
    raise ConfigurationError(msg)


def _postgres(url: URL, connections: int) -> Runner:
    try:
        from ._postgres import Postgres  # noqa: PLC0415  # its driver is an extra

        return Postgres(url, connections)
    except ImportError:
        msg = 'PostgreSQL needs its extra: pip install "messengerkit[postgres]"'
    raise ConfigurationError(msg)
