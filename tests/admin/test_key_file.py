"""The file of the keys: read without trust, and watched."""

import json
import logging
import os
import resource
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from admin.key_kit import ALICE, BOB, CAROL, MARK, SHA256, Clock, record, text_of, told, written
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.admin.auth.key import AdminKey
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.errors import ConfigurationError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of the file."""
    return tmp_path / "admin-keys.json"


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def keys(path: Path, clock: Clock) -> KeyFile:
    """Return a file with Alice's key and Bob's."""
    keys = KeyFile.create(path, monotonic=clock)
    keys.add(ALICE)
    keys.add(BOB)
    return keys


def test_a_file_is_a_mapping_of_its_keys(keys: KeyFile) -> None:
    """By their ids, as they were made."""
    assert dict(keys) == {"alice": ALICE.record, "bob": BOB.record}
    assert len(keys) == 2
    assert keys["bob"] == keys.get("bob") == BOB.record
    assert "alice" in keys
    assert "carol" not in keys
    assert keys.get("carol") is None
    assert keys.get("carol", ALICE.record) is ALICE.record
    with pytest.raises(KeyError):
        keys["carol"]


def test_a_file_is_plain_json(keys: KeyFile, path: Path) -> None:
    """With the hash in the place of the key, and what the key may do."""
    keys.add(CAROL)

    assert json.loads(path.read_text()) == {
        "keys": {
            "alice": {
                "sha256": ALICE.record.sha256,
                "admin_ids": ["alice"],
                "role": "agent",
                "pages": None,
                "expires_at": None,
            },
            "bob": {
                "sha256": BOB.record.sha256,
                "admin_ids": ["bob"],
                "role": "supervisor",
                "pages": ["1", "2"],
                "expires_at": None,
            },
            "carol": {
                "sha256": CAROL.record.sha256,
                "admin_ids": ["*"],
                "role": "agent",
                "pages": None,
                "expires_at": "2026-11-23T09:30:00Z",
            },
        }
    }
    assert not any(one.key.get_secret_value() in path.read_text() for one in (ALICE, BOB, CAROL))


def test_a_file_may_be_written_by_hand(path: Path) -> None:
    """With what a record needs, and a byte order mark if the editor likes it."""
    text = text_of(alice=record(), bob=record(expires_at="2027-01-01T00:00:00+02:00"))
    keys = KeyFile(written(path, b"\xef\xbb\xbf" + text.encode()))

    assert keys["alice"] == AdminKey(sha256=SHA256, admin_ids=("alice",))
    assert keys["bob"].expires_at == datetime(2026, 12, 31, 22, tzinfo=UTC)


BAD: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "is not JSON, at line 1"),
    "half": ('{"keys":\n{"alice', "is not JSON, at line 2"),
    "Latin-1": (b'{"keys": {"\xe9": 1}}', "is not JSON in UTF-8"),
    "a long number": ('{"keys": ' + "7" * 5000 + "}", "is not JSON in UTF-8"),
    "deep": ("[" * 100_000, "is not JSON in UTF-8"),
    "a list": ("[]", "must be {"),
    "no keys": ("{}", "must be {"),
    "keys of a list": ('{"keys": []}', "must be {"),
    "more than keys": ('{"keys": {}, "version": 1}', "must be {"),
    "a key twice": ('{"keys": {"alice": 1, "alice": 2}}', "has 'alice' twice"),
    "a field twice": ('{"keys": {"a": {"role": "agent", "role": "x"}}}', "has 'role' twice"),
    "keys twice": ('{"keys": {}, "keys": {}}', "has 'keys' twice"),
    "whole keys twice": (f'{{"{MARK}": 1, "{MARK}": 2}}', "has a name twice"),
    "a whole key as id": (text_of(**{MARK: record()}), "keys: a key id must have"),
    "no id": (text_of(**{"": record()}), "keys: a key id must have"),
    "no record": (text_of(alice=MARK), "keys.alice.key: "),
    "no hash": (text_of(alice={"admin_ids": ["alice"]}), "keys.alice.sha256: "),
    "a key for a hash": (text_of(alice=record(sha256=MARK)), "keys.alice.sha256: must be 64"),
    "no admin": (text_of(alice=record(), bob=record(admin_ids=[])), "keys.bob.admin_ids: "),
    "no role": (text_of(alice=record(role=MARK)), "keys.alice.role: "),
    "no page": (text_of(alice=record(pages=[MARK, "a b"])), "keys.alice.pages.1: "),
    "no zone": (text_of(a=record(expires_at="2027-01-01T00:00")), "keys.a.expires_at: "),
    "a number": (text_of(a=record(expires_at=1_800_000_000)), "keys.a.expires_at: "),
    "a misspelt field": (text_of(alice=record(page=["1"])), "keys.alice.page: "),
    "half an emoji": (text_of(alice=record(role="\ud800")), "keys.alice.role: "),
}


@pytest.mark.parametrize(("text", "problem"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_at_the_start(path: Path, text: str | bytes, problem: str) -> None:
    """The error names file and field, tells what to do, and repeats no value."""
    with pytest.raises(ConfigurationError) as caught:
        KeyFile(written(path, text))

    assert str(caught.value).startswith(f"{path}: {problem}")
    assert "messengerkit keys" in caught.value.advice
    assert MARK not in told(caught.value)
    assert SHA256 not in told(caught.value)
    assert caught.value.__context__ is None


def test_a_file_that_is_not_there_is_refused_at_the_start(path: Path) -> None:
    """A wrong path must not lock everybody out in silence."""
    with pytest.raises(ConfigurationError, match="cannot be read: No such file") as caught:
        KeyFile(path)

    assert str(path) in str(caught.value)
    assert not path.exists()


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, and a path that no file can have."""
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        KeyFile(tmp_path)
    with pytest.raises(ConfigurationError, match="null character"):
        KeyFile("a\0b")
    with pytest.raises(ConfigurationError, match="null character"):
        KeyFile.create("a\0b")


