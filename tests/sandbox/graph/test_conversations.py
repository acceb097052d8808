"""Conversations and messages as Meta keeps them: fields, order, pages, and what is too old."""

import pytest
from sandbox.graph.kit import (
    DAY,
    HI,
    OTHER_PAGE,
    PAGE,
    PSID,
    Api,
    granted,
    message,
    numbers,
    rows,
)

from messengerkit.sandbox.world.meters import Rate, Rates

ANA = {"name": "Ana Example", "email": f"{PSID}@facebook.com", "id": PSID}
US = {"name": PAGE.name, "email": f"{PAGE.id}@facebook.com", "id": PAGE.id}
WRITTEN = "2026-01-01T00:00:00+0000"


def test_the_newest_conversation_comes_first() -> None:
    """Those without a message are not there."""
    api = Api()
    api.writes()
    other = api.meet("2", "Bo")
    api.meet("3")
    api.time += 60
    granted(api.send({"recipient": {"id": PSID}, "message": HI}))
    other.acts(api.time)
    granted(api.send({"recipient": {"id": "2"}, "message": HI}))
    api.time += 1
    api.writes()

    answer = api.get("me/conversations")

    assert [row["id"] for row in rows(answer)] == [api.conversation.id, other.conversation.id]
    assert rows(answer)[0] == {
        "id": api.conversation.id,
        "updated_time": "2026-01-01T00:01:01+0000",
    }
    assert api.conversation.id.startswith("t_")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"platform": "messenger"}, True),
        ({"platform": "instagram"}, False),
        ({"folder": "inbox"}, True),
        ({"folder": "spam"}, False),
        ({"user_id": PSID}, True),
        ({"user_id": "2"}, False),
    ],
)
def test_conversations_are_filtered(query: dict[str, str], *, found: bool) -> None:
    """By platform, folder and person."""
    api = Api()
    api.writes()

    answer = api.get("me/conversations", **query)

    assert bool(rows(answer)) is found
    if not found:
        assert granted(answer) == {"data": []}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"platform": "x"}, "Param platform must be one of {instagram, messenger}"),
        (
            {"folder": "x"},
            "Param folder must be one of {inbox, other, page_done, pending, spam}",
        ),
        ({"fields": "id,x"}, "The sandbox does not model the conversation's field x yet"),
        ({"fields": "messages{id}"}, "The sandbox does not model the conversation's field "),
        ({"after": "x"}, "Param after must be a cursor of this list"),
        ({"tags": "x"}, "The sandbox does not model the filter tags yet"),
    ],
)
def test_a_wrong_list_is_refused_and_not_counted(query: dict[str, str], words: str) -> None:
    """The next call is as good as the first."""
    api = Api(rates=Rates(conversations=Rate(1, 60)))
    api.writes()

    assert message(api.get("me/conversations", **query)).startswith(f"(#100) {words}")
    assert rows(api.get("me/conversations"))
    assert numbers(api.get("me/conversations")) == (613, None)


def test_a_conversation_has_metas_fields() -> None:
    """Counts, snippet, whom it is with, and whether they can be answered."""
    api = Api()
    api.writes("First")
    granted(api.say({"text": "x" * 200}))
    api.writes("Third")
    fields = (
        "id,link,updated_time,snippet,message_count,unread_count,can_reply,is_subscribed,"
        "participants,senders,name"
    )

    told = granted(api.get(api.conversation.id, fields=fields))

    assert told == {
        "link": f"/{PAGE.id}/inbox/{api.conversation.id[2:]}/",
        "updated_time": WRITTEN,
        "snippet": "Third",
        "message_count": 3,
        "unread_count": 1,
        "can_reply": True,
        "is_subscribed": True,
        "participants": {"data": [ANA, US]},
        "senders": {"data": [ANA, US]},
        "name": "Ana Example",
        "id": api.conversation.id,
    }
    granted(api.say({"text": "x" * 200}))
    told = granted(api.get(api.conversation.id, fields="snippet,unread_count"))
    assert (told["snippet"], told["unread_count"]) == ("x" * 100, 0)


def test_a_conversation_without_messages_can_be_told() -> None:
    """It is found by its id alone."""
    api = Api(elapsed=None)

    told = granted(api.get(api.conversation.id, fields="snippet,updated_time,can_reply"))

    assert told == {
        "snippet": "",
        "updated_time": "1970-01-01T00:00:00+0000",
        "can_reply": False,
        "id": api.conversation.id,
    }


@pytest.mark.parametrize(
    ("elapsed", "blocked", "expected"),
    [(DAY - 1, False, True), (DAY, False, False), (0.0, True, False)],
)
def test_whoever_can_be_answered(elapsed: float, expected: object, *, blocked: bool) -> None:
    """Within the window, and if they have not blocked the page."""
    api = Api(elapsed=elapsed)
    api.person.blocked = blocked

    told = granted(api.get(api.conversation.id, fields="can_reply"))

    assert told["can_reply"] is expected


@pytest.mark.parametrize("path", ["", "/messages"])
def test_a_field_that_is_not_modelled_is_refused(path: str) -> None:
    """And not counted."""
    api = Api(rates=Rates(conversations=Rate(1, 60)))
    entry = api.writes()

    for node in (api.conversation.id + path, entry.mid):
        answer = api.get(node, fields="id,scoped_thread_key")
        assert message(answer).endswith("field scoped_thread_key yet")
    granted(api.get(api.conversation.id))
    for node in (api.conversation.id + path, entry.mid):
        assert numbers(api.get(node)) == (613, None)


def test_reads_may_lag() -> None:
    """What came in the last seconds is not seen yet."""
    api = Api(lag=5)
    first = api.writes("first")
    api.time += 3
    second = api.writes("second")
    thread = f"{api.conversation.id}/messages"

    assert granted(api.get("me/conversations")) == {"data": []}
    api.time += 2
    assert [one["id"] for one in rows(api.get(thread))] == [first.mid]
    assert numbers(api.get(second.mid)) == (9000001, None)
    api.time += 3
    assert [one["id"] for one in rows(api.get(thread))] == [second.mid, first.mid]


def test_another_pages_conversation_is_not_there() -> None:
    """Nor are its messages, nor its people: 100/33."""
    api = Api()
    entry = api.writes()

    for node in (api.conversation.id, f"{api.conversation.id}/messages", entry.mid, PSID, PAGE.id):
        answer = api.get(node, OTHER_PAGE.access_token)
        assert numbers(answer) == (100, 33), node
        assert message(answer).startswith("Unsupported get request. Object with ID '")
