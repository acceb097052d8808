"""A drop-in admin face, with `/status` and `/webhook`, for Flask.

Copy this file, put your bot into `answer`, and register the blueprint in your own app.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import BadRequest

from messengerkit import Event, LoopThread, MessageReceived, MessengerClient, Webhook
from messengerkit.admin import (
    METHODS,
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


def create_app() -> Flask:
    """Return an app with everything from the environment."""
    client = MessengerClient.from_env()
    events = InBackground(Webhook.from_env(), partial(answer, client))
    face = face_from_env(DirectBackend(client), events=events)

    @asynccontextmanager
    async def lifespan() -> AsyncGenerator[None]:
        async with client:
            yield
            await events.drain()

    # The loop starts with the first request of each worker, never before a fork.
    loop = LoopThread(lifespan)
    app = Flask(__name__)
    app.register_blueprint(mount(face, loop))
    return app


def mount(face: AdminFace, loop: LoopThread) -> Blueprint:
    """Return a blueprint with the routes of *face*; each path answers every method."""
    blueprint = Blueprint("messengerkit", __name__)
    for path in face.paths:
        blueprint.add_url_rule(
            path.replace("{", "<").replace("}", ">"),
            endpoint=path.replace(".", "_"),
            view_func=endpoint(face, loop, path),
            methods=METHODS,
            provide_automatic_options=False,
        )
    return blueprint


def endpoint(face: AdminFace, loop: LoopThread, path: str) -> Callable[..., Response]:
    """Return the view that carries bytes between Flask and *face*."""

    def serve(**path_values: str) -> Response:
        asked = incoming(face.max_body(path), path_values)
        return outgoing(loop.run(partial(face.respond, path, asked)))

    return serve


def incoming(limit: int, path_values: dict[str, str]) -> AdminRequest:
    """Read the request, its body cut after *limit* + 1 bytes: Flask itself has no cap."""
    body = bytearray()
    try:
        while len(body) <= limit and (chunk := request.stream.read(limit + 1 - len(body))):
            body += chunk
    except Exception as error:  # each server has its own for chunks that are none
        raise BadRequest from error
    if len(body) < min(request.content_length or 0, limit + 1):
        raise BadRequest  # the client has left in the middle
    return AdminRequest(
        method=request.method,
        path=request.path,
        query=request.query_string.decode("latin-1"),
        headers=list(request.headers.items()),
        body=bytes(body),
        peer=request.remote_addr,
        path_values=path_values,
    )


def outgoing(done: AdminAnswer) -> Response:
    """Return Flask's response for *done*."""
    return Response(done.body, done.status, list(done.headers))
