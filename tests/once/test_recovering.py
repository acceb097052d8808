"""Recovering: what a process left behind is found, kept in order, and taken by one alone."""

import asyncio

import pytest
from once.graph_play import ANA, BEN, Settled, SlowLog, TinyGraph, client_on
from once.virtual_clock import unix, until, virtual

from messengerkit import (
    ConstantBackoff,
    DeliveryUnknownError,
    MemoryOutboundLog,
    MessengerClient,
    Outbound,
    Retry,
)
from messengerkit.delivery import Evidence, State


def left_behind(number: int, state: State, *, lane: str = ANA, **about: float) -> Outbound:
    """Return the row of a process that died a while ago."""
    row = Outbound(
        id=f"r{number}",
        lane=lane,
        nonce=f"mk1:{number}",
        psid=lane,
        parameters={"recipient": {"id": lane}, "message": {"text": f"Hi {number}"}},
        state=state,
        owner="dead",
        attempts=int(state is not State.QUEUED),
        created_at=unix() - 300,
    )
    return row._replace(**about)  # type: ignore[arg-type]  # times are all that tests change


async def log_with(*rows: Outbound) -> SlowLog:
    """Return a log with *rows*, as a process left them."""
    log = SlowLog()
    for row in rows:
        await log.add(row)
    return log


async def settled(log: MemoryOutboundLog) -> None:
    """Return once no row is open."""
    await until(lambda: all(state is State.SENT for state in Settled(log).states))


@virtual
async def test_what_was_in_flight_is_looked_for_and_what_was_queued_is_sent() -> None:
    """Each lane in its order; what arrived is not sent again."""
    graph = TinyGraph()
    wire = unix() - 200
    log = await log_with(
        left_behind(1, State.IN_FLIGHT, wire_at=wire, ended_at=wire - 500),
        left_behind(2, State.QUEUED),
        left_behind(3, State.UNKNOWN, lane=BEN, wire_at=wire, ended_at=wire + 5),
        left_behind(4, State.QUEUED, lane=BEN),
    )
    graph.wrote(ANA, "Hi 1", from_page=True)
    graph.inbox[0].at = wire + 1
    async with client_on(graph, log) as client:
        assert await client.recover() == 4
        assert await client.recover() == 0  # they are ours now
        await settled(log)
    assert graph.texts() == ["Hi 1", "Hi 2"]
    assert graph.texts(BEN) == ["Hi 3", "Hi 4"]
    rows = Settled(log).rows
    assert [row.evidence for row in rows] == [Evidence.READ] + [Evidence.RESPONSE] * 3
    # How long the attempt went on, nobody knows: until now at most.
    assert rows[0].ended_at == wire + 200


@virtual
async def test_one_in_flight_that_did_not_arrive_is_sent_again() -> None:
    """After two reads, however long ago it was."""
    graph = TinyGraph()
    log = await log_with(left_behind(1, State.IN_FLIGHT, wire_at=unix() - 50_000))
    async with client_on(graph, log) as client:
        await client.recover()
        await settled(log)
    assert graph.texts() == ["Hi 1"]
    assert Settled(log).rows[0].attempts == 2


@virtual
async def test_two_processes_recover_at_once() -> None:
    """Each row is taken by one of them, and each message is sent once."""
    graph = TinyGraph()
    rows = [left_behind(one, State.QUEUED, lane=(BEN, ANA)[one % 2]) for one in range(8)]
    rows[:2] = [row._replace(state=State.IN_FLIGHT) for row in rows[:2]]
    log = await log_with(*rows)
    async with client_on(graph, log) as one, client_on(graph, log) as other:
        assert sum(await asyncio.gather(one.recover(), other.recover())) == 8
        await settled(log)
    assert graph.texts() == ["Hi 1", "Hi 3", "Hi 5", "Hi 7"]
    assert graph.texts(BEN) == ["Hi 0", "Hi 2", "Hi 4", "Hi 6"]


@virtual
async def test_what_is_left_behind_later_is_taken_up_too() -> None:
    """Whoever recovers goes on doing so; a lease that is not over is respected."""
    graph = TinyGraph()
    log = await log_with(left_behind(1, State.QUEUED))
    await log.alive("dead", unix() + 100)
    async with client_on(graph, log) as client:
        assert await client.recover() == 0
        await asyncio.sleep(90)
        assert graph.texts() == []
        await settled(log)
    assert graph.texts() == ["Hi 1"]


@virtual
async def test_a_log_that_fails_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody's database is away for a minute; that ends nothing."""
    graph = TinyGraph()
    log = await log_with(left_behind(1, State.QUEUED))
    await log.alive("dead", unix() + 100)
    async with client_on(graph, log) as client:
        await client.recover()
        left, log.left = log.left, broken  # type: ignore[method-assign]  # for a while
        await asyncio.sleep(130)
        log.left = left  # type: ignore[method-assign]  # the end of it
        await settled(log)
    assert "could not be looked for" in caplog.text


async def broken(*_: object) -> list[Outbound]:
    """Fail as a database does."""
    msg = "no database"
    raise OSError(msg)


async def fails_midway(client: MessengerClient, log: SlowLog) -> None:
    """Let a send hear that the log failed while it was under way."""
    await client.recover()
    log.before_the_second(broken)
    with pytest.raises(OSError, match="no database"):
        await client.send_text(ANA, "Hi")


