"""Floor 8: one rule for outbound logs: what is done to a log, and what it must make of it."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple, TypedDict, Unpack

from messengerkit._json import JsonObject
from messengerkit.delivery import Evidence, State, Step, after
from messengerkit.errors import TransitionError
from messengerkit.outbound import Outbound, OutboundLog

from ._trial import require

SOON = 5.0
"""Seconds in which what must happen has happened; a log may have to look for it."""
_A_MOMENT = 0.05  # seconds in which what must not happen would have
_TO_CANCEL = 0.5  # seconds in which who waits is gone


class Made(TypedDict, total=False):
    """What a row has otherwise than by default."""

    id: str
    nonce: str
    parameters: JsonObject
    owner: str | None
    created_at: float


@dataclass(frozen=True, eq=False)
class LogTrial:
    """A log, and what is tried with it; no two trials have a lane, an id or a nonce in common.

    Attributes:
        log: The log.
        other: The same sends, as another process sees them.
    """

    log: OutboundLog
    other: OutboundLog
    _name: str = field(default_factory=lambda: secrets.token_hex(8))

    def lane(self, name: str = "ana") -> str:
        """Return the name of a lane of this trial."""
        return f"{self._name} {name}"

    def owner(self, name: str) -> str:
        """Return the name of a process of this trial."""
        return f"{self._name} {name}"

    def row(self, lane: str = "ana", **made: Unpack[Made]) -> Outbound:
        """Return a row that is nowhere yet."""
        return Outbound(
            id=made.get("id", secrets.token_hex(8)),
            lane=self.lane(lane),
            nonce=made.get("nonce", f"mk1:{secrets.token_hex(8)}"),
            psid=self.lane(lane),
            parameters=made.get("parameters", {"message": {"text": "Hello"}}),
            owner=made.get("owner"),
            created_at=made.get("created_at", 1_800_000_000.0),
        )

    def in_flight(self) -> Outbound:
        """Return a row that is nowhere yet, and is to be claimed as it is added."""
        return self.row()._replace(state=State.IN_FLIGHT, attempts=1, wire_at=1_800_000_000.5)

    async def added(self, lane: str = "ana", **made: Unpack[Made]) -> Outbound:
        """Return a row that has been added."""
        row = self.row(lane, **made)
        await self.log.add(row)
        return row

    async def found(self, row: Outbound) -> Outbound:
        """Return *row* as it is found by its nonce."""
        found = await self.other.find(row.nonce)
        if found is None:
            msg = "it was not found"
            raise AssertionError(msg)
        return found

    async def moved(self, row: Outbound, *steps: Step) -> Outbound:
        """Return *row* after *steps*, each of which the log must take."""
        for step in steps:
            row = stepped(row, step)
            require(await self.log.put(row), f"the step {step.value} was refused")
        return row

    async def refused(self, row: Outbound, why: str) -> None:
        """Require that the log does not take *row*, and that nothing has changed."""
        before = await self.log.find(row.nonce)
        require(not await self.log.put(row), f"it was taken {why}")
        require(await self.other.find(row.nonce) == before, f"it was refused {why}, and is there")

    async def refused_anew(self, row: Outbound) -> None:
        """Require that *row* cannot be added."""
        require(isinstance(await raised(self.log.add(row)), TransitionError), "it was added")


class LogRule(NamedTuple):
    """What every outbound log keeps.

    Attributes:
        promise: The rule, in a sentence.
        check: Tries a log; it raises if the rule is broken.
    """

    promise: str
    check: Callable[[LogTrial], Awaitable[None]]


def stepped(row: Outbound, step: Step) -> Outbound:
    """Return the next version of *row*, after *step*, with what that step writes down."""
    state = after(row.state, step)
    new = row._replace(state=state, version=row.version + 1)
    if step is Step.CLAIM:
        new = new._replace(attempts=row.attempts + 1, wire_at=row.created_at + 1, owner="one")
    if state is State.SENT:
        new = new._replace(mid=f"m_{row.id}", evidence=Evidence.ECHO, parameters={})
    return new


async def raised(awaitable: Awaitable[object]) -> BaseException | None:
    """Return what *awaitable* raises, or None."""
    (met,) = await asyncio.gather(awaitable, return_exceptions=True)
    return met if isinstance(met, BaseException) else None


async def waits(task: asyncio.Future[None], why: str) -> None:
    """Require that *task* is not over."""
    await asyncio.wait({task}, timeout=_A_MOMENT)
    require(not task.done(), f"its turn came {why}")


async def comes(task: asyncio.Future[None], why: str) -> None:
    """Require that *task* is over soon."""
    await asyncio.wait({task}, timeout=SOON)
    require(task.done(), f"its turn did not come within {SOON:g} s {why}")
    task.result()


@asynccontextmanager
async def turns(log: OutboundLog) -> AsyncGenerator[Callable[[Outbound], asyncio.Task[None]]]:
    """Give what waits for the turn of a row; nobody waits any more when it is over."""
    tasks: list[asyncio.Task[None]] = []

    async def turn(row: Outbound) -> None:
        await log.turn(row.id)

    def waiting(row: Outbound) -> asyncio.Task[None]:
        tasks.append(asyncio.create_task(turn(row)))
        return tasks[-1]

    try:
        yield waiting
    finally:
        for task in tasks:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(_TO_CANCEL):  # which cancels them once more
                await asyncio.gather(*tasks, return_exceptions=True)
