"""Floor 7: failures counted by name in leaky buckets; time is given, and nobody waits here."""

import math
from collections import OrderedDict
from dataclasses import dataclass

LONGEST_WAIT = 300.0
"""Seconds; no failure asks for more, for whoever mistyped should not have to go home."""
MOST_NAMES = 10_000
"""Names that are remembered; a flood of new ones must not fill the memory."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    beyond: float  # failures that found no token, less those that the refill has forgiven
    at: float


class Failures:
    """Buckets of *limit* tokens, refilled evenly within *per* seconds; a failure takes one.

    A failure that finds no token asks to wait: per / limit seconds, which is one token's
    time, times 2 for each failure beyond the limit before it, up to 300. Each token that
    comes back also forgives one of those, so that the wait shrinks as it grew.

    Args:
        limit: Failures that are free.
        per: Seconds.
        most: Names that are remembered; the one that has been quiet longest goes first.
    """

    def __init__(self, *, limit: int, per: float, most: int = MOST_NAMES) -> None:
        self._limit = limit
        self._unit = per / limit
        self._most = most
        # Beyond this the wait grows no more, and what is forgiven should soon tell.
        self._furthest = 1 + max(0, math.ceil(math.log2(LONGEST_WAIT / self._unit)))
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def add(self, name: str, at: float) -> float:
        """Count a failure of *name* at the time *at*; return the seconds to wait, 0 if none."""
        bucket = self._refilled(name, at)
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        bucket.beyond = min(bucket.beyond + 1, self._furthest)
        return min(LONGEST_WAIT, self._unit * 2 ** (bucket.beyond - 1))

    def _refilled(self, name: str, at: float) -> _Bucket:
        bucket = self._buckets.setdefault(name, _Bucket(self._limit, 0.0, at))
        self._buckets.move_to_end(name)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        back = (at - bucket.at) / self._unit
        bucket.tokens = min(self._limit, bucket.tokens + back)
        bucket.beyond = max(0.0, bucket.beyond - back)
        bucket.at = at
        return bucket
