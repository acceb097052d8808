"""Floor 7: what the routes of a desk take: bodies and queries."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool

from messengerkit._model import Identifier, WireText, length

from .identity import ID, BackendId
from .schemas import WHOLE, ConversationVersion, Cursor, Incoming, Limit

_IDS = f"^{ID.pattern}(,{ID.pattern}){{0,49}}$"

ControlAction: TypeAlias = Literal[
    "assign_human",
    "release_human",
    "disable_rag",
    "enable_rag",
    "resolve_conversation",
    "close_conversation",
    "escalate",
]
"""What an admin may do with a conversation."""

ConversationStatus: TypeAlias = Literal["active", "escalated", "resolved", "closed"]
"""What a conversation is about to become."""


Note: TypeAlias = Annotated[WireText, length(1000, least=1)]
"""What an admin writes for other admins."""


class ControlRequest(Incoming):
    """The body of `POST /admin/conversation/control`.

    Attributes:
        conversation_id: The conversation.
        action: What is to be done.
        admin_id: Who does it; it must be the admin whom the request authenticates.
        reason: Why a person is wanted, for `escalate`; otherwise not looked at.
        note: What is kept with it in the conversation, for admins alone.
        version: The conversation's version that the admin saw; in another, it is refused.
        take_over: Whether it may be done though another admin holds the conversation.
    """

    conversation_id: BackendId
    action: ControlAction
    admin_id: BackendId
    reason: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    note: Note | None = None
    version: ConversationVersion | None = None
    take_over: StrictBool = False


class PriorityRequest(Incoming):
    """The body of `PUT /admin/conversation/{id}/priority`.

    Attributes:
        priority: 1 to 5; 5 is the most urgent.
        admin_id: Who says so; it must be the admin whom the request authenticates.
    """

    priority: Annotated[int, Field(ge=1, le=5), WHOLE]
    admin_id: BackendId


class SettleRequest(Incoming):
    """The body of `POST /admin/message/{id}/settle`.

    Attributes:
        settlement: `confirm` that it is there, `discard` it, or `resend` it as a new message.
    """

    settlement: Literal["confirm", "discard", "resend"]


class EscalatedQuery(Incoming):
    """The query of `GET /admin/conversations/escalated`.

    Attributes:
        page_id: Only those of this page.
        after: The cursor of an earlier answer, to go on from there.
        limit: How many at most.
    """

    page_id: Identifier | None = None
    after: Cursor | None = None
    limit: Limit = 50


class ConversationsQuery(EscalatedQuery):
    """The query of `GET /admin/conversations`.

    Attributes:
        status: Only those with this status.
        human_handling: Only those that a person has, or has not.
        assigned_admin_id: Only those that this admin has.
    """

    status: ConversationStatus | None = None
    human_handling: bool | None = None
    assigned_admin_id: BackendId | None = None


class MessagesQuery(Incoming):
    """The query of `GET /admin/conversation/{id}/messages`.

    Attributes:
        before: The cursor of an earlier answer, to go on from there.
        limit: How many at most.
    """

    before: Cursor | None = None
    limit: Limit = 50


class PreviewsQuery(Incoming):
    """The query of `GET /admin/conversations/previews`.

    Attributes:
        ids: The conversations' ids, at most 50, with commas between them.
    """

    ids: Annotated[str, Field(pattern=_IDS)]


class TypingRequest(Incoming):
    """The body of `POST /admin/conversation/{id}/typing`.

    Attributes:
        admin_id: Who types; it must be the admin whom the request authenticates.
        typing: Whether they do, or have ended.
    """

    admin_id: BackendId
    typing: StrictBool


class EventsQuery(Incoming):
    """The query of `GET /admin/events`.

    Attributes:
        after: The id of the event to go on from; the header `Last-Event-ID` counts more.
    """

    after: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")] | None = None
