"""The fixtures of the admin face's tests: a client of the sandbox, and backends."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from admin.kit import NOW, Accepting, Panel
from waits import Waits

from messengerkit import MessengerClient
from messengerkit.admin import DirectBackend, JsonLinesAuditLog
from messengerkit.desk import MemoryStore
from messengerkit.desk.sql import SqlStore
from messengerkit.desk.store import Store
from messengerkit.sandbox import Sandbox


@pytest.fixture
async def client(sandbox: Sandbox, waits: Waits) -> AsyncIterator[MessengerClient]:
    """Yield a client of the sandbox's page."""
    async with MessengerClient(
        page_access_token=sandbox.page.access_token,
        app_secret=sandbox.page.app_secret,
        graph_url=sandbox.url,
        sleep=waits,
    ) as client:
        yield client


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return the path of the audit log."""
    return tmp_path / "admin-actions.jsonl"


@pytest.fixture
def panel(client: MessengerClient, journal: Path) -> Panel:
    """Return the panel of a backend that sends to the sandbox."""
    audit = JsonLinesAuditLog(journal)
    return Panel(DirectBackend(client, audit=audit, now=lambda: NOW))


@pytest.fixture
def accepting() -> Accepting:
    """Return a backend that accepts everything."""
    return Accepting()


@pytest.fixture(params=["memory", "sqlite"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Yield what a desk keeps, in memory and in a file."""
    in_a_file = request.param == "sqlite"
    store = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}") if in_a_file else MemoryStore()
    await store.create()
    yield store
    await store.aclose()
