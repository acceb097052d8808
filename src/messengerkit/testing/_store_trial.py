"""Floor 8: one rule for stores: what is done to a store, and what it must make of it."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID, uuid4

from messengerkit.delivery import State
from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import Change, ChangeKind, InboxEvent, OutboxRow, ReplyKey
from messengerkit.desk.message import Sender
from messengerkit.desk.records import AdminAction, Message
from messengerkit.desk.store import Store, Transaction
from messengerkit.outbound import Outbound

from ._trial import require

AT = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
"""A time whose microseconds are easily lost."""
ALL = 1_000_000
"""A limit that nothing reaches."""
MOST = 1_000
"""More rows than any rule adds to one list."""
SOON = 5.0
"""Seconds in which what must be there at last is there."""
_A_MOMENT = 0.02  # seconds after which one looks again
_TO_MEET = 0.005  # seconds for which a transaction waits until others get in its way
_MANY, _ROUNDS = 10, 5  # of each round one can take all, whoever is in its way

T = TypeVar("T")
Changing = Conversation | Message | InboxEvent | OutboxRow
"""What can be put."""
Found = Changing | AdminAction | ReplyKey
"""What can be found by what it is."""
Row = Found | Change
"""Whatever a store keeps."""
R = TypeVar("R", bound="Conversation | InboxEvent | OutboxRow | Change")


@dataclass(frozen=True, eq=False)
class StoreTrial:
    """A store, and what is tried with it; no two trials have an id, a page or a key in common.

    Attributes:
        store: The store.
        other: The same rows, as another process sees them.
    """

    store: Store
    other: Store
    _name: str = field(default_factory=lambda: secrets.token_hex(8))
    _ids: set[UUID] = field(default_factory=set[UUID])

    def name(self, of: str = "") -> str:
        """Return the name of a page, a person, an admin, a key or a process of this trial."""
        return f"{self._name} {of}"

    def pages(self, *names: str) -> frozenset[str]:
        """Return the names of pages of this trial; by default of the one that rows have."""
        return frozenset(map(self.name, names or ("page",)))

    def conversation(self, page: str = "page") -> Conversation:
        """Return a conversation that is nowhere yet, with a person of its own."""
        made = Conversation(
            id=uuid4(), page_id=self.name(page), psid=self.name(secrets.token_hex(4))
        )
        self._ids.add(made.id)
        return made

    def event(self, of: Conversation | None = None) -> InboxEvent:
        """Return an event that is nowhere yet."""
        return InboxEvent(
            key=self.name(secrets.token_hex(8)),
            page_id=self.name("page") if of is None else of.page_id,
            psid=self.name("person") if of is None else of.psid,
            json={"object": "page"},
            received_at=AT,
            conversation_id=None if of is None else of.id,
        )

    def key(self, of: Conversation) -> ReplyKey:
        """Return a key that is nowhere yet."""
        key = self.name(secrets.token_hex(8))
        return ReplyKey(key=key, digest="d", conversation_id=of.id, message_ids=(), at=AT)

    async def add(self, *rows: Row) -> None:
        """Add *rows* in one transaction."""
        await self.store.write(lambda tx: add(tx, *rows))

    async def put(self, *rows: Changing) -> None:
        """Put *rows* in one transaction."""
        await self.store.write(lambda tx: put(tx, *rows))

    async def added(self, page: str = "page") -> Conversation:
        """Return a conversation that has been added."""
        made = self.conversation(page)
        await self.add(made)
        return made

    async def seen(self, look: Callable[[Transaction], T]) -> T:
        """Return what another process sees."""
        return await self.other.read(look)

    async def lives(self, name: str, seconds: float) -> None:
        """Take note that the process of this name lives until so many seconds after `AT`."""
        until = AT + timedelta(seconds=seconds)
        await self.store.write(lambda tx: tx.alive(self.name(name), until))

    async def at_once(self, works: Iterable[Callable[[Transaction], T]]) -> list[T]:
        """Return what *works* return, all of which are begun at once, by both processes."""
        stores = (self.store, self.other)
        return await asyncio.gather(*(stores[n % 2].write(one) for n, one in enumerate(works)))

    async def each_once(self, work: Callable[[Transaction], list[str]], due: list[str]) -> None:
        """Require that of many who do *work* at once, each of *due* is taken by one."""
        taken: list[str] = []
        for _ in range(_ROUNDS):
            for some in await self.at_once([work] * _MANY):
                taken += some
        require(len(taken) == len(set(taken)), "one was taken twice")
        require(sorted(taken) == sorted(due), f"{len(taken)} were taken, not {len(due)}")

    async def comes(self, look: Callable[[Transaction], bool]) -> bool:
        """Tell whether *look* becomes true soon."""
        late = self.late()
        while not await self.seen(look):
            if time.monotonic() > late:
                return False
            await asyncio.sleep(_A_MOMENT)
        return True

    def late(self) -> float:
        """Return when, by the monotonic clock, what was to come soon has not come."""
        return time.monotonic() + SOON

    def mine(self, rows: Iterable[R]) -> list[R]:
        """Return those of *rows* that are of this trial."""
        return [
            one
            for one in rows
            if (
                one.conversation_id in self._ids
                if isinstance(one, Change)
                else one.page_id.startswith(self._name)
            )
        ]


class StoreRule(NamedTuple):
    """What every store keeps.

    Attributes:
        promise: The rule, in a sentence.
        check: Tries a store; it raises if the rule is broken.
    """

    promise: str
    check: Callable[[StoreTrial], Awaitable[None]]


def message(of: Conversation, *, after: float = 0.0) -> Message:
    """Return a message of a person that is nowhere yet, so many seconds after `AT`."""
    at = AT + timedelta(seconds=after)
    return Message(
        id=uuid4(), conversation_id=of.id, sender=Sender.USER, text="Hello", created_at=at
    )


def send(of: Conversation, state: State = State.QUEUED, sender: Sender = Sender.BOT) -> OutboxRow:
    """Return a send that is nowhere yet."""
    row = Outbound(
        id=secrets.token_hex(8),
        lane=str(of.id),
        nonce=f"mk1:{secrets.token_hex(8)}",
        psid=of.psid,
        parameters={"message": {"text": "Hello"}},
        state=state,
        created_at=AT.timestamp(),
    )
    return OutboxRow(
        row=row, conversation_id=of.id, page_id=of.page_id, message_id=uuid4(), sender=sender
    )


def action(of: Conversation, *, number: int = 1) -> AdminAction:
    """Return an action that is nowhere yet, so many seconds after `AT` as its number is."""
    return AdminAction(
        id=uuid4(),
        conversation_id=of.id,
        at=AT + timedelta(seconds=number),
        admin_id="ana",
        action="assign",
        outcome="done",
        number=number,
    )


def change(of: Conversation, message_id: UUID | None = None) -> Change:
    """Return a change that is nowhere yet."""
    kind = ChangeKind.CONVERSATION if message_id is None else ChangeKind.MESSAGE
    return Change(kind=kind, conversation_id=of.id, message_id=message_id, at=AT)


def add(tx: Transaction, *rows: Row) -> None:
    """Add *rows*, whatever they are."""
    for one in rows:
        match one:
            case Conversation():
                tx.add_conversation(one)
            case Message():
                tx.add_messages([one])
            case InboxEvent():
                tx.add_events([one])
            case OutboxRow():
                tx.add_send(one)
            case AdminAction():
                tx.add_action(one)
            case ReplyKey():
                tx.add_reply_key(one)
            case _:
                tx.add_changes([one])


def put(tx: Transaction, *rows: Changing) -> None:
    """Put *rows*, whatever they are."""
    for one in rows:
        match one:
            case Conversation():
                tx.put_conversations([one])
            case Message():
                tx.put_messages([one])
            case InboxEvent():
                tx.put_events([one])
            case _:
                tx.conversation(one.conversation_id)
                tx.put_send(one)


def there(row: T | None) -> T:
    """Return *row*, which must be there."""
    if row is None:
        msg = "what was added was not found"
        raise AssertionError(msg)
    return row


def meet() -> None:
    """Wait inside a transaction, so that others get in its way where they can."""
    time.sleep(_TO_MEET)


def require_same(found: Sequence[object], due: Sequence[object], what: str) -> None:
    """Require that what was found is what was due, in its order."""
    require(len(found) == len(due), f"{len(found)} {what} were found, not {len(due)}")
    require(set(map(repr, found)) == set(map(repr, due)), f"other {what} were found")
    require(list(found) == list(due), f"the {what} were in another order")
