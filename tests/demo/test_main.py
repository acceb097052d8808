"""`python -m messengerkit.demo`, as a person runs it: once, to play with, and against Meta."""

import asyncio
import errno
import http.client
import json
import os
import re
import runpy
import signal
import socket
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from demo.kit import PATIENCE, sandbox_elsewhere, settings_for

from messengerkit.demo import running
from messengerkit.demo.__main__ import main
from messengerkit.demo.example_bot import example_bot
from messengerkit.demo.keeping import LOCK
from messengerkit.demo.opening import DATABASE, Opened
from messengerkit.demo.options import Options
from messengerkit.demo.play import REPLY
from messengerkit.demo.stage import Stage
from messengerkit.desk import Handler
from messengerkit.sandbox import Page, Sandbox

READY = "the bot → Ana Example"
"""How the line begins after which all guests are answered."""

KEY = re.compile(r"  (\w+) \((\w+)\): (mk_\w+)")


def interrupt(number: int = signal.SIGINT) -> None:
    """Press Ctrl-C."""
    os.kill(os.getpid(), number)


@dataclass
class Terminal:
    """A `say` that remembers, and does something when a line begins as told.

    Attributes:
        acts: What to do when a line begins with the key.
        lines: What was shown.
        in_time: Whether the demo ended by itself.
        threads: What is done beside the demo.
    """

    acts: dict[str, Callable[[str], None]] = field(default_factory=dict[str, Callable[[str], None]])
    lines: list[str] = field(default_factory=list[str])
    in_time: bool = True
    threads: list[threading.Thread] = field(default_factory=list[threading.Thread])

    def __call__(self, line: str) -> None:
        """Show *line*."""
        self.lines.append(line)
        for beginning, act in self.acts.items():
            if line.startswith(beginning):
                act(line)

    def aside(self, act: Callable[[str], object]) -> Callable[[str], None]:
        """Return *act*, done in another thread, as a person at another terminal would."""

        def start(line: str) -> None:
            self.threads.append(threading.Thread(target=act, args=(line,)))
            self.threads[-1].start()

        return start

    def give_up(self) -> None:
        """End the demo that did not end."""
        self.in_time = False
        interrupt()

    @property
    def text(self) -> str:
        """All that was shown."""
        return "\n".join(self.lines)

    def url(self, beginning: str) -> str:
        """Return the URL in the line that begins so."""
        (line,) = [line for line in self.lines if line.startswith(beginning)]
        return line.split()[-1]

    def keys(self) -> dict[str, str]:
        """Return the keys that were shown, by their admins."""
        return {found[1]: found[3] for line in self.lines if (found := KEY.fullmatch(line))}


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Yield a terminal; whatever was started at it is over in the end, in time."""
    terminal = Terminal()
    watch = threading.Timer(PATIENCE, terminal.give_up)
    watch.start()
    yield terminal
    watch.cancel()
    watch.join()
    for thread in terminal.threads:
        thread.join(PATIENCE)
    assert terminal.in_time


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let everything that is written land in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("ADMIN_API_KEY", "ADMIN_USER_ID"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    """Let a terminal that is closed end a demo, although the tests may be run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def asked(url: str, method: str, path: str, headers: dict[str, str], body: object = None) -> bytes:
    """Return what the backend answers, which must be a 200."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return text
    finally:
        connection.close()


def test_once_plays_and_leaves(terminal: Terminal, folder: Path) -> None:
    """The ten steps happen, Ana has the admin's reply, and nothing is left behind."""
    code = main(["--once"], say=terminal, environ={})

    assert code == 0
    assert "10. The action is in the audit" in terminal.text
    assert f'Ana reads: "{REPLY}"' in terminal.text
    assert terminal.keys() == {}
    assert list(folder.iterdir()) == []


def test_a_step_that_does_not_happen_is_a_failure(terminal: Terminal, folder: Path) -> None:
    """The exit code tells a script what the last line tells a person."""

    def lose(_line: str) -> None:
        (file,) = folder.rglob(DATABASE)
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("DELETE FROM messengerkit_actions")

    terminal.acts["10."] = lose
    code = main(["--once"], say=terminal, environ={})

    assert code == 1
    assert "the audit does not have the reply" in terminal.lines[-1]


def test_a_play_that_is_interrupted_is_none(terminal: Terminal, folder: Path) -> None:
    """Ctrl-C ends it with the code that shells have for that, and nothing is left behind."""
    terminal.acts[" 3."] = lambda _: interrupt()
    code = main(["--once"], say=terminal, environ={})

    assert code == 130
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stays_up_until_it_is_ended(terminal: Terminal, folder: Path, number: int) -> None:
    """Guests have written and are answered, two of them wait; it tells so, and ends with 0."""
    terminal.acts[READY] = lambda _: interrupt(number)
    code = main([], say=terminal, environ={})

    assert code == 0
    assert "Carla Test waits for a person: " in terminal.text
    assert "မြမြ waits for a person: asked for a person" in terminal.text
    assert "Ben Sample: Is the carrot cake vegan?" in terminal.lines
    assert "the bot → Ben Sample: Carrot cake" in terminal.text
    assert list(folder.iterdir()) == []


