"""The admin face from environment variables: what each does, and what is said of a wrong one."""

from pathlib import Path

import pytest
from admin.kit import ADMIN, KEY, Accepting, guide_headers

from messengerkit.admin import AdminFace, AdminRequest, KeyFile, Role, face_from_env, new_key
from messengerkit.admin.auth import NewKey
from messengerkit.errors import ConfigurationError

PANEL = "https://panel.example.com"
SECRET = "a-secret-of-32-characters-or-more"
SHARED = {"ADMIN_API_KEY": KEY, "ADMIN_USER_ID": ADMIN}
Headers = list[tuple[str, str]]


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """Return the path of a file of keys that has none."""
    path = tmp_path / "keys.json"
    KeyFile.create(path)
    return path


def keyed(path: Path, key_id: str = "alice") -> NewKey:
    """Put a key into the file at *path*, and return it."""
    new = new_key(admin_ids=("alice",), role=Role.AGENT, pages=None, expires_at=None, key_id=key_id)
    KeyFile(path).add(new)
    return new


def bearer(new: NewKey) -> Headers:
    """Return the header that sends the key."""
    return [("Authorization", f"Bearer {new.key.get_secret_value()}")]


async def ask(face: AdminFace, headers: Headers, *, peer: str = "192.0.2.7") -> int:
    """Return the status of a request that only admins may make."""
    request = AdminRequest(method="GET", path="/admin/health", headers=headers, peer=peer)
    return (await face.respond("/admin/health", request)).status


async def test_the_shared_key_alone(accepting: Accepting) -> None:
    """Two variables are all that is needed; nothing that was not asked for is there."""
    face = face_from_env(accepting, environ=SHARED)

    assert await ask(face, list(guide_headers())) == 200
    assert set(face.paths) == {"/admin/send-message", "/admin/health", "/status"}


async def test_a_file_of_keys_alone(accepting: Accepting, ring: Path) -> None:
    """With a file of keys there need be no shared key."""
    new = keyed(ring)
    face = face_from_env(accepting, environ={"ADMIN_KEYS_FILE": str(ring)})

    assert await ask(face, bearer(new)) == 200
    assert await ask(face, list(guide_headers())) == 401


async def test_both(accepting: Accepting, ring: Path) -> None:
    """Either key lets its admin in."""
    new = keyed(ring)
    face = face_from_env(accepting, environ={**SHARED, "ADMIN_KEYS_FILE": str(ring)})

    assert await ask(face, bearer(new)) == 200
    assert await ask(face, list(guide_headers())) == 200


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "ADMIN_API_KEY"),
        ({"ADMIN_API_KEY": KEY}, "ADMIN_USER_ID"),
        ({**SHARED, "ADMIN_ORIGINS": "*"}, "is not an origin"),
        ({**SHARED, "ADMIN_SESSION_SECRET": SECRET}, "origins"),
        ({**SHARED, "ADMIN_SESSION_SECRET": "short", "ADMIN_ORIGINS": PANEL}, "secrets"),
        ({**SHARED, "ADMIN_TEST_MESSAGE": "perhaps"}, "ADMIN_TEST_MESSAGE must be 1 or 0"),
        ({**SHARED, "ADMIN_PROXIES": "our-proxy"}, "our-proxy"),
        ({"ADMIN_KEYS_FILE": "/nowhere/keys.json"}, "/nowhere/keys.json"),
    ],
)
def test_a_wrong_setting_is_named(
    accepting: Accepting, environ: dict[str, str], named: str
) -> None:
    """Nothing starts half configured, and no secret is told."""
    with pytest.raises(ConfigurationError, match=named.replace("*", ".")) as caught:
        face_from_env(accepting, environ=environ)

    assert KEY not in str(caught.value)


def test_one_of_the_two_is_missed_beside_a_file(accepting: Accepting, ring: Path) -> None:
    """Half a shared key is a mistake, whatever else there is."""
    environ = {"ADMIN_KEYS_FILE": str(ring), "ADMIN_USER_ID": ADMIN}
    with pytest.raises(ConfigurationError, match="ADMIN_API_KEY"):
        face_from_env(accepting, environ=environ)


@pytest.mark.parametrize(
    ("value", "mounted"),
    [("1", True), ("true", True), ("TRUE", True), ("0", False), ("false", False), (" ", False)],
)
def test_the_test_message_is_switched_on(
    accepting: Accepting, value: str, *, mounted: bool
) -> None:
    """Only where somebody says so."""
    face = face_from_env(accepting, environ={**SHARED, "ADMIN_TEST_MESSAGE": value})

    assert ("/test-message" in face.paths) is mounted


