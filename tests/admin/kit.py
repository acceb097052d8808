"""What the admin face's tests share: the guide's request, fakes for the ports, and a panel."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from messengerkit import MessengerError, SendResult
from messengerkit.admin import (
    ROUTES,
    AdminAnswer,
    AdminAuthVerifier,
    AdminFace,
    AdminIdentity,
    AdminMessageRequest,
    AdminRequest,
    AuditRecord,
    Route,
    SessionAuth,
    SharedKeyAuth,
    Status,
)
from messengerkit.admin.backend import AdminBackend

KEY = "key-of-alice-4711-marked"
ADMIN = "7d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11"
CONVERSATION = "3f203e6d-b68c-5224-953b-b77203724042"
PERSON = "24000000000000007"  # has written to the sandbox of `tests/conftest.py`
TEXT = "Hello, Alice here. What can I do for you? 👋"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

SEND, STATUS = "/admin/send-message", "/status"
Headers = Sequence[tuple[str, str]]


def guide_headers(*, key: str = KEY, admin: str = ADMIN) -> Headers:
    """Return the headers that the guide's panel sends."""
    return (
        ("Content-Type", "application/json"),
        ("Authorization", f"Bearer {key}"),
        ("X-Admin-User-ID", admin),
    )


def guide_body(**changes: object) -> dict[str, object]:
    """Return the body that the guide's panel sends, with *changes*."""
    return {
        "conversation_id": CONVERSATION,
        "recipient_id": PERSON,
        "message_text": TEXT,
        "admin_id": ADMIN,
        **changes,
    }


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An answer, read as the panel reads it."""

    status: int
    headers: Mapping[str, str]
    success: bool
    message: str
    data: dict[str, object]

    @property
    def error(self) -> dict[str, object]:
        """What `data.error` tells."""
        return cast("dict[str, object]", self.data["error"])


def read(answer: AdminAnswer) -> Envelope:
    """Return *answer* as the envelope that every answer must be."""
    envelope = json.loads(answer.body)

    assert set(envelope) == {"success", "message", "data"}
    assert type(envelope["success"]) is bool
    assert type(envelope["message"]) is str
    assert type(envelope["data"]) is dict
    assert envelope["success"] is (answer.status < 300)
    assert dict(answer.headers).items() >= {
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
    }
    if not envelope["success"]:
        assert {"code", "advice", "retryable"} <= set(envelope["data"]["error"])
    return Envelope(status=answer.status, headers=dict(answer.headers), **envelope)


@dataclass
class Accepting:
    """A backend that accepts every message, or fails as it is told to."""

    failure: Exception | None = None
    sent: list[tuple[AdminIdentity, AdminMessageRequest]] = field(
        default_factory=list[tuple[AdminIdentity, AdminMessageRequest]]
    )
    problem: MessengerError | None = None

    async def admits(self, admin: AdminIdentity, /) -> bool:
        """Admit whoever may use page 1."""
        return admin.pages is None or "1" in admin.pages

    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Take the message, or fail."""
        if self.failure is not None:
            raise self.failure
        self.sent.append((admin, message))
        return SendResult(recipient_id=message.recipient_id, message_id="m_1")

    async def status(self) -> Status:
        """Tell the problem, if there is one."""
        return Status(problem=self.problem)


@dataclass(frozen=True)
class Always:
    """A verifier to whom everybody is *admin*."""

    admin: AdminIdentity

    async def verify(self, _request: AdminRequest, /) -> AdminIdentity:
        """Return the admin."""
        return self.admin


@dataclass
class Panel:
    """Asks the routes of *backend* as the guide's panel does."""

    backend: AdminBackend
    verifier: AdminAuthVerifier = field(
        default_factory=lambda: SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)
    )
    sessions: SessionAuth | None = None
    routes: Iterable[Route] = ROUTES

    @property
    def face(self) -> AdminFace:
        """What the panel asks."""
        return AdminFace(
            backend=self.backend,
            verifier=self.verifier,
            sessions=self.sessions,
            routes=self.routes,
        )

    async def ask(
        self,
        body: bytes,
        headers: Headers,
        path: str = SEND,
        *,
        method: str = "POST",
        query: str = "",
    ) -> AdminAnswer:
        """Return the answer of *path*, as it is."""
        request = AdminRequest(
            method=method, path=path, query=query, headers=headers, body=body, peer="192.0.2.7"
        )
        return await self.face.respond(path, request)

    async def send(
        self, body: object = None, *, headers: Headers | None = None, **changes: object
    ) -> Envelope:
        """Send *body*, by default the guide's with *changes*, as JSON."""
        content = guide_body(**changes) if body is None else body
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return read(await self.ask(raw, guide_headers() if headers is None else headers))

    async def status(self) -> Envelope:
        """Ask for the status, without any header."""
        return read(await self.ask(b"", (), STATUS, method="GET"))


@dataclass
class Clock:
    """A monotonic clock that moves when a test moves it."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


class FullDisk:
    """An audit log that cannot write."""

    async def append(self, _record: AuditRecord, /) -> None:
        """Refuse every record."""
        msg = "No space left on device"
        raise OSError(msg)


def records(journal: Path) -> list[dict[str, object]]:
    """Return the audit log's records, oldest first; every line must be one whole record."""
    if not journal.exists():
        return []
    text = journal.read_bytes()  # whose lines end with "\\n" only: U+2028 may stand within one

    assert text.endswith(b"\n")
    return [json.loads(line) for line in text.splitlines()]
