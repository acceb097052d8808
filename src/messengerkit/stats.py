"""Floor 4: counters of how sends ended; what `/status` shows. Plain values, no clock."""

from collections import Counter
from dataclasses import dataclass, field

from .delivery import Outcome
from .errors import MessengerError


@dataclass(slots=True, kw_only=True)
class Stats:
    """How the sends of one client ended since it was made.

    Attributes:
        sent: Accepted by Meta.
        refused: Meta said no.
        not_sent: Did not leave, or were throttled, until the policy gave up.
        unknown: Nobody knows.
        errors: Ends by the class of their error.
        seconds: Time spent in all sends together, waits included.
    """

    sent: int = 0
    refused: int = 0
    not_sent: int = 0
    unknown: int = 0
    errors: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0

    def count(self, seconds: float, error: MessengerError | None, outcome: Outcome | None) -> None:
        """Count one send that ended after *seconds*: accepted, or with *error* and *outcome*."""
        self.seconds += seconds
        if error is not None:
            self.errors[type(error).__name__] += 1
        match outcome:
            case None:
                self.sent += 1
            case Outcome.REFUSED:
                self.refused += 1
            case Outcome.NOT_SENT:
                self.not_sent += 1
            case _:
                self.unknown += 1

    @property
    def total(self) -> int:
        """All sends that have ended."""
        return self.sent + self.refused + self.not_sent + self.unknown

    @property
    def success_rate(self) -> float | None:
        """The share of sends that Meta accepted, 0 to 1; None before the first one."""
        return self.sent / self.total if self.total else None

    @property
    def mean_seconds(self) -> float | None:
        """The mean time of a send, or None before the first one."""
        return self.seconds / self.total if self.total else None
