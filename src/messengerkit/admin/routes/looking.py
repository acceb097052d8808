"""Floor 7: the routes that show conversations, and what was said in them."""

from messengerkit.admin.answers import done
from messengerkit.admin.backend import ListsConversations, PreviewsConversations
from messengerkit.admin.desk_schemas import (
    ConversationsQuery,
    EscalatedQuery,
    MessagesQuery,
    PreviewsQuery,
)
from messengerkit.admin.identity import AdminIdentity
from messengerkit.admin.request import AdminAnswer, AdminRequest
from messengerkit.admin.schemas import query_of

from .route import Handler, Route
from .wiring import Wiring


def _conversations(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, ListsConversations):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        query = query_of(request, ConversationsQuery)
        return done("The newest first.", await backend.conversations(admin, query))

    return handle


def _escalated(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, ListsConversations):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        query = query_of(request, EscalatedQuery)
        return done("The most urgent first.", await backend.escalated(admin, query))

    return handle


def _previews(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, PreviewsConversations):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        wanted = query_of(request, PreviewsQuery).ids.split(",")
        return done("How they look.", await backend.previews(admin, wanted))

    return handle


def _status(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, ListsConversations):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        data = await backend.conversation_status(admin, request.named("id"))
        return done("The conversation as it is now.", data)

    return handle


def _messages(wiring: Wiring) -> Handler | None:
    backend = wiring.backend
    if not isinstance(backend, ListsConversations):
        return None

    async def handle(request: AdminRequest, admin: AdminIdentity) -> AdminAnswer:
        query = query_of(request, MessagesQuery)
        data = await backend.messages(admin, request.named("id"), query)
        return done("The newest first.", data)

    return handle


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/admin/conversations",
        summary="List conversations, the newest first.",
        wire=_conversations,
        query=ConversationsQuery,
    ),
    Route(
        method="GET",
        path="/admin/conversations/escalated",
        summary="List the conversations that wait for a person, the most urgent first.",
        wire=_escalated,
        query=EscalatedQuery,
    ),
    Route(
        method="GET",
        path="/admin/conversations/previews",
        summary="Tell names, pictures and the newest messages, for lists.",
        wire=_previews,
        query=PreviewsQuery,
    ),
    Route(
        method="GET",
        path="/admin/conversation/{id}/status",
        summary="Tell how a conversation is, and until when it may be answered.",
        wire=_status,
        statuses=(200, 404),
    ),
    Route(
        method="GET",
        path="/admin/conversation/{id}/messages",
        summary="List what was said in a conversation, the newest first.",
        wire=_messages,
        statuses=(200, 404),
        query=MessagesQuery,
    ),
)
