"""All kinds of messages against the platform's tables: what they become, and each limit's edge."""

import json
import pickle
from collections.abc import Callable
from functools import partial
from typing import Protocol, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from messengerkit import InvalidInputError
from messengerkit.buttons import (
    AccountLinkButton,
    AccountUnlinkButton,
    Button,
    DefaultAction,
    GamePlayButton,
    PhoneNumberButton,
    PostbackButton,
    WebUrlButton,
)
from messengerkit.messages import (
    AnyQuickReply,
    Audio,
    ButtonTemplate,
    Element,
    EmailQuickReply,
    File,
    GenericTemplate,
    Image,
    Images,
    MediaTemplate,
    Message,
    PhoneQuickReply,
    QuickReply,
    Reaction,
    ReactionRemoval,
    SenderAction,
    Text,
    Video,
)

URL = "https://shop.example/a"
ID = "1854626884821032"
EMOJI = "\N{GRINNING FACE}"
YES = QuickReply("Yes", "YES")
ASK = PostbackButton("Ask", "ASK")
CARD = Element("Soup", "Hot")
ANY_URL = "https://a.example/"


class Sendable(Protocol):
    """Whatever becomes JSON of the Send API."""

    def to_graph(self) -> dict[str, object]:
        """Return the JSON."""
        ...


def template(kind: str, **payload: object) -> dict[str, object]:
    """Return the message with a template of *kind*."""
    return {"attachment": {"type": "template", "payload": {"template_type": kind, **payload}}}


BUTTONS: list[tuple[Button | DefaultAction, dict[str, object]]] = [
    (WebUrlButton("Shop", URL), {"type": "web_url", "title": "Shop", "url": URL}),
    (
        WebUrlButton(
            "Shop",
            "HTTPS://shop.example/a",
            webview_height_ratio="tall",
            messenger_extensions=True,
            fallback_url="http://shop.example:8080/b?c#d",
            webview_share_button="hide",
        ),
        {
            "type": "web_url",
            "title": "Shop",
            "url": "HTTPS://shop.example/a",
            "webview_height_ratio": "tall",
            "messenger_extensions": True,
            "fallback_url": "http://shop.example:8080/b?c#d",
            "webview_share_button": "hide",
        },
    ),
    (
        WebUrlButton("Shop", "http://localhost", messenger_extensions=False),
        {
            "type": "web_url",
            "title": "Shop",
            "url": "http://localhost",
            "messenger_extensions": False,
        },
    ),
    (DefaultAction(URL), {"type": "web_url", "url": URL}),
    (
        DefaultAction(
            URL,
            webview_height_ratio="full",
            messenger_extensions=True,
            fallback_url=URL,
            webview_share_button="hide",
        ),
        {
            "type": "web_url",
            "url": URL,
            "webview_height_ratio": "full",
            "messenger_extensions": True,
            "fallback_url": URL,
            "webview_share_button": "hide",
        },
    ),
    (ASK, {"type": "postback", "title": "Ask", "payload": "ASK"}),
    (
        PhoneNumberButton("Call", "+15105550123"),
        {"type": "phone_number", "title": "Call", "payload": "+15105550123"},
    ),
    (AccountLinkButton(URL), {"type": "account_link", "url": URL}),
    (AccountUnlinkButton(), {"type": "account_unlink"}),
    (GamePlayButton("Play"), {"type": "game_play", "title": "Play"}),
    (
        GamePlayButton("Play", "{}", player_id="7"),
        {
            "type": "game_play",
            "title": "Play",
            "payload": "{}",
            "game_metadata": {"player_id": "7"},
        },
    ),
    (
        GamePlayButton("Play", context_id="8"),
        {"type": "game_play", "title": "Play", "game_metadata": {"context_id": "8"}},
    ),
]

QUICK_REPLIES: list[tuple[AnyQuickReply, dict[str, object]]] = [
    (YES, {"content_type": "text", "title": "Yes", "payload": "YES"}),
    (
        QuickReply("Red", "RED", "http://shop.example/red.png"),
        {
            "content_type": "text",
            "title": "Red",
            "payload": "RED",
            "image_url": "http://shop.example/red.png",
        },
    ),
    (
        QuickReply("", "", image_url=URL),
        {"content_type": "text", "title": "", "payload": "", "image_url": URL},
    ),
    (PhoneQuickReply(), {"content_type": "user_phone_number"}),
    (EmailQuickReply(), {"content_type": "user_email"}),
]

