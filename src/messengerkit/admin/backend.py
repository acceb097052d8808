"""Floor 7: the port behind the routes: what a backend must do, and what it may do besides."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from messengerkit.errors import MessengerError
from messengerkit.messages import SendResult

from .audit import AuditLog
from .identity import AdminIdentity
from .schemas import AdminAttachmentRequest, AdminMessageRequest
from .upload import AdminUpload


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How well the backend can do its work.

    Attributes:
        problem: Why it cannot send, or None if it can.
        data: Figures without secrets and without persons, for everybody.
        details: More of the same kind, for admins.
    """

    problem: MessengerError | None
    data: dict[str, object] = field(default_factory=dict[str, object])
    details: dict[str, object] = field(default_factory=dict[str, object])


class AdminBackend(Protocol):
    """What stands behind the routes; `DirectBackend` is one to start from."""

    async def admits(self, admin: AdminIdentity, /) -> bool:
        """Return whether *admin*, who may use only some pages, may use this backend's.

        Raises:
            MessengerError: If that cannot be told now.
        """
        ...

    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Send *message* to its person, on behalf of *admin*, and record that it was done.

        Raises:
            MessengerError: If it was not accepted; `DeliveryUnknownError` if nobody knows.
        """
        ...

    async def status(self) -> Status:
        """Return how well the backend can do its work. Never raises."""
        ...


@runtime_checkable
class SendsAttachments(Protocol):
    """A backend that also sends pictures and files; only then is their route mounted."""

    async def send_attachment(
        self, admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Send *attachment*; otherwise as `AdminBackend.send_message`."""
        ...


@runtime_checkable
class SendsUploads(Protocol):
    """A backend that also sends files themselves; `SendsAttachments` is for their URLs."""

    async def send_upload(self, admin: AdminIdentity, upload: AdminUpload, /) -> SendResult:
        """Send *upload*; otherwise as `AdminBackend.send_message`."""
        ...


@runtime_checkable
class KeepsAudit(Protocol):
    """A backend with an audit log: refused requests are recorded there, too.

    If the log is an `AuditTrail`, `GET /admin/actions` is mounted.
    """

    @property
    def audit(self) -> AuditLog:
        """The log."""
        ...
