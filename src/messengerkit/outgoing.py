"""Floor 5: what a page does, as calls: a message to a person, a sign of life, any call at all.

Platform page: /docs/messenger-platform/reference/send-api.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias, cast

from pydantic_core import to_json

from ._author import Author
from ._graph import Call
from ._json import JsonObject
from ._model import identifier
from ._multipart import form
from .errors import InvalidInputError
from .messages import AttachmentType, Audio, Message, SenderAction, Text, Video
from .messages._text import is_short
from .rates import Rate
from .sending import SendOptions
from .uploads import Progress, Source
from .window import check_tag, permit

MESSAGES = ("me", "messages")

NotificationType: TypeAlias = Literal["REGULAR", "SILENT_PUSH", "NO_PUSH"]
"""How the person's device tells of a message: with a sound, without one, or not at all."""

Method: TypeAlias = Literal["GET", "POST", "DELETE"]
"""How the Graph API is called."""


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
    notification_type: NotificationType


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
    platform: Literal["messenger", "instagram"]


_CALLS = SendOptions.__annotations__.keys()


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
        InvalidInputError: If it is text that breaks its limit.
    """
    if isinstance(message, str):
        return Letter({"text": message} if is_short(message) else Text(message).to_graph())
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
    """
    parameters: dict[str, object] = {
        "recipient": {"id": identifier(recipient_id, "recipient_id")},
        "messaging_type": "RESPONSE",
        "message": letter.content,
    }
    urgent = False
    if options:
        parameters |= _manner(options, now, human_agent=human_agent)
        urgent = options.get("author") is Author.HUMAN
    return Call(
        "POST",
        MESSAGES,
        parameters,
        fetches=letter.fetches,
        recipient_id=recipient_id,
        rate=letter.rate,
        urgent=urgent,
    )


def _manner(
    options: MessageOptions, now: Callable[[], datetime], *, human_agent: bool
) -> dict[str, object]:
    permitted = permit(
        author=options.get("author", Author.BOT),
        last_user_message_at=options.get("last_user_message_at"),
        now=now(),
        human_agent=human_agent,
    )
    manner = permitted.to_graph()
    if (mid := options.get("reply_to")) is not None:
        manner["reply_to"] = {"mid": _mid(mid, "reply_to")}
    if (persona := options.get("persona_id")) is not None:
        manner["persona_id"] = identifier(persona, "persona_id")
    if (told := options.get("notification_type")) is not None:
        manner["notification_type"] = _notification(told)
    return manner


def call_options(options: MessageOptions | ActionOptions | UploadOptions) -> SendOptions:
    """Return what of *options* is about the call, and not about what it carries.

    What is of neither stays, for the call to refuse.
    """
    if not options or options.keys() <= _CALLS:
        return options
    rest = {name: value for name, value in options.items() if name not in _CARRIED}
    return cast("SendOptions", rest)


_CARRIED = (
    MessageOptions.__annotations__.keys()
    | ActionOptions.__annotations__.keys()
    | UploadOptions.__annotations__.keys()
) - _CALLS


def action_call(
    recipient_id: str,
    action: SenderAction,
    persona_id: str | None = None,
    *,
    payload: JsonObject | None = None,
) -> Call:
    """Return the call that shows *action* to a person.

    Raises:
        InvalidInputError: If an id is none.
    """
    parameters: dict[str, object] = {
        "recipient": {"id": identifier(recipient_id, "recipient_id")},
        "sender_action": action.value,
    }
    if payload is not None:
        parameters["payload"] = payload
    if persona_id is not None:
        parameters["persona_id"] = identifier(persona_id, "persona_id")
    return Call(
        method="POST", path=MESSAGES, parameters=parameters, repeatable=True, rate=Rate.MESSAGES
    )


def any_call(
    method: Method, path: str, parameters: Mapping[str, object] | None, *, repeatable: bool | None
) -> Call:
    """Return the call of *method* and *path*, such as `GET` and `me/subscribed_apps`.

    Raises:
        InvalidInputError: If the path is none, or a tag is one that Meta retired.
        RetiredTagError: The same, for a tag that it once knew.
    """
    segments = tuple(path.strip("/").split("/"))
    if not all(segments) or not {".", ".."}.isdisjoint(segments) or "?" in path:
        msg = "path: must be names with slashes between them, such as me/subscribed_apps"
        raise InvalidInputError(msg, field="path")
    sends = method == "POST" and segments[-1] == "messages"
    given = dict(parameters or {})
    if sends and isinstance(tag := given.get("tag"), str):
        check_tag(tag)
    return Call(
        method=method,
        path=segments,
        parameters=given,
        repeatable=method != "POST" if repeatable is None else repeatable,
        rate=Rate.MESSAGES if sends else Rate.OTHER,
    )


def page_call() -> Call:
    """Return the call that asks whose token this is."""
    return Call(method="GET", path=("me",), parameters={"fields": "id,name"}, repeatable=True)


def upload_call(
    kind: AttachmentType, source: Source, options: UploadOptions, *, boundary: str
) -> Call:
    """Return the call that uploads *source* as *kind*; *boundary* is any word, not in it."""
    message = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    body = form(
        {"message": to_json(message).decode(), "platform": options.get("platform", "messenger")},
        filename=source.filename,
        content_type=source.content_type,
        size=source.size,
        pieces=source.watched(options.get("progress")),
        boundary=boundary,
    )
    # Twice the same file is two ids, and nobody is the worse for it.
    return Call(
        method="POST", path=("me", "message_attachments"), form=body, repeatable=True, fetches=True
    )


def _mid(value: str, field: str) -> str:
    if not value or len(value) > _LONGEST_MID or not value.isprintable():
        msg = f"{field}: must be a message id (mid), as a webhook or a send gave it"
        raise InvalidInputError(msg, field=field)
    return value


def _notification(value: str) -> str:
    known = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
    if value not in known:
        msg = f"notification_type: must be one of {', '.join(known)}"
        raise InvalidInputError(msg, field="notification_type")
    return value


_LONGEST_MID = 1000  # ours: mids have "up to a few hundred characters"
