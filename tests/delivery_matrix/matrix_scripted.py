"""The rows of the matrix that the sandbox plays, and those in which nothing is reached."""

import asyncio
import socket

from delivery_matrix.matrix_ends import (
    ARRIVED,
    HARMLESS,
    LOST,
    LOST_FOR_NOTHING,
    NEVER_SENT,
    NOT_SENT,
    REFUSED,
    TEMPORARY,
    Seen,
    no_answer,
    said,
    unreadable,
)
from delivery_matrix.matrix_rows import (
    Row,
    by_name,
    by_tls,
    go_down,
    scripted,
    to_sandbox,
)
from delivery_matrix.matrix_stage import MINUTES, Stage

from messengerkit import MessengerClient, Phase
from messengerkit.sandbox import Fault

_ASK_LATER = {"Retry-After": f"{MINUTES:g}"}
_NEVER_LEFT = no_answer(Phase.NOT_SENT, NOT_SENT)
_GONE = no_answer(Phase.SENT, LOST)
_THERE = no_answer(Phase.SENT, ARRIVED)


def _unknown_name() -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def _no_such_name(stage: Stage, _client: MessengerClient) -> None:
    stage.names.fails = _unknown_name


async def _silent_names(stage: Stage, _client: MessengerClient) -> None:
    stage.names.fails = _unknown_name
    stage.names.answers.clear()
    stage.until_wait.callback(stage.names.answers.set)


async def _reset_at_once(stage: Stage, _client: MessengerClient) -> None:
    stage.sandbox.script(Fault.reset_on_connect())


async def _plain(_stage: Stage, _client: MessengerClient) -> None:
    await asyncio.sleep(0)


NOT_REACHED = (
    Row(
        name="The host refuses connections",
        strike=go_down,
        url=to_sandbox,
        fresh=_NEVER_LEFT,
        reused=_GONE,
    ),
    Row(
        name="The host's name is not found",
        strike=_no_such_name,
        url=by_name,
        fresh=_NEVER_LEFT,
        reused=HARMLESS,
    ),
    Row(
        name="The name server does not answer",
        strike=_silent_names,
        url=by_name,
        fresh=_NEVER_LEFT,
        reused=HARMLESS,
        times_out=True,
    ),
    Row(
        name="The host does not speak TLS",
        strike=_plain,
        url=by_tls,
        fresh=no_answer(Phase.NOT_SENT, NEVER_SENT),
    ),
    Row(
        name="Whoever connects is reset before anything is read",
        strike=_reset_at_once,
        url=to_sandbox,
        fresh=_GONE,
        reused=HARMLESS,
    ),
)

BROKEN = (
    scripted("Reset while the body is on its way", Fault.reset_in_body(), _GONE),
    scripted("Reset before the call takes effect", Fault.reset(), _GONE),
    scripted(
        "Taken up only after the client's timeout",
        Fault.slow(0.5),
        _THERE,
        times_out=True,
        settle=0.5,
    ),
    scripted(
        "Answered only after the client's timeout", Fault.slow_answer(0.6), _THERE, times_out=True
    ),
    scripted("Answered late, within the timeout", Fault.slow_answer(0.05), HARMLESS),
    scripted("Delivered, then closed without an answer", Fault.commit_then_close(), _THERE),
    scripted("Delivered, then reset without an answer", Fault.commit_then_reset(), _THERE),
    scripted("Delivered, then silence", Fault.commit_then_silence(), _THERE, times_out=True),
    scripted("Delivered; the answer's head breaks off in the middle", Fault.half_head(), _THERE),
    scripted(
        "Delivered; the answer's body breaks off in the middle",
        Fault.half_body(),
        no_answer(Phase.ANSWERED, ARRIVED, 200),
    ),
    scripted("Delivered; the answer is not HTTP", Fault.not_http(), _THERE),
)

