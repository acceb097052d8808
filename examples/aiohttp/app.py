"""A drop-in admin face, with `/status` and `/webhook`, for aiohttp.

Copy this file, put your bot into `answer`, and add the routes to your own app.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from aiohttp import web

from messengerkit import Event, MessageReceived, MessengerClient, Webhook
from messengerkit.admin import (
    AdminAnswer,
    AdminFace,
    AdminRequest,
    DirectBackend,
    InBackground,
    face_from_env,
)


async def answer(client: MessengerClient, event: Event) -> None:
    """Answer one event: your bot goes here."""
    if isinstance(event, MessageReceived) and event.sender_id and event.text:
        await client.send_text(event.sender_id, f"You wrote: {event.text[:900]}")


async def create_app() -> web.Application:
    """Return an app with everything from the environment."""
    client = MessengerClient.from_env()
    events = InBackground(Webhook.from_env(), partial(answer, client))
    face = face_from_env(DirectBackend(client), events=events)

    async def running(_app: web.Application) -> AsyncIterator[None]:
        async with client:
            yield
            await events.drain()

    # A signature is over the bytes that were sent: aiohttp would unpack what is packed.
    app = web.Application(handler_args={"auto_decompress": False})
    app.cleanup_ctx.append(running)
    app.add_routes(mount(face))
    return app


def mount(face: AdminFace) -> list[web.RouteDef]:
    """Return the routes of *face*; each path answers every method.

    Your own app needs `handler_args={"auto_decompress": False}` for them; see `create_app`.
    """
    return [web.route("*", path, endpoint(face, path)) for path in face.paths]


def endpoint(face: AdminFace, path: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return the handler that carries bytes between aiohttp and *face*."""

    async def serve(request: web.Request) -> web.Response:
        return outgoing(await face.respond(path, await incoming(request, face.max_body(path))))

    return serve


async def incoming(request: web.Request, limit: int) -> AdminRequest:
    """Read *request*, its body cut after *limit* + 1 bytes, whatever `client_max_size` says."""
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > limit:
                break
    except ConnectionError as error:  # the client has left in the middle
        raise web.HTTPBadRequest from error
    return AdminRequest(
        method=request.method,
        path=request.path,
        query=request.rel_url.raw_query_string,
        headers=[(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.raw_headers],
        body=bytes(body[: limit + 1]),
        peer=request.remote,
        path_values=request.match_info,
    )


def outgoing(done: AdminAnswer) -> web.Response:
    """Return aiohttp's response for *done*."""
    return web.Response(status=done.status, headers=done.headers, body=done.body)


if __name__ == "__main__":
    web.run_app(create_app(), port=8000)
