"""Floor 7: the bodies of the admin face: what comes in, and the one envelope that goes out."""

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    ValidationInfo,
)

from messengerkit._model import Identifier, invalid_input
from messengerkit.errors import BodyTooLargeError, InvalidInputError, MediaTypeError
from messengerkit.messages import AttachmentType
from messengerkit.messages._actions import MESSAGE_ID_LIMIT
from messengerkit.messages._attachments import MediaUrl
from messengerkit.messages._text import MessageText

from .identity import BackendId
from .request import AdminRequest

MAX_BODY = 64 * 1024
"""Bytes of an admin request's body; a message has at most 2000 characters."""

JSON = "application/json"
"""The media type of every body but a file's."""

EVENT_STREAM = "text/event-stream"
"""That of the one answer that is a feed of events."""

Cursor: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f.]{1,80}$")]
"""Where a list goes on, as an earlier answer said; whoever keeps the list knows what it means."""

Limit: TypeAlias = Annotated[int, Field(ge=1, le=200)]
"""How many there are in an answer, at most."""

AnsweredId: TypeAlias = Annotated[str, Field(pattern=rf"^[!-~]{{1,{MESSAGE_ID_LIMIT}}}$")]
"""The id (mid) of a message that is answered."""


def _a_number(value: object, info: ValidationInfo) -> object:
    if info.mode == "json" and isinstance(value, str | bool):
        msg = "must be a whole number"
        raise ValueError(msg)
    return value


WHOLE = BeforeValidator(_a_number)
"""Reads a number as JSON Schema has it: 3.0 is whole, and "3" is none; in a query it is."""

ConversationVersion: TypeAlias = Annotated[int, Field(ge=0), WHOLE]
"""In which version a conversation was seen."""

Given = TypeVar("Given")
Model = TypeVar("Model", bound=BaseModel)


class Incoming(BaseModel):
    """What a request may say: frozen, and unknown fields are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True
    )


class Addressed(Incoming):
    """What is sent to a person by an admin.

    Attributes:
        conversation_id: The backend's own id of the conversation, a UUID or not.
        recipient_id: The person's PSID.
        admin_id: Who sends; it must be the admin whom the request authenticates.
    """

    conversation_id: BackendId
    recipient_id: Identifier
    admin_id: BackendId


class Sending(Addressed):
    """What else one may say of what is sent; all of it may be left out.

    A `DirectBackend` keeps no conversations, and does not look at `version` and `take_over`.

    Attributes:
        reply_to: The message (mid) that it answers.
        version: The conversation's version that the admin saw; in another, it is refused.
        take_over: Whether the conversation may be taken from another admin.
    """

    reply_to: AnsweredId | None = None
    version: ConversationVersion | None = None
    take_over: StrictBool = False


class AttachedMedia(Incoming):
    """What is sent after a text.

    Attributes:
        type: What it is, so that the person sees it as such and not as a link.
        url: Where Meta fetches it from.
    """

    type: AttachmentType
    url: MediaUrl


class AdminMessageRequest(Sending):
    """The body of `POST /admin/send-message`.

    Attributes:
        message_text: 1 to 2000 characters.
        attachments: At most 10, which are sent after it, one by one.
    """

    message_text: MessageText
    attachments: Annotated[tuple[AttachedMedia, ...], Field(max_length=10)] = ()


class AdminAttachmentRequest(Sending):
    """The body of `POST /admin/send-attachment`.

    Attributes:
        type: What it is, so that the person sees it as such and not as a link.
        url: Where Meta fetches it from.
    """

    type: AttachmentType
    url: MediaUrl


class MessageTestQuery(Incoming):
    """The query of `POST /test-message`.

    Attributes:
        recipient_id: The person's PSID.
        message: What to send.
    """

    recipient_id: Identifier
    message: MessageText = "Hello from messengerkit!"


class ActionsQuery(Incoming):
    """The query of `GET /admin/actions`.

    Attributes:
        limit: How many records at most.
        before: The cursor of an earlier answer, to go on from there.
        admin_id: Only what this admin did.
        conversation_id: Only what was done in this conversation.
    """

    limit: Limit = 50
    before: Cursor | None = None
    admin_id: BackendId | None = None
    conversation_id: BackendId | None = None


class AdminResponse(BaseModel):
    """The envelope of every answer, on every status.

    Attributes:
        success: Whether what was asked is done, or surely being settled (202).
        message: One sentence for a person.
        data: The result; on failure `data.error` holds code, reason, advice, retryable.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True)

    success: bool
    message: str
    data: dict[str, object] = Field(default_factory=dict)


def body_of(request: AdminRequest, model: type[Model]) -> Model:
    """Return the JSON body of *request*.

    Raises:
        BodyTooLargeError: If it has more than `MAX_BODY` bytes.
        MediaTypeError: If it is not sent as JSON.
        InvalidInputError: If it is not *model*; it names the field.
    """
    if len(request.body) > MAX_BODY:
        msg = f"The body has more than {MAX_BODY} bytes."
        raise BodyTooLargeError(msg)
    # What a form of any web page can send, a browser sends without asking the backend first.
    if request.media_type != JSON:
        msg = "The body's Content-Type must be application/json."
        raise MediaTypeError(msg)
    return _valid(model.model_validate_json, request.body, whole="body")


def query_of(request: AdminRequest, model: type[Model]) -> Model:
    """Return the query of *request*.

    Raises:
        InvalidInputError: If it is not *model*; it names the parameter.
    """
    return checked(model, request.parameters)


def checked(model: type[Model], given: Mapping[str, str]) -> Model:
    """Return *given*, which is a query's, as *model*.

    Raises:
        InvalidInputError: If it is not; it names the parameter.
    """
    return _valid(model.model_validate_strings, given, whole="query")


def _valid(read: Callable[[Given], Model], given: Given, *, whole: str) -> Model:
    problem: InvalidInputError
    try:
        return read(given)
    except ValidationError as error:
        problem = invalid_input(error, whole=whole)
    # Raised outside the handler: pydantic's error holds the input, and would ride along.
    raise problem
