"""Media by URL: what a message may point to, and how it travels to the person and back."""

import json
import string

import pytest
from conftest import PSID
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sandbox.graph.kit import Api, granted

from messengerkit import (
    Audio,
    File,
    Image,
    InvalidInputError,
    InvalidRequestError,
    Message,
    MessageEcho,
    MessengerClient,
    Text,
    Video,
    parse_events,
)
from messengerkit.messages import Attachment
from messengerkit.sandbox import Attachment as Carried
from messengerkit.sandbox import Fault, Sandbox
from messengerkit.sandbox.webhooks.bodies import body_of

URL = "https://cdn.example.com/menu.png?sig=a%2Fb"
KINDS = [(Image, "image"), (Video, "video"), (Audio, "audio"), (File, "file")]


def client_of(sandbox: Sandbox) -> MessengerClient:
    """Return a client of the sandbox's page."""
    return MessengerClient(
        page_access_token=sandbox.page.access_token, graph_url=sandbox.url, retry=None
    )


@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_media_as_the_send_api_has_it(kind: type[Attachment], name: str) -> None:
    """Type and URL, and metadata beside them if it is set."""
    attachment = {"type": name, "payload": {"url": URL}}

    assert kind(URL).to_graph() == {"attachment": attachment}
    assert kind(url=URL, metadata="m").to_graph() == {"attachment": attachment, "metadata": "m"}
    assert kind(URL, metadata="").to_graph() == {"attachment": attachment, "metadata": ""}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "HTTPS://A.EXAMPLE/",
        "https://a.example:8443?q#f",
        "https://a.example:65535/x",
        "https://xn--mnchen-3ya.example/Men%C3%BC.png",
        "https://my_bucket.s3-eu.example/a@b/{c}|d\\e?u=https://x:y@z/",
        "https://203.0.113.7/x",
        "https://a.example/" + "x" * (8000 - 18),
    ],
)
def test_a_url_that_meta_can_fetch(url: str) -> None:
    """It is sent as it was given."""
    assert Image(url).url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "an https URL"),
        ("secret", "an https URL"),
        ("http://secret.example/x", "an https URL"),
        ("ftp://secret.example/x", "an https URL"),
        ("https:secret.example/x", "an https URL"),
        ("https:///secret", "a host with a dot"),
        ("https://?secret", "a host with a dot"),
        ("https://secret", "a host with a dot"),
        ("https://localhost/secret", "with a dot in its name"),
        ("https://secret..example/x", "a host with a dot"),
        ("https://.secret.example/x", "a host with a dot"),
        ("https://[2001:db8::7]/secret", "a host with a dot"),
        ("https://secret.example:/x", "a host with a dot"),
        ("https://secret.example:65536/x", "a host with a dot"),
        ("https://secret.example:123456/x", "a host with a dot"),
        ("https://secret.example\\@evil.example/", "a host with a dot"),
        ("https://secret.example\\evil.example/", "a host with a dot"),
        ("https://secret@a.example/x", "no user name"),
        ("https://ana:secret@a.example/x", "no password"),
        ("https://:secret@a.example", "no password"),
        (" https://secret.example/x", "without spaces"),
        ("https://secret.example/x\n", "visible ASCII"),
        ("https://secret.example/a b", "without spaces"),
        ("https://secret.example/\x00", "visible ASCII"),
        ("https://secret.example/\x7f", "visible ASCII"),
        ("https://secret.example/Men\u00fc.png", "percent-encode"),
        ("https://secret\u2024example.com/x", "visible ASCII"),
        ("https://secret\u00fc.example/x", "xn-- form"),
        ("https://secret.example/\ud83d", "visible ASCII"),
        ("https://secret.example/" + "x" * (8001 - 23), "0 to 8000 characters, and has 8001"),
    ],
)
def test_a_url_that_nobody_should_fetch(url: str, said: str) -> None:
    """The error names the field and the limit, and not the URL, which may be a secret itself."""
    with pytest.raises(InvalidInputError) as caught:
        File(url)

    assert caught.value.field == "url"
    assert str(caught.value).startswith("url: ")
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("url", [None, 5, ["https://a.example"]])
def test_what_is_no_text_is_no_url(url: str) -> None:
    """The error is ours all the same."""
    with pytest.raises(InvalidInputError, match=r"^url: "):
        Audio(url)


