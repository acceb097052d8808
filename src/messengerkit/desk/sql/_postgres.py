"""Floor 6: transactions on PostgreSQL, side by side, and again where one was in another's way.

Whoever is cancelled while it waits changes nothing: the transaction goes on to its end.
"""

import asyncio
import os
import random
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ._failures import closed, failed, told

T = TypeVar("T")

_TRIES = 8
_WAIT = 0.02  # seconds before the second try, at most; then twice as long each time
_TO_CONNECT = 10.0  # seconds
_IN_THE_WAY = frozenset({"40001", "40P01"})  # a serialization failure, and a deadlock
_IS_THERE = "23505"  # what is added; somebody else may have added it at the same moment
_TRIES_TO_ADD = 3


class Postgres:
    """Runs works on a server.

    Args:
        url: The server and the database.
        connections: How many there are, for each event loop.

    Raises:
        ImportError: If asyncpg is not installed.
    """

    def __init__(self, url: URL, connections: int) -> None:
        self._url = url.set(drivername="postgresql+asyncpg")
        self._url.get_dialect().import_dbapi()
        self._connections = connections
        # By process, too: a fork must not use the connections of its parent.
        self._here: dict[tuple[int, asyncio.AbstractEventLoop], _Connections] = {}
        self._closed = False

    async def write(self, work: Callable[[Connection], T], /) -> T:
        """Run *work* as one transaction, several times if others are in its way."""
        return await self._connections_here().run(work, writes=True)

    async def read(self, work: Callable[[Connection], T], /) -> T:
        """Run *work*, which only reads, and sees all at one moment."""
        return await self._connections_here().run(work, writes=False)

    async def aclose(self) -> None:
        """Wait for what runs, and close the connections of this loop."""
        self._closed = True
        here = self._here.pop((os.getpid(), asyncio.get_running_loop()), None)
        if here is not None:
            await here.aclose()

    def _connections_here(self) -> "_Connections":
        if self._closed:
            raise closed()
        key = os.getpid(), asyncio.get_running_loop()
        here = self._here.get(key)
        if here is None:
            # All at one moment, and gone or not: other threads do the same.
            for other in tuple(self._here):
                if other[1].is_closed():
                    self._here.pop(other, None)
            here = self._here[key] = _Connections(self._url, self._connections)
        return here


class _Connections:
    """The connections of one event loop, and what runs on them."""

    def __init__(self, url: URL, count: int) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=count,
            max_overflow=0,
            isolation_level="READ COMMITTED",
            connect_args={"timeout": _TO_CONNECT},
            hide_parameters=True,
        )
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._running: set[asyncio.Task[object]] = set()

    async def run(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        """Run *work* to its end, even if who waits for it is cancelled."""
        task = asyncio.create_task(self._tried(work, writes=writes))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        """Wait for what runs, and close the connections."""
        if self._running:
            await asyncio.wait(self._running)  # which stops none if this is cancelled
        await self._engine.dispose()

    async def _tried(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        tried = 0
        while True:
            tried += 1
            try:
                return await self._once(work, writes=writes)
            except SQLAlchemyError as error:
                if tried >= _tries(error):
                    raise told(error) from None
            wait = _WAIT * 2.0 ** (tried - 1)
            await asyncio.sleep(random.uniform(0, wait))  # noqa: S311  # it is no secret

    async def _once(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        connection = await _opened(self._engine if writes else self._reading)
        try:
            result = await connection.run_sync(work)
            if writes:
                await _commit(connection)
        finally:
            await connection.close()
        return result


async def _opened(engine: AsyncEngine) -> AsyncConnection:
    try:
        return await engine.connect()
    except Exception as error:  # noqa: BLE001  # the driver's, the system's, or the pool's
        raise failed(error) from None


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except Exception as error:  # noqa: BLE001  # as above; whether it was done, nobody knows
        raise failed(error) from None


def _tries(error: SQLAlchemyError) -> int:
    """Return how often is tried what ended with *error*."""
    if not isinstance(error, DBAPIError):
        return 1
    state = getattr(error.orig, "sqlstate", None)
    if state == _IS_THERE:
        return _TRIES_TO_ADD
    # A connection that is gone took all of its transaction with it.
    return _TRIES if error.connection_invalidated or state in _IN_THE_WAY else 1