PROXIES = (
    *(
        scripted(f"A proxy's HTML page with {status}", Fault.html(status), unreadable(status, LOST))
        for status in (200, 401, 404, 500, 502, 503, 504)
    ),
    scripted("408 without a body", Fault.body(408, b""), unreadable(408, LOST)),
    scripted(
        "A redirect, which is not followed",
        Fault.body(302, b"", headers={"Location": "https://example.com/"}),
        unreadable(302, LOST),
    ),
    scripted("204 without a body", Fault.body(204, b""), unreadable(204, LOST)),
    scripted("200 without a body", Fault.body(200, b""), unreadable(200, LOST)),
    scripted("200, and not JSON", Fault.body(200, b"OK"), unreadable(200, LOST)),
    scripted("200, and JSON that is no object", Fault.body(200, b"[]"), unreadable(200, LOST)),
    scripted(
        "200 without a `message_id`",
        Fault.body(200, b'{"recipient_id": "24000000000000001"}'),
        Seen("UnreadableAnswerError", None, None, LOST),
    ),
    scripted("400, and not JSON", Fault.body(400, b"Bad Request"), unreadable(400, LOST)),
    scripted(
        "400, and an `error` that is text",
        Fault.body(400, b'{"error": "no"}'),
        unreadable(400, LOST),
    ),
    scripted(
        "200, and an `error` that is text",
        Fault.body(200, b'{"error": "no"}'),
        unreadable(200, LOST),
    ),
    scripted("429 from a proxy", Fault.too_many_requests(), said("RateLimitError", NOT_SENT, 429)),
    scripted(
        "429 from a proxy, with `Retry-After`",
        Fault.too_many_requests(int(MINUTES)),
        said("RateLimitError", NOT_SENT, 429),
    ),
)

META = (
    *(
        scripted(
            f"Meta's {code}: too many calls",
            Fault.graph_error(code),
            said("RateLimitError", NOT_SENT),
        )
        for code in (4, 613, 80006)
    ),
    scripted(
        "Meta's 613 with `Retry-After`",
        Fault.graph_error(613, headers=_ASK_LATER),
        said("RateLimitError", NOT_SENT),
    ),
    scripted("Meta's 1: unknown error", Fault.graph_error(1), said("TemporaryError", LOST)),
    scripted(
        "Meta's 1 with `is_transient`",
        Fault.graph_error(1, is_transient=True),
        said("TemporaryError", TEMPORARY),
    ),
    scripted(
        "Meta's 2: service unavailable",
        Fault.graph_error(2, status=503),
        said("TemporaryError", TEMPORARY, 503),
    ),
    scripted(
        "Meta's 1200: send failed", Fault.graph_error(1200), said("TemporaryError", TEMPORARY)
    ),
    scripted(
        "A code that nobody knows, with 500",
        Fault.graph_error(987654, status=500),
        said("TemporaryError", LOST, 500),
    ),
    scripted(
        "A code that nobody knows, with `is_transient`",
        Fault.graph_error(987654, is_transient=True),
        said("TemporaryError", TEMPORARY),
    ),
    scripted("A code that nobody knows", Fault.graph_error(987654), said("GraphError", LOST)),
    scripted(
        "Meta's 1/1357046, and nothing went out",
        Fault.graph_error(1, 1357046),
        said("LostAnswerError", LOST_FOR_NOTHING),
    ),
    scripted("Meta's 190: the token", Fault.graph_error(190, 463), said("TokenError", REFUSED)),
    scripted(
        "Meta's 200: a permission",
        Fault.graph_error(200, status=403),
        said("PermissionDeniedError", REFUSED, 403),
    ),
    scripted(
        "Meta's 10/2018278: the window",
        Fault.graph_error(10, 2018278),
        said("OutsideWindowError", REFUSED),
    ),
    scripted(
        "Meta's 551/1545041: the person is not available",
        Fault.graph_error(551, 1545041),
        said("UserUnavailableError", REFUSED),
    ),
    scripted(
        "Meta's 100/2018001: no such person",
        Fault.graph_error(100, 2018001),
        said("UserNotFoundError", REFUSED),
    ),
    scripted(
        "Meta's 100: the call is wrong",
        Fault.graph_error(100),
        said("InvalidRequestError", REFUSED),
    ),
    scripted(
        "Meta's 10/2018300: another app has the conversation",
        Fault.graph_error(10, 2018300),
        said("ThreadNotOwnedError", REFUSED),
    ),
    scripted(
        "Meta's 368: the page is restricted",
        Fault.graph_error(368),
        said("PageRestrictedError", REFUSED),
    ),
    scripted(
        "A refusal, with 503 all the same",
        Fault.graph_error(190, status=503),
        said("TokenError", REFUSED, 503),
    ),
)

ROWS = (*NOT_REACHED, *BROKEN, *PROXIES, *META)
