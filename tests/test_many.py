"""Many sends: in order for each person, side by side for many, bounded, and with an end."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from networks import ACCEPTED, LOST, Network, client_on, error
from typing_extensions import override
from waits import Waits

from messengerkit import (
    Author,
    ClientClosedError,
    ConfigurationError,
    DeliveryUnknownError,
    InvalidInputError,
    OutsideWindowError,
    Send,
    SendOutcome,
    SendResult,
    Text,
    TokenError,
)
from messengerkit._graph import Request, Response
from messengerkit.many import Sends, send_many

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


class Meta:
    """Takes sends, and notes who is busy, when, and in which order they end.

    Attributes:
        started: Keys, in the order in which their sends began.
        ended: Keys, in the order in which they ended.
        busy: How many sends of each person are under way.
        peak: The most that ever were under way at once.
        cancelled: Keys of sends that were cancelled.
        turns: How many turns of the loop the send with a key takes.
        failures: What the send with a key raises.
        gates: What the send with a key waits for.
    """

    def __init__(self) -> None:
        self.started: list[object] = []
        self.ended: list[object] = []
        self.cancelled: list[object] = []
        self.busy: Counter[str] = Counter()
        self.peak = 0
        self.turns: Callable[[Send], int] = lambda _send: 1
        self.failures: dict[object, BaseException] = {}
        self.gates: dict[object, asyncio.Event] = defaultdict(_open)

    async def send(self, one: Send) -> SendResult:
        """Make one send."""
        self.started.append(one.key)
        self.busy[one.recipient_id] += 1
        assert self.busy[one.recipient_id] == 1, "two at once for one person"
        self.peak = max(self.peak, self.busy.total())
        try:
            await self.gates[one.key].wait()
            for _ in range(self.turns(one)):
                await asyncio.sleep(0)
            if one.key in self.failures:
                raise self.failures[one.key]
        except asyncio.CancelledError:
            self.cancelled.append(one.key)
            raise
        finally:
            self.busy[one.recipient_id] -= 1
        self.ended.append(one.key)
        return SendResult(recipient_id=one.recipient_id, message_id=f"m_{one.key}")


def _open() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


def sends_to(people: Sequence[str]) -> list[Send]:
    """Return a send to each of *people*; its key is its number."""
    return [
        Send(recipient_id=person, message=f"Hi {number}", key=number)
        for number, person in enumerate(people)
    ]


async def each_later(sends: Sequence[Send]) -> AsyncIterator[Send]:
    """Give *sends* as a database does: each after a while."""
    for one in sends:
        await asyncio.sleep(0)
        yield one


async def all_of(outcomes: AsyncIterator[SendOutcome]) -> list[SendOutcome]:
    """Return all outcomes."""
    return [outcome async for outcome in outcomes]


async def note(outcomes: AsyncIterator[SendOutcome], seen: list[object]) -> None:
    """Note the keys of *outcomes* in *seen*, slowly."""
    async for outcome in outcomes:
        seen.append(outcome.send.key)
        await turn()


def others() -> set[asyncio.Task[object]]:
    """Return the tasks that there are beside the one that asks."""
    return asyncio.all_tasks() - {cast("asyncio.Task[object]", asyncio.current_task())}


async def turn() -> None:
    """Let every task come as far as it can."""
    for _ in range(30):
        await asyncio.sleep(0)


# Through the client.


async def test_many_sends_of_a_client(waits: Waits) -> None:
    """Each is a send like any other, and comes back with its key and its result."""
    network = Network([ACCEPTED])
    client = client_on(network, waits)
    sends = [
        Send(recipient_id="24", message="Hi", key="a"),
        Send(recipient_id="25", message=Text("Ho", metadata="mine"), key=("b", 1)),
    ]
    outcomes = await all_of(client.send_many(sends))

    assert [(one.send, one.error) for one in outcomes] == [(send, None) for send in sends]
    assert [one.result and one.result.message_id for one in outcomes] == ["m_1", "m_1"]
    assert [network.sent(number)["message"] for number in (0, 1)] == [
        {"text": "Hi"},
        {"text": "Ho", "metadata": "mine"},
    ]
    assert client.stats.sent == 2


async def test_each_of_many_has_its_own_author_and_time(waits: Waits) -> None:
    """The reply window is checked for each by itself."""
    network = Network([ACCEPTED])
    client = client_on(network, waits, now=lambda: NOW, human_agent=True)
    late = NOW - timedelta(days=2)
    sends = [
        Send(recipient_id="24", message="Hi", author=Author.HUMAN, last_user_message_at=late),
        Send(recipient_id="24", message="Hi", last_user_message_at=late),
        Send(recipient_id="24", message="Hi", last_user_message_at=NOW),
    ]
    outcomes = await all_of(client.send_many(sends))

    assert [type(one.error) for one in outcomes] == [type(None), OutsideWindowError, type(None)]
    assert [network.sent(number).get("tag") for number in (0, 1)] == ["HUMAN_AGENT", None]


async def test_whatever_is_wrong_with_one_send_is_its_own_outcome(waits: Waits) -> None:
    """An id, a text, a message that are none, a refusal and a doubt: the others go out."""
    network = Network([ACCEPTED, error(190), LOST, ACCEPTED])
    sends = [
        Send(recipient_id="24", message="Hi", key=0),
        Send(recipient_id="../me", message="Hi", key=1),
        Send(recipient_id="24", message="", key=2),
        Send(recipient_id="24", message=cast("str", None), key=3),
        Send(recipient_id="24", message="Hi", author=cast("Author", "human"), key=4),
        Send(recipient_id="24", message="Hi", key=5),
        Send(recipient_id="24", message="Hi", key=6),
        Send(recipient_id="24", message="Hi", key=7),
    ]
    outcomes = await all_of(client_on(network, waits).send_many(sends))

    assert {one.send.key: type(one.error) for one in outcomes} == {
        0: type(None),
        1: InvalidInputError,
        2: InvalidInputError,
        3: InvalidInputError,
        4: InvalidInputError,
        5: TokenError,
        6: DeliveryUnknownError,
        7: type(None),
    }
    assert all((one.result is None) is not (one.error is None) for one in outcomes)


async def test_a_client_that_is_closed_meanwhile(waits: Waits) -> None:
    """What is left of the sends is told, and nothing hangs."""

    class Closing(Network):
        @override
        async def send(self, request: Request, /) -> Response:
            await client.aclose()
            return await super().send(request)

    client = client_on(Closing([ACCEPTED]), waits)
    outcomes = await all_of(client.send_many(sends_to("aab"), concurrency=1))

    assert [type(one.error) for one in outcomes] == [
        type(None),
        ClientClosedError,
        ClientClosedError,
    ]


# Order, and how many at once.


@pytest.mark.parametrize("wrap", [list, iter, each_later], ids=["list", "iterator", "async"])
async def test_anything_that_gives_sends_will_do(wrap: Callable[[list[Send]], Sends]) -> None:
    """A list, an iterator, an async one: it is read once, to its end."""
    meta, sends = Meta(), sends_to("abca")
    outcomes = await all_of(send_many(wrap(sends), meta.send))

    assert sorted(meta.ended, key=str) == [0, 1, 2, 3]
    assert {one.send.key: one.result and one.result.message_id for one in outcomes} == {
        number: f"m_{number}" for number in range(4)
    }
    assert others() == set()


@pytest.mark.parametrize("wrap", [list, iter, each_later], ids=["list", "iterator", "async"])
async def test_nothing_to_send(wrap: Callable[[list[Send]], Sends]) -> None:
    """It ends at once, and leaves nothing behind."""
    assert await all_of(send_many(wrap([]), Meta().send)) == []
    assert others() == set()


async def test_a_person_who_waits_holds_up_nobody_else() -> None:
    """While one send takes its time, those behind it wait, and all others go on."""
    meta = Meta()
    meta.gates[0] = asyncio.Event()
    outcomes = send_many(sends_to("aababc"), meta.send, concurrency=2)
    seen = [(await anext(outcomes)).send.key for _ in range(3)]
    started = list(meta.started)
    meta.gates[0].set()
    seen += [one.send.key async for one in outcomes]

    assert set(started) == {0, 2, 4, 5}
    assert set(seen) == {0, 1, 2, 3, 4, 5}
    assert seen.index(2) < seen.index(4) < seen.index(0) < seen.index(1) < seen.index(3)


@pytest.mark.parametrize("concurrency", [1, 3, 10])
async def test_no_more_are_under_way_than_allowed(concurrency: int) -> None:
    """And as many as allowed are, if there are so many people."""
    meta = Meta()
    await all_of(send_many(sends_to("abcdefghijklabc"), meta.send, concurrency=concurrency))

    assert meta.peak == concurrency


async def test_one_person_has_one_at_a_time() -> None:
    """Whatever the concurrency is."""
    meta = Meta()
    outcomes = await all_of(send_many(sends_to("a" * 20), meta.send, concurrency=10))

    assert meta.peak == 1
    assert [one.send.key for one in outcomes] == list(range(20))


# Bounds.


async def test_sends_are_read_no_faster_than_they_end() -> None:
    """While nothing ends, no more than `most` are read."""
    meta, read = Meta(), list[object]()
    for number in range(20):
        meta.gates[number] = asyncio.Event()

    def reading() -> Iterator[Send]:
        for one in sends_to("abcdefghij" * 2):
            read.append(one.key)
            yield one

    outcomes = send_many(reading(), meta.send, concurrency=2, most=5)
    async with aclosing(outcomes):
        first = asyncio.ensure_future(anext(outcomes))
        await turn()
        assert (len(read), meta.started) == (5, [0, 1])
        meta.gates[0].set()
        await first
        await turn()
        assert (len(read), meta.started) == (6, [0, 1, 2])


async def test_outcomes_that_nobody_takes_hold_up_the_rest() -> None:
    """A slow reader of outcomes is waited for: they are held in memory, too."""
    meta = Meta()
    async with aclosing(send_many(sends_to("abcdefghij"), meta.send, most=3)) as outcomes:
        await anext(outcomes)
        await turn()

        assert len(meta.ended) == 4  # the one that was taken, and three that are held


@pytest.mark.parametrize(("concurrency", "most"), [(0, 1000), (16, 0), (-1, 5), (5, -1)])
async def test_bounds_that_make_no_sense_are_refused(concurrency: int, most: int) -> None:
    """Before anything is read."""
    with pytest.raises(ConfigurationError, match="must be 1 or more"):
        await all_of(send_many(sends_to("a"), Meta().send, concurrency=concurrency, most=most))

    assert others() == set()


# What fails.


class Fails(Exception):  # noqa: N818  # it fails
    """What somebody's own code raises."""


