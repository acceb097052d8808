"""Reconciling: what a client finds out about a send that it gave up, with a log and without."""

import asyncio

import pytest
from once.graph_play import ANA, SETTLING, Settled, TinyGraph, client_on, echo_of
from once.virtual_clock import virtual

from messengerkit import (
    Absent,
    ClientClosedError,
    Delivered,
    Delivery,
    DeliveryUnknownError,
    MemoryOutboundLog,
    MessengerClient,
    Unconfirmed,
)
from messengerkit.delivery import Evidence, State


async def unknown(client: MessengerClient, text: str = "Hi") -> DeliveryUnknownError:
    """Send what nobody knows of, and return the error."""
    with pytest.raises(DeliveryUnknownError) as caught:
        await client.send_text(ANA, text)
    return caught.value


@virtual
async def test_without_a_log() -> None:
    """It is found, or its absence is proven."""
    graph = TinyGraph()
    graph.steps.extend(["lost", "dropped"])
    async with client_on(graph, None, delivery=Delivery.AT_MOST_ONCE) as client:
        found = await client.reconcile(await unknown(client))
        assert found == Delivered(mid="m_0", evidence=Evidence.READ)
        assert await client.reconcile(await unknown(client, "Other")) == Absent()


@virtual
async def test_an_accepted_message_with_the_same_words_is_another_one() -> None:
    """The client knows which mids it was told before."""
    graph = TinyGraph()
    graph.steps.extend(["ok", "dropped"])
    async with client_on(graph, None, delivery=Delivery.AT_MOST_ONCE) as client:
        await client.send_text(ANA, "Hi")
        assert await client.reconcile(await unknown(client)) == Absent()


@virtual
async def test_hours_later_it_is_looked_for_all_the_same() -> None:
    """The horizon counts from when somebody looks."""
    graph = TinyGraph()
    graph.steps.append("dropped")
    async with client_on(graph, None, delivery=Delivery.AT_MOST_ONCE) as client:
        error = await unknown(client)
        await asyncio.sleep(3 * SETTLING.horizon)
        assert await client.reconcile(error) == Absent()


@virtual
async def test_an_error_of_somebody_else() -> None:
    """Without what is sought, nobody can find out."""
    graph = TinyGraph()
    async with client_on(graph, None) as client:
        assert await client.reconcile(DeliveryUnknownError("?")) == Unconfirmed()
    assert graph.asked == []


@virtual
async def test_what_was_unconfirmed_is_settled_in_the_log() -> None:
    """A read that works at last makes the row SENT."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        error = await unknown(client)
        assert await client.reconcile(error) == Unconfirmed()
        graph.unreadable = 0
        assert await client.reconcile(error) == Delivered(mid="m_0", evidence=Evidence.READ)
    (row,) = Settled(log).rows
    assert (row.state, row.evidence, row.mid) == (State.SENT, Evidence.READ, "m_0")


@virtual
async def test_two_that_reconcile_the_same() -> None:
    """Each is told; neither takes the echo from the other."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        error = await unknown(client)
        both = [asyncio.create_task(client.reconcile(error)) for _ in range(2)]
        await asyncio.sleep(1)
        graph.unreadable = 0
        found = Delivered(mid="m_0", evidence=Evidence.READ)
        assert await asyncio.gather(*both) == [found, found]


@virtual
async def test_closing_ends_it() -> None:
    """Who reconciles is told that the client was closed, with a log or without."""
    for log in (None, MemoryOutboundLog()):
        graph = TinyGraph(unreadable=1000)
        graph.steps.append("lost")
        client = client_on(graph, log, delivery=Delivery.AT_MOST_ONCE)
        asking = asyncio.create_task(client.reconcile(await unknown(client)))
        await asyncio.sleep(1)
        await client.aclose()
        with pytest.raises(ClientClosedError):
            await asking
        with pytest.raises(ClientClosedError):
            await client.reconcile(DeliveryUnknownError("?"))


@virtual
async def test_what_the_log_knows_by_now_is_not_looked_for() -> None:
    """An echo has settled it: the conversation would show a mid that is taken, by itself."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        error = await unknown(client)
        await client.observe(echo_of(graph.inbox[0]))
        reads = graph.reads()
        assert await client.reconcile(error) == Delivered(mid="m_0", evidence=Evidence.ECHO)
        assert graph.reads() == reads
