"""Many events at a desk whose store fails now and then, and what must be true afterwards."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from desk.many_events import Happened, Kind, Model, all_that_happens, as_it_comes, bodies
from desk.many_events_sides import AT_ONCE, Bot, Meta
from desk.unsure_store import UnsureStore

from messengerkit import MessengerClient, StoreError, TransitionError, Webhook, testing
from messengerkit.delivery import State
from messengerkit.desk import (
    Conversation,
    Desk,
    DeskSettings,
    EventState,
    InboxEvent,
    Message,
    MessageStatus,
    Sender,
    Store,
)
from messengerkit.desk.webhook_json import event_of
from messengerkit.signature import sign

SECRET = "app-secret"
POSTERS = 4  # POSTs at once
PATIENCE = 170.0  # seconds until nothing must be left to do
SHARE = 0.01  # of the calls of the store fail
_BEGINS = 36_000_000  # milliseconds ago
_OPEN = (State.QUEUED, State.IN_FLIGHT, State.UNKNOWN)


class Play:
    """A desk, and many events that come to it.

    Args:
        store: Where the desk keeps everything.
        count: How many events there are.
        people: Of how many people.
        most: The most events of one POST.
        seed: For the order of it all.
    """

    def __init__(self, store: Store, *, count: int, people: int, most: int, seed: str) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # the order of a play is no secret
        self.store = UnsureStore(store, SHARE, self.chance)
        self.bot, self.meta = Bot(self.chance), Meta()
        self.posts = self.again = self.came = self.released = 0
        self._most = most
        begins = time.time_ns() // 1_000_000 - _BEGINS
        happened = all_that_happens(count * 4 // 5, people, begins, self.chance)
        middle = len(happened) // 2
        self.first, self.second = happened[:middle], happened[middle:]
        self._taken = (taken_in(self.first), taken_in(self.second))
        self.happened = {one.at: one for one in happened}
        self.duplicates = count - len(happened)
        self._earlier = [one for one in self.first if self.chance.random() < 0.05]
        self._webhook = Webhook(app_secrets=[SECRET], verify_token="verify-me")
        self.seconds = 0.0
        self.statuses: Counter[MessageStatus | None] = Counter()

    async def run(self) -> None:
        """Let all come; release what people took in the middle; wait until all is done."""
        began = time.monotonic()
        client = MessengerClient(
            page_access_token="EAATest",
            transport=self.meta.transport,
            limiter=None,
            settling=AT_ONCE,
        )
        settings = DeskSettings(retries=(0.0,) * 40, back_to_bot=None, look=0.2, lease=6.0)
        desk = Desk(client, self.store, handler=self.bot, webhook=self._webhook, settings=settings)
        async with client, desk:
            # What came in the first half is told once more in the second: it takes nothing over.
            late, rest = self._earlier, self.duplicates - len(self._earlier)
            await self._half(desk, as_it_comes(self.first, rest // 2, self.chance))
            await self._release(desk)
            second = [*as_it_comes(self.second, rest - rest // 2, self.chance), *late]
            self.chance.shuffle(second)
            await self._half(desk, second)
        self.seconds = time.monotonic() - began

    async def _half(self, desk: Desk, coming: list[Happened]) -> None:
        posts = bodies(coming, self._most, self.chance)
        self.store.reliable = False
        await asyncio.gather(*(self._post(desk, posts) for _ in range(POSTERS)))
        async with asyncio.timeout(PATIENCE):
            while await self._is_busy(desk):  # noqa: ASYNC110  # of the end no event tells
                await asyncio.sleep(0.05)
        self.store.reliable = True

    async def _post(self, desk: Desk, posts: Iterator[tuple[bytes, int]]) -> None:
        for body, count in posts:
            headers = {"X-Hub-Signature-256": sign(body, SECRET)}
            self.posts += 1
            self.came += count
            while not await self._acknowledged(desk, headers, body):
                self.again += 1

    async def _acknowledged(self, desk: Desk, headers: dict[str, str], body: bytes) -> bool:
        try:
            await desk.receive(headers, body)
        except StoreError:
            return False
        return True

    async def _is_busy(self, desk: Desk) -> bool:
        try:
            counts = await desk.counts()
        except StoreError:
            return True
        undone = counts.events[EventState.NEW] + counts.events[EventState.DUE]
        return undone + sum(counts.sends[state] for state in _OPEN) > 0

    async def _release(self, desk: Desk) -> None:
        self.store.reliable = False
        for psid in sorted(self._taken[0]):
            while not await self._released(desk, psid):
                pass
            self.released += 1
        self.store.reliable = True

    async def _released(self, desk: Desk, psid: str) -> bool:
        try:
            conversation = await desk.conversation_of(testing.PAGE, psid)
            assert conversation is not None
            await desk.release("alice", conversation.id)
        except StoreError:
            return False
        except TransitionError:
            pass  # it was done the first time
        return True

    def told(self) -> str:
        """Return the figures of it all."""
        turns, store = self.bot.turns, self.store
        return (
            f"{self.came:,} events, {self.duplicates:,} of them duplicates, in {self.posts:,} POSTs"
            f" and {self.again} again, in {self.seconds:.0f} s;"
            f" {len(turns):,} events for the handler in {turns.total():,} turns,"
            f" {self.bot.failures:,} failed by themselves;"
            f" {store.calls:,} calls of the store, {dict(store.failed)} failed;"
            f" {self.meta.arrived.total():,} replies; {self.released} were released"
        )

    async def check(self) -> None:
        """Assert that all is as the model has it."""
        handled = {one.mid for one in self.happened.values() if one.for_handlers}
        assert self.bot.turns.keys() == handled
        counts = await self.store.read(lambda it: it.counts())
        assert not any(counts.events.values()), counts
        assert not any(counts.sends.values()), counts
        people = sorted({one.psid for one in self.happened.values()})
        replies: Counter[str] = Counter()
        for psid in people:
            replies += await self._check_person(psid)
        assert set(replies.values()) <= {1}
        assert self.bot.replied <= replies.keys()

    async def _check_person(self, psid: str) -> Counter[str]:
        came = await self.store.read(lambda it: it.events_of(testing.PAGE, psid))
        order = [self.happened[_at(one)] for one in came]
        theirs = [one for one in self.happened.values() if one.psid == psid]
        assert Counter(order) == Counter(theirs)
        model = Model()
        for one in order:
            model.take(one)
        known = await self.store.read(lambda it: it.conversations_of([(testing.PAGE, psid)]))
        assert bool(known) == model.exists
        if not known:
            return Counter()
        conversation = known[testing.PAGE, psid]
        kept = await self.store.read(lambda it: it.messages(conversation.id, None, 1_000_000))
        replies = [one for one in kept if one.sender is Sender.BOT and "/" in (one.text or "")]
        self._check_messages([one for one in kept if one not in replies], model)
        self._check_replies(replies)
        self._check_conversation(conversation, model, replies)
        return Counter(one.text or "" for one in replies)

    def _check_messages(self, kept: Sequence[Message], model: Model) -> None:
        told = {one.mid: (one.sender, one.text, one.status and one.status.value) for one in kept}
        expected = {mid: (_SENDERS[it.by], it.text, it.status) for mid, it in model.said.items()}
        assert len(kept) == len(told)
        differ = {
            mid: (told.get(mid), one) for mid, one in expected.items() if told.get(mid) != one
        }
        assert not differ, differ
        assert told.keys() == expected.keys()

    def _check_replies(self, replies: Sequence[Message]) -> None:
        for one in replies:
            text = one.text or ""
            sent = self.meta.arrived[text]
            self.statuses[one.status] += 1
            assert one.status in {MessageStatus.SENT, MessageStatus.CANCELLED}, (text, one.status)
            assert sent == (one.status is MessageStatus.SENT), (text, sent, one.status)

    def _check_conversation(
        self, conversation: Conversation, model: Model, replies: Sequence[Message]
    ) -> None:
        psid = conversation.psid
        before, after = psid in self._taken[0], psid in self._taken[1]
        assert conversation.human_handling == after
        assert conversation.version == 2 * before + after
        wrote = model.user_wrote_at and _moment(model.user_wrote_at)
        assert (conversation.last_user_message_at or 0) == wrote
        times = [one.created_at for one in replies]
        if model.anybody_wrote_at:
            times.append(_moment(model.anybody_wrote_at))
        assert conversation.last_message_at == max(times, default=None)


_SENDERS = {
    Kind.WROTE: Sender.USER,
    Kind.TAPPED: Sender.USER,
    Kind.ECHO_OF_INBOX: Sender.HUMAN,
    Kind.ECHO_OF_APP: Sender.BOT,
}


def taken_in(happened: Sequence[Happened]) -> frozenset[str]:
    """Return the people whose conversation somebody took in the inbox."""
    return frozenset(one.psid for one in happened if one.kind is Kind.ECHO_OF_INBOX)


def _at(kept: InboxEvent) -> int:
    at = event_of(kept).timestamp
    assert at is not None
    return round(at.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
