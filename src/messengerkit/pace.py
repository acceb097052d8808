"""Floor 4: no page calls more often than Meta allows it; who must wait for that, waits here.

Going on while Meta limits a page prolongs the limit, so the page as a whole waits, and
not one call. Platform page: /docs/graph-api/overview/rate-limiting. All durations are in
seconds.
"""

import asyncio
import contextlib
import math
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol

from .errors import ConfigurationError, RateLimitError
from .rates import Rate
from .retry import is_wait
from .usage import LONGEST_WAIT, Usage

_BOTS_FROM, _BOTS_LONGEST = 80.0, 10.0  # percent of Meta's limit, and seconds at 100 %
_PEOPLE_FROM, _PEOPLE_LONGEST = 95.0, 1.0
_BELIEVED = 60.0  # answers about the page's other limits, less used, come in between
_TURN = 10  # of so many calls that go while a bot's waits, one is the bot's


class Limiter(Protocol):
    """What keeps the pace of one page."""

    def enter(self, rate: Rate, *, urgent: bool) -> Awaitable[None] | None:
        """Take a place for one call.

        Args:
            rate: What Meta counts the call as.
            urgent: Whether a person waits for it, so that it goes before a bot's.

        Returns:
            None if it may go at once, else what ends when it may.

        Raises:
            RateLimitError: If whoever waits for it should rather be told; nothing was sent.
        """
        ...

    def observe(self, usage: Usage) -> None:
        """Take note of what an answer told about the limits."""
        ...


class Alarm(Protocol):
    """What is set to ring."""

    def cancel(self) -> object:
        """Ring no more."""
        ...


def _call_later(seconds: float, ring: Callable[[], None], /) -> Alarm:
    return asyncio.get_running_loop().call_later(seconds, ring)


class PageLimiter:
    """Keeps the pace of one page in this process.

    In no time of `seconds` more than `calls` of a rate go: those may go in one burst, and
    the next one goes when the first of them is `seconds` old. Who waits goes in order of
    arrival, people before bots; but of ten calls that go while a bot's waits, one is the
    bot's, so that people hold up no bot for ever.

    Near Meta's own limit, two calls of a bot with the same rate are at least
    `10 * ((percent - 80) / 20) ** 2` apart from 80 % on, and two of people
    `1 * ((percent - 95) / 5) ** 2` from 95 % on; at 100 % and beyond that is 10 s and 1 s.
    The highest percentage of the last 60 s counts. When an answer asks for a wait,
    everything waits until it is over, people too, for an hour at most; the percentage
    counts for 60 s after it, so that not all start again at once.

    A bot waits as long as it takes. A person who would wait longer than *patience* is told
    at once, by a `RateLimitError` with the wait as its `retry_after`.

    Clients of the page on one event loop may share a limiter; other pages have their own.

    Args:
        rates: Other numbers than Meta's, as `(calls, seconds)`; None is no limit.
        patience: Seconds that a person waits at most; the default is that of `Retry.cap`.
        clock: Tells the time.
        call_later: Calls a function once so many seconds are over; by default, the
            running event loop does.

    Raises:
        ConfigurationError: If a number of *rates* is not above zero, or *patience* below it.
    """

    def __init__(
        self,
        *,
        rates: Mapping[Rate, tuple[int, float] | None] | None = None,
        patience: float = 20.0,
        clock: Callable[[], float] = time.monotonic,
        call_later: Callable[[float, Callable[[], None]], Alarm] = _call_later,
    ) -> None:
        self._lanes = {rate: _Lane(*_limit(rate, rates or {})) for rate in Rate}
        if not patience >= 0:
            msg = "patience must be 0 seconds or more"
            raise ConfigurationError(msg)
        self._patience = patience
        self._clock = clock
        self._call_later = call_later
        self._percent = 0.0
        self._believed_until = -math.inf
        self._paused_until = -math.inf
        self._calm_from = -math.inf  # when neither matters any more

    def enter(self, rate: Rate, *, urgent: bool) -> Awaitable[None] | None:
        """Take a place for one call: None if it may go at once, else what ends when it may.

        Raises:
            RateLimitError: If a person would wait longer than *patience*; nothing was sent.
        """
        lane = self._lanes[rate]
        now = self._clock()
        if lane.alarm is None:  # nobody waits
            if now >= self._calm_from:
                if lane.opens() <= now:
                    lane.take(now)
                    return None
            elif self._due(lane, urgent=urgent) <= now:
                self._take(lane, now, urgent=urgent)
                return None
        if urgent and (wait := self._due(lane, urgent=True) - now) > self._patience:
            msg = f"This page is limited by Meta for another {wait:.0f} s; nothing was sent."
            raise RateLimitError(msg, retry_after=wait)
        return self._wait(lane, urgent=urgent)

    def observe(self, usage: Usage) -> None:
        """Take note of what an answer told about the limits."""
        if usage.percent is None and usage.wait is None:
            return
        now = self._clock()
        if usage.wait is not None:
            self._paused_until = max(self._paused_until, now + min(usage.wait, LONGEST_WAIT))
        if usage.percent is not None and (
            usage.percent >= self._percent or now >= self._believed_until
        ):
            self._percent = usage.percent
            self._believed_until = max(self._paused_until, now) + _BELIEVED
        slow_until = self._believed_until if self._percent > _BOTS_FROM else -math.inf
        self._calm_from = max(self._paused_until, slow_until)

    async def _wait(self, lane: "_Lane", *, urgent: bool) -> None:
        place: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        waiting = lane.waiting[urgent]
        waiting[place] = None
        self._let_in(lane, self._clock())
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                waiting.pop(place, None)
            else:
                lane.give_back(place.result(), urgent=urgent)
            self._let_in(lane, self._clock())
            raise

    def _let_in(self, lane: "_Lane", now: float) -> None:
        due, urgent = self._next(lane, now)
        while due <= now:
            place, _ = lane.waiting[urgent].popitem(last=False)
            if not place.cancelled():  # its task has yet to notice
                lane.passed = lane.passed + 1 if urgent and lane.waiting[False] else 0
                self._take(lane, now, urgent=urgent)
                place.set_result(now)
            due, urgent = self._next(lane, now)
        if due == lane.rings:
            return
        if lane.alarm is not None:
            lane.alarm.cancel()
        lane.rings, lane.alarm = due, None
        if due < math.inf:
            lane.alarm = self._call_later(due - now, partial(self._ring, lane, due))

    def _ring(self, lane: "_Lane", due: float) -> None:
        lane.rings, lane.alarm = math.inf, None
        # A loop may ring early, by as little as its clock can tell.
        self._let_in(lane, max(self._clock(), due))

    def _next(self, lane: "_Lane", now: float) -> tuple[float, bool]:
        """Return when the next one who waits may go, and whether that is a person."""
        people = self._due(lane, urgent=True) if lane.waiting[True] else math.inf
        bots = self._due(lane, urgent=False) if lane.waiting[False] else math.inf
        if bots <= now and lane.passed >= _TURN - 1:
            return bots, False
        return (people, True) if people <= max(bots, now) else (bots, False)

    def _due(self, lane: "_Lane", *, urgent: bool) -> float:
        return max(self._paused_until, lane.opens(), lane.spread_until[urgent])

    def _take(self, lane: "_Lane", now: float, *, urgent: bool) -> None:
        lane.take(now)
        if now < self._believed_until:
            lane.spread_until[urgent] = now + _gap(self._percent, urgent=urgent)


