"""Messages as Meta keeps them: order, fields, and what is too old."""

from dataclasses import replace

import pytest
from sandbox.graph.kit import (
    PAGE,
    PSID,
    START,
    URL,
    Api,
    carried,
    granted,
    numbers,
    page_of,
    rows,
    template,
)

from messengerkit.sandbox.jsontext import JsonObject, is_object

ANA = {"name": "Ana Example", "email": f"{PSID}@facebook.com", "id": PSID}
US = {"name": PAGE.name, "email": f"{PAGE.id}@facebook.com", "id": PAGE.id}
WRITTEN = "2026-01-01T00:00:00+0000"


def test_messages_come_newest_first() -> None:
    """Of all of them the ids, of the newest twenty the rest; older ones cannot be read."""
    api = Api()
    entries = [api.writes(f"{n}") for n in range(21)]
    oldest, newest = entries[0], entries[-1]

    answer = api.get(f"{api.conversation.id}/messages", fields="message,from", limit="30")

    found = rows(answer)
    assert [one["id"] for one in found] == [one.mid for one in reversed(entries)]
    assert found[0] == {"id": newest.mid, "from": ANA, "message": "20"}
    assert found[-1] == {"id": oldest.mid}
    assert numbers(api.get(oldest.mid)) == (9000001, None)
    assert granted(api.get(newest.mid)) == {"id": newest.mid, "created_time": WRITTEN}


def test_the_messages_of_an_empty_conversation_are_none() -> None:
    """The data are empty."""
    api = Api()

    assert granted(api.get(f"{api.conversation.id}/messages")) == {"data": []}


def test_a_message_has_metas_fields() -> None:
    """From, to, tags, reactions and what it quotes; what is not there is left out."""
    api = Api()
    first = api.writes("Hello", from_page=True)
    second = api.writes("Yes", reply_to=first.mid)
    first.reactions |= {"page": "❤", "person": "👍"}
    fields = "from,to,message,tags,attachments,reactions,reply_to,sticker,is_unsupported,shares"

    assert granted(api.get(first.mid, fields=fields)) == {
        "id": first.mid,
        "from": US,
        "to": {"data": [ANA]},
        "message": "Hello",
        "tags": {"data": [{"name": "inbox"}, {"name": "sent"}]},
        "reactions": {
            "data": [
                {"reaction": "❤", "users": [{"id": PAGE.id}]},
                {"reaction": "👍", "users": [{"id": PSID}]},
            ]
        },
        "is_unsupported": False,
    }
    told = granted(api.get(second.mid, fields="to,tags,reply_to"))
    assert told["to"] == {"data": [US]}
    assert told["tags"] == {"data": [{"name": "inbox"}, {"name": "read"}]}
    assert told["reply_to"] == {"mid": first.mid, "is_self_reply": False}
    assert granted(api.get(second.mid, fields="reactions")) == {"id": second.mid}


@pytest.mark.parametrize("quoted", ["m_gone", None])
def test_a_reply_knows_whether_it_quotes_its_own_side(quoted: str | None) -> None:
    """What is no longer there is nobody's."""
    api = Api()
    first = api.writes("Hello")
    second = api.writes("Again", reply_to=first.mid if quoted is None else quoted)

    told = granted(api.get(second.mid, fields="reply_to"))["reply_to"]

    assert is_object(told)
    assert told["is_self_reply"] is (quoted is None)


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        (
            carried("image", URL, "7", "a.png"),
            {"id": "7", "name": "a.png", "image_data": {"url": URL, "preview_url": URL}},
        ),
        (
            carried("video", URL),
            {"id": "1", "name": "menu.png", "video_data": {"url": URL, "preview_url": URL}},
        ),
        (carried("file", URL), {"id": "1", "name": "menu.png", "file_url": URL}),
        (carried("audio", URL), {"id": "1", "name": "menu.png", "file_url": URL}),
    ],
)
def test_media_is_told_by_its_kind(attachment: object, expected: JsonObject) -> None:
    """Images and videos have data of their own, the others a URL."""
    api = Api()
    entry = api.writes("")
    assert isinstance(attachment, type(carried("", "")))
    entry.attachments = (attachment,)

    told = granted(api.get(entry.mid, fields="attachments"))

    assert told["attachments"] == {"data": [{"mime_type": f"{attachment.type}/*", **expected}]}


def test_a_template_is_told_as_an_attachment() -> None:
    """Its payload is in it."""
    api = Api()
    payload = template("product", elements=[{"id": "1"}])
    mid = granted(api.attach(payload))["message_id"]

    told = granted(api.get(str(mid), fields="attachments"))

    assert told["attachments"] == {"data": [{"id": "1", "generic_template": payload}]}


def test_the_retention_bounds_a_conversation() -> None:
    """A message that was forgotten is not there any more."""
    api = Api(retention=2)
    entries = [api.writes() for _ in range(3)]

    assert page_of(api)[0] == [entries[2].mid, entries[1].mid]
    assert numbers(api.get(entries[0].mid)) == (100, 33)


def test_a_moment_is_written_as_meta_does() -> None:
    """No colon in the offset."""
    api = Api()
    entry = api.writes()
    api.conversation.entries[entry.mid] = replace(entry, at=START + 0.9)

    assert granted(api.get(entry.mid))["created_time"] == WRITTEN
