"""The life of a send: each step that there is, and each that there is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import errors
from messengerkit._phase import Phase
from messengerkit.delivery import (
    TRANSITIONS,
    Outcome,
    State,
    Step,
    after,
    is_fault_of_host,
    is_open,
    outcome_of,
)
from messengerkit.errors import MessengerError, TransitionError

# As the drawing in `delivery.py` has them, written down a second time.
LIFE = {
    State.QUEUED: {
        Step.CLAIM: State.IN_FLIGHT,
        Step.CANCEL: State.CANCELLED,
        Step.EXPIRE: State.EXPIRED,
        Step.GIVE_UP: State.FAILED,
        Step.FIND: State.SENT,
    },
    State.IN_FLIGHT: {
        Step.ACCEPT: State.SENT,
        Step.REJECT: State.REJECTED,
        Step.RETURN: State.QUEUED,
        Step.GIVE_UP: State.FAILED,
        Step.LOSE: State.UNKNOWN,
        Step.FIND: State.SENT,
    },
    State.UNKNOWN: {
        Step.FIND: State.SENT,
        Step.MISS: State.QUEUED,
        Step.DOUBT: State.UNCONFIRMED,
    },
    State.UNCONFIRMED: {
        Step.FIND: State.SENT,
        Step.CONFIRM: State.SENT,
        Step.DISCARD: State.CANCELLED,
    },
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_every_step_from_every_state(state: State, step: Step) -> None:
    """It leads where the drawing says, and what is not drawn is an error that names both."""
    to = LIFE.get(state, {}).get(step)
    if to is not None:
        assert after(state, step) is to
        return
    with pytest.raises(TransitionError, match=rf"{state.value} cannot take the step {step.value}"):
        after(state, step)


def test_the_table_has_what_is_drawn() -> None:
    """And cannot be changed."""
    assert dict(TRANSITIONS) == {
        (state, step): to for state, steps in LIFE.items() for step, to in steps.items()
    }
    assert not hasattr(TRANSITIONS, "__setitem__")


@pytest.mark.parametrize("state", State)
def test_what_is_open_holds_up_its_lane(state: State) -> None:
    """That is what may still be sent: what is unconfirmed waits for a person, not for us."""
    held = {State.QUEUED, State.IN_FLIGHT, State.UNKNOWN}

    assert is_open(state) is (state in held)


@given(st.lists(st.sampled_from(Step), max_size=30))
def test_whatever_is_sent_left_first(steps: list[Step]) -> None:
    """What was never claimed is not rejected, lost or accepted; and an end is an end."""
    state, taken = State.QUEUED, list[Step]()
    for step in steps:
        if (state, step) in TRANSITIONS:
            assert state not in (State.SENT, State.REJECTED, State.FAILED, State.CANCELLED)
            state = after(state, step)
            taken.append(step)
    if {Step.ACCEPT, Step.REJECT, Step.LOSE} & set(taken):
        assert Step.CLAIM in taken
    assert taken.count(Step.MISS) + taken.count(Step.DOUBT) <= taken.count(Step.LOSE)


def test_a_send_that_was_lost_is_never_just_returned() -> None:
    """From unknown nothing leads back but proof that it is not there."""
    back = [step for (_, step), to in TRANSITIONS.items() if to is State.QUEUED]
    from_unknown = [step for state, step in TRANSITIONS if state is State.UNKNOWN]

    assert set(back) == {Step.RETURN, Step.MISS}
    assert Step.RETURN not in from_unknown


@pytest.mark.parametrize("error", [errors.CircuitOpenError("-"), errors.DeadlineError("-")])
def test_what_was_not_even_tried_was_not_sent(error: errors.TransportError) -> None:
    """And Meta's host is not to blame for it."""
    assert outcome_of(error) is Outcome.NOT_SENT
    assert error.retryable
    assert not is_fault_of_host(error)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (errors.TransportError("-", phase=Phase.NOT_SENT), True),
        (errors.TransportError("-", phase=Phase.SENT), True),
        (errors.TransportError("-", phase=Phase.ANSWERED), True),
        (errors.UnreadableAnswerError("-"), True),
        (errors.TemporaryError("-"), False),
        (errors.RateLimitError("-"), False),
        (errors.TokenError("-"), False),
        (errors.InvalidInputError("-"), False),
    ],
)
def test_whose_fault_a_failure_is(error: MessengerError, *, fault: bool) -> None:
    """The host's if there was no answer, or none of Meta's; a refusal is an answer."""
    assert is_fault_of_host(error) is fault


@pytest.mark.parametrize(("status", "fault"), [(499, False), (500, True), (503, True)])
def test_a_status_from_500_on_is_the_hosts_fault(status: int, *, fault: bool) -> None:
    """Whatever the body says."""
    error = errors.TemporaryError("-", code=2)
    error.http_status = status

    assert is_fault_of_host(error) is fault


def test_an_open_circuit_says_when_to_come_back() -> None:
    """As Meta itself would."""
    assert errors.CircuitOpenError("-", retry_after=7.5).retry_after == 7.5
    assert errors.CircuitOpenError("-").retry_after is None


def test_what_somebody_else_moved_on_is_not_repeated() -> None:
    """The same step would be refused again."""
    assert not TransitionError("-").retryable
    assert not errors.DeliveryUnknownError("-").retryable


def test_what_is_sought_is_not_shown() -> None:
    """It has a person's words."""
    error = errors.DeliveryUnknownError("-", recipient_id="24", attempts=2, sought="Hello")

    assert (error.recipient_id, error.attempts) == ("24", 2)
    assert "Hello" not in f"{error} {error!r} {error.args}"
