"""A machine that sleeps: it wakes with its lease over, and nothing is sent twice for that."""

import asyncio

import pytest
from once.graph_play import ANA, Settled, TinyGraph, client_on
from once.virtual_clock import VirtualLoop, unix, until, virtual
from typing_extensions import override

from messengerkit import DeliveryUnknownError, MemoryOutboundLog, Outbound
from messengerkit.delivery import Evidence, State


def sleep() -> None:
    """Let the machine sleep for more than an hour."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.jump(4000)


class Sleepy(MemoryOutboundLog):
    """A log whose machine sleeps right after a send was claimed.

    Attributes:
        taken: Whether another process takes the send meanwhile.
    """

    def __init__(self, *, taken: bool = False) -> None:
        super().__init__()
        self.taken = taken

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Write *row* down."""
        its_turn = await super().add(row)
        assert row.state is State.IN_FLIGHT
        sleep()
        if self.taken:
            other = row._replace(version=1, state=State.UNKNOWN, owner="other")
            assert await self.put(other)
        return its_turn


@virtual
async def test_it_takes_nothing_from_itself() -> None:
    """Whatever its own lease says: the attempt goes on, and its answer is the proof."""

    class Slow(MemoryOutboundLog):
        async def alive(self, owner: str, until: float, /) -> None:
            await asyncio.sleep(1)
            await super().alive(owner, until)

    graph, log = TinyGraph(), Slow()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        await client.recover()
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        sleep()
        await asyncio.sleep(50)
        graph.released.set()
        assert (await sending).attempts == 1
    assert graph.texts() == ["Hi"]
    assert Settled(log).rows[0].evidence is Evidence.RESPONSE


@virtual
async def test_it_renews_the_lease_before_the_first_byte() -> None:
    """So that nobody takes it for dead while the attempt is under way."""
    graph, log = TinyGraph(), Sleepy()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        assert await log.left(unix() + 30) == []
        graph.released.set()
        await sending
    assert graph.texts() == ["Hi"]


@virtual
async def test_it_sends_nothing_that_another_has_taken() -> None:
    """Who waits for it hears so."""
    graph = TinyGraph()
    async with client_on(graph, Sleepy(taken=True)) as client:
        with pytest.raises(DeliveryUnknownError):
            await client.send_text(ANA, "Hi")
    assert graph.sends() == 0