OTHERS: list[tuple[Sendable, dict[str, object]]] = [
    (CARD, {"title": "Soup", "subtitle": "Hot"}),
    (
        Element(
            "Soup",
            image_url="http://shop.example/soup.png",
            default_action=DefaultAction(URL),
            buttons=[ASK, AccountUnlinkButton()],
        ),
        {
            "title": "Soup",
            "image_url": "http://shop.example/soup.png",
            "default_action": {"type": "web_url", "url": URL},
            "buttons": [
                {"type": "postback", "title": "Ask", "payload": "ASK"},
                {"type": "account_unlink"},
            ],
        },
    ),
    (Reaction("m_1", EMOJI), {"message_id": "m_1", "reaction": EMOJI}),
    (ReactionRemoval("mid.$c:1"), {"message_id": "mid.$c:1"}),
]

MESSAGES: list[tuple[Message, dict[str, object]]] = [
    (Text("Hi"), {"text": "Hi"}),
    (Image(URL), {"attachment": {"type": "image", "payload": {"url": URL}}}),
    (
        Video(URL, is_reusable=True),
        {"attachment": {"type": "video", "payload": {"url": URL, "is_reusable": True}}},
    ),
    (
        Audio(attachment_id=ID),
        {"attachment": {"type": "audio", "payload": {"attachment_id": ID}}},
    ),
    (
        File(url=None, attachment_id="Ab-_9"),
        {"attachment": {"type": "file", "payload": {"attachment_id": "Ab-_9"}}},
    ),
    (
        Images([URL, Image(attachment_id=ID), Image(URL, is_reusable=True)]),
        {
            "attachments": [
                {"type": "image", "payload": {"url": URL}},
                {"type": "image", "payload": {"attachment_id": ID}},
                {"type": "image", "payload": {"url": URL, "is_reusable": True}},
            ]
        },
    ),
    (
        GenericTemplate([CARD]),
        template("generic", elements=[{"title": "Soup", "subtitle": "Hot"}]),
    ),
    (
        GenericTemplate((CARD, CARD), sharable=True, image_aspect_ratio="square"),
        template(
            "generic",
            elements=[{"title": "Soup", "subtitle": "Hot"}] * 2,
            sharable=True,
            image_aspect_ratio="square",
        ),
    ),
    (
        ButtonTemplate("Which?", [ASK], sharable=False),
        template(
            "button",
            text="Which?",
            buttons=[{"type": "postback", "title": "Ask", "payload": "ASK"}],
            sharable=False,
        ),
    ),
    (
        MediaTemplate("image", attachment_id=ID),
        template("media", elements=[{"media_type": "image", "attachment_id": ID}]),
    ),
    (
        MediaTemplate(
            "video", url="https://business.facebook.com/a/videos/1/", buttons=[ASK], sharable=True
        ),
        template(
            "media",
            elements=[
                {
                    "media_type": "video",
                    "url": "https://business.facebook.com/a/videos/1/",
                    "buttons": [{"type": "postback", "title": "Ask", "payload": "ASK"}],
                }
            ],
            sharable=True,
        ),
    ),
]

EVERYTHING: list[tuple[Sendable, dict[str, object]]] = [
    *BUTTONS,
    *QUICK_REPLIES,
    *OTHERS,
    *MESSAGES,
]


@pytest.mark.parametrize(("value", "graph"), EVERYTHING)
def test_the_json_of_each_kind(value: Sendable, graph: dict[str, object]) -> None:
    """It is the platform's, and what is not set is not in it."""
    assert value.to_graph() == graph
    assert json.loads(json.dumps(value.to_graph())) == graph


