"""Floor 6: how much there is in memory, and how it ends: what is erased, what is forgotten."""

from datetime import datetime
from uuid import UUID

from messengerkit.delivery import State, is_open
from messengerkit.desk.conversation import Status
from messengerkit.desk.entries import Counts, EventState

from ._places import micros, waiting_in
from ._tables import Part


class Ends(Part):
    """How a transaction counts, erases and forgets."""

    def counts(self) -> Counts:
        """Return how much of what there is."""
        tables = self._tables
        waiting = (one for one in EventState if one is not EventState.DONE)
        return Counts(
            escalated=tables.conversations.count(Status.ESCALATED),
            held=tables.conversations.count(("held", True)),
            events={state: tables.events.count(state) for state in waiting},
            sends={state: tables.sends.count(state) for state in State if is_open(state)},
        )

    def erase(self, conversation_id: UUID, /) -> None:
        """Delete the conversation and all of its messages, events, sends, keys and changes."""
        tables = self._tables
        one = tables.conversations.get(conversation_id)
        person = None if one is None else ("person", one.page_id, one.psid)
        for event in [*tables.events.after(conversation_id), *tables.events.after(person)]:
            tables.events.change(event.key, None)
            tables.find_first(waiting_in(event))
        for table in (tables.messages, tables.sends, tables.keys, tables.changes):
            table.clear(conversation_id)
        tables.first_sends.change(conversation_id, None)
        tables.conversations.change(conversation_id, None)

    def forget(self, before: datetime, /) -> int:
        """Delete DONE events, settled sends, keys and changes from before then."""
        tables, until = self._tables, (micros(before),)
        tables.owners.clear("all", until=until)
        return (
            tables.events.clear(EventState.DONE, until=until)
            + tables.sends.clear("settled", until=(before.timestamp(),))
            + tables.keys.clear("all", until=until)
            + tables.changes.clear("old", until=until)
        )
