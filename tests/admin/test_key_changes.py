"""Changes of the key file: whole or not at all, by one at a time, and none is lost."""

import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import pytest
from admin.key_kit import ALICE, BOB, CAROL, MARK, NOW, Clock, made, text_of, told, written

from messengerkit.admin.auth.key import NewKey
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


def test_a_new_file_has_no_keys(path: Path) -> None:
    """It is its owner's alone, and no lock is left."""
    keys = KeyFile.create(path)

    assert dict(keys) == {}
    assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_file_that_is_there_is_not_made_again(keys: KeyFile, path: Path, clock: Clock) -> None:
    """Its keys stay, nobody waits for anybody, and the given clock tells when to look."""
    path.with_name("admin-keys.json.new").touch()
    again = KeyFile.create(path, monotonic=clock)
    written(path, text_of())
    before = set(again)
    clock.time += 1

    assert before == set(keys) | {"alice", "bob"}
    assert set(again) == set()


def test_a_file_that_cannot_be_read_is_not_made_again(path: Path) -> None:
    """Somebody's broken file is theirs to mend."""
    written(path, "{")
    with pytest.raises(ConfigurationError, match="not JSON"):
        KeyFile.create(path)

    assert path.read_text() == "{"


@pytest.mark.skipif(os.name != "posix", reason="POSIX modes")
def test_a_change_makes_the_file_its_owners_alone(path: Path) -> None:
    """Whatever its mode was."""
    keys = KeyFile(written(path, text_of()))
    path.chmod(0o644)
    keys.add(ALICE)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="ONLY ROOT GIVES FILES AWAY")
def test_a_change_leaves_the_owner(path: Path) -> None:
    """Root's command must not shut out a backend that runs as another user."""
    keys = KeyFile(written(path, text_of()))
    os.chown(path, 12345, -1)
    keys.add(ALICE)

    assert path.stat().st_uid == 12345


def test_a_link_stays_a_link(tmp_path: Path, path: Path) -> None:
    """The file behind it is changed."""
    real = written(tmp_path / "real.json", text_of())
    path.symlink_to(real)
    KeyFile(path).add(ALICE)

    assert path.is_symlink()
    assert set(KeyFile(real)) == {"alice"}


def test_an_id_is_given_once(keys: KeyFile, path: Path) -> None:
    """A second key under an id would take the first one's place."""
    before = path.read_bytes()
    other = made(admin_ids=("mallory",), key_id="alice")
    with pytest.raises(ConfigurationError, match="has this id already") as caught:
        keys.add(other)
    with pytest.raises(ConfigurationError, match="has this id already"):
        keys.rotate("bob", timedelta(), expires_at=None, new_key_id="alice")

    assert path.read_bytes() == before
    assert str(path) in str(caught.value)
    assert "another id" in caught.value.advice


def test_a_change_of_ones_own_is_seen_at_once(keys: KeyFile) -> None:
    """No time needs to pass."""
    before = set(keys)
    keys.revoke("alice")

    assert (before, set(keys)) == ({"alice", "bob"}, {"bob"})


def rotated(keys: KeyFile, key_id: str, overlap: timedelta, **wanted: datetime | None) -> NewKey:
    """Rotate at NOW."""
    expires_at = wanted.get("expires_at")
    return keys.rotate(key_id, overlap, expires_at=expires_at, now=lambda: NOW)


def test_a_rotated_key_opens_what_the_old_one_does(keys: KeyFile) -> None:
    """The old one for the overlap, the new one as long as it is told."""
    end = NOW + timedelta(days=90)
    new = rotated(keys, "bob", timedelta(hours=2), expires_at=end)
    old = keys["bob"]

    assert keys[new.key_id] == new.record
    assert new.record == BOB.record.model_copy(
        update={"sha256": new.record.sha256, "expires_at": end}
    )
    assert new.record.sha256 != BOB.record.sha256
    assert old == BOB.record.model_copy(update={"expires_at": NOW + timedelta(hours=2)})
    assert keys["alice"] == ALICE.record