MAKERS: list[Callable[..., Message]] = [
    partial(Text, "Hi"),
    partial(Image, URL),
    partial(Video, URL),
    partial(Audio, URL),
    partial(File, URL),
    partial(Images, [URL]),
    partial(GenericTemplate, [CARD]),
    partial(ButtonTemplate, "Which?", [ASK]),
    partial(MediaTemplate, "image", attachment_id=ID),
]


def test_the_union_has_every_kind() -> None:
    """Whatever `send` takes is in the tables of this file."""
    assert {type(make()) for make in MAKERS} == set(get_args(Message))
    assert {type(message) for message, _ in MESSAGES} == set(get_args(Message))
    assert {type(button) for button, _ in BUTTONS} == {*get_args(Button), DefaultAction}
    assert {type(reply) for reply, _ in QUICK_REPLIES} == set(get_args(AnyQuickReply))


@pytest.mark.parametrize("make", MAKERS)
def test_what_may_stand_beside_any_message(make: Callable[..., Message]) -> None:
    """Quick replies in their order, and metadata, also an empty one."""
    plain = make().to_graph()
    replies = [reply for reply, _ in QUICK_REPLIES]

    assert make(quick_replies=(), metadata=None).to_graph() == plain
    assert make(quick_replies=replies).to_graph() == {
        **plain,
        "quick_replies": [graph for _, graph in QUICK_REPLIES],
    }
    assert make(metadata="").to_graph() == {**plain, "metadata": ""}
    assert make(quick_replies=(YES,), metadata="m").to_graph() == {
        **plain,
        "quick_replies": [YES.to_graph()],
        "metadata": "m",
    }


@pytest.mark.parametrize("make", MAKERS)
def test_the_limits_of_what_stands_beside(make: Callable[..., Message]) -> None:
    """13 quick replies and 1000 characters of metadata, and the field is named."""
    made = make(quick_replies=[YES] * 13, metadata="m" * 1000)

    assert len(made.quick_replies) == 13
    with pytest.raises(InvalidInputError, match=r"^quick_replies: must have 0 to 13 .* has 14$"):
        make(quick_replies=[YES] * 14)
    with pytest.raises(InvalidInputError, match=r"^metadata: must have 0 to 1000 .* has 1001$"):
        make(metadata="m" * 1001)


@pytest.mark.parametrize(
    ("message", "fetches"),
    [
        (Text("Hi"), False),
        (Image(URL), True),
        (Image(attachment_id=ID), False),
        (Images([URL, Image(attachment_id=ID)]), True),
        (Images([Image(attachment_id=ID)]), False),
        (GenericTemplate([Element("Soup", image_url=URL)]), False),
        (ButtonTemplate("Which?", [ASK]), False),
        (MediaTemplate("image", url="https://www.facebook.com/a/photos/1"), False),
    ],
)
def test_where_meta_must_fetch_first(message: Message, *, fetches: bool) -> None:
    """Media by URL alone: a send of it takes longer."""
    assert message.fetches is fetches


# What is too long or too short: the field, the least and the most, and how to make one of a length.
LENGTHS: list[tuple[str, int, int, Callable[[str], Sendable]]] = [
    ("text", 1, 2000, Text),
    ("text", 1, 640, lambda text: ButtonTemplate(text, [ASK])),
    ("title", 1, 80, lambda text: Element(text, "Hot")),
    ("subtitle", 0, 80, lambda text: Element("Soup", text, image_url=URL)),
    ("title", 1, 20, lambda text: WebUrlButton(text, URL)),
    ("title", 1, 20, lambda text: PostbackButton(text, "ASK")),
    ("title", 1, 20, lambda text: PhoneNumberButton(text, "+1")),
    ("title", 1, 20, GamePlayButton),
    ("title", 1, 20, lambda text: QuickReply(text, "YES")),
    ("title", 0, 20, lambda text: QuickReply(text, "YES", URL)),
    ("payload", 1, 1000, lambda text: QuickReply("Yes", text)),
    ("payload", 0, 1000, lambda text: QuickReply("Yes", text, URL)),
    ("payload", 1, 1000, lambda text: PostbackButton("Ask", text)),
    ("payload", 0, 1000, lambda text: GamePlayButton("Play", text)),
    ("metadata", 0, 1000, lambda text: Text("Hi", metadata=text)),
    ("message_id", 1, 1000, lambda text: Reaction(text, EMOJI)),
    ("message_id", 1, 1000, ReactionRemoval),
    ("reaction", 1, 100, lambda text: Reaction("m_1", text)),
]


