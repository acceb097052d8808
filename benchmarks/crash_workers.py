"""Starts the backends of the crash trials, kills them, and starts them again at once."""

import asyncio
import multiprocessing
import random
import socket
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from typing import Self

from crash_backend import Line, Orders, main

from messengerkit.delivery import State
from messengerkit.desk.sql import SqlStore
from messengerkit.errors import MessengerError

RANDOM = "at a random moment"
PLACES = {
    "turn": "after turn.reply",
    "send": "while a reply is sent",
    "reply": "after desk.reply",
    "receive": "before a 200",
}
_SHARES = {RANDOM: 5, "turn": 6, "send": 4, "reply": 2, "receive": 1}  # of 18 deaths
_PASSES = {
    "turn": 25,
    "send": 15,
    "reply": 4,
    "receive": 15,
}  # how often a place is passed before, at most
_SHORTEST, _LONGEST = 0.1, 1.4  # seconds that a backend lives, if it dies at random
_PATIENCE = 4.0  # seconds that it has to reach the place where it dies
_TO_LEAVE = 40.0  # seconds that it has to leave when it is asked to

# A server that has imported what takes long forks them: so they take a place at once. It does
# not find what is beside this file.
_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(
    ["aiohttp.web", "sqlalchemy.ext.asyncio", "messengerkit.desk.sql", "messengerkit.sandbox"]
)


def reserved_port() -> socket.socket:
    """Return a socket that keeps a port for others to listen on, several at once."""
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    kept.bind(("127.0.0.1", 0))
    return kept


@dataclass(slots=True)
class Worker:
    """A backend that lives.

    Attributes:
        process: The process.
        line: The way to it.
        owner: Its name in the store.
    """

    process: BaseProcess
    line: Line
    owner: str = ""

    async def dies(self, seconds: float) -> bool:
        """Return whether it is dead within so many seconds."""
        await asyncio.to_thread(self.process.join, seconds)
        return self.process.exitcode is not None

    async def leave(self) -> None:
        """Let it end what it is at, and leave."""
        self.line.close()
        if not await self.dies(_TO_LEAVE):
            self.process.kill()


@dataclass(slots=True, kw_only=True)
class Workers:
    """The backends of one trial, on one port.

    Attributes:
        orders: How they work.
        count: How many.
        chance: What decides who dies, when and where.
        store: What they have in common.
        requeues: Whether one that starts queues again what the dead one had in flight.
        deaths: How many died where.
        in_flight: How many sends those who died had in flight.
        living: The backends.
    """

    orders: Orders
    count: int
    chance: random.Random
    store: SqlStore
    requeues: bool = False
    deaths: Counter[str] = field(default_factory=Counter[str])
    in_flight: int = 0
    living: list[Worker] = field(default_factory=list[Worker])
    _deck: list[str] = field(default_factory=list[str])

    async def __aenter__(self) -> Self:
        for _ in range(self.count):
            self.living.append(await self._start(""))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(one.leave() for one in self.living))

    async def kill_one(self) -> None:
        """Let one die, and another take its place at once."""
        worker = self.chance.choice(self.living)
        where = self._drawn()
        if where == RANDOM:
            await asyncio.sleep(self.chance.uniform(_SHORTEST, _LONGEST))
        else:
            most = max(1, _PASSES[where] // self.count)
            worker.line.send({where: self.chance.randint(1, most)})
            if not await worker.dies(_PATIENCE):
                where = RANDOM
        worker.process.kill()
        await worker.dies(_PATIENCE)
        self.deaths[PLACES.get(where, where)] += 1
        self.living.remove(worker)
        self.living.append(await self._start(worker.owner))

    def _drawn(self) -> str:
        """Return where the next one dies: by chance, but each place has its share."""
        if not self._deck:
            self._deck = [where for where, share in _SHARES.items() for _ in range(share)]
            self.chance.shuffle(self._deck)
        return self._deck.pop()

    async def _start(self, dead: str) -> Worker:
        self.in_flight += await self._left_by(dead)
        seed = self.chance.randrange(2**31)
        orders = replace(self.orders, seed=seed, dead=dead if self.requeues else "")
        ours, theirs = _FORKED.Pipe()
        process = _FORKED.Process(target=main, args=(orders, theirs))
        process.start()
        theirs.close()
        worker = Worker(process, ours)
        worker.owner = await asyncio.to_thread(ours.recv)
        return worker

    async def _left_by(self, owner: str) -> int:
        """Return how many sends a dead backend had in flight."""
        if not owner:
            return 0
        later = datetime.now(UTC) + timedelta(days=1)
        try:
            left = await self.store.read(lambda it: it.left_sends(None, later))
        except MessengerError:
            return 0
        theirs = [one.row for one in left if (one.row.owner or "").startswith(owner)]
        return sum(row.state is State.IN_FLIGHT for row in theirs)
