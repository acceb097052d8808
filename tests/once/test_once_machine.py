"""Sends, faults, echoes, crashes, drains and a clock that jumps, in any order, and one promise."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import TypeVar, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from once.graph_play import ANA, BEN, Step, TinyGraph, client_on, echo_of
from once.virtual_clock import VirtualLoop
from typing_extensions import override

from messengerkit import ConstantBackoff, MemoryOutboundLog, MessengerClient, Outbound, Retry
from messengerkit.delivery import State, is_open
from messengerkit.errors import MessengerError

T = TypeVar("T")

STEPS: tuple[Step, ...] = tuple(step for step in get_args(Step) if step != "hangs")
NEVER = {State.REJECTED, State.FAILED, State.CANCELLED, State.EXPIRED}


class MortalLog:
    """A log as one process sees it; once that is dead, it writes nothing, and reads nothing."""

    def __init__(self, log: MemoryOutboundLog) -> None:
        self._log = log
        self.dead = False

    async def add(self, row: Outbound, /) -> bool:
        """Add *row*."""
        await self._breathe()
        its_turn = await self._log.add(row)
        await self._breathe()
        return its_turn

    async def turn(self, row_id: str, /) -> None:
        """Wait for the row's turn."""
        await self._log.turn(row_id)

    async def put(self, row: Outbound, /) -> bool:
        """Write *row*."""
        await self._breathe()
        written = await self._log.put(row)
        await self._breathe()
        return written

    async def find(self, nonce: str, /) -> Outbound | None:
        """Find a row."""
        await self._breathe()
        return await self._log.find(nonce)

    async def alive(self, owner: str, until: float, /) -> None:
        """Hear that a process lives."""
        await self._breathe()
        await self._log.alive(owner, until)

    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return what is left."""
        await self._breathe()
        return await self._log.left(now)

    async def known(self, lane: str, /) -> frozenset[str]:
        """Return the mids that are known."""
        await self._breathe()
        return await self._log.known(lane)

    async def _breathe(self) -> None:
        await asyncio.sleep(0)
        if self.dead:
            raise asyncio.CancelledError


class OnceMachine(RuleBasedStateMachine):
    """One page, one log, and one process after the other."""

    loop: VirtualLoop
    client: MessengerClient
    mortals: list[MortalLog]

    @initialize()
    def begin(self) -> None:
        """Start the first process."""
        self.loop = VirtualLoop()
        self.graph, self.log = TinyGraph(), MemoryOutboundLog()
        self.sends: list[asyncio.Task[object]] = []
        self.stops: list[asyncio.Task[None]] = []
        self.mortals = []
        self.run(self.start())

    @rule(
        psid=st.sampled_from([ANA, BEN]),
        steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=2),
    )
    def send(self, psid: str, steps: list[Step]) -> None:
        """Send the same words as ever, and script what that meets."""
        self.graph.steps.extend(steps)
        send = self.client.send_text(psid, "Hi")
        self.sends.append(self.loop.create_task(send))
        self.run(asyncio.sleep(0))

    @rule(seconds=st.sampled_from([0.0, 0.5, 3.0, 25.0, 40.0, 100.0, 700.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.run(asyncio.sleep(seconds))

    @rule(seconds=st.sampled_from([10.0, 100.0, 4000.0]))
    def jump(self, seconds: float) -> None:
        """Let time pass in which this machine slept."""
        self.loop.jump(seconds)
        self.run(asyncio.sleep(0))

    @rule(turns=st.integers(1, 12))
    def turn(self, turns: int) -> None:
        """Let everybody take some steps."""
        for _ in range(turns):
            self.run(asyncio.sleep(0))

    @rule(lag=st.sampled_from([0.0, 4.0, 8.0]), unreadable=st.sampled_from([0, 1, 5, 400]))
    def reads(self, lag: float, unreadable: int) -> None:
        """Let reads lag behind, or fail."""
        self.graph.lag, self.graph.unreadable = lag, unreadable

    @rule(number=st.integers(0, 20))
    def echo(self, number: int) -> None:
        """Post an echo: early, twice, or late."""
        for message in self.graph.inbox[::-1][number : number + 1]:
            self.run(self.client.observe(echo_of(message)))

    @rule(number=st.integers(0, 20))
    def cancel(self, number: int) -> None:
        """Give one send up."""
        for send in self.sends[::-1][number : number + 1]:
            send.cancel()
        self.run(asyncio.sleep(0))

    @rule()
    def crash(self) -> None:
        """Let every process die where it is, and start another."""
        for mortal in self.mortals:
            mortal.dead = True
        for task in sorted(asyncio.all_tasks(self.loop), key=lambda one: one.get_name()):
            task.cancel()
        self.run(self.start())

    @rule(drain=st.sampled_from([0.0, 5.0, 60.0]))
    def deploy(self, drain: float) -> None:
        """Start another process beside this one, which stops meanwhile."""
        self.stops.append(self.loop.create_task(self.client.aclose(drain=drain)))
        self.run(self.start())

    @rule(drain=st.sampled_from([0.0, 5.0, 60.0]))
    def drain(self, drain: float) -> None:
        """Stop the process in good order, and start another."""
        self.run(self.client.aclose(drain=drain))
        self.run(self.start())

    @invariant()
    def keeps_its_promise(self) -> None:
        """No copy too many, in order, and the log knows what is true."""
        rows = {row.nonce: row for row in self.log._rows.values()}
        copies = Counter(message.nonce for message in self.graph.inbox)
        mids = {message.mid: message.nonce for message in self.graph.inbox}
        assert all(number == 1 for number in copies.values())
        for nonce, row in rows.items():
            if row.state is State.SENT:
                assert mids[row.mid or ""] == nonce
            if row.state in NEVER:
                assert copies[nonce] == 0
        for psid in (ANA, BEN):
            lane = [row for row in rows.values() if row.lane == psid]
            got = [one.nonce for one in self.graph.inbox if one.psid == psid]
            assert got == [row.nonce for row in lane if row.nonce in copies]
            assert sum(row.state in {State.IN_FLIGHT, State.UNKNOWN} for row in lane) <= 1

    @override
    def teardown(self) -> None:
        """In the end every send is settled, and no task is left."""
        try:
            self.run(self.in_the_end())
            assert not asyncio.all_tasks(self.loop)
        finally:
            self.loop.close()

    async def in_the_end(self) -> None:
        """Let all faults be over, and hours pass."""
        self.graph.unreadable = 0
        self.graph.steps.clear()
        await asyncio.sleep(4 * 3600.0)
        self.keeps_its_promise()
        assert not [row for row in self.log._rows.values() if is_open(row.state)]
        assert all(task.done() for task in [*self.sends, *self.stops])
        ends = [send.exception() for send in self.sends if not send.cancelled()]
        assert all(error is None or isinstance(error, MessengerError) for error in ends)
        await self.client.aclose()

    async def start(self) -> None:
        """Start a process, which recovers what is left."""
        mortal = MortalLog(self.log)
        self.mortals.append(mortal)
        retry = Retry(attempts=3, backoff=ConstantBackoff(1.0))
        self.client = client_on(self.graph, mortal, retry=retry)
        await self.client.recover()

    def run(self, work: Coroutine[object, object, T]) -> T:
        """Do *work*, in virtual time."""
        return self.loop.run_until_complete(work)


TestOnce = OnceMachine.TestCase
TestOnce.settings = settings(max_examples=200, stateful_step_count=50)
