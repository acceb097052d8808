"""A clock that runs faster than ours: all durations of a run are real ones times one factor.

With 0.01 a second of Meta's and of the client's lasts 10 ms, so that the client can be tried
with the very constants that it has by default.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class FastClock:
    """The time of one trial.

    Args:
        factor: How long a second lasts, in seconds.
    """

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self._started = time.perf_counter()

    def today(self) -> datetime:
        """Return the time of day."""
        return _BEGIN + timedelta(seconds=self._passed())

    def now(self) -> float:
        """Return the time, in unix seconds."""
        return _BEGIN.timestamp() + self._passed()

    @staticmethod
    def told(moment: float) -> str:
        """Return a moment as Meta tells it: in whole seconds."""
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds * self.factor)

    def _passed(self) -> float:
        return (time.perf_counter() - self._started) / self.factor
