"""The command `messengerkit sandbox`: as a process, and its parts."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web

from messengerkit.cli import main
from messengerkit.cli import sandbox as command
from messengerkit.demo.interrupts import set_when_interrupted
from messengerkit.sandbox import Person, Sandbox

PATIENCE = 30.0
ADDRESS = re.compile(r"Graph API +(http://\S+)")


class Told:
    """Lines that were said, and somebody who waits for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, line: str) -> None:
        """Hear *line*."""
        self.lines.append(line)
        self._more.set()

    async def until(self, words: str) -> str:
        """Return the first line with *words*."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [line for line in self.lines if words in line]
                if found:
                    return found[0]
                self._more.clear()
                await self._more.wait()


async def serving(
    sandbox: Sandbox, callback: str | None, *people: Person
) -> tuple[Told, Callable[[], None]]:
    """Run the command's inside in the background; return what it tells, and how to stop it."""
    told, stops = Told(), list[asyncio.Event]()
    task = asyncio.create_task(
        command.serve(
            sandbox, callback, "verify-me", people=people, say=told, stop=stops.append, again=0
        )
    )
    await told.until("Ctrl-C")

    def stop() -> None:
        stops[0].set()
        stopping.append(task)

    return told, stop


stopping = list[asyncio.Task[None]]()


@pytest.fixture(autouse=True)
def nothing_runs_on() -> None:
    """Begin without tasks of another test."""
    stopping.clear()


def test_it_runs_until_it_is_interrupted() -> None:
    """As a process: it prints its address, answers there, and leaves with 0 on Ctrl-C."""
    process = subprocess.Popen(
        [sys.executable, "-m", "messengerkit.cli", "sandbox", "--port", "0", "--page", "A",
         "--page", "B", "--person", "Zoe Last"],
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    told = ""
    try:
        assert process.stdout is not None
        while "Ctrl-C" not in told:
            line = process.stdout.readline()
            assert line, told
            told += line
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, rest
    assert ADDRESS.search(told)
    assert told.count("FACEBOOK_PAGE_ACCESS_TOKEN=") == 2
    assert "# A, 104000000000815" in told
    assert "# B, 104000000000816" in told
    assert re.search(r"^\d{16}  Zoe Last$", told, re.MULTILINE)


async def test_the_backend_may_come_later() -> None:
    """The handshake is tried until the backend answers it, and each reason is told once."""
    sandbox = Sandbox()
    answers = ["wrong", "wrong", None]

    async def shake(request: web.Request) -> web.Response:
        return web.Response(text=answers.pop(0) or request.query["hub.challenge"])

    app = web.Application()
    app.router.add_get("/webhook", shake)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]

    told, stop = await serving(sandbox, f"http://{host}:{port}/webhook")
    await told.until("Webhooks go to")
    stop()
    await asyncio.gather(*stopping)
    await runner.cleanup()

    reasons = [line for line in told.lines if "Not subscribed yet" in line]
    assert len(reasons) == 1
    assert "something other than the challenge" in reasons[0]


async def test_without_a_callback_it_just_runs() -> None:
    """It tells how to reach it, and answers there."""
    sandbox = Sandbox()
    ana = sandbox.person("Ana Example")
    told, stop = await serving(sandbox, None, ana)
    assert f"{ana.psid}  Ana Example" in told.lines
    found = ADDRESS.search("\n".join(told.lines))
    assert found is not None

    async with aiohttp.ClientSession() as http, http.get(f"{found[1]}/_sandbox/pages") as answer:
        assert (await answer.json())["pages"][0]["name"] == "Sandbox Page"
    stop()
    await asyncio.gather(*stopping)


def test_a_host_that_others_reach_must_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and the reason."""
    with pytest.raises(SystemExit) as caught:
        main(["sandbox", "--host", "0.0.0.0"])  # noqa: S104  # it is refused

    assert caught.value.code == 2
    assert "no loopback address" in capsys.readouterr().err


@pytest.mark.parametrize(
    "callback", ["localhost:8000/webhook", "http://", "http://a:b/webhook", "ftp://a/webhook"]
)
def test_a_callback_that_is_none_is_not_waited_for(
    capsys: pytest.CaptureFixture[str], callback: str
) -> None:
    """Exit code 2, and how one looks: no handshake with it could ever pass."""
    with pytest.raises(SystemExit) as caught:
        main(["sandbox", "--port", "0", "--callback", callback])

    assert caught.value.code == 2
    assert "--callback must be a whole URL" in capsys.readouterr().err


def test_a_port_that_is_taken_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        with pytest.raises(SystemExit) as caught:
            main(["sandbox", "--port", port])

    assert caught.value.code == 1
    assert "Choose another --host or --port." in capsys.readouterr().err


async def test_where_there_are_no_signals_ctrl_c_is_pythons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows has no handlers in its loop; nothing fails for it."""

    def refuse(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", refuse)
    stopped = asyncio.Event()

    set_when_interrupted(stopped)

    assert not stopped.is_set()


def test_each_page_has_an_id_and_a_token_of_its_own() -> None:
    """The first one is the page that the sandbox has without being told."""
    first, second = command._page(0, "A"), command._page(1, "B")

    assert (first.name, second.name) == ("A", "B")
    assert first.id != second.id
    assert first.access_token != second.access_token


def test_what_is_told_is_told_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no styles, colons no pictures, and a long line is not broken."""
    line = "[bold] :cat: " + "x" * 300

    command._printer()(line)

    assert capsys.readouterr().out == f"{line}\n"
