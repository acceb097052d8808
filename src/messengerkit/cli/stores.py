"""Floor 9: the store that a command works on: it is opened and closed, and its URL never told."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar
from uuid import uuid4

import typer

from messengerkit.admin.identity import ID_RULE, is_id
from messengerkit.desk.handing import Moment
from messengerkit.desk.store import Store
from messengerkit.errors import ConfigurationError, StoreError

from .printing import sentence

T = TypeVar("T")

FAILED = 2
"""The exit code when nothing could be looked at, or done."""


def _admin(value: str) -> str:
    if not is_id(value):
        raise typer.BadParameter(ID_RULE)
    return value


Url: TypeAlias = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="MESSENGERKIT_STORE",
        help="The desk's database, like sqlite:///desk.db; with a password, better not here.",
    ),
]
Limit: TypeAlias = Annotated[
    int, typer.Option("--limit", min=1, max=1_000_000, help="How many at most.")
]
By: TypeAlias = Annotated[
    str, typer.Option("--by", callback=_admin, help="The id of the admin who does it.")
]


def store_at(url: str) -> Store:
    """Return the store of *url*, which must be there.

    Raises:
        ConfigurationError: If it is not, or what it needs is not installed.
    """
    if find_spec("sqlalchemy") is None:
        msg = 'A store needs its extra: pip install "messengerkit[sql]"'
        raise ConfigurationError(msg)
    from sqlalchemy import make_url  # noqa: PLC0415  # it may not be there

    from messengerkit.desk.sql import SqlStore  # noqa: PLC0415  # it imports sqlalchemy

    store = SqlStore(url)
    file = make_url(url).database or ""
    # SQLite would make an empty one, in which nothing is ever wrong.
    if url.startswith("sqlite") and not file.startswith("file:") and not Path(file).is_file():
        msg = f"there is no file {file}"
        raise ConfigurationError(msg)
    return store


def moment() -> Moment:
    """Return the time and the chance of one transaction."""
    return Moment(datetime.now(UTC), uuid4)


@contextmanager
def refusing() -> Generator[None]:
    """Leave with a sentence and exit code 2 if a setting is wrong, or a store cannot be reached."""
    try:
        yield
    except (ConfigurationError, StoreError) as error:
        typer.echo(sentence(error), err=True)
        raise typer.Exit(FAILED) from None


def with_store(url: str, act: Callable[[Store], Awaitable[T]]) -> T:
    """Return what *act* does with the store of *url*."""
    with refusing():
        return asyncio.run(_opened(store_at(url), act))


async def _opened(store: Store, act: Callable[[Store], Awaitable[T]]) -> T:
    try:
        await store.create()
        return await act(store)
    finally:
        await store.aclose()
