"""How long a desk takes to acknowledge a webhook, which is on disk by then.

An aiohttp backend with a desk on a file of SQLite runs in a process of its own, on the same
cores as the load. First 500 POSTs of 5 events leave each second, whether or not the earlier
ones were answered; a time counts from when a POST was to leave. The handler ends at once, and
then, in another process on another file, awaits a model for a minute. Beside them is a
backend that reads the body and answers 200. Then each connection posts as soon as it was
answered: so many a second are acknowledged at most.

Afterwards each acknowledged event must be in the file, once.

Milliseconds are a machine's as much as a program's. What is asked for is printed beside what was
found; it fails where that is slower by far.
"""

import asyncio
import gc
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from desk_ack_load import EVENTS, Answers, Load, bodies, mids, posts
from desk_ack_server import AT_ONCE, BARE, SECRET, SLOW

QUICK = "--quick" in sys.argv[1:]  # a third of the time
RATE = 500  # POSTs a second
SECONDS = 4 if QUICK else 12
CLOSED_SECONDS = 1.5 if QUICK else 5.0
CLOSED_CONNECTIONS = 32
MOST = 20_000 if QUICK else 60_000  # POSTs that are ready for the closed loop
WARM = 200  # POSTs that are not counted
P50, P99 = 0.010, 0.050
NOISE = 4.0  # times as slow as asked for is what a busy machine does
PATIENCE = 120.0  # seconds until all must be booked
_SERVER = Path(__file__).with_name("desk_ack_server.py")
_TROUBLE = ("locked", "StoreError", "Traceback", "busy")


@dataclass(slots=True, kw_only=True)
class Backend:
    """A backend in a process of its own.

    Attributes:
        process: The process.
        port: Where it listens.
        file: Its database.
        log: What it logged.
        posted: The POSTs that it acknowledged: the number of the first, and how many.
    """

    process: "subprocess.Popen[str]"
    port: int
    file: Path
    log: Path
    posted: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def told(self) -> tuple[float, int]:
        """Return the seconds of CPU it took so far, and how many events are not booked yet."""
        asking = cast("IO[str]", self.process.stdin)
        asking.write("\n")
        asking.flush()
        cpu, unbooked = cast("IO[str]", self.process.stdout).readline().split()
        return float(cpu), int(unbooked)

    def end(self) -> None:
        """Let it end by itself."""
        cast("IO[str]", self.process.stdin).close()
        self.process.wait(timeout=60)


