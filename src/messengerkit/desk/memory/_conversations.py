"""Floor 6: conversations in memory."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import ConversationQuery, Order

from ._places import listed, micros
from ._table import Group
from ._tables import Part


class Conversations(Part):
    """What a transaction does with conversations."""

    def conversation(self, conversation_id: UUID, /) -> Conversation | None:
        """Return the conversation with this id."""
        return self._tables.conversations.get(conversation_id)

    def conversations_of(
        self, people: Iterable[tuple[str, str]], /
    ) -> dict[tuple[str, str], Conversation]:
        """Return the conversations of these people, by page and PSID."""
        table = self._tables.conversations
        found = ((person, table.first(("person", *person))) for person in people)
        return {person: one for person, one in found if one is not None}

    def add_conversation(self, conversation: Conversation, /) -> Conversation:
        """Keep it, and return it; if its person has one by now, return that one."""
        table = self._tables.conversations
        there = table.first(("person", conversation.page_id, conversation.psid))
        if there is None:
            table.add(conversation.id, conversation)
        return there or conversation

    def put_conversations(self, conversations: Iterable[Conversation], /) -> None:
        """Replace conversations that are there."""
        for one in conversations:
            self._tables.conversations.put(one.id, one)

    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """Return those that *query* asks for, in its order."""
        place = None if query.after is None else listed(query.after, query.order)
        table = self._tables.conversations
        groups = min(_groups(query), key=lambda some: table.count(*some))
        rows = table.after(*groups, place=place)
        return list(islice((one for one in rows if _is_asked_for(one, query)), query.limit))

    def idle(self, since: datetime, limit: int, /) -> Sequence[Conversation]:
        """Return those that a person has, nobody waits in, and nobody wrote in after *since*."""
        rows = self._tables.conversations.after("idle", until=(micros(since) + 1,))
        return list(islice(rows, limit))


def _groups(query: ConversationQuery) -> Iterator[Sequence[Group]]:
    """Yield groups, each of which together have all that *query* asks for."""
    if query.order is Order.URGENT:
        yield ("urgent",)
        return
    yield ("all",)
    if query.pages is not None:
        yield [("page", page) for page in query.pages]
    if query.status is not None:
        yield (query.status,)
    if query.human_handling is not None:
        yield (("held", query.human_handling),)
    if query.assigned_admin_id is not None:
        yield (("admin", query.assigned_admin_id),)


def _is_asked_for(one: Conversation, query: ConversationQuery) -> bool:
    return (
        (query.pages is None or one.page_id in query.pages)
        and query.status in {None, one.status}
        and query.human_handling in {None, one.human_handling}
        and query.assigned_admin_id in {None, one.assigned_admin_id}
    )
