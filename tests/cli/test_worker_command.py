"""`messengerkit worker`: as a process that works, and is told to end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.keeping import AT, PAGE, PSID, Kept

from messengerkit.cli import worker as command
from messengerkit.desk.webhook_json import inbox_event
from messengerkit.events import parse_events

PATIENCE = 60.0
APP = """
import asyncio
from contextlib import asynccontextmanager
from messengerkit import MessengerClient
from messengerkit.desk import Desk
from messengerkit.desk.sql import SqlStore

async def bot(turn):
    print("turn", turn.text, flush=True)
    if turn.text == "long":
        await asyncio.Event().wait()

@asynccontextmanager
async def opened():
    store = SqlStore("sqlite:///desk.db")
    async with MessengerClient(page_access_token="a-token") as client:
        yield Desk(client, store, handler=bot)
    await store.aclose()
    print("closed", flush=True)
"""


def event(text: str) -> dict[str, object]:
    """Return a webhook with one message."""
    message = {
        "sender": {"id": PSID},
        "recipient": {"id": PAGE},
        "timestamp": 1767322800000,
        "message": {"mid": f"m_{text}", "text": text},
    }
    return {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [message]}]}


def write_to(kept: Kept, text: str) -> None:
    """Let a person write, as another process would take it."""
    (one,) = parse_events(event(text))
    kept.write(lambda it: it.add_events([inbox_event(one, received_at=AT)]))


class Worker:
    """A worker in a process of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, "-m", "messengerkit.cli", "worker", *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until(self, words: str) -> None:
        """Return once it has said *words*."""
        told = ""
        assert self.process.stdout is not None
        while words not in told:
            line = self.process.stdout.readline()
            assert line, told
            told += line

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def ended(self) -> tuple[int, str]:
        """Return its exit code, and what else it said."""
        rest, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, rest


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start workers, which are gone when the test is over."""
    (tmp_path / "app.py").write_text(APP)
    started: list[Worker] = []

    def start(*arguments: str) -> Worker:
        started.append(Worker(tmp_path, *arguments))
        started[-1].until("The desk works. Ctrl-C ends it.")
        return started[-1]

    yield start
    for worker in started:
        worker.process.kill()
        worker.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_works_until_it_is_told_to_end(
    kept: Kept, start: Callable[..., Worker], number: signal.Signals
) -> None:
    """It takes what others wrote to the store; what it opened is closed; exit code 0."""
    worker = start("app:opened")
    write_to(kept, "Hello?")
    worker.until("turn Hello?")
    worker.tell(number)
    code, rest = worker.ended()

    assert code == 0, rest
    assert rest.splitlines() == ["It ends. Another Ctrl-C ends it at once.", "closed"]


def test_a_handler_has_a_while_to_end(kept: Kept, start: Callable[..., Worker]) -> None:
    """After that, its event is the next process's."""
    first = start("app:opened", "--drain", "0.1")
    write_to(kept, "long")
    first.until("turn long")
    first.tell(signal.SIGTERM)
    code, rest = first.ended()
    start("app:opened").until("turn long")

    assert code == 0, rest


def test_a_second_signal_ends_it_at_once(kept: Kept, start: Callable[..., Worker]) -> None:
    """Though a handler has a minute left; the exit code names the signal, as shells do."""
    worker = start("app:opened", "--drain", "60")
    write_to(kept, "long")
    worker.until("turn long")
    worker.tell(signal.SIGTERM)
    worker.until("It ends.")
    worker.tell(signal.SIGTERM)
    code, rest = worker.ended()

    assert code == 128 + signal.SIGTERM, rest
    assert rest == ""


def test_the_second_signal_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the process is at."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    with command._heard():
        signal.raise_signal(signal.SIGINT)
        assert codes == []
        signal.raise_signal(signal.SIGTERM)

    assert codes == [128 + signal.SIGTERM]
