"""A backend that is told to end while 200 sends are under way: all are accounted for."""

import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import pytest

from messengerkit.sandbox import Fault, Rates, Sandbox

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="it has no SIGTERM that can be caught"),
]

SENDS = 200
FIRST = 24_000_000_000_000_000
CONNECTIONS = 100
"""So many aiohttp opens at most; the other sends wait for one."""
WITHIN = 25.0
"""Seconds after the signal in which the process has ended; 20 of them it drains."""
SECONDS = 60.0

FAULTS = (
    Fault.slow(2.0),
    Fault.slow_answer(3.0),
    Fault.slow(5.0),
    Fault.slow_answer(1.0),
    Fault.commit_then_close(),
    Fault.commit_then_silence(),  # until its process is told to end, and beyond
    Fault.slow(30.0),  # the same, and the message comes after its end, or not at all
)
"""What the sends meet in turn, so that all are under way at once."""

Ends: TypeAlias = dict[int, tuple[str, str | None, str | None]]
"""For each send: how it ended, its mid, and the class of the error."""


@asynccontextmanager
async def backend(sandbox: Sandbox) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run the backend; kill it if it does not end by itself."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error",
        str(Path(__file__).with_name("drained.py")),
        sandbox.url,
        sandbox.page.access_token,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def until_they_have_come(sandbox: Sandbox) -> None:
    """Wait until as many sends are at the sandbox as there are connections at most."""
    async with asyncio.timeout(SECONDS):
        while len(sandbox._script.waiting) > SENDS - CONNECTIONS:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.01)


def ends_of(lines: list[str]) -> Ends:
    """Return what the backend told, once for each send."""
    ends: Ends = {}
    for number, outcome, mid, error in map(json.loads, lines):
        assert number not in ends
        ends[number] = (outcome, mid, error)
    return ends


def check(sandbox: Sandbox, number: int, outcome: str, mid: str | None) -> None:
    """Compare what was told of a send with what the person has."""
    copies = [one.mid for one in sandbox.ledger.messages(psid=str(FIRST + number))]
    if outcome == "sent":
        assert copies == [mid], f"{number} was sent, and the person has {copies}"
    elif outcome in {"not_sent", "refused", "queued"}:
        assert copies == [], f"{number} is {outcome}, and the person has {copies}"
    else:
        assert outcome == "unknown"
        assert len(copies) <= 1, f"{number} was sent {len(copies)} times"


async def test_a_backend_that_drains_accounts_for_every_send() -> None:
    """It ends within 25 seconds, by itself, and what it tells of each send is so."""
    async with Sandbox(seed="sigterm", rates=Rates.unlimited(), redelivery_delays=()) as sandbox:
        for number in range(SENDS):
            await sandbox.person_writes(str(FIRST + number), "Hello?")
            sandbox.script(FAULTS[number % len(FAULTS)], psid=str(FIRST + number))
        async with backend(sandbox) as child:
            assert child.stdout is not None
            assert await child.stdout.readline() == b"under way\n"
            await until_they_have_come(sandbox)
            child.send_signal(signal.SIGTERM)
            began = time.monotonic()
            async with asyncio.timeout(SECONDS):
                told = await child.stdout.read()
                code = await child.wait()
            seconds = time.monotonic() - began
        *lines, last = told.decode().splitlines()
        left = json.loads(last)
        ends = ends_of(lines)
        counts = Counter((outcome, error) for outcome, _, error in ends.values())
        print(f"\n{seconds:.1f} s after the signal: {dict(counts)}; {left}")

        assert seconds < WITHIN
        assert code == 0
        assert (left["late"], left["tasks"]) == (0, [])
        assert sorted(ends) == list(range(SENDS)), "a send is not accounted for"
        for number, (outcome, mid, _) in ends.items():
            check(sandbox, number, outcome, mid)