async def test_an_error_of_ours_is_an_outcome() -> None:
    """The person's next send is made all the same."""
    meta, failure = Meta(), TokenError("dead")
    meta.failures[1] = failure
    outcomes = await all_of(send_many(sends_to("aaa"), meta.send))

    assert [one.error for one in outcomes] == [None, failure, None]


@pytest.mark.parametrize("is_async", [False, True])
async def test_an_iterator_that_fails(*, is_async: bool) -> None:
    """All that was read before is ended and yielded; then its error is raised."""
    meta, seen = Meta(), list[object]()

    def failing() -> Iterator[Send]:
        yield from sends_to("aba")
        raise Fails

    async def failing_later() -> AsyncIterator[Send]:
        for one in failing():
            await asyncio.sleep(0)
            yield one

    with pytest.raises(Fails):
        await note(send_many(failing_later() if is_async else failing(), meta.send), seen)

    assert sorted(seen, key=str) == [0, 1, 2]
    assert others() == set()


@pytest.mark.parametrize(
    "wrong",
    [
        ("24", "Hi"),
        None,
        Send(recipient_id=cast("str", ["24"]), message="Hi"),
    ],
)
async def test_what_is_no_send_ends_it(wrong: object) -> None:
    """Its error is raised like any of the iterator's: nothing waits for ever."""
    sends = [*sends_to("ab"), cast("Send", wrong), *sends_to("c")]
    seen: list[object] = []
    with pytest.raises((AttributeError, TypeError)):
        await note(send_many(sends, Meta().send), seen)

    assert seen == [0, 1]


