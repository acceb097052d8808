"""A drop-in `POST /admin/send-message`, `/status` and `/webhook` for FastAPI.

Copy this file, put your bot into `answer`, and mount the router in your own app:
`app = FastAPI(lifespan=lifespan)` and `app.include_router(router)`.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import APIRouter, BackgroundTasks, FastAPI, Request, Response

from messengerkit import (
    Event,
    MessageReceived,
    MessengerClient,
    MessengerError,
    Webhook,
    WebhookError,
)
from messengerkit.admin import (
    MAX_BODY,
    ROUTES,
    AdminAuthVerifier,
    AdminBackend,
    AdminRequest,
    DirectBackend,
    Route,
    respond,
    verifier_from_env,
)

log = logging.getLogger("backend")
router = APIRouter()


class State(TypedDict):
    """What lives as long as the app does."""

    client: MessengerClient
    webhook: Webhook
    backend: AdminBackend
    verifier: AdminAuthVerifier


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncGenerator[State]:
    """Open one client for the process, from the environment, and close it on shutdown."""
    async with MessengerClient.from_env() as client:
        yield State(
            client=client,
            webhook=Webhook.from_env(),
            backend=DirectBackend(client),
            verifier=verifier_from_env(),
        )


async def answer(client: MessengerClient, event: Event) -> None:
    """Answer one event: your bot goes here."""
    if isinstance(event, MessageReceived) and event.sender_id:
        await client.send_text(event.sender_id, f"You wrote: {event.text[:900]}")


async def answer_all(client: MessengerClient, events: tuple[Event, ...]) -> None:
    """Answer *events* in order; one that fails is logged and stops no other."""
    for event in events:
        try:
            await answer(client, event)
        except MessengerError as error:
            log.warning("Not answered: %s %s", error, error.advice)


def endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
    """Return a FastAPI endpoint that carries bytes to *route* and back."""

    async def serve(request: Request) -> Response:
        admin_request = AdminRequest(
            method=request.method,
            path=request.url.path,
            query=dict(request.query_params),
            headers=[(k.decode("latin-1"), v.decode("latin-1")) for k, v in request.headers.raw],
            body=await read(request, MAX_BODY),
            peer=request.client.host if request.client else None,
        )
        state = request.state
        done = await respond(route, admin_request, backend=state.backend, verifier=state.verifier)
        return Response(done.body, done.status, dict(done.headers))

    return serve


for row in ROUTES:
    schema = row.body.model_json_schema() if row.body else None
    content = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    router.add_api_route(
        row.path,
        endpoint(row),
        methods=[row.method],
        summary=row.summary,
        openapi_extra=content if schema else None,
    )


@router.get("/webhook")
async def handshake(request: Request) -> Response:
    """Answer Meta's handshake."""
    webhook: Webhook = request.state.webhook
    try:
        challenge = webhook.challenge(request.query_params)
    except WebhookError as error:
        return Response(str(error), error.status, media_type="text/plain")
    return Response(challenge, media_type="text/plain")


@router.post("/webhook")
async def receive(request: Request, work: BackgroundTasks) -> Response:
    """Verify what Meta posts, answer at once, and let the bot work afterwards."""
    webhook: Webhook = request.state.webhook
    try:
        body = await read(request, webhook.max_body)
        events = webhook.receive(request.headers.items(), body)
    except WebhookError as error:
        return Response(str(error), error.status, media_type="text/plain")
    work.add_task(answer_all, request.state.client, events)
    return Response("EVENT_RECEIVED", media_type="text/plain")


async def read(request: Request, limit: int) -> bytes:
    """Return the body, cut once it is larger than *limit*; FastAPI itself has no cap.

    A body that was cut is refused by whoever gets it, as too large.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body)


app = FastAPI(title="A Messenger backend", lifespan=lifespan)
app.include_router(router)
