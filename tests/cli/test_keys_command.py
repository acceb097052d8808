"""`messengerkit keys`: what is printed where, what is kept, and how mistakes are told."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from messengerkit.admin.auth.key import claimed_key_id
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.auth.key_ring import KeyRingAuth
from messengerkit.admin.identity import AdminIdentity, Role
from messengerkit.admin.request import AdminRequest
from messengerkit.cli import main
from messengerkit.cli.app import app

FILE = "admin-keys.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    """Run the command, which must end with *code*."""
    done = CliRunner().invoke(app, ["keys", *arguments])

    assert done.exit_code == code, done.output
    return done


def made(*arguments: str) -> str:
    """Make a key, and return it."""
    return run("make", *(arguments or ("--admin", "alice"))).stdout.strip()


def id_of(key: str) -> str:
    """Return the id of *key*."""
    key_id = claimed_key_id(key)

    assert key_id is not None
    return key_id


def identity_of(key: str, admin: str, file: str = FILE) -> AdminIdentity:
    """Return who *key* lets in with the file."""
    headers = (("Authorization", f"Bearer {key}"), ("X-Admin-User-ID", admin))
    request = AdminRequest(method="GET", path="/admin/health", headers=headers)
    return asyncio.run(KeyRingAuth(KeyFile(file)).verify(request))


def days_left(end: datetime | None) -> float:
    """Return the days until *end*."""
    assert end is not None
    return (end - datetime.now(UTC)) / timedelta(days=1)


def test_a_key_is_printed_once_and_opens() -> None:
    """Alone on stdout, for a pipe; who it is for, and that it is gone now, on stderr."""
    done = run("make", "--admin", "alice")
    key = done.stdout.removesuffix("\n")
    identity = identity_of(key, "alice")

    assert id_of(key) == identity.key_id
    assert identity.role is Role.AGENT
    assert identity.pages is None
    assert days_left(identity.expires_at) == pytest.approx(90, abs=0.01)
    assert "It will not be shown again." in done.stderr
    assert "alice" in done.stderr
    assert "agent" in done.stderr
    assert key not in done.stderr
    assert key not in Path(FILE).read_text()


def test_every_option_counts() -> None:
    """Several admins and pages, a role, an end, an id, and another file."""
    options = (
        "--admin a --admin b --role supervisor --page 1 --page 2 --days 7 --id ab --file k.json"
    )
    key = made(*options.split())
    identity = identity_of(key, "b", "k.json")

    assert identity == AdminIdentity(
        admin_id="b",
        role=Role.SUPERVISOR,
        pages=frozenset({"1", "2"}),
        key_id="ab",
        expires_at=identity.expires_at,
    )
    assert days_left(identity.expires_at) == pytest.approx(7, abs=0.01)
    assert not Path(FILE).exists()


def test_a_key_may_be_for_anybody_and_for_ever() -> None:
    """If that is said."""
    key = made("--admin", "*", "--days", "0")
    identity = identity_of(key, "whoever")

    assert (identity.admin_id, identity.expires_at) == ("whoever", None)


def read(done: Result) -> dict[str, object]:
    """Return the JSON that was printed, which must be all that was."""
    (line,) = done.stdout.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_key_is_printed_as_json() -> None:
    """With all that is kept of it but the hash."""
    told = read(run("make", "--admin", "alice", "--page", "1", "--json", "--days", "0"))
    key = str(told.pop("key"))

    assert told == {
        "key_id": id_of(key),
        "admin_ids": ["alice"],
        "role": "agent",
        "pages": ["1"],
        "expires_at": None,
    }


def test_a_rotated_key_works_beside_the_old_one() -> None:
    """For a day unless told; the new key is printed as any, the old one's end on stderr."""
    old = made("--admin", "alice", "--role", "supervisor", "--days", "0")
    done = run("rotate", id_of(old))
    new = done.stdout.strip()
    before, after = identity_of(old, "alice"), identity_of(new, "alice")

    assert (before.role, after.role) == (Role.SUPERVISOR, Role.SUPERVISOR)
    assert days_left(before.expires_at) == pytest.approx(1, abs=0.01)
    assert days_left(after.expires_at) == pytest.approx(90, abs=0.01)
    assert "It will not be shown again." in done.stderr
    assert f"Key {id_of(old)} is good until {before.expires_at:%Y-%m-%d %H:%M}" in done.stderr
    assert new not in done.stderr


def test_a_rotation_has_options() -> None:
    """An overlap, an end, an id, a file, and JSON."""
    old = made("--admin", "alice", "--file", "k.json", "--id", "old")
    options = "old --overlap-hours 12 --days 3 --id new --file k.json --json"
    told = read(run("rotate", *options.split()))
    before = identity_of(old, "alice", "k.json")
    after = identity_of(str(told["key"]), "alice", "k.json")

    assert (told["key_id"], after.key_id) == ("new", "new")
    assert days_left(before.expires_at) == pytest.approx(0.5, abs=0.01)
    assert days_left(after.expires_at) == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_revoked_key_is_gone(as_json: bool) -> None:  # noqa: FBT001  # a parameter of pytest's
    """From the file that is named, and from no other."""
    made("--admin", "alice", "--id", "a")
    made("--admin", "alice", "--id", "a", "--file", "k.json")
    done = run("revoke", "a", "--file", "k.json", *(["--json"] if as_json else []))

    assert dict(KeyFile("k.json")) == {}
    assert "a" in KeyFile(FILE)
    assert done.stdout == ('{"revoked": "a"}\n' if as_json else "Key a is revoked.\n")


