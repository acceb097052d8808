"""Stores that break the rules of transactions, each one of them."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from itertools import cycle
from typing import TypeVar, cast

from typing_extensions import override

from messengerkit import StoreError
from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import Change, InboxEvent, OutboxRow, ReplyKey
from messengerkit.desk.memory import MemoryStore
from messengerkit.desk.memory._transaction import MemoryTransaction
from messengerkit.desk.records import AdminAction, Message
from messengerkit.desk.store import Transaction

T = TypeVar("T")


class Silent(MemoryStore):
    """It returns nothing."""

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Forget what the work returned."""
        await super().write(work)
        return cast("T", None)


class Wraps(MemoryStore):
    """It takes every error for its own."""

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Raise another error than the work did."""
        try:
            return await super().write(work)
        except Exception as error:
            msg = "it failed"
            raise StoreError(msg) from error


class Keeps(MemoryStore):
    """It undoes nothing."""

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Keep what a work did that raises."""
        errors: list[BaseException] = []

        def kept(tx: Transaction) -> T:
            try:
                return work(tx)
            except Exception as error:  # noqa: BLE001  # it is raised below
                errors.append(error)
                return cast("T", None)

        result = await super().write(kept)
        for error in errors:
            raise error
        return result


class Lenient(MemoryStore):
    """It lets a reader write."""

    @override
    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Write."""
        return await self.write(work)


class Recreates(MemoryStore):
    """It creates what is there anew."""

    @override
    async def create(self) -> None:
        """Forget everything."""
        MemoryStore.__init__(self)


class ClosesOnce(MemoryStore):
    """It complains when it is closed again."""

    _closed = False

    @override
    async def aclose(self) -> None:
        """Close it."""
        if self._closed:
            raise RuntimeError
        self._closed = True


class _Later(MemoryTransaction):
    """A transaction that only takes note of what is to be changed."""

    noted: list[Callable[[Transaction], object]]

    @override
    def add_conversation(self, conversation: Conversation, /) -> Conversation:
        self.noted.append(lambda tx: tx.add_conversation(conversation))
        person = (conversation.page_id, conversation.psid)
        return self.conversations_of([person]).get(person, conversation)

    @override
    def put_conversations(self, conversations: Iterable[Conversation], /) -> None:
        some = list(conversations)
        self.noted.append(lambda tx: tx.put_conversations(some))

    @override
    def add_messages(self, messages: Iterable[Message], /) -> None:
        some = list(messages)
        self.noted.append(lambda tx: tx.add_messages(some))

    @override
    def add_events(self, events: Iterable[InboxEvent], /) -> int:
        some = list(events)
        self.noted.append(lambda tx: tx.add_events(some))
        return sum(self.event(one.key) is None for one in some)

    @override
    def put_events(self, events: Iterable[InboxEvent], /) -> None:
        some = list(events)
        self.noted.append(lambda tx: tx.put_events(some))

    @override
    def add_send(self, send: OutboxRow, /) -> None:
        self.noted.append(lambda tx: tx.add_send(send))

    @override
    def put_send(self, send: OutboxRow, /) -> None:
        self.noted.append(lambda tx: tx.put_send(send))

    @override
    def alive(self, owner: str, until: datetime, /) -> None:
        self.noted.append(lambda tx: tx.alive(owner, until))

    @override
    def add_action(self, action: AdminAction, /) -> None:
        self.noted.append(lambda tx: tx.add_action(action))

    @override
    def add_reply_key(self, key: ReplyKey, /) -> None:
        self.noted.append(lambda tx: tx.add_reply_key(key))

    @override
    def add_changes(self, changes: Iterable[Change], /) -> None:
        """Number them at once, although others may be seen before them."""
        for one in changes:
            cursor = str(next(self._tables.numbers))
            row = one._replace(cursor=cursor)
            self.noted.append(partial(self._numbered, row))

    def _numbered(self, row: Change, _: Transaction) -> None:
        self._tables.changes.add(row.cursor, row)


class Unlocked(MemoryStore):
    """It writes what a work did some time later, whatever is there by then."""

    def __init__(self) -> None:
        super().__init__()
        self._pauses = cycle((0.02, 0.01))

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Do the work, and then write."""
        later = _Later(self._tables)
        later.noted = []
        result = work(later)
        await asyncio.sleep(next(self._pauses))
        await super().write(lambda tx: [change(tx) for change in later.noted])
        return result


class Halves(MemoryStore):
    """It writes one change after the other."""

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Do the work, and then write."""
        later = _Later(self._tables)
        later.noted = []
        result = work(later)
        for change in later.noted:
            await super().write(change)
            await asyncio.sleep(0)
        return result


class Behind(MemoryStore):
    """It is always one transaction behind."""

    def __init__(self) -> None:
        super().__init__()
        self._pending: list[Callable[[Transaction], object]] = []

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Write what came before, and keep this one for later."""
        pending = self._pending
        await super().write(lambda tx: [change(tx) for change in pending])
        later = _Later(self._tables)
        later.noted = self._pending = []
        return work(later)
