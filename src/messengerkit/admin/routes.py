"""Floor 7: the table of routes, and the one function that serves them all."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from messengerkit._model import invalid_input
from messengerkit.errors import (
    AdminAuthError,
    AdminForbiddenError,
    BackendError,
    BodyTooLargeError,
    DeliveryUnknownError,
    InvalidInputError,
    MessengerError,
)

from .answers import answer, describe, refusal, unknown
from .auth import AdminAuthVerifier
from .backend import AdminBackend
from .identity import ANONYMOUS, AdminIdentity, same_id
from .request import AdminAnswer, AdminRequest
from .schemas import AdminMessageRequest, AdminResponse

_log = logging.getLogger("messengerkit.admin")

MAX_BODY = 64 * 1024
"""Bytes of an admin request's body; a message has at most 2000 characters."""

Model = TypeVar("Model", bound=BaseModel)
Handler: TypeAlias = Callable[[AdminBackend, AdminRequest, AdminIdentity], Awaitable[AdminAnswer]]
"""What a route does, once it is known who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row of the table.

    Attributes:
        method: The HTTP method.
        path: The path, to be mounted as it is.
        summary: One line for the documentation page of the API.
        body: The model of the request's body, if it has one.
        handler: What it does.
        public: Whether it asks for no admin.
    """

    method: str
    path: str
    summary: str
    body: type[BaseModel] | None
    handler: Handler
    public: bool = False


async def respond(
    route: Route, request: AdminRequest, *, backend: AdminBackend, verifier: AdminAuthVerifier
) -> AdminAnswer:
    """Return the answer of *route* to *request*. Never raises: every failure has its answer."""
    try:
        return await _attempt(route, request, backend, verifier)
    except Exception:  # noqa: BLE001  # a user's backend or verifier may raise anything
        _log.exception("%s %s failed", request.method, request.path)
        return refusal(BackendError("The backend failed."))


async def _attempt(
    route: Route, request: AdminRequest, backend: AdminBackend, verifier: AdminAuthVerifier
) -> AdminAnswer:
    try:
        admin = ANONYMOUS if route.public else await verifier.verify(request)
        return await route.handler(backend, request, admin)
    except DeliveryUnknownError as error:
        return unknown(error)
    except AdminAuthError as error:
        _log.warning("%s %s refused: %s", request.method, request.path, error.reason)
        return refusal(error)
    except MessengerError as error:
        return refusal(error)


async def _send_message(
    backend: AdminBackend, request: AdminRequest, admin: AdminIdentity
) -> AdminAnswer:
    message = _body(AdminMessageRequest, request)
    if not same_id(message.admin_id, admin.admin_id):
        msg = "admin_id is not the admin whom this request authenticates."
        raise AdminForbiddenError(msg)
    result = await backend.send_message(admin, message)
    data: dict[str, object] = {
        "recipient_id": message.recipient_id,
        "message": message.message_text,
        "message_id": result.message_id,
        "attempts": result.attempts,
        "delivery": "sent",
    }
    return answer(200, AdminResponse(success=True, message="Message sent.", data=data))


async def _status(
    backend: AdminBackend, _request: AdminRequest, _admin: AdminIdentity
) -> AdminAnswer:
    status = await backend.status()
    if status.problem is None:
        data: dict[str, object] = {"status": "ok", **status.data}
        return answer(200, AdminResponse(success=True, message="Ready to send.", data=data))
    # The route is public: Meta's own words may name a person or an app, so they stay inside.
    described = describe(status.problem)
    told = {key: described[key] for key in ("code", "advice", "retryable")}
    data = {"status": "degraded", **status.data, "error": told}
    return answer(503, AdminResponse(success=False, message="Not ready to send.", data=data))


def _body(model: type[Model], request: AdminRequest) -> Model:
    if len(request.body) > MAX_BODY:
        msg = f"The body has more than {MAX_BODY} bytes."
        raise BodyTooLargeError(msg)
    problem: InvalidInputError
    try:
        return model.model_validate_json(request.body)
    except ValidationError as error:
        problem = invalid_input(error, whole="body")
    # Raised outside the handler: pydantic's error holds the input, and would ride along.
    raise problem


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/admin/send-message",
        summary="Send an admin's message to a person.",
        body=AdminMessageRequest,
        handler=_send_message,
    ),
    Route(
        method="GET",
        path="/status",
        summary="Tell whether the backend can send.",
        body=None,
        handler=_status,
        public=True,
    ),
)
"""The routes to mount."""
