"""The store that a desk's command works on: how it is named, and what is told when it fails."""

import json
import sqlite3
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli.keeping import Kept, act, always, conversation, rows, run

from messengerkit.cli import main, stores
from messengerkit.desk import MemoryStore
from messengerkit.errors import StoreError

SECRET = "correct-horse"
LIST = ("audit", "list")
EVERY: Mapping[str, tuple[str, ...]] = {
    "audit list": LIST,
    "audit verify": ("audit", "verify"),
    "person export": ("person", "export", "--page", "1", "--psid", "2"),
    "person erase": ("person", "erase", "--page", "1", "--psid", "2", "--by", "a", "--yes"),
    "dead list": ("dead", "list"),
    "dead replay": ("dead", "replay", "key", "--by", "alice"),
    "outbox list": ("outbox", "list"),
    "outbox settle": ("outbox", "settle", "0" * 32, "confirm", "--by", "a"),
}
UNREACHABLE: Mapping[str, tuple[str, str]] = {
    "no database": (f"postgresql+asyncpg://u:{SECRET}@127.0.0.1:1/d", "the database failed: "),
    "unknown": (f"mysql://u:{SECRET}@127.0.0.1/d", "mysql: no such database is known"),
    "no URL": (f"u:{SECRET}@127.0.0.1", "the database's URL cannot be read"),
    "no port": (f"postgresql+asyncpg://u:{SECRET}@h:{SECRET}/d", "the database's URL"),
    "no file": ("sqlite:///nowhere.db", "there is no file nowhere.db"),
    "a folder": ("sqlite:///.", "there is no file ."),
    "memory": ("sqlite://", "the database must be a file"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own, without a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MESSENGERKIT_STORE", raising=False)
    return tmp_path


@pytest.mark.parametrize("arguments", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize(("url", "told"), UNREACHABLE.values(), ids=UNREACHABLE)
def test_a_store_that_cannot_be_had_is_a_sentence(
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    url: str,
    told: str,
) -> None:
    """Exit code 2 from every command, no traceback, no password, and no new file."""
    with pytest.raises(SystemExit) as caught:
        main([*arguments, "--store", url])
    shown = capfd.readouterr()

    assert (caught.value.code, shown.out) == (2, "")
    assert shown.err.startswith(told)
    assert shown.err.count("\n") == 1
    assert SECRET not in shown.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments", EVERY.values(), ids=EVERY)
def test_a_store_must_be_named(arguments: tuple[str, ...]) -> None:
    """By an option or by the environment; the sentence names both."""
    told = run(*arguments, code=2).stderr

    assert "--store" in told
    assert "MESSENGERKIT_STORE" in told


STRAY: Mapping[str, tuple[str, ...]] = {
    "too many": (*LIST, "--store", "sqlite:///a.db"),
    "after a flag": (*LIST, "--store", "sqlite:///a.db", "--json"),
    "no command": (),
    "no command of a group": ("audit",),
    "no desk": ("worker",),
    "no id": ("outbox", "settle"),
    "of a conversation": ("audit", "verify", "--store", "sqlite:///a.db", "--conversation"),
    "in an option that is none": (*LIST, "--stor"),
    "of an admin": ("dead", "replay", "key", "--by"),
}


@pytest.mark.parametrize("arguments", STRAY.values(), ids=STRAY)
def test_a_url_at_a_wrong_place_is_not_shown(
    capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    """Its password would stand in a log of whatever ran the command; exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main([*arguments, f"postgresql+asyncpg://u:{SECRET}@127.0.0.1:1/d"])
    shown = capfd.readouterr()

    assert (caught.value.code, shown.out) == (2, "")
    assert SECRET not in shown.err


@pytest.mark.parametrize("arguments", [LIST, ("dead", "list")])
def test_a_limit_is_one_that_a_database_knows(kept: Kept, arguments: tuple[str, ...]) -> None:
    """A number that it cannot hold is a wrong call, and no traceback."""
    run(*arguments, "--store", kept.url, "--limit", "9" * 20, code=2)


def test_the_environment_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even by --help."""
    monkeypatch.setenv("MESSENGERKIT_STORE", f"postgresql+asyncpg://u:{SECRET}@127.0.0.1:1/d")

    for arguments in EVERY.values():
        assert SECRET not in run(*arguments, "--help").output
        assert SECRET not in run(*arguments, code=2).output


def test_the_option_counts_before_the_environment(tmp_path: Path) -> None:
    """As with any command."""
    kept = Kept(tmp_path)
    kept.write(lambda it: act(it, conversation(it).id, "assign"))

    done = run(*LIST, "--store", kept.url)

    assert len(rows(done)) == 2


def test_the_url_may_say_how_sqlite_opens_the_file(tmp_path: Path) -> None:
    """Then SQLite itself sees to it that none is made."""
    kept = Kept(tmp_path)
    kept.write(lambda it: act(it, conversation(it).id, "assign"))
    url = "sqlite:///file:{}?mode=rw&uri=true"

    there = run(*LIST, "--store", url.format("desk.db"))
    run(*LIST, "--store", url.format("other.db"), code=2)

    assert len(rows(there)) == 2
    assert not (tmp_path / "other.db").exists()


def test_tables_of_another_version_are_refused(kept: Kept) -> None:
    """Before anything is read from them."""
    kept.write(lambda it: it.counts())
    _another_version(kept)

    assert run(*LIST, "--store", kept.url, code=2).stderr.startswith("the tables are of version ")


def _another_version(kept: Kept) -> None:
    database = sqlite3.connect(kept.file)
    with database:
        database.execute("UPDATE messengerkit_schema SET version = version + 1")
    database.close()


def test_it_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a sentence says what to install."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    done = run(*LIST, "--store", "sqlite:///desk.db", code=2)

    assert 'pip install "messengerkit[sql]"' in done.stderr


class Closing(MemoryStore):
    """A store that fails, and tells whether it was closed."""

    closed = False

    async def create(self) -> None:
        """Fail."""
        msg = "the database failed."
        raise StoreError(msg)

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


def test_a_store_that_fails_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And its sentence ends with one full stop."""
    store = Closing()
    monkeypatch.setattr(stores, "store_at", always(store))

    assert run(*LIST, "--store", "x", code=2).stderr.startswith("the database failed. Check ")
    assert store.closed


def test_json_is_one_line_even_if_there_is_nothing(kept: Kept) -> None:
    """So that a script reads it as it reads the rest."""
    kept.write(lambda it: it.counts())

    assert json.loads(run("dead", "list", "--json").stdout) == {"events": []}
