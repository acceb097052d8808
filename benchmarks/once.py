"""What it costs to be sure of each send, beside the same send without it, where nothing fails.

Three ways run in one process, 16 sends at a time, each to another person, in short bursts in
random order, against `fast_server.py` in a process of its own. The first is a bare loop: the
same checks, pace, request and transport, and whatever goes wrong is raised. The others are the
client as it is by default, with its retries, breaker, budget and counters; and the client that
also writes each send down, in memory, before it leaves. Each send is written down twice more:
as it is about to leave, and as it was accepted.

A way's figure is its rate as a multiple of the bare loop's in the same round.
"""

import asyncio
import gc
import random
import statistics
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from peers import TEXT, TOKEN, Burst, Maker, concurrently
from sends import ENDLESS, FEWEST, SECONDS, Costs, cost, cpu, rate

from messengerkit import Delivery, MemoryOutboundLog, MessengerClient, SendResult
from messengerkit._graph import Graph
from messengerkit._secret import sealed
from messengerkit._transport import AiohttpTransport
from messengerkit.outgoing import accepted, letter_of, message_call
from messengerkit.pace import PageLimiter
from messengerkit.rates import Rate
from messengerkit.usage import usage

ROUNDS = 61
LOOP, AT_MOST, EFFECTIVELY = "bare loop", "at most once", "effectively once"
LEAST_RATE = {AT_MOST: 0.95, EFFECTIVELY: 0.80}


def limiter() -> PageLimiter:
    """Return one that counts every send, and holds none up."""
    return PageLimiter(rates={Rate.MESSAGES: ENDLESS})


def _now() -> datetime:
    return datetime.now(UTC)


async def loop(url: str, stack: AsyncExitStack) -> Burst:
    """Return a send with all that a client does, but for what makes sure of it."""
    graph, transport, pace = (
        Graph(access_token=sealed(TOKEN), url=url),
        AiohttpTransport(),
        limiter(),
    )
    stack.push_async_callback(transport.aclose)

    async def send(psid: str) -> object:
        call = message_call(psid, letter_of(TEXT), {}, _now, human_agent=False)
        place = pace.enter(call.rate, urgent=call.urgent)
        if place is not None:
            await place
        response = await transport.send(graph.request_for(call, timeout=30.0))
        pace.observe(usage(response.headers))
        to, mid = accepted(graph.read(response, secret=call.secret))
        return SendResult(recipient_id=to, message_id=mid, attempts=1)

    return concurrently(send)


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
        limit = f"  at least {least}" if least else ""
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
