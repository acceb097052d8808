"""Floor 7: what the routes call: the port, and a backend that sends and keeps no conversations."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from messengerkit.client import MessengerClient
from messengerkit.delivery import Outcome, outcome_of
from messengerkit.errors import MessengerError
from messengerkit.messages import SendResult

from .audit import AuditLog, AuditRecord, JsonLinesAuditLog
from .identity import AdminIdentity
from .schemas import AdminMessageRequest

_log = logging.getLogger("messengerkit.admin")

STATUS_LIFE = 30.0
"""Seconds for which one look at Meta serves all who ask for the status: the route is public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How well the backend can do its work.

    Attributes:
        problem: Why it cannot send, or None if it can.
        data: Figures without secrets and without persons.
    """

    problem: MessengerError | None
    data: dict[str, object] = field(default_factory=dict[str, object])


class AdminBackend(Protocol):
    """What stands behind the routes."""

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


class DirectBackend:
    """Sends at once through a client; `conversation_id` is the caller's affair.

    For a backend that keeps conversations in tables of its own.

    Args:
        client: The page's client; it is not closed here.
        audit: Where each action is recorded; by default `admin-actions.jsonl`.
        keep_text: Whether the audit log keeps the message's text, instead of its length
            and its SHA-256.
        now: The clock of the audit log.
        monotonic: The clock by which the status grows old, in seconds.
    """

    def __init__(
        self,
        client: MessengerClient,
        *,
        audit: AuditLog | None = None,
        keep_text: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._audit = JsonLinesAuditLog() if audit is None else audit
        self._keep_text = keep_text
        self._now = now
        self._monotonic = monotonic
        self._seen: tuple[float, MessengerError | None] | None = None
        self._looking = asyncio.Lock()

    async def send_message(
        self, admin: AdminIdentity, message: AdminMessageRequest, /
    ) -> SendResult:
        """Send *message*, then record how it ended; see `AdminBackend`."""
        try:
            result = await self._client.send_text(message.recipient_id, message.message_text)
        except MessengerError as error:
            outcome = outcome_of(error).value
            await self._record(admin, message, outcome=outcome, error=type(error).__name__)
            raise
        except asyncio.CancelledError:
            # Whoever asked has gone; the message may be on its way all the same.
            outcome = Outcome.UNKNOWN.value
            await self._record(admin, message, outcome=outcome, error="CancelledError")
            raise
        await self._record(admin, message, outcome="sent", message_id=result.message_id)
        return result

    async def status(self) -> Status:
        """Return whether the token is good, asked of Meta at most every 30 seconds."""
        async with self._looking:
            if self._seen is None or self._monotonic() - self._seen[0] >= STATUS_LIFE:
                problem = await self._look()
                self._seen = (self._monotonic(), problem)
            problem = self._seen[1]
        stats = self._client.stats
        data = {"success_rate": stats.success_rate, "sends": stats.total, "sent": stats.sent}
        return Status(problem=problem, data={**data, "unknown": stats.unknown})

    async def _look(self) -> MessengerError | None:
        try:
            await self._client.me(retry=None)
        except MessengerError as error:
            return error
        return None

    async def _record(
        self,
        admin: AdminIdentity,
        message: AdminMessageRequest,
        *,
        outcome: str,
        message_id: str | None = None,
        error: str | None = None,
    ) -> None:
        try:
            record = AuditRecord(
                at=self._now(),
                admin_id=admin.admin_id,
                action="send_message",
                conversation_id=message.conversation_id,
                recipient_id=message.recipient_id,
                outcome=outcome,
                message_id=message_id,
                error=error,
                details=_details(message.message_text, keep_text=self._keep_text),
            )
            await self._audit.append(record)
        except Exception:  # noqa: BLE001  # whatever a user's log may raise
            # The message may be out; an error now would make the admin send it again. The
            # record itself may hold a person's words, so the log gets only what finds it.
            _log.exception(
                "The audit log refused send_message by %s in %s: %s %s",
                admin.admin_id,
                message.conversation_id,
                outcome,
                message_id,
            )


def _details(text: str, *, keep_text: bool) -> dict[str, object]:
    if keep_text:
        return {"message": text}
    return {"length": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}
