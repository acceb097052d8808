"""Every error of the package has one status and one description, the same on every route."""

import re
from collections.abc import Iterator

import pytest
from admin.kit import Accepting, Panel
from pydantic import BaseModel

from messengerkit import MessengerError, Phase
from messengerkit.admin import (
    ROUTES,
    AdminAttachmentRequest,
    AdminMessageRequest,
    ControlRequest,
    PriorityRequest,
    SettleRequest,
    TypingRequest,
)
from messengerkit.errors import (
    AdminAuthError,
    AdminConflictError,
    AdminForbiddenError,
    AdminThrottledError,
    BackendError,
    BodyTooLargeError,
    ClientClosedError,
    ConfigurationError,
    DeliveryUnknownError,
    EventsNotTakenError,
    GraphError,
    HeldError,
    IdempotencyKeyError,
    InvalidInputError,
    MediaTypeError,
    MethodNotAllowedError,
    NotFoundError,
    OutsideWindowError,
    PartialSendError,
    RateLimitError,
    RequestInProgressError,
    StaleVersionError,
    StoreError,
    TemporaryError,
    TokenError,
    TransitionError,
    TransportError,
    UnreadableAnswerError,
    UserUnavailableError,
    WrongLoopError,
    WrongPersonError,
)

STATUSES: dict[type[MessengerError], int] = {
    InvalidInputError: 422,
    AdminAuthError: 401,
    AdminForbiddenError: 403,
    AdminConflictError: 409,
    RequestInProgressError: 409,
    AdminThrottledError: 429,
    IdempotencyKeyError: 422,
    MethodNotAllowedError: 405,
    MediaTypeError: 415,
    EventsNotTakenError: 503,
    BodyTooLargeError: 413,
    RateLimitError: 429,
    GraphError: 502,
    TokenError: 502,
    OutsideWindowError: 502,
    UserUnavailableError: 502,
    TemporaryError: 502,
    UnreadableAnswerError: 502,
    TransportError: 503,
    ClientClosedError: 503,
    BackendError: 500,
    NotFoundError: 404,
    TransitionError: 409,
    HeldError: 409,
    StaleVersionError: 409,
    WrongPersonError: 409,
    StoreError: 503,
    ConfigurationError: 500,
    WrongLoopError: 500,
    MessengerError: 500,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items(), ids=str)
async def test_each_error_has_its_status(
    accepting: Accepting, kind: type[MessengerError], status: int
) -> None:
    """What a backend raises becomes the envelope with the status of its class."""
    accepting.failure = kind("What went wrong.")
    done = await Panel(accepting).send()

    assert (done.status, done.message) == (status, str(accepting.failure))
    assert done.error["reason"] == done.message
    assert done.error["advice"] == kind.advice
    assert done.error["retryable"] is accepting.failure.retryable
    assert ("WWW-Authenticate" in done.headers) is (status == 401)
    assert ("Retry-After" in done.headers) is (kind is AdminThrottledError)


def every_class(root: type[MessengerError] = MessengerError) -> Iterator[type[MessengerError]]:
    """Yield *root* and every class below it."""
    yield root
    for below in root.__subclasses__():
        yield from every_class(below)


def name_of(kind: type[MessengerError]) -> str:
    """Return the name by which the tests are told apart."""
    return kind.__name__


CLASSES = sorted(set(every_class()), key=name_of)


@pytest.mark.parametrize("kind", CLASSES, ids=name_of)
async def test_every_class_of_the_tree_is_told_in_words(
    accepting: Accepting, kind: type[MessengerError]
) -> None:
    """No class of the tree is without an answer; its code is its name in lower case."""
    accepting.failure = kind("What went wrong.")
    done = await Panel(accepting).send()

    if kind in {DeliveryUnknownError, PartialSendError}:
        assert done.status == 202
        return
    assert kind.__module__.startswith("messengerkit.errors")
    assert done.status >= 400
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", str(done.error["code"]))
    assert str(done.error["code"]).replace("_", "") + "error" == kind.__name__.lower()


async def test_a_refusal_by_meta_carries_its_codes(accepting: Accepting) -> None:
    """Code, subcode and trace are what Meta's support asks for."""
    accepting.failure = OutsideWindowError(
        "No.", code=10, subcode=2018278, fbtrace_id="A1", http_status=400
    )
    done = await Panel(accepting).send()

    assert done.error["graph"] == {"code": 10, "subcode": 2018278, "fbtrace_id": "A1"}
    assert "field" not in done.error


async def test_who_holds_a_conversation_is_told(accepting: Accepting) -> None:
    """So that the panel can say whom to ask, and nothing has to be looked up."""
    accepting.failure = HeldError("Another admin holds it.", admin_id="bea")
    done = await Panel(accepting).send()

    assert (done.status, done.error["admin_id"]) == (409, "bea")


