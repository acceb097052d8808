"""The reply window: who writes, and when the person last wrote, decide; time is a parameter."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typing_extensions import override

from messengerkit import InvalidInputError, OutsideWindowError, RetiredTagError
from messengerkit.window import (
    HUMAN_AGENT_WINDOW,
    REPLY_WINDOW,
    Author,
    Permit,
    check_tag,
    permit,
    window_closes_at,
)

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

BOT_WITH_FEATURE = (
    "The person last wrote 24 hours ago. A bot may answer for 24 hours only. "
    "Let a human agent answer: agents may do so for 7 days."
)
BOT_WITHOUT_FEATURE = (
    "The person last wrote 47 hours ago. A bot may answer for 24 hours only. "
    "Wait until the person writes again. Human agents may answer for 7 days, "
    'but only if the app has Meta\'s "Human Agent" feature.'
)
HUMAN_WITHOUT_FEATURE = (
    'The person last wrote {days} days ago. Without Meta\'s "Human Agent" feature, '
    "agents may answer for 24 hours only. Wait until the person writes again, or "
    "ask Meta to grant the app the feature: with it, agents may answer for 7 days."
)
TOO_LATE = (
    "The person last wrote {days} days ago. Meta lets nobody answer later than 7 days after "
    "that. Wait until the person writes again, or reach the person another way."
)

FAR = st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
AGES = st.timedeltas(min_value=-30 * DAY, max_value=30 * DAY)


class Summer(tzinfo):
    """A zone an hour ahead of UTC whose clocks go forward on 2026-03-29."""

    @override
    def utcoffset(self, dt: datetime | None, /) -> timedelta:
        return HOUR + self.dst(dt)

    @override
    def dst(self, dt: datetime | None, /) -> timedelta:
        assert dt is not None
        return HOUR if dt.replace(tzinfo=None) >= datetime(2026, 3, 29, 2) else timedelta()  # noqa: DTZ001  # a zone is asked with the clock on its wall

    @override
    def tzname(self, dt: datetime | None, /) -> str:
        return "summer" if self.dst(dt) else "winter"


def allowed(author: Author, age: timedelta, *, human_agent: bool = False) -> Permit:
    """Return the permit for words of *author*, *age* after the person last wrote."""
    return permit(author=author, last_user_message_at=NOW - age, now=NOW, human_agent=human_agent)


def refused(author: Author, age: timedelta, *, human_agent: bool = False) -> str:
    """Return the text of the refusal."""
    with pytest.raises(OutsideWindowError) as caught:
        allowed(author, age, human_agent=human_agent)
    return str(caught.value)


@pytest.mark.parametrize("human_agent", [False, True])
@pytest.mark.parametrize("author", Author)
@pytest.mark.parametrize("age", [timedelta(), HOUR, DAY - TICK])
def test_inside_24_hours_anybody_responds(
    *, author: Author, age: timedelta, human_agent: bool
) -> None:
    """No tag is used where none is needed, and the permit ends 24 hours after the words."""
    assert allowed(author, age, human_agent=human_agent) == Permit(
        messaging_type="RESPONSE", tag=None, until=NOW - age + DAY
    )


@pytest.mark.parametrize("age", [DAY, DAY + TICK, 3 * DAY, 7 * DAY - TICK])
def test_from_24_hours_to_7_days_only_a_human_agent_answers(age: timedelta) -> None:
    """It takes a human author and the feature; the permit ends 7 days after the words."""
    assert allowed(Author.HUMAN, age, human_agent=True) == Permit(
        messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT", until=NOW - age + 7 * DAY
    )


@pytest.mark.parametrize(
    ("author", "human_agent", "age", "text"),
    [
        (Author.BOT, True, DAY, BOT_WITH_FEATURE),
        (Author.BOT, False, 2 * DAY - TICK, BOT_WITHOUT_FEATURE),
        (Author.HUMAN, False, 2 * DAY, HUMAN_WITHOUT_FEATURE.format(days=2)),
        (Author.HUMAN, False, 7 * DAY - TICK, HUMAN_WITHOUT_FEATURE.format(days=6)),
    ],
)
def test_a_refusal_says_how_long_ago_and_why_and_what_to_do(
    *, author: Author, human_agent: bool, age: timedelta, text: str
) -> None:
    """The text fits who writes and what the app may do, and proposes nothing refused as well."""
    assert refused(author, age, human_agent=human_agent) == text


@pytest.mark.parametrize("human_agent", [False, True])
@pytest.mark.parametrize("author", Author)
@pytest.mark.parametrize(("age", "days"), [(7 * DAY, 7), (7 * DAY + TICK, 7), (400 * DAY, 400)])
def test_from_7_days_on_nobody_answers(
    *, author: Author, human_agent: bool, age: timedelta, days: int
) -> None:
    """Whoever writes: the text is the same, and does not send anybody to a human agent."""
    assert refused(author, age, human_agent=human_agent) == TOO_LATE.format(days=days)


def test_a_refusal_of_our_own_has_no_code_and_is_final() -> None:
    """It is told from Meta's own by the code, and is not worth a repetition."""
    with pytest.raises(OutsideWindowError) as caught:
        allowed(Author.BOT, DAY)

    assert (caught.value.code, caught.value.subcode, caught.value.retryable) == (None, None, False)


