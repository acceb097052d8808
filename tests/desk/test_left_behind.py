"""What a process leaves behind: the next one looks for it, and sends nothing twice."""

import asyncio

import pytest
from desk.kit import PAGE, wrote
from desk.playing import (
    TryingStore,
    client_of,
    comes,
    conversation,
    opened,
    says_hi,
    settled,
)
from once.graph_play import ANA, TinyGraph
from once.virtual_clock import until, utc, virtual

from messengerkit import MessengerClient
from messengerkit.delivery import State
from messengerkit.desk import Desk, DeskSettings, MemoryStore, Transaction
from messengerkit.desk.entries import OutboxRow

SOON = DeskSettings(lease=6)
HI = "You said a"


@pytest.mark.parametrize("drain", [0.0, 1.0])
def test_what_is_in_flight_at_the_end_is_the_next_process_s(drain: float) -> None:
    """It is looked for, and what is queued behind it goes on."""

    @virtual
    async def scene() -> None:
        graph, store = TinyGraph(), TryingStore()
        graph.steps.append("slow")
        async with opened(graph, store, says_hi) as desk:
            await desk.take([wrote("a"), wrote("b")])
            await until(lambda: graph.sends() == 1)
            await desk.aclose(drain=drain)
            assert asyncio.get_running_loop().time() < 3
        async with opened(graph, store, says_hi) as desk:
            await settled(desk)
        assert graph.texts() == [HI, "You said b"]

    scene()


async def left(store: MemoryStore, *, page: str = PAGE) -> None:
    """Leave a send in flight that a process had when it died."""
    async with opened(TinyGraph(), store, says_hi) as desk:
        await desk.take([wrote("a", {"page": page})])
        await asyncio.sleep(0.01)
        await comes(lambda: store.read(lambda it: _newest(it, page)))
    await store.write(lambda it: _lose(it, page))


def _newest(transaction: Transaction, page: str) -> OutboxRow | None:
    known = transaction.conversations_of([(page, ANA)]).get((page, ANA))
    if known is None:
        return None
    sends = [transaction.send_of(one.id) for one in transaction.messages(known.id, None, 9)]
    return next((one for one in sends if one is not None), None)


def _lose(transaction: Transaction, page: str) -> None:
    send = _newest(transaction, page)
    assert send is not None
    content = {"message": {"text": HI, "metadata": send.row.nonce}, "recipient": {"id": ANA}}
    row = send.row._replace(
        state=State.IN_FLIGHT, mid=None, evidence=None, owner="dead", parameters=content
    )
    transaction.put_send(send._replace(row=row))


@virtual
async def test_a_page_without_a_client_holds_up_no_other() -> None:
    """Neither when the desk is opened nor later; once it has one, its own are taken up."""
    store, graph, known = TryingStore(), TinyGraph(), {PAGE}
    await left(store, page="666")
    await left(store)

    def client_for(page_id: str) -> MessengerClient:
        if page_id not in known:
            raise KeyError(page_id)
        return client_of(graph)

    async with Desk(client_for, store, settings=SOON, clock=utc) as desk:
        await comes(lambda: _is_settled(store, PAGE))
        assert not await _is_settled(store, "666")
        known.add("666")
        await settled(desk)

    assert graph.texts() == [HI, HI]  # neither had arrived


async def _is_settled(store: MemoryStore, page: str) -> bool:
    send = await store.read(lambda it: _newest(it, page))
    return send is not None and send.row.state is State.SENT


@virtual
async def test_what_waits_for_a_client_is_tried_again() -> None:
    """It is queued until there is one."""
    graph, store, known = TinyGraph(), TryingStore(), set[str]()

    def client_for(page_id: str) -> MessengerClient:
        if page_id not in known:
            raise KeyError(page_id)
        return client_of(graph)

    async with opened(graph, store, says_hi) as first:
        await first.take([wrote("a")])
        await settled(first)
        await first.assign("alice", (await conversation(first)).id)
        known.add(PAGE)
        desk = Desk(client_for, store, clock=utc)
        replied = await desk.reply("alice", (await conversation(first)).id, "Hello")
        known.clear()
        await first.aclose()
        await store.write(
            lambda it: it.put_send(
                _queued(it.send_of(replied.messages[0].id)),
            )
        )
    async with desk:
        await asyncio.sleep(12)
        known.add(PAGE)
        await settled(desk)

    assert graph.texts()[-1] == "Hello"


def _queued(send: OutboxRow | None) -> OutboxRow:
    assert send is not None
    assert send.row.state in {State.QUEUED, State.SENT}
    return send


@pytest.mark.parametrize("name", ["OutboxLog.alive", "OutboxLog.left"])
def test_what_was_left_is_taken_up_though_the_store_failed_at_first(name: str) -> None:
    """The first try is not the last."""

    @virtual
    async def scene() -> None:
        store, graph = TryingStore(), TinyGraph()
        await left(store)
        store.before.append(name)
        async with opened(graph, store, settings=SOON) as desk:
            await settled(desk)
        assert graph.texts() == [HI]

    scene()
