"""The rows of the matrix in which the relay breaks an exchange at exactly one byte."""

import gzip
from collections.abc import Callable

from delivery_matrix.matrix_ends import (
    ARRIVED,
    HARMLESS,
    LOST,
    LOST_BY_META,
    UNTRUE,
    Seen,
    no_answer,
    said,
    unreadable,
)
from delivery_matrix.matrix_relay import Cut, nothing
from delivery_matrix.matrix_rows import (
    Row,
    answer_unasked,
    cut,
    first,
    first_of_body,
    hang_up_and_let_know,
    hang_up_now,
    instead,
    raw,
    to_relay,
    with_body,
)

from messengerkit import Phase

_GONE = no_answer(Phase.SENT, LOST)
_THERE = no_answer(Phase.SENT, ARRIVED)
_HALF = no_answer(Phase.ANSWERED, ARRIVED, 200)

_PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
_UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"


def _error(code: int, subcode: int | None = None) -> bytes:
    sub = "" if subcode is None else f', "error_subcode": {subcode}'
    body = (
        f'{{"error": {{"message": "(#{code}) No", "type": "OAuthException", "code": {code}{sub}}}}}'
    )
    return raw("400 Bad Request", body.encode(), "Content-Type: application/json")


def _after(prefix: bytes) -> Callable[[bytes], bytes]:
    def made(answer: bytes) -> bytes:
        return prefix + answer

    return made


def _chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def _unending(body: bytes) -> bytes:
    return _chunked(body)[:-2]


