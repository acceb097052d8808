"""A session's cookie: only ours, only from our pages, and never for longer than it may be."""

import base64
import hashlib
import hmac
import json
import traceback
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from admin.kit import ADMIN, NOW
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from messengerkit.admin import AdminIdentity, AdminRequest
from messengerkit.admin.auth import AnyOf, Session, SessionAuth
from messengerkit.admin.identity import Role
from messengerkit.errors import (
    AdminAuthError,
    AdminForbiddenError,
    BackendError,
    ConfigurationError,
)

SECRET = "secret-of-the-sessions-marked-4711"
OTHER_SECRET = "another-secret-of-the-sessions-4712"
PANEL = "https://panel.example.com"
EVIL = "https://evil.example.com"
NAME = "__Host-messengerkit"
CLEARED = f"{NAME}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
ALICE = AdminIdentity(
    admin_id=ADMIN,
    role=Role.SUPERVISOR,
    pages=frozenset({"1001", "1002"}),
    key_id="k1",
    expires_at=NOW + timedelta(days=90),
)
BOB = AdminIdentity(admin_id="bob")

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
Headers = Sequence[tuple[str, str]]
OURS = ("Origin", PANEL)
BEARER = ("Authorization", "Bearer whatever")


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def auth(clock: Clock) -> SessionAuth:
    """Return sessions of the panel."""
    return SessionAuth(secrets=[SECRET], origins=[PANEL], now=clock)


def value_of(session: Session) -> str:
    """Return the value of the session's cookie."""
    return session.cookie.partition("=")[2].partition(";")[0]


def cookie(value: str) -> tuple[str, str]:
    """Return the header with which a browser sends the cookie."""
    return ("Cookie", f"{NAME}={value}")


def post(*headers: tuple[str, str], method: str = "POST") -> AdminRequest:
    """Return a request with *headers*."""
    return AdminRequest(method=method, path="/admin/session", headers=headers)


def begun(auth: SessionAuth, admin: AdminIdentity = ALICE) -> str:
    """Return the cookie's value of a new session."""
    return value_of(auth.start(admin, post(OURS, BEARER)))


def payload_of(value: str) -> dict[str, object]:
    """Return what a cookie's value says."""
    text = value.partition(".")[0]
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return decoded


def signed(payload: bytes, secret: str = SECRET) -> str:
    """Return a value that says *payload*, signed as ours are: written again, from the rules."""
    key = hmac.digest(secret.encode(), b"messengerkit: admin session, version 1", "sha256")
    text = base64.urlsafe_b64encode(payload).rstrip(b"=")
    return f"{text.decode()}.{hmac.new(key, text, hashlib.sha256).hexdigest()}"


async def refused(auth: SessionAuth, *headers: tuple[str, str], method: str = "POST") -> str:
    """Return the reason for which a request is refused."""
    with pytest.raises(AdminAuthError) as caught:
        await auth.verify(post(*headers, method=method))

    assert caught.value.status == 401
    assert str(caught.value) == "Authentication failed."
    return caught.value.reason


async def test_the_cookie_is_the_admin(auth: SessionAuth) -> None:
    """Who begins a session is who comes with its cookie, with all that the key told of them."""
    value = begun(auth)
    admin = await auth.verify(post(OURS, cookie(value)))

    assert admin == ALICE
    assert hash(admin) == hash(ALICE)
    assert admin == AdminIdentity(**{name: getattr(ALICE, name) for name in ALICE.__slots__})
    assert admin != replace(ALICE, role=Role.AGENT)
    assert admin != ADMIN  # type: ignore[comparison-overlap]  # never equal, which is tested


@pytest.mark.parametrize("admin", [BOB, replace(ALICE, pages=frozenset())], ids=["bob", "no page"])
async def test_what_an_admin_has_not_the_session_has_not(
    auth: SessionAuth, admin: AdminIdentity
) -> None:
    """No page is not every page, and no key is none."""
    assert await auth.verify(post(OURS, cookie(begun(auth, admin)))) == admin


