"""A send is claimed as it is written down, and queued again if it has to wait after all."""

import asyncio
from collections.abc import Awaitable

import pytest
from once.graph_play import ANA, BEN, Settled, SlowLog, TinyGraph, client_on
from once.virtual_clock import until, virtual
from typing_extensions import override

from messengerkit import (
    Breaker,
    Delivery,
    DeliveryUnknownError,
    MemoryOutboundLog,
    Outbound,
    PageLimiter,
    Usage,
)
from messengerkit.delivery import State
from messengerkit.rates import Rate


def one_a_minute() -> PageLimiter:
    """Return a limiter that lets one message a minute go."""
    return PageLimiter(rates={Rate.MESSAGES: (1, 60.0)}, clock=asyncio.get_running_loop().time)


def opened(breaker: Breaker) -> None:
    """Let a breaker find that Meta does not answer."""
    for _ in range(breaker.least):
        breaker.ended(failed=True)


class Recording(MemoryOutboundLog):
    """A log that remembers in which states each row was."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, list[State]] = {}

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Write *row* down."""
        self.states[row.id] = [row.state]
        return await super().add(row)

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Write *row*."""
        if self.states[row.id][-1] is not row.state:
            self.states[row.id].append(row.state)
        return await super().put(row)


@virtual
async def test_where_nothing_holds_it_up_it_is_written_twice() -> None:
    """As it leaves, and as it was accepted; then nothing of what it said is kept."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    async with client_on(graph, log) as client:
        await client.send_text(ANA, "Hi")
    (row,) = Settled(log).rows
    assert (row.version, row.attempts, row.state) == (1, 1, State.SENT)
    assert not row.parameters


@virtual
async def test_behind_another_one_it_is_queued() -> None:
    """And claimed in its turn."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sends = [asyncio.create_task(client.send_text(ANA, str(one))) for one in range(2)]
        await until(graph.sends)
        assert Settled(log).states == [State.IN_FLIGHT, State.QUEUED]
        assert Settled(log).rows[1].attempts == 0
        graph.released.set()
        sent = await asyncio.gather(*sends)
    assert [one.attempts for one in sent] == [1, 1]
    assert graph.texts() == ["0", "1"]


@virtual
async def test_while_it_waits_for_the_pace_it_is_queued() -> None:
    """The first that has to is queued again; those after it are not claimed for nothing."""
    graph, log = TinyGraph(), Recording()
    async with client_on(graph, log, limiter=one_a_minute()) as client:
        await client.send_text(ANA, "Hi")
        sends = [asyncio.create_task(client.send_text(one, "Hi")) for one in (BEN, "25")]
        await asyncio.sleep(5)
        assert Settled(log).states == [State.SENT, State.QUEUED, State.QUEUED]
        assert [row.attempts for row in Settled(log).rows] == [1, 0, 0]
        for send in sends:
            assert (await send).attempts == 1
    claimed, queued, sent = State.IN_FLIGHT, State.QUEUED, State.SENT
    assert list(log.states.values()) == [
        [claimed, sent],
        [claimed, queued, claimed, sent],
        [queued, claimed, sent],
    ]


@virtual
async def test_the_breaker_opens_as_it_is_written_down() -> None:
    """It is queued again until somebody has looked, and then it leaves."""
    graph, log, breaker = TinyGraph(), SlowLog(), Breaker(shortest=0, longest=0)
    log.before = lambda _: opened(breaker)
    async with client_on(graph, log, breaker=breaker) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 1
    assert graph.asked == ["GET me", "POST me/messages"]
    assert Settled(log).rows[0].version == 3


@virtual
async def test_somebody_takes_it_as_it_is_queued_again() -> None:
    """Who waits for it hears so; it takes nobody's place, and is not sent."""
    graph, log, limiter = TinyGraph(), SlowLog(), one_a_minute()

    async def taken(row: Outbound) -> None:
        (_, held) = Settled(log).rows
        other = held._replace(version=row.version, state=State.UNKNOWN, owner="other")
        assert await MemoryOutboundLog.put(log, other)

    async with client_on(graph, log, limiter=limiter) as client:
        await client.send_text(ANA, "Hi")
        log.before_the_second(taken)
        with pytest.raises(DeliveryUnknownError):
            await client.send_text(BEN, "Hi")
        await asyncio.sleep(60)
        assert limiter.enter(Rate.MESSAGES, urgent=False) is None
    assert graph.sends() == 1


@virtual
async def test_a_pace_of_somebody_else_that_is_given_up() -> None:
    """What it gave is no coroutine, and needs no end."""

    class Theirs:
        def enter(self, rate: Rate, *, urgent: bool) -> Awaitable[None]:
            assert rate is Rate.MESSAGES
            assert not urgent
            return asyncio.get_running_loop().create_future()

        def observe(self, usage: Usage) -> None:
            """Take no note."""

    graph, log = TinyGraph(), SlowLog()

    async def broken(_: Outbound) -> None:
        msg = "no database"
        raise OSError(msg)

    async with client_on(graph, log, limiter=Theirs()) as client:
        log.before_the_second(broken)
        with pytest.raises(OSError, match="no database"):
            await client.send_text(ANA, "Hi")
    assert graph.sends() == 0


def test_a_row_does_not_show_what_it_says() -> None:
    """Not in a log, not in a traceback."""
    row = Outbound(id="1", lane=ANA, nonce="mk1:1", psid=ANA, parameters={"message": "Hush"})
    assert "Hush" not in repr(row)
    assert "nonce='mk1:1'" in repr(row)


@virtual
async def test_a_plain_send_waits_for_the_host_and_then_for_the_pace() -> None:
    """It has nothing to queue."""
    graph, limiter, breaker = TinyGraph(), one_a_minute(), Breaker(shortest=0, longest=0)
    async with client_on(
        graph, None, limiter=limiter, breaker=breaker, delivery=Delivery.AT_MOST_ONCE
    ) as client:
        await client.send_text(ANA, "Hi")
        opened(breaker)
        await client.send_text(ANA, "Hi")
    assert graph.asked == ["POST me/messages", "GET me", "POST me/messages"]
    assert asyncio.get_running_loop().time() == pytest.approx(60, abs=1)
