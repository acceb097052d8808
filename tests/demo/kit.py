"""What the demo's tests share: the demo opened with a bot, and a sandbox in another thread."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import aiohttp

from messengerkit.demo.opening import DATABASE, opened
from messengerkit.demo.options import Options
from messengerkit.demo.running import stage_of
from messengerkit.demo.stage import Stage
from messengerkit.desk import Handler, Turn
from messengerkit.sandbox import Sandbox

KEY = "key-of-the-panel-4711"
ADMIN = "alice"
HOURS = "We are open every day from 8 to 18."
PATIENCE = 20.0
"""Seconds after which a test that waits for another thread has failed."""


def settings_for(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment of a backend that talks to *sandbox*."""
    return {
        "FACEBOOK_PAGE_ACCESS_TOKEN": sandbox.page.access_token,
        "FACEBOOK_APP_SECRET": sandbox.page.app_secret,
        "FACEBOOK_VERIFY_TOKEN": "the-word-for-the-handshake",
        "ADMIN_API_KEY": KEY,
        "ADMIN_USER_ID": ADMIN,
        "MESSENGER_GRAPH_URL": sandbox.url,
    }


async def small_bot(turn: Turn) -> None:
    """Answer as the demo's bot would, without its knowledge."""
    if not turn.bot_may_answer:
        return
    if "person" in turn.text:
        await turn.reply("Of course. A colleague will answer you.")
        await turn.escalate("asked for a person")
    else:
        await turn.reply(HOURS)


@asynccontextmanager
async def staging(folder: Path, bot: Handler = small_bot) -> AsyncGenerator[Stage]:
    """Give a stage: the demo, open, with *bot* and its database in *folder*."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    environ = {"ADMIN_API_KEY": KEY, "ADMIN_USER_ID": ADMIN}
    async with (
        opened(Options(), folder, bot, environ) as demo,
        aiohttp.ClientSession(timeout=timeout) as session,
    ):
        yield stage_of(demo, session)


def tamper(folder: Path, statement: str) -> None:
    """Change the desk's database behind its back."""
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        assert database.execute(statement).rowcount > 0


@contextmanager
def sandbox_elsewhere() -> Generator[Sandbox]:
    """Give a sandbox that runs in a thread of its own, for a test whose thread is taken."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def opened_there() -> Sandbox:
        sandbox = Sandbox()
        await sandbox.start()
        return sandbox

    try:
        sandbox = asyncio.run_coroutine_threadsafe(opened_there(), loop).result(PATIENCE)
        try:
            yield sandbox
        finally:
            asyncio.run_coroutine_threadsafe(sandbox.aclose(), loop).result(PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
