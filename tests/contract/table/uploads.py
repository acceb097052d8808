"""A file as the body itself: how large, of which type, and what the query must tell of it."""

from dataclasses import replace

from contract.admins import ALICE, SUE
from contract.asking import ATTACH, JSON, SEND, attach, attached, file_query, guide, post, started
from contract.case import Case, case, each, one, step
from contract.graph import REFUSED
from contract.wanting import (
    FILE_TOO_LARGE,
    KEY_WRONG,
    NOT_FILE,
    NOT_JSON,
    NOT_YOU,
    STRANGER,
    TOO_LARGE,
    refused,
    sent,
    shown,
    unknown,
    uploaded,
    wrong,
)
from contract.wire import Ask, Header

from messengerkit.admin import MAX_BODY
from messengerkit.sandbox import Fault
from messengerkit.uploads import MAX_UPLOAD

_PNG = "image/png"
_DATA = bytes(range(256)) + b"\r\n--\x00\xff%"
_LARGEST = bytes(MAX_UPLOAD)
_AGAIN = {"idempotent-replayed": "true"}
_URL = "https://cdn.example.com/beside.png"
_LOST = uploaded("image", b"Lost?", _PNG).delivers


def _key(value: str) -> Header:
    return ("Idempotency-Key", value)


KINDS: dict[str, tuple[str, str]] = {
    "image": (_PNG, "image/png"),
    "video": ("VIDEO/MP4", "video/mp4"),
    "audio": ("audio/ogg; codecs=opus", "audio/ogg"),
    "file": ("application/pdf \t; x=y", "application/pdf"),
}

FILES = ("application/octet-stream", "image/png", "text/csv", "application/ld+json", "a/b")

NAMES: dict[str, str] = {
    "%D7%AA%D7%A4%D7%A8%D7%99%D7%98.png": "תפריט.png",
    "a+b%20c%2B.png": "a b c+.png",
    "first.png&filename=last.png": "last.png",
    "x" * 255: "x" * 255,
}

FORMS: dict[str, str | bytes | None] = {
    "nothing": None,
    "an empty one": "",
    "plain text": "text/plain",
    "plain text, with a file beside it": "text/plain; image/png",
    "plain text in capitals": "TEXT/PLAIN;charset=UTF-8",
    "a form": "application/x-www-form-urlencoded",
    "a form with parts": "multipart/form-data; boundary=x",
    "a ping": "text/ping",
    "half of one": "image",
    "a wildcard": "image/*",
    "two in one": "image/png, image/png",
    "quotes": '"image/png"',
    "a blank of Latin-1": b"image/png\xa0",
    "a letter of another script": "im\u0430ge/png".encode(),
}

WRONG_QUERIES: dict[str, tuple[dict[str, str | None], ...]] = {
    "conversation_id": ({"conversation_id": None}, {"conversation_id": "a/b"}),
    "recipient_id": ({"recipient_id": None}, {"recipient_id": "../me"}),
    "admin_id": ({"admin_id": None}, {"admin_id": "a b"}),
    "type": ({"type": None}, {"type": ""}, {"type": "link"}, {"type": "Image"}),
    "filename": (
        {"filename": ""},
        {"filename": "../a.png"},
        {"filename": "a\\b.png"},
        {"filename": "a\nb.png"},
        {"filename": "x" * 256},
    ),
    "url": ({"url": _URL},),
    "message_text": ({"message_text": "x"},),
}


def _asked(query: str) -> Ask:
    """Return a request that sends a picture with *query*."""
    return replace(attached(_DATA, _PNG), target=f"{ATTACH}?{query}")


