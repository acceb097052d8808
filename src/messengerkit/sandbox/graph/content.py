"""Floor 8: Meta's checks of what a message says; what passes comes back in plain values.

Platform page: /docs/messenger-platform/reference/send-api.
"""

from dataclasses import dataclass, field, replace

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.records import Attachment
from messengerkit.sandbox.world.media import KINDS

from .ask import Ask
from .formparts import FormFile
from .reading import Part
from .refusals import (
    ATTACHMENT_AND_SEVERAL,
    EMPTY_MESSAGE,
    FILE_COUNT,
    NO_ATTACHMENT,
    NO_QUICK_REPLY_PAYLOAD,
    NO_QUICK_REPLY_TITLE,
    TEXT_AND_ATTACHMENT,
    UNSUPPORTED_ATTACHMENT,
    Refused,
    must_be_one_of,
    not_modelled,
    required,
)
from .templates import PAYLOAD, read_template
from .uploads import fetched, find_upload, keep, save, sent_file

_TEXT = 2000  # UTF-16 units: undocumented, and the count that never passes too much
_METADATA = 1000
_MESSAGE = ("text", "attachment", "attachments", "quick_replies", "metadata")
_MOST_IMAGES = 10  # Messenger's own number is not documented; this is Instagram's
_MOST_REPLIES = 13
_REPLY_TYPES = ("text", "user_phone_number", "user_email")
_REPLY_TITLE = 20
_REPLY_PAYLOAD = 1000


@dataclass(slots=True, kw_only=True)
class Content:
    """What a message says.

    Attributes:
        text: The text; empty where it is media or a template.
        attachments: The media.
        template: The payload of a template, or None.
        template_type: Its type, or None.
        quick_replies: What the person may tap.
        metadata: What comes back in the echo.
        file: The file that came with it, which is kept once it is sure to go out, or None.
        reusable: Whether its file is to be saved by the way.
        json: The message as it came in.
    """

    text: str = ""
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    template: JsonObject | None = None
    template_type: str | None = None
    quick_replies: tuple[JsonObject, ...] = ()
    metadata: str | None = None
    file: FormFile | None = None
    reusable: bool = False
    json: JsonObject

    @property
    def is_heavy(self) -> bool:
        """Whether it is audio or video, which Meta counts apart."""
        return any(one.type in {"audio", "video"} for one in self.attachments)


def read_content(message: Part, ask: Ask) -> Content:
    """Return what *message* says.

    Raises:
        Refused: If Meta refuses it.
    """
    message.only(_MESSAGE)
    content = Content(metadata=message.text("metadata", _METADATA), json=message.value)
    text, attachment = message.text("text", _TEXT), message.part("attachment")
    several = message.has("attachments")
    if text and (attachment is not None or several):
        raise Refused(TEXT_AND_ATTACHMENT)
    if attachment is not None and several:
        raise Refused(ATTACHMENT_AND_SEVERAL)
    if text:
        content.text = text
    elif attachment is not None:
        _attachment(attachment, content, ask)
    elif several:
        _images(message, content, ask)
    else:
        raise Refused(EMPTY_MESSAGE)
    content.quick_replies = _quick_replies(message)
    if ask.call.files and content.file is None:
        raise Refused(FILE_COUNT)  # a file that the message has no place for
    return content


def keep_media(content: Content, ask: Ask) -> str | None:
    """Keep the file that came with a message, and save what it wants saved.

    Returns:
        The id of what was saved, or None.
    """
    if content.file is not None:
        place, name = keep(ask, content.file)
        content.attachments = [replace(content.attachments[0], url=place, name=name)]
    if not content.reusable:
        return None
    (found,) = content.attachments
    upload = save(ask, found.type, found.url, found.name)
    content.attachments = [replace(found, attachment_id=upload.id)]
    return upload.id


def media_type(attachment: Part) -> str:
    """Return what kind of attachment it is: media, or `template`."""
    kind = attachment.text("type")
    if kind is None:
        raise Refused(required(attachment.at("type")))
    if kind.lower() not in (*KINDS, "template"):
        raise Refused(UNSUPPORTED_ATTACHMENT)
    return kind.lower()


def _attachment(attachment: Part, content: Content, ask: Ask) -> None:
    attachment.only(("type", "payload"))
    kind = media_type(attachment)
    payload = attachment.needed("payload")
    if kind == "template":
        template = Part(payload.value, PAYLOAD)
        content.template_type = read_template(template, ask.page, ask.now)
        content.template = payload.value
        return
    found = _medium(payload, kind, ask)
    if found is None:
        content.file = sent_file(ask, kind)
        found = Attachment(kind, "")
    content.attachments.append(found)
    content.reusable = found.attachment_id is None and bool(payload.flag("is_reusable"))


def _images(message: Part, content: Content, ask: Ask) -> None:
    for item in message.parts("attachments", _MOST_IMAGES, least=1):
        if media_type(item) != "image":
            raise Refused(not_modelled("several attachments that are no images"))
        item.only(("type", "payload"))
        payload = item.needed("payload")
        found = _medium(payload, "image", ask)
        if found is None or payload.flag("is_reusable"):
            raise Refused(not_modelled("several attachments but by url or attachment_id"))
        content.attachments.append(found)


def _medium(payload: Part, kind: str, ask: Ask) -> Attachment | None:
    """Return the medium that *payload* names, or None if it is a file of the call's own."""
    payload.only(("url", "attachment_id", "is_reusable"))
    attachment_id = payload.identifier("attachment_id")
    if attachment_id is not None:
        upload = find_upload(ask.page, attachment_id, ask.now)
        if upload is None or upload.type != kind:
            raise Refused(NO_ATTACHMENT)
        return Attachment(kind, upload.url, upload.id, upload.name)
    url = fetched(payload)
    if url is None and not ask.call.files:
        raise Refused(required(payload.at("url")))
    return None if url is None else Attachment(kind, url)


def _quick_replies(message: Part) -> tuple[JsonObject, ...]:
    replies = message.parts("quick_replies", _MOST_REPLIES)
    for reply in replies:
        _quick_reply(reply)
    return tuple(reply.value for reply in replies)


def _quick_reply(reply: Part) -> None:
    reply.only(("content_type", "title", "payload", "image_url"))
    kind = reply.text("content_type")
    if kind is None:
        raise Refused(required(reply.at("content_type")))
    if kind not in _REPLY_TYPES:
        raise Refused(must_be_one_of(reply.at("content_type"), _REPLY_TYPES))
    image = reply.url("image_url")
    title, payload = reply.text("title", _REPLY_TITLE), reply.text("payload", _REPLY_PAYLOAD)
    if kind != "text" or image is not None:
        return
    if not title:
        raise Refused(NO_QUICK_REPLY_TITLE)
    if not payload:
        raise Refused(NO_QUICK_REPLY_PAYLOAD)
