"""The café's bot behind Flask: `gunicorn "examples.rag_bot.on_flask:create_app()" --threads 4`."""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

# Your own copy of the adapter: write `from messenger_flask import mount`, or wherever it is.
from examples.flask.app import mount
from flask import Flask

from messengerkit import LoopThread, MessengerClient, Webhook
from messengerkit.admin import DeskBackend, face_from_env
from messengerkit.desk import Desk
from messengerkit.desk.sql import SqlStore

from .bot import CafeBot


def create_app() -> Flask:
    """Return an app with everything from the environment."""
    client = MessengerClient.from_env()
    store = SqlStore(os.environ.get("MESSENGERKIT_STORE", "sqlite:///desk.db"))
    desk = Desk(client, store, handler=CafeBot(), webhook=Webhook.from_env())
    # A browser that waits for events would take a thread.
    backend = DeskBackend(desk, clients=[client], events_wait=0)
    face = face_from_env(backend, events=desk)

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        async with aclosing(store), client, desk:
            yield

    # The desk works from the first request of each process on, never before a fork.
    app = Flask(__name__)
    app.register_blueprint(mount(face, LoopThread(lifespan)))
    return app
