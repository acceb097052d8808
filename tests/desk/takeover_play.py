"""A desk on which a bot answers while an admin takes over: played by chance, and written down."""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar, cast

from once.graph_play import ANA, TinyGraph, client_on, echo_of
from once.virtual_clock import unix, until, utc
from typing_extensions import override

from messengerkit import Phase, Settling
from messengerkit import testing as kit
from messengerkit.delivery import is_open
from messengerkit.desk import (
    Controlled,
    Conversation,
    Desk,
    DeskSettings,
    MemoryStore,
    OutboxRow,
    Replied,
    Transaction,
    Turn,
)
from messengerkit.events import Event, MessageReceived, parse_events

T = TypeVar("T")

ADMIN, SAME = "alice", "One moment, please."
PAUSES = (0.0, 0.0, 0.001, 0.01)
"""Seconds that a transaction takes before and after it, on its way to the store and back."""
LATEST = 3.0
"""Seconds after which an echo has come, if it comes."""
SETTINGS = DeskSettings()
SETTLING = Settling(settle=3, settle_fetched=3, horizon=200, echo_wait=1, again=1)


class Frame(NamedTuple):
    """What the store holds after a transaction.

    Attributes:
        at: When, in unix seconds.
        conversation: The conversation.
        sends: All of its sends, by nonce.
    """

    at: float
    conversation: Conversation
    sends: dict[str, OutboxRow]


class Takeover(NamedTuple):
    """What an admin was told by a transaction that took the conversation from the bot.

    Attributes:
        frame: The number of the frame after it.
        told: What.
    """

    frame: int
    told: Controlled | Replied


class Begun(NamedTuple):
    """A message whose first byte has left.

    Attributes:
        nonce: Which.
        at: When.
        frame: The number of the last frame before that.
    """

    nonce: str
    at: float
    frame: int


@dataclass
class Record:
    """All that happened, with one seed."""

    seed: int
    frames: list[Frame] = field(default_factory=list[Frame])
    takeovers: list[Takeover] = field(default_factory=list[Takeover])
    begun: list[Begun] = field(default_factory=list[Begun])


class WatchedStore(MemoryStore):
    """A store on the other side of a wire, every transaction of which is written down."""

    def __init__(self, record: Record, chance: random.Random) -> None:
        super().__init__()
        self._record = record
        self._chance = chance

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        await asyncio.sleep(self._chance.choice(PAUSES))
        result = await super().write(work)
        self._look(result)
        await asyncio.sleep(self._chance.choice(PAUSES))
        return result

    @override
    async def read(self, work: Callable[[Transaction], T], /) -> T:
        await asyncio.sleep(self._chance.choice(PAUSES))
        return await super().read(work)

    def _look(self, result: object) -> None:
        person, frames = (kit.PAGE, ANA), self._record.frames
        conversation = self._transaction.conversations_of([person]).get(person)
        if conversation is None:
            return
        sends = {one.row.nonce: one for one in self._transaction.open_sends(conversation.id)}
        for nonce in frames[-1].sends if frames else ():
            send = self._transaction.send(nonce)
            assert send is not None
            sends[nonce] = send
        version = frames[-1].conversation.version if frames else 0
        frames.append(Frame(unix(), conversation, sends))
        if isinstance(result, Controlled | Replied) and conversation.version != version:
            self._record.takeovers.append(Takeover(len(frames) - 1, result))


