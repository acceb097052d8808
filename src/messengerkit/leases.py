"""Floor 5: keeps the leases of the sends that this process has, while they wait.

A lease is short, so that what a dead process left behind is soon taken up; a send may wait
for long, so its lease is renewed, by the loop's own clock.
"""

import asyncio
import logging
from collections.abc import Callable

from .delivery import State
from .errors import TransitionError
from .outbound import OutboundLog
from .writing import Work, lease

_log = logging.getLogger("messengerkit")

LEASE = 60.0
"""Seconds in which a living process settles a send, or renews its lease."""

_AT_ONCE = 100
_WAITING = frozenset({State.QUEUED, State.UNKNOWN})  # an attempt has its own, longer lease


class Leases:
    """The sends that one process has.

    Args:
        log: Where it is written down.
        owner: The process's name in the log.
        clock: The time, in unix seconds.

    Attributes:
        owner: The process's name in the log.
    """

    def __init__(self, log: OutboundLog, owner: str, clock: Callable[[], float]) -> None:
        self._log = log
        self.owner = owner
        self._clock = clock
        self._held: dict[str, Work] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._renewing: asyncio.Task[None] | None = None

    def until(self, seconds: float = 0.0) -> float:
        """Return when a lease ends that is taken now, for so long and some more."""
        return self._clock() + seconds + LEASE

    def hold(self, work: Work) -> None:
        """Renew the lease of *work* from now on."""
        self._held[work.row.id] = work
        if self._alarm is None:
            self._set_alarm()

    def drop(self, work: Work) -> None:
        """Renew it no more."""
        self._held.pop(work.row.id, None)

    def has(self, row_id: str) -> bool:
        """Tell whether this process has the send, whatever the log says of its lease.

        A machine that slept finds its own leases over, and goes on all the same.
        """
        return row_id in self._held

    async def take(self, work: Work, seconds: float = 0.0) -> bool:
        """Take or renew the lease of *work*; return whether nobody else has moved it on."""
        return await lease(self._log, work, owner=self.owner, until=self.until(seconds))

    async def fresh(self, work: Work, seconds: float) -> None:
        """Return once the lease of *work* reaches over an attempt of so long that begins now.

        Between the claim and the first byte a machine may sleep, and others take it for dead.

        Raises:
            TransitionError: If somebody else has it by now.
        """
        while self._clock() + seconds > work.row.lease_until:
            if not await self.take(work, seconds):
                msg = "somebody else has moved this send on"
                raise TransitionError(msg)

    async def aclose(self) -> None:
        """Renew no lease any more."""
        self._held.clear()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._renewing is not None:
            await asyncio.wait({self._renewing})

    def _set_alarm(self) -> None:
        self._alarm = asyncio.get_running_loop().call_later(LEASE / 3, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self._held:
            self._set_alarm()
            self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            for number, work in enumerate(tuple(self._held.values())):
                if self.has(work.row.id) and work.row.state in _WAITING:
                    await self.take(work)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # there may be thousands, and others have their turn
        except Exception:  # noqa: BLE001  # a user's log may raise anything
            _log.exception("The leases of sends could not be renewed.")