class _Lane:
    """The calls of one rate. What is kept for people and bots apart has the key `urgent`."""

    __slots__ = ("alarm", "calls", "ends", "passed", "rings", "seconds", "spread_until", "waiting")

    def __init__(self, calls: float, seconds: float) -> None:
        self.calls = calls
        self.seconds = seconds
        self.ends: deque[float] = deque()  # when those who went count no more, oldest first
        self.spread_until = {True: -math.inf, False: -math.inf}
        # Ordered dicts, since who is cancelled leaves from the middle.
        self.waiting: dict[bool, OrderedDict[asyncio.Future[float], None]] = {
            True: OrderedDict(),
            False: OrderedDict(),
        }
        self.passed = 0  # people who went while a bot waited
        self.alarm: Alarm | None = None
        self.rings = math.inf

    def opens(self) -> float:
        """Return when there is a place."""
        return self.ends[0] if len(self.ends) >= self.calls else -math.inf

    def take(self, now: float) -> None:
        """Take a place, which there must be."""
        if self.ends and self.ends[0] <= now:
            self.ends.popleft()
        self.ends.append(now + self.seconds)

    def give_back(self, taken: float, *, urgent: bool) -> None:
        """Give back a place that was just taken, at *taken*."""
        with contextlib.suppress(ValueError):
            self.ends.remove(taken + self.seconds)
        self.spread_until[urgent] = taken


def _limit(rate: Rate, rates: Mapping[Rate, tuple[int, float] | None]) -> tuple[float, float]:
    calls, seconds = rates.get(rate, (rate.calls, rate.seconds)) or (None, None)
    if calls is None or seconds is None:
        return math.inf, 0.0
    if calls < 1 or seconds <= 0 or not is_wait(seconds):
        msg = f"{rate} must be at least one call in a time above 0, not {(calls, seconds)!r}"
        raise ConfigurationError(msg)
    return calls, seconds


def _gap(percent: float, *, urgent: bool) -> float:
    start = _PEOPLE_FROM if urgent else _BOTS_FROM
    longest = _PEOPLE_LONGEST if urgent else _BOTS_LONGEST
    share = (min(percent, 100.0) - start) / (100.0 - start)
    return longest * max(share, 0.0) ** 2
