"""Looking for what nobody knows of: what a read proves, and what it does not."""

import asyncio

import pytest
from once.graph_play import ANA, Settled, TinyGraph, client_on
from once.virtual_clock import until, virtual

from messengerkit import (
    ButtonTemplate,
    Delivery,
    DeliveryUnknownError,
    Image,
    MemoryOutboundLog,
    PageLimiter,
    PostbackButton,
    TransportError,
)
from messengerkit.delivery import State
from messengerkit.rates import Rate


@virtual
async def test_reads_that_lag_are_waited_for() -> None:
    """A conversation that shows messages 25 s late makes no second copy."""
    graph, log = TinyGraph(lag=25.0), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 1
    assert graph.texts() == ["Hi"]


@virtual
async def test_a_conversation_of_many_newer_messages_proves_nothing() -> None:
    """Meta tells what the newest 20 say: behind them it may be."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("dropped")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        for number in range(25):
            graph.wrote(ANA, f"Hello? {number}")
        with pytest.raises(DeliveryUnknownError):
            await sending


@virtual
async def test_reads_that_fail_prove_nothing() -> None:
    """Only reads that worked count, and they are made until there are two of them."""
    graph, log = TinyGraph(unreadable=6), MemoryOutboundLog()
    graph.steps.append("dropped")
    async with client_on(graph, log) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 2
    assert graph.reads() == 8


@virtual
async def test_reads_that_wait_for_their_turn_are_not_given_up() -> None:
    """After a crash there are more to look for than Meta lets be read until the horizon."""
    graph, log, loop = TinyGraph(), MemoryOutboundLog(), asyncio.get_running_loop()
    graph.steps.extend(["dropped", "dropped", "dropped", "dropped"])
    limiter = PageLimiter(rates={Rate.CONVERSATIONS: (1, 200.0)}, clock=loop.time)
    async with client_on(graph, log, limiter=limiter) as client:
        people = [f"2400000000000000{number}" for number in range(4)]
        sent = await asyncio.gather(*(client.send_text(psid, "Hi") for psid in people))
        assert [one.attempts for one in sent] == [2] * 4
        assert loop.time() > 600


@virtual
async def test_the_same_text_twice_in_a_lane() -> None:
    """The first one's copy is not taken for the second one."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["ok", "dropped", "lost"])
    async with client_on(graph, log) as client:
        first = await client.send_text(ANA, "Hi")
        second = await client.send_text(ANA, "Hi")
    assert (first.message_id, second.message_id, second.attempts) == ("m_0", "m_1", 2)
    assert graph.texts() == ["Hi", "Hi"]


@virtual
async def test_a_plain_send_before_is_not_taken_for_it() -> None:
    """The client knows the mids of what it sent without the log, too."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["ok", "dropped"])
    async with client_on(graph, log) as client:
        await client.send_text(ANA, "Hi", delivery=Delivery.AT_MOST_ONCE)
        assert (await client.send_text(ANA, "Hi")).attempts == 2


@virtual
async def test_an_image_is_known_by_its_kind_after_two_minutes() -> None:
    """Meta fetches it first, so that its absence takes longer to prove."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["lost", "dropped"])
    image = Image(url="https://cdn.example/1.png")
    async with client_on(graph, log) as client:
        assert (await client.send(ANA, image)).attempts == 1
        began = asyncio.get_running_loop().time()
        assert (await client.send(ANA, image)).attempts == 2
        assert asyncio.get_running_loop().time() - began > 120


@virtual
async def test_nobody_can_find_out() -> None:
    """After the horizon the row is UNCONFIRMED, and the lane goes on."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        first = asyncio.create_task(client.send_text(ANA, "Hi"))
        second = asyncio.create_task(client.send_text(ANA, "Next"))
        with pytest.raises(DeliveryUnknownError) as caught:
            await first
        assert asyncio.get_running_loop().time() == pytest.approx(600)
        assert (await second).attempts == 1
    assert (caught.value.recipient_id, caught.value.attempts) == (ANA, 1)
    assert isinstance(caught.value.__cause__, TransportError)
    assert Settled(log).states == [State.UNCONFIRMED, State.SENT]
    assert client.stats.unknown == 1


@virtual
async def test_a_template_is_known_by_its_kind() -> None:
    """A text of the page in between is not taken for it."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["lost", "dropped"])
    template = ButtonTemplate("Tea?", buttons=[PostbackButton(title="Yes", payload="YES")])
    async with client_on(graph, log) as client:
        assert (await client.send(ANA, template)).attempts == 1
        sending = asyncio.create_task(client.send(ANA, template))
        await graph.asked_for.wait()
        graph.wrote(ANA, "Tea?", from_page=True)
        assert (await sending).attempts == 2
