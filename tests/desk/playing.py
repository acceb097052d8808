"""A desk on a tiny Meta, in virtual time, and a store that fails when it is told to."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from desk.kit import PAGE, SECRET
from once.graph_play import ANA, SETTLING, TinyGraph
from once.virtual_clock import utc
from typing_extensions import override

from messengerkit import ConstantBackoff, MessengerClient, Retry, StoreError
from messengerkit.desk import (
    ActionQuery,
    Conversation,
    ConversationQuery,
    Desk,
    DeskSettings,
    Handler,
    MemoryStore,
    Message,
    Sender,
    Transaction,
    Turn,
)
from messengerkit.webhook import Webhook

T = TypeVar("T")


class TryingStore(MemoryStore):
    """A store behind a wire: others act meanwhile, and a call fails before or after its work.

    Attributes:
        down: Whether every call fails.
        before: The names of works of which the next fails, and is not done.
        after: The same for those that are done, and fail all the same.
        fails: Tells whether the call of that name fails, and is not done.
        fails_after: The same for what is done.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.before: list[str] = []
        self.after: list[str] = []
        self.fails: Callable[[str], bool] = self._never
        self.fails_after: Callable[[str], bool] = self._never

    @override
    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, or fail."""
        name = _name(work)
        await asyncio.sleep(0)
        self._check(name)
        result = await super().write(work)
        await asyncio.sleep(0)
        lost = self.fails_after(name)
        if name in self.after:
            self.after.remove(name)
            lost = True
        if lost:
            msg = "the answer is lost"
            raise StoreError(msg)
        return result

    @override
    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, or fail."""
        await asyncio.sleep(0)
        self._check(_name(work))
        return await super().read(work)

    def _never(self, _: str) -> bool:
        return False

    def _check(self, name: str) -> None:
        fails = self.fails(name) or self.down
        if name in self.before:
            self.before.remove(name)
        elif not fails:
            return
        msg = "the store is down"
        raise StoreError(msg)


def _name(work: object) -> str:
    while isinstance(work, partial):
        work = work.func
    return str(getattr(work, "__qualname__", "")).removesuffix(".<locals>.<lambda>")


def client_of(graph: TinyGraph) -> MessengerClient:
    """Return a client of a page on a tiny Meta, in virtual time."""
    return MessengerClient(
        page_access_token="EAATest",
        transport=graph.transport(),
        limiter=None,
        breaker=None,
        settling=SETTLING,
        retry=Retry(attempts=3, backoff=ConstantBackoff(1.0)),
        now=utc,
    )


@asynccontextmanager
async def opened(
    graph: TinyGraph,
    store: MemoryStore,
    handler: Handler | None = None,
    settings: DeskSettings | None = None,
) -> AsyncGenerator[Desk]:
    """Open a desk on a tiny Meta."""
    hook = Webhook(app_secrets=[SECRET], verify_token="t")
    client = client_of(graph)
    desk = Desk(client, store, handler=handler, webhook=hook, settings=settings, clock=utc)
    async with client, desk:
        yield desk


async def says_hi(turn: Turn) -> None:
    """Answer where the bot may."""
    if turn.bot_may_answer:
        await turn.reply(f"You said {turn.text}")


async def conversation(desk: Desk, person: str = ANA) -> Conversation:
    """Return a person's conversation."""
    known = await desk.conversation_of(PAGE, person)
    assert known is not None
    return known


async def only(desk: Desk) -> Conversation:
    """Return the one conversation that there is."""
    (known,) = await desk.conversations(ConversationQuery())
    return known


async def idle(desk: Desk) -> bool:
    """Tell whether nothing is left to be done."""
    counts = await desk.counts()
    return not any(counts.events.values()) and not any(counts.sends.values())


async def comes(look: Callable[[], Awaitable[T]]) -> T:
    """Return what *look* returns once that is something."""
    async with asyncio.timeout(5000):
        while not (found := await look()):  # noqa: ASYNC110  # of a store, which has no event
            await asyncio.sleep(0.25)
    return found


async def settled(desk: Desk) -> None:
    """Return once nothing is left to be done."""
    await comes(partial(idle, desk))


async def messages(desk: Desk, person: str = ANA) -> list[Message]:
    """Return a person's messages, oldest first; in virtual time an answer takes none."""
    found = await desk.messages((await conversation(desk, person)).id)
    return sorted(found, key=lambda it: (it.created_at, it.sender is not Sender.USER))


async def audit(desk: Desk) -> list[tuple[str, str, str, str | None]]:
    """Return what the audit says, oldest first; it was not tampered with."""
    known = await conversation(desk)
    assert await desk.verify(known.id) == ()
    done = await desk.actions(ActionQuery(conversation_id=known.id))
    chain = sorted(done, key=lambda one: one.number)
    assert await desk.verify(known.id, newest=chain[-1].hash if chain else "") == ()
    return [(one.admin_id, one.action, one.outcome, one.decision) for one in chain]
