"""How many sends one core of the sandbox answers, beside a bare aiohttp server on the same core.

Both servers run in a process of their own, and the same calls go to each in turn: texts to
64 people, 16 at a time. The sandbox checks, records and delivers every one, and tells a
subscribed backend of none. Held to its limit is the rate of a core: sends by the seconds of
CPU that the server took, as the server counts them, so that the caller is no bottleneck.
"""

import asyncio
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

import aiohttp
from aiohttp import web

from messengerkit.sandbox import Page, Rates, Sandbox

LEAST = 1500  # sends a second of one core
ROUNDS = 9
SENDS = 800  # of one round
CONCURRENT = 16
PSIDS = [str(24_000_000_000_000_000 + number) for number in range(64)]
TOKEN = Page().access_token
PATH = "/v26.0/me/messages"


@dataclass(frozen=True, slots=True)
class Served:
    """A server in a process of its own.

    Attributes:
        process: The process.
        url: Where it is.
    """

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def start(cls, what: str) -> "Served":
        """Return *what*, which listens."""
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, __file__, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return cls(process, cast("IO[str]", process.stdout).readline().strip())

    def cpu(self) -> float:
        """Return the seconds of CPU that it took so far."""
        asking = cast("IO[str]", self.process.stdin)
        asking.write("\n")
        asking.flush()
        return float(cast("IO[str]", self.process.stdout).readline())


async def serve_sandbox() -> None:
    """Run a sandbox in which everybody has just written."""
    async with Sandbox(rates=Rates.unlimited()) as sandbox:
        for psid in PSIDS:
            await sandbox.person_writes(psid, "Hello?")
        print(sandbox.url, flush=True)
        await _tell_cpu()


async def serve_bare() -> None:
    """Run a server that reads the JSON of a call and answers as the Graph API does."""

    async def answer(request: web.Request) -> web.Response:
        body = cast("dict[str, dict[str, str]]", json.loads(await request.read()))
        told = {"recipient_id": body["recipient"]["id"], "message_id": "m_1"}
        return web.Response(body=json.dumps(told).encode(), content_type="application/json")

    app = web.Application()
    app.add_routes([web.post(PATH, answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("http://{}:{}".format(*runner.addresses[0]), flush=True)
    await _tell_cpu()


async def _tell_cpu() -> None:
    """Tell the process's CPU time at each line that comes in, until no more come."""
    while await asyncio.to_thread(sys.stdin.readline):
        print(time.process_time(), flush=True)


async def burst(http: aiohttp.ClientSession, url: str) -> None:
    """Send to everybody in turn."""

    async def work(psids: Iterator[str]) -> None:
        for psid in psids:
            call = {"recipient": {"id": psid}, "message": {"text": "Your table is ready."}}
            async with http.post(url + PATH, json=call) as response:
                response.raise_for_status()

    left = itertools.islice(itertools.cycle(PSIDS), SENDS)
    await asyncio.gather(*(work(left) for _ in range(CONCURRENT)))


async def measure() -> int:
    """Print the figures; return 1 if the limit was missed."""
    servers = {name: Served.start(name) for name in ("sandbox", "bare")}
    by_core: dict[str, list[float]] = {name: [] for name in servers}
    by_clock: dict[str, list[float]] = {name: [] for name in servers}
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            for name, server in list(servers.items()) * (ROUNDS + 1):
                cpu, clock = server.cpu(), time.perf_counter()
                await burst(http, server.url)
                by_clock[name].append(SENDS / (time.perf_counter() - clock))
                by_core[name].append(SENDS / (server.cpu() - cpu))
    finally:
        for server in servers.values():
            server.process.kill()
            server.process.communicate()
    core = {name: statistics.median(rates[1:]) for name, rates in by_core.items()}
    for name in servers:
        clock = statistics.median(by_clock[name][1:])
        print(f"  {name:<8} {core[name]:7.0f} sends/s of a core   {clock:7.0f} /s by the clock")
    print(f"  a send costs {core['bare'] / core['sandbox']:.2f} x a bare aiohttp server's answer")
    print(f"  limit: {LEAST} sends/s of a core")
    return int(core["sandbox"] < LEAST)


if __name__ == "__main__":
    if sys.argv[1:] == ["sandbox"]:
        asyncio.run(serve_sandbox())
    elif sys.argv[1:] == ["bare"]:
        asyncio.run(serve_bare())
    else:
        sys.exit(asyncio.run(measure()))
