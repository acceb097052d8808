"""A log that fails, or a process that ends, at the worst moment: nothing doubles, all goes on."""

import asyncio
from collections.abc import Sequence

import pytest
from once.graph_play import ANA, Settled, SlowLog, TinyGraph, client_on, echo_of
from once.virtual_clock import until, virtual
from typing_extensions import override

from messengerkit import ConstantBackoff, MemoryOutboundLog, Outbound
from messengerkit._json import JsonObject
from messengerkit.delivery import Evidence, State

SAYS: JsonObject = {"recipient": {"id": ANA}, "message": {"text": "Hi", "metadata": "mk1:1"}}


class Failing(MemoryOutboundLog):
    """A log whose database goes away once.

    Args:
        at: The method that fails.
        committed: Whether it does so after it has done its work.
        state: Of which rows alone.
    """

    def __init__(self, at: str, *, committed: bool = False, state: State | None = None) -> None:
        super().__init__()
        self.at: str | None = at
        self._committed = committed
        self._state = state

    def _fail(self, at: str, *, committed: bool, row: Outbound | None = None) -> None:
        if (self.at, self._committed) != (at, committed):
            return
        if self._state is None or (row is not None and row.state is self._state):
            self.at = None
            msg = "no database"
            raise OSError(msg)

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Add *row*, or fail."""
        self._fail("add", committed=False, row=row)
        its_turn = await super().add(row)
        self._fail("add", committed=True, row=row)
        return its_turn

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Put *row*, or fail."""
        self._fail("put", committed=False, row=row)
        written = await super().put(row)
        self._fail("put", committed=True, row=row)
        return written

    @override
    async def find(self, nonce: str, /) -> Outbound | None:
        """Find a row, or fail."""
        self._fail("find", committed=False)
        return await super().find(nonce)

    @override
    async def known(self, lane: str, /) -> frozenset[str]:
        """Tell which mids are known, or fail."""
        self._fail("known", committed=False)
        return await super().known(lane)


async def fails_and_next(graph: TinyGraph, log: Failing) -> list[State]:
    """Let one send meet the failure, and return what became of it and of the next one."""
    async with client_on(graph, log) as client:
        with pytest.raises(OSError, match="no database"):
            await client.send_text(ANA, "Hi")
        async with asyncio.timeout(1000):
            await client.send_text(ANA, "Next")
    return Settled(log).states


@virtual
async def test_it_was_added_and_nobody_heard_of_it() -> None:
    """It did not leave, and never will: the caller may have sent it again."""
    graph = TinyGraph()

    assert await fails_and_next(graph, Failing("add", committed=True)) == [
        State.CANCELLED,
        State.SENT,
    ]
    assert graph.texts() == ["Next"]


@virtual
async def test_it_was_not_added() -> None:
    """Then there is nothing to take back."""
    graph = TinyGraph()

    assert await fails_and_next(graph, Failing("add")) == [State.SENT]
    assert graph.texts() == ["Next"]


@pytest.mark.parametrize("committed", [False, True])
@virtual
async def test_the_answer_could_not_be_written_down(*, committed: bool) -> None:
    """It is kept, and written down when the log is there again."""
    graph = TinyGraph()
    log = Failing("put", committed=committed, state=State.SENT)
    assert await fails_and_next(graph, log) == [State.SENT, State.SENT]
    assert Settled(log).rows[0].evidence is Evidence.RESPONSE
    assert graph.texts() == ["Hi", "Next"]


@virtual
async def test_the_log_fails_while_it_is_looked_for() -> None:
    """It is looked for again."""
    graph, log = TinyGraph(), Failing("known")
    graph.steps.append("lost")

    assert await fails_and_next(graph, log) == [State.SENT, State.SENT]
    assert graph.texts() == ["Hi", "Next"]


@virtual
async def test_a_step_that_was_written_by_a_call_that_failed_is_no_step_of_somebody_else() -> None:
    """Whoever tries it again goes on from there."""
    graph, log = TinyGraph(), Failing("put", committed=True, state=State.QUEUED)
    graph.steps.append("dropped")
    async with client_on(graph, log) as client:
        with pytest.raises(OSError, match="no database"):
            await client.send_text(ANA, "Hi")
        await until(lambda: Settled(log).states == [State.CANCELLED])
    assert graph.texts() == []


@virtual
async def test_a_send_that_was_cancelled_is_not_sent_because_the_log_failed() -> None:
    """It is tried again to write that down."""
    graph, log = TinyGraph(), Failing("nothing")
    graph.steps.append("unsent")
    async with client_on(graph, log, retry=ConstantBackoff(30)) as client:
        await client.recover()
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await until(lambda: Settled(log).states == [State.QUEUED])
        log.at = "find"
        sending.cancel()
        await asyncio.wait({sending})
        await asyncio.sleep(200)
    assert Settled(log).states == [State.CANCELLED]
    assert graph.texts() == []


@virtual
async def test_the_client_is_closed_before_the_log_is_there_again() -> None:
    """What is left is the next process's."""

    class Gone(MemoryOutboundLog):
        @override
        async def find(self, nonce: str, /) -> Outbound | None:
            msg = "no database"
            raise OSError(msg)

    graph, log = TinyGraph(), Gone()
    graph.steps.append("unsent")
    client = client_on(graph, log, retry=ConstantBackoff(30))
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(lambda: Settled(log).states == [State.QUEUED])
    sending.cancel()
    await asyncio.wait({sending})
    await asyncio.sleep(20)
    await client.aclose()
    assert Settled(log).states == [State.QUEUED]


