"""Echoes: before the answer, while it is looked for, late, and foreign ones."""

import asyncio
import json

import pytest
from once.graph_play import ANA, Message, Settled, SlowLog, Step, TinyGraph, client_on, echo_of
from once.virtual_clock import unix, until, virtual

from messengerkit import (
    ConstantBackoff,
    Delivered,
    DeliveryUnknownError,
    MemoryOutboundLog,
    Retry,
    testing,
)
from messengerkit.delivery import Evidence, State
from messengerkit.events import MessageEcho, MessageReceived, parse_events
from messengerkit.outbound import Outbound
from messengerkit.writing import find


def arrived(row: Outbound, mid: str = "m_echo") -> MessageEcho:
    """Return the echo of what *row* sent."""
    return echo_of(Message(row.psid, mid, unix(), {"metadata": row.nonce}))


@virtual
async def test_an_echo_before_the_answer() -> None:
    """It settles the send, and the answer that comes then changes nothing."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        await client.observe(arrived(Settled(log).rows[0], "m_0"))
        assert Settled(log).states == [State.SENT]
        graph.released.set()
        sent = await sending
    assert (sent.message_id, sent.attempts) == ("m_0", 1)
    assert Settled(log).rows[0].evidence is Evidence.ECHO


@pytest.mark.parametrize("step", ["lost", "refused", "throttled", "dropped"])
@virtual
async def test_an_echo_before_a_failure_wins_over_it(step: Step) -> None:
    """Whatever the answer says, the person has it."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append(step)
    async with client_on(graph, log) as client:

        async def echo(row: Outbound) -> None:
            await client.observe(arrived(row))

        log.before_the_second(echo)
        sent = await client.send_text(ANA, "Hi")
    assert (sent.message_id, graph.sends()) == ("m_echo", 1)
    assert Settled(log).states == [State.SENT]


@virtual
async def test_an_echo_as_the_policy_gives_up() -> None:
    """What is given up has arrived after all."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("throttled")
    async with client_on(graph, log, retry=None) as client:

        async def echo(row: Outbound) -> None:
            await client.observe(arrived(row))

        log.before_the_second(echo)
        assert (await client.send_text(ANA, "Hi")).message_id == "m_echo"


@virtual
async def test_an_echo_while_it_is_looked_for() -> None:
    """It is believed at once, and the conversation is not read."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: Settled(log).states == [State.UNKNOWN])
        for _ in range(2):  # Meta may post it twice
            await client.observe(echo_of(graph.inbox[0]))
        assert (await sending).message_id == "m_0"
        assert len(client.lags.echoes) == 1
    assert graph.reads() == 0


@virtual
async def test_an_echo_while_the_conversation_is_read() -> None:
    """The read is not waited for."""
    graph, log = TinyGraph(lag=100), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        echo: list[asyncio.Task[None]] = []
        graph.reading = lambda: echo.append(
            asyncio.ensure_future(client.observe(echo_of(graph.inbox[0])))
        )
        assert (await client.send_text(ANA, "Hi")).message_id == "m_0"
        await echo[0]
    assert Settled(log).rows[0].evidence is Evidence.ECHO


@virtual
async def test_an_echo_with_the_last_read_wins_over_absence() -> None:
    """Two reads found nothing, and the echo is there before that is believed."""
    graph, log = TinyGraph(lag=1000), SlowLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        known = log.known

        async def echo_meanwhile(lane: str) -> frozenset[str]:
            if graph.reads() == 3:
                await client.observe(echo_of(graph.inbox[0]))
            return await known(lane)

        log.known = echo_meanwhile  # type: ignore[method-assign]  # in the middle of a read
        assert (await client.send_text(ANA, "Hi")).attempts == 1
    assert graph.texts() == ["Hi"]


@virtual
async def test_an_echo_while_absence_is_written_down() -> None:
    """Proof that comes in that moment is proof."""
    graph, log = TinyGraph(lag=1000), SlowLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: graph.reads() == 2)

        async def echo(row: Outbound) -> None:
            await find(log, row.nonce, "m_0", Evidence.ECHO)

        log.before = echo
        assert (await sending).attempts == 1
    assert graph.texts() == ["Hi"]


@virtual
async def test_a_late_echo_over_a_row_that_is_queued_again() -> None:
    """It was missed, an echo shows it, and it is not sent again."""
    graph, log = TinyGraph(lag=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    retry = Retry(attempts=3, backoff=ConstantBackoff(60))
    async with client_on(graph, log, retry=retry) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: graph.reads() == 3 and Settled(log).states == [State.QUEUED])
        await client.observe(echo_of(graph.inbox[0]))
        sent = await sending
    assert (sent.message_id, sent.attempts, graph.texts()) == ("m_0", 1, ["Hi"])


@virtual
async def test_a_late_echo_over_an_unconfirmed_row() -> None:
    """It is sent, hours later; and reconciling would say the same."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        with pytest.raises(DeliveryUnknownError):
            await client.send_text(ANA, "Hi")
        await client.observe(echo_of(graph.inbox[0]))
    assert Settled(log).states == [State.SENT]


@virtual
async def test_an_echo_of_a_row_that_another_process_looks_for() -> None:
    """The log has it, whoever looks; who looks learns it from the log."""
    graph, log = TinyGraph(lag=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client, client_on(graph, log) as other:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: Settled(log).states == [State.UNKNOWN])
        await other.observe(echo_of(graph.inbox[0]))
        assert Settled(log).states == [State.SENT]
        assert (await sending).attempts == 1


@virtual
async def test_an_echo_while_the_row_moves_on_is_tried_again() -> None:
    """That somebody else wrote in the same moment does not lose the proof."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        (row,) = Settled(log).rows

        async def renewed(_: Outbound) -> None:
            (held,) = Settled(log).rows
            assert await log.put(held._replace(version=held.version + 1))

        log.before = renewed
        await client.observe(arrived(row, "m_0"))
        assert Settled(log).states == [State.SENT]
        graph.released.set()
        await sending


@virtual
async def test_echoes_that_are_not_ours_and_other_events() -> None:
    """Foreign metadata, a nonce that nobody knows, none at all, no echo: nothing happens."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    async with client_on(graph, log) as client, client_on(graph, None) as plain:
        await client.send_text(ANA, "Hi")
        for metadata in ("theirs", "mk1:unknown", "own mk1:unknown", ""):
            await client.observe(echo_of(graph.inbox[0], metadata=metadata))
        await plain.observe(echo_of(graph.inbox[0]))
        webhook = testing.webhook(testing.item(MessageReceived), secret="s")
        for event in parse_events(json.loads(webhook.body)):
            await client.observe(event)
        await client.observe(echo_of(graph.inbox[0]))  # what is settled stays so
    assert Settled(log).rows[0].evidence is Evidence.RESPONSE


@virtual
async def test_an_echo_that_settles_what_is_being_reconciled() -> None:
    """Who reconciles is told, and the log knows it, too."""
    graph, log = TinyGraph(unreadable=1000), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        with pytest.raises(DeliveryUnknownError) as caught:
            await client.send_text(ANA, "Hi")
        asking = asyncio.create_task(client.reconcile(caught.value))
        await asyncio.sleep(0.5)
        await client.observe(echo_of(graph.inbox[0]))
        assert await asking == Delivered(mid="m_0", evidence=Evidence.ECHO)
    assert Settled(log).states == [State.SENT]
