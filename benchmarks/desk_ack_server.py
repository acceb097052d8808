"""The backend of `desk_ack.py`: an aiohttp server with a desk on a file of SQLite.

It says where it listens. At each line that comes in it tells the seconds of CPU that it took,
and how many events nobody has booked yet; when no more come, it ends.
"""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from messengerkit import MessengerClient, Webhook
from messengerkit.desk import Desk, DeskSettings, EventState, Turn
from messengerkit.desk.sql import SqlStore
from messengerkit.testing import FakeTransport

SECRET = "0123456789abcdef0123456789abcdef"
THINKS = 60.0  # seconds, of a handler that awaits a model
BARE, AT_ONCE, SLOW = "bare", "at once", "slow"

Post = Callable[[web.Request], Awaitable[web.Response]]
Told = Callable[[], Awaitable[int]]


async def at_once(_: Turn) -> None:
    """Handle an event at once."""


async def slow(_: Turn) -> None:
    """Handle an event as a slow model does."""
    await asyncio.sleep(THINKS)


@asynccontextmanager
async def bare() -> AsyncGenerator[tuple[Post, Told]]:
    """Yield what reads a body and answers 200."""

    async def post(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    async def told() -> int:
        return 0

    yield post, told


@asynccontextmanager
async def desk(
    url: str, handler: Callable[[Turn], Awaitable[None]]
) -> AsyncGenerator[tuple[Post, Told]]:
    """Yield what answers 200 once all events are on disk."""
    store = SqlStore(url)
    client = MessengerClient(page_access_token="EAATest", transport=FakeTransport())
    webhook = Webhook(app_secrets=[SECRET], verify_token="verify-me")
    working = Desk(client, store, handler=handler, webhook=webhook, settings=DeskSettings())

    async def post(request: web.Request) -> web.Response:
        await working.receive(request.headers, await request.read())
        return web.Response()

    async def told() -> int:
        return (await working.counts()).events[EventState.NEW]

    async with client:
        await working.__aenter__()
        try:
            yield post, told
        finally:
            await working.aclose(drain=0.0)
            await store.aclose()


async def serve(post: Post, told: Told) -> None:
    """Serve until no more lines come in."""
    app = web.Application()
    app.add_routes([web.post("/webhook", post)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        cpu = time.process_time()
        print(cpu, await told(), flush=True)
    await runner.cleanup()


async def main(what: str, url: str) -> None:
    """Serve *what* is asked for."""
    making = bare() if what == BARE else desk(url, at_once if what == AT_ONCE else slow)
    async with making as (post, told):
        await serve(post, told)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(*sys.argv[1:]))
