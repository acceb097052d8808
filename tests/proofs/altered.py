"""The FastAPI example, whose code stays as it is, behind what a test wants to be different.

Every request comes from a client of its own, so that no failure counts for the next; and
if `PLANTED_STATUS` is set, that is what a good answer of one route becomes.
"""

import os
import secrets
from importlib import import_module

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALTERED = "/admin/send-attachment"


def create_app() -> FastAPI:
    """Return the example's app."""
    app: FastAPI = import_module("app").create_app()
    app.add_middleware(_Altered, planted=int(os.environ.get("PLANTED_STATUS", "200")))
    return app


class _Altered:
    def __init__(self, app: ASGIApp, planted: int) -> None:
        self._app = app
        self._planted = planted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def altered(message: Message) -> None:
            if scope.get("path") == ALTERED and message.get("status") == 200:
                message["status"] = self._planted
            await send(message)

        scope["client"] = (".".join(map(str, (10, *secrets.token_bytes(3)))), 443)
        await self._app(scope, receive, altered)
