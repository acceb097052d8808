"""Floor 9: the demo's backend: what a user's own would be, on aiohttp, from the environment.

It talks to the sandbox or to Meta, as `MESSENGER_GRAPH_URL` says; nothing else differs.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aiohttp import web

from messengerkit._environment import PURPOSES, required
from messengerkit.admin import (
    MAX_BODY,
    ROUTES,
    AdminRequest,
    DirectBackend,
    JsonLinesAuditLog,
    Route,
    respond,
    verifier_from_env,
)
from messengerkit.client import MessengerClient
from messengerkit.errors import WebhookError
from messengerkit.webhook import Webhook

from . import faq
from .admin_backend import ConversationsBackend, escalated_route
from .bot import Bot
from .conversations import Conversations

Handler = Callable[[web.Request], Awaitable[web.Response]]

CONVERSATIONS = web.AppKey("CONVERSATIONS", Conversations)
BOT = web.AppKey("BOT", Bot)


def create_app(
    environ: Mapping[str, str] | None = None,
    *,
    audit: str | os.PathLike[str] = "admin-actions.jsonl",
) -> web.Application:
    """Return the backend: `/webhook`, `/admin/send-message`, `/status`, and its bot.

    Raises:
        ConfigurationError: If a variable is missing; it names all that are.
    """
    required(environ, *PURPOSES)
    client = MessengerClient.from_env(environ)
    webhook, verifier = Webhook.from_env(environ), verifier_from_env(environ)
    conversations = Conversations()
    backend = ConversationsBackend(
        DirectBackend(client, audit=JsonLinesAuditLog(audit)), conversations
    )

    def endpoint(route: Route) -> Handler:
        async def serve(request: web.Request) -> web.Response:
            done = await respond(
                route, await _admin_request(request), backend=backend, verifier=verifier
            )
            return web.Response(status=done.status, headers=done.headers, body=done.body)

        return serve

    app = web.Application()
    app[CONVERSATIONS] = conversations
    app[BOT] = Bot(client, conversations, faq.load())
    for route in (*ROUTES, escalated_route(conversations)):
        app.router.add_route(route.method, route.path, endpoint(route))
    app.router.add_get("/webhook", _handshake(webhook), allow_head=False)
    app.router.add_post("/webhook", _receive(webhook, app[BOT]))
    app.cleanup_ctx.append(_running(client))
    return app


def _running(client: MessengerClient) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(app: web.Application) -> AsyncIterator[None]:
        async with client:
            work = asyncio.create_task(app[BOT].run())
            yield
            with contextlib.suppress(TimeoutError):
                await app[BOT].drain()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    return run


def _handshake(webhook: Webhook) -> Handler:
    async def handshake(request: web.Request) -> web.Response:
        try:
            return web.Response(text=webhook.challenge(request.query))
        except WebhookError as error:
            return web.Response(status=error.status, text=str(error))

    return handshake


def _receive(webhook: Webhook, bot: Bot) -> Handler:
    async def receive(request: web.Request) -> web.Response:
        body = await _read(request, webhook.max_body)
        try:
            events = webhook.receive(list(request.headers.items()), body)
        except WebhookError as error:
            return web.Response(status=error.status, text=str(error))
        bot.take(events)
        return web.Response(text="EVENT_RECEIVED")

    return receive


async def _admin_request(request: web.Request) -> AdminRequest:
    return AdminRequest(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=list(request.headers.items()),
        body=await _read(request, MAX_BODY),
        peer=request.remote,
    )


async def _read(request: web.Request, limit: int) -> bytes:
    """Return the body, cut once it is larger than *limit*, so that the core refuses it."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body)
