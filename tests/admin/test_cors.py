"""What a browser is told: only pages on the list may read answers, and nobody is told "*"."""

import json
from collections.abc import Iterable, Mapping

import pytest
from admin.kit import ADMIN, KEY, SEND, STATUS, Accepting, Headers, guide_body, guide_headers
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.admin import AdminAnswer, AdminFace, AdminRequest, SharedKeyAuth
from messengerkit.admin.auth import SessionAuth
from messengerkit.errors import ConfigurationError

PANEL = "https://panel.example.com"
OTHER = "https://other.example.com:8443"
SESSION_SECRET = "a-secret-of-the-sessions-that-is-long"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Admin-User-ID"


def face_of(
    *origins: str, backend: Accepting | None = None, sessions: SessionAuth | None = None
) -> AdminFace:
    """Return a face that the pages of *origins* may call."""
    return AdminFace(
        backend=Accepting() if backend is None else backend,
        verifier=SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN),
        origins=origins,
        sessions=sessions,
    )


async def ask(
    face: AdminFace,
    method: str = "GET",
    path: str = STATUS,
    *,
    origin: Iterable[str] = (PANEL,),
    headers: Headers = (),
) -> AdminAnswer:
    """Ask as a page of *origin* does; None of them is none, several are several headers."""
    sent = (*headers, *(("Origin", one) for one in origin))
    body = json.dumps(guide_body()).encode() if method == "POST" else b""
    return await face.respond(path, AdminRequest(method=method, path=path, headers=sent, body=body))


def told(answer: AdminAnswer) -> Mapping[str, str]:
    """Return what *answer* tells a browser and a cache; nothing of it twice."""
    found = [
        (name.lower(), value)
        for name, value in answer.headers
        if name.lower().startswith("access-control-") or name.lower() == "vary"
    ]

    assert len(dict(found)) == len(found)
    return dict(found)


async def test_without_origins_nothing_is_said() -> None:
    """The browser's own rule is enough: no other page reads anything."""
    face = face_of()

    assert told(await ask(face)) == {}
    assert told(await ask(face, "OPTIONS", headers=(asks_to("GET"),))) == {}


async def test_a_page_on_the_list_may_read() -> None:
    """Its own origin is said back, and the headers of ours that it could not see otherwise."""
    assert told(await ask(face_of(OTHER, PANEL))) == {
        "vary": "Origin",
        "access-control-allow-origin": PANEL,
        "access-control-expose-headers": "Idempotent-Replayed, Retry-After",
    }


async def test_each_page_hears_of_itself_only() -> None:
    """The list is nobody's business."""
    face = face_of(OTHER, PANEL)

    for origin in (PANEL, OTHER):
        answer = await ask(face, origin=(origin,))
        assert told(answer)["access-control-allow-origin"] == origin


@pytest.mark.parametrize(
    "origin",
    [
        (),
        ("",),
        ("null",),
        ("*",),
        ("https://evil.example.com",),
        ("https://panel.example.com.evil.example",),
        ("https://evil.panel.example.com",),
        ("https://evilpanel.example.com",),
        ("http://panel.example.com",),
        ("https://panel.example.com:444",),
        ("https://panel.example.com/",),
        ("https://panel.example.com\xa0",),
        ("https://PANEL.example.com",),
        (PANEL, PANEL),
        (PANEL, "https://evil.example.com"),
        (f"{PANEL}, {PANEL}",),
        (f"{PANEL} https://evil.example.com",),
    ],
    ids=repr,
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_any_other_page_may_not(method: str, origin: tuple[str, ...]) -> None:
    """It is told nothing but that the answer depends on who asks, so that no cache mixes them."""
    answer = await ask(face_of(PANEL), method, origin=origin, headers=(asks_to("GET"),))

    assert answer.status == 200
    assert told(answer) == {"vary": "Origin"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", STATUS, (), 200),
        ("HEAD", STATUS, (), 200),
        ("POST", SEND, guide_headers(), 200),
        ("POST", SEND, (), 401),
        ("POST", SEND, guide_headers()[1:], 415),
        ("PUT", SEND, guide_headers(), 405),
        ("GET", "/nowhere", (), 500),
    ],
)
async def test_a_page_may_read_every_answer(
    method: str, path: str, headers: Headers, status: int
) -> None:
    """A panel that cannot read a refusal can only say that something went wrong."""
    answer = await ask(face_of(PANEL), method, path, headers=headers)

    assert answer.status == status
    assert told(answer)["access-control-allow-origin"] == PANEL


