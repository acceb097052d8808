"""A browser signs in with a key, and goes on with a cookie that only our own pages can use."""

import re

from contract.admins import ALICE, BOSS, ELSEWHERE, EVERYWHERE, LATE, LOCAL, SUE, Admin
from contract.asking import (
    ACTIONS,
    CONVERSATION,
    COOKIE,
    FROM_PANEL,
    HEALTH,
    JSON,
    SEND,
    SESSION,
    ask,
    get,
    guide,
    post,
    send,
)
from contract.case import KEEP_COOKIE, Case, Step, case, one, step
from contract.expecting import Expect
from contract.table.browsers import readable
from contract.wanting import (
    FORBIDDEN_PAGE,
    NOT_SUPERVISOR,
    NOT_YOU,
    STRANGER,
    TIME,
    done,
    refused,
    sent,
)
from contract.wire import Header

_NAME = "__Host-messengerkit"
_RULES = "HttpOnly; Secure; SameSite=Strict"
_NEW = re.compile(rf"{_NAME}=[\w-]+\.[0-9a-f]{{64}}; Path=/; Max-Age=900; {_RULES}")
_GONE = f"{_NAME}=; Path=/; Max-Age=0; {_RULES}"
_IN = done("Ready to send.")
_OUT = done("Signed out.", headers={"set-cookie": _GONE})
# Of a conversation: whether the newest of all is a refusal depends on how long the run takes.
_NEWEST = f"{ACTIONS}?limit=1&conversation_id={CONVERSATION}"
_EVIL: Header = ("Origin", "https://evil.example.com")


def _signed_in(admin: Admin, role: str = "agent", *, panel: bool = False) -> Expect:
    headers = {**(readable() if panel else {}), "set-cookie": _NEW}
    return done("Signed in.", headers=headers, admin_id=admin.admin_id, role=role, expires_at=TIME)


def _sign_in(admin: Admin, *headers: Header) -> Step:
    """Return the step that every session begins with."""
    role = "supervisor" if admin in {BOSS, SUE} else "agent"
    panel = FROM_PANEL in headers
    asked = ask("POST", SESSION, *headers, by=admin)
    return step(asked, _signed_in(admin, role, panel=panel), keep=KEEP_COOKIE)


def _cookie(*values: str | bytes) -> tuple[Header, ...]:
    return tuple(("Cookie", value) for value in values)


def _typed(text: str, *headers: Header) -> Step:
    """Return a step in which a panel sends *text* with a cookie alone."""
    return step(post(SEND, guide(text), JSON, COOKIE, *headers), STRANGER)


_OURS = f"{_NAME}=<cookie>"

WRONG_COOKIES: dict[str, tuple[Header, ...]] = {
    "none": (),
    "an empty one": _cookie(f"{_NAME}="),
    "the name alone": _cookie(_NAME),
    "another name": _cookie("messengerkit=<cookie>"),
    "the name in small letters": _cookie("__host-messengerkit=<cookie>"),
    "one with a letter more": _cookie(f"{_OURS}x"),
    "one with a letter before": _cookie(f"{_NAME}=x<cookie>"),
    "one in quotes": _cookie(f'{_NAME}="<cookie>"'),
    "one in another's value": _cookie(f"a=b={_OURS}"),
    "one with UTF-8 at its end": _cookie(f"{_OURS}é".encode()),
    "one with Latin-1 at its end": _cookie(f"{_OURS}\xe9".encode("latin-1")),
    "one that is far too long": _cookie(f"{_NAME}={'a' * 7000}"),
    "two": _cookie(f"{_OURS}; {_OURS}"),
    "two, the second wrong": _cookie(f"{_OURS}; {_NAME}=x"),
    "two, the first empty": _cookie(f"{_NAME}=; {_OURS}"),
    "two in two headers": _cookie(_OURS, _OURS),
    "two in two headers, the first wrong": _cookie(f"{_NAME}=x", _OURS),
    "a comma after it": _cookie(f"{_OURS}, a=b"),
    "a header as of a key": (("Authorization", "Bearer <cookie>"),),
}

RIGHT_COOKIES: dict[str, tuple[Header, ...]] = {
    "alone": (COOKIE,),
    "with others": _cookie(f"a=b; {_OURS}; c"),
    "with others, and no blanks": _cookie(f"a=b;{_OURS};c=d"),
    "with bytes of others": _cookie(f"a=é; {_OURS}; ü=ü".encode()),
    "with the right id": (COOKIE, ("X-Admin-User-ID", "alice")),
    "with headers that do not matter": (COOKIE, ("Accept", "*/*")),
}

