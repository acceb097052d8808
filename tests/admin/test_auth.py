"""Who may come in: the shared key, the admin's id, and what a refusal tells."""

import logging
from collections.abc import Mapping

import pytest
from admin.kit import (
    ADMIN,
    KEY,
    PERSON,
    Accepting,
    Headers,
    Panel,
    guide_headers,
    read,
)
from pydantic import SecretStr

from messengerkit.admin import (
    ROUTES,
    AdminIdentity,
    AdminRequest,
    SharedKeyAuth,
    verifier_from_env,
)
from messengerkit.admin.identity import Role, same_id
from messengerkit.errors import AdminAuthError, ConfigurationError

RIGHT_KEY = ("Authorization", f"Bearer {KEY}")
RIGHT_ADMIN = ("X-Admin-User-ID", ADMIN)

WRONG_KEYS: Mapping[str, Headers] = {
    "missing": (),
    "twice": (RIGHT_KEY, RIGHT_KEY),
    "twice, once in another case": (RIGHT_KEY, ("authorization", f"Bearer {KEY}")),
    "twice, once wrong": (RIGHT_KEY, ("Authorization", "Bearer no")),
    "joined by a comma": (("Authorization", f"Bearer {KEY},Bearer {KEY}"),),
    "joined by a comma and a space": (("Authorization", f"Bearer {KEY}, Bearer {KEY}"),),
    "empty": (("Authorization", ""),),
    "scheme alone": (("Authorization", "Bearer"),),
    "scheme and a space": (("Authorization", "Bearer "),),
    "no scheme": (("Authorization", KEY),),
    "no space": (("Authorization", f"Bearer{KEY}"),),
    "a tab": (("Authorization", f"Bearer\t{KEY}"),),
    "another scheme": (("Authorization", f"Basic {KEY}"),),
    "another key": (("Authorization", "Bearer wrong"),),
    "another case": (("Authorization", f"Bearer {KEY.upper()}"),),
    "its beginning": (("Authorization", f"Bearer {KEY[:-1]}"),),
    "more at its end": (("Authorization", f"Bearer {KEY}x"),),
    "a second word": (("Authorization", f"Bearer {KEY} x"),),
    "a new line at its end": (("Authorization", f"Bearer {KEY}\n"),),
    "not ASCII": (("Authorization", f"Bearer {KEY}é"),),
    "not ASCII, as WSGI has it": (("Authorization", f"Bearer {KEY}Ã©"),),
    "a surrogate, as aiohttp has it": (("Authorization", f"Bearer {KEY}\udce9"),),
    "too long": (("Authorization", "Bearer " + "k" * 8001),),
    "in another header": (("X-Authorization", f"Bearer {KEY}"),),
}

WRONG_ADMINS: Mapping[str, Headers] = {
    "missing": (),
    "twice": (RIGHT_ADMIN, RIGHT_ADMIN),
    "twice, once in another case": (RIGHT_ADMIN, ("x-admin-user-id", ADMIN)),
    "joined by a comma": (("X-Admin-User-ID", f"{ADMIN},{ADMIN}"),),
    "empty": (("X-Admin-User-ID", ""),),
    "another": (("X-Admin-User-ID", "8d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11"),),
    "its beginning": (("X-Admin-User-ID", ADMIN[:-1]),),
    "more at its end": (("X-Admin-User-ID", ADMIN + "1"),),
    "not ASCII": (("X-Admin-User-ID", ADMIN + "é"),),
    "a surrogate": (("X-Admin-User-ID", "\udce9" * 32),),
    "a null": (("X-Admin-User-ID", "\0"),),
    "very long": (("X-Admin-User-ID", "7" * 65_536),),
}

REFUSED = [
    *(pytest.param((*wrong, RIGHT_ADMIN), id=f"key {name}") for name, wrong in WRONG_KEYS.items()),
    *(pytest.param((RIGHT_KEY, *wrong), id=f"id {name}") for name, wrong in WRONG_ADMINS.items()),
    pytest.param((), id="both missing"),
]


