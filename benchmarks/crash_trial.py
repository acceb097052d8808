"""One crash trial: a sandbox, backends on a database, people; and kills, one after the other."""

import asyncio
import random
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, cast

import aiohttp
import crash_sandbox
from crash_backend import Orders
from crash_ledger import Copy, Kept, Tally, copies_of, judged, kept_of
from crash_people import PEOPLE, People, psid_of
from crash_sandbox import VERIFY_TOKEN
from crash_workers import Workers, reserved_port

from messengerkit.desk.sql import SqlStore

REST = 90.0
"""Seconds after which all must have come to rest."""
_CALM = 3  # so many times it must have been seen, one after the other
_LOOK = 0.5  # seconds between two looks
_TO_START = 30.0  # seconds
_SAID = 3000  # characters
_EACH = 50  # kills, after which it says how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be tried.

    Attributes:
        name: What it is called.
        database: The database's URL.
        workers: How many backends.
        kills: How many of them die.
        seed: What chance is made from.
    """

    name: str
    database: str
    workers: int
    kills: int
    seed: int


@dataclass(slots=True)
class Came:
    """What came of a trial.

    Attributes:
        tally: What the ledger says.
        deaths: How many died where.
        in_flight: How many sends they had in flight.
        again: How often admins had to press again.
        rest: Seconds until all had come to rest.
        seconds: How long it took.
        said: What the backends had to say.
    """

    tally: Tally = field(default_factory=Tally)
    deaths: Counter[str] = field(default_factory=Counter[str])
    in_flight: int = 0
    again: int = 0
    rest: float = 0.0
    seconds: float = 0.0
    said: str = ""


class Broke(NamedTuple):
    """What came of a trial against the rules: how many kills, and how many doubled."""

    kills: int
    doubled: int


@dataclass(slots=True, kw_only=True)
class Stage:
    """A trial under way.

    Attributes:
        workers: The backends.
        people: Who writes.
        store: What the backends keep.
        sandbox: Where Messenger is.
        errors: The file that the backends log to.
    """

    workers: Workers
    people: People
    store: SqlStore
    sandbox: str
    errors: Path

    async def copies(self) -> list[Copy]:
        """Return the ledger."""
        ledger = await _asked(f"{self.sandbox}/_sandbox/delivered")
        return copies_of(cast("list[dict[str, object]]", ledger["delivered"]))

    async def rests(self) -> float:
        """Return after how many seconds all had come to rest; it gives up after `REST`."""
        began, calm = time.perf_counter(), 0
        while calm < _CALM and time.perf_counter() - began < REST:
            counts = await self.store.read(lambda it: it.counts())
            still = not any(counts.events.values()) and not any(counts.sends.values())
            calm = calm + 1 if still else 0
            await asyncio.sleep(_LOOK)
        return time.perf_counter() - began

    def said(self) -> str:
        """Return what the backends said last."""
        return self.errors.read_text()[-_SAID:]


@asynccontextmanager
async def _staged(job: Job, *, requeues: bool = False) -> AsyncGenerator[Stage]:
    store, sandbox = SqlStore(job.database), await _spawned(job.seed)
    await store.create()
    try:
        graph_url = await _url_of(sandbox)
        with reserved_port() as port, tempfile.TemporaryDirectory(prefix="mk-crash-") as home:
            errors = Path(home) / "errors.log"
            number: int = port.getsockname()[1]
            backend = f"http://127.0.0.1:{number}"
            workers = Workers(
                orders=Orders(
                    database=job.database,
                    graph_url=graph_url,
                    port=number,
                    seed=0,
                    errors=str(errors),
                ),
                count=job.workers,
                chance=random.Random(job.seed),
                store=store,
                requeues=requeues,
            )
            async with workers:
                hook = {"callback_url": f"{backend}/webhook", "verify_token": VERIFY_TOKEN}
                await _asked(f"{graph_url}/_sandbox/subscription", hook)
                people = People(graph_url, backend, job.seed)
                people.begin()
                try:
                    yield Stage(
                        workers=workers,
                        people=people,
                        store=store,
                        sandbox=graph_url,
                        errors=errors,
                    )
                finally:
                    await people.aclose()
    finally:
        cast("asyncio.StreamWriter", sandbox.stdin).close()
        await sandbox.wait()
        await store.aclose()


async def _spawned(seed: int) -> Process:
    """Start a sandbox, which ends when we do."""
    return await asyncio.create_subprocess_exec(
        sys.executable, crash_sandbox.__file__, str(seed), stdin=PIPE, stdout=PIPE
    )


async def _url_of(sandbox: Process) -> str:
    said = cast("asyncio.StreamReader", sandbox.stdout)
    async with asyncio.timeout(_TO_START):
        return (await said.readline()).decode().strip()


async def run(job: Job) -> Came:
    """Return what comes of *job*."""
    began = time.perf_counter()
    async with _staged(job) as stage:
        for number in range(1, job.kills + 1):
            await stage.workers.kill_one()
            if number % _EACH == 0:
                seconds = time.perf_counter() - began
                print(f"  {job.name}: {number} kills in {seconds:.0f} s", flush=True)
        await stage.people.end()
        rest = await stage.rests()
        kept: dict[str, Kept] = {}
        for number in range(PEOPLE):
            kept[psid_of(number)] = await kept_of(stage.store, psid_of(number))
        return Came(
            tally=judged(await stage.copies(), kept, stage.people.told),
            deaths=stage.workers.deaths,
            in_flight=stage.workers.in_flight,
            again=stage.people.told.again,
            rest=rest,
            seconds=time.perf_counter() - began,
            said=stage.said(),
        )


async def run_against_the_rules(job: Job) -> Broke:
    """Return how many kills it takes until a message is doubled, if what was in flight is queued.

    It gives up after as many kills as the job has.
    """
    async with _staged(job, requeues=True) as stage:
        for number in range(job.kills):
            await stage.workers.kill_one()
            copies = await stage.copies()
            if len(copies) > len(set(copies)):
                return Broke(number + 1, len(copies) - len(set(copies)))
    return Broke(job.kills, 0)


async def _asked(url: str, json: dict[str, str] | None = None) -> dict[str, object]:
    method = "GET" if json is None else "POST"
    async with aiohttp.ClientSession() as http, http.request(method, url, json=json) as answer:
        answer.raise_for_status()
        return cast("dict[str, object]", await answer.json())
