"""Floor 9: the demo's backend: what a user's own would be, on aiohttp, from the environment.

It talks to the sandbox or to Meta, as `MESSENGER_GRAPH_URL` says; nothing else differs.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aiohttp import web

from messengerkit._environment import PURPOSES, required
from messengerkit.admin import (
    ROUTES,
    AdminFace,
    AdminRequest,
    InBackground,
    JsonLinesAuditLog,
    verifier_from_env,
)
from messengerkit.client import MessengerClient
from messengerkit.webhook import Webhook

from . import faq
from .admin_backend import ConversationsBackend, escalated_route
from .bot import Bot
from .conversations import Conversations

Handler = Callable[[web.Request], Awaitable[web.Response]]

CONVERSATIONS = web.AppKey("CONVERSATIONS", Conversations)
DRAIN = 10.0
"""Seconds that the events under way have on shutdown."""


def create_app(
    environ: Mapping[str, str] | None = None,
    *,
    audit: str | os.PathLike[str] = "admin-actions.jsonl",
) -> web.Application:
    """Return the backend: `/webhook`, `/admin/…`, `/status`, and its bot.

    Raises:
        ConfigurationError: If a variable is missing; it names all that are.
    """
    required(environ, *PURPOSES)
    client = MessengerClient.from_env(environ)
    conversations = Conversations()
    bot = Bot(client, conversations, faq.load())
    events = InBackground(Webhook.from_env(environ), bot.answer)
    face = AdminFace(
        backend=ConversationsBackend(client, conversations, audit=JsonLinesAuditLog(audit)),
        verifier=verifier_from_env(environ),
        events=events,
        routes=(*ROUTES, escalated_route(conversations)),
    )

    async def running(_app: web.Application) -> AsyncIterator[None]:
        async with client:
            yield
            await events.drain(seconds=DRAIN)

    # A signature is over the bytes that were sent: aiohttp would unpack what is packed.
    app = web.Application(handler_args={"auto_decompress": False})
    app[CONVERSATIONS] = conversations
    app.cleanup_ctx.append(running)
    for path in face.paths:
        app.router.add_route("*", path, _endpoint(face, path))
    return app


def _endpoint(face: AdminFace, path: str) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        done = await face.respond(path, await _incoming(request, face.max_body(path)))
        return web.Response(status=done.status, headers=done.headers, body=done.body)

    return serve


async def _incoming(request: web.Request, limit: int) -> AdminRequest:
    """Read *request*, its body cut once it is larger than *limit*, so that the core refuses it."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            break
    return AdminRequest(
        method=request.method,
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers=[(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.raw_headers],
        body=bytes(body),
        peer=request.remote,
    )
