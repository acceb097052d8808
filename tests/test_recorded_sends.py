"""Send bodies that others recorded, where there are any: our types say the same.

Set MESSENGERKIT_RECORDED to a folder with a subfolder `send` of JSON files, each with a
`request`. Every request is parsed into our types, and what they make of it is compared with
what was recorded. The counts, and each miss with its reason, are printed.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypedDict, cast

import pytest

from messengerkit import InvalidInputError
from messengerkit._json import is_list, is_object
from messengerkit._model import identifier
from messengerkit.buttons import (
    AccountLinkButton,
    AccountUnlinkButton,
    Button,
    DefaultAction,
    GamePlayButton,
    PhoneNumberButton,
    PostbackButton,
    WebUrlButton,
    WebviewHeight,
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
from messengerkit.messages._templates import ImageAspectRatio

FOLDER = os.environ.get("MESSENGERKIT_RECORDED")
TEMPLATES = ("generic", "button", "media")
MEDIA: dict[str, type[Image | Video | Audio | File]] = {
    kind.kind: kind for kind in (Image, Video, Audio, File)
}
# PLATFORM: what Meta takes today beside a message.
TODAY = {
    "messaging_type": {"RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"},
    "tag": {"HUMAN_AGENT", "CUSTOMER_FEEDBACK"},
    "notification_type": {"REGULAR", "SILENT_PUSH", "NO_PUSH"},
    "sender_action": {action.value for action in SenderAction},
}

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="MESSENGERKIT_RECORDED IS NOT SET: NO RECORDED SEND WAS TRIED."
)


class NoPlaceError(Exception):
    """Our types have no place for what was recorded."""


class Recorded:
    """A recorded JSON object that is read field by field, and knows what was not read."""

    def __init__(self, value: object, path: str = "") -> None:
        if not is_object(value):
            msg = f"{path}: is not an object"
            raise NoPlaceError(msg)
        self._rest = dict(value)
        self._path = path
        self._parts: list[Recorded] = []

    def unread(self) -> list[str]:
        """Return the paths of the fields that nobody asked for, here and below."""
        below = [path for part in self._parts for path in part.unread()]
        return [f"{self._path}[{name}]" for name in self._rest] + below

    def has(self, name: str) -> bool:
        """Return whether there is something under *name*, and leave it there."""
        return self._rest.get(name) is not None

    def text(self, name: str) -> str | None:
        """Take the text under *name*."""
        value = self._rest.pop(name, None)
        if value is None or isinstance(value, str):
            return value
        msg = f"{self._path}[{name}]: is not text"
        raise NoPlaceError(msg)

    def words(self, name: str) -> str:
        """Take the text under *name*, which must be there."""
        value = self.text(name)
        if value is None:
            msg = f"{self._path}[{name}]: is missing"
            raise NoPlaceError(msg)
        return value

    def id(self, name: str) -> str | None:
        """Take the id under *name*, which some write as a number."""
        if isinstance(self._rest.get(name), int):
            self._rest[name] = str(self._rest[name])
        return self.text(name)

    def flag(self, name: str) -> bool | None:
        """Take the truth value under *name*."""
        value = self._rest.pop(name, None)
        if value is None or isinstance(value, bool):
            return value
        msg = f"{self._path}[{name}]: is neither true nor false"
        raise NoPlaceError(msg)

    def part(self, name: str) -> "Recorded":
        """Take the object under *name*."""
        self._parts.append(Recorded(self._rest.pop(name, None), f"{self._path}[{name}]"))
        return self._parts[-1]

    def parts(self, name: str) -> "list[Recorded]":
        """Take the objects in the list under *name*; no list is an empty one."""
        values = self._rest.pop(name, [])
        if not is_list(values):
            msg = f"{self._path}[{name}]: is not a list"
            raise NoPlaceError(msg)
        path = f"{self._path}[{name}]"
        parts = [Recorded(value, f"{path}[{index}]") for index, value in enumerate(values)]
        self._parts += parts
        return parts


class Beside(TypedDict):
    """What may stand beside any message."""

    quick_replies: list[AnyQuickReply]
    metadata: str | None


def message_of(sent: Recorded) -> Message:
    """Return the message that *sent* is."""
    beside = Beside(
        quick_replies=[quick_reply_of(reply) for reply in sent.parts("quick_replies")],
        metadata=sent.text("metadata"),
    )
    if sent.has("attachments"):
        return Images([image_of(part) for part in sent.parts("attachments")], **beside)
    if not sent.has("attachment"):
        return Text(sent.words("text"), **beside)
    attachment = sent.part("attachment")
    kind, payload = attachment.words("type"), attachment.part("payload")
    return template_of(payload, beside) if kind == "template" else media_of(kind, payload, beside)


def quick_reply_of(sent: Recorded) -> AnyQuickReply:
    """Return the quick reply that *sent* is."""
    match sent.words("content_type"):
        case "text":
            return QuickReply(sent.words("title"), sent.words("payload"), sent.text("image_url"))
        case "user_phone_number":
            return PhoneQuickReply()
        case "user_email":
            return EmailQuickReply()
        case other:
            raise NoPlaceError(other)


def media_of(kind: str, payload: Recorded, beside: Beside) -> Message:
    """Return the media that *payload* points to."""
    if kind not in MEDIA:
        raise NoPlaceError(kind)
    return MEDIA[kind](
        payload.text("url"),
        attachment_id=payload.id("attachment_id"),
        is_reusable=payload.flag("is_reusable") or False,
        **beside,
    )


def image_of(sent: Recorded) -> Image:
    """Return one of several images."""
    image = media_of(
        sent.words("type"), sent.part("payload"), Beside(quick_replies=[], metadata=None)
    )
    if not isinstance(image, Image):
        raise NoPlaceError(image.__class__.__name__)
    return image


def template_of(sent: Recorded, beside: Beside) -> Message:
    """Return the template that *sent* is."""
    sharable = sent.flag("sharable")
    match sent.words("template_type"):
        case "generic":
            ratio = sent.text("image_aspect_ratio")
            return GenericTemplate(
                [element_of(element) for element in sent.parts("elements")],
                image_aspect_ratio=cast("ImageAspectRatio | None", ratio),
                sharable=sharable,
                **beside,
            )
        case "button":
            text, buttons = sent.words("text"), buttons_of(sent)
            return ButtonTemplate(text, buttons, sharable=sharable, **beside)
        case "media":
            (element,) = sent.parts("elements")
            return MediaTemplate(
                cast("Literal['image', 'video']", element.words("media_type")),
                attachment_id=element.id("attachment_id"),
                url=element.text("url"),
                buttons=buttons_of(element),
                sharable=sharable,
                **beside,
            )
        case other:
            raise NoPlaceError(other)


def element_of(sent: Recorded) -> Element:
    """Return the card that *sent* is."""
    return Element(
        sent.words("title"),
        sent.text("subtitle"),
        image_url=sent.text("image_url"),
        default_action=action_of(sent.part("default_action"))
        if sent.has("default_action")
        else None,
        buttons=buttons_of(sent),
    )


class Webview(TypedDict):
    """How a page opens."""

    webview_height_ratio: WebviewHeight | None
    messenger_extensions: bool | None
    fallback_url: str | None
    webview_share_button: Literal["hide"] | None


def webview_of(sent: Recorded) -> Webview:
    """Return how the page of *sent* opens."""
    return Webview(
        webview_height_ratio=cast("WebviewHeight | None", sent.text("webview_height_ratio")),
        messenger_extensions=sent.flag("messenger_extensions"),
        fallback_url=sent.text("fallback_url"),
        webview_share_button=cast("Literal['hide'] | None", sent.text("webview_share_button")),
    )


def action_of(sent: Recorded) -> DefaultAction:
    """Return what a tap on a card opens."""
    if (kind := sent.words("type")) != "web_url":
        raise NoPlaceError(kind)
    return DefaultAction(sent.words("url"), **webview_of(sent))


def buttons_of(sent: Recorded) -> list[Button]:
    """Return the buttons under *sent*."""
    return [button_of(button) for button in sent.parts("buttons")]


def button_of(sent: Recorded) -> Button:
    """Return the button that *sent* is."""
    match sent.words("type"):
        case "web_url":
            return WebUrlButton(sent.words("title"), sent.words("url"), **webview_of(sent))
        case "postback":
            return PostbackButton(sent.words("title"), sent.words("payload"))
        case "phone_number":
            return PhoneNumberButton(sent.words("title"), sent.words("payload"))
        case "account_link":
            return AccountLinkButton(sent.words("url"))
        case "account_unlink":
            return AccountUnlinkButton()
        case "game_play":
            game = sent.part("game_metadata") if sent.has("game_metadata") else Recorded({})
            return GamePlayButton(
                sent.words("title"),
                sent.text("payload"),
                player_id=game.id("player_id"),
                context_id=game.id("context_id"),
            )
        case other:
            raise NoPlaceError(other)


def act_of(sent: Recorded) -> dict[str, object]:
    """Return the sender action that *sent* is, and its payload."""
    action = SenderAction(sent.words("sender_action").lower())
    made: dict[str, object] = {"sender_action": action.value}
    if sent.has("payload"):
        payload = sent.part("payload")
        mid = payload.words("message_id")
        reaction = payload.text("reaction")
        value = ReactionRemoval(mid) if reaction is None else Reaction(mid, reaction)
        assert value.action is action
        made["payload"] = value.to_graph()
    return made


def miss(request: dict[str, object]) -> str | None:
    """Return why our types do not say what *request* says, or None if they do."""
    names = ("message", "sender_action", "payload")
    wanted = {name: request[name] for name in names if name in request}
    sent = Recorded(wanted)
    try:
        made = act_of(sent) if "sender_action" in wanted else {}
        if "message" in wanted:
            made["message"] = message_of(sent.part("message")).to_graph()
    except (InvalidInputError, NoPlaceError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if unread := sent.unread():
        return f"no place for {', '.join(unread)}"
    return None if made == meaning(wanted) else f"{made} is not {wanted}"


def meaning(value: object) -> object:
    """Return *value* with what says nothing left out, and ids as text, as the Send API has them."""
    if is_list(value):
        return [meaning(one) for one in value]
    if not is_object(value):
        return value
    said = {name: meaning(one) for name, one in value.items() if one is not None and one != []}
    if said.get("is_reusable") is False:
        del said["is_reusable"]
    if isinstance(said.get("attachment_id"), int):
        said["attachment_id"] = str(said["attachment_id"])
    if isinstance(action := said.get("sender_action"), str):
        said["sender_action"] = action.lower()
    return said


def kind_of(request: dict[str, object]) -> str | None:
    """Return the kind of a send that is none of ours, or None if it is one of ours."""
    message = request.get("message")
    attachment = message.get("attachment") if is_object(message) else None
    payload = attachment.get("payload") if is_object(attachment) else None
    template = payload.get("template_type") if is_object(payload) else None
    if is_object(message) and {"template", "sticker_id", "dynamic_text"} & message.keys():
        return "a message without text or attachment"
    return None if template is None or template in TEMPLATES else f"the template {template}"


def sends() -> Iterator[tuple[str, dict[str, object]]]:
    """Return the name and the body of each recorded call to the send edge."""
    for file in sorted(Path(FOLDER or "", "send").glob("*.json")):
        found: object = json.loads(file.read_bytes())
        request = found.get("request") if is_object(found) else None
        if not is_object(request) or "recipient" not in request:
            continue
        if request.get("message") is not None or "sender_action" in request:
            yield file.name, request


def around(request: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Return what stands around the message: each field, and what becomes of its value."""
    recipient = request.get("recipient")
    for name, value in recipient.items() if is_object(recipient) else ():
        if name != "id":
            yield f"recipient.{name}", "another recipient than an id"
            continue
        try:
            identifier(str(value), "id")
        except InvalidInputError as error:
            yield "recipient.id", str(error)
        else:
            yield "recipient.id", "ours"
    for name, value in request.items():
        if name in TODAY:
            today = str(value) in TODAY[name]
            yield name, f"{value}, which Meta {'takes' if today else 'takes no more'}"
        elif name not in {"recipient", "message", "payload"}:
            yield name, "not looked at"


def test_recorded_sends_can_be_said() -> None:
    """Of the sends of our kinds, 95 % come out as they were recorded."""
    said, misses, others = 0, list[str](), Counter[str]()
    fields: Counter[tuple[str, str]] = Counter()
    for name, request in sends():
        if (other := kind_of(request)) is not None:
            others[other] += 1
            continue
        fields.update(around(request))
        reason = miss(request)
        said += reason is None
        misses += [] if reason is None else [f"{name}: {reason}"]
    share = said / (said + len(misses))
    found = [f"around the message: {': '.join(one)}: {n}" for one, n in sorted(fields.items())]
    found += [f"of another kind: {other}: {n}" for other, n in sorted(others.items())]
    found += [*misses, f"of our kinds: {said} of {said + len(misses)} said: {share:.2%}"]
    print("\n".join(found))  # noqa: T201  # it tells what it found

    assert share >= 0.95
