"""The webhooks for users' own tests: signed, escaped, of every kind."""

import json

import pytest

from messengerkit import (
    CommentChange,
    Event,
    InvalidInputError,
    MessageEcho,
    MessageReceived,
    Standby,
    UnknownEvent,
    Webhook,
    events,
    testing,
)

WEBHOOK = Webhook(app_secrets=["secret"], verify_token="verify-me")


def test_it_is_signed_and_escaped_as_meta_does_it() -> None:
    r"""Non-ASCII text is `\u` and lower-case hex, a slash is `\/`, and nothing is blank."""
    item = testing.item(MessageReceived, text="sch\u00f6n/\U0001f600")
    request = testing.webhook(item, secret="secret")
    (event,) = WEBHOOK.receive(request.headers, request.body)

    assert isinstance(event, MessageReceived)
    assert event.text == "sch\u00f6n/\U0001f600"
    assert b'"text":"sch\\u00f6n\\/\\ud83d\\ude00"' in request.body
    assert request.body.isascii()
    assert request.headers["Content-Type"] == "application/json"


def test_items_and_classes_stand_in_the_lists_where_meta_has_them() -> None:
    """Several channels in one entry; the time of changes is told in seconds."""
    request = testing.webhook(
        MessageReceived,
        testing.item(MessageEcho).in_standby(),
        testing.item(events.CallUpdated, event="terminate"),
        CommentChange,
        secret="secret",
        page_id="7",
        platform="instagram",
    )
    body = json.loads(request.body)
    found = WEBHOOK.receive(request.headers, request.body)

    assert [type(event) for event in found] == [
        MessageReceived,
        Standby,
        CommentChange,
        events.CallUpdated,
    ]
    assert {event.page_id for event in found} == {"7"}
    assert {event.platform for event in found} == {"instagram"}
    assert body["entry"][0]["time"] == testing.AT // 1000


def test_fields_are_added_replaced_and_taken_out() -> None:
    """By Meta's names; the example itself stays as it is."""
    item = testing.item(
        MessageReceived, sender_id="1", recipient_id="2", timestamp=5, text=None, quick_reply={}
    )

    assert item.json == {
        "sender": {"id": "1"},
        "recipient": {"id": "2"},
        "timestamp": 5,
        "message": {"mid": "m_1", "quick_reply": {}},
    }
    assert testing.item(MessageReceived).json["message"] == {"mid": "m_1", "text": "Hello"}


def test_what_is_said_of_people_and_times_reaches_changes_and_calls() -> None:
    """By the names that Meta has there."""
    comment = testing.item(CommentChange, sender_id="77", timestamp=5_000).json["value"]
    call = testing.item(events.CallUpdated, sender_id="77", recipient_id="88", timestamp=5_000).json

    assert isinstance(comment, dict)
    assert (comment["from"], comment["created_time"]) == ({"id": "77"}, 5)
    assert (call["from"], call["to"], call["timestamp"]) == ("77", "88", 5)


def test_a_tap_has_no_payload_in_standby() -> None:
    """It is another app's button."""
    tap = testing.item(events.Postback).in_standby().json["postback"]

    assert tap == {"mid": "m_4", "title": "Get Started"}


def test_an_echo_goes_the_other_way() -> None:
    """The page is its sender, the person whom it is for."""
    item = testing.item(MessageEcho)

    assert item.json["sender"] == {"id": testing.PAGE}
    assert item.json["recipient"] == {"id": testing.PERSON}


@pytest.mark.parametrize("kind", [Event, UnknownEvent, Standby, events.OptIn])
def test_a_class_without_an_item_of_its_own_is_refused(kind: type[Event]) -> None:
    """The error says which."""
    with pytest.raises(InvalidInputError, match=f"kind: {kind.__name__} is not the class"):
        testing.item(kind)


def test_any_body_can_be_signed() -> None:
    """Also what is no JSON."""
    request = testing.signed(b"[]", secret="secret")
    (event,) = WEBHOOK.receive(request.headers, request.body)

    assert isinstance(event, UnknownEvent)
