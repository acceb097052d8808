"""Who comes in, and who does not; whatever is wrong, a stranger always gets the same answer."""

from dataclasses import replace

from contract.admins import (
    ALICE,
    BOSS,
    ELSEWHERE,
    EVERYWHERE,
    FORGER,
    GUESSED,
    LATE,
    LOCAL,
    NOBODY,
    PANEL,
    SUE,
    TEAM,
)
from contract.asking import ACTIONS, HEALTH, TEST, ask, get, send
from contract.case import Case, case, one, step
from contract.graph import PERSON
from contract.wanting import FORBIDDEN_PAGE, NOT_YOU, STRANGER, THROTTLED, done, sent
from contract.wire import Header

_IN = done("Ready to send.")
_ANOTHER = "7d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b12"


def _key(value: str | bytes, *more: Header) -> tuple[Header, ...]:
    """Return the headers that prove the boss, with *value* in place of the key's."""
    return (("Authorization", value), ("X-Admin-User-ID", BOSS.admin_id), *more)


def _id(*values: str | bytes) -> tuple[Header, ...]:
    """Return the headers that prove the boss, with *values* in place of the id."""
    return (("Authorization", f"Bearer {BOSS.key}"), *(("X-Admin-User-ID", one) for one in values))


_RIGHT = f"Bearer {BOSS.key}"

STRANGERS: dict[str, tuple[Header, ...]] = {
    "no header at all": (),
    "no key": (("X-Admin-User-ID", BOSS.admin_id),),
    "an empty key": _key(""),
    "the scheme alone": _key("Bearer"),
    "the key alone": _key(BOSS.key),
    "another scheme": _key(f"Basic {BOSS.key}"),
    "a wrong key": _key("Bearer wrong"),
    "half of the key": _key(_RIGHT[:-1]),
    "more than the key": _key(f"{_RIGHT}x"),
    "a word after the key": _key(f"{_RIGHT} x"),
    "a comma after the key": _key(f"{_RIGHT},"),
    "a tab before the key": _key(f"Bearer\t{BOSS.key}"),
    "UTF-8 in the key": _key(f"{_RIGHT}é".encode()),
    "Latin-1 in the key": _key(f"{_RIGHT}é".encode("latin-1")),
    "a blank of Latin-1 after the key": _key(f"{_RIGHT}\xa0".encode("latin-1")),
    "a blank of Unicode after the key": _key(f"{_RIGHT}\u2003".encode()),
    "the key in UTF-16": _key(b"Bearer " + BOSS.key.encode("latin-1") + b"\xff\xfe"),
    "a key of 7000 characters": _key(f"Bearer {'k' * 7000}"),
    "two keys": _key(_RIGHT, ("Authorization", _RIGHT)),
    "two keys, in other letters": _key(_RIGHT, ("AUTHORIZATION", "Bearer wrong")),
    "two keys, the first wrong": _key("Bearer wrong", ("Authorization", _RIGHT)),
    "two keys, the second empty": _key(_RIGHT, ("Authorization", "")),
    "two keys, the first empty": _key("", ("Authorization", _RIGHT)),
    "no id": _id(),
    "an empty id": _id(""),
    "another id": _id(_ANOTHER),
    "two ids": _id(BOSS.admin_id, BOSS.admin_id),
    "two ids, the second wrong": _id(BOSS.admin_id, _ANOTHER),
    "two ids, the first empty": _id("", BOSS.admin_id),
    "two ids in one": _id(f"{BOSS.admin_id}, {BOSS.admin_id}"),
    "UTF-8 in the id": _id(f"{BOSS.admin_id}é".encode()),
    "Latin-1 in the id": _id(f"{BOSS.admin_id}é".encode("latin-1")),
    "a blank of Latin-1 after the id": _id(f"{BOSS.admin_id}\xa0".encode("latin-1")),
    "digits of another script in the id": _id(BOSS.admin_id.replace("7", "\u0667").encode()),
    "the id with an underscore in the header's name": (
        ("Authorization", _RIGHT),
        ("X_Admin_User_ID", BOSS.admin_id),
    ),
    "the shared key for an admin of the ring": (("Authorization", _RIGHT), *_id("alice")[1:]),
    "a key of the ring for another admin": replace(ALICE, admin_id="sue", says_who=True).headers,
    "a shared key for one who has no part in it": replace(TEAM, admin_id="alice").headers,
    "a shared key that does not say for whom": replace(TEAM, says_who=False).headers,
    "a panel that does not say for whom": replace(PANEL, says_who=False).headers,
    "a panel that names nobody": replace(PANEL, admin_id="c/d").headers,
    "an expired key": LATE.headers,
    "a key that nobody gave out": NOBODY.headers,
    "a wrong key with the id of a right one": FORGER.headers,
    "a key with a wrong letter": replace(ALICE, key=ALICE.key[:-1] + "x").headers,
}