async def test_the_listed_origins_may_call(accepting: Accepting) -> None:
    """Several, with commas between them, and blanks do not matter."""
    face = face_from_env(
        accepting, environ={**SHARED, "ADMIN_ORIGINS": f" {PANEL} , http://localhost,"}
    )
    request = AdminRequest(method="GET", path="/status", headers=[("Origin", "http://localhost")])
    done = await face.respond("/status", request)

    assert ("Access-Control-Allow-Origin", "http://localhost") in done.headers


async def signed_in(face: AdminFace, headers: Headers) -> Headers:
    """Sign in with *headers*, and return those that the browser sends afterwards."""
    request = AdminRequest(
        method="POST", path="/admin/session", headers=[*headers, ("Origin", PANEL)]
    )
    done = await face.respond("/admin/session", request)
    return [("Cookie", dict(done.headers)["Set-Cookie"].partition(";")[0])]


async def test_a_session_of_the_shared_key(accepting: Accepting) -> None:
    """It has no key id that a ring could know, and holds all the same."""
    environ = {**SHARED, "ADMIN_SESSION_SECRET": SECRET, "ADMIN_ORIGINS": PANEL}
    face = face_from_env(accepting, environ=environ)

    assert await ask(face, await signed_in(face, list(guide_headers()))) == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"ADMIN_API_KEY": "another-key"},
        {"ADMIN_USER_ID": "bob"},
        {"ADMIN_API_KEY": "", "ADMIN_USER_ID": ""},
    ],
    ids=["key", "admin", "neither"],
)
async def test_a_session_ends_with_the_shared_key(
    accepting: Accepting, ring: Path, changes: dict[str, str]
) -> None:
    """Whoever found the old key must not keep, or renew, the session that it opened."""
    environ = {
        **SHARED,
        "ADMIN_KEYS_FILE": str(ring),
        "ADMIN_SESSION_SECRET": SECRET,
        "ADMIN_ORIGINS": PANEL,
    }
    cookie = await signed_in(face_from_env(accepting, environ=environ), list(guide_headers()))
    same = face_from_env(accepting, environ=environ)
    other = face_from_env(accepting, environ={**environ, **changes})

    assert (await ask(same, cookie), await ask(other, cookie)) == (200, 401)


async def test_a_session_ends_with_its_key(accepting: Accepting, ring: Path) -> None:
    """Who loses the key loses what it opened, at the next look into the file."""
    new = keyed(ring)
    environ = {
        "ADMIN_KEYS_FILE": str(ring),
        "ADMIN_SESSION_SECRET": f"{SECRET}, the-one-before-of-32-characters-x",
        "ADMIN_ORIGINS": PANEL,
    }
    face = face_from_env(accepting, environ=environ)
    cookie = await signed_in(face, bearer(new))
    before = await ask(face, cookie)
    KeyFile(ring).revoke(new.key_id)
    again = face_from_env(accepting, environ=environ)  # a process that has read the file again

    assert (before, await ask(again, cookie)) == (200, 401)


async def test_a_session_of_a_key_without_a_ring(accepting: Accepting, ring: Path) -> None:
    """A process that knows no keys honours no session of one."""
    new = keyed(ring)
    common = {"ADMIN_SESSION_SECRET": SECRET, "ADMIN_ORIGINS": PANEL}
    face = face_from_env(accepting, environ={"ADMIN_KEYS_FILE": str(ring), **common})
    cookie = await signed_in(face, bearer(new))
    other = face_from_env(accepting, environ={**SHARED, **common})

    assert await ask(other, cookie) == 401


async def test_only_a_named_proxy_is_believed(accepting: Accepting) -> None:
    """Behind it each caller has failures of their own; elsewhere the header is nothing."""
    face = face_from_env(accepting, environ={**SHARED, "ADMIN_PROXIES": "192.0.2.0/24, ::1"})
    wrong = [("Authorization", "Bearer wrong")]
    behind = [await ask(face, [*wrong, ("X-Forwarded-For", f"203.0.113.{n}")]) for n in range(8)]
    alone = [
        await ask(face, [*wrong, ("X-Forwarded-For", f"203.0.113.{n}")], peer="198.51.100.1")
        for n in range(8)
    ]

    assert set(behind) == {401}
    assert alone == [401] * 5 + [429] * 3


def test_the_processes_own_environment_is_the_default(
    accepting: Accepting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an argument the process's variables count."""
    for name, value in {**SHARED, "ADMIN_TEST_MESSAGE": "1"}.items():
        monkeypatch.setenv(name, value)

    assert "/test-message" in face_from_env(accepting).paths
