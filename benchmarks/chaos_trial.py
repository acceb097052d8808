"""One trial: a way, a seed, a server of its own; what the ledger says against what was told."""

import asyncio
import gc
import logging
import time
from collections import Counter
from dataclasses import dataclass, field

from chaos_clock import FastClock
from chaos_ledger import Committed, Send, sends_of, serial_of
from chaos_server import FaultServer
from chaos_ways import WAYS, Arena, End

_TICK = 0.005


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be tried."""

    way: str
    seed: int
    sends: int
    factor: float
    people: int
    texts: str = "mixed"


@dataclass(slots=True)
class Tally:
    """What came of one trial, or of several.

    Attributes:
        sends: How many were to be sent.
        lost: How many never arrived.
        doubled: How many arrived twice or more.
        disordered: How many arrived after a later one to the same person.
        told: What the callers were told.
        untrue: How many were told to be sent, and were not.
        denied: How many were told not to be sent, and were.
        found: How many of the unknown arrived.
        misattributed: How many were told the mid of another message.
        miscounted: How many the ledger counts otherwise by nonce than by text.
        silent: How many ended without a word.
        calls: How many calls the server got.
        faults: Which faults they met.
        echoes: How many echoes were lost, and how many came before the answer.
        evidence: How it was known that they arrived.
        stall: The longest time for which the loop stood still, in seconds.
        seconds: How long it took.
        missing: What is not installed, if that is why there is no figure.
    """

    sends: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    told: Counter[End] = field(default_factory=Counter[End])
    untrue: int = 0
    denied: int = 0
    found: int = 0
    misattributed: int = 0
    miscounted: int = 0
    silent: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    echoes: Counter[str] = field(default_factory=Counter[str])
    evidence: Counter[str] = field(default_factory=Counter[str])
    stall: float = 0.0
    seconds: float = 0.0
    missing: str = ""

    @property
    def unknown(self) -> int:
        """How many nobody knows of, as the callers were told."""
        return self.told[End.UNKNOWN]

    @property
    def given_up(self) -> int:
        """How many were told not to be sent."""
        return self.told[End.NOT_SENT]

    @property
    def unreported(self) -> int:
        """How many never arrived, and were not told to be unknown."""
        return self.lost - (self.unknown - self.found)

    def add(self, other: "Tally") -> None:
        """Add what came of another trial."""
        for name in _SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.stall = max(self.stall, other.stall)


_SUMMED = [name for name in Tally.__dataclass_fields__ if name != "stall"]


def run(job: Job) -> Tally:
    """Return what comes of *job*."""
    logging.disable(logging.CRITICAL)  # each of the thousands of faults is logged
    gc.freeze()
    try:
        return asyncio.run(_run(job))
    except ImportError as error:
        return Tally(missing=str(error))


async def _run(job: Job) -> Tally:
    sends = sends_of(job.sends, job.people, job.texts)
    clock, began = FastClock(job.factor), time.perf_counter()
    async with FaultServer(clock, job.seed) as server:
        stalls: list[float] = [0.0]
        watching = asyncio.create_task(_watch(stalls))
        arena = Arena(server, clock)
        await WAYS[job.way](arena, sends)
        await server.settled()
        watching.cancel()
    tally = _judged(arena, sends)
    tally.stall, tally.seconds = stalls[0], time.perf_counter() - began
    return tally


def _judged(arena: Arena, sends: list[Send]) -> Tally:
    server = arena.server
    copies, unlike = server.ledger.counted(sends)
    whose = {one.mid: one for one in server.ledger.copies}
    tally = Tally(sends=len(sends), miscounted=unlike, calls=server.calls)
    tally.told.update(arena.ends.values())
    tally.faults.update({fault.value: number for fault, number in server.faults.items()})
    tally.echoes.update(lost=server.echoes_lost, at_once=server.echoes_at_once)
    tally.evidence.update(arena.evidence)
    marked = any(one.metadata for one in server.ledger.copies)
    tally.disordered = server.ledger.disordered() if marked else 0
    for send in sends:
        number, end = copies[send.serial], arena.ends.get(send.serial)
        tally.lost += number == 0
        tally.doubled += number > 1
        tally.silent += end is None
        tally.untrue += end is End.SENT and number == 0
        tally.denied += end is End.NOT_SENT and number > 0
        tally.found += end is End.UNKNOWN and number > 0
        mid = arena.mids.get(send.serial)
        tally.misattributed += mid is not None and not _is_of(whose.get(mid), send)
    return tally


def _is_of(copy: Committed | None, send: Send) -> bool:
    return copy is not None and serial_of(copy) == send.serial


async def _watch(stalls: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        stalls[0] = max(stalls[0], time.perf_counter() - began - _TICK)