@virtual
async def test_a_row_that_ends_badly_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it, so a warning is all that there can be."""
    graph = TinyGraph()
    graph.steps.append("refused")
    log = await log_with(left_behind(1, State.QUEUED))
    async with client_on(graph, log) as client:
        await client.recover()
        await until(lambda: Settled(log).states == [State.REJECTED])
        await asyncio.sleep(1)
    assert "ended with InvalidRequestError" in caplog.text


@virtual
async def test_an_echo_settles_it_while_it_is_taken() -> None:
    """Then nothing is left to do."""
    graph = TinyGraph()
    log = await log_with(left_behind(1, State.IN_FLIGHT))

    async def echo(row: Outbound) -> None:
        held = Settled(log).rows[0]
        sent = held._replace(version=held.version + 1, state=State.SENT, mid="m_9")
        assert await MemoryOutboundLog.put(log, sent)
        assert row.nonce == held.nonce

    log.before = echo
    async with client_on(graph, log) as client:
        await client.recover()
        await asyncio.sleep(1)
    assert graph.asked == []


@virtual
async def test_a_lease_is_renewed_while_a_send_waits() -> None:
    """Another process that recovers takes nothing from one that lives."""
    graph, log = TinyGraph(unreadable=150), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client, client_on(graph, log) as other:
        sends = [asyncio.create_task(client.send_text(ANA, str(one))) for one in range(2)]
        await until(lambda: State.UNKNOWN in Settled(log).states)
        await other.recover()
        await asyncio.gather(*sends)
        assert asyncio.get_running_loop().time() > 300
        assert other.stats.total == 0
    assert graph.texts() == ["0", "1"]


@virtual
async def test_a_lease_that_cannot_be_renewed(caplog: pytest.LogCaptureFixture) -> None:
    """It is tried again, and the send goes on."""
    graph, log = TinyGraph(unreadable=30), MemoryOutboundLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: State.UNKNOWN in Settled(log).states)
        alive, log.alive = log.alive, broken  # type: ignore[method-assign,assignment]  # for a while
        await asyncio.sleep(30)
        log.alive = alive  # type: ignore[method-assign]  # the end of it
        await sending
    assert "could not be renewed" in caplog.text


@virtual
async def test_one_write_renews_the_lease_of_all() -> None:
    """Thousands may wait; and none of their rows is written for that."""
    heard: list[float] = []

    class Hearing(MemoryOutboundLog):
        async def alive(self, owner: str, until: float, /) -> None:
            heard.append(unix())
            await super().alive(owner, until)

    graph, log = TinyGraph(), Hearing()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sends = [asyncio.create_task(client.send_text(ANA, str(one))) for one in range(50)]
        await asyncio.sleep(101)
        assert len(heard) == 1 + 5
        assert {row.version for row in Settled(log).rows} == {0}
        graph.released.set()
        await asyncio.gather(*sends)
        await asyncio.sleep(100)
    assert len(heard) == 1 + 5


@virtual
async def test_a_log_that_failed_in_the_middle_of_a_send() -> None:
    """The caller hears of it, and the process goes on with the send later."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        await fails_midway(client, log)
        assert Settled(log).states == [State.IN_FLIGHT]
        await settled(log)
    assert graph.texts() == ["Hi"]
    assert Settled(log).rows[0].evidence is Evidence.READ


@virtual
async def test_what_another_process_has_taken_is_not_gone_on_with() -> None:
    """However it came to be nobody's here."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("lost")
    async with client_on(graph, log) as client:
        await fails_midway(client, log)
        await log.alive("other", unix() + 1000)
        await moved_on(client, log, State.UNKNOWN)
        await asyncio.sleep(200)
        assert Settled(log).states == [State.UNKNOWN]
        assert client._surely()._lease.orphans == {}
    assert graph.reads() == 0


async def moved_on(client: MessengerClient, log: MemoryOutboundLog, state: State) -> None:
    """Let another process move the only row on."""
    (held,) = Settled(log).rows
    changed = held._replace(version=held.version + 1, state=state, owner="other")
    assert await MemoryOutboundLog.put(log, changed)
    assert client.stats.sent == 0


@virtual
async def test_another_process_has_moved_the_row() -> None:
    """Who waits for it hears so, and it is not sent by this one."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("unsent")
    retry = Retry(attempts=3, backoff=ConstantBackoff(10))
    async with client_on(graph, log, retry=retry) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: graph.sends() == 1 and Settled(log).states == [State.QUEUED])
        await moved_on(client, log, State.CANCELLED)
        with pytest.raises(DeliveryUnknownError):
            await sending
    assert graph.sends() == 1


@pytest.mark.parametrize("state", [State.UNKNOWN, State.QUEUED])
@virtual
async def test_an_answer_is_proof_for_whoever_has_the_row_by_now(state: State) -> None:
    """It was slow, another process took it for dead, and it is sent all the same."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        await moved_on(client, log, state)
        graph.released.set()
        assert (await sending).message_id == "m_0"
    assert Settled(log).states == [State.SENT]


@virtual
async def test_an_answer_to_a_row_that_somebody_has_ended() -> None:
    """That it cannot be written down is told."""
    graph, log = TinyGraph(), SlowLog()
    graph.steps.append("hangs")
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(graph.sends)
        await moved_on(client, log, State.CANCELLED)
        graph.released.set()
        with pytest.raises(DeliveryUnknownError):
            await sending
