"""Each kind of event: its class, its fields, and what becomes of fields that are not as said."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from fuzz.targets import every_class

from messengerkit import events, parse_events, testing
from messengerkit._inbound import Inbound
from messengerkit.events._changes import CHANGES
from messengerkit.events._kinds import MESSAGING_FIELDS

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


def made(kind: type[events.Event], **fields: object) -> events.Event:
    """Return the event that the example of *kind* becomes."""
    request = testing.webhook(
        testing.item(kind, sender_id=None, recipient_id=None, timestamp=testing.AT, **fields),
        secret="secret",
    )
    (event,) = parse_events(decoded(request.body))
    return event


def decoded(body: bytes) -> object:
    """Return the JSON of *body*."""
    value: object = json.loads(body)
    return value


def of_a_kind() -> Iterator[type[events.Event]]:
    """Return the classes of items of their own."""
    parents = {
        events.Event,
        events.UnknownEvent,
        events.Standby,
        events.MessageEvent,
        events.OptIn,
        events.ThreadControl,
    }
    for cls in every_class():
        if issubclass(cls, events.Event) and cls not in parents:
            yield cls


@pytest.mark.parametrize("kind", [*of_a_kind()], ids=lambda kind: kind.__name__)
def test_each_kind_has_its_class_and_every_example_field_is_read(kind: type[events.Event]) -> None:
    """The example of a kind becomes exactly that class, whole and readable."""
    event = made(kind)

    assert type(event) is kind
    assert event.unreadable() == ()
    assert event.page_id == testing.PAGE
    assert event.timestamp == MIDNIGHT


FIELDS: dict[type[events.Event], dict[str, object]] = {
    events.MessageReceived: {"mid": "m_1", "text": "Hello", "attachments": (), "reply_to": None},
    events.MessageEcho: {"mid": "m_3", "app_id": 815000000000001, "metadata": None},
    events.MessageDeleted: {"mid": "m_1"},
    events.MessageEdited: {"mid": "m_1", "text": "Hello!", "number": 1},
    events.MessageDelivered: {"mids": ("m_3",), "watermark": MIDNIGHT},
    events.MessageRead: {"watermark": MIDNIGHT, "mid": None},
    events.MessageReaction: {
        "mid": "m_3",
        "action": "react",
        "reaction": "love",
        "emoji": "\u2764",
    },
    events.Postback: {"mid": "m_4", "title": "Get Started", "payload": "START", "referral": None},
    events.PluginOptIn: {"ref": "checkout", "user_ref": "order-1", "sender_id": None},
    events.OneTimeOptIn: {"payload": "RESTOCK", "token": "one-time-token"},
    events.NotificationOptIn: {
        "token": "notification-token",
        "timezone": "Asia/Yangon",
        "token_expires_at": datetime(2027, 1, 1, tzinfo=UTC),
        "token_status": "NOT_REFRESHED",
        "status": None,
    },
    events.CouponRevealed: {"type": "coupon", "payload": "AUTUMN", "coupon_code": "10PERCENT"},
    events.AccountLinked: {"status": "linked", "authorization_code": "your-own-code"},
    events.AccountUnlinked: {"status": "unlinked"},
    events.ThreadControlPassed: {
        "previous_owner_app_id": 263902037430900,
        "new_owner_app_id": 815000000000001,
        "metadata": "for the bot",
    },
    events.ThreadControlTaken: {"previous_owner_app_id": 815000000000001},
    events.ThreadControlRequested: {"requested_owner_app_id": 263902037430900},
    events.AppRolesChanged: {"roles": {"815000000000001": ("primary_receiver",)}},
    events.PolicyEnforced: {"action": "block", "reason": "Spam", "sender_id": None},
    events.ResponseRated: {"mid": "m_3", "feedback": "Good response"},
    events.FormSubmitted: {"form_id": "90000000000001"},
    events.CallUpdated: {
        "call_id": "c_1",
        "event": "connect",
        "direction": "user_initiated",
        "sender_id": testing.PERSON,
        "recipient_id": testing.PAGE,
    },
    events.CallPermissionAnswered: {
        "response": "approve",
        "expires_at": datetime(2026, 1, 8, tzinfo=UTC),
    },
    events.GamePlayed: {"score": 12, "context_type": "SOLO"},
    events.CheckoutUpdated: {"payload": "TEA", "shipping_address": {"id": 1, "country": "MM"}},
    events.Change: {"field": "ratings", "author_id": None, "author_name": None},
    events.FeedChange: {
        "item": "reaction",
        "reaction_type": "love",
        "author_id": testing.PERSON,
        "author_name": "A. Person",
        "is_published": None,
    },
    events.CommentChange: {
        "comment_id": "104000000000001_700000000000001_1",
        "message": "What does it cost?",
        "verb": "add",
    },
    events.InstagramComment: {
        "comment_id": "17870000000000001",
        "text": "Nice!",
        "media_id": "17900000000000001",
        "author_name": "a.person",
    },
    events.Mentioned: {"post_id": "104000000000001_700000000000001", "verb": "add"},
    events.LeadSubmitted: {"leadgen_id": "444000000000001", "form_id": "555000000000001"},
    events.LabelChanged: {"user_id": testing.PERSON, "action": "add"},
    events.TemplateStatusChanged: {"event": "APPROVED", "template_name": "order_ready"},
}


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
def test_the_fields_of_each_kind(kind: type[events.Event]) -> None:
    """Its fields are read in English, in their types."""
    event = made(kind)

    assert {name: getattr(event, name) for name in FIELDS[kind]} == FIELDS[kind]


def test_the_parts_of_a_message() -> None:
    """What it answers, where it came from, what was tapped or commanded."""
    event = made(
        events.MessageReceived,
        quick_reply={"payload": "YES"},
        reply_to={"mid": "m_0", "is_self_reply": True, "story": {"id": 5, "url": "https://s"}},
        referral={"product": {"id": 17}},
        commands=[{"name": "menu"}],
        nlp={"intents": []},
    )

    assert isinstance(event, events.MessageReceived)
    assert event.quick_reply_payload == "YES"
    assert event.reply_to is not None
    assert (event.reply_to.mid, event.reply_to.is_self_reply) == ("m_0", True)
    assert event.reply_to.story is not None
    assert (event.reply_to.story.id, event.reply_to.story.url) == ("5", "https://s")
    assert event.referral is not None
    assert event.referral.product_id == "17"
    assert [command.name for command in event.commands] == ["menu"]
    assert event.nlp == {"intents": []}
    assert event.prior_message is None


def test_the_first_message_after_a_plugin() -> None:
    """What was sent before is told beside the message."""
    item = testing.item(events.MessageReceived).json | {
        "prior_message": {"source": "checkbox_plugin", "identifier": "order-1"}
    }
    (event,) = parse_events({"entry": [{"messaging": [item]}]})

    assert isinstance(event, events.MessageReceived)
    assert event.prior_message is not None
    assert event.prior_message.identifier == "order-1"


def test_a_person_of_the_checkbox_plugin_has_a_reference() -> None:
    """Who has no PSID yet is known by the plugin's own name."""
    item = {"sender": {"user_ref": "order-1"}, "postback": {"payload": "START"}}
    (event,) = parse_events({"entry": [{"messaging": [item]}]})

    assert (event.sender_id, event.user_ref) == (None, "order-1")


