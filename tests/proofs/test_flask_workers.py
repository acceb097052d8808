"""The Flask example under gunicorn: many admins at once, two workers, and nothing that grows."""

import asyncio
import hashlib
import json
import os
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest
from proofs.office import Office, keys_in
from proofs.processes import children, connections, is_there, resident
from proofs.serving import EXAMPLES, HERE, PATIENCE, PSID, Served, command, serving, settings
from proofs.watched import TELL

from messengerkit.sandbox import Rates, Sandbox

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="IT LOOKS INTO LINUX'S /proc"),
]

WORKERS, THREADS, ADMINS = 2, 4, 64
MESSAGES, STEP = 10_000, 1_000
PLANTED = 1024
MOST_GROWTH = 512
"""Bytes of RAM per request that a worker may grow by: half of what a small leak would cost.

By itself it is 100 to 300 at first, for the pools of malloc fill, and less than 5 from some
13 000 requests on.
"""
WARM = 300
"""Requests of a worker until its caches, pools and threads are there."""
SECONDS_TO_STOP = 5.0
_COMPLAINT = re.compile(r"ERROR|WARN|CRITICAL|Traceback|Unclosed|exited with code", re.IGNORECASE)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Return one that holds nobody to Meta's rates: two workers are faster."""
    async with Sandbox(redelivery_delays=(), rates=Rates.unlimited()) as sandbox:
        await sandbox.person_writes(PSID, "Hello?")
        yield sandbox


@dataclass(frozen=True)
class Sample:
    """What one worker held at one time.

    Attributes:
        requests: How many it had served.
        resident: Its memory in RAM, in bytes.
        upstream: The local ports of its connections to the Graph API.
        held: How many there were of what it told; see `watched.held`.
    """

    requests: int
    resident: int
    upstream: frozenset[int]
    held: dict[str, int]


@dataclass(frozen=True)
class Run:
    """What came of one run.

    Attributes:
        office: The admins, and what they were answered.
        samples: Those of each worker, by its process id, one after each thousand requests.
        folder: Where the server ran.
        served: The server, which has stopped.
        seconds_to_stop: How long that took.
    """

    office: Office
    samples: dict[int, list[Sample]]
    folder: Path
    served: Served
    seconds_to_stop: float


async def sample(pid: int, number: int, folder: Path, graph: Sandbox) -> Sample:
    """Ask the worker *pid* what it holds, for the time after *number* others."""
    os.kill(pid, TELL)
    told = await asyncio.to_thread(awaited, folder / f"{pid}-{number}.json")
    requests = told.pop("requests")
    port = int(graph.url.rpartition(":")[2])
    return Sample(requests, resident(pid), connections(pid, port), told)


def awaited(path: Path) -> dict[str, int]:
    """Return what is in the file at *path*, once it is there."""
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} was not written"
        time.sleep(0.005)
    found: dict[str, int] = json.loads(path.read_text())
    return found