@dataclass(kw_only=True)
class ChancyGraph(TinyGraph):
    """Plays Meta, as chance will have it: slow, silent, gone."""

    record: Record
    chance: random.Random
    echo: Callable[[Event], object]

    @override
    async def _sent(self, request: kit.Request) -> kit.Answer:
        body = json.loads(cast("bytes", request.body))
        nonce = str(body["message"]["metadata"])
        self.record.begun.append(Begun(nonce, unix(), len(self.record.frames) - 1))
        steps = ("ok", "lost", "dropped", "unsent", "refused")
        (step,) = self.chance.choices(steps, (12, 4, 3, 2, 1))
        await asyncio.sleep(self.chance.choice((0.0, 0.05, 1.0)) * self.chance.random())
        if step == "unsent":
            return Phase.NOT_SENT
        if step == "dropped":
            return Phase.SENT
        if step == "refused":
            return kit.answer({"error": {"code": 100, "message": "no"}}, status=400)
        taken = self._take(body, unix())
        if self.chance.random() < 0.6:
            wait = self.chance.choice((0.0, 0.1, LATEST)) * self.chance.random()
            asyncio.get_running_loop().call_later(wait, lambda: self.echo(echo_of(taken)))
        await asyncio.sleep(self.chance.choice((0.0, 0.1, 5.0)) * self.chance.random())
        if step == "lost":
            return Phase.SENT
        return kit.answer({"recipient_id": taken.psid, "message_id": taken.mid})


class Play:
    """One race.

    Args:
        seed: What decides who does what when.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # a race is no secret
        self.record = Record(seed)
        self.graph = ChancyGraph(record=self.record, chance=self._chance, echo=self._hear)
        self._store = WatchedStore(self.record, self._chance)
        self._desks: list[Desk] = []
        self._echoes: set[asyncio.Task[int]] = set()

    async def __call__(self) -> None:
        """Play it to its end, with one process or with two on one store."""
        async with AsyncExitStack() as stack:
            for _ in range(self._chance.choice((1, 2))):
                client = client_on(self.graph, None, settling=SETTLING)
                await stack.enter_async_context(client)
                desk = Desk(client, self._store, handler=self._bot, settings=SETTINGS, clock=utc)
                self._desks.append(await stack.enter_async_context(desk))
            await asyncio.gather(self._person(), self._admin())
            await until(self._rests)
            await asyncio.sleep(LATEST)
            await asyncio.gather(*self._echoes)

    @property
    def _desk(self) -> Desk:
        """Any of the desks."""
        return self._chance.choice(self._desks)

    def _hear(self, echo: Event) -> None:
        self._echoes.add(asyncio.create_task(self._desk.take([echo])))

    def _rests(self) -> bool:
        counts = self._store._transaction.counts()
        return not any(counts.events.values()) and not any(counts.sends.values())

    async def _upto(self, seconds: float) -> None:
        await asyncio.sleep(self._chance.uniform(0, seconds))

    async def _person(self) -> None:
        for number in range(self._chance.choice((1, 2, 3))):
            made = kit.item(
                MessageReceived, mid=f"m_ana_{number}", timestamp=int(unix() * 1000), text="Tea?"
            )
            body = {"object": "page", "entry": [{"id": kit.PAGE, "messaging": [made.json]}]}
            await self._desk.take(parse_events(body))
            await self._upto(4)

    async def _bot(self, turn: Turn) -> None:
        """Answer once or twice, or three times; it does not ask whether it may."""
        for number in range(self._chance.choice((1, 2, 3))):
            await self._upto(self._chance.choice((0.02, 2)))
            same = self._chance.random() < 0.1
            await turn.reply(SAME if same else f"Answer {number} to {turn.event.key}")

    async def _admin(self) -> None:
        await self._upto(5)
        await until(lambda: self.record.frames)
        conversation = self.record.frames[0].conversation
        for number in range(self._chance.choice((1, 1, 2, 3))):
            if number:
                await self._desk.release(ADMIN, conversation.id)
                await self._upto(4)
            if self._chance.random() < 0.5:
                await self._desk.assign(ADMIN, conversation.id)
                await self._upto(2)
            for more in range(self._chance.choice((1, 1, 2))):
                same = self._chance.random() < 0.1
                text = SAME if same else f"Reply {number} {more}"
                await self._desk.reply(ADMIN, conversation.id, text)
            await self._upto(4)


def settled_at(record: Record, nonce: str) -> float:
    """Return when a send came to its end."""
    return next(
        frame.at
        for frame in record.frames
        if nonce in frame.sends and not is_open(frame.sends[nonce].row.state)
    )
