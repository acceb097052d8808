"""Floor 7: the HTTP face for people who answer, without a framework.

`AdminFace` turns each request into one answer; an adapter for a framework only carries
bytes between it and its own requests (`examples/`).
"""

from .audit import AuditLog, AuditPage, AuditRecord, AuditTrail
from .auth import (
    AdminAuthVerifier,
    AdminKey,
    AnyOf,
    JWTAuth,
    KeyFile,
    KeyRingAuth,
    SessionAuth,
    SharedKeyAuth,
    Throttled,
    new_key,
)
from .backend import (
    AdminBackend,
    ChangeEvent,
    Changes,
    Controls,
    KeepsAudit,
    KeepsKeys,
    ListsActions,
    ListsConversations,
    PreviewsConversations,
    Sendable,
    SendsAttachments,
    SendsUploads,
    Status,
    TellsChanges,
    TellsFigures,
    TellsTyping,
    Written,
)
from .desk_backend import DeskBackend
from .desk_schemas import (
    ControlRequest,
    ConversationsQuery,
    EscalatedQuery,
    EventsQuery,
    MessagesQuery,
    PreviewsQuery,
    PriorityRequest,
    SettleRequest,
    TypingRequest,
)
from .direct import DirectBackend
from .face import AdminFace
from .idempotency import IdempotencyKeys, MemoryIdempotencyKeys
from .identity import AdminIdentity, Role
from .journal import JsonLinesAuditLog
from .openapi import document, operation
from .receiving import EventReceiver, InBackground
from .refused import RefusedRequests
from .request import METHODS, AdminAnswer, AdminRequest
from .routes import ROUTES
from .routes.route import Handler, Route
from .routes.sends import TEST_MESSAGE
from .routes.wiring import Wiring
from .schemas import (
    MAX_BODY,
    ActionsQuery,
    AdminAttachmentRequest,
    AdminMessageRequest,
    AdminResponse,
    AttachedMedia,
)
from .settings import face_from_env, verifier_from_env
from .upload import AdminUpload

__all__ = (
    "MAX_BODY",
    "METHODS",
    "ROUTES",
    "TEST_MESSAGE",
    "ActionsQuery",
    "AdminAnswer",
    "AdminAttachmentRequest",
    "AdminAuthVerifier",
    "AdminBackend",
    "AdminFace",
    "AdminIdentity",
    "AdminKey",
    "AdminMessageRequest",
    "AdminRequest",
    "AdminResponse",
    "AdminUpload",
    "AnyOf",
    "AttachedMedia",
    "AuditLog",
    "AuditPage",
    "AuditRecord",
    "AuditTrail",
    "ChangeEvent",
    "Changes",
    "ControlRequest",
    "Controls",
    "ConversationsQuery",
    "DeskBackend",
    "DirectBackend",
    "EscalatedQuery",
    "EventReceiver",
    "EventsQuery",
    "Handler",
    "IdempotencyKeys",
    "InBackground",
    "JWTAuth",
    "JsonLinesAuditLog",
    "KeepsAudit",
    "KeepsKeys",
    "KeyFile",
    "KeyRingAuth",
    "ListsActions",
    "ListsConversations",
    "MemoryIdempotencyKeys",
    "MessagesQuery",
    "PreviewsConversations",
    "PreviewsQuery",
    "PriorityRequest",
    "RefusedRequests",
    "Role",
    "Route",
    "Sendable",
    "SendsAttachments",
    "SendsUploads",
    "SessionAuth",
    "SettleRequest",
    "SharedKeyAuth",
    "Status",
    "TellsChanges",
    "TellsFigures",
    "TellsTyping",
    "Throttled",
    "TypingRequest",
    "Wiring",
    "Written",
    "document",
    "face_from_env",
    "new_key",
    "operation",
    "verifier_from_env",
)
