"""`python -m messengerkit.demo`, as a person runs it: once, to play with, and against Meta."""

import http.client
import os
import runpy
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from demo.kit import PATIENCE, sandbox_elsewhere, settings_for

from messengerkit.demo.__main__ import main
from messengerkit.demo.play import REPLY
from messengerkit.sandbox import Page, Sandbox

CURL = shutil.which("curl")
Send = Callable[[str], str]
SENT = 'Ana reads: "Test message from HITL"'


def interrupt() -> None:
    """Press Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


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


def by_curl(line: str) -> str:
    """Paste *line* into a shell, and return what it prints."""
    done = subprocess.run(  # noqa: S603  # the line is the demo's own, and running it is the test
        ["/bin/sh", "-c", line],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*"},
    )
    return done.stdout.decode()


def parsed(line: str) -> tuple[str, dict[str, str], bytes]:
    """Return URL, headers and body of a curl that is to be pasted."""
    words = iter(shlex.split(line.replace("\\\n", " ")))
    url, headers, body = "", dict[str, str](), b""
    assert next(words) == "curl"
    for word in words:
        match word:
            case "-X":
                assert next(words) == "POST"
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words).encode()
            case _:
                url = word
    return url, headers, body


def by_hand(line: str) -> str:
    """Send what *line* would send, and return the answer."""
    url, headers, body = parsed(line)
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
    connection.request("POST", address.path, body, headers)
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


WAYS = [
    pytest.param(by_curl, id="curl", marks=pytest.mark.skipif(CURL is None, reason="NO CURL HERE")),
    pytest.param(by_hand, id="by hand"),
]


def test_once_plays_and_leaves(terminal: Terminal, folder: Path) -> None:
    """The ten steps happen, Ana has the admin's reply, and nothing is left behind."""
    code = main(["--once"], say=terminal, environ={})

    assert code == 0
    assert "10. The action is in the audit log" in terminal.text
    assert f'Ana reads: "{REPLY}"' in terminal.text
    assert "curl" not in terminal.text
    assert list(folder.iterdir()) == []


def test_a_step_that_does_not_happen_is_a_failure(terminal: Terminal, folder: Path) -> None:
    """The exit code tells a script what the last line tells a person."""

    def lose(_line: str) -> None:
        (journal,) = folder.rglob("admin-actions.jsonl")
        journal.write_text("{}\n")

    terminal.acts["10."] = lose
    code = main(["--once"], say=terminal, environ={})

    assert code == 1
    assert "the audit log does not have the message" in terminal.lines[-1]


def be_ana_and_leave(terminal: Terminal, send: Send = by_hand) -> None:
    """Let Ana write with the curl that is shown, then press Ctrl-C.

    Once her message has come through, so have the echoes before it: none is cut off.
    """
    line = [line for line in terminal.lines if line.startswith("curl") and "/people/" in line][-1]
    try:
        assert "message_id" in send(line)
    finally:
        interrupt()


@pytest.mark.parametrize("send", WAYS)
def test_the_curls_that_are_shown_work(terminal: Terminal, send: Send) -> None:
    """Pasted as they stand they deliver; what Ana gets is shown; Ctrl-C ends the demo with 0.

    A person has the conversation by then, so the bot does not answer Ana.
    """
    terminal.acts = {
        "curl": terminal.aside(lambda line: send(line) if "/admin/" in line else None),
        SENT: terminal.aside(lambda _: be_ana_and_leave(terminal, send)),
    }
    code = main([], say=terminal, environ={})

    assert code == 0
    assert [line for line in terminal.lines if line.startswith("Ana reads")] == [SENT]


def test_only_the_curl_shows_the_key(terminal: Terminal) -> None:
    """The page's token and the app's secret are never shown, the admin's key where it is used."""
    environ = {"ADMIN_API_KEY": "my-own-key-4711", "ADMIN_USER_ID": "alice"}
    terminal.acts["\nWhat Ana gets"] = terminal.aside(lambda _: be_ana_and_leave(terminal))
    code = main([], say=terminal, environ=environ)
    page = Page()
    holding = [line for line in terminal.lines if "my-own-key-4711" in line]

    assert code == 0
    assert page.access_token not in terminal.text
    assert page.app_secret not in terminal.text
    assert len(holding) == 1
    assert parsed(holding[0])[1] == {
        "Authorization": "Bearer my-own-key-4711",
        "X-Admin-User-ID": "alice",
        "Content-Type": "application/json",
    }


def test_the_key_is_made_up_each_time(terminal: Terminal) -> None:
    """Without a key of the user's own, no two demos have the same one, and none is short."""
    terminal.acts["\nWhat Ana gets"] = terminal.aside(lambda _: be_ana_and_leave(terminal))
    codes = [main([], say=terminal, environ={}) for _ in range(2)]
    headers = [
        parsed(line)[1]
        for line in terminal.lines
        if "/admin/send-message" in line and line.startswith("curl")
    ]
    keys = {one["Authorization"] for one in headers}

    assert codes == [0, 0]
    assert len(keys) == 2
    assert min(len(key) for key in keys) >= len("Bearer ") + 32
    assert {one["X-Admin-User-ID"] for one in headers} == {"admin-uuid"}


@pytest.mark.parametrize("key", ['quo"te', "back`tick`", "dollar$HOME", "back\\\\slash"])
def test_a_key_of_the_users_own_survives_the_shell(
    terminal: Terminal, tmp_path: Path, key: str
) -> None:
    """Every key that the backend accepts can be pasted, and none runs as a command."""

    def print_instead(line: str) -> None:
        if "/admin/" in line:
            by_curl(line.replace("curl ", "printf '%s\\n' ", 1) + f" > {tmp_path}/words")

    terminal.acts = {
        "curl": print_instead,
        "\nWhat Ana gets": terminal.aside(lambda _: be_ana_and_leave(terminal)),
    }
    main([], say=terminal, environ={"ADMIN_API_KEY": key})

    assert f"Authorization: Bearer {key}" in (tmp_path / "words").read_text().splitlines()


def test_a_key_that_cannot_be_sent_is_told_in_a_sentence(terminal: Terminal) -> None:
    """A setting that is wrong is no traceback; its value is not shown."""
    code = main(["--once"], say=terminal, environ={"ADMIN_API_KEY": "two words"})

    assert code == 2
    assert "visible ASCII" in terminal.text
    assert "two words" not in terminal.text


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
    """With all variables set the same backend talks to Meta, here to a sandbox in its place."""
    answers: list[tuple[int, bytes]] = []

    def ask(line: str) -> None:
        address = next(urlsplit(word.rstrip(".")) for word in line.split() if "http:" in word)
        connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE)
        connection.request("GET", "/status")
        response = connection.getresponse()
        answers.append((response.status, response.read()))
        connection.close()
        interrupt()

    terminal.acts["The backend listens on "] = terminal.aside(ask)
    settings = settings_for(elsewhere)
    code = main(["--live"], say=terminal, environ=settings)

    assert code == 0
    assert answers[0][0] == 200
    assert b'"status":"ok"' in answers[0][1]
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


def test_a_port_that_is_taken_is_told_in_a_sentence(terminal: Terminal) -> None:
    """The most common mistake of all is no traceback."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code = main(["--once", "--port", str(other.getsockname()[1])], say=terminal, environ={})

    assert code == 2
    assert "in use" in terminal.text


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