def test_both_addresses_are_there(terminal: Terminal) -> None:
    """The chat page as the person, and the panel as the admin."""
    pages: list[bytes] = []

    def look(_line: str) -> None:
        try:
            urls = terminal.url("Chat, as"), terminal.url("Panel, as")
            pages.extend(asked(url, "GET", urlsplit(url).path, {}) for url in urls)
        finally:
            interrupt()

    terminal.acts[READY] = terminal.aside(look)
    assert main([], say=terminal, environ={}) == 0
    chat, panel = pages

    assert b"<title>Messenger sandbox" in chat
    assert b"<title>Support panel" in panel


def test_the_keys_that_are_shown_open_the_panel(terminal: Terminal) -> None:
    """Bob signs in, sees who waits, and answers; the terminal tells it. Alice reads the audit."""
    audit: list[str] = []
    arrived = threading.Event()

    def work() -> None:
        url, keys = terminal.url("Panel, as"), terminal.keys()
        alice, bob = ({"Authorization": f"Bearer {keys[name]}"} for name in ("alice", "bob"))
        origin = {"Origin": url.removesuffix("/panel/")}
        assert b'"role":"agent"' in asked(url, "POST", "/admin/session", bob | origin)
        waiting = json.loads(asked(url, "GET", "/admin/conversations/escalated", bob))
        one = waiting["data"]["conversations"][0]
        body = {
            "conversation_id": one["id"],
            "recipient_id": one["psid"],
            "message_text": "Bob here.",
            "admin_id": "bob",
        }
        asked(url, "POST", "/admin/send-message", bob | {"Content-Type": "application/json"}, body)
        audit.append(asked(url, "GET", "/admin/actions", alice).decode())
        assert arrived.wait(PATIENCE)

    def work_and_leave(_line: str) -> None:
        try:
            work()
        finally:
            interrupt()

    terminal.acts = {READY: terminal.aside(work_and_leave), "bob → ": lambda _: arrived.set()}
    code = main([], say=terminal, environ={})

    assert code == 0
    assert '"admin_id":"bob"' in audit[0]
    assert [line for line in terminal.lines if "bob" in line][1:] == [
        "bob has Carla Test",
        "bob → Carla Test: Bob here.",
    ]


def test_no_secret_is_shown_but_the_keys(terminal: Terminal) -> None:
    """Not the page's token, nor the app's secret, nor a key that you have brought along."""
    environ = {"ADMIN_API_KEY": "my-own-key-4711", "ADMIN_USER_ID": "zoe"}
    terminal.acts[READY] = lambda _: interrupt()
    code = main([], say=terminal, environ=environ)
    page = Page()

    assert code == 0
    assert page.access_token not in terminal.text
    assert page.app_secret not in terminal.text
    assert "my-own-key-4711" not in terminal.text
    assert "  zoe (supervisor): your own, ADMIN_API_KEY" in terminal.lines
    assert set(terminal.keys()) == {"bob"}


def test_what_is_kept_is_there_again(terminal: Terminal, folder: Path) -> None:
    """The database stays where it was told to, and the guests do not write twice."""
    kept = ["--keep", str(folder / "new" / "folder")]
    terminal.acts = {READY: lambda _: interrupt()}
    first = main(kept, say=terminal, environ={})
    again = Terminal()
    again.acts = {"\nCtrl-C": again.aside(lambda _: interrupt())}
    second = main(kept, say=again, environ={})

    assert (first, second) == (0, 0)
    assert f"\nWhat the desk knows stays in {folder / 'new' / 'folder' / DATABASE}" in again.lines
    assert "Ben Sample" in terminal.text
    assert "Ben Sample" not in again.text
    assert (folder / "new" / "folder" / DATABASE).is_file()
    for thread in again.threads:
        thread.join(PATIENCE)


@pytest.mark.parametrize(
    ("arguments", "is_terminal", "display", "shown"),
    [
        ([], True, True, 2),
        ([], True, False, 0),
        ([], False, True, 0),
        (["--no-browser"], True, True, 0),
    ],
)
def test_pages_are_opened_for_a_person(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    *,
    is_terminal: bool,
    display: bool,
    shown: int,
) -> None:
    """At a terminal with a display, unless it was told not to."""
    opened: list[str] = []

    def show(urls: Sequence[str]) -> None:
        opened.extend(urls)

    monkeypatch.setattr(running, "show_pages", show)
    monkeypatch.setattr(running, "has_display", lambda: display)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
    terminal.acts["Ben Sample"] = lambda _: interrupt()
    code = main(arguments, say=terminal, environ={})

    assert code == 0
    assert opened == [terminal.url("Chat, as"), terminal.url("Panel, as")][:shown]