async def test_what_cannot_be_read_at_all() -> None:
    """It is told when the first outcome is asked for."""
    with pytest.raises(TypeError, match="not iterable"):
        await all_of(send_many(cast("Sends", 5), Meta().send))


async def test_any_other_error_of_a_send_ends_it() -> None:
    """What ended before is yielded, what is under way is cancelled, nothing more begins."""
    meta, seen = Meta(), list[object]()
    meta.failures[1] = Fails()
    meta.gates[2] = asyncio.Event()
    meta.turns = lambda one: 1 if one.key in (0, 1) else 5
    with pytest.raises(Fails):
        await note(send_many(sends_to("abcdefg"), meta.send, concurrency=3), seen)

    assert seen == [0]
    assert set(meta.cancelled) == {2, 3}
    assert meta.started == [0, 1, 2, 3]
    assert others() == set()


async def test_what_had_ended_is_told_before_the_error() -> None:
    """A slow reader of outcomes loses none of them."""
    meta, seen = Meta(), list[object]()
    meta.failures["z"] = Fails()
    sends = [*sends_to("abcde"), Send(recipient_id="a", message="Hi", key="z")]
    with pytest.raises(Fails):  # all have ended, and one has failed, before the second is taken
        await note(send_many(sends, meta.send, concurrency=10), seen)

    assert seen == [0, 1, 2, 3, 4]