CASES: tuple[Case, ...] = (
    *(
        one(
            f"a file of the kind {kind} is shown, every byte of it",
            attached(_DATA, told, type=kind),
            uploaded(kind, _DATA, bare),
        )
        for kind, (told, bare) in KINDS.items()
    ),
    *(
        one(
            f"{content_type} may be a file",
            attached(b"x", content_type, type="file", filename="a.bin"),
            uploaded("file", b"x", content_type, "a.bin"),
        )
        for content_type in FILES
    ),
    *(
        one(
            f"a file's name may be {query[:40]}",
            _asked(f"{file_query()}&filename={query}"),
            uploaded("image", _DATA, _PNG, name),
        )
        for query, name in NAMES.items()
    ),
    one("a file in chunks", attached(_DATA, _PNG, chunked=True), uploaded("image", _DATA, _PNG)),
    one(
        "a file's bytes count, not how they say they are packed",
        attached(_DATA, _PNG, ("Content-Encoding", "gzip")),
        uploaded("image", _DATA, _PNG),
    ),
    one(
        "a file larger than any JSON",
        attached(bytes(MAX_BODY + 1), _PNG),
        uploaded("image", bytes(MAX_BODY + 1), _PNG),
    ),
    one("25 MiB are a file", attached(_LARGEST, _PNG), uploaded("image", _LARGEST, _PNG)),
    one(
        "25 MiB in chunks",
        attached(_LARGEST, "video/mp4", chunked=True, type="video"),
        uploaded("video", _LARGEST, "video/mp4"),
    ),
    one("one byte more is no file", attached(_LARGEST + b"x", _PNG), FILE_TOO_LARGE),
    one(
        "in chunks, too, it is none",
        attached(_LARGEST + b"x", _PNG, chunked=True),
        FILE_TOO_LARGE,
    ),
    one(
        "a gigabyte of a file need not be sent to be refused",
        started(
            f"{ATTACH}?{file_query()}",
            _LARGEST + b" " * 1024,
            ("Content-Type", _PNG),
            ("Content-Length", str(2**30)),
            by=ALICE,
        ),
        FILE_TOO_LARGE,
    ),
    one("a stranger's file is not looked at", attached(_LARGEST + b"x", _PNG, by=None), STRANGER),
    one("an empty file is none", attached(b"", _PNG), wrong("body")),
    one("no file at all is none", replace(attached(b"", _PNG), body=None), wrong("body")),
    *(
        one(f"{what} tells of no file", attached(_DATA, told, type="file"), NOT_FILE)
        for what, told in FORMS.items()
    ),
    one(
        "a form with a picture is told so, however large it is",
        attached(bytes(MAX_BODY + 1), "multipart/form-data; boundary=x"),
        NOT_FILE,
    ),
    each(
        "a file of another kind than it says is refused",
        [
            attached(_DATA, "video/mp4", type="image"),
            attached(_DATA, _PNG, type="audio"),
            attached(_DATA, "application/octet-stream", type="video"),
            attached(_DATA, "imagex/png", type="image"),
        ],
        wrong("content_type"),
    ),
    *(
        each(
            f"a file with a wrong {field} is refused",
            [_asked(file_query(**changes)) for changes in queries],
            wrong(field),
        )
        for field, queries in WRONG_QUERIES.items()
    ),
    one(
        "a file without any query is refused",
        replace(attached(_DATA, _PNG), target=ATTACH),
        wrong("conversation_id"),
    ),
    one("a file is sent under one's own name", attached(_DATA, _PNG, admin_id="sue"), NOT_YOU),
    one("a supervisor's, too", attached(_DATA, _PNG, by=SUE), NOT_YOU),
    one("a message is no file", post(SEND, _DATA, ("Content-Type", _PNG), by=ALICE), NOT_JSON),
    one("JSON is as large as ever", post(ATTACH, bytes(MAX_BODY + 1), JSON, by=ALICE), TOO_LARGE),
    one("JSON needs no query", attach("image", _URL), shown("image", _URL)),
    one(
        "beside JSON a query is not read",
        replace(attach("image", _URL), target=f"{ATTACH}?{file_query(type='x', admin_id='sue')}"),
        shown("image", _URL),
    ),
    one(
        "JSON in the place of a file is not what it says",
        attached(guide("x"), "application/json", type="file"),
        wrong("type"),
    ),
    case(
        "the same file with the same key is sent once",
        step(attached(_DATA, _PNG, _key("file")), uploaded("image", _DATA, _PNG)),
        step(
            attached(_DATA, _PNG, _key("file")),
            uploaded("image", _DATA, _PNG, headers=_AGAIN, new=False),
        ),
        step(
            attached(_DATA + b"x", _PNG, _key("file")),
            refused(422, "idempotency_key", "This Idempotency-Key was used for another request."),
        ),
        step(
            attached(_DATA, _PNG, _key("file"), filename="a.png"),
            refused(422, "idempotency_key", "This Idempotency-Key was used for another request."),
        ),
        step(attached(_DATA, _PNG, _key("a,b")), KEY_WRONG),
    ),
    case(
        "a file that Meta refuses is not sent, and may be sent again",
        step(
            attached(b"a file that Meta refuses", _PNG, _key("refused")),
            refused(502, "invalid_request", graph={"code": 100, "subcode": 2018047}),
            REFUSED,
            REFUSED,
            times=2,
        ),
    ),
    case(
        "of a file that nobody knows of it stays unknown, and it is not sent again",
        step(
            attached(b"Lost?", _PNG, _key("lost-file")),
            replace(unknown(), delivers=_LOST),
            Fault.commit_then_close(),
        ),
        step(attached(b"Lost?", _PNG, _key("lost-file")), unknown(headers=_AGAIN)),
    ),
    one(
        "nobody has this id: the file is not sent",
        attached(_DATA, _PNG, recipient_id="24999999999999999"),
        refused(502, "user_not_found"),
    ),
    one("a text comes after a file", post(SEND, guide("After."), JSON, by=ALICE), sent("After.")),
)