@pytest.mark.parametrize(("host", "is_warned"), [("192.0.2.7", True), ("[::1]", False)])
async def test_an_address_at_which_nobody_can_sign_in_is_said_to_be_one(
    stage: Stage, host: str, *, is_warned: bool
) -> None:
    """A browser keeps a session's cookie over https, or of its own machine."""
    url = f"http://{host}:8000"
    demo = Opened(sandbox=stage.sandbox, desk=stage.desk, url=url, admins=(stage.admin,))
    lines: list[str] = []
    running._introduce(Options(browser=False), Path(), demo, lines.append)

    assert any("No browser signs in there" in line for line in lines) == is_warned


async def test_without_signals_ctrl_c_is_an_error_of_pythons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On Windows a loop has no handlers for signals, and waits all the same."""

    def refuse(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", refuse)

    assert not running._leaving().is_set()


def test_a_key_that_cannot_be_sent_is_told_in_a_sentence(terminal: Terminal) -> None:
    """A setting that is wrong is no traceback; its value is not shown."""
    code = main(["--once"], say=terminal, environ={"ADMIN_API_KEY": "two words"})

    assert code == 2
    assert "visible ASCII" in terminal.text
    assert "two words" not in terminal.text


def test_once_is_not_for_meta(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nobody at Meta to play with."""
    with pytest.raises(SystemExit) as caught:
        main(["--once", "--live"])

    assert caught.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


def test_live_names_all_that_is_missing(terminal: Terminal, folder: Path) -> None:
    """One run tells every variable to set, and what it is for; nothing is started."""
    code = main(["--live"], say=terminal, environ={"ADMIN_USER_ID": "alice"})

    assert code == 2
    (line,) = terminal.lines
    for name in (
        "FACEBOOK_PAGE_ACCESS_TOKEN",
        "FACEBOOK_APP_SECRET",
        "FACEBOOK_VERIFY_TOKEN",
        "ADMIN_API_KEY",
    ):
        assert name in line
    assert "ADMIN_USER_ID" not in line
    assert "Set what the message names" in line
    assert list(folder.iterdir()) == []


@pytest.fixture
def elsewhere() -> Iterator[Sandbox]:
    """Yield a sandbox in another thread."""
    with sandbox_elsewhere() as sandbox:
        yield sandbox


def test_live_serves_until_it_is_interrupted(terminal: Terminal, elsewhere: Sandbox) -> None:
    """With all variables set the same backend talks to Meta, here to a sandbox in its place.

    It tells that somebody wrote, and not what: there it is a real person.
    """
    answers: list[bytes] = []

    def ask(line: str) -> None:
        try:
            url = line.rpartition(" ")[2]
            answers.extend(asked(url, "GET", path, {}) for path in ("/status", "/panel/"))
        finally:
            interrupt()

    terminal.acts["Panel, as the admin"] = terminal.aside(ask)
    settings = settings_for(elsewhere)
    code = main(["--live"], say=terminal, environ=settings)

    assert code == 0
    assert b'"status":"ok"' in answers[0]
    assert b"<title>Support panel" in answers[1]
    assert [one.path for one in elsewhere.requests] == ["/v26.0/me"]
    assert not any(
        settings[name] in terminal.text
        for name in settings
        if name not in {"ADMIN_USER_ID", "MESSENGER_GRAPH_URL"}
    )


def test_live_refuses_what_is_unsafe(terminal: Terminal, elsewhere: Sandbox) -> None:
    """A page token is not sent over plain http to another machine."""
    settings = settings_for(elsewhere) | {"MESSENGER_GRAPH_URL": "http://example.org"}
    code = main(["--live"], say=terminal, environ=settings)

    assert code == 2
    assert "https" in terminal.text
    assert settings["FACEBOOK_PAGE_ACCESS_TOKEN"] not in terminal.text


@pytest.mark.parametrize("option", ["--port", "--chat-port"])
def test_a_port_that_is_taken_is_told_in_a_sentence(terminal: Terminal, option: str) -> None:
    """The most common mistake of all is no traceback."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code = main(["--once", option, str(other.getsockname()[1])], say=terminal, environ={})

    assert code == 2
    assert "in use" in terminal.text


@pytest.mark.parametrize("port", ["65536", "-1", "x"])
def test_a_port_that_is_none_is_told_in_a_sentence(
    port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is begun."""
    with pytest.raises(SystemExit) as caught:
        main(["--once", f"--chat-port={port}"], environ={})

    assert caught.value.code == 2
    assert "--chat-port" in capsys.readouterr().err