CASES: tuple[Case, ...] = (
    case(
        "a session, from beginning to end",
        _sign_in(ALICE, FROM_PANEL),
        step(get(HEALTH, COOKIE, FROM_PANEL), done("Ready to send.", headers=readable())),
        step(get(HEALTH, COOKIE), _IN),
        step(
            post(SEND, guide("By cookie."), JSON, COOKIE, FROM_PANEL),
            sent("By cookie.", headers=readable()),
        ),
        step(get(ACTIONS, COOKIE), NOT_SUPERVISOR),
        step(
            ask("POST", SESSION, COOKIE, FROM_PANEL),
            _signed_in(ALICE, panel=True),
            keep=KEEP_COOKIE,
        ),
        step(get(HEALTH, COOKIE), _IN),
        step(
            ask("DELETE", SESSION, COOKIE, FROM_PANEL),
            done("Signed out.", headers={**readable(), "set-cookie": _GONE}),
        ),
        step(get(HEALTH, COOKIE), STRANGER),
        step(
            ask("POST", SESSION, COOKIE, FROM_PANEL),
            refused(401, "admin_auth", headers={**readable(), "www-authenticate": "Bearer"}),
        ),
    ),
    case(
        "a supervisor's session is a supervisor's",
        _sign_in(SUE),
        step(get(_NEWEST, COOKIE), done("1 actions, the newest first.")),
    ),
    case("the shared key begins one, too", _sign_in(BOSS), step(get(HEALTH, COOKIE), _IN)),
    case("a key of this page begins one", _sign_in(LOCAL), step(get(HEALTH, COOKIE), _IN)),
    case(
        "what changes something must say from which page it comes",
        _sign_in(ALICE),
        _typed("No page."),
        _typed("An evil page.", _EVIL),
        _typed("No page's origin.", ("Origin", "null")),
        step(get(HEALTH, COOKIE, _EVIL), STRANGER),
    ),
    case(
        "two origins are none",
        _sign_in(ALICE),
        _typed("Two origins.", FROM_PANEL, FROM_PANEL),
        _typed("Two origins.", _EVIL, FROM_PANEL),
        step(get(HEALTH, COOKIE, FROM_PANEL, _EVIL), STRANGER),
    ),
    case(
        "a page that is not listed cannot sign anybody in or out",
        step(
            ask("POST", SESSION, _EVIL, by=ALICE),
            refused(403, "admin_forbidden", "This page may not sign in."),
        ),
        _sign_in(ALICE),
        step(
            ask("DELETE", SESSION, COOKIE, _EVIL),
            refused(403, "admin_forbidden", "This page may not sign out."),
        ),
        step(
            ask("DELETE", SESSION, COOKIE),
            refused(403, "admin_forbidden", "This page may not sign out."),
        ),
        step(get(HEALTH, COOKIE), _IN),
    ),
    one("who is not signed in may sign out", ask("DELETE", SESSION), _OUT),
    one("a wrong cookie is cleared, too", ask("DELETE", SESSION, ("Cookie", "a=b")), _OUT),
    case(
        "a key counts more than a cookie that the browser adds by itself",
        _sign_in(ALICE),
        step(get(HEALTH, COOKIE, by=Admin("alice", "wrong")), STRANGER),
        step(get(HEALTH, COOKIE, ("Authorization", "")), STRANGER),
        step(get(_NEWEST, COOKIE, by=SUE), done("1 actions, the newest first.")),
        step(send("By key.", COOKIE), sent("By key.")),
    ),
    case(
        "a cookie is for one admin",
        _sign_in(ALICE),
        step(get(HEALTH, COOKIE, ("X-Admin-User-ID", "sue")), STRANGER),
        step(get(HEALTH, COOKIE, ("X-Admin-User-ID", "")), STRANGER),
        step(get(HEALTH, COOKIE, *[("X-Admin-User-ID", "alice")] * 2), STRANGER),
        step(
            post(SEND, guide("As Sue.", admin_id="sue"), JSON, COOKIE, FROM_PANEL),
            refused(403, "admin_forbidden", NOT_YOU.message, headers=readable()),
        ),
    ),
    *(
        case(f"no cookie: {what}", _sign_in(ALICE), step(get(HEALTH, *headers), STRANGER))
        for what, headers in WRONG_COOKIES.items()
    ),
    *(
        case(f"a cookie: {what}", _sign_in(ALICE), step(get(HEALTH, *headers), _IN))
        for what, headers in RIGHT_COOKIES.items()
    ),
    one("a stranger cannot sign in", ask("POST", SESSION), STRANGER),
    one("nor can an expired key", ask("POST", SESSION, by=LATE), STRANGER),
    one("nor an agent of another page", ask("POST", SESSION, by=ELSEWHERE), FORBIDDEN_PAGE),
    one(
        "more pages than a cookie can hold are a fault of ours: 500",
        ask("POST", SESSION, by=EVERYWHERE),
        refused(500, "backend", "The admin has more pages than a session's cookie can hold."),
    ),
)
