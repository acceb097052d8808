"""What a queued send waits for: the host, the limiter, the budget, and how long at most."""

import asyncio

import pytest
from once.graph_play import ANA, Settled, SlowLog, TinyGraph, client_on
from once.virtual_clock import unix, until, virtual

from messengerkit import (
    Breaker,
    CircuitOpenError,
    DeadlineError,
    DeliveryUnknownError,
    MemoryOutboundLog,
    Outbound,
    PageLimiter,
    RateLimitError,
    RetryBudget,
)
from messengerkit.delivery import State
from messengerkit.rates import Rate
from messengerkit.usage import Usage


def breaker() -> Breaker:
    """Return a breaker that opens at the first fault, for 20 s."""
    return Breaker(
        least=1, share=1, shortest=20, longest=20, window=3, clock=asyncio.get_running_loop().time
    )


@virtual
async def test_it_waits_for_the_host_and_the_look_is_no_message() -> None:
    """Queued behind an open breaker; `GET /me` finds out, and then it is sent once."""
    graph, log = TinyGraph(down=True), MemoryOutboundLog()
    graph.steps.append("unsent")
    async with client_on(graph, log, breaker=breaker()) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: graph.asked.count("GET me") == 2)
        assert (graph.sends(), Settled(log).states) == (1, [State.QUEUED])
        graph.down = False
        assert (await sending).attempts == 2
    assert graph.sends() == 2
    assert "POST me/messages" not in graph.asked[1:-1]


@virtual
async def test_with_a_deadline_it_gives_up_rather_than_wait() -> None:
    """The breaker is open for longer than there is time."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("unsent")
    async with client_on(graph, log, breaker=breaker()) as client:
        with pytest.raises(CircuitOpenError):
            await client.send_text(ANA, "Hi", deadline=10)
    assert Settled(log).states == [State.FAILED]


@virtual
async def test_a_deadline_in_the_limiter() -> None:
    """The time is over before it could leave."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 60.0)}, clock=asyncio.get_running_loop().time)
    async with client_on(graph, log, limiter=limiter) as client:
        await client.send_text(ANA, "Hi")
        with pytest.raises(DeadlineError):
            await client.send_text(ANA, "Hi", deadline=10)
    assert Settled(log).states == [State.SENT, State.EXPIRED]
    assert len(graph.inbox) == 1


@virtual
async def test_a_deadline_in_the_lane() -> None:
    """Behind a send of which nobody knows, no longer than it has time."""
    graph, log = TinyGraph(unreadable=50), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        first = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        with pytest.raises(DeadlineError):
            await client.send_text(ANA, "Next", deadline=10)
        await first
    assert Settled(log).states == [State.SENT, State.EXPIRED]


@virtual
async def test_an_echo_as_the_time_is_over() -> None:
    """It had been sent after all, says an echo in that moment."""
    graph, log = TinyGraph(), SlowLog()
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 60.0)}, clock=asyncio.get_running_loop().time)
    async with client_on(graph, log, limiter=limiter) as client:
        await client.send_text(ANA, "Hi")
        sending = asyncio.create_task(client.send_text(ANA, "Hi", deadline=10))
        await asyncio.sleep(1)
        await client._surely().observe(Settled(log).rows[1].nonce, "m_echo")
        assert (await sending).message_id == "m_echo"
    assert len(graph.inbox) == 1


@virtual
async def test_a_deadline_while_it_is_looked_for() -> None:
    """The caller hears that nobody knows; it is found out all the same."""
    graph, log = TinyGraph(lag=25), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        with pytest.raises(DeliveryUnknownError) as caught:
            await client.send_text(ANA, "Hi", deadline=10)
        assert asyncio.get_running_loop().time() == pytest.approx(10, abs=0.1)
        assert client.stats.unknown == 1
        assert caught.value.__cause__ is not None
        await until(lambda: Settled(log).states == [State.SENT])


@virtual
async def test_a_log_that_takes_too_long_is_no_deadline() -> None:
    """A `TimeoutError` of somebody else stays one, here and in the lane."""

    class Late(MemoryOutboundLog):
        async def known(self, _lane: str, /) -> frozenset[str]:
            raise TimeoutError

    graph, log = TinyGraph(), Late()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        with pytest.raises(TimeoutError):
            await client.send_text(ANA, "Hi", deadline=100)

    class Stuck(MemoryOutboundLog):
        async def turn(self, _row_id: str, /) -> None:
            raise TimeoutError

    stuck = Stuck()
    await stuck.add(Outbound(id="1", lane=ANA, nonce="mk1:1", psid=ANA))
    async with client_on(graph, stuck) as client:
        with pytest.raises(TimeoutError):
            await client.send_text(ANA, "Hi")


@virtual
async def test_a_limiter_that_would_rather_tell() -> None:
    """The policy waits as it does for Meta's own word, or gives up."""

    class Telling:
        told = 0

        def enter(self, rate: Rate, *, urgent: bool) -> None:
            self.told += 1
            if self.told < 3 and rate is Rate.MESSAGES and not urgent:
                msg = "later"
                raise RateLimitError(msg, retry_after=5)

        def observe(self, usage: Usage) -> None:
            """Take note of it."""
            assert not usage.percent

    graph, log = TinyGraph(), MemoryOutboundLog()
    async with client_on(graph, log, limiter=Telling()) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 1
        assert unix() % 100 == pytest.approx(10, abs=1)
    assert Settled(log).rows[0].attempts == 1


@virtual
async def test_a_budget_that_is_used_up() -> None:
    """What is written down waits until there is something left for it."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("unsent")
    budget = RetryBudget(capacity=0, cost=5, earned=0, free=0.01)
    budget._free_at = asyncio.get_running_loop().time() + 5
    async with client_on(graph, log, budget=budget) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 2
        assert 5 <= asyncio.get_running_loop().time() < 8
    assert Settled(log).states == [State.SENT]
