"""A caller that goes away: what has not left is cancelled, the rest found out; the lane goes on."""

import asyncio

import pytest
from once.graph_play import ANA, Settled, SlowLog, Step, TinyGraph, client_on, echo_of
from once.virtual_clock import until, virtual

from messengerkit import (
    ConstantBackoff,
    MemoryOutboundLog,
    Outbound,
    PageLimiter,
    Retry,
    SendResult,
)
from messengerkit.delivery import State
from messengerkit.rates import Rate


async def gone(sending: "asyncio.Task[SendResult]") -> None:
    """Give *sending* up."""
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


@virtual
async def test_while_it_is_queued() -> None:
    """It is cancelled, and never sent."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("unsent")
    async with client_on(graph, log, retry=ConstantBackoff(100)) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        await gone(sending)
        await client.send_text(ANA, "Next")
    assert Settled(log).states == [State.CANCELLED, State.SENT]
    assert graph.texts() == ["Next"]


@virtual
async def test_before_it_is_written_down() -> None:
    """There is nothing to cancel, and nothing is sent."""

    class Adding(SlowLog):
        async def add(self, row: Outbound, /) -> bool:
            await asyncio.sleep(10)
            return await super().add(row)

    graph, log = TinyGraph(), Adding()
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await asyncio.sleep(5)
        await gone(sending)
    assert Settled(log).rows == []
    assert graph.asked == []


@virtual
async def test_while_it_waits_for_the_lane() -> None:
    """Those before it and behind it are sent, in their order."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sends = [asyncio.create_task(client.send_text(ANA, str(one))) for one in range(3)]
        await until(graph.sends)
        await gone(sends[1])
        graph.released.set()
        await asyncio.gather(sends[0], sends[2])
    assert graph.texts() == ["0", "2"]
    assert Settled(log).states == [State.SENT, State.CANCELLED, State.SENT]


@virtual
async def test_while_it_waits_for_the_limiter() -> None:
    """It is cancelled; the next one gets its place."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    loop = asyncio.get_running_loop()
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 60.0)}, clock=loop.time)
    async with client_on(graph, log, limiter=limiter) as client:
        await client.send_text(ANA, "0")
        sends = [asyncio.create_task(client.send_text(ANA, str(one))) for one in (1, 2)]
        await asyncio.sleep(5)
        await gone(sends[0])
        await sends[1]
        assert loop.time() == pytest.approx(60, abs=2)
    assert graph.texts() == ["0", "2"]
    assert Settled(log).states == [State.SENT, State.CANCELLED, State.SENT]


@pytest.mark.parametrize("turns", range(10))
@virtual
async def test_at_any_moment_of_an_attempt(turns: int) -> None:
    """Sent once, or surely not at all; and the next one is sent."""
    graph, log = TinyGraph(), SlowLog()
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        for _ in range(turns):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait({sending})
        await client.send_text(ANA, "Next")
        *first, _ = Settled(log).states
    assert graph.texts() == ["Hi"] * (first == [State.SENT]) + ["Next"]
    assert first in ([], [State.SENT], [State.CANCELLED])


@pytest.mark.parametrize("step", ["lost", "dropped"])
@pytest.mark.parametrize("turns", range(8))
@virtual
async def test_at_any_moment_after_the_answer_was_lost(step: Step, turns: int) -> None:
    """It is looked for: found, it is SENT; not there, it is CANCELLED, and not sent again."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append(step)
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await graph.asked_for.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        await gone(sending)
        await client.send_text(ANA, "Next")
        first, _ = Settled(log).states
    assert graph.texts() == ["Hi"] * (step == "lost") + ["Next"]
    assert first is (State.SENT if step == "lost" else State.CANCELLED)


@virtual
async def test_while_it_is_looked_for_and_nobody_can_find_out() -> None:
    """It ends UNCONFIRMED, after which the lane goes on."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client, client_on(graph, log) as other:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: Settled(log).states == [State.UNKNOWN])
        await gone(sending)
        assert (client.stats.total, client.stats.unknown) == (1, 1)
        await other.recover()  # takes nothing from who is looking
        await client.send_text(ANA, "Next")
        assert asyncio.get_running_loop().time() > 600
    assert Settled(log).states == [State.UNCONFIRMED, State.SENT]


@virtual
async def test_an_echo_while_its_absence_is_written_down() -> None:
    """It is SENT, whoever has gone."""
    graph, log = TinyGraph(lag=1000), SlowLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: Settled(log).states == [State.UNKNOWN])
        await gone(sending)
        await until(lambda: graph.reads() == 2)

        async def echo(row: Outbound) -> None:
            held = Settled(log).rows[0]
            assert row.version == held.version + 1
            sent = held._replace(version=row.version, state=State.SENT, mid="m_0")
            assert await MemoryOutboundLog.put(log, sent)

        following = asyncio.create_task(client.send_text(ANA, "Next"))
        await asyncio.sleep(0.1)
        log.before = echo
        await following
        await client.observe(echo_of(graph.inbox[0]))
    assert Settled(log).states == [State.SENT, State.SENT]


@virtual
async def test_an_echo_while_it_is_given_up_in_flight() -> None:
    """The echo is faster than what is written down, and there is nothing left to do."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)

        async def echo(row: Outbound) -> None:
            held = Settled(log).rows[0]
            sent = held._replace(version=row.version, state=State.SENT, mid="m_0")
            assert await MemoryOutboundLog.put(log, sent)

        log.before = echo
        await gone(sending)
        await until(lambda: Settled(log).states == [State.SENT])
        await asyncio.sleep(1)
    assert graph.reads() == 0


@virtual
async def test_the_background_ends_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """Another process has moved the row on meanwhile, and has it from now on."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("dropped")
    async with client_on(graph, log, retry=Retry(attempts=1)) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: Settled(log).states == [State.UNKNOWN])
        await gone(sending)
        await asyncio.sleep(1)
        (held,) = Settled(log).rows
        changed = held._replace(version=held.version + 1, state=State.UNCONFIRMED)
        assert await MemoryOutboundLog.put(log, changed)
        await asyncio.sleep(100)
    assert "given up ended with TransitionError" in caplog.text