def test_a_referral_of_an_ad() -> None:
    """The ad, what your link says, and more about the ad; a lead ad's answers beside it."""
    item = testing.item(events.ReferralReceived).json | {
        "lead": {"data": [{"question": "Size?", "answer": "M"}]}
    }
    (event,) = parse_events({"entry": [{"messaging": [item]}]})

    assert isinstance(event, events.ReferralReceived)
    assert (event.referral.ref, event.referral.source) == ("summer", "ADS")
    assert event.referral.ads_context is not None
    assert event.referral.ads_context.ad_title == "Summer"
    assert [(one.question, one.answer) for one in event.lead] == [("Size?", "M")]


def test_answers_of_a_feedback_template() -> None:
    """One for each question, whatever you called it."""
    event = made(events.FeedbackReceived)

    assert isinstance(event, events.FeedbackReceived)
    (answer,) = event.answers
    assert (answer.question, answer.type, answer.payload) == ("rating", "csat", "4")
    assert answer.follow_up == "Quick!"
    assert repr(answer) == "FeedbackAnswer(question='rating', type='csat')"


def test_what_a_person_entered() -> None:
    """Field by field, of all screens."""
    event = made(events.CustomerInformationReceived)

    assert isinstance(event, events.CustomerInformationReceived)
    assert [(one.key, one.value) for one in event.responses] == [("city", "Yangon")]


def test_a_cart() -> None:
    """Its lines, with exact prices."""
    event = made(events.OrderPlaced)

    assert isinstance(event, events.OrderPlaced)
    (line,) = event.products
    assert (line.id, line.retailer_id, line.quantity) == ("70000000000001", "tea-1", 2)
    assert (line.unit_price, line.currency, event.note) == (Decimal("4.5"), "EUR", "No sugar")


