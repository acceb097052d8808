"""A PostgreSQL of one's own: made, started and thrown away.

Its programs are found by PATH, or where Debian has them. They refuse to be run by root, who
runs them as the user `postgres`, which Debian makes with them.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "postgres"
_QUICK = "-c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=60"


def programs() -> Path | None:
    """Return the directory of the newest programs that are here, unless they are not wanted."""
    if os.environ.get("MESSENGERKIT_NO_POSTGRES") == "1":
        return None
    on_path = shutil.which("initdb")
    found = [] if on_path is None else [Path(on_path).resolve().parent]
    found += sorted(_DEBIAN.glob("*/bin"), key=lambda one: -float(one.parent.name))
    return next((one for one in found if (one / "postgres").exists()), None)


@contextlib.contextmanager
def cluster(programs: Path, *, settings: str = _QUICK) -> Generator[str]:
    """Run a cluster; yield the URL of its database, without a driver."""
    with _directory() as home:
        data = home / "data"
        _run(home, programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8")
        port = _free_port()
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {home} {settings}"
        ctl = (programs / "pg_ctl", "-D", data, "-w")
        _run(home, *ctl, "-l", home / "log", "-o", options, "start")
        try:
            yield f"postgresql://{_USER}@127.0.0.1:{port}/{_USER}"
        finally:
            _run(home, *ctl, "-m", "immediate", "stop")


@contextlib.contextmanager
def _directory() -> Generator[Path]:
    # Not pytest's own, which nobody but its maker may enter; and short, as sockets want it.
    home = Path(tempfile.mkdtemp(prefix="mk-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(home, _USER)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, *command: Path | str) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = [_found("runuser"), "-u", _USER, "--", *words]
    subprocess.run(words, check=True, cwd=home, capture_output=True, timeout=60)  # noqa: S603  # they are ours


def _found(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert found is not None, program
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":  # what `coverage report` is told: without a server, not all is run
    if programs() is None:
        sys.stderr.write("THERE IS NO POSTGRESQL HERE: WHAT IS FOR IT ALONE IS NOT COVERED.\n")
        sys.stdout.write("--omit=*/desk/sql/_postgres.py --fail-under=99.9\n")
