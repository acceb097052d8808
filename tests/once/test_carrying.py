"""Carrying: sends that somebody else has written down go their way, and stay for the next."""

import asyncio
from typing import Unpack

from once.graph_play import ANA, BEN, Settled, TinyGraph, client_on, echo_of
from once.virtual_clock import unix, until, virtual

from messengerkit import (
    ClientOptions,
    ConstantBackoff,
    MemoryOutboundLog,
    Outbound,
    PageLimiter,
    Retry,
)
from messengerkit.carrying import Carrier
from messengerkit.delivery import Evidence, State, Step, after
from messengerkit.rates import Rate
from messengerkit.writing import nonce_in

OWNER = "us"


def queued(text: str = "Hi", *, lane: str = ANA) -> Outbound:
    """Return a send of ours that has its turn."""
    nonce = f"mk1:{lane}{text}"
    return Outbound(
        id=nonce,
        lane=lane,
        nonce=nonce,
        psid=lane,
        parameters={
            "recipient": {"id": lane},
            "messaging_type": "RESPONSE",
            "message": {"text": text, "metadata": nonce},
        },
        owner=OWNER,
        created_at=unix(),
    )


def carrier_of(
    graph: TinyGraph,
    log: MemoryOutboundLog,
    owner: str = OWNER,
    **options: Unpack[ClientOptions],
) -> Carrier:
    """Return a carrier of *log* on a client that sends at most once itself."""
    client = client_on(graph, None, **options)
    return client.carrier(log, owner=owner, lease=10.0)


@virtual
async def test_it_is_carried_to_its_end() -> None:
    """A message that nobody knows of is found, though the client's own sends are not looked for."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["lost", "ok"])
    carrier = carrier_of(graph, log)
    for row in (queued(), queued(lane=BEN)):
        await log.add(row)
        await carrier.carry(row)
    assert Settled(log).states == [State.SENT, State.SENT]
    assert [row.evidence for row in Settled(log).rows] == [Evidence.READ, Evidence.RESPONSE]
    await carrier.aclose()


@virtual
async def test_an_echo_is_heard() -> None:
    """Who looks for a message is told by whoever has the echo, and reads nothing."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("lost")
    carrier = carrier_of(graph, log)
    row = queued()
    await log.add(row)
    carrying = asyncio.create_task(carrier.carry(row))
    await until(lambda: Settled(log).states == [State.UNKNOWN])
    echo = echo_of(graph.inbox[0])
    carrier.heard(nonce_in(echo.metadata) or "", echo.mid or "")
    await carrying
    assert (Settled(log).rows[0].evidence, graph.reads()) == (Evidence.ECHO, 0)
    await carrier.aclose()


@virtual
async def test_one_that_waits_stays_queued_for_the_next_process() -> None:
    """Closing is no failure of a send that is written down: for its pace, or between attempts."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("unsent")
    loop = asyncio.get_running_loop()
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 60.0)}, clock=loop.time)
    retry = Retry(attempts=5, backoff=ConstantBackoff(100.0))
    carrier = carrier_of(graph, log, limiter=limiter, retry=retry)
    rows = [queued(), queued(lane=BEN)]
    tasks: list[asyncio.Task[None]] = []
    for row in rows:
        await log.add(row)
        tasks.append(asyncio.create_task(carrier.carry(row)))
        await asyncio.sleep(1)
    await carrier.aclose()
    await until(lambda: all(task.done() for task in tasks))
    assert Settled(log).states == [State.QUEUED, State.QUEUED]
    assert [task.exception() for task in tasks] == [None, None]
    await asyncio.sleep(50)  # its lease is over then
    heir = carrier_of(graph, log, "heir")
    assert await heir.recover() == len(rows)
    await until(lambda: Settled(log).states == [State.SENT, State.SENT])
    assert (graph.texts(ANA), graph.texts(BEN)) == (["Hi"], ["Hi"])
    await heir.aclose()


@virtual
async def test_one_that_was_recovered_stays_as_well() -> None:
    """It is nobody's failure either that a second process closes before it could send."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("unsent")
    await log.add(queued()._replace(owner="dead"))
    carrier = carrier_of(graph, log, retry=Retry(attempts=5, backoff=ConstantBackoff(100.0)))
    await carrier.recover()
    await until(graph.sends)
    await carrier.aclose()
    assert Settled(log).states == [State.QUEUED]


@virtual
async def test_one_that_is_cancelled_meanwhile_is_let_go() -> None:
    """Whoever cancels a send may: it is not sent."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    carrier = carrier_of(graph, log)
    row = queued()
    await log.add(row)
    cancelled = row._replace(state=after(row.state, Step.CANCEL), version=1)
    await log.put(cancelled)
    await carrier.carry(row)
    assert (Settled(log).states, graph.sends()) == ([State.CANCELLED], 0)
    await carrier.aclose()


@virtual
async def test_one_that_is_refused_is_told_by_the_log_alone() -> None:
    """A refusal is no error of who carries."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("refused")
    carrier = carrier_of(graph, log)
    row = queued()
    await log.add(row)
    await carrier.carry(row)
    assert Settled(log).states == [State.REJECTED]
    await carrier.aclose()


@virtual
async def test_the_lease_is_the_one_that_was_asked_for() -> None:
    """What a carrier has is another's once its lease is over: here after 10 s and an attempt."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.append("hangs")
    carrier = carrier_of(graph, log)
    row = queued()
    await log.add(row)
    carrying = asyncio.create_task(carrier.carry(row))
    await until(graph.sends)
    assert await log.left(unix() + 39) == []
    assert len(await log.left(unix() + 50)) == 1
    graph.released.set()
    await carrying
    await carrier.aclose()
