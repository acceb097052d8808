"""The examples as their users run them: by their servers, in processes of their own.

The kernel chooses the port, and the server's own log tells it.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from messengerkit.sandbox import Page

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
ADAPTERS = ("fastapi", "flask", "aiohttp")
KEY = "key-of-the-panel-4711"
ADMIN = "7d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11"
PSID = "24000000000000007"  # has written to the sandbox of `tests/conftest.py`
PATIENCE = 30.0
"""Seconds for what should take one: a server that starts or stops on a busy machine."""

_WHERE = re.compile(r"https?://127\.0\.0\.1:[0-9]+")
_AIOHTTP = """
import ssl, sys
from importlib import import_module
from aiohttp import web
module, *tls = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
if context: context.load_cert_chain(*tls)
web.run_app(import_module(module).create_app(), host="127.0.0.1", port=0, ssl_context=context)
"""


@dataclass(frozen=True)
class Tls:
    """Two files, in PEM: a certificate and its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Served:
    """A server at work.

    Attributes:
        url: Where, without a slash at its end.
        pid: Its process; with gunicorn, the one that has the workers.
        log: The lines that it has written so far.
        process: The process itself.
    """

    url: str
    pid: int
    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list[str])

    async def stop(self) -> int:
        """Ask it to stop, and return its exit code once it has."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


def settings(page: Page, graph_url: str, **more: str) -> dict[str, str]:
    """Return the environment of a backend of *page*, with *more* variables."""
    return {
        "FACEBOOK_PAGE_ACCESS_TOKEN": page.access_token,
        "FACEBOOK_APP_SECRET": page.app_secret,
        "FACEBOOK_VERIFY_TOKEN": "the-word-for-the-handshake",
        "MESSENGER_GRAPH_URL": graph_url,
        "ADMIN_API_KEY": KEY,
        "ADMIN_USER_ID": ADMIN,
        **more,
    }


def command(
    adapter: str, *, module: str = "app", tls: Tls | None = None, threads: int = 4
) -> list[str]:
    """Return the command that serves the `create_app` of *module* with *adapter*'s server."""
    match adapter:
        case "fastapi":
            files = ["--ssl-certfile", tls.certificate, "--ssl-keyfile", tls.key] if tls else []
            # With TLS it would wait 30 s for a browser to say good-bye on each idle connection.
            flags = ["--factory", "--port", 0, "--timeout-graceful-shutdown", 2, *files]
            # It would itself believe what any proxy on this machine says.
            flags += ["--no-access-log", "--no-proxy-headers"]
            rest = ["uvicorn", f"{module}:create_app", *flags]
        case "flask":
            files = ["--certfile", tls.certificate, "--keyfile", tls.key] if tls else []
            # The control socket would lie in the home directory.
            flags = ["--bind", "127.0.0.1:0", "--threads", threads, "--no-control-socket", *files]
            rest = ["gunicorn", f"{module}:create_app()", *flags]
        case _:
            return [sys.executable, "-c", _AIOHTTP, module, *tls_arguments(tls)]
    return [sys.executable, "-m", *map(str, rest)]


def tls_arguments(tls: Tls | None) -> list[str]:
    """Return the two files, or nothing."""
    return [str(tls.certificate), str(tls.key)] if tls else []


@asynccontextmanager
async def serving(
    argv: Sequence[str], folder: Path, environ: Mapping[str, str], *paths: Path
) -> AsyncGenerator[Served]:
    """Give a server that *argv* starts in *folder*, with *paths* to import from.

    In the end it is asked to stop, and must do so by itself, cleanly.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environ,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    log: list[str] = []
    found = asyncio.get_running_loop().create_future()
    reading = asyncio.create_task(_read(process, log, found))
    try:
        async with asyncio.timeout(PATIENCE):
            served = Served(await found, process.pid, process, log)
        yield served
        assert await served.stop() in {0, -signal.SIGTERM}, "\n".join(log)
    finally:
        # Also what it has started itself; if all went well, nothing is left there.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await reading


async def _read(
    process: asyncio.subprocess.Process, log: list[str], found: asyncio.Future[str]
) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        log.append(line.decode().rstrip())
        if not found.done() and (match := _WHERE.search(log[-1])):
            found.set_result(match[0])
    if not found.done():
        found.set_exception(RuntimeError("\n".join(["It did not start:", *log])))
