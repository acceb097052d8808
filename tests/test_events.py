"""Webhook bodies into events: every item, typed or kept."""

import copy
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import (
    Event,
    MessageDeleted,
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
    broken = {"sender": {"id": "24"}, "postback": "no object"}
    change = {"field": "feed", "value": {"item": "post", "verb": "add"}}
    batch: dict[str, object] = {
        "object": "page",
        "entry": [
            {"id": "104", "messaging": [MESSAGE, broken, ECHO]},
            "no entry",
            {
                "id": "105",
                "messaging": [POSTBACK],
                "standby": [MESSAGE],
                "changes": [change],
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
        "Standby",
        "FeedChange",
    ]
    raw = [MESSAGE, broken, ECHO, "no entry", POSTBACK, MESSAGE, change]
    assert [event.dump() for event in events] == raw
    pages = [event.page_id for event in events]
    assert pages == ["104", "104", "104", None, "105", "105", "105"]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"sender": {"id": "24"}}, "no class for this kind of event"),
        ({"brand_new": {"mid": "m"}}, "no class for this kind of event"),
        ({"message": "text"}, "message is not an object"),
        ({"message": None}, "message is not an object"),
        ({"postback": []}, "postback is not an object"),
        ("text", "the item is not an object"),
        (None, "the item is not an object"),
    ],
)
def test_what_is_not_known_is_kept_with_its_reason(item: object, reason: str) -> None:
    """An unknown event holds its JSON and says why it is unknown."""
    event = one(item)

    assert isinstance(event, UnknownEvent)
    assert event.reason == reason
    assert event.dump() == item


@pytest.mark.parametrize("whole", [{}, [], "x", None, 5, {"entry": {}}, {"entry": None}])
def test_a_body_without_entries_is_one_unknown_event(whole: object) -> None:
    """Nothing is dropped in silence."""
    (event,) = parse_events(whole)

    assert isinstance(event, UnknownEvent)
    assert event.dump() == whole


def test_what_stands_alone_is_taken_as_a_list_of_one() -> None:
    """Some senders write one object where a list belongs."""
    (event,) = parse_events({"entry": {"id": "104", "messaging": MESSAGE}})

    assert isinstance(event, MessageReceived)


def test_bodies_may_come_in_an_array() -> None:
    """Meta's own documentation prints them so."""
    events = parse_events([body(MESSAGE), body(ECHO), "no body"])

    kinds = ["MessageReceived", "MessageEcho", "UnknownEvent"]
    assert [type(event).__name__ for event in events] == kinds


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"id": "1", "time": 1, "field": "comments", "value": {"id": "2"}}, "InstagramComment"),
        ({"sender": {"id": "24"}, "call_permission_reply": {}}, "CallPermissionAnswered"),
        ({"id": "1", "changed_fields": ["friends"]}, "UnknownEvent"),
    ],
)
def test_an_entry_may_be_its_own_item(entry: dict[str, object], kind: str) -> None:
    """Meta's samples have entries without a list; what they say is not lost."""
    (event,) = parse_events({"object": "page", "entry": [entry]})

    assert type(event).__name__ == kind
    assert event.dump() == entry


@pytest.mark.parametrize("true", [True, "true"])
def test_the_deletion_of_an_echo_is_a_deletion(true: object) -> None:
    """Meta writes both flags then, in some samples as text; its key is not the echo's."""
    message = {"mid": "m_2", "is_echo": true, "is_deleted": true}
    event = one({"message": message})

    assert isinstance(event, MessageDeleted)
    assert event.key == "104:deleted:m_2"
    assert isinstance(one({"message": {"mid": "m_2", "is_echo": true}}), MessageEcho)


def test_a_list_of_a_kind_to_come_is_not_lost() -> None:
    """Beside an empty list it is unknown, beside a full one it is kept with the events."""
    later = {"id": "1", "handovers": [{"x": 1}]}
    (unknown,) = parse_events({"entry": [{**later, "messaging": []}]})
    (event,) = parse_events({"entry": [{**later, "messaging": [MESSAGE]}]})

    assert isinstance(unknown, UnknownEvent)
    assert event.entry == later


