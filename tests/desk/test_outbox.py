"""The outbox at work: each message leaves once, in its turn, whatever fails meanwhile."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from desk.kit import PAGE, echo_of, wrote
from desk.playing import (
    TryingStore,
    comes,
    conversation,
    messages,
    opened,
    says_hi,
    settled,
)
from once.graph_play import BEN, Step, TinyGraph
from once.virtual_clock import until, utc, virtual

from messengerkit.delivery import Evidence
from messengerkit.desk import Desk, DeskSettings, MemoryStore, Message, MessageStatus
from messengerkit.desk.entries import OutboxRow

SOON = DeskSettings(lease=6)
HI = "You said a"


def time() -> float:
    """Return the virtual time."""
    return asyncio.get_running_loop().time()


async def send_of(store: MemoryStore, message: Message) -> OutboxRow:
    """Return the send of a message."""
    send = await store.read(lambda it: it.send_of(message.id))
    assert send is not None
    return send


async def last(desk: Desk, status: MessageStatus) -> Message:
    """Return the last message once it has a status."""

    async def look() -> Message | None:
        found = (await messages(desk))[-1]
        return found if found.status is status else None

    found = await comes(look)
    assert found is not None
    return found


CALLS = ["Outbox._take", "put", "OutboxLog.alive", "Outbox.recover", "OutboxLog.left"]


@pytest.mark.parametrize("name", [*CALLS, "OutboxLog.find", "OutboxLog.known.<locals>.read"])
@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["ok", "lost", "dropped"])
def test_whatever_call_of_the_store_fails_each_message_leaves_once(
    name: str, number: int, when: str, step: Step
) -> None:
    """Whether it was done or not, and whatever became of the message."""

    @virtual
    async def scene() -> None:
        graph, store = TinyGraph(), TryingStore()
        graph.steps.append(step)
        async with opened(graph, store, says_hi, SOON) as desk:
            calls = [0]

            def fails(called: str) -> bool:
                calls[0] += called == name
                return called == name and calls[0] == number + 1

            if when == "before":
                store.fails = fails
            else:
                store.fails_after = fails
            await desk.take([wrote("a")])
            await settled(desk)
            assert [one.status for one in await messages(desk)] == [None, MessageStatus.SENT]
        assert graph.texts() == [HI]

    scene()


@virtual
async def test_what_was_taken_in_doubt_is_taken_again() -> None:
    """Its process lives, and nobody else would ever have it."""
    graph, store, written = TinyGraph(), TryingStore(), list[str]()
    async with opened(graph, store, says_hi) as desk:
        await desk.take([wrote("a")])
        await settled(desk)

        def fails(name: str) -> bool:
            if name == "bot_replies":
                written.append(name)
            return name == "Outbox._take" and bool(written) and bool(written.pop())

        store.fails_after = fails
        await desk.take([wrote("b")])
        await until(lambda: graph.sends() == 2)
        assert time() < 10


@virtual
async def test_a_store_that_is_down_for_a_while_loses_nothing_and_doubles_nothing() -> None:
    """Whatever was under way: what had left is not sent again."""
    for moment in (0, 1, 5, 11):
        graph, store = TinyGraph(), TryingStore()
        graph.steps.append("slow")
        async with opened(graph, store, says_hi, SOON) as desk:
            await desk.take([wrote("a"), wrote("b"), wrote("c", {"person": BEN})])
            await asyncio.sleep(moment)
            store.down = True
            await asyncio.sleep(40)
            store.down = False
            await settled(desk)
        assert sorted(map(str, graph.texts())) == [HI, "You said b"]
        assert graph.texts(BEN) == ["You said c"]


@virtual
async def test_a_persons_reply_leaves_within_two_seconds_of_the_bots_that_is_lost() -> None:
    """What it has passed is looked for, and never sent again."""
    steps: tuple[Step, ...] = ("dropped", "silent")
    for step in steps:
        graph, store = TinyGraph(), TryingStore()
        graph.steps.append(step)
        async with opened(graph, store, says_hi, DeskSettings(look=60)) as desk:
            await desk.take([wrote("a")])
            await until(partial(_has_sent, graph))
            began = time()
            replied = await desk.reply("alice", (await conversation(desk)).id, "I am Alice")
            assert [one.text for one in replied.in_flight] == [HI]
            sent = await desk.outcome(replied.messages[0].id, within=10)
            assert sent.status is MessageStatus.SENT
            assert 1.9 <= time() - began <= 2.1

            await settled(desk)
            bots = (await messages(desk))[1]
            arrived = step == "silent"
            assert bots.status is (MessageStatus.SENT if arrived else MessageStatus.CANCELLED)
        assert graph.sends() == 2
        assert sorted(map(str, graph.texts())) == ["I am Alice"] + [HI] * arrived


def _has_sent(graph: TinyGraph) -> bool:
    return graph.sends() == 1


@virtual
async def test_a_lost_answer_is_found_by_its_echo() -> None:
    """Whichever process hears of it; the next one does not wait longer than that."""
    graph, store = TinyGraph(), TryingStore()
    graph.steps.append("lost")
    async with opened(graph, store, says_hi) as one, opened(graph, store) as other:
        await one.take([wrote("a")])
        await until(lambda: graph.sends() == 1)
        for desk in (one, other):
            await desk.take([echo_of(graph.inbox[0])])
        message = await last(one, MessageStatus.SENT)
        assert time() < 2
        assert (await send_of(store, message)).row.evidence is Evidence.ECHO
        other._outbox.heard([(PAGE, "mk1:of another process", "m_1")])  # which is nothing to it
        await one.take([wrote("b")])
        await settled(one)

    assert graph.texts() == [HI, "You said b"]
    assert len(graph.inbox) == 2


@virtual
async def test_what_nobody_can_find_out_asks_for_a_person() -> None:
    """A late echo settles it all the same."""
    graph, store = TinyGraph(), TryingStore()
    graph.steps.append("lost")
    graph.unreadable = 10_000
    async with opened(graph, store, says_hi) as desk:
        await desk.take([wrote("a")])
        await last(desk, MessageStatus.UNCONFIRMED)
        assert (await conversation(desk)).escalated_at is not None
        await desk.take([echo_of(graph.inbox[0])])
        await last(desk, MessageStatus.SENT)

    assert graph.sends() == 1


@virtual
async def test_doubt_does_not_make_a_lease_shorter() -> None:
    """Other processes would look for what is still on its way."""
    graph, store = TinyGraph(), TryingStore()
    graph.steps.append("slow")
    async with opened(graph, store, says_hi, SOON) as desk:
        await desk.take([wrote("a")])
        await until(lambda: graph.sends() == 1)
        lasts = utc() + timedelta(seconds=30)
        assert not await store.read(lambda it: it.left_sends(None, lasts))
        store.after.append("Outbox._take")
        await until(lambda: not store.after)
        await asyncio.sleep(1)
        assert not await store.read(lambda it: it.left_sends(None, lasts))
        assert await store.read(lambda it: it.left_sends(None, lasts + timedelta(seconds=60)))
        await settled(desk)


@virtual
async def test_a_takeover_stops_what_the_bot_has_not_sent() -> None:
    """Whatever is queued; what comes back unsent is not sent again."""
    graph, store = TinyGraph(), TryingStore()
    graph.steps.append("unsent")
    async with opened(graph, store, says_hi) as desk:
        await desk.take([wrote("a"), wrote("b")])
        await until(lambda: graph.sends() == 1)
        done = await desk.assign("alice", (await conversation(desk)).id)
        await settled(desk)
        bots = [one for one in await messages(desk) if one.status is not None]
        assert {one.status for one in bots} == {MessageStatus.CANCELLED}
        assert len(done.in_flight) <= 1

    assert graph.texts() == []
