"""One send, effectively once: what follows each way in which an attempt can end."""

import asyncio

import pytest
from once.graph_play import ANA, BEN, Settled, SlowLog, Step, TinyGraph, client_on
from once.virtual_clock import unix, until, virtual

from messengerkit import (
    Absent,
    ClientClosedError,
    ConfigurationError,
    Delivery,
    DeliveryUnknownError,
    InvalidInputError,
    InvalidRequestError,
    MemoryOutboundLog,
    PartialSendError,
    RateLimitError,
    Send,
    Text,
    TransportError,
)
from messengerkit.delivery import Evidence, State


@virtual
async def test_a_send_that_is_answered() -> None:
    """It is written down, sent with its nonce, and known by the answer."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    async with client_on(graph, log) as client:
        sent = await client.send_text(ANA, "Hi")

    (row,) = Settled(log).rows
    assert (sent.recipient_id, sent.message_id, sent.attempts) == (ANA, "m_0", 1)
    assert (row.state, row.evidence, row.mid) == (State.SENT, Evidence.RESPONSE, "m_0")
    assert (row.attempts, row.lane, row.ended_at) == (1, ANA, row.wire_at)
    assert graph.inbox[0].metadata == row.nonce
    assert row.nonce.startswith("mk1:")
    assert client.stats.sent == 1


@virtual
async def test_an_answer_that_is_lost_is_found_in_the_conversation() -> None:
    """One copy, and the mid that the conversation shows."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["lost"])
    async with client_on(graph, log) as client:
        sent = await client.send_text(ANA, "Hi")
        assert client.lags.reads == [2.0]

    assert (sent.message_id, sent.attempts, graph.sends()) == ("m_0", 1, 1)
    assert Settled(log).rows[0].evidence is Evidence.READ


@pytest.mark.parametrize("step", ["lost", "garbled", "late"])
@virtual
async def test_what_arrived_is_never_sent_again(step: Step) -> None:
    """Whether the answer is lost, unreadable, or the call is applied late."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append(step)
    async with client_on(graph, log) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 1
    assert graph.texts() == ["Hi"]


@pytest.mark.parametrize("step", ["dropped", "bad_gateway"])
@virtual
async def test_what_is_surely_not_there_is_sent_again(step: Step) -> None:
    """After two reads that began 30 s after the attempt, and the policy's wait."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append(step)
    async with client_on(graph, log) as client:
        began = asyncio.get_running_loop().time()
        sent = await client.send_text(ANA, "Hi")
        assert asyncio.get_running_loop().time() - began == pytest.approx(33)
    assert (sent.attempts, graph.sends(), graph.texts()) == (2, 2, ["Hi"])
    assert graph.reads() == 3  # one that came too early to count


@virtual
async def test_a_refusal_ends_it() -> None:
    """Meta said no: one attempt, and its error."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("refused")
    async with client_on(graph, log) as client:
        with pytest.raises(InvalidRequestError):
            await client.send_text(ANA, "Hi")
        await client.send_text(ANA, "Next")
    assert Settled(log).states == [State.REJECTED, State.SENT]
    assert Settled(log).rows[0].error == "InvalidRequestError"


@virtual
async def test_what_did_not_leave_is_queued_again() -> None:
    """A refused connection and a throttle are repeated, as the policy says."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["unsent", "throttled"])
    async with client_on(graph, log) as client:
        assert (await client.send_text(ANA, "Hi")).attempts == 3
    assert graph.reads() == 0


@virtual
async def test_the_policy_gives_up() -> None:
    """The row is FAILED, and the error is the last one."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("throttled")
    async with client_on(graph, log) as client:
        with pytest.raises(RateLimitError):
            await client.send_text(ANA, "Hi", retry=None)
    assert Settled(log).states == [State.FAILED]


@virtual
async def test_the_policy_gives_up_after_an_absence_that_is_proven() -> None:
    """It surely did not arrive, says the error, and what hid that is its cause."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("dropped")
    async with client_on(graph, log) as client:
        with pytest.raises(TransportError, match="did not arrive") as caught:
            await client.send_text(ANA, "Hi", retry=None)
    assert caught.value.retryable
    assert isinstance(caught.value.__cause__, TransportError)
    assert Settled(log).states == [State.FAILED]


