"""What the examples of the documentation run in: a sandbox with a person, and its settings."""

import asyncio
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from messengerkit.sandbox import Page, Sandbox

ROOT = Path(__file__).parents[2]
PERSON = "24000000000000001"


async def _started(sandbox: Sandbox) -> str:
    await sandbox.start()
    await sandbox.person_writes(PERSON, "Hello?")
    return sandbox.url


@pytest.fixture
def sandbox_url() -> Iterator[str]:
    """The address of a sandbox in a thread and loop of its own; the person has just written."""
    sandbox, loop = Sandbox(Page()), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(_started(sandbox), loop).result(10)
        asyncio.run_coroutine_threadsafe(sandbox.aclose(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def reader(sandbox_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a reader who has set the variables, and copied the FastAPI example."""
    settings = {
        "FACEBOOK_PAGE_ACCESS_TOKEN": Page().access_token,
        "FACEBOOK_APP_SECRET": Page().app_secret,
        "FACEBOOK_VERIFY_TOKEN": "a-word-that-you-choose",
        "ADMIN_API_KEY": "a-long-random-key",
        "ADMIN_USER_ID": "alice",
        "MESSENGER_GRAPH_URL": sandbox_url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MESSENGER_GRAPH_VERSION", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "examples" / "fastapi" / "app.py", tmp_path / "messenger_routes.py")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    sys.modules.pop("messenger_routes", None)  # the next example imports a copy of its own