@pytest.mark.parametrize("kind", [events.PaymentReceived, events.PreCheckout])
def test_a_payment(kind: type[events.PaymentReceived | events.PreCheckout]) -> None:
    """Sums are exact."""
    event = made(kind)

    assert isinstance(event, events.PaymentReceived | events.PreCheckout)
    assert event.amount is not None
    assert (event.amount.amount, event.amount.currency) == (Decimal("4.50"), "EUR")


def test_a_label() -> None:
    """What it says."""
    event = made(events.LabelChanged)

    assert isinstance(event, events.LabelChanged)
    assert event.label is not None
    assert (event.label.id, event.label.name) == ("1", "regular")


def test_an_opt_in_of_a_kind_to_come() -> None:
    """It is an opt-in all the same."""
    event = made(events.OneTimeOptIn, type="something_new")

    assert type(event) is events.OptIn
    assert event.type == "something_new"


@pytest.mark.parametrize("key", ["policy_enforcement", "policy-enforcement"])
def test_a_policy_event_of_any_age(key: str) -> None:
    """Before 2019 the key had a hyphen."""
    (event,) = parse_events({"entry": [{"messaging": [{key: {"action": "warning"}}]}]})

    assert isinstance(event, events.PolicyEnforced)
    assert event.action == "warning"


def test_the_dashboards_test_button() -> None:
    """It sends a change, with the event as its value or only with the page's id."""
    sent = {"sender": {"id": "1"}, "recipient": {"id": "2"}, "timestamp": "1527459824"}
    whole = {"field": "messages", "value": sent | {"message": {"mid": "m", "text": "t"}}}
    empty = {"field": "messages", "value": {"page_id": "104"}}
    message, change = parse_events({"entry": [{"id": "0", "changes": [whole, empty]}]})

    assert isinstance(message, events.MessageReceived)
    assert (message.sender_id, message.text, message.dump()) == ("1", "t", whole)
    assert message.timestamp is not None
    assert message.timestamp.year == 2018
    assert type(change) is events.Change
    assert change.dump() == empty


@pytest.mark.parametrize("change", [{"value": {}}, {"field": 5}])
def test_a_change_must_say_what_changed(change: dict[str, object]) -> None:
    """Without a field it is unknown."""
    (event,) = parse_events({"entry": [{"changes": [change]}]})

    assert isinstance(event, events.UnknownEvent)
    assert event.reason == "the change has no field"


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_the_value_of_a_change_may_be_anything(value: object) -> None:
    """Some products have a list or a text there."""
    (event,) = parse_events({"entry": [{"changes": [{"field": "feed", "value": value}]}]})

    assert type(event) is events.FeedChange
    assert (event.value, event.item) == (value, None)


def test_two_equal_changes_at_two_times_are_two() -> None:
    """A label that is put on, taken off and put on again."""
    change = testing.item(events.LabelChanged)
    first, again, later = (
        parse_events(decoded(testing.webhook(change, secret="s", time=time).body))[0]
        for time in (1_000, 1_000, 9_000)
    )

    assert first.key == again.key
    assert first.key != later.key


@pytest.mark.parametrize("kind", [events.FeedChange, events.CommentChange])
def test_a_change_that_says_when_it_happened_is_one_however_often_it_is_told(
    kind: type[events.Change],
) -> None:
    """The time of the entry is when Meta told, which may be later the second time."""
    first, again = (
        parse_events(decoded(testing.webhook(kind, secret="s", time=time).body))[0]
        for time in (1_000, 9_000)
    )

    assert first.key == again.key


@pytest.mark.parametrize(("field", "cls"), CHANGES.items())
def test_each_field_of_changes_has_its_class(field: str, cls: type[events.Change]) -> None:
    """Whatever the value is."""
    change = {"field": field, "value": {"any": 1}}
    (event,) = parse_events({"entry": [{"changes": [change]}]})

    assert type(event) is cls


@pytest.mark.parametrize("field", sorted(MESSAGING_FIELDS - {"standby"}))
def test_each_field_of_messaging_may_come_as_a_change(field: str) -> None:
    """With the whole event as its value, as Instagram Login has it."""
    value = testing.item(events.Postback).json
    (event,) = parse_events({"entry": [{"changes": [{"field": field, "value": value}]}]})

    assert isinstance(event, events.Postback)
    assert event.payload == "START"