def test_a_rotated_key_may_have_an_id_and_chance_of_its_own(keys: KeyFile) -> None:
    """As any new key."""
    new = keys.rotate(
        "bob",
        timedelta(0),
        expires_at=None,
        new_key_id="bob-2",
        random=lambda length: b"r" * length,
    )
    alike = made(admin_ids=("bob",), key_id="bob-2", random=lambda length: b"r" * length)

    assert new.key_id == "bob-2"
    assert new.key == alike.key


@pytest.mark.parametrize(
    ("overlap", "end"),
    [
        (timedelta(0), NOW),
        (timedelta(hours=23), NOW + timedelta(hours=23)),
        (timedelta(hours=25), NOW + timedelta(days=1)),
    ],
)
def test_an_overlap_lengthens_nothing(keys: KeyFile, overlap: timedelta, end: datetime) -> None:
    """A key that would end sooner anyway does."""
    keys.add(CAROL)
    rotated(keys, "carol", overlap)

    assert keys["carol"].expires_at == end


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta.max, timedelta.min], ids=str)
def test_an_overlap_that_cannot_be_is_refused(
    keys: KeyFile, path: Path, overlap: timedelta
) -> None:
    """Before anything is changed."""
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="overlap"):
        rotated(keys, "bob", overlap)

    assert path.read_bytes() == before


def test_the_overlap_counts_from_now(keys: KeyFile) -> None:
    """By the machine's clock, unless another is given."""
    before = datetime.now(UTC)
    keys.rotate("bob", timedelta(hours=1), expires_at=None)
    end = keys["bob"].expires_at

    assert end is not None
    assert before <= end - timedelta(hours=1) <= datetime.now(UTC)


CHANGES: dict[str, Callable[[KeyFile], object]] = {
    "add": lambda keys: keys.add(CAROL),
    "revoke": lambda keys: keys.revoke("alice"),
    "rotate": lambda keys: rotated(keys, "bob", timedelta(hours=1)),
}


@pytest.mark.parametrize("change", [CHANGES["revoke"], CHANGES["rotate"]], ids=["revoke", "rotate"])
def test_a_key_that_is_not_there_is_told(path: Path, change: Callable[[KeyFile], object]) -> None:
    """With the way to find the right id; the lock is let go, the file as it was."""
    keys = KeyFile(written(path, text_of()))
    with pytest.raises(ConfigurationError, match="no key has this id") as caught:
        change(keys)

    assert str(path) in str(caught.value)
    assert "messengerkit keys list" in caught.value.advice
    assert path.read_text() == text_of()
    assert len(list(path.parent.iterdir())) == 1


def test_a_whole_key_in_the_place_of_its_id_is_not_repeated(keys: KeyFile) -> None:
    """Who finds a leaked key will try that first."""
    with pytest.raises(ConfigurationError) as caught:
        keys.revoke(MARK)

    assert MARK not in told(caught.value)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_who_comes_second_is_told_to_wait(
    keys: KeyFile, path: Path, change: Callable[[KeyFile], object]
) -> None:
    """The file of the first is the lock; it is left alone, and so are the keys."""
    lock = path.with_name("admin-keys.json.new")
    lock.write_text("half of somebody's keys")
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=r"admin-keys\.json\.new exists") as caught:
        change(keys)

    assert "delete that file" in caught.value.advice
    assert lock.read_text() == "half of somebody's keys"
    assert path.read_bytes() == before
    lock.unlink()
    change(keys)


