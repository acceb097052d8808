"""How far a message has come: forward only, whatever order the news has."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import State
from messengerkit.desk import MessageStatus, moved_on, status_of

SENT, DELIVERED, READ = MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ
FINAL = {
    MessageStatus.READ,
    MessageStatus.REJECTED,
    MessageStatus.FAILED,
    MessageStatus.CANCELLED,
    MessageStatus.EXPIRED,
}


@pytest.mark.parametrize("order", list(itertools.permutations([SENT, DELIVERED, READ])))
def test_news_in_any_order_come_to_the_same(order: tuple[MessageStatus, ...]) -> None:
    """A read that comes first is not undone by the answer to the send."""
    status = MessageStatus.IN_FLIGHT
    for news in order:
        status = moved_on(status, news)

    assert status is READ


@pytest.mark.parametrize("status", ["in_flight", "unknown", "unconfirmed", "queued"])
def test_a_receipt_proves_that_it_was_sent(status: str) -> None:
    """Of what nobody knew, and of what was thought not to be there."""
    assert moved_on(MessageStatus(status), DELIVERED) is DELIVERED


def test_every_state_of_a_send_is_one_of_a_message() -> None:
    """And means the same."""
    assert {status_of(state).value for state in State} == {state.value for state in State}
    assert {one.value for one in MessageStatus} - {one.value for one in State} == {
        "delivered",
        "read",
    }


@given(st.sampled_from(MessageStatus), st.lists(st.sampled_from(MessageStatus)))
def test_what_the_person_has_is_never_taken_back(
    status: MessageStatus, news: list[MessageStatus]
) -> None:
    """Nothing leads out of an end, and nothing back before SENT."""
    order = [SENT, DELIVERED, READ]
    for one in news:
        before, status = status, moved_on(status, one)
        if before in FINAL:
            assert status is before
        if before in order:
            assert order.index(status) >= order.index(before)
