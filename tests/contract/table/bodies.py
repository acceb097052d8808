"""How a request is framed, how large it may be, of which type, and what JSON is."""

import gzip
from dataclasses import replace

from contract.admins import ALICE
from contract.asking import (
    ATTACH,
    JSON,
    SEND,
    TEST,
    announced,
    guide,
    post,
    said,
    send,
    started,
    typed,
)
from contract.case import Case, each, one
from contract.graph import PERSON
from contract.wanting import NOT_FILE, NOT_JSON, STRANGER, TOO_LARGE, sent, wrong
from contract.wire import Ask, Header

from messengerkit.admin import MAX_BODY

_CHUNKED: Header = ("Transfer-Encoding", "chunked")
_TO = f"{TEST}?recipient_id={PERSON}"


def _type(value: str | bytes) -> Header:
    return ("Content-Type", value)


def _filled(text: str, size: int) -> bytes:
    """Return the guide's body, with blanks up to *size* bytes."""
    return guide(text).ljust(size)


def _replaced(old: bytes, new: bytes) -> Ask:
    """Return the guide's request, with *new* in place of *old*."""
    body = guide("Hello")

    assert body.count(old) == 1
    return said(body.replace(old, new))


TYPES: dict[str, str | bytes] = {
    "as the guide has it": "application/json",
    "with a charset": "application/json; charset=utf-8",
    "with a charset that is not so": "application/json;charset=latin-1",
    "in capitals": "APPLICATION/JSON",
    "with a blank and a tab": "application/json \t; x=y",
    "with odd bytes after the semicolon": "application/json; é=é".encode(),
}

WRONG_TYPES: dict[str, tuple[Header, ...]] = {
    "none": (),
    "an empty one": (_type(""),),
    "plain text": (_type("text/plain"),),
    "a form": (_type("application/x-www-form-urlencoded"),),
    "a form with parts": (_type("multipart/form-data; boundary=x"),),
    "JSON of another kind": (_type("application/problem+json"),),
    "more than JSON": (_type("application/jsonx"),),
    "text, with JSON beside it": (_type("text/plain; application/json"),),
    "two types in one": (_type("application/json, text/plain"),),
    "quotes": (_type('"application/json"'),),
    "a blank of Latin-1": (_type(b"application/json\xa0"),),
    "a line's end of Latin-1": (_type(b"application/json\x85; x=y"),),
    "a blank of Unicode": (_type(b"\xe2\x80\x83application/json"),),
    "a letter of another script": (_type("\u0430pplication/json".encode()),),
    "under another name": (("Content_Type", "application/json"),),
}

NOT_OUR_JSON: dict[str, Ask] = {
    "nothing": said(b""),
    "no body at all": replace(said(b""), body=None),
    "blanks": said(b" \r\n"),
    "an array": said(b"[" + guide("x") + b"]"),
    "text": said(b'"x"'),
    "null": said(b"null"),
    "a number": said(b"1e999"),
    "half of an object": said(guide("x")[:-1]),
    "an object and more": said(guide("x") + b"}"),
    "two objects": said(guide("x") * 2),
    "a comma too many": _replaced(b"}", b",}"),
    "a comment": said(b"/**/" + guide("x")),
    "single quotes": said(guide("x").replace(b'"', b"'")),
    "a form": said(b"message_text=x&recipient_id=1"),
    "Latin-1": _replaced(b"Hello", b"Hell\xf6"),
    "bytes that are no text": _replaced(b"Hello", b"\xff\xfe\x00"),
    "a surrogate in UTF-8": _replaced(b"Hello", b"\xed\xa0\xbd"),
    "half of an emoji": _replaced(b"Hello", b"\\ud83d"),
    "UTF-8 with a mark": said(b"\xef\xbb\xbf" + guide("x")),
    "UTF-16": said(guide("x").decode().encode("utf-16")),
    "a line's end in a text": _replaced(b"Hello", b"Hel\nlo"),
    "gzip": replace(said(gzip.compress(guide("x")), ("Content-Encoding", "gzip"))),
    "gzip that is none": said(b"\x1f\x8bx", ("Content-Encoding", "gzip")),
    "30000 brackets": said(b"[" * 30_000),
}

