"""Policies and backoffs: pure decisions."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import (
    ConfigurationError,
    ConstantBackoff,
    DecorrelatedJitter,
    ExponentialBackoff,
    Failure,
    FixedDelays,
    Phase,
    Retry,
    RetryPolicy,
    TransportError,
)
from messengerkit.retry import as_retry

NOT_SENT = TransportError("No answer.", phase=Phase.NOT_SENT)


def failure(attempt: int, *, retry_after: float = 0.0, previous_wait: float = 0.0) -> Failure:
    """Return a failure of *attempt*."""
    return Failure(
        error=NOT_SENT, attempt=attempt, retry_after=retry_after, previous_wait=previous_wait
    )


def highest(_low: float, high: float) -> float:
    """Throw a die that always shows the highest."""
    return high


def test_the_default_is_the_guides() -> None:
    """Three attempts, two seconds apart."""
    assert [Retry()(failure(n)) for n in (1, 2, 3)] == [2.0, 2.0, None]


def test_fixed_delays_are_taken_in_turn() -> None:
    """Each delay serves once, then the policy gives up."""
    policy = FixedDelays((0.5, 3.0))

    assert [policy(failure(n)) for n in (1, 2, 3)] == [0.5, 3.0, None]


@pytest.mark.parametrize(
    ("attempt", "ceiling"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0), (5000, 3.0)]
)
def test_the_exponential_ceiling_doubles_up_to_the_cap(attempt: int, ceiling: float) -> None:
    """The longest wait is 0.5, 1, 2, then the cap, and no attempt overflows."""
    policy = ExponentialBackoff(base=0.5, cap=3.0, uniform=highest)

    assert policy(failure(attempt)) == ceiling


def test_the_exponential_wait_may_be_none_at_all() -> None:
    """Full jitter begins at 0."""
    assert ExponentialBackoff(uniform=lambda low, _high: low)(failure(3)) == 0.0


def test_decorrelated_jitter_grows_from_the_last_wait() -> None:
    """The ceiling is three times the last wait, at least the base, at most the cap."""
    policy = DecorrelatedJitter(base=0.5, cap=4.0, uniform=highest)

    assert [policy(failure(2, previous_wait=last)) for last in (0.0, 1.0, 9.0)] == [0.5, 3.0, 4.0]


@given(attempt=st.integers(1, 5000), last=st.floats(0, 100))
def test_random_waits_lie_within_their_bounds(attempt: int, last: float) -> None:
    """Whatever the real dice say, the caps and the base hold."""
    asked = failure(attempt, previous_wait=last)
    exponential, decorrelated = ExponentialBackoff(cap=7.0)(asked), DecorrelatedJitter()(asked)

    assert exponential is not None
    assert 0 <= exponential <= 7
    assert decorrelated is not None
    assert 0.5 <= decorrelated <= 20


@pytest.mark.parametrize(
    ("asked", "wait"),
    [(0.0, 2.0), (1.0, 2.0), (5.0, 5.0), (20.0, 20.0), (20.1, None), (math.inf, None)],
)
def test_metas_wait_is_a_floor_up_to_the_cap(asked: float, wait: float | None) -> None:
    """What Meta asked for is waited out, and beyond the cap the policy gives up at once."""
    assert Retry(backoff=ConstantBackoff(2.0), cap=20.0)(failure(1, retry_after=asked)) == wait


def test_a_longer_wait_of_ones_own_outranks_the_cap() -> None:
    """Who waits 60 seconds anyway does not give up for 30 of Meta's."""
    policy = Retry(backoff=ConstantBackoff(60.0), cap=20.0)

    assert policy(failure(1, retry_after=30.0)) == 60.0


def ever(_failure: Failure) -> float | None:
    """Never give up."""
    return 0.0


def test_any_callable_is_a_policy_and_ends_by_itself() -> None:
    """A plain function decides whether and how long, as often as it likes."""

    def twice(failed: Failure) -> float | None:
        return 0.25 if failed.attempt <= 2 else None

    policy = as_retry(twice)

    assert [policy(failure(n)) for n in (1, 2, 3)] == [0.25, 0.25, None]
    assert as_retry(ever)(failure(1000)) == 0.0


@pytest.mark.parametrize(
    ("plugged", "attempts"),
    [
        (None, 1),
        (ConstantBackoff(0.0), 3),
        (ExponentialBackoff(base=0.0), 3),
        (DecorrelatedJitter(base=0.0), 3),
        (FixedDelays((0.0, 0.0, 0.0)), 4),
        (FixedDelays(), 1),
        (Retry(attempts=5, backoff=ConstantBackoff(0.0)), 5),
        (Retry(attempts=2, backoff=FixedDelays((0.0, 0.0, 0.0))), 2),
    ],
)
def test_what_is_plugged_in_has_an_end(plugged: RetryPolicy | None, attempts: int) -> None:
    """A bare backoff repeats as often as the default; FixedDelays once for each delay."""
    policy = as_retry(plugged)
    asked = next(n for n in range(1, 100) if policy(failure(n)) is None)

    assert asked == attempts


@pytest.mark.parametrize(
    "make",
    [
        lambda: Retry(attempts=0),
        lambda: Retry(cap=-1.0),
        lambda: ConstantBackoff(-0.1),
        lambda: ConstantBackoff(math.nan),
        lambda: FixedDelays((1.0, math.inf)),
        lambda: ExponentialBackoff(base=-1.0),
        lambda: ExponentialBackoff(cap=math.nan),
        lambda: DecorrelatedJitter(base=-1.0),
        lambda: DecorrelatedJitter(cap=-1.0),
        lambda: as_retry(lambda _failure: -1.0)(failure(1)),
        lambda: as_retry(lambda _failure: math.nan)(failure(1)),
    ],
)
def test_a_wait_that_makes_no_sense_is_refused(make: Callable[[], object]) -> None:
    """Negative, endless and undefined waits are our own errors, never a sleep."""
    with pytest.raises(ConfigurationError):
        make()


def test_policies_are_values() -> None:
    """They compare and print, and the dice stay out of sight."""
    assert Retry() == Retry(attempts=3, backoff=ConstantBackoff(2.0))
    assert repr(ExponentialBackoff()) == "ExponentialBackoff(base=0.5, cap=20.0)"