def _until_the_end(answer: bytes) -> bytes:
    """Return half of *answer*, as a server does that tells no length and closes."""
    body = answer.partition(b"\r\n\r\n")[2]
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body[: len(body) // 2]


def _half_gzip(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return packed[: len(packed) // 2]


def _bomb(_: bytes) -> bytes:
    return gzip.compress(b"\0" * (5 * 1024 * 1024))


def _beside_an_id(body: bytes) -> bytes:
    return body[:-1] + b', "error": {"message": "(#2) No", "code": 2}}'


def _not_json(body: bytes) -> bytes:
    return body[:-1]


REQUEST = (
    cut("Closed before anything is read", Cut(head=False), _GONE),
    cut("Nothing is ever read", Cut(head=False, then="silence"), _GONE, times_out=True),
    cut("Reset after the head was read", Cut(body=0.0, answer=nothing, then="reset"), _GONE),
    cut("Closed after the head was read", Cut(body=0.0, answer=nothing), _GONE),
    cut("Reset in the middle of the body", Cut(body=0.5, answer=nothing, then="reset"), _GONE),
    cut("Closed in the middle of the body", Cut(body=0.5, answer=nothing), _GONE),
    cut(
        "`100 Continue`, then closed",
        Cut(commits=False, answer=instead(_CONTINUE)),
        _GONE,
    ),
)

ANSWER = (
    *(
        cut(
            f"Delivered; the answer breaks off after byte {count}",
            Cut(answer=first(count)),
            _THERE,
        )
        for count in (1, 9, 17)
    ),
    cut(
        "Delivered; the answer breaks off before the last byte of its head",
        Cut(answer=lambda answer: answer[: answer.index(b"\r\n\r\n") + 3]),
        _THERE,
    ),
    cut("Delivered; the answer's head is reset", Cut(answer=first(9), then="reset"), _THERE),
    cut("Delivered; the answer breaks off after its head", Cut(answer=first_of_body(0)), _HALF),
    cut("Delivered; one byte of the answer's body comes", Cut(answer=first_of_body(1)), _HALF),
    cut("Delivered; the last byte of the answer is missing", Cut(answer=first(-1)), _HALF),
    cut(
        "Delivered; silence in the answer's body",
        Cut(answer=first(-1), then="silence"),
        _HALF,
        times_out=True,
    ),
    cut(
        "Delivered; the answer tells no length, and breaks off",
        Cut(answer=_until_the_end),
        unreadable(200, ARRIVED),
    ),
    cut(
        "Delivered; the answer's last chunk is missing",
        Cut(answer=with_body(_unending, "Transfer-Encoding: chunked")),
        _HALF,
    ),
    cut(
        "Delivered; the answer's gzip is broken",
        Cut(answer=with_body(lambda _: b"x" * 50, "Content-Encoding: gzip")),
        _HALF,
    ),
    cut(
        "Delivered; the answer's gzip breaks off",
        Cut(answer=with_body(_half_gzip, "Content-Encoding: gzip")),
        unreadable(200, ARRIVED),
    ),
    cut(
        "Delivered; the answer unpacks to megabytes",
        Cut(answer=with_body(_bomb, "Content-Encoding: gzip")),
        _HALF,
    ),
    cut(
        "Delivered; a header of the answer is endless",
        Cut(answer=instead(raw("200 OK", b"{}", "X-Endless: " + "x" * 20_000))),
        _THERE,
    ),
    cut(
        "Delivered; the answer's status is no number",
        Cut(answer=instead(raw("OK", b"{}"))),
        _THERE,
    ),
    cut(
        "Delivered; the answer's JSON breaks off",
        Cut(answer=with_body(_not_json)),
        unreadable(200, ARRIVED),
    ),
    cut(
        "Delivered; `100 Continue` before the answer",
        Cut(answer=_after(_CONTINUE * 3), then="keep"),
        HARMLESS,
    ),
    cut(
        "Delivered; early hints before the answer",
        Cut(answer=_after(_HINTS), then="keep"),
        HARMLESS,
    ),
    cut(
        "Delivered; the connection is switched to h2c",
        Cut(answer=instead(_UPGRADE), then="silence"),
        unreadable(101, ARRIVED),
    ),
    cut(
        "Delivered; packed with gzip, as it should be",
        Cut(answer=with_body(gzip.compress, "Content-Encoding: gzip"), then="keep"),
        HARMLESS,
    ),
    cut("Delivered, and the connection closed behind the answer", Cut(), HARMLESS),
)

UNTRUE_WORDS = (
    cut(
        "Delivered; a proxy answers 502",
        Cut(answer=instead(raw("502 Bad Gateway", _PAGE, "Content-Type: text/html"))),
        unreadable(502, ARRIVED),
    ),
    cut(
        "Delivered; a proxy answers 504",
        Cut(answer=instead(raw("504 Gateway Timeout")), then="keep"),
        unreadable(504, ARRIVED),
    ),
    cut("Delivered; Meta says 1", Cut(answer=instead(_error(1))), said("TemporaryError", ARRIVED)),
    cut("Delivered; Meta says 2", Cut(answer=instead(_error(2))), said("TemporaryError", UNTRUE)),
    cut(
        "Delivered; Meta says 1200",
        Cut(answer=instead(_error(1200))),
        said("TemporaryError", UNTRUE),
    ),
    cut(
        "Delivered; Meta says 1/1357046: its answer was lost",
        Cut(answer=instead(_error(1, 1357046))),
        said("LostAnswerError", LOST_BY_META),
    ),
    cut(
        "Delivered; an `error` beside the `message_id`",
        Cut(answer=with_body(_beside_an_id)),
        said("LostAnswerError", LOST_BY_META, 200),
    ),
    cut(
        "Delivered; 200 without a `message_id`",
        Cut(answer=instead(raw("200 OK", b"{}"))),
        Seen("UnreadableAnswerError", None, None, ARRIVED),
    ),
)

IDLE = (
    Row(
        name="The idle connection is closed as the client writes",
        strike=hang_up_now,
        url=to_relay,
        reused=_GONE,
    ),
    Row(
        name="The idle connection was closed, and the client knows",
        strike=hang_up_and_let_know,
        url=to_relay,
        reused=HARMLESS,
    ),
    Row(
        name="An answer that nobody asked for lies on the idle connection",
        strike=answer_unasked,
        url=to_relay,
        reused=HARMLESS,
    ),
)

ROWS = (*REQUEST, *ANSWER, *UNTRUE_WORDS, *IDLE)
