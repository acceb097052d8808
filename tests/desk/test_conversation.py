"""Who may answer in a conversation: every step, every refusal, and what holds after any of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import HeldError, InvalidInputError, MessengerError, TransitionError
from messengerkit.desk import Alert, Conversation, Status

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BOB = "ann", "bob"

NEW = Conversation(id=UUID(int=1), page_id="1", psid="2")
ASKED = NEW.user_wrote(at=AT)
WANTED = ASKED.escalate("asked for a person", at=AT + HOUR)
HELD = WANTED.assign(ANN)
SETTLED = HELD.human_wrote(ANN, at=AT + 2 * HOUR).resolve(ANN)

Step = Callable[[Conversation], Conversation]


def test_the_bot_answers_until_a_person_takes_over() -> None:
    """And again once the person gives it back."""
    assert NEW.bot_may_answer
    assert WANTED.bot_may_answer
    assert not HELD.bot_may_answer
    assert HELD.release(ANN).bot_may_answer
    assert SETTLED.bot_may_answer


def test_a_message_moves_the_times_and_nothing_else() -> None:
    """An older one, delivered late, moves nothing back."""
    later = ASKED.user_wrote(at=AT + HOUR).user_wrote(at=AT - HOUR)

    assert (later.last_message_at, later.last_user_message_at) == (AT + HOUR, AT + HOUR)
    assert later.waiting_since == AT
    assert replace(later, last_message_at=AT, last_user_message_at=AT) == ASKED


def test_an_answer_ends_the_wait() -> None:
    """The bot's only as long as no person is wanted."""
    assert ASKED.bot_wrote(at=AT + HOUR).waiting_since is None
    assert WANTED.bot_wrote(at=AT + 2 * HOUR).waiting_since == AT
    assert WANTED.human_wrote(ANN, at=AT + 2 * HOUR).waiting_since is None
    assert WANTED.page_wrote(at=AT + 2 * HOUR).waiting_since is None
    assert WANTED.bot_wrote(at=AT + 2 * HOUR).last_message_at == AT + 2 * HOUR


def test_what_other_software_wrote_has_happened() -> None:
    """Whoever has it, and hands it to nobody; who waits for a person still waits."""
    at = AT + 2 * HOUR
    assert ASKED.disable_rag().app_wrote(at=at).waiting_since is None
    for waits in (WANTED, ASKED.assign(ANN)):
        assert waits.app_wrote(at=at) == replace(waits, last_message_at=at)


@pytest.mark.parametrize("silent", [HELD, ASKED.disable_rag(), ASKED.page_wrote(at=AT)])
def test_the_bot_is_refused_where_it_must_be_silent(silent: Conversation) -> None:
    """Whoever holds the conversation, and also where it is switched off."""
    with pytest.raises(TransitionError, match="the bot may not answer"):
        silent.bot_wrote(at=AT)


def test_who_answers_has_taken_it() -> None:
    """In one step, out of whatever the conversation was."""
    for one in (NEW, ASKED, WANTED, SETTLED, SETTLED.close(BOB)):
        taken = one.human_wrote(ANN, at=AT + 5 * HOUR)
        assert (taken.assigned_admin_id, taken.human_handling) == (ANN, True)
        assert taken.is_open
        assert taken.version == one.version + 1


def test_who_holds_it_answers_without_a_new_version() -> None:
    """It is in no other hands than before."""
    assert HELD.human_wrote(ANN, at=AT + 2 * HOUR).version == HELD.version
    assert HELD.assign(ANN) is HELD


REFUSED: dict[str, Step] = {
    "assign": lambda one: one.assign(BOB),
    "release": lambda one: one.release(BOB),
    "resolve": lambda one: one.resolve(BOB),
    "close": lambda one: one.close(BOB),
    "human_wrote": lambda one: one.human_wrote(BOB, at=AT),
}


@pytest.mark.parametrize("step", REFUSED.values(), ids=REFUSED)
def test_another_admin_is_refused_and_told_who_holds_it(step: Step) -> None:
    """Two must not answer at once."""
    with pytest.raises(HeldError) as caught:
        step(HELD)

    assert caught.value.admin_id == ANN
    assert ANN not in str(caught.value)


def test_it_may_be_taken_over() -> None:
    """By who says so."""
    assert HELD.assign(BOB, take_over=True).assigned_admin_id == BOB
    assert HELD.release(BOB, take_over=True).bot_may_answer
    assert HELD.resolve(BOB, take_over=True).status is Status.RESOLVED
    assert HELD.close(BOB, take_over=True).status is Status.CLOSED


def test_somebody_in_the_page_inbox_takes_it_too() -> None:
    """Any admin may go on from there; one who holds it already keeps it."""
    taken = ASKED.page_wrote(at=AT + HOUR)

    assert (taken.human_handling, taken.assigned_admin_id) == (True, None)
    assert taken.version == ASKED.version + 1
    assert taken.page_wrote(at=AT + 2 * HOUR).version == taken.version
    assert taken.assign(BOB).assigned_admin_id == BOB
    assert HELD.page_wrote(at=AT + 2 * HOUR).assigned_admin_id == ANN
    assert SETTLED.page_wrote(at=AT + 3 * HOUR).status is Status.ACTIVE