@virtual
async def test_one_person_in_order_and_two_side_by_side() -> None:
    """Who waits for an unknown send of the same person waits; others do not."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("dropped")
    async with client_on(graph, log) as client:
        ana = [asyncio.create_task(client.send_text(ANA, str(one))) for one in range(3)]
        await until(graph.sends)
        await client.send_text(BEN, "Hi")
        assert not any(one.done() for one in ana)
        await asyncio.gather(*ana)
    assert graph.texts() == ["0", "1", "2"]


@virtual
async def test_the_callers_own_metadata_stands_before_the_nonce() -> None:
    """Up to 973 characters of it; the echo brings back both."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    async with client_on(graph, log) as client:
        await client.send(ANA, Text("Hi", metadata="x" * 973))
        with pytest.raises(InvalidInputError, match="leaves 973 characters") as caught:
            await client.send(ANA, Text("Hi", metadata="x" * 974))
    (row,) = Settled(log).rows
    assert caught.value.field == "metadata"
    assert graph.inbox[0].metadata == f"{'x' * 973} {row.nonce}"
    assert len(graph.inbox[0].metadata) == 1000


@virtual
async def test_without_a_log_nothing_is_sent() -> None:
    """A promise that needs a log is refused without one, before anything is sent."""
    graph = TinyGraph()
    async with client_on(graph, None) as client:
        with pytest.raises(ConfigurationError, match="outbound"):
            await client.send_text(ANA, "Hi")
        with pytest.raises(ConfigurationError, match="outbound"):
            await client.recover()
    assert graph.asked == []


@virtual
async def test_the_other_verbs_send_once_too() -> None:
    """`send_message`, `send_long_text` and `send_many` keep the same promise."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["lost", "lost", "dropped"])
    async with client_on(graph, log) as client:
        assert await client.send_message(ANA, "Hi")
        assert len(await client.send_long_text(ANA, "word " * 700)) == 2
        sends = [Send(recipient_id=one, message="Hi") for one in (ANA, BEN, ANA)]
        ended = [one async for one in client.send_many(sends)]
        assert [one.error for one in ended] == [None] * 3
    assert Settled(log).states == [State.SENT] * 6
    assert len(graph.inbox) == 6


@virtual
async def test_a_long_text_of_which_nobody_knows_a_part() -> None:
    """The part is in doubt, and what is behind it is left."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["ok", "lost"])
    graph.unreadable = 1000
    async with client_on(graph, log) as client:
        with pytest.raises(PartialSendError) as caught:
            await client.send_long_text(ANA, "word " * 1000)
    assert caught.value.in_doubt
    assert caught.value.sent == ("m_0",)
    assert Settled(log).states == [State.SENT, State.UNCONFIRMED]


@virtual
async def test_a_closed_client_sends_nothing() -> None:
    """It is refused before it is written down."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    client = client_on(graph, log)
    await client.aclose()
    with pytest.raises(ClientClosedError):
        await client.send_text(ANA, "Hi")
    assert Settled(log).rows == []


@virtual
async def test_the_row_is_in_flight_before_the_first_byte() -> None:
    """Whoever looks into the log while the call is on its way sees it."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        (row,) = Settled(log).rows
        assert (row.state, row.attempts) == (State.IN_FLIGHT, 1)
        assert row.wire_at == unix() - 0.25
        assert await log.left(unix() + 30) == []
        graph.released.set()
        await sending


@virtual
async def test_absence_can_be_told_from_a_reconciliation() -> None:
    """Of a send that was given up nobody knows; reconciling says that it is not there."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("dropped")
    async with client_on(graph, log) as client:
        with pytest.raises(DeliveryUnknownError) as caught:
            await client.send_text(ANA, "Hi", delivery=Delivery.AT_MOST_ONCE)
        assert await client.reconcile(caught.value) == Absent()
