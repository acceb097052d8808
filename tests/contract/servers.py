"""The examples as their users run them: each by its server, in a process and folder of its own.

The socket is ours and listens before the server is there, so that nobody has to guess a
port, and the first request simply waits until the server has started.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from contract.admins import BOSS, KEPT
from contract.wire import PATIENCE

from messengerkit.sandbox import Page

EXAMPLES = Path(__file__).parents[2] / "examples"
ADAPTERS = ("fastapi", "flask", "aiohttp")
ORIGIN = "https://panel.example.com"
WORD = "the-word-for-the-handshake"
SECRET = "a-secret-of-thirty-two-characters-or-more"

_AIOHTTP = """
import socket, sys
from aiohttp import web
from app import create_app
web.run_app(create_app(), sock=socket.socket(fileno=int(sys.argv[1])))
"""


def command(adapter: str, fd: int) -> list[str]:
    """Return the command that serves `create_app` of `app.py` on the listening socket *fd*."""
    match adapter:
        case "fastapi":
            # Else uvicorn itself believes what a proxy on this machine says, and hides its address.
            flags = ["--factory", "--no-proxy-headers", "--no-access-log", "--fd", str(fd)]
            return [sys.executable, "-m", "uvicorn", "app:create_app", *flags]
        case "flask":
            # The control socket would lie in the home directory.
            flags = ["--workers", "1", "--threads", "4", "--timeout", "120", "--no-control-socket"]
            app = ["app:create_app()", "--bind", f"fd://{fd}"]
            return [sys.executable, "-m", "gunicorn", *app, *flags]
        case _:
            return [sys.executable, "-c", _AIOHTTP, str(fd)]


def lean(graph_url: str) -> dict[str, str]:
    """Return the least that a backend needs: one key, and no browsers."""
    return {
        "FACEBOOK_PAGE_ACCESS_TOKEN": Page().access_token,
        "FACEBOOK_APP_SECRET": Page().app_secret,
        "FACEBOOK_VERIFY_TOKEN": WORD,
        "MESSENGER_GRAPH_URL": graph_url,
        "ADMIN_API_KEY": BOSS.key,
        "ADMIN_USER_ID": BOSS.admin_id,
    }


def full(graph_url: str) -> dict[str, str]:
    """Return the settings of a backend that has everything; the key file is `keys.json`."""
    return {
        **lean(graph_url),
        "ADMIN_KEYS_FILE": "keys.json",
        "ADMIN_ORIGINS": f"{ORIGIN}, http://localhost:5173",
        "ADMIN_SESSION_SECRET": SECRET,
        "ADMIN_TEST_MESSAGE": "1",
        "ADMIN_PROXIES": "127.0.0.1",
    }


@contextmanager
def served(
    adapter: str, folder: Path, environ: Mapping[str, str], *, source: str | None = None
) -> Generator[int]:
    """Give the port of the example *adapter*, or of *source*, served from the new *folder*.

    In the end it is asked to stop, and must do so by itself, with all that it has started.
    """
    folder.mkdir()
    text = (EXAMPLES / adapter / "app.py").read_text() if source is None else source
    (folder / "app.py").write_text(text)
    keys = {key_id: key.model_dump(mode="json") for key_id, key in KEPT.items()}
    (folder / "keys.json").write_text(json.dumps({"keys": keys}))
    (folder / "keys.json").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as listening, (folder / "log").open("wb") as log:
        port: int = listening.getsockname()[1]
        process = subprocess.Popen(  # noqa: S603  # our own interpreter, and files of ours
            command(adapter, listening.fileno()),
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **environ},
            pass_fds=[listening.fileno()],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield port
        process.send_signal(signal.SIGTERM)

        assert process.wait(PATIENCE) in {0, -signal.SIGTERM}
        assert not _is_left(process.pid), "the server has left processes behind"
    except BaseException as error:
        error.add_note((folder / "log").read_text())
        raise
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


def _is_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