@virtual
async def test_the_log_fails_for_what_was_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it, and the same process takes it up again."""
    graph, log = TinyGraph(), Failing("put", state=State.SENT)
    row = Outbound(id="1", lane=ANA, nonce="mk1:1", psid=ANA, parameters=SAYS)
    await log.add(row._replace(owner="dead"))
    async with client_on(graph, log) as client:
        assert await client.recover() == 1
        await until(lambda: Settled(log).states == [State.SENT])
    assert Settled(log).rows[0].evidence is Evidence.READ
    assert graph.texts() == ["Hi"]
    assert "left behind could not be written down" in caplog.text


@virtual
async def test_a_lease_is_renewed_by_one_write_at_a_time() -> None:
    """However long the log takes for it, none is left when the client is closed."""
    under_way = most = 0

    class Slow(MemoryOutboundLog):
        @override
        async def alive(self, owner: str, until: float, /) -> None:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(50)
            under_way -= 1
            await super().alive(owner, until)

    graph, log = TinyGraph(), Slow()
    graph.steps.append("hangs")
    client = client_on(graph, log)
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(graph.sends)
    await asyncio.sleep(61)
    closing = asyncio.create_task(client.aclose())
    graph.released.set()
    await asyncio.wait({sending, closing})
    assert (most, under_way) == (1, 0)


@virtual
async def test_it_is_closed_while_it_recovers() -> None:
    """Nothing is failed for that, and no task is left."""

    class Slow(SlowLog):
        @override
        async def left(self, now: float, /) -> Sequence[Outbound]:
            await asyncio.sleep(1)
            return await super().left(now)

    graph, log = TinyGraph(), Slow()
    for number in range(2):
        await log.add(Outbound(id=str(number), lane=ANA, nonce=f"mk1:{number}", psid=ANA))
    client = client_on(graph, log)
    recovering = asyncio.create_task(client.recover())
    await asyncio.sleep(0.5)
    await client.aclose()
    assert await recovering == 0
    assert Settled(log).states == [State.QUEUED, State.QUEUED]


@virtual
async def test_it_is_closed_while_it_takes_a_send() -> None:
    """It stays as it is, for the next process."""
    graph, log = TinyGraph(), SlowLog()
    await log.add(Outbound(id="1", lane=ANA, nonce="mk1:1", psid=ANA))
    client = client_on(graph, log)
    log.before = lambda _: asyncio.sleep(5)
    recovering = asyncio.create_task(client.recover())
    await asyncio.sleep(1)
    await client.aclose()
    assert await recovering == 0
    assert Settled(log).states == [State.QUEUED]


@virtual
async def test_what_another_process_has_is_not_cancelled_here() -> None:
    """This machine slept, the other one has it in flight, and the caller here goes away."""
    graph, log = TinyGraph(), MemoryOutboundLog()
    graph.steps.extend(["unsent", "slow"])
    first, second = client_on(graph, log, retry=ConstantBackoff(1000)), client_on(graph, log)
    sending = asyncio.create_task(first.send_text(ANA, "Hi"))
    await until(lambda: Settled(log).states == [State.QUEUED])
    first._surely()._lease._until = 0.0
    log._alive.clear()
    await second.recover()
    await until(lambda: graph.sends() == 2)
    sending.cancel()
    await asyncio.wait({sending})
    await first.send_text(ANA, "Next")
    assert graph.texts() == ["Hi", "Next"]
    assert Settled(log).states == [State.SENT, State.SENT]
    await first.aclose()
    await second.aclose()


@virtual
async def test_the_caller_goes_away_with_the_answer_in_hand() -> None:
    """It is written down all the same, and nobody waits for a conversation to be read."""
    graph, log = TinyGraph(unreadable=10_000), SlowLog()
    writing = asyncio.Event()

    async def slowly(_: Outbound) -> None:
        writing.set()
        await asyncio.sleep(1)

    log.before_the_second(slowly)
    async with client_on(graph, log) as client:
        sending = asyncio.create_task(client.send_text(ANA, "Hi"))
        await writing.wait()
        sending.cancel()
        await asyncio.wait({sending})
        await client.send_text(ANA, "Next")
        assert client.stats.sent == 2
    assert Settled(log).states == [State.SENT, State.SENT]
    assert graph.reads() == 0


@pytest.mark.parametrize("closes", [False, True])
@virtual
async def test_an_echo_is_written_down_before_it_is_told(*, closes: bool) -> None:
    """Meta does not post it again, and who waited for it may go away."""
    graph, log = TinyGraph(unreadable=10_000), MemoryOutboundLog()
    graph.steps.append("lost")
    client = client_on(graph, log)
    sending = asyncio.create_task(client.send_text(ANA, "Hi"))
    await until(lambda: Settled(log).states == [State.UNKNOWN])
    await client.observe(echo_of(graph.inbox[0]))
    if closes:
        await client.aclose()
    else:
        sending.cancel()
    await asyncio.wait({sending})
    assert Settled(log).states == [State.SENT]
    await client.aclose()


@virtual
async def test_a_lease_that_cannot_be_renewed_covers_the_attempt() -> None:
    """Another process must not look for a message that is still on its way."""

    class Away(MemoryOutboundLog):
        owner: str | None = None

        @override
        async def alive(self, owner: str, until: float, /) -> None:
            if owner == self.owner:
                msg = "no database"
                raise OSError(msg)
            await super().alive(owner, until)

    graph, log = TinyGraph(), Away()
    graph.steps.append("hangs")
    async with client_on(graph, log, timeout=300.0) as one, client_on(graph, log) as other:
        sending = asyncio.create_task(one.send_text(ANA, "Hi"))
        await until(graph.sends)
        log.owner = one._surely()._lease.owner
        await other.recover()
        await asyncio.sleep(299)
        graph.released.set()
        assert (await sending).attempts == 1
    assert graph.texts() == ["Hi"]