def test_changes_of_old_have_other_names() -> None:
    """The author, the comment and the media have had two names each."""
    values = [
        {"sender_id": 7, "sender_name": "A. Person", "published": 1, "item": "photo"},
        {"comment_id": 8, "media_id": 9},
    ]
    fields = ("feed", "comments")
    changes = [{"field": f, "value": v} for f, v in zip(fields, values, strict=True)]
    feed, comment = parse_events({"entry": [{"changes": changes}]})

    assert isinstance(feed, events.FeedChange)
    assert (feed.author_id, feed.author_name, feed.is_published) == ("7", "A. Person", True)
    assert isinstance(comment, events.InstagramComment)
    assert (comment.comment_id, comment.media_id) == ("8", "9")


def test_hops_may_stand_in_the_event() -> None:
    """Meta has them there, or around it."""
    item = testing.item(events.MessageReceived).json | {"hop_context": [{"app_id": "7"}]}
    (event,) = parse_events({"entry": [{"messaging": [item]}]})

    assert [hop.app_id for hop in event.hops] == [7]


def test_no_repr_shows_a_secret() -> None:
    """Neither a token, nor a code, nor what a person wrote."""
    for kind in (
        events.OneTimeOptIn,
        events.NotificationOptIn,
        events.AccountLinked,
        events.CouponRevealed,
        events.PaymentReceived,
    ):
        shown = repr(made(kind))
        assert not any(word in shown for word in ("-token", "your-own-code", "10PERCENT", "ch_1"))


def test_standby_wraps_what_another_app_is_to_answer() -> None:
    """It is no message, so that a bot does not answer it; what happened is inside."""
    request = testing.webhook(
        testing.item(events.MessageReceived).in_standby(),
        testing.item(events.MessageReceived),
        secret="secret",
    )
    message, standby = parse_events(decoded(request.body))

    assert isinstance(standby, events.Standby)
    assert standby.event == message
    assert standby.key == f"{message.key}:standby"
    assert (standby.sender_id, standby.timestamp) == (message.sender_id, message.timestamp)
    assert repr(standby) == f"Standby(event={message!r})"


def test_standby_by_the_test_button() -> None:
    """It comes as a change there, too."""
    value = testing.item(events.MessageReceived).json
    (event,) = parse_events({"entry": [{"changes": [{"field": "standby", "value": value}]}]})

    assert isinstance(event, events.Standby)
    assert isinstance(event.event, events.MessageReceived)


def test_what_cannot_be_read_costs_the_field_alone() -> None:
    """A field in a type that it does not have is None, is named, and stays in the JSON."""
    event = made(
        events.MessageEcho, text=5, app_id="no number", is_self="yes", attachments=[None, 5]
    )

    assert isinstance(event, events.MessageEcho)
    assert (event.text, event.app_id, event.is_self, event.attachments) == (None, None, False, ())
    assert set(event.unreadable()) == {"text", "app_id", "is_self", "attachments"}
    assert made(events.MessageEcho, text="", is_self=False).unreadable() == ()
    assert made(events.MessageEcho, text=False, is_self="true").unreadable() == ("text",)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (4.5, Decimal("4.5")),
        (4, Decimal(4)),
        ("-4.50", Decimal("-4.50")),
        ("1e5", None),
        ("NaN", None),
        ("\u0664", None),
        (0.00005, Decimal("0.00005")),
        (float("inf"), None),
        (True, None),
        ("", None),
        (".", None),
        (None, None),
    ],
)
def test_sums(sent: object, read: Decimal | None) -> None:
    """Only plain decimal numbers are sums."""
    assert events.Money({"amount": sent}).amount == read


@pytest.mark.parametrize("cls", [*every_class()], ids=lambda cls: cls.__name__)
def test_no_class_has_room_for_more_than_its_fields(cls: type[Inbound]) -> None:
    """An event is small: it has slots, and no dictionary."""
    assert all("__slots__" in vars(one) for one in cls.__mro__[:-1])


def test_parts_are_values() -> None:
    """Values made of equal JSON are equal, and can be in a set; of others, they are not."""
    one, same = events.Money({"amount": 1}), events.Money({"amount": 1})

    assert len({one, same, events.Money({"amount": 2})}) == 2
    assert one != events.Product({"amount": 1})
    food, service = (events.FeedbackAnswer({"payload": "4"}, name) for name in ("food", "service"))
    assert len({food, service}) == 2
    assert one.dump() == {"amount": 1}
    assert isinstance(events.Money.amount, type(events.Money.currency))
