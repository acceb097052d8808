"""Floor 7: the port behind the routes: what a backend must do, and what it may do besides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from messengerkit.errors import MessengerError
from messengerkit.messages import SendResult

from .audit import AuditLog
from .desk_schemas import (
    ControlRequest,
    ConversationsQuery,
    EscalatedQuery,
    MessagesQuery,
    SettleRequest,
    TypingRequest,
)
from .identity import AdminIdentity
from .schemas import ActionsQuery, AdminAttachmentRequest, AdminMessageRequest
from .upload import AdminUpload

Data: TypeAlias = dict[str, object]
"""What stands in `data` of an answer."""

Sendable: TypeAlias = AdminMessageRequest | AdminAttachmentRequest | AdminUpload
"""What an admin may ask to be sent."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How far a message has come that is written down, and will surely come to an end.

    Attributes:
        delivery: "sent", "partial" if only the first of several are, or the message's status.
        result: What Meta said to the first of what was sent, or None if it has not yet.
        problem: Why it was not sent, or not all of it; None if nothing speaks against it.
        data: What else a panel is told.
        replayed: Whether it was written before, with the same key.
    """

    delivery: str
    result: SendResult | None = None
    problem: MessengerError | None = None
    data: Data = field(default_factory=dict[str, object])
    replayed: bool = False


@runtime_checkable
class KeepsKeys(Protocol):
    """A backend that sees to it itself that a request with an `Idempotency-Key` acts once.

    Its routes send by this alone, and `AdminFace(idempotency=…)` is not asked.
    """

    async def send_once(self, admin: AdminIdentity, asked: Sendable, key: str | None, /) -> Written:
        """Send what is *asked*, or tell how far it has come if it was asked before.

        Raises:
            IdempotencyKeyError: If *key* was used for something else.
            MessengerError: If nothing was written down.
        """
        ...


@runtime_checkable
class Controls(Protocol):
    """A backend in which conversations can be taken, given back, and decided about.

    Each method returns the data of the answer, and raises a `MessengerError` if nothing was
    changed: `NotFoundError` also for what *admin* may not see.
    """

    async def control(self, admin: AdminIdentity, asked: ControlRequest, /) -> Data:
        """Do what is *asked* with a conversation."""
        ...

    async def set_priority(
        self, admin: AdminIdentity, conversation_id: str, priority: int, /
    ) -> Data:
        """Give a conversation another priority."""
        ...

    async def mark_human_replied(self, admin: AdminIdentity, message_id: str, /) -> Data:
        """Note that a person has answered a message."""
        ...

    async def settle(self, admin: AdminIdentity, message_id: str, asked: SettleRequest, /) -> Data:
        """Decide about a message of which nobody could find out."""
        ...


@runtime_checkable
class ListsConversations(Protocol):
    """A backend that shows conversations; each method returns the data of the answer."""

    async def conversations(self, admin: AdminIdentity, query: ConversationsQuery, /) -> Data:
        """Return `conversations`, the newest first, and `next`."""
        ...

    async def escalated(self, admin: AdminIdentity, query: EscalatedQuery, /) -> Data:
        """Return `conversations` where a person is wanted, the most urgent first, and `next`."""
        ...

    async def conversation_status(self, admin: AdminIdentity, conversation_id: str, /) -> Data:
        """Return one `conversation`, and what is due in it.

        Raises:
            NotFoundError: If there is none that *admin* may see.
        """
        ...

    async def messages(
        self, admin: AdminIdentity, conversation_id: str, query: MessagesQuery, /
    ) -> Data:
        """Return `messages` of a conversation, the newest first, and `next`.

        Raises:
            NotFoundError: If there is none that *admin* may see.
        """
        ...


@runtime_checkable
class PreviewsConversations(Protocol):
    """A backend that knows how conversations look in a list."""

    async def previews(self, admin: AdminIdentity, conversation_ids: Sequence[str], /) -> Data:
        """Return `previews` of those conversations that *admin* may see."""
        ...


@runtime_checkable
class TellsTyping(Protocol):
    """A backend that lets admins see who of them is about to answer."""

    async def typing(
        self, admin: AdminIdentity, conversation_id: str, asked: TypingRequest, /
    ) -> None:
        """Let the others know whether *admin* types, as is *asked*.

        Raises:
            NotFoundError: If there is no conversation that *admin* may see.
        """
        ...


@runtime_checkable
class ListsActions(Protocol):
    """A backend that itself keeps what admins did; it counts more than an `AuditTrail`."""

    async def actions(self, admin: AdminIdentity, query: ActionsQuery, /) -> Data:
        """Return `actions`, the newest first, and `next`."""
        ...


@runtime_checkable
class TellsFigures(Protocol):
    """A backend that can be watched."""

    async def metrics(self) -> str:
        """Return its figures in the text format of Prometheus."""
        ...


class ChangeEvent(NamedTuple):
    """One thing that has changed.

    Attributes:
        id: Where to go on from: 1 to 80 characters of A-Z a-z 0-9 . _ : -.
        kind: What it is, in one word.
        data: What it is now.
    """

    id: str
    kind: str
    data: Data


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed since some place in the feed.

    Attributes:
        events: The oldest first.
        cursor: Where to go on from, as an id.
        retry: Milliseconds after which to ask again.
    """

    events: Sequence[ChangeEvent]
    cursor: str
    retry: int


@runtime_checkable
class TellsChanges(Protocol):
    """A backend that tells what changes."""

    async def changes(self, admin: AdminIdentity, after: str | None, /) -> Changes:
        """Return what has changed after *after*; None begins now. It may wait for something.

        Raises:
            InvalidInputError: If *after* is no place in the feed.
        """
        ...
