"""Transactions that list other conversations than they must, or in another order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import ConversationQuery
from messengerkit.desk.memory._transaction import MemoryTransaction


class AllPages(MemoryTransaction):
    """It lists conversations of all pages."""

    @override
    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """List more than is asked for."""
        return super().conversations(replace(query, pages=None))


class Twice(MemoryTransaction):
    """It begins a page with the end of the one before."""

    @override
    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """List the last one again."""
        found = super().conversations(query)
        last = None if query.after is None else self.conversation(query.after.id)
        return found if last is None or not found else [last, *found][: query.limit]


class Unsorted(MemoryTransaction):
    """It lists conversations the other way round."""

    @override
    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """List them in another order."""
        return super().conversations(query)[::-1]


class Endless(MemoryTransaction):
    """It lists more conversations than are asked for."""

    @override
    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """List one more."""
        return super().conversations(replace(query, limit=query.limit + 1))


class Pageless(MemoryTransaction):
    """It knows people by their PSID alone."""

    @override
    def conversations_of(
        self, people: Iterable[tuple[str, str]], /
    ) -> dict[tuple[str, str], Conversation]:
        """Return those of the same PSID on any page."""
        table = self._tables.conversations
        found = {one.psid: one for one in table.after("all")}
        return {person: found[person[1]] for person in people if person[1] in found}


class SecondOnes(MemoryTransaction):
    """It returns what was to be added, although its person has one."""

    @override
    def add_conversation(self, conversation: Conversation, /) -> Conversation:
        """Return it in any case."""
        super().add_conversation(conversation)
        return conversation


class Impatient(MemoryTransaction):
    """It takes those for idle where somebody waits."""

    @override
    def idle(self, since: datetime, limit: int, /) -> Sequence[Conversation]:
        """Return more."""
        held = self._tables.conversations.after(("held", True))
        return [one for one in held if one.last_message_at and one.last_message_at <= since][:limit]
