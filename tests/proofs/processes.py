"""What the kernel knows of a process, read from Linux's /proc."""

import contextlib
import re
from pathlib import Path

PROC = Path("/proc")

_SOCKET = re.compile(r"socket:\[(\d+)\]")
_RESIDENT = re.compile(r"^Rss:\s+(\d+) kB$", re.MULTILINE)
_ESTABLISHED = "01"


def children(pid: int) -> tuple[int, ...]:
    """Return the processes that *pid* has started and not buried yet."""
    return tuple(map(int, (PROC / f"{pid}/task/{pid}/children").read_text().split()))


def is_there(pid: int) -> bool:
    """Return whether there is a process *pid*."""
    return (PROC / str(pid)).exists()


def resident(pid: int) -> int:
    """Return the bytes of memory that *pid* has in RAM, those that it shares included."""
    found = _RESIDENT.search((PROC / f"{pid}/smaps_rollup").read_text())
    assert found is not None
    return int(found[1]) * 1024


def connections(pid: int, port: int) -> frozenset[int]:
    """Return the local ports of the connections that *pid* has to *port* of another process."""
    held = {found[1] for one in _descriptors(pid) if (found := _SOCKET.match(one))}
    rows = [line.split() for line in (PROC / f"{pid}/net/tcp").read_text().splitlines()[1:]]
    return frozenset(
        int(local.rpartition(":")[2], 16)
        for _, local, remote, state, *_, inode in (row[:10] for row in rows)
        if inode in held and state == _ESTABLISHED and int(remote.rpartition(":")[2], 16) == port
    )


def _descriptors(pid: int) -> list[str]:
    found: list[str] = []
    for one in (PROC / f"{pid}/fd").iterdir():
        # A client's connection may end between the listing and the look.
        with contextlib.suppress(FileNotFoundError):
            found.append(str(one.readlink()))
    return found
