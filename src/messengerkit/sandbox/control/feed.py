"""Floor 8: the changes of the sandbox as server-sent events, resumable."""

import asyncio
import re
from contextlib import aclosing, suppress

from aiohttp import web

from messengerkit.sandbox.jsontext import compact
from messengerkit.sandbox.world.changes import Changes

_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
_BEAT = 15.0  # seconds
_NUMBER = re.compile(r"[0-9]{1,18}")


async def stream(
    request: web.Request, changes: Changes, closing: asyncio.Event
) -> web.StreamResponse:
    """Send every change after the one that the browser has seen, until it leaves."""
    # Before the browser hears that it is live, or a change in between would be lost.
    seen = _seen(request, changes)
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    tasks = {
        asyncio.create_task(closing.wait()),
        asyncio.create_task(_send(response, changes, seen)),
        asyncio.create_task(_beat(response)),
    }
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return response


async def _send(response: web.StreamResponse, changes: Changes, after: int) -> None:
    with suppress(ConnectionError):
        await response.write(b"retry: 500\n\n")
        async with aclosing(changes.after(after)) as coming:
            async for number, change in coming:
                await response.write(b"id: %d\ndata: %b\n\n" % (number, compact(change)))


async def _beat(response: web.StreamResponse) -> None:
    """Find out who has left, also while nothing changes; browsers pass a comment over."""
    with suppress(ConnectionError):
        while True:
            await asyncio.sleep(_BEAT)
            await response.write(b":\n\n")


def _seen(request: web.Request, changes: Changes) -> int:
    last = request.headers.get("Last-Event-ID", "")
    return int(last) if _NUMBER.fullmatch(last) else changes.last
