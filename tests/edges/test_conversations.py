"""Conversations, and the messages in them, of which the newest twenty have details."""

from datetime import UTC, datetime

import pytest
from edges.played import PSID, Played, all_of, page, refused

from messengerkit._json import JsonObject
from messengerkit.edges import Conversation, ConversationMessage, Conversations
from messengerkit.errors import GraphError, InvalidInputError, TokenError, UnreadableAnswerError
from messengerkit.rates import Rate

DETAILS = "id,created_time,from,to,message,sticker,tags,attachments,reply_to,is_unsupported"
CONVERSATION: JsonObject = {
    "id": "t_1",
    "updated_time": "2026-01-31T19:11:07+0000",
    "link": "/104/inbox/1",
    "snippet": "See you",
    "message_count": 31,
    "unread_count": 1,
    "can_reply": True,
    "participants": {
        "data": [
            {"name": "Ana", "email": f"{PSID}@facebook.com", "id": PSID},
            {"username": "the_page", "id": "104"},
        ]
    },
}
MESSAGE: JsonObject = {
    "id": "m_1",
    "created_time": "2026-01-31T19:11:07+0000",
    "from": {"name": "Ana", "email": f"{PSID}@facebook.com", "id": PSID},
    "to": {"data": [{"name": "Page", "id": "104"}]},
    "message": "See you",
    "tags": {"data": [{"name": "inbox"}, {"name": "source:web"}, {}]},
    "attachments": {
        "data": [
            {"id": "1", "mime_type": "application/pdf", "name": "a.pdf", "file_url": "https://f"},
            {"id": 2, "mime_type": "image/png", "size": 9, "image_data": {"url": "https://i"}},
            {"id": "3", "mime_type": "video/mp4", "video_data": {"url": "https://v"}},
            {"id": "4", "generic_template": {"title": "T"}},
        ]
    },
    "reply_to": {"mid": "m_0", "is_self_reply": True},
    "sticker": "https://s",
    "is_unsupported": False,
}
REFUSED = refused(9000001)


def ids(first: int, last: int) -> list[JsonObject]:
    """Return messages of which Meta tells the ids alone."""
    return [{"id": f"m_{number}"} for number in range(first, last + 1)]


def told(first: int, last: int) -> list[JsonObject]:
    """Return messages with details."""
    return [{**one, "message": "Hi", "from": {"id": PSID}} for one in ids(first, last)]


def found(messages: list[ConversationMessage]) -> list[tuple[str | None, bool]]:
    """Return which messages came, and whether with details."""
    return [(message.id, message.has_details) for message in messages]


async def test_all_conversations() -> None:
    """Page after page, on Messenger unless told otherwise."""
    meta = Played(page(CONVERSATION, after="c1"), page({"id": "t_2"}))
    first, second = await all_of(Conversations(meta).list())

    assert (first.id, second.id) == ("t_1", "t_2")
    assert meta.calls[0].path == ("me", "conversations")
    assert meta.calls[0].parameters == {
        "platform": "messenger",
        "fields": "id,updated_time,link,snippet,message_count,unread_count,can_reply,participants",
        "limit": 25,
    }
    assert meta.calls[0].repeatable
    assert meta.calls[0].rate is Rate.CONVERSATIONS


async def test_a_folder_of_instagram() -> None:
    """Instagram knows less of its conversations."""
    meta = Played(page())
    await all_of(Conversations(meta).list(platform="instagram", folder="spam"))

    assert meta.call.parameters == {
        "platform": "instagram",
        "fields": "id,updated_time,participants",
        "limit": 25,
        "folder": "spam",
    }


async def test_the_conversation_with_a_person() -> None:
    """By the person's id; its fields are read in English."""
    meta = Played(page(CONVERSATION))
    conversation = await Conversations(meta).of(PSID)

    assert meta.call.parameters["user_id"] == PSID
    assert conversation is not None
    assert conversation == Conversation(CONVERSATION)
    assert conversation.updated_at == datetime(2026, 1, 31, 19, 11, 7, tzinfo=UTC)
    assert (conversation.link, conversation.snippet) == ("/104/inbox/1", "See you")
    assert (conversation.message_count, conversation.unread_count) == (31, 1)
    assert conversation.can_reply
    assert [(who.id, who.name, who.username) for who in conversation.participants] == [
        (PSID, "Ana", None),
        ("104", None, "the_page"),
    ]
    assert conversation.unreadable() == ()


async def test_nobody_has_written() -> None:
    """Then there is no conversation, and no message."""
    assert await Conversations(Played(page())).of(PSID) is None
    assert await all_of(Conversations(Played(page())).messages(PSID)) == []


def test_a_message_with_everything() -> None:
    """Its fields are read in English, however deep Meta puts them."""
    message = ConversationMessage(MESSAGE)

    assert (message.id, message.text, message.sticker) == ("m_1", "See you", "https://s")
    assert message.created_at == datetime(2026, 1, 31, 19, 11, 7, tzinfo=UTC)
    assert (message.from_id, message.from_name) == (PSID, "Ana")
    assert [who.id for who in message.to] == ["104"]
    assert message.tags == ("inbox", "source:web")
    assert message.reply_to is not None
    assert (message.reply_to.mid, message.reply_to.is_self_reply) == ("m_0", True)
    assert [(one.id, one.mime_type, one.url) for one in message.attachments] == [
        ("1", "application/pdf", "https://f"),
        ("2", "image/png", "https://i"),
        ("3", "video/mp4", "https://v"),
        ("4", None, None),
    ]
    assert [(one.name, one.size) for one in message.attachments[:2]] == [("a.pdf", None), (None, 9)]
    assert not message.is_unsupported
    assert message.unreadable() == ()


