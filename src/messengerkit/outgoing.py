"""Floor 5: what a page does, as calls: a message to a person, a sign of life, an upload.

Platform page: /docs/messenger-platform/reference/send-api.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import UnionType
from typing import Literal, NamedTuple, TypeAlias, cast

from pydantic_core import to_json

from ._author import Author
from ._graph import Call
from ._json import JsonObject
from ._model import check, identifier, one_of
from ._multipart import form
from .errors import UnreadableAnswerError
from .messages import AttachmentType, Audio, Message, SenderAction, Text, Video
from .messages._actions import MESSAGE_ID_LIMIT
from .messages._quick_replies import Outgoing
from .messages._text import is_short
from .rates import Rate
from .terms import SendOptions
from .uploads import Progress, Source
from .window import permit

MESSAGES = ("me", "messages")

Platform: TypeAlias = Literal["messenger", "instagram"]
"""Where the people are: the page's Messenger, or its Instagram account."""

NotificationType: TypeAlias = Literal["REGULAR", "SILENT_PUSH", "NO_PUSH"]
"""How the person's device tells of a message: with a sound, without one, or not at all."""


class MessageOptions(SendOptions, total=False):
    """What one message has besides its words; the rest is as for every call.

    Attributes:
        author: Who wrote it; by default a bot. A person's words go before a bot's, and
            may be sent for 7 days where the app has Meta's "Human Agent" feature.
        last_user_message_at: When the person last wrote, aware. With it the reply window
            is checked here, and the message gets the type and the tag that it needs;
            without it Meta decides.
        reply_to: The message (mid) that it answers.
        persona_id: The persona that says it.
        notification_type: How the person's device tells of it.
    """

    author: Author
    last_user_message_at: datetime | None
    reply_to: str | None
    persona_id: str | None
    notification_type: NotificationType | None


class ActionOptions(SendOptions, total=False):
    """What a sign of typing may have besides; the rest is as for every call.

    Attributes:
        persona_id: The persona that is typing.
    """

    persona_id: str | None


class UploadOptions(SendOptions, total=False):
    """What an upload may have besides; the rest is as for every call.

    Attributes:
        filename: What the file is called; by default as its path says.
        content_type: Its media type; by default as its name says.
        size: The bytes of a stream, if they are known.
        progress: Is told, piece by piece, how many bytes have left, and of how many.
        platform: `messenger`, or `instagram`.
    """

    filename: str
    content_type: str
    size: int
    progress: Progress
    platform: Platform


_CALLS = SendOptions.__annotations__.keys()
_MESSAGES = MessageOptions.__annotations__.keys()
_ACTIONS = ActionOptions.__annotations__.keys()
_UPLOADS = UploadOptions.__annotations__.keys()
_CARRIED = (_MESSAGES | _ACTIONS | _UPLOADS) - _CALLS


class Letter(NamedTuple):
    """What is sent, as the call sees it.

    Attributes:
        content: The `message` object of the Send API.
        fetches: Whether Meta must fetch something first.
        rate: What Meta counts it as.
    """

    content: Mapping[str, object]
    fetches: bool = False
    rate: Rate = Rate.MESSAGES


def letter_of(message: Message | str) -> Letter:
    """Return what *message* is; plain text stands for a `Text`.

    Raises:
        InvalidInputError: If it is text that breaks its limit, or neither text nor a message.
    """
    if isinstance(message, str):
        return Letter({"text": message} if is_short(message) else Text(message).to_graph())
    check(_is(message, Outgoing), "message", "text, or a message such as an Image")
    rate = Rate.AUDIO_VIDEO if isinstance(message, (Audio, Video)) else Rate.MESSAGES
    return Letter(message.to_graph(), message.fetches, rate)


def message_call(
    recipient_id: str,
    letter: Letter,
    options: MessageOptions,
    now: Callable[[], datetime],
    *,
    human_agent: bool,
) -> Call:
    """Return the call that sends *letter*.

    Raises:
        InvalidInputError: If an id is none, or an option is not as it must be.
        OutsideWindowError: If the reply window is over.
        TypeError: If an option is not one of a message.
    """
    parameters: dict[str, object] = {
        "recipient": {"id": identifier(recipient_id, "recipient_id")},
        "messaging_type": "RESPONSE",
        "message": letter.content,
    }
    if options:
        _expect(options, _MESSAGES)
        parameters |= _manner(options, now, human_agent=human_agent)
    return Call(
        "POST",
        MESSAGES,
        parameters,
        fetches=letter.fetches,
        recipient_id=recipient_id,
        rate=letter.rate,
        urgent=options.get("author") is Author.HUMAN,
    )


