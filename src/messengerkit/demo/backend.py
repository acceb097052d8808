"""Floor 9: the demo's backend: what a user's own would be, on aiohttp, from the environment.

It talks to the sandbox or to Meta, as `MESSENGER_GRAPH_URL` says; nothing else differs.
"""

import os
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from messengerkit._environment import PURPOSES, optional, required
from messengerkit.admin import AdminFace, AdminRequest, DeskBackend, face_from_env
from messengerkit.client import MessengerClient
from messengerkit.desk import Desk, Handler
from messengerkit.webhook import Webhook

from .panel_pages import panel_routes

Serve = Callable[[web.Request], Awaitable[web.Response]]

_EVENTS_WAIT = 5.0  # seconds; so long may an answer of /admin/events take
_DRAIN = 5.0  # seconds that turns and sends under way have on shutdown


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the backend lives in.

    Attributes:
        database: The file of the desk's store.
        origins: The panel's, as browsers may name it.
        bot: Answers.
        clock: The time, aware.
        human_agent: Whether Meta granted the app its "Human Agent" feature.
        pictures: Origins without https from which the panel may show pictures.
    """

    database: Path
    origins: tuple[str, ...]
    bot: Handler
    clock: Callable[[], datetime] = _now
    human_agent: bool = False
    pictures: tuple[str, ...] = ()


@asynccontextmanager
async def backend(
    environ: Mapping[str, str] | None, around: Surroundings
) -> AsyncGenerator[tuple[web.Application, Desk]]:
    """Give the backend, and its desk: `/webhook`, `/admin/…`, `/status`, `/panel/`, and its bot.

    Raises:
        ConfigurationError: If a variable is missing; it names all that are.
        StoreError: If the database cannot be used.
    """
    from messengerkit.desk.sql import SqlStore  # noqa: PLC0415  # it imports sqlalchemy

    settings = _completed(os.environ if environ is None else environ, around.origins)
    webhook = Webhook.from_env(settings)
    async with (
        MessengerClient.from_env(settings, human_agent=around.human_agent) as client,
        # Its folder may be called anything, with a "?" too.
        aclosing(SqlStore(f"sqlite:///{quote(str(around.database))}")) as store,
        Desk(client, store, handler=around.bot, webhook=webhook, clock=around.clock) as desk,
    ):
        shown = DeskBackend(desk, clients=[client], events_wait=_EVENTS_WAIT, clock=around.clock)
        face = face_from_env(shown, events=desk, environ=settings)
        yield _app(face, desk, around.pictures), desk


def _completed(environ: Mapping[str, str], origins: tuple[str, ...]) -> dict[str, str]:
    """Return *environ* with what lets browsers sign in to the panel."""
    names = list(PURPOSES)
    if optional(environ, "ADMIN_KEYS_FILE"):
        names = [name for name in names if not name.startswith("ADMIN_")]
    required(environ, *names)
    more = optional(environ, "ADMIN_ORIGINS")
    return {
        **environ,
        "ADMIN_ORIGINS": ",".join([*origins, *([more] if more else [])]),
        "ADMIN_SESSION_SECRET": optional(environ, "ADMIN_SESSION_SECRET")
        or secrets.token_urlsafe(32),
    }


def _app(face: AdminFace, desk: Desk, pictures: tuple[str, ...]) -> web.Application:
    async def close(_app: web.Application) -> None:
        # Whoever waits for events is let go before the server waits for all answers.
        await desk.aclose(drain=_DRAIN)

    # A signature is over the bytes that were sent: aiohttp would unpack what is packed.
    app = web.Application(handler_args={"auto_decompress": False})
    app.on_shutdown.append(close)
    for path in face.paths:
        app.router.add_route("*", path, _endpoint(face, path))
    app.add_routes(panel_routes(pictures))
    return app


def _endpoint(face: AdminFace, path: str) -> Serve:
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
        path_values=request.match_info,
    )