@contextmanager
def backend(what: str, directory: Path) -> Generator[Backend]:
    """Run a backend."""
    name = what.replace(" ", "-")
    file, log = directory / f"{name}.db", directory / f"{name}.log"
    command = [sys.executable, str(_SERVER), what, f"sqlite+aiosqlite:///{file}"]
    with (
        log.open("w") as errors,
        subprocess.Popen(  # noqa: S603  # our own interpreter and code
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        port = int(cast("IO[str]", process.stdout).readline())
        try:
            yield Backend(process=process, port=port, file=file, log=log)
        finally:
            process.kill()


class Numbers:
    """Gives each POST of the run a number of its own."""

    def __init__(self) -> None:
        self.next = 0

    def take(self, count: int) -> int:
        """Return the first of *count* numbers."""
        first, self.next = self.next, self.next + count
        return first


async def open_loop(it: Backend, numbers: Numbers, count: int) -> Answers:
    """Post *count* at the rate that is asked for."""
    first = numbers.take(count)
    load = Load(it.port, posts(bodies(first, count), SECRET))
    gc.collect()
    gc.freeze()
    answers = await load.at_rate(RATE)
    it.posted.append((first, count))
    return answers


async def closed_loop(it: Backend, numbers: Numbers, ready: int) -> Answers:
    """Post as fast as it is answered."""
    first = numbers.take(ready)
    load = Load(it.port, posts(bodies(first, ready), SECRET))
    gc.collect()
    gc.freeze()
    answers = await load.as_answered(CLOSED_CONNECTIONS, CLOSED_SECONDS)
    it.posted.append((first, load.posted))
    return answers


def quantile(times: list[float], part: float) -> float:
    """Return the time that *part* of all *times* are not above."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def line(name: str, answers: Answers, cpu: float) -> str:
    """Return the figures of one load as a line of a table."""
    parts = (0.5, 0.9, 0.99, 1.0)
    shown = "".join(f"{quantile(answers.latencies, part) * 1e3:9.2f}" for part in parts)
    rate = len(answers.latencies) / answers.seconds
    return f"  {name:<26}{shown}  {rate:7.0f}/s  {100 * cpu / answers.seconds:4.0f} % CPU"


def settle(it: Backend) -> float:
    """Wait until all is booked; return the seconds it took."""
    begun = time.perf_counter()
    while it.told()[1] and time.perf_counter() - begun < PATIENCE:
        time.sleep(0.2)
    return time.perf_counter() - begun


def wrong(it: Backend, what: str) -> list[str]:
    """Return what is wrong with the backend's file and log."""
    found = [word for word in _TROUBLE if word in it.log.read_text()]
    failed = [f"{what}: {', '.join(found)} in its log"] if found else []
    if what == BARE:
        return failed
    with closing(sqlite3.connect(it.file)) as file:
        events = Counter(row[0] for row in file.execute("SELECT key FROM messengerkit_events"))
        said = Counter(row[0] for row in file.execute("SELECT mid FROM messengerkit_messages"))
    sent = set[str]().union(*(mids(first, count) for first, count in it.posted))
    kept = {key[key.index("m_") :] for key in events}
    if kept != sent or set(events.values()) != {1}:
        failed.append(f"{what}: {len(sent)} events were acknowledged, {events.total()} are kept")
    if said.keys() != sent or set(said.values()) != {1}:
        failed.append(f"{what}: {len(sent)} messages were written, {said.total()} are kept")
    return failed


def judged(what: str, answers: Answers) -> list[str]:
    """Return which limits *answers* break."""
    failed = [f"{what}: {count} x {text}" for text, count in answers.statuses.items()]
    if what == BARE:
        return failed
    for name, part, limit in (("p50", 0.5, P50), ("p99", 0.99, P99)):
        found = quantile(answers.latencies, part)
        if found > limit:
            print(f"  {what}: {name} {found * 1e3:.1f} ms, and {limit * 1e3:.0f} ms are asked for")
        if found > limit * NOISE:
            failed.append(f"{what}: {name} {found * 1e3:.1f} ms > {limit * NOISE * 1e3:.0f} ms")
    return failed


async def measure(what: str, directory: Path) -> list[str]:
    """Print the figures of one backend, and return what failed."""
    numbers = Numbers()
    with backend(what, directory) as it:
        await open_loop(it, numbers, WARM)
        cpu, _ = it.told()
        answers = await open_loop(it, numbers, RATE * SECONDS)
        after, left = it.told()
        print(line(what, answers, after - cpu), f" {left:6} not booked yet", flush=True)
        failed = judged(what, answers)
        seconds = settle(it)
        if what != SLOW:
            cpu, _ = it.told()
            closed = await closed_loop(it, numbers, MOST)
            after, _ = it.told()
            print(line(f"{what}, closed loop", closed, after - cpu), flush=True)
            failed += [f"{what}: {count} x {text}" for text, count in closed.statuses.items()]
            seconds = settle(it)
        if it.told()[1]:
            failed.append(f"{what}: not all events were booked after {seconds:.0f} s")
        it.end()
        return failed + wrong(it, what)


def main() -> int:
    """Print the figures; fail if a limit is not kept."""
    print(f"{RATE} POSTs/s of {EVENTS} events; in ms: p50, p90, p99, the longest")
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        for what in (BARE, AT_ONCE, SLOW):
            failed += asyncio.run(measure(what, Path(directory)))
    print(f"asked for: p50 {P50 * 1e3:.0f} ms, p99 {P99 * 1e3:.0f} ms")
    print("FAILED: " + "; ".join(failed) if failed else "all limits are kept")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
