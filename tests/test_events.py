"""Webhook bodies into events: every item, typed or kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import (
    Event,
    MessageEcho,
    MessageReceived,
    Postback,
    UnknownEvent,
    parse_events,
)

MESSAGE: dict[str, object] = {
    "sender": {"id": "24"},
    "recipient": {"id": "104"},
    "timestamp": 1767225599999,
    "message": {"mid": "m_1", "text": "hi", "nlp": {"intents": []}},
}
ECHO: dict[str, object] = {
    "sender": {"id": "104"},
    "recipient": {"id": "24"},
    "timestamp": 1767225599999,
    "message": {"mid": "m_2", "is_echo": True, "app_id": 815, "metadata": "mk", "text": "hello"},
}
POSTBACK: dict[str, object] = {
    "sender": {"id": "24"},
    "recipient": {"id": "104"},
    "timestamp": 1767225599999,
    "postback": {"mid": "m_3", "title": "Start", "payload": "START"},
}


def body(*items: object, page_id: object = "104") -> dict[str, object]:
    """Return a webhook body with *items* in one entry."""
    return {"object": "page", "entry": [{"id": page_id, "time": 1, "messaging": [*items]}]}


def one(item: object) -> Event:
    """Return the event that *item* becomes."""
    (event,) = parse_events(body(item))
    return event


def test_a_text_message() -> None:
    """Its fields are typed, its time is aware, and the whole item is kept."""
    event = one(MESSAGE)

    assert isinstance(event, MessageReceived)
    assert (event.page_id, event.sender_id, event.recipient_id) == ("104", "24", "104")
    assert (event.mid, event.text, event.quick_reply_payload) == ("m_1", "hi", None)
    assert event.timestamp == datetime(2025, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
    assert event.dump() == MESSAGE


def test_a_quick_reply_is_a_message_with_a_payload() -> None:
    """The text is the title that was tapped."""
    event = one({"message": {"mid": "m", "text": "Yes", "quick_reply": {"payload": "YES"}}})

    assert isinstance(event, MessageReceived)
    assert (event.text, event.quick_reply_payload) == ("Yes", "YES")


def test_an_echo() -> None:
    """What the page said comes back with the app that said it."""
    event = one(ECHO)

    assert isinstance(event, MessageEcho)
    assert (event.sender_id, event.recipient_id) == ("104", "24")
    assert (event.mid, event.text, event.app_id, event.metadata) == ("m_2", "hello", 815, "mk")


@pytest.mark.parametrize(("app_id", "read"), [("815", 815), (815, 815), (None, None), ([], None)])
def test_an_echos_app_id_is_a_number_or_nothing(app_id: object, read: int | None) -> None:
    """Text that spells a number is one; anything else says nothing."""
    event = one({"message": {"mid": "m", "is_echo": True, "app_id": app_id}})

    assert isinstance(event, MessageEcho)
    assert event.app_id == read


def test_a_postback() -> None:
    """A tap has a payload."""
    event = one(POSTBACK)

    assert isinstance(event, Postback)
    assert (event.mid, event.title, event.payload) == ("m_3", "Start", "START")


def test_every_item_of_every_entry_in_order() -> None:
    """A batch loses nothing, and one malformed item costs no neighbour."""
    broken = {"sender": {"id": "24"}, "postback": {"title": "no payload"}}
    batch: dict[str, object] = {
        "object": "page",
        "entry": [
            {"id": "104", "messaging": [MESSAGE, broken, ECHO]},
            "no entry",
            {
                "id": "105",
                "messaging": [POSTBACK],
                "standby": [MESSAGE],
                "changes": [{"field": "feed"}],
            },
            {"id": "106", "time": 5},
        ],
    }
    events = parse_events(batch)

    assert [type(event).__name__ for event in events] == [
        "MessageReceived",
        "UnknownEvent",
        "MessageEcho",
        "UnknownEvent",
        "Postback",
        "UnknownEvent",
        "UnknownEvent",
        "UnknownEvent",
    ]
    assert [event.dump() for event in events[:3]] == [MESSAGE, broken, ECHO]
    assert [event.page_id for event in events] == [
        "104",
        "104",
        "104",
        None,
        "105",
        "105",
        "105",
        "106",
    ]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"delivery": {"watermark": 1}}, "no class for this kind of event"),
        ({"message": {"mid": "m", "attachments": []}}, "no class for this kind of event"),
        ({"message": "text"}, "no class for this kind of event"),
        ({"postback": {"title": "t"}}, "payload: Field required"),
        ({"message": {"text": "no mid"}}, "mid: Field required"),
        ({"message": {"mid": 5, "text": "t"}}, "mid: Input should be a valid string"),
        ({"sender": {"id": []}, "message": {"mid": "m", "text": "t"}}, "sender_id: "),
        ("text", "the item is not an object"),
        (None, "the item is not an object"),
    ],
)
def test_what_is_not_known_is_kept_with_its_reason(item: object, reason: str) -> None:
    """An unknown event holds its JSON and says why it is unknown."""
    event = one(item)

    assert isinstance(event, UnknownEvent)
    assert event.reason.startswith(reason)
    assert event.dump() == item


@pytest.mark.parametrize("whole", [{}, [], "x", None, 5, {"entry": {}}, {"entry": None}])
def test_a_body_without_entries_is_one_unknown_event(whole: object) -> None:
    """Nothing is dropped in silence."""
    (event,) = parse_events(whole)

    assert isinstance(event, UnknownEvent)
    assert event.dump() == whole


def test_an_item_that_is_no_list_is_taken_as_one() -> None:
    """Some senders write one object where a list belongs."""
    (event,) = parse_events({"entry": [{"id": "104", "messaging": MESSAGE}]})

    assert isinstance(event, MessageReceived)


def test_an_empty_batch_has_no_events() -> None:
    """No entries, no items: no events."""
    assert parse_events({"entry": []}) == ()
    assert parse_events(body()) == ()


@pytest.mark.parametrize(
    ("timestamp", "year"),
    [
        (1767225599999, 2025),
        (1767225599, 2025),
        ("1767225599999", 2025),
        (1767225599.5, 2025),
        (0, 1970),
        (-1, None),
        (10**400, None),
        ("9" * 30, None),
        ("soon", None),
        ("nan", None),
        (None, None),
        ({}, None),
    ],
)
def test_times_are_aware_or_none(timestamp: object, year: int | None) -> None:
    """Milliseconds, seconds and text are read; an unreadable time costs no event."""
    event = one({**MESSAGE, "timestamp": timestamp})

    assert isinstance(event, MessageReceived)
    assert (event.timestamp and event.timestamp.year) == year
    assert event.timestamp is None or event.timestamp.tzinfo is UTC


@pytest.mark.parametrize("page_id", [104, "104"])
def test_ids_may_come_as_numbers(page_id: object) -> None:
    """Old bodies hold ids as JSON numbers; ours are text."""
    (event,) = parse_events(body({**MESSAGE, "sender": {"id": 24}}, page_id=page_id))

    assert (event.page_id, event.sender_id) == ("104", "24")


def test_an_unknown_event_keeps_the_ids_that_can_be_read() -> None:
    """What is wrong with one id does not hide the others."""
    event = one({"sender": {"id": True}, "recipient": {"id": 104}})

    assert (event.sender_id, event.recipient_id) == (None, "104")


def test_the_key_is_stable_and_distinct() -> None:
    """Two deliveries of one event have one key; different events have different ones."""
    items: list[dict[str, object]] = [MESSAGE, ECHO, POSTBACK, {"read": {}}, {"read": {"a": 1}}]
    found = [one(item).key for item in items]

    assert found == [one(dict(item)).key for item in items]
    assert len(set(found)) == len(found)


def test_the_key_tells_pages_and_kinds_apart() -> None:
    """Two pages' equal items, and an echo and a message with one mid, are different events."""
    item: dict[str, object] = {"delivery": {"watermark": 1}}
    (here,), (there,) = parse_events(body(item, page_id="1")), parse_events(body(item, page_id="2"))
    message, echo = one(MESSAGE), one({"message": {"mid": "m_1", "is_echo": True}})

    assert here.key != there.key
    assert message.key != echo.key