WELCOME: dict[str, tuple[Header, ...]] = {
    "the shared key": BOSS.headers,
    "header names in capitals": tuple((name.upper(), value) for name, value in BOSS.headers),
    "header names in small letters": tuple((name.lower(), value) for name, value in BOSS.headers),
    "blanks around the values": _key(f" \t{_RIGHT}\t "),
    "the scheme in small letters": _key(f"bearer {BOSS.key}"),
    "the scheme in capitals, and three blanks": _key(f"BEARER   {BOSS.key}"),
    "a UUID in capitals": _id(BOSS.admin_id.upper()),
    "a UUID in braces": _id(f"{{{BOSS.admin_id}}}"),
    "a UUID without hyphens": _id(BOSS.admin_id.replace("-", "")),
    "a key of the ring, without an id": ALICE.headers,
    "a key of the ring, with its id": replace(ALICE, says_who=True).headers,
    "a key of two, for the first": TEAM.headers,
    "a key of two, for the second": replace(TEAM, admin_id="bea").headers,
    "a panel, for anybody": PANEL.headers,
    "a key of this page": LOCAL.headers,
    "a key of many pages": EVERYWHERE.headers,
    "headers that do not matter": _key(
        _RIGHT, ("X-Admin-Key", "x"), ("X-Odd", b"\xe9\xc3\xa9\xff")
    ),
    "another id under a name with underscores": _key(_RIGHT, ("X_Admin_User_ID", _ANOTHER)),
    "a header of 8000 bytes": _key(_RIGHT, ("X-Long", "x" * 8000)),
    "90 headers": _key(_RIGHT, *((f"X-{number}", "x") for number in range(80))),
}


def _wrong_from(*hops: str) -> tuple[Header, ...]:
    """Return the headers of a wrong key that came by *hops*, each in a header of its own."""
    return _key("Bearer wrong", *(("X-Forwarded-For", hop) for hop in hops))


def _forged(number: int) -> tuple[Header, ...]:
    """Return the headers of a forged key that comes from address *number*."""
    return (*GUESSED.headers, ("X-Forwarded-For", f"203.0.113.{number}"))


CASES: tuple[Case, ...] = (
    *(one(f"nobody: {what}", get(HEALTH, *by), STRANGER) for what, by in STRANGERS.items()),
    *(one(f"an admin: {what}", get(HEALTH, *by), _IN) for what, by in WELCOME.items()),
    one(
        "a key in the query opens nothing",
        get(f"{HEALTH}?key={BOSS.key}&token={SUE.key}"),
        STRANGER,
    ),
    one("an agent of another page may do nothing here", get(HEALTH, by=ELSEWHERE), FORBIDDEN_PAGE),
    one("nor may they send", send("Not from here.", by=ELSEWHERE), FORBIDDEN_PAGE),
    one("each admin sends under their own name", send("I am Ben.", by=TEAM), sent("I am Ben.")),
    one("and under no other", send("I am Bea.", by=TEAM, admin_id="bea"), NOT_YOU),
    one(
        "a UUID is the same admin however it is spelt",
        send("Boss here.", by=BOSS, admin_id=BOSS.admin_id.upper()),
        sent("Boss here."),
    ),
    case(
        "after five wrong keys from one address the sixth is told to wait, and a right one is not",
        step(get(HEALTH, *_key("Bearer wrong")), STRANGER, times=5),
        step(get(HEALTH, *_key("Bearer wrong")), THROTTLED),
        step(get(HEALTH, by=BOSS), _IN),
        step(get(HEALTH, *_wrong_from("203.0.113.250")), STRANGER),
    ),
    case(
        "what a client itself says of where it comes from does not count",
        *(
            step(get(HEALTH, *_wrong_from(f"192.0.2.{number}, 203.0.113.251")), STRANGER)
            for number in range(5)
        ),
        step(get(HEALTH, *_wrong_from("192.0.2.9,203.0.113.251")), THROTTLED),
    ),
    case(
        "nor does it in a header of its own",
        *(
            step(get(HEALTH, *_wrong_from(f"192.0.2.{number}", "203.0.113.252")), STRANGER)
            for number in range(5)
        ),
        step(get(HEALTH, *_wrong_from("192.0.2.9", "203.0.113.252")), THROTTLED),
    ),
    case(
        "a key that is tried from six addresses is told to wait, too",
        *(step(get(ACTIONS, *_forged(number)), STRANGER) for number in range(5)),
        step(get(ACTIONS, *_forged(5)), THROTTLED),
    ),
    one("a test is nothing for a stranger", ask("POST", f"{TEST}?recipient_id={PERSON}"), STRANGER),
)
