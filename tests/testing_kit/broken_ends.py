"""Transactions that count, erase and forget otherwise than they must."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from messengerkit.delivery import State
from messengerkit.desk.entries import Counts, EventState
from messengerkit.desk.memory._transaction import MemoryTransaction
from messengerkit.desk.records import AdminAction


class CountsDone(MemoryTransaction):
    """It counts what is done."""

    @override
    def counts(self) -> Counts:
        """Return more."""
        counted = super().counts()
        done = self._tables.events.count(EventState.DONE)
        return replace(counted, events={**counted.events, EventState.DONE: done})


class KeepsKeys(MemoryTransaction):
    """It erases no keys."""

    @override
    def erase(self, conversation_id: UUID, /) -> None:
        """Erase less."""
        keys = list(self._tables.keys.after(conversation_id))
        super().erase(conversation_id)
        for one in keys:
            self.add_reply_key(one)


class KeepsStrays(MemoryTransaction):
    """It erases no events of a person that were never found to be of the conversation."""

    @override
    def erase(self, conversation_id: UUID, /) -> None:
        """Erase less."""
        strays = [one for one in self.new_events(10**6) if one.conversation_id is None]
        super().erase(conversation_id)
        self.add_events(strays)


class KeepsTurns(MemoryTransaction):
    """It still knows the first DUE event of what it has erased."""

    @override
    def erase(self, conversation_id: UUID, /) -> None:
        """Erase less."""
        first = self._tables.first_events.get(conversation_id)
        super().erase(conversation_id)
        self._tables.first_events.change(conversation_id, first)


class ErasesNamesakes(MemoryTransaction):
    """It erases the events of whoever has the same id on another page, too."""

    @override
    def erase(self, conversation_id: UUID, /) -> None:
        """Erase more."""
        one = self.conversation(conversation_id)
        super().erase(conversation_id)
        for event in self.new_events(10**6):
            if one is not None and event.psid == one.psid:
                self._tables.events.change(event.key, None)


class ErasesActions(MemoryTransaction):
    """It erases actions."""

    @override
    def erase(self, conversation_id: UUID, /) -> None:
        """Erase more."""
        super().erase(conversation_id)
        self._tables.actions.clear(conversation_id)


class EndsChains(MemoryTransaction):
    """It lets no chain go on whose conversation was erased."""

    @override
    def add_action(self, action: AdminAction, /) -> None:
        """Forget it."""
        if self.conversation(action.conversation_id) is not None:
            super().add_action(action)


class ForgetsOpen(MemoryTransaction):
    """It forgets sends that are QUEUED."""

    @override
    def forget(self, before: datetime, /) -> int:
        """Forget more."""
        until = before.timestamp()
        for one in list(self._tables.sends.after(State.QUEUED)):
            if one.row.created_at < until:
                self._tables.sends.change(one.row.nonce, None)
        return super().forget(before)


class ForgetsTheLiving(MemoryTransaction):
    """It forgets who lives."""

    @override
    def forget(self, before: datetime, /) -> int:
        """Forget more."""
        self._tables.owners.clear("all")
        return super().forget(before)


class ForgetsNothing(MemoryTransaction):
    """It forgets nothing."""

    @override
    def forget(self, before: datetime, /) -> int:
        """Forget nothing."""
        return 0
