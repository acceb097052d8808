"""Closing: what is under way may end, what cannot is left as it is, and no task stays behind."""

import asyncio

import pytest
from once.graph_play import ANA, BEN, Settled, SlowLog, TinyGraph, client_on
from once.virtual_clock import until, virtual

from messengerkit import (
    ClientClosedError,
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    MemoryOutboundLog,
    PageLimiter,
    SendResult,
)
from messengerkit.delivery import State
from messengerkit.rates import Rate


async def ended(sending: "asyncio.Task[SendResult]") -> None:
    """Hear that the client was closed."""
    with pytest.raises(ClientClosedError):
        await sending


async def in_doubt(sending: "asyncio.Task[SendResult]") -> None:
    """Hear that nobody knows, because the client was closed: it may be out."""
    with pytest.raises(DeliveryUnknownError) as caught:
        await sending
    assert isinstance(caught.value.__cause__, ClientClosedError)


@virtual
async def test_it_ends_early_once_all_is_done() -> None:
    """A drain is no wait: with nothing under way, none at all."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("lost")
    client = client_on(graph, log)
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(graph.sends)
    closing = [asyncio.create_task(client.aclose(drain=100)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(ClientClosedError):
        await client.send_text(ANA, "Too late")
    assert (await sending).message_id == "m_0"
    await asyncio.gather(*closing)
    await client.aclose(drain=100)
    assert asyncio.get_running_loop().time() < 5


@virtual
async def test_it_is_cut_off() -> None:
    """Who is still looking ends; the row stays UNKNOWN, and the next process finds out."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("dropped")
    client = client_on(graph, log)
    first = asyncio.create_task(client.send_text(ANA, "Hi"))
    second = asyncio.create_task(client.send_text(ANA, "Next"))
    await until(lambda: State.UNKNOWN in Settled(log).states)
    began = asyncio.get_running_loop().time()
    await client.aclose(drain=10)
    assert asyncio.get_running_loop().time() == pytest.approx(began + 10)
    await in_doubt(first)
    assert client.stats.unknown == 1
    await ended(second)  # it waited for the first one, and surely did not leave
    assert Settled(log).states == [State.UNKNOWN, State.FAILED]
    async with client_on(graph, log) as heir:
        await heir.recover()
        await until(lambda: Settled(log).states[0] is State.SENT)
    assert graph.texts() == ["Hi"]


@virtual
async def test_a_read_under_way_is_cut_off() -> None:
    """A conversation that takes for ever to read holds nobody up."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("lost")
    client = client_on(graph, log)
    never = asyncio.Event()
    client._inquirer().read = lambda _: never.wait()  # type: ignore[assignment,return-value]
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await asyncio.sleep(5)
    await client.aclose()
    await in_doubt(sending)


@virtual
async def test_one_that_waits_to_be_repeated() -> None:
    """It did not leave, and its caller knows: it is FAILED."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("unsent")
    client = client_on(graph, log, retry=ConstantBackoff(100))
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(graph.sends)
    await client.aclose(drain=1)
    await ended(sending)
    assert Settled(log).states == [State.FAILED]


@virtual
async def test_one_that_waits_for_the_limiter() -> None:
    """It is not claimed any more once the client is closed."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    loop = asyncio.get_running_loop()
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 60.0)}, clock=loop.time)
    client = client_on(graph, log, limiter=limiter)
    await client.send_text(BEN, "Hi")
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await asyncio.sleep(1)
    await client.aclose()
    await ended(sending)
    assert Settled(log).states == [State.SENT, State.FAILED]


@virtual
async def test_one_that_begins_its_turn_as_the_client_is_closed() -> None:
    """Between the claim and the wire: it is refused by ourselves, and did not leave."""
    graph, log = TinyGraph(), SlowLog()
    client = client_on(graph, log)
    closing: list[asyncio.Task[None]] = []
    log.before = lambda _: closing.append(asyncio.ensure_future(client.aclose()))
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await ended(sending)
    await closing[0]
    assert Settled(log).states == [State.FAILED]
    assert graph.asked == []


@virtual
async def test_what_is_recovered_is_left_to_the_next_process() -> None:
    """Nobody was told that it failed, so it stays as it is."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("dropped")
    first = client_on(graph, log)
    sends = [asyncio.create_task(first.send_text(one, "Hi")) for one in (ANA, ANA, BEN)]
    await until(lambda: State.UNKNOWN in Settled(log).states)
    for one in sends:
        one.cancel()
    first._surely()._inquiring.closed = True  # it dies, and keeps nothing
    first._surely()._lease._held.clear()
    await asyncio.sleep(100)
    second = client_on(graph, log)
    assert await second.recover() == 1
    await asyncio.sleep(5)
    await second.aclose()
    assert Settled(log).states[0] is State.UNKNOWN
    await first.aclose()


@virtual
async def test_what_was_given_up_is_written_down_before_the_end() -> None:
    """A send that was cancelled in the last moment is not sent by the next process."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("unsent")
    client = client_on(graph, log, retry=ConstantBackoff(100))
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(lambda: graph.sends() and Settled(log).states == [State.QUEUED])
    sending.cancel()
    await asyncio.wait({sending})
    await client.aclose()
    assert Settled(log).states == [State.CANCELLED]


@virtual
async def test_a_lease_that_is_being_renewed_is_waited_for() -> None:
    """Nobody writes once the client is closed."""
    heard: list[float] = []

    class Slow(MemoryOutboundLog):
        async def alive(self, owner: str, until: float, /) -> None:
            await asyncio.sleep(5)
            await super().alive(owner, until)
            heard.append(until)

    graph, log = TinyGraph(unreadable=1000), Slow()
    graph.steps.append("lost")
    client = client_on(graph, log)
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(lambda: State.UNKNOWN in Settled(log).states)
    await asyncio.sleep(21)
    assert len(heard) == 1
    await client.aclose()
    assert len(heard) == 2
    await asyncio.sleep(10)
    assert len(heard) == 2
    await in_doubt(sending)


@virtual
async def test_a_client_without_a_log_drains_too() -> None:
    """Plain sends under way may end."""
    graph = TinyGraph()
    graph.steps.append("slow")
    client = client_on(graph, None, delivery=Delivery.AT_MOST_ONCE)
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(graph.sends)
    await client.aclose(drain=100)
    assert (await sending).message_id == "m_0"
    assert asyncio.get_running_loop().time() < 12
