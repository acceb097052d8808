"""Floor 1: the reply window: whether a message may be sent now, and as what; no clock is read.

`messaging_type` and `tag` follow from who writes and from when the person last wrote.
They are never constants: a tag that is stamped on every message breaks Meta's policy
when a bot writes, and breaks every send when Meta retires the tag.

Platform pages: /docs/messenger-platform/policy/policy-overview for the windows,
/docs/messenger-platform/send-messages/message-tags for the tags.
"""

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Literal

from ._author import Author
from .errors import InvalidInputError, OutsideWindowError, RetiredTagError

__all__ = (
    "HUMAN_AGENT_WINDOW",
    "REPLY_WINDOW",
    "Author",
    "Permit",
    "check_tag",
    "permit",
    "window_closes_at",
)

REPLY_WINDOW = timedelta(hours=24)
"""How long anybody may answer after the person last wrote; at 24 hours it is over."""

HUMAN_AGENT_WINDOW = timedelta(days=7)
"""How long a human agent may answer, if Meta granted the app its "Human Agent" feature."""

_TAGS = ("CUSTOMER_FEEDBACK", "HUMAN_AGENT")
_RETIRED = dict.fromkeys(
    ("ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"), "2026-04-27"
) | dict.fromkeys(
    (
        "APPLICATION_UPDATE",
        "APPOINTMENT_UPDATE",
        "BUSINESS_PRODUCTIVITY",
        "COMMUNITY_ALERT",
        "CONFIRMED_EVENT_REMINDER",
        "FEATURE_FUNCTIONALITY_UPDATE",
        "GAME_EVENT",
        "ISSUE_RESOLUTION",
        "NON_PROMOTIONAL_SUBSCRIPTION",
        "PAIRING_UPDATE",
        "PAYMENT_UPDATE",
        "PERSONAL_FINANCE_UPDATE",
        "RESERVATION_UPDATE",
        "SHIPPING_UPDATE",
        "TICKET_UPDATE",
        "TRANSPORTATION_UPDATE",
    ),
    "2020-03",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What a message may be sent as.

    Attributes:
        messaging_type: `RESPONSE`, or `MESSAGE_TAG` with a tag.
        tag: The tag, or None if none is needed.
        until: When this permit ends, in UTC; at that moment it is over. None: not known.
    """

    messaging_type: Literal["RESPONSE", "MESSAGE_TAG"]
    tag: Literal["HUMAN_AGENT"] | None
    until: datetime | None

    def to_graph(self) -> dict[str, object]:
        """Return the fields that stand beside `recipient` and `message` in a send."""
        fields: dict[str, object] = {"messaging_type": self.messaging_type}
        return fields if self.tag is None else fields | {"tag": self.tag}


def permit(
    *,
    author: Author,
    last_user_message_at: datetime | None,
    now: datetime,
    human_agent: bool = False,
) -> Permit:
    """Return what a message of *author* may be sent as at *now*.

    Args:
        author: Who wrote the words.
        last_user_message_at: When the person last wrote, tapped or reacted. None if it is
            not known: then Meta decides. A time after *now*, from a clock that is ahead,
            counts as *now*.
        now: The time of the send.
        human_agent: Whether Meta granted the app its "Human Agent" feature.

    Raises:
        OutsideWindowError: If it may not be sent; the text is for a human agent to read.
        InvalidInputError: If a time is naive; it names the field.
    """
    moment = _utc(now, "now")
    if last_user_message_at is None:
        return Permit(messaging_type="RESPONSE", tag=None, until=None)
    last = min(_utc(last_user_message_at, "last_user_message_at"), moment)
    age = moment - last
    if age < REPLY_WINDOW:
        return Permit(messaging_type="RESPONSE", tag=None, until=last + REPLY_WINDOW)
    end = window_closes_at(last, author=author, human_agent=human_agent)
    if moment < end:
        return Permit(messaging_type="MESSAGE_TAG", tag="HUMAN_AGENT", until=end)
    raise OutsideWindowError(_refusal(author, age, human_agent=human_agent))


def window_closes_at(
    last_user_message_at: datetime, *, author: Author, human_agent: bool
) -> datetime:
    """Return when *author* may no longer answer, in UTC; at that moment it is too late.

    Args:
        last_user_message_at: When the person last wrote, tapped or reacted.
        author: Who would write.
        human_agent: Whether Meta granted the app its "Human Agent" feature.

    Raises:
        InvalidInputError: If the time is naive; it names the field.
    """
    long = human_agent and author is Author.HUMAN
    last = _utc(last_user_message_at, "last_user_message_at")
    return last + (HUMAN_AGENT_WINDOW if long else REPLY_WINDOW)


def check_tag(tag: str) -> None:
    """Refuse a message tag that Meta would refuse; `HUMAN_AGENT` and `CUSTOMER_FEEDBACK` pass.

    Raises:
        RetiredTagError: If Meta retired it; the text says when.
        InvalidInputError: If it never was a tag; its field is `tag`.
    """
    if tag in _RETIRED:
        msg = f"Meta has refused the message tag {tag} since {_RETIRED[tag]}."
        raise RetiredTagError(msg)
    if tag not in _TAGS:
        msg = f"tag: must be one of {', '.join(_TAGS)}"
        raise InvalidInputError(msg, field="tag")


def _utc(moment: datetime, field: str) -> datetime:
    """Return *moment* in UTC: between two times of one zone, Python overlooks summer time."""
    # The first and the last year are left out, so that no window can overflow the calendar.
    if moment.utcoffset() is None or not MINYEAR < moment.year < MAXYEAR:
        msg = f"{field}: must be an aware datetime of the years {MINYEAR + 1} to {MAXYEAR - 1}"
        raise InvalidInputError(msg, field=field)
    return moment.astimezone(UTC)


def _refusal(author: Author, age: timedelta, *, human_agent: bool) -> str:
    """Return how long ago it was, why that is too long, and what is left to do."""
    if age >= HUMAN_AGENT_WINDOW:
        rest = (
            "Meta lets nobody answer later than 7 days after that. "
            "Wait until the person writes again, or reach the person another way."
        )
    elif author is Author.HUMAN:
        rest = (
            'Without Meta\'s "Human Agent" feature, agents may answer for 24 hours only. '
            "Wait until the person writes again, or ask Meta to grant the app the feature: "
            "with it, agents may answer for 7 days."
        )
    elif human_agent:
        rest = (
            "A bot may answer for 24 hours only. "
            "Let a human agent answer: agents may do so for 7 days."
        )
    else:
        rest = (
            "A bot may answer for 24 hours only. Wait until the person writes again. "
            'Human agents may answer for 7 days, but only if the app has Meta\'s "Human Agent" '
            "feature."
        )
    return f"The person last wrote {_in_words(age)} ago. {rest}"


def _in_words(age: timedelta) -> str:
    """Return *age*, a day or more, rounded down: "31 hours", "3 days"."""
    return f"{age.days} days" if age.days > 1 else f"{age // timedelta(hours=1)} hours"
