"""Floor 9: the demo's admin backend: `DirectBackend` beside conversations of one's own."""

from messengerkit.admin import (
    AdminAnswer,
    AdminBackend,
    AdminIdentity,
    AdminMessageRequest,
    AdminRequest,
    AdminResponse,
    DirectBackend,
    Route,
    Status,
)
from messengerkit.admin.answers import answer
from messengerkit.errors import AdminConflictError
from messengerkit.messages import SendResult

from .conversations import Conversations


class ConversationsBackend:
    """Sends through a `DirectBackend`, and keeps the conversation up to date."""

    def __init__(self, direct: DirectBackend, conversations: Conversations) -> None:
        self._direct = direct
        self._conversations = conversations

    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Send *message* and note it; a conversation that is not kept here is sent to as it is.

        Raises:
            AdminConflictError: If the person is not the one of this conversation.
        """
        conversation = self._conversations.find(message.conversation_id)
        if conversation is not None and conversation.psid != message.recipient_id:
            msg = "recipient_id is not the person of this conversation."
            raise AdminConflictError(msg)
        result = await self._direct.send_message(admin, message)
        if conversation is not None:
            conversation.human_wrote(message.message_text)
        return result

    async def status(self) -> Status:
        """Return how well the backend can send."""
        return await self._direct.status()


def escalated_route(conversations: Conversations) -> Route:
    """Return the route that lists who waits for a person: the demo's panel."""

    async def handler(
        _backend: AdminBackend, _request: AdminRequest, _admin: AdminIdentity
    ) -> AdminAnswer:
        waiting = [conversation.summary() for conversation in conversations.escalated()]
        data: dict[str, object] = {"conversations": waiting}
        text = f"{len(waiting)} waiting for a person."
        return answer(200, AdminResponse(success=True, message=text, data=data))

    return Route(
        method="GET",
        path="/admin/conversations/escalated",
        summary="List the conversations that wait for a person.",
        body=None,
        handler=handler,
    )