def table(done: Result) -> dict[str, str]:
    """Return the rows of the table by their keys, each in one space."""
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]

    assert rows[0] == "KEY ROLE EXPIRES PAGES ADMINS"
    return {key: rest for key, _, rest in (row.partition(" ") for row in rows[1:])}


def test_the_list_shows_what_each_key_may_do() -> None:
    """One line a key, and no hash."""
    made("--admin", "alice", "--id", "a", "--days", "0")
    made("--admin", "*", "--id", "anybody", "--days", "1", "--role", "supervisor", "--page", "2")
    made("--admin", "b", "--admin", "c", "--id", "bc", "--page", "2", "--page", "1")
    run("rotate", "bc", "--overlap-hours", "0", "--id", "bc-2", "--days", "0")
    keys = KeyFile(FILE)
    shown = run("list")
    ends = {
        key_id: f"{key.expires_at:%Y-%m-%d %H:%M+00:00}"
        for key_id, key in keys.items()
        if key.expires_at
    }

    assert table(shown) == {
        "a": "agent never all alice",
        "anybody": f"supervisor {ends['anybody']} 2 *",
        "bc": f"agent {ends['bc']} (past) 1 2 b c",
        "bc-2": "agent never 1 2 b c",
    }
    assert not any(key.sha256 in shown.output for key in keys.values())


def test_the_columns_stand_below_each_other() -> None:
    """Whatever the length of an id."""
    made("--admin", "alice", "--id", "a")
    made("--admin", "bob", "--id", "a-much-longer-id")
    lines = run("list").stdout.splitlines()

    assert len({line.index("agent") for line in lines[1:]} | {lines[0].index("ROLE")}) == 1


def test_a_key_for_no_page_is_shown_as_such() -> None:
    """A file may hold what the command does not make."""
    record = {"sha256": "0" * 64, "admin_ids": ["alice"], "pages": []}
    Path(FILE).write_text(json.dumps({"keys": {"a": record}}))
    Path(FILE).chmod(0o600)

    assert table(run("list")) == {"a": "agent never none alice"}


def test_the_list_is_printed_as_json() -> None:
    """All that is kept but the hashes."""
    made("--admin", "alice", "--id", "a", "--days", "0", "--file", "k.json")
    told = read(run("list", "--json", "--file", "k.json"))

    assert told == {
        "keys": {"a": {"admin_ids": ["alice"], "role": "agent", "pages": None, "expires_at": None}}
    }


WRONG: Mapping[str, tuple[list[str], str]] = {
    "no file": (["list"], "cannot be read: No such file"),
    "no file to rotate in": (["rotate", "a"], "cannot be read"),
    "no file to revoke in": (["revoke", "a"], "cannot be read"),
    "a wrong admin": (["make", "--admin", "a b"], "admin_ids: must be"),
    "an asterisk and more": (["make", "--admin", "*", "--admin", "a"], "admin_ids: must be"),
    "a wrong page": (["make", "--admin", "a", "--page", "a/b"], "pages.0: must be"),
    "a wrong id": (["make", "--admin", "a", "--id", "a_b"], "key_id: must have"),
    "no folder": (["make", "--admin", "a", "--file", "x/y.json"], "cannot be changed"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_a_sentence_with_advice(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """One line on stderr, exit code 1, nothing on stdout, nothing made."""
    with pytest.raises(SystemExit) as caught:
        main(["keys", *arguments])
    shown = capsys.readouterr()

    assert caught.value.code == 1
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert told in shown.err
    assert shown.err.endswith(".\n") or "messengerkit keys" in shown.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["revoke", "b"], "messengerkit keys list"),
        (["rotate", "b"], "messengerkit keys list"),
        (["make", "--admin", "x", "--id", "a"], "another id"),
        (["rotate", "a", "--id", "a"], "another id"),
    ],
)
def test_a_wrong_id_is_a_sentence_with_advice(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """The file stays as it is, and no key is printed that would not open."""
    made("--admin", "alice", "--id", "a")
    before = Path(FILE).read_bytes()
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        main(["keys", *arguments])
    shown = capsys.readouterr()

    assert caught.value.code == 1
    assert told in shown.err
    assert shown.out == ""
    assert Path(FILE).read_bytes() == before


def test_a_lock_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do if nobody holds it."""
    Path(f"{FILE}.new").touch()
    with pytest.raises(SystemExit) as caught:
        main(["keys", "make", "--admin", "alice"])
    shown = capsys.readouterr()

    assert caught.value.code == 1
    assert f"{FILE}.new exists" in shown.err
    assert "delete that file" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["make"],
        ["make", "--admin", "a", "--role", "owner"],
        ["make", "--admin", "a", "--days", "-1"],
        ["make", "--admin", "a", "--days", "3661"],
        ["make", "--admin", "a", "--days", "soon"],
        ["rotate"],
        ["rotate", "a", "--overlap-hours", "-1"],
        ["rotate", "a", "--overlap-hours", "87841"],
        ["revoke"],
        ["remove", "a"],
        ["list", "--all"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_told_before_anything_is_done(folder: Path, arguments: list[str]) -> None:
    """Exit code 2, as of any command."""
    done = run(*arguments, code=2)

    assert done.stdout == ""
    assert "Usage: " in done.stderr
    assert list(folder.iterdir()) == []
