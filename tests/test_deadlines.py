"""The ends of calls, on a loop whose clock leaps: nobody waits, and every second is exact."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar, cast

import aiohttp
import faults
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from messengerkit import AiohttpTransport, Phase, TransportError
from messengerkit._deadlines import Deadlines
from messengerkit._graph import Request

T = TypeVar("T")

START = 1000.0


class Clock(selectors.DefaultSelector):
    """A selector that does not wait: it moves its clock on by what it was to wait.

    Attributes:
        now: The time, in seconds.
        early: By how much less the clock moves on, which a real one may do, too.
    """

    now = START
    early = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing would ever happen again"
        self.now += max(0.0, timeout - self.early)
        return super().select(0)


class Leaping(asyncio.SelectorEventLoop):
    """A loop in which time passes only while nothing else is to be done, and then at once."""

    def __init__(self) -> None:
        self.clock = Clock()
        super().__init__(self.clock)
        self._clock_resolution = 0.02

    def timers(self) -> list[float]:
        """Return when those timers ring that are set now."""
        handles = cast("list[asyncio.TimerHandle]", vars(self)["_scheduled"])
        return [handle.when() for handle in handles if not handle.cancelled()]

    @override
    def time(self) -> float:
        return self.clock.now


def leap(story: Callable[[Leaping, Deadlines], Coroutine[object, object, T]]) -> T:
    """Return what becomes of *story* on a leaping loop."""
    loop = Leaping()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(story(loop, Deadlines()))


async def call(ends: Deadlines, seconds: float, work: Awaitable[object]) -> bool:
    """Await *work* for at most *seconds*, as the transport does; return whether it was late."""
    task = asyncio.current_task()
    assert task is not None
    cancelling = ends.begin(task, seconds)
    late: bool | None = None
    try:
        await work
    except asyncio.CancelledError:
        late = ends.ended(task, cancelling)
        if not late:
            raise
    finally:
        if late is None:
            late = ends.ended(task, cancelling)
    return late


def never() -> asyncio.Future[None]:
    """Return what never comes, and needs no timer."""
    return asyncio.get_running_loop().create_future()


def cancelling() -> int:
    """Return how many cancellations of this task are not over."""
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()


def test_a_late_call_is_ended_and_the_cancellation_is_over() -> None:
    """It ends on the second, and its task goes on as if it had never been cancelled."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        assert await call(ends, 30.0, never())
        assert loop.time() == START + 30
        assert cancelling() == 0
        await asyncio.sleep(5)
        assert loop.time() == START + 35

    leap(story)


def test_a_call_that_ended_in_time_is_left_alone() -> None:
    """The timer rings for nobody, and what the task does next may take as long as it likes."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        assert not await call(ends, 30.0, asyncio.sleep(29))
        await asyncio.sleep(100)
        assert loop.time() == START + 129
        assert cancelling() == 0
        assert ends._timer is None

    leap(story)


def test_a_call_that_fails_in_time_is_not_late() -> None:
    """Its own error comes through, and nobody is cancelled for it later."""

    async def fail() -> None:
        raise KeyError

    async def story(_loop: Leaping, ends: Deadlines) -> None:
        with pytest.raises(KeyError):
            await call(ends, 30.0, fail())
        await asyncio.sleep(100)
        assert cancelling() == 0

    leap(story)


def test_one_task_makes_one_call_after_another() -> None:
    """A late one does not make the next one late, nor one in time a late one."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        late = [
            await call(ends, 2.0, never()),
            await call(ends, 2.0, asyncio.sleep(1)),
            await call(ends, 2.0, never()),
        ]
        assert late == [True, False, True]
        assert loop.time() == START + 5

    leap(story)


def test_several_ends_have_one_timer() -> None:
    """Each call ends at its own end, whatever the order in which they began."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        ended: dict[float, float] = {}

        async def one(seconds: float) -> None:
            assert await call(ends, seconds, never())
            ended[seconds] = loop.time() - START

        tasks = [asyncio.create_task(one(seconds)) for seconds in (30.0, 90.0, 5.0, 30.5, 60.0)]
        await asyncio.sleep(0)
        assert loop.timers() == [START + 5]
        await asyncio.gather(*tasks)
        assert list(ended) == sorted(ended)
        assert all(seconds == at for seconds, at in ended.items())
        assert ends._timer is None

    leap(story)


def test_a_shorter_end_that_comes_later_moves_the_timer() -> None:
    """And a longer one leaves it where it is."""

    async def story(_loop: Leaping, ends: Deadlines) -> None:
        at: list[float | None] = []
        tasks: list[asyncio.Task[bool]] = []
        for seconds in (30.0, 60.0, 10.0, 20.0):
            tasks.append(asyncio.create_task(call(ends, seconds, never())))
            await asyncio.sleep(0)
            at.append(ends._timer.when() - START if ends._timer else None)
        assert at == [30.0, 30.0, 10.0, 10.0]
        assert await asyncio.gather(*tasks) == [True] * 4

    leap(story)


@pytest.mark.parametrize("ring_first", [True, False])
def test_a_cancellation_from_outside_at_the_same_time_is_not_swallowed(*, ring_first: bool) -> None:
    """Who is cancelled by somebody and late at once is cancelled: the call does not hide it."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        task = asyncio.create_task(call(ends, 30.0, never()))
        await asyncio.sleep(0)
        if not ring_first:
            task.cancel()
        ends._ring(loop, START + 30)
        if ring_first:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()
        assert task.cancelling() == 1  # the one from outside

    leap(story)