def _manner(
    options: MessageOptions, now: Callable[[], datetime], *, human_agent: bool
) -> dict[str, object]:
    author, wrote = options.get("author", Author.BOT), options.get("last_user_message_at")
    # A word in its place would be taken for a bot's, and wait where a person does not.
    check(_is(author, Author), "author", "Author.BOT or Author.HUMAN")
    check(_is(wrote, datetime | None), "last_user_message_at", "an aware datetime")
    manner = permit(
        author=author, last_user_message_at=wrote, now=now(), human_agent=human_agent
    ).to_graph()
    if (mid := options.get("reply_to")) is not None:
        good = _is(mid, str) and 0 < len(mid) <= MESSAGE_ID_LIMIT and mid.isprintable()
        check(good, "reply_to", "a message id (mid), as a webhook or a send gave it")
        manner["reply_to"] = {"mid": mid}
    if (persona := options.get("persona_id")) is not None:
        manner["persona_id"] = identifier(persona, "persona_id")
    if (told := options.get("notification_type")) is not None:
        manner["notification_type"] = one_of(NotificationType, told, "notification_type")
    return manner


def accepted(answer: JsonObject) -> tuple[str | None, str]:
    """Return whom Meta says that a message is for, if it does, and the message's id.

    Raises:
        UnreadableAnswerError: If *answer* has no id.
    """
    to, mid = answer.get("recipient_id"), answer.get("message_id")
    if not isinstance(mid, str) or not mid:
        msg = "Meta's answer to a send has no message_id."
        raise UnreadableAnswerError(msg)
    return to if isinstance(to, str) else None, mid


def call_options(options: MessageOptions | ActionOptions | UploadOptions) -> SendOptions:
    """Return what of *options* is about the call, and not about what it carries.

    What is of neither stays, for the call to refuse.
    """
    return cast("SendOptions", {name: it for name, it in options.items() if name not in _CARRIED})


def action_call(
    recipient_id: str,
    action: SenderAction,
    options: ActionOptions,
    *,
    payload: JsonObject | None = None,
) -> Call:
    """Return the call that shows *action* to a person.

    Raises:
        InvalidInputError: If an id is none.
        TypeError: If an option is not one of an action.
    """
    _expect(options, _ACTIONS)
    persona_id = options.get("persona_id")
    parameters: dict[str, object] = {
        "recipient": {"id": identifier(recipient_id, "recipient_id")},
        "sender_action": action.value,
    }
    if payload is not None:
        parameters["payload"] = payload
    if persona_id is not None:
        parameters["persona_id"] = identifier(persona_id, "persona_id")
    return Call("POST", MESSAGES, parameters, repeatable=True, rate=Rate.MESSAGES)


def page_call() -> Call:
    """Return the call that asks whose token this is."""
    asked = {"fields": "id,name"}
    # Whoever looks whether the page can be served wants to hear that it waits, not to wait.
    return Call(method="GET", path=("me",), parameters=asked, repeatable=True, urgent=True)


def upload_call(
    kind: AttachmentType, source: Source, options: UploadOptions, *, boundary: str
) -> Call:
    """Return the call that uploads *source* as *kind*; *boundary* is any word, not in it.

    Raises:
        TypeError: If an option is not one of an upload.
    """
    _expect(options, _UPLOADS)
    platform = one_of(Platform, options.get("platform", "messenger"), "platform")
    message = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    body = form(
        {"message": to_json(message).decode(), "platform": platform},
        filename=source.filename,
        content_type=source.content_type,
        size=source.size,
        pieces=source.watched(options.get("progress")),
        boundary=boundary,
    )
    # Twice the same file is two ids, and nobody is the worse for it.
    return Call("POST", ("me", "message_attachments"), form=body, repeatable=True, fetches=True)


def _expect(options: Mapping[str, object], known: Collection[str]) -> None:
    if unknown := options.keys() - known:
        msg = f"unexpected keyword arguments: {', '.join(sorted(unknown))}"
        raise TypeError(msg)


# Of objects, because callers without a type checker hand in anything.
def _is(value: object, kind: type | UnionType) -> bool:
    return isinstance(value, kind)
