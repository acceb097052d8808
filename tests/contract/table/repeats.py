"""A request that comes again with its `Idempotency-Key` acts once, and has the same answer."""

from contract.admins import ALICE, BOSS, TEAM, Admin
from contract.asking import FROM_PANEL, TEST, ask, attach, guide, said, send
from contract.case import Case, case, one, step
from contract.graph import PERSON
from contract.servers import ORIGIN
from contract.wanting import (
    KEY_WRONG,
    NOT_YOU,
    STRANGER,
    refused,
    sent,
    shown,
    unknown,
    wrong,
)
from contract.wire import Header

from messengerkit.sandbox import Fault

_AGAIN = {"idempotent-replayed": "true"}
_OTHER = refused(422, "idempotency_key", "This Idempotency-Key was used for another request.")
_BUSY = refused(
    409,
    "request_in_progress",
    "The request with this Idempotency-Key is still at work.",
    retryable=True,
)
_NO_ADMIN = Admin(ALICE.admin_id, "wrong")


def _key(value: str | bytes) -> Header:
    return ("Idempotency-Key", value)


def _test(query: str, key: str) -> tuple[str, str, Header]:
    return ("POST", f"{TEST}?recipient_id={PERSON}&message=Test{query}", _key(key))


KEYS: dict[str, str] = {
    "one character": "k",
    "255 characters": "k" * 255,
    "any visible ASCII": "!#$%&'()*+-./:;<=>?@[]^_`{|}~",
    "a UUID": "8e03978e-40d5-43e8-bc93-6894a57f9324",
    "blanks around it": " \tblanks\t ",
}

WRONG_KEYS: dict[str, tuple[Header, ...]] = {
    "an empty key": (_key(""),),
    "empty quotes": (_key('""'),),
    "one quote": (_key('"k'),),
    "256 characters": (_key("k" * 256),),
    "a blank within": (_key("a b"),),
    "a comma": (_key("a,b"),),
    "UTF-8": (_key("é".encode()),),
    "Latin-1": (_key(b"\xe9"),),
    "a blank of Latin-1 after it": (_key(b"k\xa0"),),
    "a blank of Unicode after it": (_key("k\u2003".encode()),),
    "two keys": (_key("a"), _key("b")),
    "the same key twice": (_key("a"), _key("a")),
    "a key, and an empty one": (_key("a"), _key("")),
    "an empty key, and one": (_key(""), _key("a")),
}

CASES: tuple[Case, ...] = (
    case(
        "a click that comes twice sends once",
        step(send("Click.", _key("click")), sent("Click.")),
        step(send("Click.", _key("click")), sent("Click.", headers=_AGAIN, new=False), times=2),
        step(send("Click."), sent("Click.")),
    ),
    case(
        "two at once: the one is at work, and the other is told so",
        step(send("Once.", _key("once")), sent("Once."), twice=_BUSY),
        step(send("Once.", _key("once")), sent("Once.", headers=_AGAIN, new=False)),
    ),
    case(
        "the same key for another text is refused",
        step(send("This.", _key("text")), sent("This.")),
        step(send("That.", _key("text")), _OTHER),
        step(said(guide("This.") + b" ", _key("text")), _OTHER),
        step(attach("image", "https://cdn.example.com/k.png", _key("text")), _OTHER),
    ),
    case(
        "the key in quotes is the same key",
        step(send("Quotes.", _key("quotes")), sent("Quotes.")),
        step(send("Quotes.", _key('"quotes"')), sent("Quotes.", headers=_AGAIN, new=False)),
        step(send("Quotes.", _key("Quotes")), sent("Quotes.")),
    ),
    case(
        "two admins may choose the same key",
        step(send("By Alice.", _key("same")), sent("By Alice.")),
        step(send("By Ben.", _key("same"), by=TEAM), sent("By Ben.")),
    ),
    case(
        "media that comes twice is shown once",
        step(
            attach("file", "https://cdn.example.com/f.pdf", _key("media")),
            shown("file", "https://cdn.example.com/f.pdf"),
        ),
        step(
            attach("file", "https://cdn.example.com/f.pdf", _key("media")),
            shown("file", "https://cdn.example.com/f.pdf", headers=_AGAIN, new=False),
        ),
    ),
    case(
        "of a test the query counts, byte for byte",
        step(ask(*_test("+1", "test"), by=BOSS), sent("Test 1")),
        step(ask(*_test("+1", "test"), by=BOSS), sent("Test 1", headers=_AGAIN, new=False)),
        step(ask(*_test("%201", "test"), by=BOSS), _OTHER),
        step(ask(*_test("+1&", "test"), by=BOSS), _OTHER),
    ),
    case(
        "what Meta refused may be sent again, and is",
        step(
            send("Window?", _key("window")),
            refused(502, "outside_window"),
            Fault.graph_error(10, 2018278),
        ),
        step(send("Window?", _key("window")), sent("Window?")),
    ),
    case(
        "of what nobody knows it stays unknown, and is not sent again",
        step(send("Lost?", _key("lost")), unknown("Lost?"), Fault.commit_then_close()),
        step(send("Lost?", _key("lost")), unknown(headers=_AGAIN), times=2),
    ),
    case(
        "what is refused before it is tried does not use up its key",
        step(send("Mine.", _key("mine"), by=_NO_ADMIN), STRANGER),
        step(send("Mine.", _key("mine"), admin_id="sue"), NOT_YOU),
        step(send("", _key("mine")), wrong("message_text")),
        step(send("Mine.", _key("mine")), sent("Mine.")),
    ),
    case(
        "a panel may read that an answer is an old one",
        step(
            send("Read.", _key("read"), FROM_PANEL),
            sent(
                "Read.",
                headers=(
                    allowed := {
                        "access-control-allow-origin": ORIGIN,
                        "access-control-allow-credentials": "true",
                        "access-control-expose-headers": "Idempotent-Replayed, Retry-After",
                    }
                ),
            ),
        ),
        step(
            send("Read.", _key("read"), FROM_PANEL),
            sent("Read.", headers={**allowed, **_AGAIN}, new=False),
        ),
        step(send("Read.", _key("read")), sent("Read.", headers=_AGAIN, new=False)),
    ),
    *(one(f"a key may be {what}", send(what, _key(key)), sent(what)) for what, key in KEYS.items()),
    *(
        one(f"a key may not be {what}", send("No.", *keys), KEY_WRONG)
        for what, keys in WRONG_KEYS.items()
    ),
)
