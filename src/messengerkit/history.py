"""Floor 2: conversations and their messages as Meta keeps them.

Platform page: /docs/messenger-platform/conversations.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from typing_extensions import override

from . import _inbound as read
from ._inbound import Field, Inbound, as_identifier, as_list, as_text, inner
from ._json import JsonObject, is_list, is_object

T = TypeVar("T")


class _Edge(Field[tuple[T, ...]]):
    """A field whose list Meta wraps, as it does on every edge: `{"data": […]}`."""

    __slots__ = ()

    def __init__(self, make: Callable[[JsonObject], T | None], name: str = "") -> None:
        def made(value: object) -> tuple[T, ...]:
            each = (make(one) for one in as_list(_data(value)) if is_object(one))
            return tuple(one for one in each if one is not None)

        super().__init__(made, name)

    @override
    def is_unreadable(self, instance: Inbound) -> bool:
        """Return whether there is something that is no list, wrapped or not."""
        value = instance._json.get(self._name)  # noqa: SLF001  # a part of its value
        return value is not None and not is_list(_data(value))


def _data(value: object) -> object:
    return value.get("data") if is_object(value) else value


def _tag(tag: JsonObject) -> str | None:
    return as_text(tag.get("name"))


class Participant(Inbound):
    """Somebody in a conversation: the person, or the page.

    Attributes:
        id: The person's PSID, or the page's id.
        name: The name, on Messenger.
        username: The user name, on Instagram.
        email: Meta's own address for the id, on Messenger; nobody reads it.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    name: Field[str | None] = read.private()
    username: Field[str | None] = read.private()
    email: Field[str | None] = read.private()


class Conversation(Inbound):
    """A conversation between the page and a person.

    Attributes:
        id: Meta's id of it, like `t_…`.
        updated_at: When the last message was written.
        link: Where it is in the Page's inbox, as a path.
        snippet: How the last message begins.
        message_count: How many messages it has.
        unread_count: How many of them nobody at the page has read.
        can_reply: Whether the page may write now, as Meta sees it.
        participants: The person, and the page.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    updated_at: Field[datetime | None] = read.moment("updated_time")
    link: Field[str | None] = read.text()
    snippet: Field[str | None] = read.private()
    message_count: Field[int | None] = read.number()
    unread_count: Field[int | None] = read.number()
    can_reply: Field[bool] = read.flag()
    participants: Field[tuple[Participant, ...]] = _Edge(Participant)


class MessageAttachment(Inbound):
    """What was sent with a message; its URL expires: keep the file, not the URL.

    Attributes:
        id: Meta's id of it.
        mime_type: Its type, like `image/jpeg`.
        name: What the file is called.
        size: Its bytes.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    mime_type: Field[str | None] = read.text()
    name: Field[str | None] = read.private()
    size: Field[int | None] = read.number()

    @property
    def kind(self) -> str:
        """What it is: `image`, `video`, `template`, or `file`, as which audio counts, too."""
        for kind in ("image", "video"):
            if f"{kind}_data" in self._json:
                return kind
        return "template" if "generic_template" in self._json else "file"

    @property
    def url(self) -> str | None:
        """Where it can be had: Meta names it differently for files, images and videos."""
        places = (
            self._json.get("file_url"),
            inner(self._json, "image_data").get("url"),
            inner(self._json, "video_data").get("url"),
        )
        return next((url for url in map(as_text, places) if url), None)


class RepliedTo(Inbound):
    """What a message answers.

    Attributes:
        mid: The message that is answered.
        is_self_reply: Whether the writer answers their own message.
    """

    __slots__ = ()
    mid: Field[str | None] = read.identifier()
    is_self_reply: Field[bool] = read.flag()


class ConversationMessage(Inbound):
    """A message of a conversation; of an old one Meta tells the id alone: see `has_details`.

    Attributes:
        id: The message's id (mid), the one that webhooks carry.
        created_at: When it was written.
        text: What it says; empty where it is media.
        to: Whom it was written to.
        attachments: What was sent with it.
        sticker: The URL of the sticker that it is.
        tags: Meta's labels on it: `inbox`, `sent`, `source:web`, ….
        reply_to: What it answers.
        is_unsupported: Whether it is something that the API cannot show.
    """

    __slots__ = ()
    id: Field[str | None] = read.identifier()
    created_at: Field[datetime | None] = read.moment("created_time")
    text: Field[str | None] = read.private("message")
    to: Field[tuple[Participant, ...]] = _Edge(Participant)
    attachments: Field[tuple[MessageAttachment, ...]] = _Edge(MessageAttachment)
    sticker: Field[str | None] = read.text()
    tags: Field[tuple[str, ...]] = _Edge(_tag)
    reply_to: Field[RepliedTo | None] = read.part(RepliedTo)
    is_unsupported: Field[bool] = read.flag()

    @property
    def from_id(self) -> str | None:
        """Who wrote it: a person's PSID, or the page."""
        return as_identifier(inner(self._json, "from").get("id"))

    @property
    def from_name(self) -> str | None:
        """Who wrote it, by name, or by user name on Instagram."""
        writer = inner(self._json, "from")
        return as_text(writer.get("name")) or as_text(writer.get("username"))

    @property
    def has_details(self) -> bool:
        """Whether Meta told more than which message it is, and of when."""
        return bool(self._json.keys() - {"id", "created_time"})
