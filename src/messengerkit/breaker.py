"""Floor 4: stops calling a page's host when it fails, and finds out when it answers again.

Only faults of the host count: no answer, one that is not Meta's, or a status from 500 on. Any
other refusal is an answer.
Who may look is one caller at a time, and looks with `GET /me`, never with a message. Who
waits for that, rests here, so that thousands do not ask again and again.
All durations are in seconds.
"""

import asyncio
import math
import random
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from .errors import CircuitOpenError, ConfigurationError

Mode = Literal["closed", "open", "probing"]
"""Calls go; none goes; one looks whether they may."""

_MOMENTS = 100  # of a window; a call counts for so much less than a window at most
_AT_ONCE = 100  # of those who rest, so many wake in one turn of the loop: others have theirs


@dataclass(slots=True, kw_only=True)
class Breaker:
    """One page's breaker.

    Args:
        window: Over how long calls are counted.
        least: How many must have ended in that time.
        share: Which share of them must have failed; `least` in a row are enough, too.
        shortest: How long it is open at least.
        longest: And at most; when exactly, chance says, so that not all look at once.
        clock: Tells the time.
        uniform: Chance.

    Raises:
        ConfigurationError: If a number makes no sense.
    """

    window: float = 30.0
    least: int = 20
    share: float = 0.5
    shortest: float = 10.0
    longest: float = 30.0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    uniform: Callable[[float, float], float] = field(default=random.uniform, repr=False)
    mode: Mode = field(default="closed", init=False)
    # When a moment began, and how many calls ended and failed in it: a page may make 300 a
    # second, and each by itself would be too many to keep.
    _moments: deque[list[float]] = field(default_factory=deque[list[float]], init=False, repr=False)
    _moment_ends: float = field(default=-math.inf, init=False, repr=False)
    _calls: int = field(default=0, init=False, repr=False)
    _failed: int = field(default=0, init=False, repr=False)
    _in_a_row: int = field(default=0, init=False, repr=False)
    _until: float = field(default=0.0, init=False, repr=False)
    _watched: bool = field(default=False, init=False, repr=False)
    # An ordered dict, since who is cancelled leaves from the middle.
    _resting: OrderedDict[asyncio.Future[None], None] = field(
        default_factory=OrderedDict[asyncio.Future[None], None], init=False, repr=False
    )

    def __post_init__(self) -> None:
        good = self.window > 0 and self.least >= 1 and 0 < self.share <= 1
        if not (good and 0 <= self.shortest <= self.longest):
            msg = "breaker: window, least and share must be above 0, shortest at most longest"
            raise ConfigurationError(msg)

    def check(self) -> bool:
        """Return whether the caller must look first, and call `probed` afterwards.

        Raises:
            CircuitOpenError: If no call goes now.
        """
        if self.mode == "closed":
            return False
        wait = self._until - self.clock()
        if self.mode == "open" and wait <= 0:
            self.mode = "probing"
            return True
        msg = "Meta has not answered this page for a while, so nothing was sent."
        raise CircuitOpenError(msg, retry_after=max(wait, self.shortest / 10))

    def probed(self, *, answered: bool) -> None:
        """Take note of what a look found."""
        if answered:
            self.mode = "closed"
            self._moments.clear()
            self._moment_ends = -math.inf
            self._calls = self._failed = self._in_a_row = 0
            self._wake_all()
        else:
            self._open()

    def ended(self, *, failed: bool) -> None:
        """Take note of a call that ended, by a fault of the host or otherwise."""
        now, moments = self.clock(), self._moments
        if now < self._moment_ends and not (failed or self._failed):  # as it is nearly always
            moments[-1][1] += 1
            self._calls += 1
            self._in_a_row = 0
            return
        if now >= self._moment_ends:
            moments.append([now, 0, 0])
            self._moment_ends = now + self.window / _MOMENTS
        moments[-1][1] += 1
        moments[-1][2] += failed
        self._calls += 1
        self._failed += failed
        self._in_a_row = self._in_a_row + 1 if failed else 0
        while moments[0][0] <= now - self.window:
            _, calls, failures = moments.popleft()
            self._calls -= int(calls)
            self._failed -= int(failures)
        many = self._calls >= self.least and self._failed >= self.share * self._calls
        if self.mode == "closed" and (many or self._in_a_row >= self.least):
            self._open()

    async def rest(self, seconds: float, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Wait until it makes sense to `check` again, which the caller must do then.

        The first one waits *seconds*; the others until it has found that calls go, or until
        it is their turn to be the first.
        """
        if self._watched:
            await self._rest()
            return
        self._watched = True
        try:
            await sleep(seconds)
        finally:
            self._watched = False
            # It is the first one then, whatever becomes of this one before it has checked.
            self._wake(1)

    async def _rest(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._resting[place] = None
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self._wake(1)  # in the place of this one
            raise
        finally:
            self._resting.pop(place, None)

    def _wake(self, most: int) -> None:
        while self._resting and most > 0:
            place, _ = self._resting.popitem(last=False)
            if not place.done():
                place.set_result(None)
                most -= 1

    def _wake_all(self) -> None:
        if self.mode != "closed":
            return  # whoever opened it has woken one
        self._wake(_AT_ONCE)
        if self._resting:
            next(iter(self._resting)).get_loop().call_soon(self._wake_all)

    def _open(self) -> None:
        self.mode = "open"
        self._in_a_row = 0
        self._until = self.clock() + self.uniform(self.shortest, self.longest)
        # Who looked may not come back; one of the others is the first then.
        self._wake(1)
