"""Floor 7: results and errors into answers: one envelope, and the status that fits."""

import json
import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python

from messengerkit.errors import (
    AdminAuthError,
    AdminError,
    ClientClosedError,
    DeliveryUnknownError,
    GraphError,
    HeldError,
    InvalidInputError,
    MessengerError,
    NotFoundError,
    PartialSendError,
    RateLimitError,
    StoreError,
    TransitionError,
    TransportError,
    UnreadableAnswerError,
    WebhookError,
)

from .request import AdminAnswer
from .schemas import AdminResponse

_NOTHING: Mapping[str, object] = MappingProxyType({})
_WORDS = re.compile(r"(?<!^)(?=[A-Z])")
_HALF = re.compile("[\ud800-\udfff]")
_STATUSES: tuple[tuple[type[MessengerError], int], ...] = (
    (NotFoundError, 404),
    (TransitionError, 409),
    (InvalidInputError, 422),
    (RateLimitError, 429),
    (GraphError, 502),
    (UnreadableAnswerError, 502),
    (TransportError, 503),
    (ClientClosedError, 503),
    (StoreError, 503),
)


def answer(status: int, response: AdminResponse, *headers: tuple[str, str]) -> AdminAnswer:
    """Return *response* as an HTTP answer."""
    return AdminAnswer(
        status=status,
        headers=(("Content-Type", "application/json"), ("Cache-Control", "no-store"), *headers),
        body=json_of(response).encode(),
    )


def json_of(told: object) -> str:
    """Return *told* as JSON; half of an emoji, which JSON may not have, is U+FFFD."""
    try:
        return to_json(told, inf_nan_mode="null").decode()
    except PydanticSerializationError:
        plain: object = to_jsonable_python(told)
        return _HALF.sub("\ufffd", json.dumps(plain, ensure_ascii=False))


def done(message: str, data: dict[str, object]) -> AdminAnswer:
    """Return the answer to what went well."""
    return answer(200, AdminResponse(success=True, message=message, data=data))


def text(media_type: str, body: str) -> AdminAnswer:
    """Return *body* as a success that is no envelope."""
    headers = (("Content-Type", media_type), ("Cache-Control", "no-store"))
    return AdminAnswer(status=200, headers=headers, body=body.encode())


def refusal(
    error: MessengerError, *more: tuple[str, str], data: Mapping[str, object] = _NOTHING
) -> AdminAnswer:
    """Return the answer that tells a caller of *error*, with *more* headers, and other *data*."""
    headers = list(more)
    if isinstance(error, AdminAuthError) and error.status == HTTPStatus.UNAUTHORIZED:
        headers.append(("WWW-Authenticate", "Bearer"))
    if error.retry_after is not None:
        headers.append(("Retry-After", str(math.ceil(error.retry_after))))
    told = {**data, "error": describe(error)}
    response = AdminResponse(success=False, message=str(error), data=told)
    return answer(status_of(error), response, *headers)


def unknown(error: DeliveryUnknownError | PartialSendError) -> AdminAnswer:
    """Return the 202 for what must not be sent again, because it arrived, in part or perhaps.

    It is a success for the caller: whoever reads a failure sends again, by hand.
    """
    if isinstance(error, PartialSendError):
        return _partial(error)
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
    if isinstance(error, HeldError):
        described["admin_id"] = error.admin_id
    if isinstance(error, GraphError):
        graph = {"code": error.code, "subcode": error.subcode, "fbtrace_id": error.fbtrace_id}
        described["graph"] = graph
    return described


def status_of(error: MessengerError) -> int:
    """Return the status that tells of *error*."""
    if isinstance(error, AdminError | WebhookError):
        return error.status
    return next((status for cls, status in _STATUSES if isinstance(error, cls)), 500)


def _partial(error: PartialSendError) -> AdminAnswer:
    cause = error.__cause__ if isinstance(error.__cause__, MessengerError) else error
    data: dict[str, object] = {
        "delivery": "partial",
        "sent": error.sent,
        "rest": error.rest,
        "in_doubt": error.in_doubt,
        "advice": error.advice,
        "problem": describe(cause),
    }
    return answer(202, AdminResponse(success=True, message=str(error), data=data))
