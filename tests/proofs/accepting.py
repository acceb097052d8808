"""A Graph API that accepts whatever it is sent: what fails before it, fails at our door."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count

from aiohttp import web
from proofs.serving import PSID

PAGE = {"id": "104000000000815", "name": "A page"}


@asynccontextmanager
async def accepting() -> AsyncGenerator[str]:
    """Give the URL of a Graph API that knows every person and takes every message."""
    mids = count()

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response(PAGE)
        if request.path.endswith("/message_attachments"):
            return web.json_response({"attachment_id": str(next(mids))})
        return web.json_response({"recipient_id": PSID, "message_id": f"m_{next(mids)}"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
