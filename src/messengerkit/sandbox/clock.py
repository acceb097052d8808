"""Floor 8: the sandbox's clock, which moves by a call, and wakes those who wait for it."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta

from .bell import Bell

_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_WHOLE = re.compile(rf"(?:{_PIECE.pattern})+")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST = 3_200_000_000.0  # seconds; a hundred years, so that no date breaks

Span = str | float | timedelta
"""A length of time: `"25h"`, `"1d12h"`, seconds, or a timedelta."""


def seconds_of(span: Span) -> float:
    """Return *span* in seconds.

    Raises:
        ValueError: If it is no length of time, below zero, or above a hundred years.
    """
    seconds = _parsed(span) if isinstance(span, str) else _number(span)
    if not 0 <= seconds <= _LONGEST:
        msg = "a clock moves forward, and by a hundred years at most"
        raise ValueError(msg)
    return seconds


def _number(span: float | timedelta) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else span


def _parsed(text: str) -> float:
    if not _WHOLE.fullmatch(text):
        msg = f'{text[:40]!r} is no length of time; write it as "90s", "25h" or "1d12h"'
        raise ValueError(msg)
    return sum(float(number) * _SECONDS[unit] for number, unit in _PIECE.findall(text))


class Clock:
    """The time of one sandbox: that of *base*, moved on by all that it was advanced.

    Args:
        base: What it goes by, in unix seconds.

    Attributes:
        moves: Rung whenever it is moved on.
    """

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._moved = 0.0
        self.moves: Bell = Bell()

    def __call__(self) -> float:
        """Return the time, in unix seconds."""
        return self._base() + self._moved

    def advance(self, span: Span) -> None:
        """Move on by *span*; whoever slept for less wakes up.

        Raises:
            ValueError: If *span* is no length of time, or all of them are above a hundred years.
        """
        self._moved = seconds_of(self._moved + seconds_of(span))
        self.moves.ring()

    async def sleep(self, seconds: float) -> None:
        """Return once *seconds* have passed, or were skipped."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._moved + seconds
        while (left := due - loop.time() - self._moved) > 0:
            try:
                async with asyncio.timeout(left):
                    await self.moves.next.wait()
            except TimeoutError:
                return