async def run(folder: Path, graph: Sandbox, *, each: int, preload: bool, planted: int = 0) -> Run:
    """Let the admins send all messages, look at the workers in between, and stop the server."""
    file, keys = keys_in(folder, ADMINS)
    environ = settings(graph.page, graph.url, ADMIN_KEYS_FILE=str(file), PLANTED_LEAK=str(planted))
    for name in ("ADMIN_API_KEY", "ADMIN_USER_ID"):
        del environ[name]
    flags = ["--workers", str(WORKERS), *(["--preload"] if preload else [])]
    argv = [*command("flask", module="watched", threads=THREADS), *flags]
    samples: dict[int, list[Sample]] = {}
    async with serving(argv, folder, environ, HERE, EXAMPLES / "flask") as served:
        office = Office(served.url, keys, each)
        for number in range(MESSAGES // STEP):
            numbers = range(number * STEP, (number + 1) * STEP)
            await office.send(f"Message {one}" for one in numbers)
            for pid in children(served.pid):
                samples.setdefault(pid, []).append(await sample(pid, number, folder, graph))
        began = time.perf_counter()
        assert await served.stop() == 0, served.log
        took = time.perf_counter() - began
    return Run(office, samples, folder, served, took)


def growth(samples: Sequence[Sample]) -> float:
    """Return by how many bytes of RAM a worker grew with each request, from `WARM` on.

    It is the median of the slopes between every two samples (Theil and Sen), so that one
    sample beside the line says nothing.
    """
    warm = [one for one in samples if one.requests >= WARM]
    return statistics.median(
        (later.resident - one.resident) / (later.requests - one.requests)
        for one, later in combinations(warm, 2)
        if later.requests > one.requests
    )


def report(name: str, done: Run) -> None:
    """Print the figures of *done*."""
    rate = MESSAGES / done.office.seconds
    print(f"\n{name}: {rate:.0f} messages/s; stopped in {done.seconds_to_stop:.1f} s")
    for pid, samples in done.samples.items():
        first, last = samples[0], samples[-1]
        print(
            f"  worker {pid}: {last.requests} requests, {first.resident / 2**20:.1f} to"
            f" {last.resident / 2**20:.1f} MiB in RAM, {growth(samples):+.0f} bytes/request,"
            f" {len(last.upstream)} connections, {last.held}"
        )


@pytest.mark.parametrize("each", [1, 10], ids=["a connection each", "keep-alive"])
@pytest.mark.parametrize("preload", [False, True], ids=["", "preload"])
async def test_every_message_is_sent_once_and_nothing_grows(
    sandbox: Sandbox, tmp_path: Path, *, preload: bool, each: int
) -> None:
    """64 admins, 10,000 messages, 2 workers: each has its own id, and one loop, and one session.

    Kept alive, a connection carries 10 messages: a worker that is awake takes all that
    come at one moment, and connections that never end would leave the other one idle.
    """
    done = await run(tmp_path, sandbox, each=each, preload=preload)
    report(f"keep-alive {each > 1}, preload {preload}", done)

    assert done.office.statuses == {200: MESSAGES}
    assert {one.text: one.mid for one in sandbox.delivered} == done.office.mids
    assert len(sandbox.delivered) == len(set(done.office.mids.values())) == MESSAGES
    check_audit(tmp_path, done.office)
    check_workers(done)
    check_end(done)


def check_audit(folder: Path, office: Office) -> None:
    """Both workers wrote each action once, whole, and under the name of its admin."""
    lines = (folder / "admin-actions.jsonl").read_text().splitlines()
    found = Counter(
        (one["admin_id"], one["message_id"], one["details"]["sha256"])
        for one in map(json.loads, lines)
    )
    expected = Counter(
        (office.authors[text], mid, hashlib.sha256(text.encode()).hexdigest())
        for text, mid in office.mids.items()
    )

    assert found == expected


def check_workers(done: Run) -> None:
    """Both have served, with one loop and one session each, and grew by next to nothing."""
    assert len(done.samples) == WORKERS
    assert sum(samples[-1].requests for samples in done.samples.values()) == MESSAGES
    for samples in done.samples.values():
        ports = frozenset[int]().union(*(one.upstream for one in samples))
        last = samples[-1].held

        assert samples[-1].requests >= MESSAGES / WORKERS / 4
        assert (last["loops"], last["loop_threads"], last["sessions"]) == (1, 1, 1)
        # One more would be the pool of another session, or one that was opened anew.
        assert len(ports) <= THREADS
        assert growth(samples) < MOST_GROWTH


def check_end(done: Run) -> None:
    """All processes are gone, soon, without complaint, and had closed what they had opened."""
    ends = {pid: awaited(done.folder / f"{pid}-end.json") for pid in done.samples}

    assert done.seconds_to_stop < SECONDS_TO_STOP
    assert not any(map(is_there, (done.served.pid, *done.samples)))
    assert [line for line in done.served.log if _COMPLAINT.search(line)] == []
    for end in ends.values():
        assert (end["loops"], end["loop_threads"], end["sessions"], end["threads"]) == (0, 0, 0, 1)
    left = {one.name for one in done.folder.iterdir() if one.suffix != ".json"}
    assert left == {"admin-actions.jsonl"}


async def test_a_planted_leak_is_found(sandbox: Sandbox, tmp_path: Path) -> None:
    """By the same measure: 1 KiB that each request leaves behind is too much."""
    done = await run(tmp_path, sandbox, each=1, preload=False, planted=PLANTED)
    report("1 KiB leaks", done)

    assert all(growth(samples) >= MOST_GROWTH for samples in done.samples.values())