@pytest.mark.parametrize("headers", REFUSED)
async def test_only_the_right_key_with_the_right_id_comes_in(
    accepting: Accepting, headers: Headers
) -> None:
    """Whatever is wrong, the status, the headers and every byte of the answer are the same."""
    panel = Panel(accepting)
    answer = await panel.ask(b"{}", headers)

    assert answer == await panel.ask(b"not even JSON", ())
    assert answer.status == 401
    assert ("WWW-Authenticate", "Bearer") in answer.headers
    assert read(answer).error["code"] == "admin_auth"
    assert accepting.sent == []


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (guide_headers(key="wrong"), "wrong key"),
        (guide_headers(key="wrong", admin="wrong"), "wrong key"),
        (guide_headers(admin="wrong"), "wrong admin id"),
    ],
)
async def test_the_log_knows_what_was_wrong(
    accepting: Accepting, caplog: pytest.LogCaptureFixture, headers: Headers, reason: str
) -> None:
    """Whoever runs the backend is told the reason that the caller is not."""
    await Panel(accepting).ask(b"{}", headers)

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == f"POST /admin/send-message refused: {reason}"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  "])
@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
async def test_the_scheme_and_the_names_have_no_case(
    accepting: Accepting, scheme: str, name: str
) -> None:
    """RFC 9110 §11.1 and §5.1: scheme and field names are the same in any case."""
    json = ("content-TYPE", "Application/JSON; charset=utf-8")
    headers = ((name, f"{scheme} {KEY}"), ("x-ADMIN-user-id", ADMIN), json)
    done = await Panel(accepting).send(headers=headers)

    assert done.status == 200


async def test_blanks_around_a_header_are_not_of_it(accepting: Accepting) -> None:
    """RFC 9110 §5.5: most servers take them away, and some leave those at the end."""
    around = [(name, f" {value}\t ") for name, value in guide_headers()]
    done = await Panel(accepting).send(headers=around)

    assert done.status == 200


SPELLINGS = {
    "upper": ADMIN.upper(),
    "without dashes": ADMIN.replace("-", ""),
    "urn": f"urn:uuid:{ADMIN}",
    "braces": "{" + ADMIN + "}",
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
async def test_one_uuid_in_the_header_has_many_spellings(
    accepting: Accepting, spelling: str
) -> None:
    """A header that spells the same UUID names the same admin."""
    done = await Panel(accepting).send(headers=guide_headers(admin=spelling))

    assert done.status == 200
    assert accepting.sent[0][0] == AdminIdentity(admin_id=ADMIN, role=Role.SUPERVISOR)


@pytest.mark.parametrize("spelling", ["upper", "without dashes", "urn"])
async def test_one_uuid_in_the_body_has_many_spellings(accepting: Accepting, spelling: str) -> None:
    """A body that spells the same UUID names the same admin."""
    done = await Panel(accepting).send(admin_id=SPELLINGS[spelling])

    assert done.status == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("admin-uuid", "admin-uuid", True),
        ("admin-uuid", "ADMIN-UUID", False),
        ("alice", "alice ", False),
        (ADMIN, ADMIN.upper(), True),
        (ADMIN, ADMIN[:-1] + "2", False),
        (ADMIN, "admin-uuid", False),
        ("", "", True),
        ("\ud800", "\ud800", True),
        ("\ud800", "?", False),
    ],
)
def test_ids_are_compared_as_text_unless_both_are_uuids(one: str, other: str, same: bool) -> None:  # noqa: FBT001  # a parameter of pytest's
    """Only a UUID has more than one spelling; every other id is what it is."""
    assert same_id(one, other) is same


@pytest.mark.parametrize(
    "alias",
    ["\uff17d9f8c1e3b7a4b3e9d512f6a0c9e8b11", "\n" + "1" * 31, "+" + "1" * 31],
    ids=["full-width digit", "white space", "plus"],
)
def test_what_only_python_reads_as_a_uuid_is_none(alias: str) -> None:
    """A UUID has 32 ASCII hex digits; `UUID()` also takes digits of other scripts, and signs."""
    meant = ADMIN if alias.startswith("\uff17") else "0" + "1" * 31

    assert not same_id(alias, meant)


