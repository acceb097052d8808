"""Floor 6: events of the webhook in memory, and the first DUE one of each conversation."""

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from messengerkit.desk.entries import EventState, InboxEvent

from ._places import micros, waiting_in
from ._tables import Part


class Events(Part):
    """What a transaction does with events."""

    def add_events(self, events: Iterable[InboxEvent], /) -> int:
        """Keep those whose key is not there yet, and number them; return how many those are."""
        added = 0
        for one in events:
            if self.event(one.key) is None:
                numbered = one._replace(number=next(self._tables.numbers))
                self._tables.events.add(one.key, numbered)
                self._tables.find_first(waiting_in(numbered))
                added += 1
        return added

    def new_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return the first NEW events."""
        return list(islice(self._tables.events.after(EventState.NEW), limit))

    def put_events(self, events: Iterable[InboxEvent], /) -> None:
        """Replace events that are there."""
        for one in events:
            held = self._tables.events.held(one.key)
            self._tables.events.change(one.key, one._replace(number=held.number))
            # Where it was comes first: it cannot be the first of two.
            for waiting in dict.fromkeys((waiting_in(held), waiting_in(one))):
                self._tables.find_first(waiting)

    def event(self, key: str, /) -> InboxEvent | None:
        """Return the event with this key."""
        return self._tables.events.get(key)

    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return DUE events that are the first DUE ones of their conversation."""
        table = self._tables.first_events
        again = sorted(table.after("later", until=(micros(now) + 1,)), key=_number)
        due = heapq.merge(table.after("now"), again, key=_number)
        return list(islice((one for one in due if not self._is_at_work(one, now)), limit))

    def _is_at_work(self, event: InboxEvent, now: datetime) -> bool:
        """Tell whether some process has *event*, or a later one of its conversation."""
        had = self._tables.events.after(("had", waiting_in(event)))
        return any(self._tables.lives(one.owner, now) for one in had)

    def dead_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return DEAD events, the newest first."""
        return list(islice(self._tables.events.before(EventState.DEAD), limit))

    def events_of(self, page_id: str, psid: str, /) -> Sequence[InboxEvent]:
        """Return all events that are about this person, in their order."""
        return list(self._tables.events.after(("person", page_id, psid)))


def _number(event: InboxEvent) -> int:
    return event.number
