"""What the tests of a desk's rules share: events, and the rules, each as one transaction."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypedDict, TypeVar, Unpack
from uuid import UUID

from once.graph_play import ANA, Message

from messengerkit import events
from messengerkit import testing as meta
from messengerkit.delivery import State
from messengerkit.desk import (
    Conversation,
    DeskSettings,
    MemoryStore,
    OutboxRow,
    ReplyOptions,
    Transaction,
)
from messengerkit.desk import Message as Kept
from messengerkit.desk.booking import Booked, book
from messengerkit.desk.handing import Moment
from messengerkit.desk.posting import Content, parts_of
from messengerkit.desk.replying import PersonsReply, Replied, bot_replies, person_replies
from messengerkit.desk.sends import put
from messengerkit.desk.webhook_json import inbox_event

T = TypeVar("T")

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
PAGE, SECRET, APP = meta.PAGE, "app-secret", 99
ALICE, BOB = "alice", "bob"


class Told(TypedDict, total=False):
    """What an event may have besides its own fields."""

    at: datetime
    person: str
    page: str
    platform: str
    standby: bool
    sender: str
    recipient: str


def event(kind: type[events.Event], told: Told | None = None, /, **fields: object) -> events.Event:
    """Return an event as a webhook brings it."""
    more = told or Told()
    person, page = more.get("person", ANA), more.get("page", PAGE)
    is_echo = kind is events.MessageEcho
    item = meta.item(
        kind,
        sender_id=more.get("sender", page if is_echo else person),
        recipient_id=more.get("recipient", person if is_echo else page),
        timestamp=int(more.get("at", AT).timestamp() * 1000),
        **fields,
    )
    item = item.in_standby() if more.get("standby") else item
    platform = more.get("platform", "messenger")
    body = meta.webhook(item, secret=SECRET, page_id=page, platform=platform).body
    return events.parse_events(json.loads(body))[0]


def wrote(text: str = "Hello", told: Told | None = None, /, **fields: object) -> events.Event:
    """Return that a person wrote; its mid is made of the words."""
    return event(events.MessageReceived, told, **{"mid": f"m_{text}", "text": text, **fields})


def echo_of(message: Message, told: Told | None = None, /, **fields: object) -> events.Event:
    """Return the echo of a message that a person has."""
    about: dict[str, object] = {"mid": message.mid, "metadata": message.metadata or None, **fields}
    about.setdefault("text", message.message.get("text"))
    at = datetime.fromtimestamp(message.at, UTC)
    return event(events.MessageEcho, {"person": message.psid, "at": at, **(told or {})}, **about)


@dataclass
class Office:
    """The rules of a desk, each as one transaction, with a clock that is set by hand."""

    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = AT
    rules: DeskSettings = field(default_factory=DeskSettings)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    @property
    def moment(self) -> Moment:
        """Now; ids are given in order."""
        return Moment(self.now, lambda: UUID(int=next(self.numbers)))

    def later(self, **about: float) -> None:
        """Let time pass."""
        self.now += timedelta(**about)

    async def do(self, work: Callable[[Transaction], T]) -> T:
        """Run one transaction."""
        return await self.store.write(work)

    async def take(self, *told: events.Event) -> int:
        """Keep events, and book nothing."""
        kept = [inbox_event(one, received_at=self.now) for one in told]
        return await self.do(lambda it: it.add_events(kept))

    async def book(self, *told: events.Event) -> Booked:
        """Keep events, and book them."""
        await self.take(*told)
        return await self.do(partial(book, settings=self.rules, moment=self.moment, limit=100))

    async def conversation(self, person: str = ANA, page: str = PAGE) -> Conversation:
        """Return a person's conversation."""
        found = await self.do(lambda it: it.conversations_of([(page, person)]))
        return found[page, person]

    async def messages(self, person: str = ANA) -> list[Kept]:
        """Return a person's messages, oldest first."""
        known = await self.conversation(person)
        return list(await self.do(lambda it: it.messages(known.id, None, 100)))[::-1]

    async def bot(self, content: Content | Sequence[Content] = "Hi", key: str = "k") -> Kept:
        """Let the bot answer Ana, in the version that is; return the first message."""
        known = await self.conversation()
        reply = partial(bot_replies, conversation_id=known.id, version=known.version, key=key)
        return (await self.do(partial(reply, parts=parts_of(content), moment=self.moment)))[0]

    async def human(
        self,
        content: Content | Sequence[Content] = "I am Alice",
        *,
        admin: str = ALICE,
        key: str | None = None,
        **options: Unpack[ReplyOptions],
    ) -> Replied:
        """Let an admin answer Ana."""
        reply = PersonsReply(
            conversation_id=(await self.conversation()).id,
            admin_id=admin,
            parts=parts_of(content),
            key=key,
            options=options,
        )
        return await self.do(partial(person_replies, reply=reply, moment=self.moment))

    async def human_in(self, conversation_id: UUID, content: Content) -> Kept:
        """Let Alice answer in some conversation."""
        parts = parts_of(content)
        reply = PersonsReply(conversation_id=conversation_id, admin_id=ALICE, parts=parts)
        done = await self.do(partial(person_replies, reply=reply, moment=self.moment))
        return done.messages[0]

    async def send_of(self, message: Kept) -> OutboxRow:
        """Return the send of a message."""
        send = await self.do(lambda it: it.send_of(message.id))
        assert send is not None
        return send

    async def seen(self, message: Kept) -> Kept:
        """Return a message as it is now."""
        found = await self.do(lambda it: it.message(message.id))
        assert found is not None
        return found

    async def move(self, message: Kept, state: State, mid: str | None = None) -> bool:
        """Write down a step of a send, as whoever carries it does."""
        row = (await self.send_of(message)).row
        wire_at = self.now.timestamp() if state is State.IN_FLIGHT else row.wire_at
        row = row._replace(state=state, version=row.version + 1, wire_at=wire_at, mid=mid)
        return await self.do(partial(put, row=row, moment=self.moment))
