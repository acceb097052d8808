"""Two thousand events, a fifth of them twice, shuffled, at a store that fails now and then."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk.many_events_play import Play

from messengerkit.desk import MemoryStore, Store, outbox, working
from messengerkit.desk.sql import SqlStore


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store that does not fail by itself."""
    if request.param == "memory":
        store: Store = MemoryStore()
    else:
        store = SqlStore(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    yield store
    await store.aclose()


async def test_each_event_counts_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is handled, and each change made once, whatever the store said of it."""
    monkeypatch.setattr(working, "_AGAIN", 0.001)
    monkeypatch.setattr(outbox, "_AGAIN", 0.001)
    caplog.set_level(logging.CRITICAL, "messengerkit")
    play = Play(store, count=2_000, people=40, most=100, seed="small")

    await play.run()

    await play.check()
