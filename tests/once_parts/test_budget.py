"""The retry budget: how much may be repeated in all."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import ConfigurationError, RetryBudget


def test_each_repetition_costs() -> None:
    """More if Meta did not answer than if it said that it was too many."""
    budget = RetryBudget(capacity=10)

    assert budget.spend(0, throttled=False)
    assert budget.left == 5
    assert budget.spend(0, throttled=True)
    assert budget.left == 3


def test_once_in_a_while_one_is_free() -> None:
    """So that somebody notices when an outage is over."""
    budget = RetryBudget(capacity=0, free=1)
    told = [budget.spend(now, throttled=False) for now in (5.0, 5.5, 5.9, 6.0, 6.5, 8.0)]

    assert told == [True, False, False, True, False, True]


def test_what_succeeds_at_once_earns_a_little() -> None:
    """And never more than the capacity."""
    budget = RetryBudget(capacity=5, cost=5)
    budget.spend(0, throttled=False)
    for _ in range(7):
        budget.earn()

    assert budget.left == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda: RetryBudget(capacity=-1),
        lambda: RetryBudget(cost=-1),
        lambda: RetryBudget(throttled=-0.1),
        lambda: RetryBudget(earned=-1),
        lambda: RetryBudget(free=-1),
        lambda: RetryBudget(capacity=math.nan),
        lambda: RetryBudget(cost=math.nan),
        lambda: RetryBudget(free=math.nan),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make: Callable[[], object]) -> None:
    """None is below 0, and each is a number."""
    with pytest.raises(ConfigurationError):
        make()


ACTS = st.sampled_from(["spend", "throttled", "earn"])


@given(
    st.lists(st.tuples(ACTS, st.floats(0, 2)), max_size=100),
    st.floats(0, 30),
    st.floats(0, 10),
    st.floats(0, 3),
)
def test_the_budget_is_kept(
    acts: list[tuple[str, float]], capacity: float, cost: float, earned: float
) -> None:
    """What is left is never below 0, nor above the capacity."""
    budget, now = RetryBudget(capacity=capacity, cost=cost, earned=earned), 0.0
    for act, passed in acts:
        now += passed
        if act == "earn":
            budget.earn()
        else:
            budget.spend(now, throttled=act == "throttled")

        assert 0 <= budget.left <= capacity


@given(st.lists(st.floats(0, 0.5), max_size=200))
def test_an_outage_is_not_met_with_a_storm(gaps: list[float]) -> None:
    """While nothing succeeds, no more is repeated than was saved, and one for each second."""
    budget, now, made = RetryBudget(capacity=20, cost=5, free=1), 0.0, 0
    for gap in gaps:
        now += gap
        made += budget.spend(now, throttled=False)

    assert made <= 20 / 5 + now + 1