@pytest.mark.parametrize("admin", ["admin-2", "8d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11"])
async def test_nobody_sends_in_the_name_of_another(accepting: Accepting, admin: str) -> None:
    """A body with another admin's id is a 403: who asks is known, and may not."""
    done = await Panel(accepting).send(admin_id=admin)

    assert (done.status, done.error["code"]) == (403, "admin_forbidden")
    assert "WWW-Authenticate" not in done.headers
    assert accepting.sent == []


async def test_the_status_asks_for_no_key(accepting: Accepting) -> None:
    """`/status` is public, and so are Meta's routes, and signing out."""
    done = await Panel(accepting).status()

    assert done.status == 200
    assert [f"{route.method} {route.path}" for route in ROUTES if route.public] == [
        "GET /status",
        "DELETE /admin/session",
        "GET /webhook",
        "POST /webhook",
    ]


@pytest.mark.parametrize(
    ("environ", "named", "not_named"),
    [
        ({}, ["ADMIN_API_KEY", "ADMIN_USER_ID"], []),
        ({"ADMIN_API_KEY": " ", "ADMIN_USER_ID": ""}, ["ADMIN_API_KEY", "ADMIN_USER_ID"], []),
        ({"ADMIN_API_KEY": KEY}, ["ADMIN_USER_ID"], ["ADMIN_API_KEY", KEY]),
        ({"ADMIN_USER_ID": ADMIN}, ["ADMIN_API_KEY"], ["ADMIN_USER_ID", ADMIN]),
    ],
)
def test_what_is_missing_is_named_at_once(
    environ: dict[str, str], named: list[str], not_named: list[str]
) -> None:
    """One error names every missing variable, and no value of any other."""
    with pytest.raises(ConfigurationError) as caught:
        verifier_from_env(environ)

    assert all(name in str(caught.value) for name in named)
    assert not any(name in str(caught.value) for name in not_named)


async def test_the_verifier_is_made_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, accepting: Accepting
) -> None:
    """Without an argument the process's own environment counts, blanks around it do not."""
    monkeypatch.setenv("ADMIN_API_KEY", f" {KEY}\n")
    monkeypatch.setenv("ADMIN_USER_ID", ADMIN)
    done = await Panel(accepting, verifier_from_env()).send()

    assert done.status == 200


@pytest.mark.parametrize(
    "key", ["", "a,b", "a b", "a\tb", "a\n", "clé", "\udce9", "k" * 8001], ids=ascii
)
def test_a_key_that_no_header_can_carry_is_refused_at_the_start(key: str) -> None:
    """It would lock out its own admin; the error does not repeat it."""
    with pytest.raises(ConfigurationError, match="visible ASCII") as caught:
        SharedKeyAuth(api_key=key, admin_user_id=ADMIN)

    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("admin", ["", "a b", "a/b", "é", "a" * 129, "a\n"], ids=ascii)
def test_an_admin_id_that_no_body_can_hold_is_refused_at_the_start(admin: str) -> None:
    """An id that the request's model refuses could never send."""
    with pytest.raises(ConfigurationError, match="admin user id"):
        SharedKeyAuth(api_key=KEY, admin_user_id=admin)


@pytest.mark.parametrize("key", ["k", "k" * 512, "!\"#$%&'()*+-./:;<=>?@[\\]^_`{|}~"], ids=len)
async def test_every_key_that_a_header_can_carry_works(accepting: Accepting, key: str) -> None:
    """All visible ASCII but the comma, up to 512 characters, as text or as a `SecretStr`."""
    for given in (key, SecretStr(key)):
        verifier = SharedKeyAuth(api_key=given, admin_user_id="admin-uuid")
        headers = guide_headers(key=key, admin="admin-uuid")
        done = await Panel(accepting, verifier).send(headers=headers, admin_id="admin-uuid")

        assert done.status == 200


async def test_no_repr_shows_a_secret() -> None:
    """What a log or a traceback prints of a verifier or a request holds no key and no text."""
    request = AdminRequest(
        method="POST",
        path="/admin/send-message",
        headers=guide_headers(),
        body=b"the text",
        query=f"key={KEY}",
    )
    verifier = SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)
    error = AdminAuthError(reason="wrong key")
    shown = f"{request!r} {request} {verifier!r} {vars(verifier)} {error!r} {error}"

    assert KEY not in shown
    assert "the text" not in shown
    assert "wrong key" not in shown
    assert PERSON not in shown
