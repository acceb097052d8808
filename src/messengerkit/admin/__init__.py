"""Floor 7: the HTTP face for people who answer, without a framework.

`ROUTES` is the table, `respond` turns one request into one answer; an adapter for a
framework only carries bytes between the two and its own requests (`examples/`).
"""

from .audit import AuditLog, AuditRecord, JsonLinesAuditLog
from .auth import AdminAuthVerifier, SharedKeyAuth, verifier_from_env
from .backend import AdminBackend, DirectBackend, Status
from .identity import AdminIdentity
from .request import AdminAnswer, AdminRequest
from .routes import MAX_BODY, ROUTES, Route, respond
from .schemas import AdminMessageRequest, AdminResponse

__all__ = (
    "MAX_BODY",
    "ROUTES",
    "AdminAnswer",
    "AdminAuthVerifier",
    "AdminBackend",
    "AdminIdentity",
    "AdminMessageRequest",
    "AdminRequest",
    "AdminResponse",
    "AuditLog",
    "AuditRecord",
    "DirectBackend",
    "JsonLinesAuditLog",
    "Route",
    "SharedKeyAuth",
    "Status",
    "respond",
    "verifier_from_env",
)