@pytest.mark.parametrize("entry", [{}, {"id": "1"}, {"id": "1", "time": 5, "messaging": []}])
def test_an_entry_that_tells_nothing_gives_nothing(entry: dict[str, object]) -> None:
    """There is no item to account for."""
    assert parse_events({"object": "page", "entry": [entry]}) == ()


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
        ("2026-01-01T00:00:00+0000", 2026),
        ("2026-01-01T00:00:00", None),
        (True, None),
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
    assert one({"sender": "24", "recipient": {"id": ""}}).sender_id is None


def test_the_key_is_stable_and_distinct() -> None:
    """Two deliveries of one event have one key; different events have different ones."""
    items: list[dict[str, object]] = [
        MESSAGE,
        ECHO,
        POSTBACK,
        {"read": {}},
        {"read": {"a": 1}},
        {"message": {"text": "without a mid"}},
        {"message": {"mid": "m_1", "is_deleted": True}},
        {"message_edit": {"mid": "m_1", "num_edit": 1}},
        {"message_edit": {"mid": "m_1", "num_edit": 2}},
    ]
    found = [one(item).key for item in items]
    assert found[2] == "104:postback:m_3"

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


@pytest.mark.parametrize("is_echo", ["yes", 1, None, False, "false"])
def test_only_true_makes_an_echo(is_echo: object) -> None:
    """A person's message that says something else there is a person's message."""
    event = one({"message": {"mid": "m", "text": "t", "is_echo": is_echo}})

    assert isinstance(event, MessageReceived)


def test_repr_shows_what_has_a_name() -> None:
    """A log line of an event stays readable: no raw item, and no words of a person's."""
    assert repr(
        one({"sender": {"id": "24"}, "message": {"mid": "m", "text": "hi", "nlp": {}}})
    ) == ("MessageReceived(page_id='104', sender_id='24', mid='m')")
    assert repr(one({"x": 1})) == (
        "UnknownEvent(page_id='104', reason='no class for this kind of event')"
    )


def test_events_are_frozen() -> None:
    """Neither a field nor anything new can be set."""
    event = one(MESSAGE)

    for name in ("text", "raw", "page_id", "anything_else"):
        with pytest.raises(AttributeError):
            setattr(event, name, "other")
    assert event.dump() == MESSAGE


def test_events_are_copied_and_pickled_whole() -> None:
    """They may go to another process."""
    for event in parse_events(body(MESSAGE, ECHO, POSTBACK, {"read": {}}, "x")):
        for other in (copy.deepcopy(event), pickle.loads(pickle.dumps(event))):  # noqa: S301
            assert (other, other.key, repr(other)) == (event, event.key, repr(event))


def test_events_are_equal_if_all_that_was_sent_is() -> None:
    """Another page, another kind, or another field makes another event."""
    (other_page,) = parse_events(body(MESSAGE, page_id="105"))

    assert one(MESSAGE) == one(MESSAGE)
    assert one(MESSAGE) != other_page
    assert one(MESSAGE) != one(ECHO)
    assert one(MESSAGE) != one({**MESSAGE, "more": 1})
    assert one(MESSAGE) != MESSAGE


def test_what_is_around_the_item_is_kept() -> None:
    """The other fields of the entry and of the body are there, the neighbours are not."""
    whole: dict[str, object] = {
        "object": "instagram",
        "trace": "x",
        "entry": [
            {"id": "1", "time": 5, "hop_context": [{"app_id": 7}], "messaging": [MESSAGE, ECHO]},
            {"id": "2", "time": 6, "messaging": [POSTBACK]},
        ],
    }
    first, _, last = parse_events(whole)

    assert (first.platform, last.platform) == ("instagram", "instagram")
    assert first.body == last.body == {"object": "instagram", "trace": "x"}
    assert first.entry == {"id": "1", "time": 5, "hop_context": [{"app_id": 7}]}
    assert last.entry == {"id": "2", "time": 6}
    assert [hop.app_id for hop in first.hops] == [7]


@pytest.mark.parametrize(
    ("object_", "platform"), [("page", "messenger"), ("instagram", "instagram"), (5, None)]
)
def test_the_platform(object_: object, platform: str | None) -> None:
    """What the body is about tells Messenger and Instagram apart."""
    (event,) = parse_events({"object": object_, "entry": [{"messaging": [MESSAGE]}]})

    assert event.platform == platform


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