async def test_a_send_that_says_it_was_cancelled() -> None:
    """Somebody cancelled what it waited for; it ends like any other error, and hangs nothing."""
    meta = Meta()
    meta.failures[1] = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await all_of(send_many(sends_to("abc"), meta.send, concurrency=1))

    assert meta.started == [0, 1]
    assert others() == set()


# The end.


async def test_closing_early_cancels_what_is_under_way() -> None:
    """Nothing more begins, and no task is left."""
    meta = Meta()
    meta.gates[1] = meta.gates[2] = asyncio.Event()
    async with aclosing(send_many(sends_to("abcdef"), meta.send, concurrency=2)) as outcomes:
        assert (await anext(outcomes)).send.key == 0
        await turn()

    assert set(meta.cancelled) == {1, 2}
    assert meta.started == [0, 1, 2]
    assert others() == set()


async def test_leaving_the_loop_ends_it() -> None:
    """Without a name for it, Python closes it soon."""
    meta = Meta()
    meta.gates[1] = asyncio.Event()
    async for _outcome in send_many(sends_to("abc"), meta.send, concurrency=1):
        break
    await turn()

    assert others() == set()
    assert len(meta.started) <= 2


async def test_cancelling_who_reads_cancels_what_is_under_way() -> None:
    """The reader's task ends only when all others have ended."""
    meta = Meta()
    meta.gates[0] = asyncio.Event()
    reading = asyncio.create_task(all_of(send_many(sends_to("ab"), meta.send, concurrency=1)))
    await turn()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert meta.cancelled == [0]
    assert others() == set()


async def test_what_was_never_begun_needs_no_end() -> None:
    """Until the first outcome is asked for, nothing is read or sent."""
    meta = Meta()
    outcomes = send_many(sends_to("ab"), meta.send)
    await outcomes.aclose()

    assert (meta.started, others()) == ([], set())


