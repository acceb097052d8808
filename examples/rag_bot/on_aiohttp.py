"""The café's bot behind aiohttp: `python -m examples.rag_bot.on_aiohttp`."""

import os
from collections.abc import AsyncIterator
from contextlib import aclosing

from aiohttp import web

# Your own copy of the adapter: write `from messenger_aiohttp import mount`, or wherever it is.
from examples.aiohttp.app import mount

from messengerkit import MessengerClient, Webhook
from messengerkit.admin import DeskBackend, face_from_env
from messengerkit.desk import Desk
from messengerkit.desk.sql import SqlStore

from .bot import CafeBot


async def create_app() -> web.Application:
    """Return an app with everything from the environment."""
    client = MessengerClient.from_env()
    store = SqlStore(os.environ.get("MESSENGERKIT_STORE", "sqlite:///desk.db"))
    desk = Desk(client, store, handler=CafeBot(), webhook=Webhook.from_env())
    face = face_from_env(DeskBackend(desk, clients=[client]), events=desk)

    async def running(_app: web.Application) -> AsyncIterator[None]:
        async with aclosing(store), client, desk:
            yield

    # A signature is over the bytes that were sent: aiohttp would unpack what is packed.
    app = web.Application(handler_args={"auto_decompress": False})
    app.cleanup_ctx.append(running)
    app.add_routes(mount(face))
    return app


if __name__ == "__main__":
    web.run_app(create_app(), port=8000)