@pytest.mark.parametrize(
    ("metadata", "said"), [("m" * 1001, "0 to 1000"), ("\ud83d", "lone surrogates")]
)
def test_metadata_has_a_limit_of_its_own(metadata: str, said: str) -> None:
    """1000 characters of text, as beside a text, and the field is named."""
    with pytest.raises(InvalidInputError, match=f"^metadata: .*{said}"):
        Video(URL, metadata=metadata)


def test_media_is_frozen() -> None:
    """What was checked cannot be changed afterwards."""
    message = Image(URL)

    with pytest.raises(ValidationError):
        message.url = "http://a.example"  # type: ignore[misc]  # the type checker knows it, too


def test_the_kind_is_part_of_what_it_is() -> None:
    """One URL as an image and as a file are two messages."""
    once: list[Message] = [Image(URL), Video(URL), Audio(URL), File(URL)]
    again: list[Message] = [Image(URL), Video(URL), Audio(URL), File(URL)]

    assert [[one == other for other in again] for one in once] == [
        [row == column for column in range(4)] for row in range(4)
    ]


@given(url=st.text() | st.text().map("https://a.example/".__add__))
def test_any_text_is_a_url_or_our_error(url: str) -> None:
    """It is taken whole or refused; nothing is mended, nothing else is raised."""
    taken = taken_or_refused(url)

    assert taken == url if isinstance(taken, str) else taken.field == "url"
    assert url.isascii() or not isinstance(taken, str)


def taken_or_refused(url: str) -> str | InvalidInputError:
    """Return the URL of an image, or the error that it is none."""
    try:
        return Image(url).url
    except InvalidInputError as error:
        return error


LABELS = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=20)
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


@given(
    host=st.lists(LABELS, min_size=2, max_size=4).map(".".join),
    port=st.none() | st.integers(0, 65535),
    mark=st.sampled_from("/?#"),
    rest=st.text(VISIBLE, max_size=50),
    kind=st.sampled_from([kind for kind, _ in KINDS]),
)
def test_what_the_client_takes_the_sandbox_takes(
    host: str, port: int | None, mark: str, rest: str, kind: type[Attachment]
) -> None:
    """Two checks that share no line agree on every URL of a public host."""
    url = f"https://{host}{'' if port is None else f':{port}'}{mark}{rest}"

    message = kind(url).to_graph()
    assert json.loads(json.dumps(message))["attachment"]["payload"] == {"url": url}
    assert "message_id" in granted(Api().say(message))


@pytest.mark.parametrize(("kind", "name"), KINDS)
async def test_media_arrives(sandbox: Sandbox, kind: type[Attachment], name: str) -> None:
    """The person has it under the id that the client was given, and no text beside it."""
    async with client_of(sandbox) as client:
        message = kind(URL, metadata="order-4711")
        assert isinstance(message, Message)
        sent = await client.send(PSID, message)

    (delivered,) = sandbox.delivered
    assert (delivered.psid, delivered.mid) == (PSID, sent.message_id)
    assert delivered.attachments == (Carried(name, URL),)
    assert (delivered.text, delivered.metadata) == ("", "order-4711")


def test_the_echo_of_media_is_read() -> None:
    """It is an echo without a text; its attachments are in its JSON, and nothing is lost."""
    api = Api()
    sent = granted(api.say(Image(URL, metadata="order-4711").to_graph()))
    echo = api.world.told()[0]

    (event,) = parse_events(json.loads(body_of(echo.page_id, [(echo.at, "messaging", echo.event)])))

    assert isinstance(event, MessageEcho)
    assert (event.mid, event.text, event.metadata) == (sent["message_id"], None, "order-4711")
    assert '"attachments": [{"type": "image", "payload": {"url": "' in json.dumps(event.raw)


async def test_a_url_that_meta_cannot_fetch_is_a_refusal(sandbox: Sandbox) -> None:
    """A host that is none, or whatever a test scripts; the next send is well."""
    sandbox.script(Fault.graph_error(100, 2018008, "(#100) Failed to fetch the file from the url"))
    async with client_of(sandbox) as client:
        for url in (URL, "https://cdn.invalid/menu.png"):
            with pytest.raises(InvalidRequestError) as caught:
                await client.send(PSID, Image(url))
            assert (caught.value.code, caught.value.subcode) == (100, 2018008)
        await client.send(PSID, Text("Then not."))

    assert [(one.text, one.attachments) for one in sandbox.delivered] == [("Then not.", ())]