async def test_an_async_generator_is_closed_with_it() -> None:
    """Wherever it is at that moment, so that what it holds is given back at once."""
    closed: list[str] = []

    async def reading(name: str, *, waits: bool) -> AsyncGenerator[Send, None]:
        try:
            for one in sends_to("abc"):
                yield one
                await asyncio.Event().wait() if waits else None
        finally:
            await asyncio.sleep(0)
            closed.append(name)

    for name, waits, most in (("waits for a database", True, 5), ("waits for room", False, 2)):
        outcomes = send_many(reading(name, waits=waits), Meta().send, most=most)
        async with aclosing(outcomes):
            await anext(outcomes)
            await turn()
        assert closed == [name]
        closed.clear()

    await all_of(send_many(reading("came to its end", waits=False), Meta().send))
    assert closed == ["came to its end"]
    assert others() == set()


async def test_any_other_async_iterator_is_left_open() -> None:
    """Who made it may go on with it."""

    class Reading:
        def __init__(self) -> None:
            self.left = sends_to("abc")

        def __aiter__(self) -> "Reading":
            return self

        async def __anext__(self) -> Send:
            await asyncio.sleep(0)
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop(0)

    reading = Reading()
    async with aclosing(send_many(reading, Meta().send, most=1)) as outcomes:
        await anext(outcomes)
    rest = [one.key async for one in reading]

    assert rest in ([1, 2], [2])


# Whatever happens.


@given(
    people=st.lists(st.sampled_from("abcde"), max_size=40),
    turns=st.lists(st.integers(0, 5), min_size=1, max_size=7),
    failing=st.sets(st.integers(0, 39), max_size=5),
    concurrency=st.integers(1, 6),
    most=st.integers(1, 12),
    pauses=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    is_async=st.booleans(),
)
@example(
    people=list("aabbab") * 5,
    turns=[5, 0],
    failing={0, 3},
    concurrency=2,
    most=3,
    pauses=[0],
    is_async=False,
)
def test_order_and_bounds_hold(
    *,
    people: list[str],
    turns: list[int],
    failing: set[int],
    concurrency: int,
    most: int,
    pauses: list[int],
    is_async: bool,
) -> None:
    """Each send has one outcome, each person's are in order, and no bound is ever broken."""
    meta, sends = Meta(), sends_to(people)
    meta.failures = {number: TokenError("dead") for number in failing}
    meta.turns = lambda one: turns[len(meta.started) % len(turns)] + len(one.recipient_id)
    read = 0
    seen: list[SendOutcome] = []

    def reading() -> Iterator[Send]:
        nonlocal read
        for one in sends:
            read += 1
            assert read - len(seen) <= most + 1  # one is in the hands of who takes them
            yield one

    async def reading_later() -> AsyncIterator[Send]:
        for one in reading():
            await asyncio.sleep(0)
            yield one

    async def take() -> None:
        source = reading_later() if is_async else reading()
        async for one in send_many(source, meta.send, concurrency=concurrency, most=most):
            seen.append(one)
            for _ in range(pauses[len(seen) % len(pauses)]):
                await asyncio.sleep(0)
        assert others() == set()

    asyncio.run(take())

    assert meta.peak <= concurrency
    assert sorted(one.send.key for one in seen if isinstance(one.send.key, int)) == list(
        range(len(people))
    )
    for person in set(people):
        keys = [one.send.key for one in seen if one.send.recipient_id == person]
        assert keys == [one.key for one in sends if one.recipient_id == person]
    assert {one.send.key for one in seen if one.error} == failing & set(range(len(people)))
    assert all(one.result is None or one.result.message_id == f"m_{one.send.key}" for one in seen)


def test_a_send_is_a_value() -> None:
    """It is frozen, and says by default what most sends are."""
    send = Send(recipient_id="24", message="Hi")

    assert (send.author, send.last_user_message_at, send.key) == (Author.BOT, None, None)
    assert replace(send, key=1) == Send(recipient_id="24", message="Hi", key=1)
    assert SendOutcome(send=send) == SendOutcome(send=send, result=None, error=None)
