"""The café's bot behind FastAPI: `uvicorn --factory examples.rag_bot.on_fastapi:create_app`."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

# Your own copy of the adapter: write `from messenger_fastapi import mount`, or wherever it is.
from examples.fastapi.app import mount
from fastapi import FastAPI

from messengerkit import MessengerClient, Webhook
from messengerkit.admin import DeskBackend, face_from_env
from messengerkit.desk import Desk
from messengerkit.desk.sql import SqlStore

from .bot import CafeBot


def create_app() -> FastAPI:
    """Return an app with everything from the environment."""
    client = MessengerClient.from_env()
    store = SqlStore(os.environ.get("MESSENGERKIT_STORE", "sqlite:///desk.db"))
    desk = Desk(client, store, handler=CafeBot(), webhook=Webhook.from_env())
    face = face_from_env(DeskBackend(desk, clients=[client]), events=desk)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with aclosing(store), client, desk:
            yield

    app = FastAPI(title="Harbour Café", lifespan=lifespan, redirect_slashes=False)
    app.include_router(mount(face))
    return app
