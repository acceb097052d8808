"""The databases of these tests: a file, and a PostgreSQL that is made for them."""

import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from desk.sql.postgres_cluster import cluster, programs
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from messengerkit.desk.sql import SqlStore

_NONE = (
    "THERE IS NO POSTGRESQL HERE: NOTHING OF IT IS TESTED. Install it (Debian: postgresql), or "
    "put initdb and pg_ctl on PATH."
)
_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server, started once."""
    found = programs()
    if found is None:
        if os.environ.get("MESSENGERKIT_NEEDS_POSTGRES") == "1":
            pytest.fail(_NONE, pytrace=False)
        pytest.skip(_NONE)
    with cluster(found) as url:
        yield url


@pytest.fixture
async def postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """The URL of an empty database."""
    name = f"desk_{next(_numbers)}"
    url = make_url(postgres_server).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(database=name).render_as_string(hide_password=False)
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a file that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database of each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    """A store of each kind, which has its tables."""
    store = SqlStore(url)
    await store.create()
    yield store
    await store.aclose()
