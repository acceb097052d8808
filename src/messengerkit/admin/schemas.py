"""Floor 7: the bodies of the admin face: what comes in, and the one envelope that goes out."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from messengerkit._model import Identifier
from messengerkit.messages._text import MessageText

from .identity import BackendId


class AdminMessageRequest(BaseModel):
    """The body of `POST /admin/send-message`.

    Attributes:
        conversation_id: The backend's own id of the conversation, a UUID or not.
        recipient_id: The person's PSID.
        message_text: 1 to 2000 characters.
        admin_id: Who sends; it must be the admin whom the request authenticates.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True
    )

    conversation_id: BackendId
    recipient_id: Identifier
    message_text: MessageText
    admin_id: BackendId


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
