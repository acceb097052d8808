"""A drop-in admin face, with `/status` and `/webhook`, for FastAPI.

Copy this file, put your bot into `answer`, and mount the router in your own app.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPBearer
from starlette.requests import ClientDisconnect

from messengerkit import Event, MessageReceived, MessengerClient, Webhook
from messengerkit.admin import (
    METHODS,
    AdminAnswer,
    AdminFace,
    AdminRequest,
    DirectBackend,
    InBackground,
    face_from_env,
    operation,
)

# For the documentation page alone: the face itself reads the header.
KEY = HTTPBearer(scheme_name="AdminKey", auto_error=False)


async def answer(client: MessengerClient, event: Event) -> None:
    """Answer one event: your bot goes here."""
    if isinstance(event, MessageReceived) and event.sender_id and event.text:
        await client.send_text(event.sender_id, f"You wrote: {event.text[:900]}")


def create_app() -> FastAPI:
    """Return an app with everything from the environment."""
    client = MessengerClient.from_env()
    events = InBackground(Webhook.from_env(), partial(answer, client))
    face = face_from_env(DirectBackend(client), events=events)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with client:
            yield
            await events.drain()

    app = FastAPI(title="A Messenger backend", lifespan=lifespan, redirect_slashes=False)
    app.include_router(mount(face))
    return app


def mount(face: AdminFace) -> APIRouter:
    """Return a router with the routes of *face*, which FastAPI's page documents."""
    router = APIRouter(tags=["messengerkit"])
    endpoints = {path: endpoint(face, path) for path in face.paths}
    for route in face.routes:
        router.add_api_route(
            route.path,
            endpoints[route.path],
            methods=[route.method],
            summary=route.summary,
            dependencies=[] if route.public else [Depends(KEY)],
            openapi_extra=operation(route),
        )
    for path, serve in endpoints.items():
        router.add_api_route(path, serve, methods=list(METHODS), include_in_schema=False)
    return router


def endpoint(face: AdminFace, path: str) -> Callable[..., Awaitable[Response]]:
    """Return the endpoint that carries bytes between FastAPI and *face*."""
    read = incoming(face.max_body(path))

    async def serve(request: Annotated[AdminRequest, Depends(read)]) -> Response:
        return outgoing(await face.respond(path, request))

    return serve


def incoming(limit: int) -> Callable[[Request], Awaitable[AdminRequest]]:
    """Return a dependency that reads a request, its body cut after *limit* + 1 bytes."""

    async def read(request: Request) -> AdminRequest:
        body = bytearray()
        try:
            async for chunk in request.stream():  # FastAPI itself has no cap
                body += chunk
                if len(body) > limit:
                    break
        except ClientDisconnect as error:  # the client has left in the middle
            raise HTTPException(400) from error
        return AdminRequest(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            headers=[(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.headers.raw],
            body=bytes(body[: limit + 1]),
            peer=request.client.host if request.client else None,
            path_values=request.path_params,
        )

    return read


def outgoing(done: AdminAnswer) -> Response:
    """Return FastAPI's response for *done*."""
    response = Response(done.body, done.status)
    for name, value in done.headers:  # a mapping would lose one that comes twice
        response.headers.append(name, value)
    return response
