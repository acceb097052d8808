"""How many texts a second a client sends, and what one costs its process, beside other ways.

All ways run in one process, 16 sends at a time, each to another person, in short bursts in
random order, against `fast_server.py` in a process of its own. A way's figures are its rate
and its CPU time as multiples of bare aiohttp's in the same round.

Ours has everything on that it has by default: the checks, the limiter, the retries, the mark
that tells how far a call went, the counters. One number is not the default: the limiter
allows more than Meta's 300 messages a second, which would be all that is measured. It
counts every send, and holds none up.
"""

import asyncio
import gc
import itertools
import logging
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from peers import PEERS, TEXT, TOKEN, Burst, Maker, People, bare, concurrently, guide, raw

from messengerkit import MessengerClient
from messengerkit.pace import PageLimiter
from messengerkit.rates import Rate

SECONDS = 0.12  # of one burst
ROUNDS = 31
FEWEST = 64  # sends of one burst
ENDLESS = (1_000_000, 1.0)
BARE, OURS, GUIDE, RAW = "bare aiohttp", "ours", "the guide's way", "prebuilt bytes"
LEAST_RATE = {BARE: 1.1, GUIDE: 3.5, "pymessenger": 5.0, "fbmessenger": 5.0, "aiogram": 2.5}
MOST_CPU = 0.95
SERVER = 1.5  # so many times our rate, or more, the server must be able to answer

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one send of a burst took, in seconds: of the clock, and of this process's CPU."""

    clock: float
    cpu: float


Costs = dict[str, list[Cost]]
"""What each way took, round by round."""


async def ours(url: str, stack: AsyncExitStack) -> Burst:
    """Return our way."""
    limiter = PageLimiter(rates={Rate.MESSAGES: ENDLESS})
    client = MessengerClient(page_access_token=TOKEN, graph_url=url, limiter=limiter)
    await stack.enter_async_context(client)
    return concurrently(lambda psid: client.send_text(psid, TEXT))


WAYS: dict[str, Maker] = {BARE: bare, OURS: ours, GUIDE: guide, **PEERS, RAW: raw}


async def opened(url: str, stack: AsyncExitStack) -> dict[str, Burst]:
    """Return the ways that there are here."""
    bursts: dict[str, Burst] = {}
    for name, make in WAYS.items():
        try:
            bursts[name] = await make(url, stack)
        except ImportError as error:
            print(f"{name.upper()} IS LEFT OUT: IT IS NOT INSTALLED ({error}).")
    return bursts


async def cost(burst: Burst, sends: int) -> Cost:
    """Return what one of *sends* sends takes, once it is sure that they were answered."""
    people: People = [f"2400000000{number:07}" for number in itertools.islice(_numbers, sends)]
    await asyncio.sleep(0.005)  # what the last burst left to be closed is not this one's
    gc.collect()
    clock, cpu = time.perf_counter(), time.process_time()
    answers = await burst(people)
    took = Cost((time.perf_counter() - clock) / sends, (time.process_time() - cpu) / sends)
    told = [answer for answer in answers if answer is not None]  # a thread may come too late
    if not told or not all(answer is True or "message_id" in repr(answer) for answer in told):
        msg = f"not every send was accepted: {told!r}"
        raise RuntimeError(msg)
    return took


async def measure(url: str, rounds: int = ROUNDS) -> Costs:
    """Return what each way takes."""
    async with AsyncExitStack() as stack:
        bursts = await opened(url, stack)
        sends: dict[str, int] = {}
        for name, burst in bursts.items():
            await cost(burst, FEWEST)  # opens the connections
            sends[name] = max(FEWEST, int(SECONDS / (await cost(burst, FEWEST)).clock))
        gc.collect()
        gc.freeze()  # what the peers loaded is not gone through again with each burst
        costs: Costs = {name: [] for name in bursts}
        for _ in range(rounds):
            for name in random.sample(list(bursts), len(bursts)):
                costs[name].append(await cost(bursts[name], sends[name]))
        return costs


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of the rounds' ratios, and the quarters below and above."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:5.2f} x [{self.low:.2f}, {self.high:.2f}]"


def rate(costs: Costs, name: str, to: str) -> Spread:
    """Return the rate of *name* as a multiple of that of *to* in the same round."""
    pairs = zip(costs[name], costs[to], strict=True)
    return Spread(*statistics.quantiles([other.clock / one.clock for one, other in pairs], n=4))


def cpu(costs: Costs, name: str, to: str) -> Spread:
    """Return what a send of *name* costs as a multiple of one of *to* in the same round."""
    pairs = zip(costs[name], costs[to], strict=True)
    return Spread(*statistics.quantiles([one.cpu / other.cpu for one, other in pairs], n=4))


def table(costs: Costs) -> str:
    """Return the figures of all ways; the last two columns are for orientation only."""
    lines = [f"  {'':<18} {'rate':<21} {'CPU':<21} {'sends/s':>8} {'CPU us':>7}"]
    for name, each in costs.items():
        a_second = 1 / statistics.median(one.clock for one in each)
        micro = 1e6 * statistics.median(one.cpu for one in each)
        ratios = f"{rate(costs, name, BARE)!s:<21} {cpu(costs, name, BARE)!s:<21}"
        lines.append(f"  {name:<18} {ratios} {a_second:8.0f} {micro:7.1f}")
    return "\n".join(lines)


def failures(costs: Costs, least: Mapping[str, float] = LEAST_RATE) -> list[str]:
    """Print what ours is to the others, and return which limits are not kept."""
    failed: list[str] = []
    for name, limit in least.items():
        if name not in costs:
            continue
        found = rate(costs, OURS, name)
        print(f"  our rate is {found} that of {name}; at least {limit}")
        if found.median < limit:
            failed.append(f"{found.median:.2f} < {limit} x the rate of {name}")
    spent = cpu(costs, OURS, BARE)
    print(f"  our CPU time is {spent} that of {BARE}; at most {MOST_CPU}")
    if spent.median > MOST_CPU:
        failed.append(f"{spent.median:.2f} > {MOST_CPU} x the CPU time of {BARE}")
    answered = rate(costs, RAW, OURS)
    print(f"  the server answers {RAW} at {answered} our rate; at least {SERVER}")
    if answered.median < SERVER:
        failed.append(f"the server may be the bottleneck: {answered.median:.2f} < {SERVER}")
    return failed


def main() -> int:
    """Print the table; fail if a limit is not kept."""
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # tells of each connection too many
    code = Path(__file__).with_name("fast_server.py")
    command = [sys.executable, str(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            costs = asyncio.run(measure(f"http://127.0.0.1:{port}"))
        finally:
            server.terminate()
    print(f"sends of a text, 16 at a time, as multiples of {BARE}; {ROUNDS} rounds")
    print(table(costs))
    failed = failures(costs)
    print("FAILED: " + "; ".join(failed) if failed else "all limits are kept")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
