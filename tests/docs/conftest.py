"""What the examples of the documentation run in: a sandbox with a person, and its settings."""

import asyncio
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs.following import blocks_of

from messengerkit import loop_thread
from messengerkit.sandbox import Page, Sandbox

ROOT = Path(__file__).parents[2]
PERSON = "24000000000000001"
ANA_OF_TUTORIAL = "8995276664024155"


ADAPTERS = ("fastapi", "flask", "aiohttp")
SETTINGS = {
    "FACEBOOK_PAGE_ACCESS_TOKEN": Page().access_token,
    "FACEBOOK_APP_SECRET": Page().app_secret,
    "FACEBOOK_VERIFY_TOKEN": "a-word-that-you-choose",
    "ADMIN_API_KEY": "a-long-random-key",
    "ADMIN_USER_ID": "alice",
}
TUTORIAL_BOT = "bot.py"


def copy_adapters(folder: Path) -> None:
    """Copy each adapter into *folder*, under the name that its README tells to give it."""
    for name in ADAPTERS:
        shutil.copy(ROOT / "examples" / name / "app.py", folder / f"messenger_{name}.py")
    for block in blocks_of((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")):
        if block.title == TUTORIAL_BOT:  # the one module that another block imports
            (folder / TUTORIAL_BOT).write_text(block.text, encoding="utf-8")


async def _started(sandbox: Sandbox) -> str:
    await sandbox.start()
    for psid in (PERSON, ANA_OF_TUTORIAL):
        await sandbox.person_writes(psid, "Hello?")
    return sandbox.url


@pytest.fixture
def sandbox_url() -> Iterator[str]:
    """The address of a sandbox in a thread and loop of its own; both persons have just written."""
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
    """The folder of a reader who has set the variables, and copied the three adapters."""
    settings = SETTINGS | {"MESSENGER_GRAPH_URL": sandbox_url}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("MESSENGER_GRAPH_VERSION", raising=False)
    monkeypatch.chdir(tmp_path)
    copy_adapters(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for loop in list(loop_thread._every):
        loop.close()  # an example leaves it to the end of its process
    for name in ADAPTERS:
        sys.modules.pop(f"messenger_{name}", None)  # the next example imports a copy of its own
    sys.modules.pop(Path(TUTORIAL_BOT).stem, None)
