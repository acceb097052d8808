"""Floor 5: the lease of one process: as long as it lives, nobody else takes the sends that it has.

The lease is short, so that what a dead process left behind is soon taken up, and it is the
process's, not each send's: thousands may wait, and it is one write that renews it.
"""

import asyncio
import logging
import math
from collections.abc import Callable

from .delivery import is_open
from .outbound import OutboundLog
from .writing import Work

_log = logging.getLogger("messengerkit")

LEASE = 60.0
"""Seconds that a lease lasts beyond the longest attempt, if nothing more is heard of a process."""


class Lease:
    """One process's lease, and the sends that it has.

    Args:
        log: Where it is written down.
        owner: The process's name in the log.
        clock: The time, in unix seconds.
        seconds: How long it lasts beyond the longest attempt.

    Attributes:
        owner: The process's name in the log.
        orphans: The nonces of sends that are still its own, and that nobody goes on with,
            because the log failed.
        seconds: How long it lasts beyond the longest attempt.
    """

    def __init__(
        self,
        log: OutboundLog,
        owner: str,
        clock: Callable[[], float],
        seconds: float = LEASE,
    ) -> None:
        self._log = log
        self.owner = owner
        self._clock = clock
        self.seconds = seconds
        self._until = -math.inf
        self._longest = 0.0
        self._closed = False
        self._held: set[str] = set()
        self.orphans: dict[str, None] = {}
        self._alarm: asyncio.TimerHandle | None = None
        self._renewing: asyncio.Task[None] | None = None

    def covers(self, seconds: float, *, spare: float = 0.0) -> bool:
        """Tell whether it lasts for an attempt of so many seconds that begins now.

        If it did not, another process could look for the message, not find it, and send it,
        before it arrives.
        """
        self._longest = max(self._longest, seconds)
        return self._clock() + seconds + spare < self._until

    async def renew(self) -> None:
        """Let the log know that this process lives."""
        until = self._clock() + self._longest + self.seconds
        await self._log.alive(self.owner, until)
        self._until = max(self._until, until)

    def hold(self, work: Work) -> None:
        """Renew the lease for *work* from now on."""
        self._held.add(work.row.id)
        self.orphans.pop(work.row.nonce, None)
        if self._alarm is None and not self._closed:
            self._set_alarm()

    def drop(self, work: Work) -> None:
        """Renew it no more for *work*; one that is still open is an orphan."""
        self._held.discard(work.row.id)
        if is_open(work.row.state):
            self.orphans[work.row.nonce] = None

    async def aclose(self) -> None:
        """Renew it no more."""
        self._closed = True
        self._held.clear()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._renewing is not None:
            await asyncio.wait({self._renewing})

    def _set_alarm(self) -> None:
        self._alarm = asyncio.get_running_loop().call_later(self.seconds / 3, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if not self._held:
            return
        self._set_alarm()
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        try:
            await self.renew()
        except Exception:  # noqa: BLE001  # a user's log may raise anything
            _log.exception("The lease of this process could not be renewed.")
