"""What is looked for after an unknown outcome: a message is described as Meta shows it later."""

import pytest
from once_parts.inquiries import BEGAN, ENDED, PSID, inquiry, message, sought

from messengerkit import (
    Audio,
    ButtonTemplate,
    Element,
    File,
    GenericTemplate,
    Image,
    Images,
    Message,
    MessengerClient,
    QuickReply,
    Text,
    Video,
    WebUrlButton,
)
from messengerkit._graph import Call
from messengerkit._json import JsonObject
from messengerkit.history import MessageAttachment
from messengerkit.sandbox import Sandbox
from messengerkit.settling import (
    Absent,
    Delivered,
    Unconfirmed,
    described,
    kinds_of,
    sought_of,
)


def call(parameters: JsonObject, *, recipient_id: str | None = PSID) -> Call:
    """Return a send."""
    return Call("POST", ("me", "messages"), parameters, recipient_id=recipient_id, fetches=True)


def test_what_is_sought_is_what_was_sent() -> None:
    """With its times, its nonce, and whether Meta fetches something."""
    made = sought_of(
        call({"message": {"text": "Hello"}}), began_at=BEGAN, ended_at=ENDED, nonce="mk1:a"
    )

    assert made == sought(nonce="mk1:a", fetches=True)
    assert "Hello" not in repr(made)


@pytest.mark.parametrize(
    "made",
    [
        call({"message": {"text": "Hello"}}, recipient_id=None),
        call({"sender_action": "typing_on"}),
        call({"message": "Hello"}),
    ],
)
def test_what_is_no_message_to_a_person_is_not_sought(made: Call) -> None:
    """A conversation does not show it."""
    assert sought_of(made, began_at=BEGAN, ended_at=ENDED) is None


@pytest.mark.parametrize(
    ("sent", "text", "kinds"),
    [
        ({"text": "Hello"}, "Hello", ()),
        ({"attachment": {"type": "image"}}, "", ("image",)),
        ({"attachment": {"type": "audio"}}, "", ("file",)),
        ({"attachments": [{"type": "image"}, {"type": "image"}]}, "", ("image", "image")),
        ({}, "", ()),
        ({"attachment": "image", "attachments": "image"}, "", ()),
    ],
)
def test_a_message_is_described(sent: JsonObject, text: str, kinds: tuple[str, ...]) -> None:
    """By its text, or by what it carries."""
    assert described(sent) == (text, kinds)


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ({"image_data": {"url": "https://a.example/b"}}, "image"),
        ({"video_data": {}}, "video"),
        ({"generic_template": {}}, "template"),
        ({"file_url": "https://a.example/b"}, "file"),
        ({}, "file"),
    ],
)
def test_an_attachment_has_a_kind(sent: JsonObject, kind: str) -> None:
    """Meta does not tell it, but for where the URL stands."""
    assert MessageAttachment(sent).kind == kind
    assert kinds_of(message(sent={"attachments": {"data": [sent]}})) == (kind,)


def test_a_verdict_is_a_value() -> None:
    """Two of a kind are equal."""
    assert (Absent(), Unconfirmed()) == (Absent(), Unconfirmed())
    assert Delivered.__slots__ == ("mid", "evidence")


URL = "https://example.com/a"
KINDS: list[Message] = [
    Text("Grüße 👩‍👩‍👧 \U0001f3f3\ufe0f\u200d\U0001f308"),
    Text("Which one?", quick_replies=[QuickReply("This", "1")]),
    Image(URL),
    Video(URL),
    Audio(URL),
    File(URL),
    Images([URL, URL]),
    ButtonTemplate("Go on?", [WebUrlButton("Yes", URL)]),
    GenericTemplate([Element("One", "And more")]),
]


@pytest.mark.parametrize("sent", KINDS, ids=lambda one: type(one).__name__)
async def test_every_kind_of_message_is_found(sent: Message, sandbox: Sandbox) -> None:
    """Whatever was sent is told as what was sought, as the sandbox tells conversations."""
    token = sandbox.page.access_token
    async with MessengerClient(page_access_token=token, graph_url=sandbox.url) as client:
        result = await client.send(PSID, sent)
        messages = [one async for one in client.conversations.messages(PSID)]
    text, attachments = described(sandbox.delivered[-1].message)
    now = sandbox.now()
    one = inquiry(text=text, attachments=attachments, began_at=now, ended_at=now)

    assert one.find(messages, ()) == result.message_id
