"""A desk on each database, in real time: what is promised holds where writers are side by side."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from uuid import UUID

import pytest
from desk.kit import ALICE, BOB, PAGE, Told, wrote
from desk.playing import comes, conversation, messages, says_hi, settled
from once.graph_play import ANA, BEN, TinyGraph, client_on
from once.virtual_clock import utc

from messengerkit import (
    HeldError,
    IdempotencyKeyError,
    NotFoundError,
    Settling,
    StaleVersionError,
)
from messengerkit.desk import (
    ActionQuery,
    Desk,
    DeskSettings,
    Handler,
    MessageStatus,
    Turn,
)
from messengerkit.desk.entries import ChangeKind
from messengerkit.desk.sql import SqlStore

QUICK = DeskSettings(lease=0.6, look=0.1)
SETTLING = Settling(settle=0.2, settle_fetched=0.2, horizon=20, echo_wait=0.1, again=0.1)


@asynccontextmanager
async def opened(
    url: str, graph: TinyGraph, handler: Handler | None = says_hi
) -> AsyncGenerator[Desk]:
    """Open a desk with a store of its own, as another process has it."""
    store = SqlStore(url)
    client = client_on(graph, None, settling=SETTLING, timeout=0.5)
    async with client, Desk(client, store, handler=handler, settings=QUICK, clock=utc) as desk:
        yield desk
    await store.aclose()


async def two(stack: AsyncExitStack, url: str, graph: TinyGraph) -> tuple[Desk, Desk]:
    """Open two desks on one database."""
    first = await stack.enter_async_context(opened(url, graph))
    return first, await stack.enter_async_context(opened(url, graph))


def now(person: str = ANA) -> Told:
    """Return that a person writes at this moment."""
    return {"person": person, "at": utc()}


async def test_each_message_is_answered_once_and_in_order(url: str) -> None:
    """Whichever desk had it, and although Meta brings it to both."""
    graph, people = TinyGraph(), [f"2400{n}" for n in range(6)]
    async with AsyncExitStack() as stack:
        desks = await two(stack, url, graph)
        for text in ("one", "two", "three"):
            told = [wrote(f"{text} {one}", now(one)) for one in people]
            await asyncio.gather(*(desk.take(told) for desk in desks))
        await settled(desks[0])
    for one in people:
        assert graph.texts(one) == [f"You said {text} {one}" for text in ("one", "two", "three")]


async def test_an_event_that_the_database_cannot_hold_stops_no_other(postgres_url: str) -> None:
    """An id is too long for its index there: a person looks at it, and the rest is answered."""
    graph = TinyGraph()
    async with opened(postgres_url, graph) as desk:
        odd = wrote("odd", now(), mid=secrets.token_urlsafe(6000))
        await desk.take([odd, wrote("b", now(BEN))])
        (dead,) = await comes(desk.dead_events)
        await comes(lambda: _texts(graph, BEN))

    assert (dead.psid, dead.error) == (ANA, "InvalidInputError")
    assert graph.texts(BEN) == ["You said b"]


async def _texts(graph: TinyGraph, person: str) -> list[object]:
    return graph.texts(person)


async def test_a_takeover_is_a_fence(url: str) -> None:
    """What the bot had queued is cancelled, what is out is told, and the reply passes it."""
    graph = TinyGraph()
    graph.steps.append("hangs")

    async def bot(turn: Turn) -> None:
        await turn.reply("first")
        await turn.reply("second")
        await taken.wait()
        with pytest.raises(StaleVersionError):
            await turn.reply("third")
        refused.set()

    taken, refused = asyncio.Event(), asyncio.Event()
    async with opened(url, graph, bot) as desk, opened(url, graph, None) as other:
        await desk.take([wrote("a", now())])
        await asyncio.wait_for(graph.asked_for.wait(), 5)
        await comes(partial(_has_both, desk))
        replied = await other.reply(ALICE, (await conversation(other)).id, "It is Alice")
        assert [one.text for one in replied.in_flight] == ["first"]
        taken.set()
        await asyncio.wait_for(refused.wait(), 5)
        with pytest.raises(HeldError):
            await desk.reply(BOB, replied.messages[0].conversation_id, "no")
        sent = await other.outcome(replied.messages[0].id, within=5)
        assert sent.status is MessageStatus.SENT
        graph.released.set()
        await settled(desk)
        cancelled = [one for one in await messages(desk) if one.text == "second"]
        assert [one.status for one in cancelled] == [MessageStatus.CANCELLED]
        assert await other.verify(sent.conversation_id) == ()
    assert "second" not in graph.texts()


async def _has_both(desk: Desk) -> bool:
    return len(await desk.open_sends((await conversation(desk)).id)) == 2


async def test_one_key_is_one_reply_from_both_desks(url: str) -> None:
    """Also where it is asked for everywhere at once, and in two conversations."""
    graph = TinyGraph()
    async with AsyncExitStack() as stack:
        desks = await two(stack, url, graph)
        await desks[0].take([wrote("a", now()), wrote("b", now(BEN))])
        await settled(desks[0])
        hers, his = [(await conversation(desks[0], one)).id for one in (ANA, BEN)]
        replies = await asyncio.gather(
            *(desk.reply(ALICE, hers, "Hi", idempotency_key="k") for desk in desks * 4)
        )
        both = await asyncio.gather(
            *(
                desk.reply(ALICE, one, "Hi", idempotency_key="other")
                for desk, one in zip(desks, (hers, his), strict=True)
            ),
            return_exceptions=True,
        )
        await settled(desks[0])
        assert await desks[0].verify(hers) == await desks[0].verify(his) == ()
    assert len({one.messages[0].id for one in replies}) == 1
    assert Counter(one.replayed for one in replies) == {False: 1, True: 7}
    assert sum(isinstance(one, IdempotencyKeyError) for one in both) == 1
    assert Counter(graph.texts(ANA) + graph.texts(BEN))["Hi"] == 2


async def test_a_person_is_erased_while_more_comes(url: str) -> None:
    """Afterwards nothing is left, or all that came later: no half of anything."""
    graph = TinyGraph()
    async with AsyncExitStack() as stack:
        desks = await two(stack, url, graph)
        for n in range(8):
            acts = (desks[0].take([wrote(f"a {n}", now())]), desks[1].erase(ALICE, PAGE, ANA))
            await asyncio.gather(*acts)
        await settled(desks[0])
        await desks[1].erase(ALICE, PAGE, ANA)
        assert await desks[0].conversation_of(PAGE, ANA) is None
        with pytest.raises(NotFoundError):
            await desks[0].export(PAGE, ANA)
        done = await desks[0].actions(ActionQuery(admin_id=ALICE))
        for one in {action.conversation_id for action in done}:
            assert await desks[0].verify(one) == ()


async def test_the_feed_misses_nothing_of_many_writers(url: str) -> None:
    """And tells each new message, in whatever order the transactions end."""
    graph, people = TinyGraph(), [f"2400{n}" for n in range(10)]
    async with AsyncExitStack() as stack:
        desks = await two(stack, url, graph)
        seen = list[str]()

        async def look() -> None:
            async for update in desks[1].changes(""):
                if update.change.kind is ChangeKind.MESSAGE and update.message is not None:
                    seen.append(update.change.cursor)
                    told.add(update.message.id)

        told = set[UUID]()
        looking = asyncio.create_task(look())
        for n in range(4):
            some = (
                desks[k % 2].take([wrote(f"{n} {one}", now(one))]) for k, one in enumerate(people)
            )
            await asyncio.gather(*some)
        await settled(desks[0])
        there = {one.id for person in people for one in await messages(desks[0], person)}
        assert len(there) == 2 * 4 * len(people)
        await comes(partial(_is_in, there, told))
        looking.cancel()
    assert len(set(seen)) == len(seen)


async def _is_in(there: set[UUID], told: set[UUID]) -> bool:
    return there <= told


def test_what_a_dropped_desk_leaves_is_taken_up(url: str) -> None:
    """Its process is gone in the middle of everything; nothing is lost, nothing sent twice."""
    graph = TinyGraph()
    graph.steps.extend(("lost", "hangs"))

    async def leave() -> None:
        client = client_on(graph, None, settling=SETTLING, timeout=0.5)
        store = SqlStore(url)
        desk = Desk(client, store, handler=says_hi, settings=QUICK, clock=utc)
        await desk.__aenter__()
        await desk.take([wrote("a", now()), wrote("b", now(BEN)), wrote("c", now())])
        async with asyncio.timeout(5):
            while graph.sends() < 2:  # noqa: ASYNC110  # it has no event
                await asyncio.sleep(0.001)
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        await store.aclose()  # its sockets alone: the desk has told nobody that it is gone

    async def find() -> None:
        async with opened(url, graph) as desk:
            async with asyncio.timeout(20):
                await settled(desk)
            for person in (ANA, BEN):
                said = await messages(desk, person)
                assert [one.status for one in said if one.status] == [MessageStatus.SENT] * (
                    len(said) // 2
                )

    asyncio.run(leave())
    asyncio.run(find())
    assert graph.texts(ANA) == ["You said a", "You said c"]
    assert graph.texts(BEN) == ["You said b"]
