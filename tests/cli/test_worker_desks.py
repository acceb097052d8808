"""`messengerkit worker`: what it takes for a desk, and what it says of the rest."""

import asyncio
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import typer

from messengerkit.cli import main
from messengerkit.cli import worker as command

PARTS = """
from contextlib import asynccontextmanager
from messengerkit import MessengerClient
from messengerkit.desk import Desk, MemoryStore
from messengerkit.errors import ConfigurationError, StoreError

class Noting(Desk):
    ended = []
    opened = 0
    async def __aenter__(self):
        Noting.opened += 1
        return await super().__aenter__()
    async def aclose(self, *, drain=20.0):
        Noting.ended.append(drain)
        await super().aclose(drain=drain)

def client(page_id):
    raise AssertionError

desk = Noting(client, MemoryStore())

def makes():
    return Noting(client, MemoryStore())

async def makes_later():
    return makes()

@asynccontextmanager
async def gives():
    yield makes()

@asynccontextmanager
async def gives_it_open():
    async with makes() as one:
        yield one

async def gives_later():
    return gives()

class deployment:
    desk = makes()

@asynccontextmanager
async def gives_nothing():
    yield

def needs(something):
    return makes()

def misconfigured():
    raise ConfigurationError("FACEBOOK_PAGE_ACCESS_TOKEN: is not set")

class Unreachable(MemoryStore):
    async def create(self):
        raise StoreError("the database failed: TimeoutError")

def unreachable():
    return Desk(client, Unreachable())

number = 7
number_later = lambda: 7
"""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a module that has desks of every kind."""
    (tmp_path / "desk_parts.py").write_text(PARTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("desk_parts", "broken_part"):
        sys.modules.pop(name, None)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the command says; as soon as the desk works, there is a SIGTERM."""
    lines: list[str] = []

    def echo(line: str, *, err: bool) -> None:
        assert err
        lines.append(line)
        if line.startswith("The desk works"):
            asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)

    monkeypatch.setattr(typer, "echo", echo)
    return lines


def noted(name: str) -> object:
    """Return what the desks of the module have noted."""
    return getattr(sys.modules["desk_parts"].Noting, name)


KINDS = (
    "desk",
    "makes",
    "makes_later",
    "gives",
    "gives_it_open",
    "gives_later",
    "deployment.desk",
)


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize("name", KINDS)
def test_it_takes_a_desk_and_whatever_makes_one(told: list[str], name: str) -> None:
    """It is opened once, and first closed with the time that it is to have."""
    before = signal.getsignal(signal.SIGTERM)

    command.worker(f"desk_parts:{name}", drain=3.0)

    assert noted("opened") == 1
    ended = noted("ended")
    assert isinstance(ended, list)
    assert ended[0] == 3.0
    assert len(told) == 2
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.usefixtures("parts")
def test_a_signal_while_it_opens_ends_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as it is open."""
    lines: list[str] = []

    def echo(line: str, *, err: bool) -> None:
        assert err
        if not lines:
            signal.raise_signal(signal.SIGINT)
        lines.append(line)

    monkeypatch.setattr(typer, "echo", echo)

    command.worker("desk_parts:desk")

    assert [line.partition(".")[0] for line in lines] == ["The desk works", "It ends"]
    assert noted("ended")


WRONG: Mapping[str, tuple[str, str]] = {
    "no name": ("desk_parts", "'desk_parts' is not MODULE:NAME, like app:desk"),
    "an empty name": ("desk_parts:", "is not MODULE:NAME"),
    "no module": (":desk", "is not MODULE:NAME"),
    "a file": ("desk/parts.py:desk", "is not MODULE:NAME"),
    "a relative module": (".desk_parts:desk", "is not MODULE:NAME"),
    "a missing module": ("nowhere:desk", "there is no module nowhere, seen from "),
    "a missing part": ("desk_parts.py:desk", "there is no module desk_parts.py, seen from "),
    "a missing package": ("nowhere.at.all:desk", "there is no module nowhere.at.all"),
    "a missing name": ("desk_parts:nothing", "there is no nothing in the module desk_parts"),
    "a number": ("desk_parts:number", "a Desk is needed, or a function that returns one"),
    "a function of a number": ("desk_parts:number_later", "and not a int"),
    "a context of nothing": ("desk_parts:gives_nothing", "and not a NoneType"),
    "a function of something": ("desk_parts:needs", "a function that needs no arguments"),
    "the class": ("desk_parts:Desk", "a function that needs no arguments"),
    "a class of C": ("builtins:dict", "a function that needs no arguments"),
    "a setting": ("desk_parts:misconfigured", "FACEBOOK_PAGE_ACCESS_TOKEN: is not set. Set "),
    "a store": ("desk_parts:unreachable", "the database failed: TimeoutError. Check "),
}


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(("target", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_no_desk_is_told(
    capsys: pytest.CaptureFixture[str], target: str, sentence: str
) -> None:
    """One sentence and advice, exit code 2, no traceback."""
    with pytest.raises(SystemExit) as caught:
        main(["worker", target])
    shown = capsys.readouterr()

    assert (caught.value.code, shown.out) == (2, "")
    assert sentence in shown.err
    assert shown.err.count("\n") == 1


def test_a_module_that_another_one_lacks_is_a_traceback(parts: Path) -> None:
    """Where it is missing is what whoever wrote the module needs."""
    (parts / "broken_part.py").write_text("import nowhere_at_all\n")

    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        main(["worker", "broken_part:desk"])


@pytest.mark.usefixtures("parts", "told")
def test_the_current_folder_is_looked_into_first(parts: Path) -> None:
    """Once, however often it is asked for."""
    main_path = str(parts)
    command.worker("desk_parts:desk")
    command.worker("desk_parts:makes")

    assert sys.path[0] == main_path
    assert sys.path.count(main_path) == 1


def test_time_to_end_is_not_negative() -> None:
    """Exit code 2."""
    with pytest.raises(SystemExit) as caught:
        main(["worker", "app:desk", "--drain", "-1"])

    assert caught.value.code == 2
