"""How the backend is, and who did what. They come first, since they tell what was before."""

from dataclasses import replace

from contract.admins import ALICE, BOSS, LOCAL, PAGE, SUE
from contract.asking import ACTIONS, HEALTH, STATUS, ask, attach, get, send
from contract.case import KEEP_NEXT, Case, case, each, one, step
from contract.expecting import Expect
from contract.graph import PERSON
from contract.wanting import (
    MESSAGE_ID,
    NOT_SUPERVISOR,
    STRANGER,
    TIME,
    done,
    sent,
    shown,
    wrong,
)

_READY = done("Ready to send.", status="ok", success_rate=None, sends=0, sent=0, unknown=0)
_DETAILS = done(
    "Ready to send.",
    status="ok",
    page_id=PAGE,
    refused=0,
    not_sent=0,
    errors={},
    mean_seconds=None,
)
_TWO = "case-of-two"
_LIST = f"{ACTIONS}?conversation_id={_TWO}"
_PICTURE = "https://cdn.example.com/a.png?b=%20c"


def _listed(*actions: dict[str, object], last: bool = True) -> Expect:
    told = {"next": None} if last else {}
    message = f"{len(actions)} actions, the newest first."
    return done(message, actions=list(actions), **told)


def _refusal(**details: object) -> dict[str, object]:
    told = {"reason": "no session; no key; wrong key", "peer": "127.0.0.1", **details}
    return {
        "at": TIME,
        "admin_id": "anonymous",
        "action": "refused_request",
        "outcome": "refused",
        "error": "AdminAuthError",
        "details": told,
    }


def _action(action: str, admin: str, **details: object) -> dict[str, object]:
    return {
        "at": TIME,
        "admin_id": admin,
        "key_id": admin,
        "action": action,
        "recipient_id": PERSON,
        "outcome": "sent",
        "message_id": MESSAGE_ID,
        "error": None,
        "details": details,
        "conversation_id": _TWO,
    }


_SENT = _action("send_message", "alice", length=5)
_SHOWN = _action("send_attachment", "alice", type="image", length=len(_PICTURE))

_WRONG_QUERIES = {
    "limit": ("limit=0", "limit=201", "limit=x", "limit=", "limit=%", "limit=1;before=2"),
    "before": ("before=x", "before=", "before=-1", "before=1234567890123456789"),
    "admin_id": ("admin_id=", "admin_id=%C3%A9", "admin_id=%E9", "admin_id=%00", "admin_id=a+b"),
    "conversation_id": ("conversation_id=a%2Bb", "conversation_id=a%2Fb", "conversation_id=%"),
    "x": ("x=1", "limit=1&x", "limit=1&x=%ff"),
    "LIMIT": ("LIMIT=1",),
    "limit ": ("limit%20=1", "limit+=1"),
    "?limit": ("?limit=1",),
}

CASES: tuple[Case, ...] = (
    case(
        "what a proxy wrote is told byte for byte, as ASCII",
        step(get(HEALTH, ("X-Forwarded-For", "é".encode())), STRANGER),
        step(get(ACTIONS, by=SUE), _listed(_refusal(forwarded_for="??"))),
        step(get(HEALTH, ("X-Forwarded-For", b"\xe9, \xa0")), STRANGER),
        step(
            get(f"{ACTIONS}?limit=1", by=SUE), _listed(_refusal(forwarded_for="?, ?"), last=False)
        ),
    ),
    one("anybody may ask for the status", get(STATUS), _READY),
    one("HEAD has the length of the status, and no body", ask("HEAD", STATUS), _READY),
    one(
        "on a public route a wrong key does not matter", get(STATUS, ("Authorization", "x")), _READY
    ),
    one("a query that nobody reads does not matter", get(f"{STATUS}?limit=%&&=;?"), _READY),
    one(
        "a body that nobody reads does not matter", replace(get(STATUS), body=b"x" * 70_000), _READY
    ),
    one("a letter of the path may be percent-encoded", get("/%73tatus"), _READY),
    one("HTTP/1.0 is answered, too", replace(get(STATUS), version="1.0"), _READY),
    one("an agent may see the details", get(HEALTH, by=ALICE), _DETAILS),
    one("an agent of this page alone, too", get(HEALTH, by=LOCAL), _DETAILS),
    one("HEAD asks for a key as GET does", ask("HEAD", HEALTH), STRANGER),
    one("HEAD has no body for an admin either", ask("HEAD", HEALTH, by=ALICE), _DETAILS),
    one("an agent may not see what others did", get(ACTIONS, by=ALICE), NOT_SUPERVISOR),
    one("a stranger may not see it either", get(ACTIONS), STRANGER),
    one(
        "whoever has the shared key may see all",
        get(f"{ACTIONS}?limit=1", by=BOSS),
        done("1 actions, the newest first."),
    ),
    case(
        "what was done is listed, the newest first, page by page",
        step(send("Hello", conversation_id=_TWO), sent("Hello")),
        step(attach("image", _PICTURE, conversation_id=_TWO), shown("image", _PICTURE)),
        step(get(_LIST, by=SUE), _listed(_SHOWN, _SENT)),
        step(get(f"{_LIST}&limit=1", by=SUE), _listed(_SHOWN, last=False), keep=KEEP_NEXT),
        step(get(f"{_LIST}&before=<next>", by=SUE), _listed(_SENT)),
        step(get(f"{_LIST}&admin_id=alice&limit=%32", by=SUE), _listed(_SHOWN, _SENT, last=False)),
        step(get(f"{_LIST}&admin_id=ben", by=SUE), _listed()),
        step(get(f"{_LIST}&limit=2&limit=1", by=SUE), _listed(_SHOWN, last=False)),
        step(get(f"{_LIST}&&limit=+1&", by=SUE), _listed(_SHOWN, last=False)),
        step(get(f"{_LIST}&limit=%2B1", by=SUE), _listed(_SHOWN, last=False)),
    ),
    *(
        each(
            f"a query with a wrong {field!r} is refused",
            [get(f"{ACTIONS}?{query}", by=SUE) for query in queries],
            wrong(field),
        )
        for field, queries in _WRONG_QUERIES.items()
    ),
)