@pytest.mark.parametrize(("field", "least", "most", "make"), LENGTHS)
def test_each_length_at_its_edge(
    field: str, least: int, most: int, make: Callable[[str], Sendable]
) -> None:
    """The least and the most are taken; one beyond is refused by field, limit and length."""
    for text in ("x" * max(least, 1), "x" * least, "x" * most, "ä" * most, EMOJI * (most // 2)):
        assert text in json.dumps(make(text).to_graph(), ensure_ascii=False)
    beyond = ["x" * (most + 1), EMOJI * (most // 2) + "x" * (most % 2 + 1)]
    for text in beyond + [""] * least:
        with pytest.raises(InvalidInputError, match=rf"^{field}: .*{most} characters") as caught:
            make(text)
        assert caught.value.field == field
        assert str(caught.value).endswith(f"and has {most + 1 if text else 0}")
        assert caught.value.__context__ is None


@pytest.mark.parametrize(("field", "least", "most", "make"), LENGTHS)
def test_half_an_emoji_is_no_text(
    field: str, least: int, most: int, make: Callable[[str], Sendable]
) -> None:
    """A lone surrogate cannot travel, whatever the length."""
    assert least < most
    with pytest.raises(InvalidInputError, match=rf"^{field}: .*lone surrogates"):
        make("private \ud83d")


# How many: the field, the least and the most, and how to make so many.
COUNTS: list[tuple[str, int, int, Callable[[int], Sendable]]] = [
    ("quick_replies", 0, 13, lambda number: Text("Hi", quick_replies=[YES] * number)),
    ("images", 1, 10, lambda number: Images([URL] * number)),
    ("elements", 1, 10, lambda number: GenericTemplate([CARD] * number)),
    ("buttons", 0, 3, lambda number: Element("Soup", "Hot", buttons=[ASK] * number)),
    ("buttons", 1, 3, lambda number: ButtonTemplate("Which?", [ASK] * number)),
    (
        "buttons",
        0,
        3,
        lambda number: MediaTemplate("image", attachment_id=ID, buttons=[ASK] * number),
    ),
]


@pytest.mark.parametrize(("field", "least", "most", "make"), COUNTS)
def test_each_count_at_its_edge(
    field: str, least: int, most: int, make: Callable[[int], Sendable]
) -> None:
    """The least and the most are taken; one beyond is refused by field, limit and count."""
    make(least)
    make(most)
    for number in [most + 1] + [0] * least:
        said = f"^{field}: must have {least} to {most} items, and has {number}$"
        with pytest.raises(InvalidInputError, match=said) as caught:
            make(number)
        assert caught.value.field == field
        assert caught.value.__context__ is None


NO_URLS = [
    "",
    "secret",
    "//secret.example",
    "ftp://secret.example/",
    "https:secret.example",
    "https://",
    "https://?secret",
    "https://ana:secret@a.example/",
    "https://a.example:secret/",
    "https://secret.example:123456",
    "https://secret.example/a b",
    "https://secret.example/\n",
    "https://secret.example/Men\u00fc",
    "https://secret\u00fc.example/",
    "https://secret.example\\@evil.example/",
    "javascript:secret",
    "<SECRET_URL>",
]
URLS: list[tuple[str, Callable[[str], Sendable]]] = [
    ("url", lambda url: WebUrlButton("Shop", url)),
    (
        "fallback_url",
        lambda url: WebUrlButton("S", URL, messenger_extensions=True, fallback_url=url),
    ),
    ("url", DefaultAction),
    ("fallback_url", lambda url: DefaultAction(URL, messenger_extensions=True, fallback_url=url)),
    ("url", AccountLinkButton),
    ("image_url", lambda url: QuickReply("Yes", "YES", url)),
    ("image_url", lambda url: Element("Soup", image_url=url)),
    ("url", lambda url: MediaTemplate("image", url=url)),
    ("url", Image),
]


@pytest.mark.parametrize(("field", "make"), URLS)
def test_what_is_no_url(field: str, make: Callable[[str], Sendable]) -> None:
    """It is refused by field, and the error does not say it: a URL may be a secret itself."""
    for url in NO_URLS:
        with pytest.raises(InvalidInputError) as caught:
            make(url)
        assert caught.value.field == field
        assert "secret" not in str(caught.value).lower()
        assert caught.value.__context__ is None


@pytest.mark.parametrize(("field", "make"), URLS)
def test_a_url_has_8000_characters(field: str, make: Callable[[str], Sendable]) -> None:
    """The limit is ours, and the same everywhere."""
    begun = "https://www.facebook.com/"
    url = begun + "x" * (8000 - len(begun))

    assert url in json.dumps(make(url).to_graph())
    with pytest.raises(InvalidInputError, match=rf"^{field}: must have 0 to 8000 .* has 8001$"):
        make(url + "x")


WRONG: list[tuple[str, str, Callable[[], object]]] = [
    # Two fields that do not go together.
    ("url", "https", lambda: WebUrlButton("S", "http://a.example", messenger_extensions=True)),
    ("url", "https", lambda: DefaultAction("http://a.example", messenger_extensions=True)),
    ("fallback_url", "messenger_ext", lambda: WebUrlButton("S", URL, fallback_url=URL)),
    (
        "fallback_url",
        "messenger_extensions",
        lambda: DefaultAction(URL, messenger_extensions=False, fallback_url=URL),
    ),
    ("url", "must be https", lambda: AccountLinkButton("http://a.example")),
    ("context_id", "player_id", lambda: GamePlayButton("P", player_id="1", context_id="2")),
    ("url", "either an https URL or", Image),
    ("url", "and not both", lambda: Video(URL, attachment_id=ID)),
    ("url", "either an https URL or", lambda: Audio("", attachment_id="")),
    ("is_reusable", "with a url", lambda: File(attachment_id=ID, is_reusable=True)),
    ("url", "either an https URL or", lambda: MediaTemplate("image")),
    (
        "url",
        "and not both",
        lambda: MediaTemplate("image", attachment_id=ID, url="https://facebook.com/1"),
    ),
    ("title", "needs a subtitle", lambda: Element("Soup")),
    ("title", "needs a subtitle", lambda: Element("Soup", "", buttons=[])),
    # Words and forms that Meta does not have.
    ("payload", r"\+ and digits", lambda: PhoneNumberButton("Call", "0043 1 secret")),
    ("payload", r"\+ and digits", lambda: PhoneNumberButton("Call", "")),
    ("payload", "1000 characters, and has 1001", lambda: PhoneNumberButton("C", "+" + "1" * 1000)),
    ("attachment_id", "must be an id", lambda: Image(attachment_id="../secret")),
    ("attachment_id", "must be an id", lambda: MediaTemplate("image", attachment_id="1" * 129)),
    ("url", "facebook.com", lambda: MediaTemplate("video", url="https://secret.example/v.mp4")),
    ("url", "facebook.com", lambda: MediaTemplate("video", url="https://notfacebook.com/secret")),
    ("url", "facebook.com", lambda: MediaTemplate("video", url="https://facebook.com.evil.cc/a")),
    ("url", "facebook.com", lambda: MediaTemplate("video", url="https://evil.cc/facebook.com/")),
    ("url", "facebook.com", lambda: MediaTemplate("video", url="https://u:p@facebook.com/a")),
    ("media_type", "'image' or 'video'", lambda: MediaTemplate("audio", attachment_id=ID)),  # type: ignore[arg-type]  # on purpose
    ("webview_height_ratio", "'tall'", lambda: DefaultAction(URL, webview_height_ratio="x")),  # type: ignore[arg-type]  # the same
    ("webview_share_button", "'hide'", lambda: DefaultAction(URL, webview_share_button="show")),  # type: ignore[arg-type]  # the same
    (
        "image_aspect_ratio",
        "'horizontal' or 'square'",
        lambda: GenericTemplate([CARD], image_aspect_ratio="round"),  # type: ignore[arg-type]  # the same
    ),
    # Values of other types; a mapping is not guessed to be one of ours.
    ("quick_replies.1", "QuickReply or", lambda: Text("Hi", quick_replies=[YES, {}])),  # type: ignore[list-item]  # the same
    ("quick_replies", "tuple", lambda: Text("Hi", quick_replies="yes")),  # type: ignore[arg-type]  # the same
    ("quick_replies", "tuple", lambda: Text("Hi", quick_replies=5)),  # type: ignore[arg-type]  # the same
    ("buttons.0", "WebUrlButton or", lambda: ButtonTemplate("W", [DefaultAction(URL)])),  # type: ignore[list-item]  # the same
    ("buttons.0", "and is dict", lambda: Element("S", buttons=[ASK.to_graph()])),  # type: ignore[list-item]  # the same
    ("default_action", "must be DefaultAction", lambda: Element("S", default_action=ASK)),  # type: ignore[arg-type]  # the same
    ("elements.0", "must be Element, and is Text", lambda: GenericTemplate([Text("Hi")])),  # type: ignore[list-item]  # the same
    ("images.1", "must be an Image or its URL, and is Video", lambda: Images([URL, Video(URL)])),  # type: ignore[list-item]  # the same
    ("images.1", "url: must be an https URL", lambda: Images([URL, "http://secret.example"])),
    ("images.0", "belong to the whole", lambda: Images([Image(URL, metadata="m")])),
    ("images.0", "belong to the whole", lambda: Images([Image(URL, quick_replies=[YES])])),
    ("title", "valid string", lambda: PostbackButton(5, "ASK")),  # type: ignore[arg-type]  # the same
    ("reaction", "valid string", lambda: Reaction("m_1", None)),  # type: ignore[arg-type]  # the same
]


@pytest.mark.parametrize(("field", "said", "make"), WRONG)
def test_what_else_is_refused(field: str, said: str, make: Callable[[], object]) -> None:
    """The error names the field and the rule, and does not say what was given."""
    with pytest.raises(InvalidInputError, match=said) as caught:
        make()

    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("url", ["http://facebook.com/1", "HTTPS://M.Facebook.Com/a?b=c#d"])
def test_a_url_on_facebook(url: str) -> None:
    """Its own host, any host below it, and either scheme."""
    assert MediaTemplate("image", url=url).url == url


@pytest.mark.parametrize(
    ("action", "value"), [("react", Reaction("m", "x")), ("unreact", ReactionRemoval("m"))]
)
def test_a_reaction_knows_its_action(action: str, value: Reaction | ReactionRemoval) -> None:
    """What is the payload of which sender action is not left to the caller."""
    assert value.action is SenderAction(action)


@pytest.mark.parametrize("value", [value for value, _ in EVERYTHING])
def test_values_are_values(value: Sendable) -> None:
    """Each is frozen, equal to its copy, hashable, and can be pickled."""
    copy: Sendable = pickle.loads(pickle.dumps(value))  # noqa: S301  # made in this line

    assert copy == value
    assert hash(copy) == hash(value)
    assert copy.to_graph() == value.to_graph()
    with pytest.raises(ValidationError, match=r"frozen|no field"):
        value.title = "x"  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # on purpose


def test_what_was_given_may_change_afterwards() -> None:
    """A message keeps its own list of what it was made of."""
    buttons: list[Button] = [ASK]
    message = ButtonTemplate("Which?", buttons)
    buttons.clear()
    message.to_graph().clear()

    assert message.buttons == (ASK,)
    assert "attachment" in message.to_graph()


@given(text=st.text(max_size=100))
def test_any_text_is_taken_or_our_error(text: str) -> None:
    """Whatever the text, nothing else is raised, and nothing is mended."""
    for _, _, _, make in LENGTHS:
        assert taken(make, text) in {text, None}
    for _, make in URLS:
        assert taken(make, ANY_URL + text) in {ANY_URL + text, None}


def taken(make: Callable[[str], Sendable], text: str) -> str | None:
    """Return *text* if it is in what *make* makes of it, or None if it is refused."""
    try:
        made = make(text)
    except InvalidInputError:
        return None
    return text if text in vars(made).values() else "lost"