def test_a_folder_that_cannot_be_had_is_told_by_its_name(terminal: Terminal, folder: Path) -> None:
    """A file is there; it is not the ports that are blamed."""
    taken = folder / "taken"
    taken.touch()
    code = main(["--once", "--keep", str(taken)], say=terminal, environ={})

    assert code == 2
    assert terminal.lines == [f"{taken}: File exists. If that is of --keep, choose another folder."]


def test_a_folder_is_of_one_demo_at_a_time(terminal: Terminal, folder: Path) -> None:
    """Another that is told to keep there is refused in a sentence, until the first has ended."""
    kept, other = folder / "kept", Terminal()
    codes: list[int] = []

    def another(_line: str) -> None:
        codes.append(main(["--once", "--keep", str(kept)], say=other, environ={}))

    terminal.acts[" 3."] = terminal.aside(another)
    terminal.acts["10."] = lambda _: terminal.threads[-1].join(PATIENCE)
    codes.append(main(["--once", "--keep", str(kept)], say=terminal, environ={}))
    codes.append(main(["--once", "--keep", str(kept)], say=Terminal(), environ={}))

    assert codes == [2, 0, 0]
    assert other.lines == [
        f"another demo uses {kept}. End that one, or choose another folder for --keep."
    ]


def test_a_folder_in_which_nothing_can_be_locked_is_told(terminal: Terminal, folder: Path) -> None:
    """What is there is no file; nothing is begun."""
    (folder / LOCK).mkdir()
    code = main(["--once", "--keep", str(folder)], say=terminal, environ={})

    assert code == 2
    (line,) = terminal.lines
    assert line.startswith(f"{folder / LOCK}: unable to open database file. ")
    assert [one.name for one in folder.iterdir()] == [LOCK]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("ctrl_c", [signal.default_int_handler, signal.SIG_IGN])
@pytest.mark.parametrize(("arguments", "expected"), [([], 0), (["--once"], 130)])
def test_an_end_while_it_opens_leaves_nothing_behind(
    terminal: Terminal,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: list[str],
    expected: int,
    ctrl_c: signal.Handlers,
    number: int,
) -> None:
    """It ends as by Ctrl-C, also in the background of a shell, which ignores that."""
    there: list[str] = []

    def begin() -> Handler:
        there.extend(one.name for one in folder.iterdir())
        interrupt(number)
        return example_bot()

    monkeypatch.setattr(running, "example_bot", begin)
    before = signal.signal(signal.SIGINT, ctrl_c), signal.getsignal(number)
    try:
        code = main(arguments, say=terminal, environ={})
    finally:
        signal.signal(signal.SIGINT, before[0])

    assert code == expected
    assert (len(there), list(folder.iterdir())) == (1, [])
    assert signal.getsignal(number) is before[1]


def test_what_is_ignored_ends_nothing(terminal: Terminal) -> None:
    """As under nohup, when the terminal is closed."""
    terminal.acts[" 3."] = lambda _: interrupt(signal.SIGHUP)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code = main(["--once"], say=terminal, environ={})
        during = signal.getsignal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert code == 0
    assert during is signal.SIG_IGN


def test_a_folder_may_be_called_anything(terminal: Terminal, folder: Path) -> None:
    """What means something in a URL means nothing here."""
    kept = folder / "100%20 a?b#c"
    code = main(["--once", "--keep", str(kept)], say=terminal, environ={})

    assert code == 0
    assert [one.name for one in folder.iterdir()] == [kept.name]
    assert (kept / DATABASE).is_file()


def test_news_that_end_are_told_in_the_end(terminal: Terminal) -> None:
    """Why nothing more was told is not kept quiet."""

    def fail(_line: str) -> None:
        interrupt()
        raise OSError(errno.ENOSPC, "No space left on device")

    terminal.acts["Ben Sample: "] = fail
    code = main([], say=terminal, environ={})

    assert code == 2
    assert terminal.lines[-1].startswith("No space left on device. ")


@pytest.mark.usefixtures("plain_imports")
def test_the_module_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m messengerkit.demo --once` reads its arguments, prints, and exits with the code."""
    monkeypatch.setattr(sys, "argv", ["demo", "--once"])
    monkeypatch.delitem(sys.modules, "messengerkit.demo.__main__")
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("messengerkit.demo", run_name="__main__")

    assert caught.value.code == 0
    assert f'Ana reads: "{REPLY}"' in capsys.readouterr().out