def test_who_makes_the_file_is_not_overtaken(path: Path) -> None:
    """A file that is being made is not made a second time."""
    path.with_name("admin-keys.json.new").touch()
    with pytest.raises(ConfigurationError, match="another command"):
        KeyFile.create(path)

    assert not path.exists()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_another_wrote_meanwhile_is_kept(
    keys: KeyFile, path: Path, change: Callable[[KeyFile], object]
) -> None:
    """A change starts from the file as it is, not as it was read."""
    list(keys)
    KeyFile(path).add(made(admin_ids=("dave",), key_id="dave"))
    change(keys)

    assert "dave" in KeyFile(path)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_broken_file_is_not_overwritten(
    keys: KeyFile, path: Path, change: Callable[[KeyFile], object]
) -> None:
    """What a person is mending by hand is not lost, and the lock is let go."""
    written(path, '{"keys": {"alice"')
    with pytest.raises(ConfigurationError, match="not JSON"):
        change(keys)

    assert path.read_text() == '{"keys": {"alice"'
    assert len(list(path.parent.iterdir())) == 1


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """It is not made: the path may be misspelt."""
    path = tmp_path / "misspelt" / "admin-keys.json"
    with pytest.raises(ConfigurationError, match="cannot be changed: No such file") as caught:
        KeyFile.create(path)

    assert str(path) in str(caught.value)
    assert "owner" in caught.value.advice


@contextmanager
def nearly_full(most: int) -> Generator[None]:
    """Let no file grow beyond *most* bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.parametrize("most", [0, 100])
def test_a_change_that_fails_half_way_changes_nothing(keys: KeyFile, path: Path, most: int) -> None:
    """The file is as it was, and the next change is not locked out."""
    before = path.read_bytes()
    with nearly_full(most), pytest.raises(ConfigurationError, match="cannot be changed: File too"):
        keys.add(CAROL)

    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1
    keys.add(CAROL)


def test_a_change_is_on_the_disk_before_it_is_seen(keys: KeyFile, path: Path) -> None:
    """A crash leaves the old file or the new one, whole; so the new one is synced first."""
    draft = path.with_name("admin-keys.json.new")
    done: list[tuple[str, bool, bool]] = []

    def note(_frame: FrameType, event: str, what: object) -> None:
        name = getattr(what, "__name__", "")
        if event == "c_call" and name in {"fsync", "replace"} and draft.exists():
            done.append((name, "carol" in draft.read_text(), "carol" in path.read_text()))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        keys.add(CAROL)
    finally:
        sys.setprofile(before)

    assert done == [("fsync", True, False), ("replace", True, False)]


ADD_ONE = """
import sys
from messengerkit.admin.auth.key import new_key
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.identity import Role
from messengerkit.errors import ConfigurationError
for number in range(20):
    new = new_key(admin_ids=("a",), role=Role.AGENT, pages=None, expires_at=None)
    while True:
        try:
            KeyFile.create(sys.argv[1]).add(new)
            break
        except ConfigurationError as error:
            assert ".new exists" in str(error), error
    print(new.key_id)
"""


def test_two_commands_at_once_lose_no_key(path: Path) -> None:
    """Not even if both make the file."""
    commands = [
        subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, "-c", ADD_ONE, str(path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    added = [line for one in commands for line in one.communicate(timeout=60)[0].split()]

    assert [one.returncode for one in commands] == [0, 0]
    assert sorted(KeyFile(path)) == sorted(added)
    assert len(added) == 40


@pytest.fixture
def readers(path: Path) -> Iterator[list[BaseException]]:
    """Read the file in another thread as long as the test runs; yield what went wrong."""
    wrong: list[BaseException] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                KeyFile(path)
            except BaseException as error:  # noqa: BLE001  # the test looks at all of them
                wrong.append(error)

    KeyFile.create(path)
    thread = threading.Thread(target=read)
    thread.start()
    yield wrong
    over.set()
    thread.join()


def test_a_reader_never_sees_half_a_file(path: Path, readers: list[BaseException]) -> None:
    """The whole old one or the whole new one."""
    keys = KeyFile(path)
    for number in range(30):
        keys.add(made(admin_ids=("alice",), key_id=f"k-{number}"))

    assert readers == []
    assert len(keys) == 30