def test_the_cookie_is_safe(auth: SessionAuth) -> None:
    """No script reads it, no other host or site gets it, and it goes when the session does."""
    session = auth.start(ALICE, post(OURS, BEARER))
    head, *rules = session.cookie.split("; ")

    assert head.startswith(f"{NAME}=")
    assert rules == ["Path=/", "Max-Age=900", "HttpOnly", "Secure", "SameSite=Strict"]
    assert session.expires_at == NOW + 15 * MINUTE
    assert len(head) < 4096


def test_no_secret_is_in_the_cookie_or_a_repr(auth: SessionAuth) -> None:
    """What a log or a traceback prints holds neither the secret nor the cookie."""
    session = auth.start(ALICE, post(OURS, BEARER))
    shown = f"{session!r} {auth!r} {vars(auth)}"

    assert SECRET not in session.cookie + shown
    assert value_of(session) not in shown
    assert hmac.digest(SECRET.encode(), b"", "sha256").hex() not in shown
    assert "SecretBytes(b'**********')" in shown


@pytest.mark.parametrize(("after", "alive"), [(15 * MINUTE - SECOND, True), (15 * MINUTE, False)])
async def test_a_session_ends(
    auth: SessionAuth,
    clock: Clock,
    after: timedelta,
    alive: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """At its end it is refused, whatever the browser does with the cookie."""
    value = begun(auth)
    clock.now += after
    if alive:
        assert await auth.verify(post(OURS, cookie(value))) == ALICE
    else:
        assert await refused(auth, OURS, cookie(value)) == "session expired"


WRONG_COOKIES: Mapping[str, Callable[[str], Headers]] = {
    "missing": lambda _: (),
    "empty": lambda _: (cookie(""),),
    "no value": lambda _: (("Cookie", NAME),),
    "another name": lambda value: (("Cookie", f"messengerkit={value}"),),
    "another case": lambda value: (("Cookie", f"{NAME.lower()}={value}"),),
    "part of a value": lambda value: (("Cookie", f"a=b={NAME}={value}"),),
    "twice in a header": lambda value: (("Cookie", f"{NAME}={value}; {NAME}={value}"),),
    "twice, once wrong": lambda value: (("Cookie", f"{NAME}={value}; {NAME}=x"),),
    "twice, once empty": lambda value: (("Cookie", f"{NAME}; {NAME}={value}"),),
    "in two headers": lambda value: (cookie(value), cookie(value)),
    "in two headers of other case": lambda value: (cookie(value), ("cookie", f"{NAME}=x")),
    "quoted": lambda value: (cookie(f'"{value}"'),),
    "cut": lambda value: (cookie(value[:-1]),),
    "longer": lambda value: (cookie(value + "0"),),
    "no signature": lambda value: (cookie(value.partition(".")[0] + "."),),
    "no payload": lambda value: (cookie("." + value.partition(".")[2]),),
    "signature in upper case": lambda value: (
        cookie(value.partition(".")[0] + "." + value.partition(".")[2].upper()),
    ),
    "another signature": lambda value: (cookie(value[:-64] + "0" * 64),),
    "another payload": lambda value: (cookie("x" + value[1:]),),
    "padded": lambda value: (cookie(value.replace(".", "=.")),),
    "not ASCII": lambda value: (cookie(value[:-1] + "é"),),
    "full-width digits": lambda value: (cookie(value[:-64] + "\uff10" * 64),),
    "a surrogate": lambda value: (cookie(value + "\udce9"),),
    "a null": lambda value: (cookie(value + "\0"),),
    "a new line": lambda value: (cookie(value.replace(".", ".\n")),),
    "very long": lambda value: (cookie("a" * 1_000_000 + value),),
}


@pytest.mark.parametrize("wrong", WRONG_COOKIES.values(), ids=WRONG_COOKIES)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_only_one_right_cookie_comes_in(
    auth: SessionAuth, wrong: Callable[[str], Headers], method: str
) -> None:
    """One of the name, whole, and signed with a secret of ours."""
    reason = await refused(auth, OURS, *wrong(begun(auth)), method=method)

    assert reason in {"no session", "wrong session"}


@pytest.mark.parametrize(
    "written",
    [
        ["a=b; {}; c"],
        ["a=b;{};"],
        [" {} "],
        ["a=b", "{}"],
        ["messengerkit=x; {}; __Host-messengerkit2=x"],
    ],
)
async def test_other_cookies_do_not_matter(auth: SessionAuth, written: list[str]) -> None:
    """A browser sends them all together, and HTTP/2 may send each alone."""
    ours = f"{NAME}={begun(auth)}"
    headers = [("cookie", one.format(ours)) for one in written]

    assert await auth.verify(post(OURS, *headers)) == ALICE


CHANGES: Mapping[str, object] = {
    "admin_id": "mallory",
    "role": "supervisor",
    "pages": None,
    "key_id": None,
    "credential_ends": None,
    "ends": "2099-01-01T00:00:00Z",
}


@pytest.mark.parametrize("name", CHANGES)
async def test_nothing_in_it_can_be_changed(auth: SessionAuth, name: str) -> None:
    """The signature is over all that the cookie says."""
    agent = replace(ALICE, role=Role.AGENT)
    value = begun(auth, agent)
    changed = json.dumps({**payload_of(value), name: CHANGES[name]}).encode()
    forged = base64.urlsafe_b64encode(changed).rstrip(b"=").decode() + value[-65:]

    assert await refused(auth, OURS, cookie(forged)) == "wrong session"
    assert isinstance(await auth.verify(post(OURS, cookie(signed(changed)))), AdminIdentity)


async def test_a_secret_serves_one_end_each(auth: SessionAuth) -> None:
    """What the same secret signs elsewhere, such as a webhook's body, is no session."""
    text = begun(auth).partition(".")[0]
    elsewhere = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()

    assert await refused(auth, OURS, cookie(f"{text}.{elsewhere}")) == "wrong session"


async def test_secrets_rotate(clock: Clock) -> None:
    """The first signs, all verify, and one that was removed is worth nothing."""

    def with_secrets(*secrets: str | SecretStr) -> SessionAuth:
        return SessionAuth(secrets=secrets, origins=[PANEL], now=clock)

    old = with_secrets(SECRET)
    both = with_secrets(SecretStr(OTHER_SECRET), SECRET)
    new = with_secrets(OTHER_SECRET)

    assert await both.verify(post(OURS, cookie(begun(old)))) == ALICE
    assert await new.verify(post(OURS, cookie(begun(both)))) == ALICE
    assert await refused(new, OURS, cookie(begun(old))) == "wrong session"
    assert await refused(old, OURS, cookie(begun(both))) == "wrong session"


async def test_sessions_end_with_what_they_are_bound_to(clock: Clock) -> None:
    """With another one, or with none, every cookie is worth nothing; with the same it is good."""

    def bound_to(*bonds: str | SecretStr) -> list[SessionAuth]:
        return [
            SessionAuth(secrets=[SECRET], bound_to=bond, origins=[PANEL], now=clock)
            for bond in bonds
        ]

    old, same = bound_to("old", SecretStr("old"))

    assert await same.verify(post(OURS, cookie(begun(old)))) == ALICE
    for other in bound_to("new", "", "\udce9"):
        assert await refused(other, OURS, cookie(begun(old))) == "wrong session"
        assert await refused(old, OURS, cookie(begun(other))) == "wrong session"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"{" * 2000,
        b'{"admin_id": "alice"}',
        json.dumps({"ends": "2099-01-01T00:00:00Z", "admin_id": "alice"}).encode(),
    ],
)
async def test_what_another_version_signed_is_no_session(auth: SessionAuth, payload: bytes) -> None:
    """A right signature over something else is refused, and not a crash."""
    assert await refused(auth, OURS, cookie(signed(payload))) == "wrong session"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("admin_id", "not an id"),
        ("role", "owner"),
        ("pages", "1001"),
        ("ends", "2099-01-01T00:00:00"),
        ("ends", 4_000_000_000),
        ("ends", None),
        ("more", "x"),
    ],
)
async def test_a_session_has_its_form(auth: SessionAuth, name: str, value: object) -> None:
    """The right one, signed by hand, comes in; with any field of another form it does not."""
    right = payload_of(begun(auth))
    wrong = {**right, name: value}

    assert await auth.verify(post(OURS, cookie(signed(json.dumps(right).encode())))) == ALICE
    assert await refused(auth, OURS, cookie(signed(json.dumps(wrong).encode()))) == "wrong session"