def asks_to(method: str) -> tuple[str, str]:
    """Return the header by which a browser announces a request."""
    return ("Access-Control-Request-Method", method)


async def test_a_preflight_is_answered_without_a_key() -> None:
    """A browser sends none with it; it learns the methods, the headers, and for how long."""
    answer = await ask(face_of(PANEL), "OPTIONS", SEND, headers=(asks_to("POST"),))

    assert answer.status == 200
    assert dict(answer.headers)["Allow"] == "OPTIONS, POST"
    assert told(answer) == {
        "vary": "Origin",
        "access-control-allow-origin": PANEL,
        "access-control-expose-headers": "Idempotent-Replayed, Retry-After",
        "access-control-allow-methods": "OPTIONS, POST",
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": "600",
    }


async def test_options_that_announce_nothing_are_no_preflight() -> None:
    """Without the method that is to come, only `Allow` is told."""
    answer = await ask(face_of(PANEL), "OPTIONS", SEND)

    assert set(told(answer)) == {
        "vary",
        "access-control-allow-origin",
        "access-control-expose-headers",
    }


async def test_only_a_preflight_is_told_the_methods() -> None:
    """The same headers on another method mean nothing."""
    answer = await ask(face_of(PANEL), "PUT", SEND, headers=(asks_to("PUT"),))

    assert answer.status == 405
    assert "access-control-allow-methods" not in told(answer)


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("sessions", [False, True])
async def test_a_cookie_may_come_along_only_where_there_are_sessions(
    method: str,
    sessions: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """Without sessions there is no cookie of ours, and none of anybody's is let through."""
    auth = SessionAuth(secrets=[SESSION_SECRET], origins=[PANEL]) if sessions else None
    face = face_of(PANEL, sessions=auth)
    answer = await ask(face, method, headers=(asks_to("GET"),))
    stranger = await ask(face, method, origin=("https://evil.example",), headers=(asks_to("GET"),))

    assert told(answer).get("access-control-allow-credentials") == ("true" if sessions else None)
    assert told(stranger) == {"vary": "Origin"}


async def test_the_origins_of_sessions_are_a_list_of_their_own() -> None:
    """A panel on this server's own origin signs in, and no other page reads anything."""
    face = face_of(sessions=SessionAuth(secrets=[SESSION_SECRET], origins=[PANEL]))

    assert told(await ask(face)) == {}


async def test_a_repeated_answer_is_for_who_asks_now(accepting: Accepting) -> None:
    """What is kept of an answer is nothing about the page that asked first."""
    face = face_of(PANEL, OTHER, backend=accepting)
    headers = (*guide_headers(), ("Idempotency-Key", "key-1"))
    await ask(face, "POST", SEND, headers=headers)
    again = await ask(face, "POST", SEND, headers=headers, origin=(OTHER,))
    stranger = await ask(face, "POST", SEND, headers=headers, origin=("https://evil.example",))

    assert len(accepting.sent) == 1
    assert dict(again.headers)["Idempotent-Replayed"] == "true"
    assert told(again)["access-control-allow-origin"] == OTHER
    assert told(stranger) == {"vary": "Origin"}


@pytest.mark.parametrize("origin", ["*", "null", "https://*.example.com", "http://panel.example"])
def test_nobody_can_allow_everybody(origin: str) -> None:
    """What is no origin of its own is refused when the face is made."""
    with pytest.raises(ConfigurationError, match="is not an origin"):
        face_of(origin)


@given(
    origins=st.lists(st.text(max_size=40) | st.sampled_from([PANEL, OTHER, "*", "null"])),
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "PUT"]),
    asked=st.lists(st.text(max_size=10), max_size=2),
)
async def test_whatever_an_origin_says(origins: list[str], method: str, asked: list[str]) -> None:
    """It is allowed if it is one, and on the list; "*" is never said."""
    headers = tuple(("Access-Control-Request-Method", one) for one in asked)
    answer = await ask(face_of(PANEL, OTHER), method, origin=origins, headers=headers)
    allowed = origins in ([PANEL], [OTHER])

    assert ("access-control-allow-origin" in told(answer)) is allowed
    assert "*" not in "".join(told(answer).values())
    assert told(answer)["vary"] == "Origin"