@given(author=st.sampled_from(Author), age=AGES, human_agent=st.booleans())
@example(author=Author.HUMAN, age=REPLY_WINDOW, human_agent=True)
@example(author=Author.HUMAN, age=HUMAN_AGENT_WINDOW, human_agent=True)
@example(author=Author.HUMAN, age=REPLY_WINDOW - TICK, human_agent=True)
def test_a_permit_keeps_metas_rules(*, author: Author, age: timedelta, human_agent: bool) -> None:
    """Either a permit whose rules hold, or a refusal; HUMAN_AGENT only ever for a person.

    The closing time agrees: no panel shows time left for what would be refused.
    """
    late = max(age, timedelta())
    closes = window_closes_at(NOW - late, author=author, human_agent=human_agent)
    try:
        permitted = allowed(author, age, human_agent=human_agent)
    except OutsideWindowError:
        assert late >= (HUMAN_AGENT_WINDOW if human_agent and author is Author.HUMAN else DAY)
        assert closes <= NOW
        return

    assert closes > NOW
    if permitted.tag is None:
        assert permitted.messaging_type == "RESPONSE"
        assert late < REPLY_WINDOW
        assert permitted.until == NOW - late + REPLY_WINDOW
    else:
        assert (permitted.messaging_type, permitted.tag) == ("MESSAGE_TAG", "HUMAN_AGENT")
        assert author is Author.HUMAN
        assert human_agent
        assert REPLY_WINDOW <= late < HUMAN_AGENT_WINDOW
        assert permitted.until == closes


@given(last=st.datetimes(timezones=FAR), now=st.datetimes(timezones=FAR))
@example(last=datetime.min.replace(tzinfo=timezone(HOUR)), now=NOW)
@example(last=NOW, now=datetime.max.replace(tzinfo=UTC))
def test_no_time_escapes_the_tree_of_errors(last: datetime, now: datetime) -> None:
    """Any aware times give a permit or one of our errors, to the ends of the calendar."""
    with suppress(OutsideWindowError, InvalidInputError):
        permitted = permit(author=Author.HUMAN, last_user_message_at=last, now=now)

        assert permitted.until is not None
        assert now < permitted.until <= now + DAY


@pytest.mark.parametrize("author", Author)
def test_without_a_known_time_meta_decides(author: Author) -> None:
    """Who keeps no times still sends, as RESPONSE, and nobody claims to know the end."""
    permitted = permit(author=author, last_user_message_at=None, now=NOW, human_agent=True)

    assert permitted == Permit(messaging_type="RESPONSE", tag=None, until=None)


@pytest.mark.parametrize("ahead", [TICK, HOUR, 30 * DAY])
def test_a_time_in_the_future_counts_as_now(ahead: timedelta) -> None:
    """A clock that is ahead gives nobody more than 24 hours."""
    assert allowed(Author.BOT, -ahead).until == NOW + DAY