async def test_a_cookie_that_no_browser_keeps_is_not_read(auth: SessionAuth) -> None:
    """Nobody has us hash a megabyte."""
    right = json.dumps(payload_of(begun(auth))).encode()
    short, long = (signed(right + b" " * number) for number in (2000, 3000))

    assert await auth.verify(post(OURS, cookie(short))) == ALICE
    assert await refused(auth, OURS, cookie(long)) == "wrong session"


async def test_half_a_base64_digit_is_no_session(auth: SessionAuth) -> None:
    """A right signature over text that base64 never has."""
    key = hmac.digest(SECRET.encode(), b"messengerkit: admin session, version 1", "sha256")
    mac = hmac.new(key, b"abcde", hashlib.sha256).hexdigest()

    assert await refused(auth, OURS, cookie(f"abcde.{mac}")) == "wrong session"


@given(value=st.text())
async def test_any_value_is_only_refused(value: str) -> None:
    """Whatever stands in the cookie."""
    auth = SessionAuth(secrets=[SECRET], origins=[PANEL], now=lambda: NOW)

    await refused(auth, OURS, cookie(value))
    await refused(auth, OURS, ("Cookie", value))
    assert auth.end(post(OURS, cookie(value))) == CLEARED
    assert auth.start(BOB, post(OURS, cookie(value))).expires_at == NOW + 15 * MINUTE


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
FIELDS = ("session_id", "admin_id", "role", "pages", "key_id", "credential_ends", "started", "ends")


