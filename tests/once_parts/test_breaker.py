"""The breaker: when no call goes, and who looks whether Meta answers again."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from once_parts.breakers import Clock, fail, lowest

from messengerkit import Breaker, CircuitOpenError, ConfigurationError


@pytest.fixture
def clock() -> Clock:
    """A clock."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """A breaker that opens for 10 s when 2 of 4 calls in 30 s have failed."""
    return Breaker(least=4, clock=clock, uniform=lowest)


def test_it_lets_calls_go_until_many_have_failed(breaker: Breaker) -> None:
    """A few say nothing, whatever their share is."""
    fail(breaker, 3)

    assert not breaker.check()
    assert breaker.mode == "closed"


def test_it_opens_when_many_and_a_large_share_have_failed(breaker: Breaker) -> None:
    """Then no call goes, and the error says when somebody looks."""
    for failed in (False, True, False, True):
        breaker.ended(failed=failed)
    with pytest.raises(CircuitOpenError) as caught:
        breaker.check()

    assert caught.value.retry_after == 10
    assert breaker.mode == "open"


def test_a_small_share_does_not_open_it(breaker: Breaker) -> None:
    """However many there are."""
    for number in range(90):
        breaker.ended(failed=number % 3 == 2)

    assert not breaker.check()


def test_what_is_long_ago_does_not_count(breaker: Breaker, clock: Clock) -> None:
    """Nor is it kept."""
    fail(breaker, 3)
    clock.now += 30
    breaker.ended(failed=False)
    fail(breaker, 2)

    assert not breaker.check()
    assert (breaker._calls, len(breaker._moments)) == (3, 1)


def test_a_million_calls_are_kept_in_little(breaker: Breaker, clock: Clock) -> None:
    """What is kept does not grow with the calls, but with the time that counts."""
    for _ in range(10_000):
        clock.now += 0.001
        breaker.ended(failed=False)
    for _ in range(1000):
        clock.now += 1
        breaker.ended(failed=False)

    assert len(breaker._moments) <= 101
    assert breaker._calls == 30


def test_many_failures_in_a_row_open_it_however_slow(breaker: Breaker, clock: Clock) -> None:
    """Where calls are few, or each takes long, no window ever holds many."""
    for _ in range(4):
        assert not breaker.check()
        clock.now += 30
        fail(breaker, 1)
    with pytest.raises(CircuitOpenError):
        breaker.check()


def test_a_row_is_broken_by_any_answer(breaker: Breaker, clock: Clock) -> None:
    """Then it begins anew."""
    for number in range(12):
        clock.now += 30
        breaker.ended(failed=number % 4 != 3)

    assert not breaker.check()


def test_one_looks_when_the_time_has_come(breaker: Breaker, clock: Clock) -> None:
    """The others are told to come back soon."""
    fail(breaker, 4)
    clock.now += 10

    assert breaker.check()
    with pytest.raises(CircuitOpenError) as caught:
        breaker.check()
    assert caught.value.retry_after == 1


def test_it_closes_when_meta_answers(breaker: Breaker, clock: Clock) -> None:
    """And begins to count anew."""
    fail(breaker, 4)
    clock.now += 10
    breaker.check()
    breaker.probed(answered=True)
    fail(breaker, 3)

    assert not breaker.check()


def test_it_stays_open_when_meta_does_not_answer(breaker: Breaker, clock: Clock) -> None:
    """For another while."""
    fail(breaker, 4)
    clock.now += 10
    breaker.check()
    breaker.probed(answered=False)
    with pytest.raises(CircuitOpenError) as caught:
        breaker.check()
    assert caught.value.retry_after == 10
    clock.now += 10

    assert breaker.check()


def test_calls_that_end_late_change_nothing(breaker: Breaker, clock: Clock) -> None:
    """They began before it opened: it is not open for longer, nor twice."""
    fail(breaker, 4)
    clock.now += 9
    fail(breaker, 4)
    clock.now += 1

    assert breaker.check()
    fail(breaker, 4)
    assert breaker.mode == "probing"


def test_chance_says_for_how_long(clock: Clock) -> None:
    """Between the shortest and the longest, so that not all look at once."""
    asked: list[tuple[float, float]] = []

    def chance(low: float, high: float) -> float:
        asked.append((low, high))
        return 12.5

    breaker = Breaker(least=1, clock=clock, uniform=chance)
    fail(breaker, 1)
    with pytest.raises(CircuitOpenError) as caught:
        breaker.check()

    assert asked == [(10.0, 30.0)]
    assert caught.value.retry_after == 12.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: Breaker(window=0),
        lambda: Breaker(least=0),
        lambda: Breaker(share=0),
        lambda: Breaker(share=1.1),
        lambda: Breaker(shortest=-1),
        lambda: Breaker(shortest=31),
        lambda: Breaker(window=math.nan),
        lambda: Breaker(longest=math.nan),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    """Before anything is called."""
    with pytest.raises(ConfigurationError):
        make()


def checked(breaker: Breaker) -> bool:
    """Return whether the caller is to look; an error says when to come back."""
    try:
        return breaker.check()
    except CircuitOpenError as error:
        wait = error.retry_after
    assert breaker.mode != "closed"
    assert wait is not None
    assert 0 < wait <= breaker.longest
    return False


ACTS = st.sampled_from(["check", "failed", "ended", "answered", "silent"])


@given(st.lists(st.tuples(ACTS, st.floats(0, 20)), max_size=100))
def test_never_do_two_look(acts: list[tuple[str, float]]) -> None:
    """One who looks has told what it found before another one does, and none looks unasked."""
    clock = Clock()
    breaker, looking = Breaker(least=2, window=5, clock=clock), False
    for act, passed in acts:
        clock.now += passed
        if act == "check":
            looks = checked(breaker)

            assert not (looks and looking)
            looking = looking or looks
        elif act in ("failed", "ended"):
            breaker.ended(failed=act == "failed")
        elif looking:
            breaker.probed(answered=act == "answered")
            looking = False

        assert looking == (breaker.mode == "probing")
        assert breaker._failed == sum(failed for _, _, failed in breaker._moments)
        assert breaker._calls == sum(calls for _, calls, _ in breaker._moments)