WRONG_VALUES: dict[str, tuple[Ask, ...]] = {
    "message_text": (
        _replaced(b'"Hello"', b"NaN"),
        _replaced(b'"Hello"', b"-Infinity"),
        _replaced(b'"Hello"', b"9" * 4000),
        _replaced(b'"Hello"', b"[" * 100 + b"]" * 100),
        _replaced(b'"Hello"', b'{"a": {"b": {}}}'),
        _replaced(b'"message_text"', b'"message_text": "x", "message_text": 1, "Message_Text"'),
        _replaced(b'"message_text"', b'"message_text\\u0000"'),
    ),
}

CASES: tuple[Case, ...] = (
    *(
        one(f"a type {what} is JSON's", typed(what, _type(told)), sent(what))
        for what, told in TYPES.items()
    ),
    *(one(f"{what} is not", typed("x", *types), NOT_JSON) for what, types in WRONG_TYPES.items()),
    one("media, too, must have a type", post(ATTACH, b"{}", by=ALICE), NOT_FILE),
    *(one(f"{what} is not what we read", ask, wrong("body")) for what, ask in NOT_OUR_JSON.items()),
    *(each(f"{field} of another kind", asks, wrong(field)) for field, asks in WRONG_VALUES.items()),
    one(
        "of a field that comes twice the last counts",
        _replaced(b'"Hello"', b'"no", "message_text": "yes"'),
        sent("yes"),
    ),
    one(
        "blanks around an object do not matter",
        said(b"\r\n\t " + guide("Blanks.") + b" \n"),
        sent("Blanks."),
    ),
    one("escapes are read", _replaced(b"Hello", b"\\u0048\\ud83d\\ude42\\/"), sent("H\U0001f642/")),
    one(
        "the bytes count, not how they say they are packed",
        send("Packed.", ("Content-Encoding", "br")),
        sent("Packed."),
    ),
    one("64 KiB are read", said(_filled("64 KiB", MAX_BODY)), sent("64 KiB")),
    one("in chunks, too", said(_filled("chunks", MAX_BODY), chunked=True), sent("chunks")),
    one("one byte more is too much", said(_filled("x", MAX_BODY + 1)), TOO_LARGE),
    one("in chunks, too, it is", said(_filled("x", MAX_BODY + 1), chunked=True), TOO_LARGE),
    one("a megabyte is too much", said(_filled("x", 2**20)), TOO_LARGE),
    one(
        "a gigabyte need not be sent to be refused",
        announced(SEND, MAX_BODY, JSON, by=ALICE),
        TOO_LARGE,
    ),
    one("whatever its type is", post(SEND, b"x" * (MAX_BODY + 1), by=ALICE), TOO_LARGE),
    one(
        "a stranger does not learn that it is too much",
        post(SEND, b"x" * (MAX_BODY + 1), JSON),
        STRANGER,
    ),
    one("nor how large a test may be", post(_TO, b"x" * (MAX_BODY + 1)), STRANGER),
    one("one chunk", said(guide("One chunk."), chunked=True), sent("One chunk.")),
    one(
        "chunks of one byte, with extensions, and a trailer",
        started(
            SEND,
            b"".join(b'1;a="b"\r\n%c\r\n' % byte for byte in guide("Bytes."))
            + b"0\r\nX-A: b\r\n\r\n",
            JSON,
            _CHUNKED,
            by=ALICE,
        ),
        sent("Bytes."),
    ),
    one("no chunk at all", said(b"", chunked=True), wrong("body")),
    one(
        "whoever asks first is told to go on",
        send("Go on.", ("Expect", "100-continue")),
        sent("Go on."),
    ),
    one("HTTP/1.0 has bodies, too", replace(send("Old."), version="1.0"), sent("Old.")),
)
