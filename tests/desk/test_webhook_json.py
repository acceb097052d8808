"""Events as the inbox keeps them: whatever came, it is the same event when it is read again."""

import json

import pytest
from desk.kit import AT, PAGE, SECRET, Told, event
from once.graph_play import ANA

from messengerkit import events
from messengerkit import testing as meta
from messengerkit.desk.webhook_json import event_of, inbox_event
from messengerkit.testing._examples import CHANGES, ITEMS

EVERY = [meta.item(kind) for kind in (*ITEMS, *CHANGES, events.CallUpdated)]
OVERHEARD = [meta.item(kind).in_standby() for kind in ITEMS]


@pytest.mark.parametrize("item", [*EVERY, *OVERHEARD])
def test_an_event_is_the_same_again(item: meta.Item) -> None:
    """Its key, its class, and all of its JSON."""
    body = json.loads(meta.webhook(item, events.MessageReceived, secret=SECRET).body)
    came = next(one for one in events.parse_events(body) if one.raw == item.json)

    kept = inbox_event(came, received_at=AT)
    again = event_of(kept)

    assert again == came
    assert (again.key, again.page_id, again.timestamp) == (came.key, PAGE, came.timestamp)
    assert kept.key == came.key


@pytest.mark.parametrize(
    "body",
    [
        5,
        {"object": "page", "entry": [7]},
        {"object": "page", "entry": [{"id": "1", "messaging": [None]}]},
        {"object": "page", "entry": {"id": "1", "sender": {"id": "2"}, "message": {"mid": "m"}}},
        {"object": "page", "entry": [{"id": "1", "field": "feed", "value": {"item": "post"}}]},
    ],
)
def test_what_is_malformed_can_be_read_again(body: object) -> None:
    """It is kept for somebody to look at."""
    (came,) = events.parse_events(body)

    again = event_of(inbox_event(came, received_at=AT))

    assert again.raw == came.raw


@pytest.mark.parametrize(
    ("kind", "told", "person"),
    [
        (events.MessageReceived, Told(), ANA),
        (events.MessageEcho, Told(), ANA),
        (events.MessageEcho, Told(standby=True), ANA),
        (events.MessageEcho, Told(sender="17841400000000000", platform="instagram"), ANA),
        (events.MessageEcho, Told(person=PAGE), ""),
        (events.MessageDelivered, Told(), ANA),
        (events.MessageRead, Told(platform="instagram"), ANA),
        (events.Postback, Told(standby=True), ANA),
        (events.MessageDeleted, Told(sender=PAGE, recipient=ANA), ANA),
        (events.PolicyEnforced, Told(sender=PAGE), ""),
        (events.MessageReceived, Told(person="\0"), ""),
        (events.MessageReceived, Told(person="9" * 256), ""),
    ],
)
def test_whom_an_event_is_about(kind: type[events.Event], told: Told, person: str) -> None:
    """The one of both ends that is not the page; an echo is about whom it is for."""
    assert inbox_event(event(kind, told), received_at=AT).psid == person


def test_a_key_is_one_that_every_database_can_compare() -> None:
    """However long an id is, and whatever stands in it."""
    for mid in ("m" * 300, "m_é", "m_\0", "m_\ud800"):
        kept = inbox_event(event(events.MessageReceived, mid=mid), received_at=AT)
        assert kept.key.startswith("sha256:")
        assert kept.key.isascii()