@given(st.one_of(st.binary(), st.text().map(lambda text: text_of(alice=text).encode())))
def test_any_content_is_keys_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No other error comes out of a file."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    with suppress(ConfigurationError):
        KeyFile(written(path, content))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
    max_leaves=5,
)
FIELDS = st.sampled_from([*AdminKey.model_fields, "other"])


@given(st.dictionaries(FIELDS, JSON))
def test_any_record_is_a_key_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, object]
) -> None:
    """No other error comes out of a record."""
    path = tmp_path_factory.getbasetemp() / "fields.json"
    with suppress(ConfigurationError):
        KeyFile(written(path, text_of(alice=record(**fields))))


def test_a_change_is_seen_within_a_second(keys: KeyFile, path: Path, clock: Clock) -> None:
    """Not before, for a look costs something; and not later, for a key may be revoked."""
    assert "alice" in keys
    written(path, text_of(dave=record()))
    clock.time += 0.999
    early = set(keys)
    clock.time += 0.001
    late = set(keys)

    assert (early, late) == ({"alice", "bob"}, {"dave"})


ASK: dict[str, Callable[[KeyFile], object]] = {
    "get": lambda keys: keys.get("bob"),
    "len": len,
    "iter": list,
    "in": lambda keys: "bob" in keys,
}


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
def test_every_question_looks(
    keys: KeyFile, path: Path, clock: Clock, ask: Callable[[KeyFile], object]
) -> None:
    """However a mapping is asked."""
    before = ask(keys)
    written(path, text_of())
    clock.time += 1

    assert ask(keys) != before
    assert dict(keys) == {}


def test_a_file_is_read_only_when_it_changed(keys: KeyFile, clock: Clock) -> None:
    """The same keys are the same objects, however often they are asked for."""
    clock.time += 1  # what `keys` was made with
    first = keys["alice"]
    clock.time += 1

    assert keys["alice"] is first