async def test_what_was_sent_in_part_is_no_failure(accepting: Accepting) -> None:
    """What is out must not be sent again; what is left, and why, is told."""
    accepting.failure = PartialSendError("One of two.", sent=("m_1",), rest="the second")
    accepting.failure.__cause__ = InvalidInputError("url: no", field="url")
    done = await Panel(accepting).send()

    assert (done.status, done.message) == (202, "One of two.")
    assert done.data["problem"] == {
        "code": "invalid_input",
        "reason": "url: no",
        "advice": InvalidInputError.advice,
        "retryable": False,
        "field": "url",
    }
    del done.data["problem"]
    assert done.data == {
        "delivery": "partial",
        "sent": ["m_1"],
        "rest": "the second",
        "in_doubt": None,
        "advice": PartialSendError.advice,
    }


async def test_an_error_of_ours_has_no_codes_of_metas(accepting: Accepting) -> None:
    """A field is told for a field's error only, Meta's codes for Meta's errors only."""
    accepting.failure = InvalidInputError("message_text: too long", field="message_text")
    done = await Panel(accepting).send()

    assert done.error["field"] == "message_text"
    assert "graph" not in done.error


@pytest.mark.parametrize(
    ("asked", "header"), [(0.001, "1"), (1.0, "1"), (1.5, "2"), (3600.0, "3600")]
)
async def test_a_wait_is_told_in_whole_seconds(
    accepting: Accepting, asked: float, header: str
) -> None:
    """RFC 9110 §10.2.3 knows whole seconds only; a wait is never told shorter than it is."""
    accepting.failure = TemporaryError("Wait.", retry_after=asked)
    done = await Panel(accepting).send()

    assert done.headers["Retry-After"] == header


@pytest.mark.parametrize(("phase", "retryable"), [(Phase.NOT_SENT, True), (Phase.SENT, False)])
async def test_only_what_never_left_may_be_repeated(
    accepting: Accepting,
    phase: Phase,
    retryable: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """The panel is told to try again only where that cannot deliver twice."""
    accepting.failure = TransportError("No answer.", phase=phase)
    done = await Panel(accepting).send()

    assert (done.status, done.error["retryable"]) == (503, retryable)


async def test_an_unknown_outcome_tells_whom_and_how_often(accepting: Accepting) -> None:
    """The 202 names the person and the calls that were made, and advises to look first."""
    accepting.failure = DeliveryUnknownError("Nobody knows.", recipient_id="24", attempts=2)
    done = await Panel(accepting).send()

    assert (done.status, done.message) == (202, "Nobody knows.")
    assert done.data == {
        "delivery": "unknown",
        "recipient_id": "24",
        "attempts": 2,
        "advice": DeliveryUnknownError.advice,
    }


def test_the_table_is_what_the_guide_promises() -> None:
    """Method, path and body of each route are the contract; the summary is for its page."""
    rows: list[tuple[str, str, type[BaseModel] | None]] = [
        (route.method, route.path, route.body) for route in ROUTES
    ]
    expected: list[tuple[str, str, type[BaseModel] | None]] = [
        ("POST", "/admin/send-message", AdminMessageRequest),
        ("POST", "/admin/send-attachment", AdminAttachmentRequest),
        ("GET", "/status", None),
        ("GET", "/admin/health", None),
        ("GET", "/admin/actions", None),
        ("POST", "/admin/conversation/control", ControlRequest),
        ("PUT", "/admin/conversation/{id}/priority", PriorityRequest),
        ("POST", "/admin/conversation/{id}/typing", TypingRequest),
        ("POST", "/admin/message/{id}/mark-human-replied", None),
        ("POST", "/admin/message/{id}/settle", SettleRequest),
        ("GET", "/admin/conversations", None),
        ("GET", "/admin/conversations/escalated", None),
        ("GET", "/admin/conversations/previews", None),
        ("GET", "/admin/conversation/{id}/status", None),
        ("GET", "/admin/conversation/{id}/messages", None),
        ("GET", "/admin/events", None),
        ("GET", "/admin/metrics", None),
        ("POST", "/admin/session", None),
        ("DELETE", "/admin/session", None),
        ("GET", "/webhook", None),
        ("POST", "/webhook", None),
    ]

    assert rows == expected
    assert all(route.summary.endswith(".") for route in ROUTES)


class Hopeless(Accepting):
    """A backend whose errors cannot be told."""

    def __init__(self, failure: MessengerError) -> None:
        super().__init__()
        self.failure = failure


@pytest.mark.parametrize(
    "failure",
    [RateLimitError("Later.", retry_after=float("inf")), BackendError("caf\udce9")],
)
async def test_an_error_that_cannot_be_told_is_a_failure_of_the_backend(
    failure: MessengerError,
) -> None:
    """`respond` never raises, not even while it says no."""
    done = await Panel(Hopeless(failure)).send()

    assert (done.status, done.error["code"]) == (500, "backend")
