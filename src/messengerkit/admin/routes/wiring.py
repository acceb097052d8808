"""Floor 7: what the routes work with, in one value."""

from dataclasses import dataclass

from messengerkit.admin.auth.session import SessionAuth
from messengerkit.admin.backend import AdminBackend
from messengerkit.admin.idempotency import IdempotencyKeys
from messengerkit.admin.receiving import EventReceiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What stands behind the routes.

    Attributes:
        backend: Does what is asked.
        idempotency: Keeps answers for requests that come again.
        sessions: Signs browsers in, or None for no such route.
        events: Takes what Meta posts, or None for no such route.
        max_upload: Bytes of the largest file that the route takes as its body, 0 for none.
    """

    backend: AdminBackend
    idempotency: IdempotencyKeys
    sessions: SessionAuth | None = None
    events: EventReceiver | None = None
    max_upload: int = 0
