"""Floor 9: the demo's admin backend: `DirectBackend` beside conversations of one's own."""

from typing_extensions import override

from messengerkit.admin import (
    AdminAnswer,
    AdminAttachmentRequest,
    AdminIdentity,
    AdminMessageRequest,
    AdminRequest,
    AdminResponse,
    AdminUpload,
    AuditLog,
    DirectBackend,
    Handler,
    Route,
    Wiring,
)
from messengerkit.admin.answers import answer
from messengerkit.admin.schemas import Addressed
from messengerkit.client import MessengerClient
from messengerkit.errors import AdminConflictError
from messengerkit.messages import SendResult

from .conversations import Conversation, Conversations


class ConversationsBackend(DirectBackend):
    """Sends as `DirectBackend` does, and keeps the conversation up to date."""

    def __init__(
        self, client: MessengerClient, conversations: Conversations, *, audit: AuditLog
    ) -> None:
        super().__init__(client, audit=audit)
        self._conversations = conversations

    @override
    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Send *message* and note it; a conversation that is not kept here is sent to as it is.

        Raises:
            AdminConflictError: If the person is not the one of this conversation.
        """
        conversation = self._find(message)
        result = await super().send_message(admin, message)
        if conversation is not None:
            conversation.human_wrote(message.message_text)
        return result

    @override
    async def send_attachment(
        self, admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Send *attachment* and note it, as `send_message` does."""
        conversation = self._find(attachment)
        result = await super().send_attachment(admin, attachment)
        if conversation is not None:
            conversation.human_wrote(f"[{attachment.type}] {attachment.url}")
        return result

    @override
    async def send_upload(self, admin: AdminIdentity, upload: AdminUpload, /) -> SendResult:
        """Send *upload* and note it, as `send_message` does."""
        conversation = self._find(upload)
        result = await super().send_upload(admin, upload)
        if conversation is not None:
            called = upload.filename or f"{len(upload.data)} bytes"
            conversation.human_wrote(f"[{upload.type}] {called}")
        return result

    def _find(self, addressed: Addressed) -> Conversation | None:
        conversation = self._conversations.find(addressed.conversation_id)
        if conversation is not None and conversation.psid != addressed.recipient_id:
            msg = "recipient_id is not the person of this conversation."
            raise AdminConflictError(msg)
        return conversation


def escalated_route(conversations: Conversations) -> Route:
    """Return the route that lists who waits for a person: the demo's panel."""

    def wire(_wiring: Wiring) -> Handler:
        async def handle(_request: AdminRequest, _admin: AdminIdentity) -> AdminAnswer:
            waiting = [conversation.summary() for conversation in conversations.escalated()]
            data: dict[str, object] = {"conversations": waiting}
            text = f"{len(waiting)} waiting for a person."
            return answer(200, AdminResponse(success=True, message=text, data=data))

        return handle

    return Route(
        method="GET",
        path="/admin/conversations/escalated",
        summary="List the conversations that wait for a person.",
        wire=wire,
    )
