"""What is read before a lock is had, and used after it, is not what it was."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import uuid4

import pytest
from desk.kit import ALICE, PAGE, wrote
from desk.sql.values import AT
from once.graph_play import ANA
from sqlalchemy.util import await_only

from messengerkit.desk import DeskSettings
from messengerkit.desk.booking import Booked, book
from messengerkit.desk.handing import Moment
from messengerkit.desk.privacy import erase
from messengerkit.desk.sql import SqlStore
from messengerkit.desk.store import Transaction
from messengerkit.desk.webhook_json import inbox_event

MOMENT = Moment(AT, uuid4)


class Slow:
    """A transaction that waits before it asks for conversations."""

    def __init__(self, transaction: Transaction, inside: asyncio.Event, go: asyncio.Event) -> None:
        self._transaction = transaction
        self._inside = inside
        self._go = go

    def conversations_of(self, people: set[tuple[str, str]]) -> object:
        """Wait, and return the conversations of these people."""
        self._inside.set()
        await_only(self._go.wait())
        return self._transaction.conversations_of(people)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self._transaction, name)
        return found


@pytest.fixture
def url(postgres_url: str) -> str:
    """The URL of a database whose transactions are side by side."""
    return postgres_url


def _book(transaction: Transaction) -> Booked:
    return book(transaction, DeskSettings(), MOMENT, 9)


async def _take(store: SqlStore, text: str) -> None:
    kept = inbox_event(wrote(text, {"at": AT}), received_at=AT)
    await store.write(lambda tx: tx.add_events([kept]))


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_booked_while_a_person_is_erased_is_erased(
    store: SqlStore, *, known: bool
) -> None:
    """Else the message would come back by itself, just after it was said to be gone."""
    if known:
        await _take(store, "before")
        await store.write(_book)
    await _take(store, "secret")
    inside, go = asyncio.Event(), asyncio.Event()

    def slowly(transaction: Transaction) -> Booked:
        return _book(cast("Transaction", Slow(transaction, inside, go)))

    booking = asyncio.create_task(store.write(slowly))
    await inside.wait()
    forgetting = partial(erase, page_id=PAGE, psid=ANA, admin_id=ALICE, moment=MOMENT)
    erasing = asyncio.create_task(store.write(forgetting))
    await asyncio.wait({erasing}, timeout=0.3)
    go.set()

    assert await erasing
    await booking
    await store.write(_book)
    assert await store.read(lambda tx: tx.conversations_of([(PAGE, ANA)])) == {}
    assert await store.read(lambda tx: tx.events_of(PAGE, ANA)) == []