def test_events_can_be_kept_in_a_set() -> None:
    """Two parses of one event are one event."""
    assert len({one(MESSAGE), one(MESSAGE), one(POSTBACK)}) == 2


@pytest.mark.parametrize("is_echo", ["true", 1, None, False])
def test_only_true_makes_an_echo(is_echo: object) -> None:
    """A person's message that says something else there is a person's message."""
    event = one({"message": {"mid": "m", "text": "t", "is_echo": is_echo}})

    assert isinstance(event, MessageReceived)


def test_repr_does_not_repeat_the_raw_item() -> None:
    """A log line of an event stays readable."""
    assert "nlp" not in repr(one(MESSAGE))


NAMES = ["sender", "message", "postback", "mid", "text", "id", "payload", "is_echo", "timestamp"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
items_of_any_shape = st.recursive(
    json_values,
    lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=15,
)
entries = st.fixed_dictionaries(
    {"id": json_values, "messaging": st.lists(items_of_any_shape, max_size=3)}
)


@given(batch=st.lists(entries, max_size=3))
def test_any_json_gives_events_and_loses_nothing(batch: list[dict[str, list[object]]]) -> None:
    """No shape raises, and each item comes out once, as it went in."""
    events = parse_events({"entry": batch})

    assert [event.dump() for event in events] == [
        item for entry in batch for item in entry["messaging"]
    ]