def test_a_person_is_wanted_since_the_first_time() -> None:
    """Whatever reason comes later."""
    again = WANTED.escalate("  is angry ", at=AT + 3 * HOUR)

    assert (again.escalated_at, again.escalation_reason) == (AT + HOUR, "is angry")
    assert again.version == WANTED.version == ASKED.version
    assert NEW.escalate("from the panel", at=AT).waiting_since == AT
    assert SETTLED.escalate("once more", at=AT + 9 * HOUR).status is Status.ESCALATED


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_a_reason_must_be_one(reason: str) -> None:
    """Nobody is wanted for nothing."""
    with pytest.raises(InvalidInputError, match="reason"):
        ASKED.escalate(reason, at=AT)


def test_what_no_person_holds_cannot_be_released() -> None:
    """It is the bot's already."""
    with pytest.raises(TransitionError, match="no person holds"):
        ASKED.release(ANN)


def test_what_is_settled_is_opened_by_a_message() -> None:
    """With nothing left of the time before, and the bot has it."""
    for ended in (SETTLED, SETTLED.close(ANN)):
        left = (ended.escalated_at, ended.escalation_reason, ended.assigned_admin_id)
        assert left == (None, None, None)
        opened = ended.user_wrote(at=AT + 9 * HOUR)
        assert (opened.status, opened.waiting_since) == (Status.ACTIVE, AT + 9 * HOUR)
        assert opened.version == ended.version
        assert opened.bot_may_answer


def test_nothing_is_settled_twice() -> None:
    """What is resolved may still be closed; what is closed is closed."""
    closed = SETTLED.close(ANN)
    refused: list[Step] = [lambda one: one.resolve(ANN), lambda one: one.close(ANN)]

    with pytest.raises(TransitionError, match="resolved already"):
        SETTLED.resolve(ANN)
    for step in refused:
        with pytest.raises(TransitionError, match="closed already"):
            step(closed)


def test_the_bot_is_switched_off_and_on() -> None:
    """A person who holds the conversation still does; twice is once."""
    off = HELD.disable_rag()

    assert off.version == HELD.version + 1
    assert off.disable_rag() is off
    assert not off.release(ANN).bot_may_answer
    on = off.enable_rag()
    assert (on.human_handling, on.enable_rag()) == (True, on)


def test_it_goes_back_to_the_bot_when_nobody_writes() -> None:
    """Not while the person waits for an answer, for that was a person's to give."""
    answered = HELD.human_wrote(ANN, at=AT + 2 * HOUR)

    with pytest.raises(TransitionError, match="not over"):
        answered.back_to_bot(AT + 3 * HOUR, after=2 * HOUR)
    assert not answered.user_wrote(at=AT + 3 * HOUR).is_due_back(AT + 99 * HOUR, after=HOUR)
    assert not NEW.assign(ANN).is_due_back(AT, after=HOUR)
    assert not ASKED.bot_wrote(at=AT).is_due_back(AT + 99 * HOUR, after=HOUR)
    back = answered.back_to_bot(AT + 4 * HOUR, after=2 * HOUR)
    assert (back.status, back.human_handling) == (Status.ACTIVE, False)
    assert (back.escalated_at, back.version) == (None, answered.version + 1)


@pytest.mark.parametrize(
    ("hours", "alert"), [(23.99, None), (24, Alert.DAY), (47.99, Alert.DAY), (48, Alert.TWO_DAYS)]
)
def test_who_waits_for_too_long_is_told_of(hours: float, alert: Alert | None) -> None:
    """After a day a bot may not answer any more."""
    assert ASKED.alert(AT + hours * HOUR) is alert
    assert ASKED.bot_wrote(at=AT).alert(AT + 99 * HOUR) is None


@pytest.mark.parametrize("priority", [0, 6, True])
def test_a_priority_is_one_of_five(priority: int) -> None:
    """Neither none nor more."""
    with pytest.raises(InvalidInputError, match="1 to 5"):
        ASKED.set_priority(priority)
    assert ASKED.set_priority(5).priority == 5


STEPS: list[Step] = [
    lambda one: one.user_wrote(at=AT),
    lambda one: one.bot_wrote(at=AT),
    lambda one: one.human_wrote(ANN, at=AT),
    lambda one: one.human_wrote(BOB, at=AT),
    lambda one: one.page_wrote(at=AT),
    lambda one: one.app_wrote(at=AT),
    lambda one: one.escalate("why", at=AT),
    lambda one: one.assign(ANN),
    lambda one: one.assign(BOB, take_over=True),
    lambda one: one.release(ANN),
    lambda one: one.back_to_bot(AT + HOUR, after=HOUR),
    lambda one: one.disable_rag(),
    lambda one: one.enable_rag(),
    lambda one: one.resolve(ANN),
    lambda one: one.close(BOB, take_over=True),
    lambda one: one.set_priority(3),
]


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_whatever_happens(steps: list[Step]) -> None:
    """Whoever is assigned holds it; nobody holds what is settled; new hands are a new version."""
    one = NEW
    for step in steps:
        before = one
        try:
            one = step(one)
        except MessengerError:
            assert one is before
            continue
        assert one.human_handling or one.assigned_admin_id is None
        assert one.is_open or not one.human_handling
        assert (one.escalated_at is not None) is (one.status is Status.ESCALATED)
        hands = {(it.human_handling, it.assigned_admin_id, it.rag_enabled) for it in (before, one)}
        assert one.version - before.version in ({1} if len(hands) == 2 else {0, 1})