def test_a_change_in_place_is_seen(path: Path, clock: Clock) -> None:
    """The same inode and size, at another time."""
    keys = KeyFile(written(path, text_of(alice=record())), monotonic=clock)
    inode = path.stat().st_ino
    path.write_text(text_of(blice=record()))
    os.utime(path, ns=(0, 1))
    clock.time += 1

    assert path.stat().st_ino == inode
    assert list(keys) == ["blice"]


@pytest.mark.parametrize("kept", ["size", "time"])
def test_a_replaced_file_of_the_same_time_is_seen(path: Path, clock: Clock, kept: str) -> None:
    """A copy that keeps the time, of the same size or not."""
    keys = KeyFile(written(path, text_of(alice=record())), monotonic=clock)
    time = path.stat().st_mtime_ns
    if kept == "size":
        written(path, text_of(blice=record()))
    else:
        path.write_text(text_of(blice=record()) + " ")
    os.utime(path, ns=(time, time))
    clock.time += 1

    assert list(keys) == ["blice"]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the errors in the log of the admin face."""
    return [
        record.getMessage()
        for record in caplog.records
        if (record.name, record.levelno) == ("messengerkit.admin", logging.ERROR)
    ]


@pytest.mark.parametrize(("text", "problem"), BAD.values(), ids=BAD)
def test_a_file_that_breaks_leaves_the_last_good_keys(
    path: Path,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    text: str | bytes,
    problem: str,
) -> None:
    """And is told once, without any value."""
    keys = KeyFile(written(path, text_of(dave=record())), monotonic=clock)
    written(path, text)
    seen: list[set[str]] = []
    for _ in range(3):
        clock.time += 1
        seen.append(set(keys))

    (line,) = logged(caplog)
    assert seen == [{"dave"}] * 3
    assert line.startswith(f"The last good keys stay in force: {path}: {problem}")
    assert MARK not in caplog.text
    assert SHA256 not in caplog.text


def test_each_change_that_fails_is_told_once(
    path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Broken, gone, back, gone again, and good in the end."""
    good = written(path, text_of(dave=record()))
    keys = KeyFile(path, monotonic=clock)

    def look() -> set[str]:
        for _ in range(2):
            clock.time += 1
            list(keys)
        return set(keys)

    aside = good.rename(path.with_name("aside"))
    gone = look()
    aside.rename(path)
    back = look()
    path.rename(aside)
    again = look()
    written(path, "{")
    broken = look()
    written(path, text_of(erin=record()))

    assert [gone, back, again, broken, look()] == [{"dave"}] * 4 + [{"erin"}]
    assert [("No such file" in line, "not JSON" in line) for line in logged(caplog)] == [
        (True, False),
        (True, False),
        (False, True),
    ]


@contextmanager
def no_file_to_spare() -> Generator[None]:
    """Let this process open no file more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_could_not_be_read_is_read_later(
    path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A process that had no file to spare must not miss that a key was revoked."""
    keys = KeyFile(written(path, text_of(dave=record())), monotonic=clock)
    written(path, text_of())
    during: list[set[str]] = []
    with no_file_to_spare():
        for _ in range(2):
            clock.time += 1
            during.append(set(keys))
    clock.time += 1

    assert (during, set(keys)) == ([{"dave"}] * 2, set())
    assert ["Too many open files" in line for line in logged(caplog)] == [True]


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
@pytest.mark.parametrize(
    ("mode", "warned"),
    [
        *((mode, 0) for mode in (0o600, 0o400, 0o611)),
        *((mode, 1) for mode in (0o640, 0o604, 0o620, 0o602, 0o666)),
    ],
)
def test_a_file_that_is_not_its_owners_alone_is_told(
    path: Path, caplog: pytest.LogCaptureFixture, mode: int, warned: int
) -> None:
    """Who reads it knows who has a key; who writes it has one."""
    written(path, text_of()).chmod(mode)
    KeyFile(path)

    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == warned
    assert all("chmod 600" in line and str(path) in line for line in lines)
