"""On which terms a call is made, and how much time it has left."""

import asyncio
import math
from dataclasses import replace

import pytest

from messengerkit import (
    ConfigurationError,
    ConstantBackoff,
    DeadlineError,
    Delivery,
    Phase,
    RateLimitError,
    Retry,
    SendOptions,
    TransportError,
)
from messengerkit._graph import Call
from messengerkit.delivery import Outcome
from messengerkit.errors import MessengerError
from messengerkit.hooks import Attempt
from messengerkit.retry import Failure
from messengerkit.terms import Terms
from messengerkit.trip import Trip, now

CALL = Call("POST", ("me", "messages"), {}, recipient_id="24")
FETCHES = CALL._replace(fetches=True)
READ = Call("GET", ("me",), {}, repeatable=True)


ATTEMPT = Attempt(
    call_id="1",
    call="POST /me/messages",
    is_send=True,
    number=1,
    began_at=0.0,
    seconds=0.1,
    outcome=None,
    error=None,
    url="https://graph.facebook.com",
    version="v26.0",
    status=200,
)


def trip(seconds: float | None = None, *, ago: float = 0.0, call: Call = CALL) -> Trip:
    """Return a call that began *ago*, and has *seconds* in all."""
    return Trip(call, Terms(deadline=seconds), now() - ago)


async def test_no_deadline_is_as_long_as_it_takes() -> None:
    """Each attempt has its own time: 30 s, or 90 where Meta fetches something."""
    assert trip().remaining() is None
    assert trip().timeout() == 30
    assert trip(call=FETCHES).timeout() == 90


async def test_an_attempt_has_what_the_deadline_leaves() -> None:
    """Or its own time, if that is less."""
    assert 9 < trip(20, ago=10).timeout() <= 10
    assert trip(100).timeout() == 30


async def test_after_the_deadline_nothing_leaves() -> None:
    """It is told as what was not sent."""
    with pytest.raises(DeadlineError) as caught:
        trip(20, ago=20).timeout()

    assert caught.value.phase is Phase.NOT_SENT
    assert caught.value.advice


@pytest.mark.parametrize("seconds", [None, 60.0])
async def test_a_place_is_waited_for(seconds: float | None) -> None:
    """With and without a deadline."""
    place = asyncio.Event()
    waiting = asyncio.ensure_future(trip(seconds).in_time(_entered(place)))
    await asyncio.sleep(0)
    assert not waiting.done()
    place.set()
    async with asyncio.timeout(5):
        await waiting


@pytest.mark.parametrize("ago", [0.0, 5.0])
async def test_no_place_is_waited_for_beyond_the_deadline(ago: float) -> None:
    """Whoever waits gives the place up."""
    left = asyncio.Event()

    async def enter() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    async with asyncio.timeout(5):
        with pytest.raises(DeadlineError):
            await trip(0.02, ago=ago).in_time(enter())

    assert left.is_set()


async def test_who_gives_up_waiting_is_not_late() -> None:
    """A cancellation is passed on as it is."""
    waiting = asyncio.ensure_future(trip(60.0).in_time(_entered(asyncio.Event())))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def _entered(place: asyncio.Event) -> None:
    await place.wait()


async def test_a_failure_knows_the_waits() -> None:
    """Meta's own, and that before the attempt."""
    error = RateLimitError("-")
    error.retry_after = 4.0
    one = trip()
    one.number, one.waited = 3, 2.0

    assert one.failed(error) == Failure(error=error, attempt=3, retry_after=4.0, previous_wait=2.0)
    assert one.failed(MessengerError("-")).retry_after == 0.0


async def test_a_call_has_a_name_of_its_own() -> None:
    """It joins what is told of it, and stays the same."""
    one, other = trip(), trip()

    assert one.id == one.id
    assert one.id != other.id


async def test_the_newest_attempts_are_kept() -> None:
    """A policy that never gives up must not fill the memory."""
    one = trip()
    for number in range(150):
        one.note(replace(ATTEMPT, number=number))

    assert [attempt.number for attempt in one.tried] == list(range(50, 150))


# Terms.


def test_nothing_otherwise_is_the_same_terms() -> None:
    """They are not made anew for every call."""
    terms = Terms()

    assert terms.but({}) is terms


def test_what_is_said_otherwise_is_otherwise() -> None:
    """And the rest stays as it was."""
    terms = Terms(deadline=5.0).but(
        SendOptions(
            retry=ConstantBackoff(1.0),
            delivery=Delivery.AT_LEAST_ONCE,
            timeout=(1.0, 2.0),
            believe_transient=False,
        )
    )

    assert terms == Terms(
        retry=Retry(backoff=ConstantBackoff(1.0)),
        delivery=Delivery.AT_LEAST_ONCE,
        timeouts=(1.0, 2.0),
        deadline=5.0,
        believe_transient=False,
    )
    assert [terms.timeout(CALL, attempt) for attempt in (1, 2, 3)] == [1.0, 2.0, 2.0]
    assert terms.but(SendOptions(deadline=None)).deadline is None
    assert terms.but(SendOptions(deadline=9)).deadline == 9


@pytest.mark.parametrize("deadline", [0, -1.0, math.nan, math.inf, True, "5"])
def test_a_deadline_that_makes_no_sense_is_refused(deadline: object) -> None:
    """It is a number of seconds above 0."""
    with pytest.raises(ConfigurationError, match="deadline"):
        Terms().but({"deadline": deadline})  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]  # on purpose


@pytest.mark.parametrize("timeout", [0, -1.0, math.nan, (), (1.0, 0), "5"])
def test_a_timeout_that_makes_no_sense_is_refused(timeout: object) -> None:
    """So are those of single attempts."""
    with pytest.raises(ConfigurationError, match="timeout"):
        Terms().but({"timeout": timeout})  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]  # on purpose


def test_a_mode_that_is_none_is_refused() -> None:
    """With those that there are; a mode may also be named by its value."""
    with pytest.raises(ConfigurationError, match="'effectively_once'"):
        Terms().but({"delivery": "twice"})  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]  # on purpose

    named = Terms().but({"delivery": "at_least_once"})  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]  # a setting's
    assert named.delivery is Delivery.AT_LEAST_ONCE


def test_an_option_that_is_none_is_refused() -> None:
    """As Python does for any other function."""
    with pytest.raises(TypeError, match="unexpected keyword arguments: a, b"):
        Terms().but({"b": 1, "a": 1})  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportArgumentType]  # on purpose


@pytest.mark.parametrize(
    ("call", "outcome", "waits"),
    [
        (CALL, Outcome.NOT_SENT, True),
        (CALL, Outcome.UNKNOWN, False),
        (CALL, Outcome.REFUSED, False),
        (READ, Outcome.NOT_SENT, True),
        (READ, Outcome.UNKNOWN, True),
        (READ, Outcome.REFUSED, False),
    ],
)
def test_what_may_be_repeated_is_waited_for(call: Call, outcome: Outcome, *, waits: bool) -> None:
    """A read may always be made again, but for a refusal; a send as its mode says."""
    failure = Failure(error=TransportError("-", phase=Phase.SENT), attempt=1)

    assert (Terms().wait(call, failure, outcome) is not None) is waits