def test_a_cancellation_from_outside_alone_is_not_ours() -> None:
    """It goes through, and stands."""

    async def story(_loop: Leaping, ends: Deadlines) -> None:
        task = asyncio.create_task(call(ends, 30.0, never()))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    leap(story)


def test_a_call_while_a_cancellation_is_being_dealt_with_can_be_late() -> None:
    """What a task says to Meta while it is ending has an end like any other call."""

    async def farewell(ends: Deadlines) -> bool:
        try:
            await never()
        except asyncio.CancelledError:
            late = await call(ends, 3.0, never())
            assert cancelling() == 1
            return late
        raise AssertionError

    async def story(loop: Leaping, ends: Deadlines) -> None:
        task = asyncio.create_task(farewell(ends))
        await asyncio.sleep(0)
        task.cancel()
        assert await task
        assert loop.time() == START + 3

    leap(story)


def test_a_late_call_that_ends_well_all_the_same_is_over() -> None:
    """If what is awaited swallows the cancellation, none is left behind for the task."""

    async def stubborn() -> None:
        try:
            await never()
        except asyncio.CancelledError:
            return

    async def story(_loop: Leaping, ends: Deadlines) -> None:
        assert await call(ends, 30.0, stubborn())
        assert cancelling() == 0
        await asyncio.sleep(1)

    leap(story)


@pytest.mark.parametrize("outer", [10.0, 30.0])
def test_a_timeout_around_the_call_still_works(outer: float) -> None:
    """`asyncio.timeout` raises its own error, also if both end at the same moment."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(outer):
                await call(ends, 30.0, never())
        assert loop.time() == START + outer
        assert cancelling() == 0
        await asyncio.sleep(100)

    leap(story)


def test_a_longer_timeout_around_the_call_is_not_told() -> None:
    """The call is late, and what is around it goes on until its own end."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        async with asyncio.timeout(60) as around:
            assert await call(ends, 30.0, never())
            await asyncio.sleep(29)
        assert not around.expired()
        assert loop.time() == START + 59

    leap(story)


def test_a_ring_a_little_before_the_end_is_the_end() -> None:
    """A loop may ring early by what its clock cannot tell apart, and is not asked again."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        loop.clock.early = 0.01
        tasks = [asyncio.create_task(call(ends, seconds, never())) for seconds in (30.0, 31.0)]
        assert await tasks[0]
        assert START + 29.98 < loop.time() < START + 30
        assert loop.timers() == [START + 31]
        assert await tasks[1]

    leap(story)


def test_closing_stops_the_timer() -> None:
    """Nothing is left in the loop; closing again, or with nothing ever begun, does nothing."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        ends.clear()
        assert not await call(ends, 30.0, asyncio.sleep(1))
        ends.clear()
        ends.clear()
        assert ends._timer is None
        await asyncio.sleep(100)
        assert loop.time() == START + 101

    leap(story)


def test_closing_leaves_its_end_to_what_is_under_way() -> None:
    """A call that nobody ends by closing a session must not go on for ever."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        task = asyncio.create_task(call(ends, 30.0, never()))
        await asyncio.sleep(1)
        ends.clear()
        assert await task
        assert loop.time() == START + 30
        assert ends._timer is None

    leap(story)


ends_and_works = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 20).map(lambda n: 2 * n), st.integers(0, 20)),
    max_size=12,
)


@given(calls=ends_and_works)
def test_whatever_begins_when_each_is_late_by_its_own_end(
    calls: list[tuple[int, int, int]],
) -> None:
    """A call is late if its work takes longer than it may, and for no other reason."""

    async def story(loop: Leaping, ends: Deadlines) -> None:
        async def one(start: int, seconds: int, half: int) -> None:
            await asyncio.sleep(start)
            work = 2 * half + 1  # never as long as what it may take
            began = loop.time()
            late = await call(ends, seconds, asyncio.sleep(work))
            assert late is (work > seconds)
            assert loop.time() - began == min(work, seconds)
            assert cancelling() == 0

        await asyncio.gather(*(one(*its) for its in calls))
        await asyncio.sleep(50)
        assert (ends._timer, ends._ends, ends._late) == (None, {}, set())

    leap(story)


async def test_a_call_on_a_session_of_the_callers_has_an_end_after_closing() -> None:
    """The session goes on, so its calls do, and the timeout is kept."""
    arrived = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await faults.whole_request(reader)
        arrived.set()
        await asyncio.Event().wait()

    async with faults.serving(silence) as url, aiohttp.ClientSession() as session:
        transport = AiohttpTransport(session)
        asked = Request(method="POST", url=url, headers={}, body=b"{}", timeout=20.0)
        task = asyncio.create_task(transport.send(asked))
        await arrived.wait()
        await transport.aclose()
        ends, loop = transport._deadlines, asyncio.get_running_loop()
        assert ends._timer is not None
        ends._ring(loop, ends._timer.when())
        with pytest.raises(TransportError, match="TimeoutError") as caught:
            await task

    assert caught.value.phase is Phase.SENT