@given(payload=st.binary() | st.fixed_dictionaries(dict.fromkeys(FIELDS, JSON)))
async def test_anything_signed_is_only_refused(payload: bytes | dict[str, object]) -> None:
    """Even under our own signature, what is no session is refused, and nothing else."""
    auth = SessionAuth(secrets=[SECRET], origins=[PANEL], now=lambda: NOW)
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()

    assert await refused(auth, OURS, cookie(signed(raw))) == "wrong session"


UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "get", ""]
FOREIGN: Mapping[str, Headers] = {
    "another": (("Origin", EVIL),),
    "null": (("Origin", "null"),),
    "empty": (("Origin", ""),),
    "ours twice": (OURS, OURS),
    "ours and another": (OURS, ("origin", EVIL)),
    "its beginning": (("Origin", PANEL[:-1]),),
    "more at its end": (("Origin", PANEL + ".evil.example"),),
    "http": (("Origin", PANEL.replace("https", "http")),),
    "a port": (("Origin", PANEL + ":8443"),),
    "in a Referer": (("Origin", EVIL), ("Referer", PANEL)),
}


@pytest.mark.parametrize("method", UNSAFE)
async def test_what_changes_something_comes_from_our_pages(auth: SessionAuth, method: str) -> None:
    """A browser sends the cookie for other pages of the site too; the origin tells whose it is."""
    value = begun(auth)

    assert await auth.verify(post(OURS, cookie(value), method=method)) == ALICE
    assert await refused(auth, cookie(value), method=method) == "wrong origin"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_only_reads_needs_no_origin(auth: SessionAuth, method: str) -> None:
    """A browser sends none with a GET to the same origin, as an EventSource makes it."""
    value = begun(auth)

    assert await auth.verify(post(cookie(value), method=method)) == ALICE
    assert await auth.verify(post(OURS, cookie(value), method=method)) == ALICE


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
async def test_another_pages_request_is_refused(
    auth: SessionAuth, foreign: Headers, method: str
) -> None:
    """With any method: an origin that is sent must be ours, and one."""
    value = begun(auth)

    assert await refused(auth, cookie(value), *foreign, method=method) == "wrong origin"


