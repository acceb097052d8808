"""200,000 events, a fifth of them twice, shuffled, at a store that fails: each counts once."""

import logging
from pathlib import Path

import pytest
from desk.many_events_play import Play

from messengerkit.desk import MessageStatus, outbox, working
from messengerkit.desk.sql import SqlStore

pytestmark = pytest.mark.slow


async def test_each_of_many_events_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is handled at least once, and each change of state is made exactly once."""
    # What failed is tried again at once: a store that is down is another proof's.
    monkeypatch.setattr(working, "_AGAIN", 0.001)
    monkeypatch.setattr(outbox, "_AGAIN", 0.001)
    caplog.set_level(logging.CRITICAL, "messengerkit")
    store = SqlStore(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    play = Play(store, count=200_000, people=600, most=1_000, seed="many")
    try:
        await play.run()
        print(f"\n{play.told()}")

        await play.check()
    finally:
        await store.aclose()
    assert play.came == 200_000
    assert min(play.store.failed["before"], play.store.failed["after"]) > 100
    assert min(play.again, play.released, play.bot.failures, len(play.bot.replied)) > 0
    assert play.statuses[MessageStatus.SENT] > 0
