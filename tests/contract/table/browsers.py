"""Which pages of the web may read an answer: those that are listed, and no others."""

from contract.admins import ALICE
from contract.asking import (
    FROM_PANEL,
    HEALTH,
    SEND,
    SESSION,
    STATUS,
    ask,
    get,
    guide,
    post,
    send,
)
from contract.case import Case, one
from contract.expecting import Expect, Headers
from contract.servers import ORIGIN
from contract.wanting import NOT_JSON, done, has, refused, sent
from contract.wire import Header

_LISTED = "http://localhost:5173"


def readable(origin: str = ORIGIN) -> Headers:
    """Return the headers that let a page of *origin* read an answer."""
    return {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "Idempotent-Replayed, Retry-After",
    }


def _from(*origins: str | bytes) -> tuple[Header, ...]:
    return tuple(("Origin", origin) for origin in origins)


def _asks(method: str, *more: Header) -> tuple[Header, ...]:
    return (("Access-Control-Request-Method", method), *more)


OTHERS: dict[str, tuple[Header, ...]] = {
    "another host": _from("https://evil.example.com"),
    "another scheme": _from("http://panel.example.com"),
    "another port": _from(f"{ORIGIN}:8443"),
    "the port of the scheme": _from(f"{ORIGIN}:443"),
    "a host that begins alike": _from(f"{ORIGIN}.evil.example.com"),
    "a host that ends alike": _from("https://evil-panel.example.com"),
    "capitals": _from("HTTPS://PANEL.EXAMPLE.COM"),
    "a slash": _from(f"{ORIGIN}/"),
    "no origin of a page": _from("null"),
    "an empty origin": _from(""),
    "everything": _from("*"),
    "two origins": _from(ORIGIN, ORIGIN),
    "two origins, one of another page": _from(ORIGIN, "https://evil.example.com"),
    "two origins in one": _from(f"{ORIGIN}, {ORIGIN}"),
    "UTF-8": _from(f"{ORIGIN}é".encode()),
    "a blank of Latin-1": _from(f"{ORIGIN}\xa0".encode("latin-1")),
}
_SENT = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Admin-User-ID"
_WRITE = ("OPTIONS", "POST")


def _may(*methods: str, headers: Headers) -> Expect:
    return done(f"This path has {', '.join(methods)}.", headers={**has(*methods), **headers})


def _preflight(*methods: str, origin: str = ORIGIN) -> Expect:
    more = {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": _SENT,
        "access-control-max-age": "600",
    }
    return _may(*methods, headers={**readable(origin), **more})


CASES: tuple[Case, ...] = (
    one(
        "a listed page may announce a request",
        ask("OPTIONS", SEND, FROM_PANEL, *_asks("POST", ("Access-Control-Request-Headers", "x"))),
        _preflight(*_WRITE),
    ),
    one(
        "each listed page may",
        ask("OPTIONS", SESSION, *_from(_LISTED), *_asks("DELETE")),
        _preflight("DELETE", "OPTIONS", "POST", origin=_LISTED),
    ),
    one(
        "also one that the path has not; the browser stops there",
        ask("OPTIONS", STATUS, FROM_PANEL, *_asks("PUT")),
        _preflight("GET", "HEAD", "OPTIONS"),
    ),
    one(
        "a request that announces none is none",
        ask("OPTIONS", SEND, FROM_PANEL),
        _may(*_WRITE, headers=readable()),
    ),
    one("nor is one from no page", ask("OPTIONS", SEND, *_asks("POST")), _may(*_WRITE, headers={})),
    *(
        one(
            f"{what} may not announce one",
            ask("OPTIONS", SEND, *origins, *_asks("POST")),
            _may(*_WRITE, headers={}),
        )
        for what, origins in OTHERS.items()
    ),
    *(
        one(f"{what} may not read an answer", get(STATUS, *origins), done("Ready to send."))
        for what, origins in OTHERS.items()
    ),
    one(
        "a listed page may read an answer",
        get(STATUS, FROM_PANEL),
        done("Ready to send.", headers=readable()),
    ),
    one(
        "and an admin's",
        get(HEALTH, FROM_PANEL, by=ALICE),
        done("Ready to send.", headers=readable()),
    ),
    one(
        "and that a message was sent",
        send("From the panel.", FROM_PANEL),
        sent("From the panel.", headers=readable()),
    ),
    one(
        "and each refusal: 401",
        send("x", FROM_PANEL, by=ALICE.__class__("alice", "wrong")),
        refused(401, "admin_auth", headers={**readable(), "www-authenticate": "Bearer"}),
    ),
    one(
        "405",
        ask("PUT", SEND, FROM_PANEL),
        refused(405, "method_not_allowed", headers={**readable(), **has(*_WRITE)}),
    ),
    one(
        "415",
        post(SEND, guide("x"), FROM_PANEL, by=ALICE),
        refused(415, "media_type", headers=readable()),
    ),
    one("422", send("", FROM_PANEL), refused(422, "invalid_input", headers=readable())),
    one(
        "502",
        send("x", FROM_PANEL, recipient_id="24999999999999999"),
        refused(502, "user_not_found", headers=readable()),
    ),
    one(
        "HEAD has the same headers",
        ask("HEAD", STATUS, FROM_PANEL),
        done("Ready to send.", headers=readable()),
    ),
    one(
        "what another page's form can send is refused before it is read",
        post(SEND, guide("x"), ("Content-Type", "text/plain"), *OTHERS["another host"], by=ALICE),
        NOT_JSON,
    ),
)
