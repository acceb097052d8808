"""Floor 2: what an accepted send gives back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """Meta has accepted the message; that it was delivered, a webhook tells later.

    Attributes:
        recipient_id: The person's PSID, or None where Meta gives none.
        message_id: The message's id (mid), the one that its echo carries.
        attempts: Calls that it took, the successful one included.
    """

    recipient_id: str | None
    message_id: str
    attempts: int = 1
