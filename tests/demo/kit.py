"""What the demo's tests share: settings, events, and a sandbox in another thread."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp

from messengerkit import Event, parse_events
from messengerkit.demo.backend import CONVERSATIONS, create_app
from messengerkit.demo.play import Stage
from messengerkit.demo.server import serving
from messengerkit.sandbox import Sandbox

PSID = "24000000000000007"  # has written to the sandbox of `tests/conftest.py`
KEY = "key-of-the-panel-4711"
ADMIN = "admin-uuid"
VERIFY_TOKEN = "the-word-for-the-handshake"
PATIENCE = 20.0
"""Seconds after which a test that waits for another thread has failed."""


def settings_for(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment of a backend that talks to *sandbox*."""
    return {
        "FACEBOOK_PAGE_ACCESS_TOKEN": sandbox.page.access_token,
        "FACEBOOK_APP_SECRET": sandbox.page.app_secret,
        "FACEBOOK_VERIFY_TOKEN": VERIFY_TOKEN,
        "ADMIN_API_KEY": KEY,
        "ADMIN_USER_ID": ADMIN,
        "MESSENGER_GRAPH_URL": sandbox.url,
    }


def message(text: str, *, psid: str = PSID, mid: str = "m_1") -> dict[str, object]:
    """Return one item of a webhook: *psid* wrote *text*."""
    return {
        "sender": {"id": psid},
        "recipient": {"id": "104000000000815"},
        "timestamp": 1_767_225_600_250,
        "message": {"mid": mid, "text": text},
    }


def webhook_of(*items: dict[str, object]) -> bytes:
    """Return the body that Meta posts with *items*."""
    entry = {"id": "104000000000815", "time": 1_767_225_600_250, "messaging": list(items)}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def events_of(*items: dict[str, object]) -> tuple[Event, ...]:
    """Return the events that Meta posts with *items*."""
    return parse_events(json.loads(webhook_of(*items)))


@asynccontextmanager
async def staging(sandbox: Sandbox, folder: Path) -> AsyncGenerator[Stage]:
    """Give a stage for *sandbox*: the demo's backend, served and subscribed."""
    audit = folder / "admin-actions.jsonl"
    app = create_app(settings_for(sandbox), audit=audit)
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with serving(app) as url, aiohttp.ClientSession(timeout=timeout) as session:
        await sandbox.subscribe(f"{url}/webhook", VERIFY_TOKEN)
        try:
            yield Stage(
                sandbox=sandbox,
                conversations=app[CONVERSATIONS],
                backend_url=url,
                admin_headers={"Authorization": f"Bearer {KEY}", "X-Admin-User-ID": ADMIN},
                admin_id=ADMIN,
                audit=audit,
                session=session,
            )
        finally:
            await sandbox.settled()  # an echo that is just being accepted would stay open


@contextmanager
def sandbox_elsewhere() -> Generator[Sandbox]:
    """Give a sandbox that runs in a thread of its own, for a test whose thread is taken."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def opened() -> Sandbox:
        sandbox = Sandbox()
        await sandbox.start()
        return sandbox

    try:
        sandbox = asyncio.run_coroutine_threadsafe(opened(), loop).result(PATIENCE)
        try:
            yield sandbox
        finally:
            asyncio.run_coroutine_threadsafe(sandbox.aclose(), loop).result(PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
