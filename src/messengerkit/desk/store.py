"""Floor 6: the store's port: whole transactions, and what can be done inside one.

A desk's rules are functions of a `Transaction`, which neither wait nor act on anything else.
The store runs such a function as one whole transaction: all of it is durable when `write`
returns, or nothing of it ever was. It may run it more than once, if others were in its way.
Nobody else ever holds a transaction open.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from .conversation import Conversation
from .entries import (
    ActionQuery,
    Change,
    ConversationQuery,
    Counts,
    InboxEvent,
    OutboxRow,
    ReplyKey,
)
from .records import AdminAction, Message

T = TypeVar("T")


class Transaction(Protocol):
    """What a store holds, as one transaction sees it, with its own changes.

    What is `added` must not be there; what is `put` replaces what is there. Otherwise a
    `TransitionError` is raised, and so it is for any change inside of a `read`. A conversation
    that is read one by one is locked: nobody else changes it, its messages or its sends
    until the transaction has ended. Lists are only read.
    """

    def conversation(self, conversation_id: UUID, /) -> Conversation | None:
        """Return the conversation with this id, locked."""
        ...

    def conversations_of(
        self, people: Iterable[tuple[str, str]], /
    ) -> dict[tuple[str, str], Conversation]:
        """Return the conversations of these people, by page and PSID, locked."""
        ...

    def add_conversation(self, conversation: Conversation, /) -> Conversation:
        """Keep it, and return it, locked; if its person has one by now, return that one."""
        ...

    def put_conversations(self, conversations: Iterable[Conversation], /) -> None:
        """Replace conversations that are there."""
        ...

    def conversations(self, query: ConversationQuery, /) -> Sequence[Conversation]:
        """Return those that *query* asks for, in its order.

        Those that stand at one place of it come by their ids, as their times do: the greatest
        first where they are RECENT, the least first where they are URGENT.
        """
        ...

    def idle(self, since: datetime, limit: int, /) -> Sequence[Conversation]:
        """Return those that a person has, nobody waits in, and nobody wrote in after *since*.

        Those that are idle for longest come first. One that nobody ever wrote in is not idle.
        """
        ...

    def message(self, message_id: UUID, /) -> Message | None:
        """Return the message with this id."""
        ...

    def message_of(self, conversation_id: UUID, mid: str, /) -> Message | None:
        """Return the message of this conversation with this id of Meta's."""
        ...

    def add_messages(self, messages: Iterable[Message], /) -> None:
        """Keep messages."""
        ...

    def put_messages(self, messages: Iterable[Message], /) -> None:
        """Replace messages that are there."""
        ...

    def messages(
        self, conversation_id: UUID, before: tuple[datetime, UUID] | None, limit: int, /
    ) -> Sequence[Message]:
        """Return the messages older than *before*, by `created_at` and id, the newest first."""
        ...

    def unread(self, conversation_id: UUID, until: datetime, /) -> Sequence[Message]:
        """Return the page's messages of up to *until*, whose status READ may follow.

        Those are IN_FLIGHT, UNKNOWN, UNCONFIRMED, SENT or DELIVERED.
        """
        ...

    def mids(self, conversation_id: UUID, /) -> frozenset[str]:
        """Return the ids at Meta of the newest messages of this conversation, 200 or more."""
        ...

    def add_events(self, events: Iterable[InboxEvent], /) -> int:
        """Keep those whose key is not there yet, and number them; return how many those are."""
        ...

    def new_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return the first NEW events, locked; none if another transaction is at them."""
        ...

    def put_events(self, events: Iterable[InboxEvent], /) -> None:
        """Replace events that are there."""
        ...

    def event(self, key: str, /) -> InboxEvent | None:
        """Return the event with this key, locked."""
        ...

    def due_events(self, now: datetime, limit: int, /) -> Sequence[InboxEvent]:
        """Return DUE events that are the first DUE ones of their conversation, in order, locked.

        None is of a conversation where the owner of a DUE event is alive, nor is one whose
        `retry_at` is after *now*, nor one that another transaction has locked.
        """
        ...

    def dead_events(self, limit: int, /) -> Sequence[InboxEvent]:
        """Return DEAD events, the newest first."""
        ...

    def add_send(self, send: OutboxRow, /) -> None:
        """Keep *send* at the end of its conversation, and number it."""
        ...

    def put_send(self, send: OutboxRow, /) -> None:
        """Replace a send that is there; its conversation must be locked."""
        ...

    def send(self, nonce: str, /) -> OutboxRow | None:
        """Return the send with this nonce."""
        ...

    def send_of(self, message_id: UUID, /) -> OutboxRow | None:
        """Return the send of this message."""
        ...

    def open_sends(self, conversation_id: UUID, /) -> Sequence[OutboxRow]:
        """Return those that are not settled (QUEUED, IN_FLIGHT, UNKNOWN), in their order."""
        ...

    def due_sends(
        self, pages: frozenset[str] | None, now: datetime, passing: datetime, limit: int, /
    ) -> Sequence[OutboxRow]:
        """Return QUEUED sends whose owner is not alive and whose turn it may be, oldest first.

        It is a send's turn when no send before it in its conversation is open, or all that
        are are a bot's, IN_FLIGHT or UNKNOWN, and it is a person's of up to *passing* with
        another `digest` than each of them. One that another transaction has locked is left
        out. All that are returned are locked.

        Args:
            pages: Only those of these pages.
            now: When an owner must be alive.
            passing: Until when a person's reply must have been written to pass.
            limit: How many at most.
        """
        ...

    def left_sends(self, pages: frozenset[str] | None, now: datetime, /) -> Sequence[OutboxRow]:
        """Return those IN_FLIGHT or UNKNOWN whose owner is not alive at *now*, oldest first."""
        ...

    def alive(self, owner: str, until: datetime, /) -> None:
        """Take note that *owner* lives until just before then; who is not known does not."""
        ...

    def last_action(self, conversation_id: UUID, /) -> AdminAction | None:
        """Return the newest action of this conversation, by its number."""
        ...

    def add_action(self, action: AdminAction, /) -> None:
        """Keep *action*; there is no way to change it."""
        ...

    def actions(self, query: ActionQuery, /) -> Sequence[AdminAction]:
        """Return those that *query* asks for, by `at` and id, the newest first."""
        ...

    def chain(self, conversation_id: UUID, /) -> Sequence[AdminAction]:
        """Return all actions of this conversation, by their number."""
        ...

    def reply_key(self, key: str, /) -> ReplyKey | None:
        """Return what was written under this key."""
        ...

    def add_reply_key(self, key: ReplyKey, /) -> None:
        """Keep *key*."""
        ...

    def add_changes(self, changes: Iterable[Change], /) -> None:
        """Put *changes* at the end of the feed; they are seen there after the transaction."""
        ...

    def changes(self, after: str | None, limit: int, /) -> Sequence[Change]:
        """Return the changes after the one with this cursor, oldest first.

        Args:
            after: A cursor, "" for the very first, or None for none but the newest one,
                whose cursor tells where the feed is now.
            limit: How many at most.

        Raises:
            InvalidInputError: If *after* is no cursor.
        """
        ...

    def counts(self) -> Counts:
        """Return how much of what there is."""
        ...

    def erase(self, conversation_id: UUID, /) -> None:
        """Delete the conversation and all of its messages, events, sends, keys and changes.

        All events that are about its person are its own. Its actions stay.
        """
        ...

    def events_of(self, page_id: str, psid: str, /) -> Sequence[InboxEvent]:
        """Return all events that are about this person, in their order, locked."""
        ...

    def forget(self, before: datetime, /) -> int:
        """Delete DONE events, settled sends, keys and changes from before then; return how many.

        It may leave some, so that nobody waits for long: it is called until it returns 0.

        A send is as old as its `created_at`; its message stays. One that is UNCONFIRMED stays,
        too: a person may still decide about it.
        """
        ...


class Store(Protocol):
    """Where a desk keeps everything; `messengerkit.testing.check_store` holds one to it."""

    async def create(self) -> None:
        """Make what is missing, and check that the rest is of this version.

        Raises:
            ConfigurationError: If it is of another version.
            StoreError: If it cannot be reached.
        """
        ...

    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work* as one transaction; what it returns is durable when this returns.

        If *work* raises, nothing of it is kept, and the error is raised here. Whoever is
        cancelled here does not stop it.

        Raises:
            StoreError: If the store fails.
        """
        ...

    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, which only reads, and locks nothing.

        Raises:
            StoreError: If the store fails.
        """
        ...

    async def aclose(self) -> None:
        """Close it; calling it again does nothing."""
        ...
