"""Floor 4: counters of how sends ended; what `/status` shows. Plain values, no clock."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from .delivery import Evidence, Outcome
from .errors import MessengerError

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Between which seconds sends are counted; the last count is of those that took longer."""

_WORDS = {one: one.value for one in Evidence}


@dataclass(slots=True, kw_only=True)
class Latency:
    """How long sends took that ended alike, in seconds, waits included.

    Attributes:
        count: How many they are.
        seconds: What they took together.
        slowest: What the slowest took.
        counts: How many took at most each of `BOUNDS`, and more than the one before it.
    """

    count: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1), repr=False)

    def add(self, seconds: float) -> None:
        """Count one that took so long."""
        self.count += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        self.counts[bisect_left(BOUNDS, seconds)] += 1

    @property
    def mean(self) -> float | None:
        """The mean time, or None before the first one."""
        return self.seconds / self.count if self.count else None

    def within(self, share: float) -> float | None:
        """Return seconds in which *share* of them ended, or None before the first one.

        It is one of `BOUNDS`, or the slowest: never too little, and at most a step too much.

        Args:
            share: 0 to 1; 0.99 leaves the slowest of a hundred out.
        """
        left = share * self.count
        for bound, count in zip(BOUNDS, self.counts, strict=False):
            left -= count
            if self.count and left <= 0:
                return min(bound, self.slowest)
        return self.slowest if self.count else None


@dataclass(slots=True, kw_only=True)
class Stats:
    """How the sends of one client ended since it was made.

    Attributes:
        sent: Accepted by Meta, or found with the person.
        refused: Meta, or a check of our own, said no.
        not_sent: Did not leave, or were throttled, until the policy gave up.
        unknown: Nobody knew; what settles them later takes none off.
        cancelled: Those of the unknown and the not sent that the caller gave up.
        evidence: Those that were sent, by how that is known: `response`, `echo`, `read`.
        errors: Ends by the class of their error.
        seconds: Time spent in all sends together, waits included.
        latencies: The same, as a distribution, by the class of the error; without one, by
            how it ended: `sent`, `unknown` or `not_sent`.
    """

    sent: int = 0
    refused: int = 0
    not_sent: int = 0
    unknown: int = 0
    cancelled: int = 0
    evidence: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0
    latencies: dict[str, Latency] = field(default_factory=dict[str, Latency])

    def succeeded(self, seconds: float, evidence: Evidence) -> None:
        """Count a send that the person has, or will have, as is known from *evidence*."""
        self.sent += 1
        self.seconds += seconds
        self.evidence[_WORDS[evidence]] += 1
        self._latency("sent").add(seconds)

    def failed(
        self,
        seconds: float,
        outcome: Outcome,
        error: MessengerError | None,
        *,
        cancelled: bool = False,
    ) -> None:
        """Count a send that ended otherwise, after *seconds*; without an error, if cancelled."""
        self.seconds += seconds
        self.cancelled += cancelled
        ended = outcome.value
        if error is not None:
            ended = type(error).__name__
            self.errors[ended] += 1
        self._latency(ended).add(seconds)
        match outcome:
            case Outcome.REFUSED:
                self.refused += 1
            case Outcome.NOT_SENT:
                self.not_sent += 1
            case _:
                self.unknown += 1

    def _latency(self, ended: str) -> Latency:
        found = self.latencies.get(ended)
        if found is None:
            found = self.latencies[ended] = Latency()
        return found

    @property
    def total(self) -> int:
        """All sends that have ended."""
        return self.sent + self.refused + self.not_sent + self.unknown

    @property
    def success_rate(self) -> float | None:
        """The share of sends that persons have, 0 to 1; None before the first one."""
        return self.sent / self.total if self.total else None

    @property
    def mean_seconds(self) -> float | None:
        """The mean time of a send, or None before the first one."""
        return self.seconds / self.total if self.total else None
