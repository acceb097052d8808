"""Floor 7: results and errors into answers: one envelope, and the status that fits."""

import math
import re
from http import HTTPStatus

from messengerkit.errors import (
    AdminAuthError,
    AdminError,
    ClientClosedError,
    DeliveryUnknownError,
    GraphError,
    InvalidInputError,
    MessengerError,
    RateLimitError,
    TransportError,
    UnreadableAnswerError,
    WebhookError,
)

from .request import AdminAnswer
from .schemas import AdminResponse

_WORDS = re.compile(r"(?<!^)(?=[A-Z])")
_STATUSES: tuple[tuple[type[MessengerError], int], ...] = (
    (InvalidInputError, 422),
    (RateLimitError, 429),
    (GraphError, 502),
    (UnreadableAnswerError, 502),
    (TransportError, 503),
    (ClientClosedError, 503),
)


def answer(status: int, response: AdminResponse, *headers: tuple[str, str]) -> AdminAnswer:
    """Return *response* as an HTTP answer."""
    return AdminAnswer(
        status=status,
        headers=(("Content-Type", "application/json"), ("Cache-Control", "no-store"), *headers),
        body=response.model_dump_json().encode(),
    )


def refusal(error: MessengerError, *more: tuple[str, str]) -> AdminAnswer:
    """Return the answer that tells a caller of *error*, with *more* headers."""
    headers = list(more)
    if isinstance(error, AdminAuthError) and error.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", "Bearer"))
    if error.retry_after is not None:
        headers.append(("Retry-After", str(math.ceil(error.retry_after))))
    response = AdminResponse(success=False, message=str(error), data={"error": describe(error)})
    return answer(_status_of(error), response, *headers)


def unknown(error: DeliveryUnknownError) -> AdminAnswer:
    """Return the 202 for a message of which nobody knows whether it arrived.

    It is a success for the caller: whoever reads a failure sends again, by hand.
    """
    data: dict[str, object] = {
        "delivery": "unknown",
        "recipient_id": error.recipient_id,
        "attempts": error.attempts,
        "advice": error.advice,
    }
    return answer(202, AdminResponse(success=True, message=str(error), data=data))


def describe(error: MessengerError) -> dict[str, object]:
    """Return what a caller may know of *error*, as JSON."""
    described: dict[str, object] = {
        "code": _WORDS.sub("_", type(error).__name__.removesuffix("Error")).lower(),
        "reason": str(error),
        "advice": error.advice,
        "retryable": error.retryable,
    }
    if isinstance(error, InvalidInputError):
        described["field"] = error.field
    if isinstance(error, GraphError):
        graph = {"code": error.code, "subcode": error.subcode, "fbtrace_id": error.fbtrace_id}
        described["graph"] = graph
    return described


def _status_of(error: MessengerError) -> int:
    if isinstance(error, AdminError | WebhookError):
        return error.status
    return next((status for cls, status in _STATUSES if isinstance(error, cls)), 500)
