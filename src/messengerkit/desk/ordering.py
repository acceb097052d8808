"""Floor 6: when events happened: none later than now, and each after what came before it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from messengerkit.events import Event

from .entries import InboxEvent

_TOLD = timedelta(milliseconds=1)  # between two moments that Meta tells apart
_APART = timedelta(microseconds=1)


@dataclass(slots=True)
class Ordering:
    """The order of the events of one transaction.

    Meta tells milliseconds, and its clock may be ahead of ours: either makes one moment of
    what a person wrote one after the other, and then chance would put it in order.

    Attributes:
        now: When the transaction is.
        left: How many of its events are still to come.
    """

    now: datetime
    left: int
    _last: dict[tuple[str, str], datetime] = field(default_factory=dict[tuple[str, str], datetime])

    def when(self, event: Event, kept: InboxEvent) -> datetime:
        """Return when *event*, the next one, happened."""
        self.left -= 1
        latest, person = self.now - self.left * _APART, (kept.page_id, kept.psid)
        at, before = min(event.timestamp or kept.received_at, latest), self._last.get(person)
        if before is not None and at <= before < at + _TOLD:
            at = before + _APART
        self._last[person] = at
        return at