def test_a_message_of_instagram() -> None:
    """Its writer has a user name."""
    message = ConversationMessage({"id": "m", "from": {"username": "ana", "id": PSID}})

    assert (message.from_id, message.from_name, message.to) == (PSID, "ana", ())


def test_a_log_line_says_no_words() -> None:
    """What people wrote, and who they are, is in no repr."""
    assert "See you" not in repr(ConversationMessage(MESSAGE))
    assert "Ana" not in repr(ConversationMessage(MESSAGE))
    assert "See you" not in repr(Conversation(CONVERSATION))


@pytest.mark.parametrize(
    ("sent", "tags", "unreadable"),
    [
        ({"data": []}, (), ()),
        ([{"name": "inbox"}], ("inbox",), ()),
        (None, (), ()),
        ({"data": "inbox"}, (), ("tags",)),
        ({}, (), ("tags",)),
        ("inbox", (), ("tags",)),
    ],
)
def test_lists_are_wrapped(
    sent: object, tags: tuple[str, ...], unreadable: tuple[str, ...]
) -> None:
    """What is no list, wrapped or bare, is named."""
    message = ConversationMessage({"tags": sent})

    assert (message.tags, message.unreadable()) == (tags, unreadable)


async def test_messages_newest_first_to_the_last_page() -> None:
    """Two calls: which conversation it is, and its first page; then one for each page."""
    meta = Played(page(CONVERSATION), page(*told(1, 20), after="c1"), page(*ids(21, 22)))
    messages = await all_of(Conversations(meta).messages(PSID))

    assert found(messages) == [(f"m_{number}", number <= 20) for number in range(1, 23)]
    assert [call.path for call in meta.calls[1:]] == [("t_1", "messages")] * 2
    assert [call.parameters for call in meta.calls[1:]] == [
        {"fields": DETAILS, "limit": 20},
        {"fields": DETAILS, "limit": 20, "after": "c1"},
    ]
    assert all(call.repeatable and call.rate is Rate.CONVERSATIONS for call in meta.calls)


async def test_messages_of_instagram() -> None:
    """Their conversation is looked for there."""
    meta = Played(page(CONVERSATION), page())
    await all_of(Conversations(meta).messages(PSID, platform="instagram"))

    assert meta.calls[0].parameters["platform"] == "instagram"


async def test_older_messages_come_as_ids() -> None:
    """Once a page of details is refused, that page and all later ones are asked as ids."""
    meta = Played(
        page(CONVERSATION),
        page(*told(1, 20), after="c1"),
        REFUSED,
        page(*ids(21, 40), after="c2"),
        page(*ids(41, 45)),
    )
    messages = await all_of(Conversations(meta).messages(PSID))

    assert found(messages) == [(f"m_{number}", number <= 20) for number in range(1, 46)]
    assert [call.parameters["fields"] for call in meta.calls[1:]] == [DETAILS, DETAILS, "id", "id"]
    assert [call.parameters.get("after") for call in meta.calls[1:]] == [None, "c1", "c1", "c2"]


async def test_a_refused_first_page_is_asked_one_by_one() -> None:
    """A message among the newest that was taken back does not hide the others."""
    meta = Played(
        page(CONVERSATION),
        REFUSED,
        page(*ids(1, 3), {"created_time": "2026-01-31T19:11:07+0000"}),
        told(1, 1)[0],
        REFUSED,
        told(3, 3)[0],
    )
    messages = await all_of(Conversations(meta).messages(PSID))

    assert found(messages) == [("m_1", True), ("m_2", False), ("m_3", True), (None, False)]
    assert [call.path for call in meta.calls[3:]] == [("m_1",), ("m_2",), ("m_3",)]
    assert meta.calls[3].parameters == {"fields": DETAILS}
    assert meta.calls[3].rate is Rate.CONVERSATIONS


async def test_no_more_than_twenty_are_asked_one_by_one() -> None:
    """Meta has no details of more, and takes 2 calls a second."""
    meta = Played(page(CONVERSATION), REFUSED, page(*ids(1, 25)), *[REFUSED] * 20)
    messages = await all_of(Conversations(meta).messages(PSID))

    assert found(messages) == [(f"m_{number}", False) for number in range(1, 26)]


@pytest.mark.parametrize(
    "answers",
    [
        (refused(190),),
        (page(CONVERSATION), refused(190)),
        (page(CONVERSATION), REFUSED, page(*ids(1, 1)), refused(190)),
    ],
)
async def test_other_refusals_are_raised(answers: tuple[JsonObject | GraphError, ...]) -> None:
    """Wherever they come."""
    with pytest.raises(TokenError):
        await all_of(Conversations(Played(*answers)).messages(PSID))


async def test_a_conversation_without_an_id_is_unreadable() -> None:
    """Its messages cannot be asked for."""
    with pytest.raises(UnreadableAnswerError):
        await all_of(Conversations(Played(page({"link": "/"}))).messages(PSID))


async def test_an_id_stays_in_its_place() -> None:
    """What is no id is refused at once, not when the first message is asked for."""
    meta = Played()
    with pytest.raises(InvalidInputError, match="psid"):
        Conversations(meta).messages("../me")
    with pytest.raises(InvalidInputError, match="psid"):
        await Conversations(meta).of("")

    assert meta.calls == []
