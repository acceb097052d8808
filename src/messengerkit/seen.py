"""Floor 4: which events have been handled, so that a delivery that comes again changes nothing.

An event is claimed before it is handled and marked after it succeeded. A claim is a lease:
whoever dies with it loses it, and the event is handled when Meta delivers it again. Meta
tries for 36 hours (platform page: /docs/graph-api/webhooks/getting-started). All durations
are in seconds.
"""

import enum
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

from .errors import ConfigurationError


class Taken(enum.Enum):
    """Why an event is not the caller's to handle."""

    HANDLED = "handled"
    """It was handled."""
    IN_PROGRESS = "in_progress"
    """Another has a lease on it, and may fail yet."""


class Seen(Protocol):
    """What remembers the keys of events; the keys are those of `Event.key`."""

    async def claim(self, key: str, /) -> str | Taken:
        """Return a token if the event is this caller's to handle now, else why it is not."""
        ...

    async def done(self, key: str, token: str, /) -> None:
        """Remember that the event was handled, if *token* still has the lease."""
        ...

    async def release(self, key: str, token: str, /) -> None:
        """Give the event back, if *token* still has the lease: handling it failed."""
        ...


class MemorySeen:
    """Remembers in this process, which is enough where there is one, and forgets with it.

    Args:
        lease: How long a handler may take before the event is another's to handle.
        kept: How long an event is remembered; Meta delivers again for 36 hours.
        most: How many events are remembered; beyond it the oldest are forgotten.
        clock: Tells the time.

    Raises:
        ConfigurationError: If *lease*, *kept* or *most* is not above zero.
    """

    def __init__(
        self,
        *,
        lease: float = 300.0,
        kept: float = 7 * 24 * 3600.0,
        most: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if min(lease, kept, most) <= 0:
            msg = "lease, kept and most must be above zero"
            raise ConfigurationError(msg)
        self._lease = lease
        self._kept = kept
        self._most = most
        self._clock = clock
        self._tokens = 0
        # Both in the order in which they end, since what is added ends last.
        self._leases: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._handled: OrderedDict[str, float] = OrderedDict()

    async def claim(self, key: str, /) -> str | Taken:
        """Return a token if the event is new, else why it is not."""
        now = self._clock()
        self._forget(now)
        if key in self._handled:
            return Taken.HANDLED
        if key in self._leases:
            return Taken.IN_PROGRESS
        self._tokens += 1
        token = str(self._tokens)
        self._leases[key] = token, now + self._lease
        return token

    async def done(self, key: str, token: str, /) -> None:
        """Remember that the event was handled, if *token* still has the lease."""
        if self._take_back(key, token):
            self._handled[key] = self._clock() + self._kept

    async def release(self, key: str, token: str, /) -> None:
        """Give the event back, if *token* still has the lease."""
        self._take_back(key, token)

    def _take_back(self, key: str, token: str) -> bool:
        held = self._leases.get(key)
        if held is None or held[0] != token:
            return False
        del self._leases[key]
        return True

    def _forget(self, now: float) -> None:
        while self._leases and next(iter(self._leases.values()))[1] <= now:
            self._leases.popitem(last=False)
        while self._handled and (
            len(self._handled) > self._most or next(iter(self._handled.values())) <= now
        ):
            self._handled.popitem(last=False)
