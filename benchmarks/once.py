"""What it costs to be sure of each send, beside the same attempt loop without it.

Three ways run in one process, 16 sends at a time, each to another person, in short bursts in
random order, against `fast_server.py` in a process of its own, and nothing fails. The first
is a client whose attempt loop is the plain one: it keeps the pace, counts, and repeats
whatever failed, and knows of no outcome, breaker, budget, hook or deadline. The others are
the client as it is by default, and the client that also writes each send down, in memory,
before it leaves, and once more as it was accepted.

A way's figure is its rate as a multiple of the plain loop's in the same round.
"""

import asyncio
import gc
import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TypeVar

from peers import TEXT, TOKEN, Burst, Maker, concurrently
from sends import ENDLESS, FEWEST, SECONDS, Costs, cost, cpu, rate
from typing_extensions import override

from messengerkit import Delivery, MemoryOutboundLog, MessengerClient, MessengerError
from messengerkit._graph import Call
from messengerkit._json import JsonObject
from messengerkit.delivery import Evidence, Outcome
from messengerkit.pace import PageLimiter
from messengerkit.rates import Rate
from messengerkit.retry import Failure
from messengerkit.sending import Sending
from messengerkit.terms import Terms
from messengerkit.trip import now
from messengerkit.usage import usage

T = TypeVar("T")

ROUNDS = 61
LOOP, AT_MOST, EFFECTIVELY = "plain loop", "at most once", "effectively once"
ASKED = {AT_MOST: 0.95, EFFECTIVELY: 0.80}
"""What they should reach; `EFFECTIVELY` does not, whose two writes are Python, too."""
LEAST_RATE = {AT_MOST: 0.90, EFFECTIVELY: 0.50}
"""Below which something has become slower than it was."""


def limiter() -> PageLimiter:
    """Return one that counts every send, and holds none up."""
    return PageLimiter(rates={Rate.MESSAGES: ENDLESS})


class PlainLoop(Sending):
    """An attempt loop that repeats whatever failed, and knows nothing of outcomes."""

    @override
    async def settle(
        self, call: Call, terms: Terms, read: Callable[[JsonObject], T]
    ) -> tuple[T, int]:
        started, number, waited = now(), 0, 0.0
        while True:
            number += 1
            try:
                value = read(await self.answer(call, terms.timeout(call, number)))
            except MessengerError as error:
                told = error.retry_after or 0.0
                failure = Failure(
                    error=error, attempt=number, retry_after=told, previous_wait=waited
                )
                wait = terms.retry(failure)
                if wait is None:
                    self.stats.failed(now() - started, Outcome.UNKNOWN, error)
                    raise
                waited = wait
                await self.sleep(wait)
            else:
                self.stats.succeeded(now() - started, Evidence.RESPONSE)
                return value, number

    async def answer(self, call: Call, seconds: float) -> JsonObject:
        """Return the answer to *call*, at the page's pace."""
        limiter = self.limiter
        place = None if limiter is None else limiter.enter(call.rate, urgent=call.urgent)
        if place is not None:
            await place
        response = await self.transport.send(self.graph.request_for(call, timeout=seconds))
        if limiter is not None:
            limiter.observe(usage(response.headers))
        return self.graph.read(response, secret=call.secret)


async def loop(url: str, stack: AsyncExitStack) -> Burst:
    """Return the way of a client whose attempt loop is the plain one."""
    client = MessengerClient(page_access_token=TOKEN, graph_url=url, limiter=limiter())
    own = client._sending  # noqa: SLF001  # its loop is what is exchanged
    client._sending = PlainLoop(  # noqa: SLF001  # as above
        graph=own.graph, transport=own.transport, limiter=own.limiter
    )
    await stack.enter_async_context(client)
    return concurrently(lambda psid: client.send_text(psid, TEXT))


async def at_most(url: str, stack: AsyncExitStack) -> Burst:
    """Return the way of a client as it is by default."""
    client = MessengerClient(page_access_token=TOKEN, graph_url=url, limiter=limiter())
    await stack.enter_async_context(client)
    return concurrently(lambda psid: client.send_text(psid, TEXT))


async def effectively(url: str, stack: AsyncExitStack) -> Burst:
    """Return the way of a client that writes every send down."""
    client = MessengerClient(
        page_access_token=TOKEN,
        graph_url=url,
        limiter=limiter(),
        delivery=Delivery.EFFECTIVELY_ONCE,
        outbound=MemoryOutboundLog(),
    )
    await stack.enter_async_context(client)
    return concurrently(lambda psid: client.send_text(psid, TEXT))


WAYS: dict[str, Maker] = {LOOP: loop, AT_MOST: at_most, EFFECTIVELY: effectively}


async def measure(url: str, rounds: int = ROUNDS) -> Costs:
    """Return what each way takes."""
    async with AsyncExitStack() as stack:
        bursts = {name: await make(url, stack) for name, make in WAYS.items()}
        sends: dict[str, int] = {}
        for name, burst in bursts.items():
            await cost(burst, FEWEST)  # opens the connections
            sends[name] = max(FEWEST, int(SECONDS / (await cost(burst, FEWEST)).clock))
        gc.collect()
        gc.freeze()
        costs: Costs = {name: [] for name in bursts}
        for _ in range(rounds):
            for name in random.sample(list(bursts), len(bursts)):
                costs[name].append(await cost(bursts[name], sends[name]))
        return costs


def failures(costs: Costs) -> list[str]:
    """Print the figures, and return which limits are not kept."""
    failed: list[str] = []
    for name, each in costs.items():
        found, spent = rate(costs, name, LOOP), cpu(costs, name, LOOP)
        a_second = 1 / statistics.median(one.clock for one in each)
        least = LEAST_RATE.get(name, 0.0)
        limit = f"  asked {ASKED[name]}, at least {least}" if least else ""
        print(f"  {name:<18} rate {found}  CPU {spent}  {a_second:6.0f} sends/s{limit}")
        if found.median < least:
            failed.append(f"{found.median:.3f} < {least} x the rate of a {LOOP}: {name}")
    return failed


def main() -> int:
    """Print the figures; fail if a limit is not kept."""
    command = [sys.executable, str(Path(__file__).with_name("fast_server.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            costs = asyncio.run(measure(f"http://127.0.0.1:{port}"))
        finally:
            server.terminate()
    print(f"sends of a text, 16 at a time, as multiples of a {LOOP}; {ROUNDS} rounds")
    failed = failures(costs)
    print("FAILED: " + "; ".join(failed) if failed else "all limits are kept")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