def test_summer_time_neither_opens_nor_closes_the_window() -> None:
    """Hours are counted, not what the clock on the wall shows."""
    zone = Summer()
    last = datetime(2026, 3, 28, 12, tzinfo=zone)
    closes = datetime(2026, 3, 29, 11, tzinfo=UTC)
    before = datetime(2026, 3, 29, 12, 59, tzinfo=zone)  # 23 h 59 min later

    assert permit(author=Author.BOT, last_user_message_at=last, now=before) == Permit(
        messaging_type="RESPONSE", tag=None, until=closes
    )
    assert window_closes_at(last, author=Author.BOT, human_agent=False) == closes
    with pytest.raises(OutsideWindowError, match="24 hours ago"):
        permit(author=Author.BOT, last_user_message_at=last, now=before + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("author", "human_agent", "length"),
    [
        (Author.BOT, False, DAY),
        (Author.BOT, True, DAY),
        (Author.HUMAN, False, DAY),
        (Author.HUMAN, True, 7 * DAY),
    ],
)
def test_the_window_closes_24_hours_or_7_days_later(
    *, author: Author, human_agent: bool, length: timedelta
) -> None:
    """Seven days take a human author and the feature; the answer is in UTC."""
    closes = window_closes_at(NOW, author=author, human_agent=human_agent)

    assert closes == NOW + length
    assert closes.tzinfo is UTC


NAIVE = NOW.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("now", lambda: permit(author=Author.BOT, last_user_message_at=NOW, now=NAIVE)),
        ("now", lambda: permit(author=Author.BOT, last_user_message_at=None, now=NAIVE)),
        (
            "last_user_message_at",
            lambda: permit(author=Author.BOT, last_user_message_at=NAIVE, now=NOW),
        ),
        (
            "last_user_message_at",
            lambda: window_closes_at(NAIVE, author=Author.BOT, human_agent=False),
        ),
        (
            "last_user_message_at",
            lambda: window_closes_at(
                datetime.max.replace(tzinfo=UTC), author=Author.BOT, human_agent=False
            ),
        ),
    ],
)
def test_a_naive_or_absurd_time_is_refused_by_name(field: str, make: Callable[[], object]) -> None:
    """A time without a zone may be hours off, which is no way to keep a limit of 24."""
    with pytest.raises(InvalidInputError, match=f"^{field}: must be an aware datetime") as caught:
        make()

    assert caught.value.field == field


def test_a_permit_names_the_fields_of_the_send_api() -> None:
    """`tag` is there only where there is one."""
    assert allowed(Author.BOT, HOUR).to_graph() == {"messaging_type": "RESPONSE"}
    assert allowed(Author.HUMAN, 2 * DAY, human_agent=True).to_graph() == {
        "messaging_type": "MESSAGE_TAG",
        "tag": "HUMAN_AGENT",
    }


@pytest.mark.parametrize("tag", ["HUMAN_AGENT", "CUSTOMER_FEEDBACK"])
def test_a_living_tag_passes(tag: str) -> None:
    """Meta still takes these two."""
    check_tag(tag)


@pytest.mark.parametrize(
    ("since", "tags"),
    [
        ("2026-04-27", "ACCOUNT_UPDATE CONFIRMED_EVENT_UPDATE POST_PURCHASE_UPDATE"),
        ("2020-03", "APPLICATION_UPDATE APPOINTMENT_UPDATE BUSINESS_PRODUCTIVITY COMMUNITY_ALERT"),
        ("2020-03", "CONFIRMED_EVENT_REMINDER FEATURE_FUNCTIONALITY_UPDATE GAME_EVENT"),
        ("2020-03", "ISSUE_RESOLUTION NON_PROMOTIONAL_SUBSCRIPTION PAIRING_UPDATE PAYMENT_UPDATE"),
        ("2020-03", "PERSONAL_FINANCE_UPDATE RESERVATION_UPDATE SHIPPING_UPDATE TICKET_UPDATE"),
        ("2020-03", "TRANSPORTATION_UPDATE"),
    ],
)
def test_a_retired_tag_is_refused_with_its_date(since: str, tags: str) -> None:
    """Nobody has to look up why Meta's "Invalid parameter" came."""
    for tag in tags.split():
        with pytest.raises(RetiredTagError) as caught:
            check_tag(tag)

        assert str(caught.value) == f"Meta has refused the message tag {tag} since {since}."
        assert caught.value.code is None


@pytest.mark.parametrize("tag", ["", "human_agent", "UPDATE", "HUMAN_AGENT "])
def test_a_word_that_never_was_a_tag_is_invalid(tag: str) -> None:
    """A misspelt tag is the caller's error, and names the tags there are."""
    with pytest.raises(InvalidInputError, match="CUSTOMER_FEEDBACK, HUMAN_AGENT") as caught:
        check_tag(tag)

    assert caught.value.field == "tag"