@pytest.mark.parametrize(
    ("sent", "same"),
    [
        ((ADMIN,), True),
        ((ADMIN.upper(),), True),
        (("bob",), False),
        (("",), False),
        ((ADMIN, ADMIN), False),
        ((ADMIN, "bob"), False),
    ],
)
async def test_the_header_names_the_same_admin(
    auth: SessionAuth,
    sent: tuple[str, ...],
    same: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """The guide's panel always sends it; it may not contradict the session."""
    headers = (OURS, cookie(begun(auth)), *(("X-Admin-User-ID", one) for one in sent))
    if same:
        assert await auth.verify(post(*headers)) == ALICE
    else:
        assert await refused(auth, *headers) == "wrong admin id"


async def test_a_revoked_key_ends_its_sessions(clock: Clock) -> None:
    """The question is asked at every request, with the admin as the key told of them."""
    revoked: set[str | None] = set()
    auth = SessionAuth(
        secrets=[SECRET],
        origins=[PANEL],
        now=clock,
        still_valid=lambda admin: admin.key_id not in revoked,
    )
    value = begun(auth)
    assert await auth.verify(post(OURS, cookie(value))) == ALICE
    revoked.add("k1")

    assert await refused(auth, OURS, cookie(value)) == "session of a key that is no longer valid"
    with pytest.raises(AdminAuthError):
        auth.start(ALICE, post(OURS, cookie(value)))


async def test_a_session_is_renewed(auth: SessionAuth, clock: Clock) -> None:
    """By its own cookie: it has the same id and beginning, and a later end."""
    first = begun(auth)
    clock.now += 10 * MINUTE
    request = post(OURS, cookie(first))
    session = auth.start(await auth.verify(request), request)
    second = payload_of(value_of(session))

    assert session.expires_at == NOW + 25 * MINUTE
    assert "Max-Age=900;" in session.cookie
    assert second == {
        **payload_of(first),
        "ends": "2026-11-22T09:55:00Z",
        "pages": second["pages"],
    }
    clock.now += 10 * MINUTE
    assert await auth.verify(post(OURS, cookie(value_of(session)))) == ALICE


def renewed(auth: SessionAuth, clock: Clock, value: str, until: datetime) -> str:
    """Return the cookie's value after it was renewed every 10 minutes up to *until*."""
    while clock.now < until:
        clock.now = min(clock.now + 10 * MINUTE, until)
        value = value_of(auth.start(ALICE, post(OURS, cookie(value))))
    return value


async def test_no_renewal_goes_past_the_longest(auth: SessionAuth, clock: Clock) -> None:
    """12 hours after the key was shown it must be shown again."""
    value = renewed(auth, clock, begun(auth), NOW + 12 * HOUR - 5 * MINUTE)
    session = auth.start(ALICE, post(OURS, cookie(value)))
    assert session.expires_at == NOW + 12 * HOUR
    assert "Max-Age=300;" in session.cookie
    clock.now = NOW + 12 * HOUR

    assert await refused(auth, OURS, cookie(value_of(session))) == "session expired"
    with pytest.raises(AdminAuthError, match="Authentication failed") as caught:
        auth.start(ALICE, post(OURS, cookie(value_of(session))))
    assert caught.value.reason == "session expired"


def test_a_shorter_longest_holds_for_those_who_are_in(clock: Clock) -> None:
    """A session that began under another setting is not renewed past the new one."""
    generous = SessionAuth(secrets=[SECRET], origins=[PANEL], now=clock, lifetime=2 * HOUR)
    strict = SessionAuth(secrets=[SECRET], origins=[PANEL], now=clock, longest=HOUR)
    value = begun(generous)
    clock.now += HOUR
    with pytest.raises(AdminAuthError) as caught:
        strict.start(ALICE, post(OURS, cookie(value)))

    assert caught.value.reason == "session at its end"


async def test_a_key_begins_a_new_session(auth: SessionAuth, clock: Clock) -> None:
    """Who shows the key again has the whole time again, whatever cookie comes with it."""
    value = renewed(auth, clock, begun(auth), NOW + 11 * HOUR)
    again = value_of(auth.start(ALICE, post(OURS, BEARER, cookie(value))))

    assert payload_of(again)["started"] == "2026-11-22T20:30:00Z"
    assert payload_of(again)["session_id"] != payload_of(value)["session_id"]


async def test_a_stolen_cookie_makes_no_new_session(auth: SessionAuth, clock: Clock) -> None:
    """Some Authorization beside it proves nothing if the cookie is what was believed."""
    chain = AnyOf(Refusing(), auth)
    value = renewed(auth, clock, begun(auth), NOW + 12 * HOUR - 5 * MINUTE)
    request = post(OURS, BEARER, cookie(value))
    session = auth.start(await chain.verify(request), request)

    assert session.expires_at == NOW + 12 * HOUR


class Refusing:
    """A verifier of keys, of which none is right."""

    async def verify(self, _request: AdminRequest, /) -> AdminIdentity:
        """Refuse."""
        raise AdminAuthError(reason="wrong key")


async def test_a_session_that_ends_meanwhile_is_not_begun_anew(
    auth: SessionAuth, clock: Clock
) -> None:
    """Between the check and the renewal it may expire, or be ended in another window."""
    value = begun(auth)
    request = post(OURS, cookie(value))
    admin = await auth.verify(request)
    clock.now += 15 * MINUTE
    with pytest.raises(AdminAuthError):
        auth.start(admin, request)
    with pytest.raises(AdminAuthError):
        auth.start(ALICE, request)
    with pytest.raises(AdminAuthError) as caught:
        auth.start(admin, post(OURS))

    assert caught.value.reason == "no session to renew"


async def test_another_admins_cookie_is_not_renewed(auth: SessionAuth) -> None:
    """Who signs in while another's cookie is in the browser has a session of their own."""
    alice = begun(auth)
    bob = value_of(auth.start(BOB, post(OURS, cookie(alice))))

    assert await auth.verify(post(OURS, cookie(bob))) == BOB
    assert payload_of(bob)["session_id"] != payload_of(alice)["session_id"]
    request = post(OURS, cookie(bob))
    with pytest.raises(AdminAuthError):
        auth.start(await auth.verify(post(OURS, cookie(alice))), request)


async def test_a_session_does_not_outlive_its_key(auth: SessionAuth, clock: Clock) -> None:
    """It ends with the key or token, and so does every renewal."""
    admin = replace(ALICE, expires_at=NOW + 12 * MINUTE)
    session = auth.start(admin, post(OURS, BEARER))
    value = value_of(session)
    assert session.expires_at == NOW + 12 * MINUTE
    assert "Max-Age=720;" in session.cookie
    clock.now += 10 * MINUTE
    request = post(OURS, cookie(value))
    for one in (await auth.verify(request), admin, replace(admin, expires_at=None)):
        assert auth.start(one, request).expires_at == NOW + 12 * MINUTE
    clock.now += 2 * MINUTE

    assert await refused(auth, OURS, cookie(value)) == "session expired"


@pytest.mark.parametrize("left", [timedelta(0), -SECOND])
def test_a_key_at_its_end_begins_nothing(auth: SessionAuth, left: timedelta) -> None:
    """A token in its leeway is one: it still comes in, and no session comes of it."""
    with pytest.raises(AdminAuthError) as caught:
        auth.start(replace(ALICE, expires_at=NOW + left), post(OURS, BEARER))

    assert caught.value.reason == "session at its end"


def test_a_part_of_a_second_is_a_second_for_the_browser(auth: SessionAuth) -> None:
    """Max-Age=0 would drop the cookie at once."""
    admin = replace(ALICE, expires_at=NOW + timedelta(milliseconds=1))

    assert "Max-Age=1;" in auth.start(admin, post(OURS, BEARER)).cookie


def test_a_session_begins_without_a_browser(auth: SessionAuth) -> None:
    """A program sends no Origin; it has a key, which no page can send in its name."""
    assert auth.start(ALICE, post(BEARER)).expires_at == NOW + 15 * MINUTE


@pytest.mark.parametrize("foreign", FOREIGN.values(), ids=FOREIGN)
def test_no_other_page_signs_in_or_out(auth: SessionAuth, foreign: Headers) -> None:
    """Nor could it read the cookie, but it could put its own admin into our panel."""
    value = begun(auth)
    for headers in ((BEARER,), (cookie(value),), (BEARER, cookie(value))):
        with pytest.raises(AdminForbiddenError):
            auth.start(ALICE, post(*foreign, *headers))
    with pytest.raises(AdminForbiddenError):
        auth.end(post(*foreign, cookie(value), method="DELETE"))


async def test_a_session_is_ended(auth: SessionAuth) -> None:
    """The cookie is cleared in the browser, and every copy of it is refused."""
    value = begun(auth)
    request = post(OURS, cookie(value), method="DELETE")

    assert auth.end(request) == CLEARED
    assert await refused(auth, OURS, cookie(value)) == "session was ended"
    assert auth.end(request) == CLEARED
    with pytest.raises(AdminAuthError):
        auth.start(ALICE, post(OURS, cookie(value)))
    assert await auth.verify(post(OURS, cookie(begun(auth)))) == ALICE


async def test_a_copy_that_was_renewed_is_ended_too(auth: SessionAuth, clock: Clock) -> None:
    """Also when the cookie with which it is ended would have gone first."""
    value = begun(auth)
    clock.now += 10 * MINUTE
    copy = value_of(auth.start(ALICE, post(OURS, cookie(value))))
    auth.end(post(OURS, cookie(value)))
    clock.now += 8 * MINUTE
    auth.end(post(OURS, cookie(begun(auth))))

    assert await refused(auth, OURS, cookie(copy)) == "session was ended"


@pytest.mark.parametrize(
    "headers", [(), (OURS,), (("Origin", EVIL),), (BEARER,)], ids=["none", "ours", "evil", "key"]
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_without_a_session_there_is_nothing_to_end(
    auth: SessionAuth, headers: Headers, method: str
) -> None:
    """Signing out twice is no error."""
    assert auth.end(post(*headers, method=method)) == CLEARED
    assert auth._ended == {}


@pytest.mark.parametrize("value", ["", "x", signed(b"{}")], ids=["empty", "x", "no session"])
def test_a_cookie_that_is_none_of_ours_is_cleared(auth: SessionAuth, value: str) -> None:
    """It only has to go; but another page may not ask for that either."""
    assert auth.end(post(OURS, cookie(value), method="DELETE")) == CLEARED
    with pytest.raises(AdminForbiddenError):
        auth.end(post(cookie(value), method="DELETE"))
    assert auth._ended == {}


def test_ended_sessions_are_forgotten_in_time(clock: Clock) -> None:
    """Once no copy can be alive any more; so that the memory is bounded."""
    ended: MutableMapping[str, datetime] = {"elsewhere": NOW + HOUR}
    auth = SessionAuth(secrets=[SECRET], origins=[PANEL], now=clock, ended=ended)
    auth.end(post(OURS, cookie(begun(auth))))
    (mine,) = ended.keys() - {"elsewhere"}
    assert ended[mine] == NOW + 12 * HOUR
    clock.now += HOUR - SECOND
    auth.end(post())
    assert set(ended) == {mine, "elsewhere"}
    clock.now += SECOND
    auth.end(post())
    assert set(ended) == {mine}
    clock.now += 11 * HOUR
    auth.end(post())

    assert ended == {}


async def test_several_processes_share_what_was_ended(clock: Clock) -> None:
    """An empty mapping that is given is the one that is used."""
    ended: dict[str, datetime] = {}
    one, other = (
        SessionAuth(secrets=[SECRET], origins=[PANEL], now=clock, ended=ended) for _ in range(2)
    )
    value = begun(one)
    one.end(post(OURS, cookie(value)))

    assert await refused(other, OURS, cookie(value)) == "session was ended"


def test_too_many_pages_do_not_fit(auth: SessionAuth) -> None:
    """A browser would drop such a cookie without a word."""
    pages = [str(10**16 + number) for number in range(150)]
    few = auth.start(replace(ALICE, pages=frozenset(pages[:100])), post(OURS, BEARER))
    assert len(few.cookie) < 4096
    with pytest.raises(BackendError, match="more pages") as caught:
        auth.start(replace(ALICE, pages=frozenset(pages)), post(OURS, BEARER))

    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in report.stack if frame.filename.endswith("/session.py")]
    assert "eyJzZXNzaW9u" not in str([frame.locals for frame in frames])  # base64 of its beginning


def test_its_origins_can_be_read() -> None:
    """CORS needs the same list."""
    auth = SessionAuth(secrets=[SECRET], origins=[f"{PANEL}/", "http://localhost:3000"])

    assert auth.origins == {PANEL, "http://localhost:3000"}


async def test_without_a_clock_it_is_now() -> None:
    """The default is the time of the computer."""
    auth = SessionAuth(secrets=[SECRET], origins=[PANEL])
    value = begun(auth, BOB)

    assert await auth.verify(post(OURS, cookie(value))) == BOB
    assert datetime.fromisoformat(str(payload_of(value)["started"])) <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"secrets": []}, "secrets"),
        ({"secrets": SECRET}, "secrets"),
        ({"secrets": SecretStr(SECRET)}, "secrets"),
        ({"secrets": [SECRET[:31]]}, "secrets"),
        ({"secrets": [SECRET, SecretStr(SECRET[:31])]}, "secrets"),
        ({"secrets": [SECRET + "\udce9"]}, "secrets"),
        ({"origins": []}, "origins"),
        ({"origins": ["*"]}, "origin"),
        ({"origins": PANEL}, "Origins"),
        ({"lifetime": timedelta(0)}, "lifetime"),
        ({"lifetime": -MINUTE}, "lifetime"),
        ({"lifetime": 2 * HOUR, "longest": HOUR}, "longest"),
        ({"longest": timedelta(days=31)}, "longest"),
        ({"longest": timedelta.max}, "longest"),
    ],
    ids=str,
)
def test_an_unsafe_setting_is_refused(settings: dict[str, object], named: str) -> None:
    """At the start, with its name, and without any secret in the report."""
    with pytest.raises(ConfigurationError, match=named) as caught:
        SessionAuth(**{"secrets": [SECRET], "origins": [PANEL], **settings})  # type: ignore[arg-type]  # as a test gives them

    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = [str(caught.value), *(str(frame.locals) for frame in report.stack[1:])]
    assert SECRET[:31] not in str(shown)


@pytest.mark.parametrize("secret", [SECRET[:32], SecretStr(SECRET[:32])], ids=["text", "sealed"])
def test_32_characters_are_enough(secret: str | SecretStr) -> None:
    """A random secret of as many has far more than 128 bits."""
    auth = SessionAuth(
        secrets=[secret], origins=[PANEL], lifetime=HOUR, longest=HOUR, now=lambda: NOW
    )

    assert auth.start(ALICE, post(OURS, BEARER)).expires_at == NOW + HOUR
