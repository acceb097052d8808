"""Floor 7: the audit log: who did what to which conversation, and how it ended; append-only."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from .schemas import ActionsQuery

_log = logging.getLogger("messengerkit.admin")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One action of one admin, or one request that was refused.

    Attributes:
        at: When it ended, aware.
        admin_id: Who did it, as authenticated; "anonymous" if that is not known.
        key_id: The public id of the key that was used, or None.
        action: What was done, like "send_message", or "refused_request".
        conversation_id: The backend's id of the conversation, or None if there is none.
        recipient_id: The person's PSID, or None if there is none.
        outcome: "sent", "refused", "not_sent" or "unknown".
        message_id: The message's id, if it was sent.
        error: The class of the error, if it was not.
        details: More about the action; by default no text of a person's.
    """

    at: datetime
    admin_id: str
    key_id: str | None = None
    action: str
    conversation_id: str | None = None
    recipient_id: str | None = None
    outcome: str
    message_id: str | None = None
    error: str | None = None
    details: dict[str, object] = field(default_factory=dict[str, object])


class AuditLog(Protocol):
    """Where audit records go. Nothing of it can be changed or taken back."""

    async def append(self, record: AuditRecord, /) -> None:
        """Keep *record*, durably, before returning."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A part of an audit log.

    Attributes:
        records: The newest first.
        next: The cursor of what is older, or None if there is nothing older.
    """

    records: tuple[AuditRecord, ...]
    next: str | None


@runtime_checkable
class AuditTrail(Protocol):
    """An audit log that can be read; `GET /admin/actions` shows it to supervisors."""

    async def latest(self, query: ActionsQuery, /) -> AuditPage:
        """Return the newest records that *query* asks for.

        There may be fewer than its limit although `next` leads to more.
        """
        ...


async def keep(audit: AuditLog, make: Callable[[], AuditRecord]) -> None:
    """Append the record that *make* returns; a log that fails costs nobody an answer.

    The message may be out; an error now would make the admin send it again.
    """
    record: AuditRecord | None = None
    try:
        record = make()
        await audit.append(record)
    except Exception:  # noqa: BLE001  # whatever a user's log or clock may raise
        # The record itself may hold a person's words, so the log gets only what finds it.
        told = "a record" if record is None else _told(record)
        _log.exception("The audit log refused %s", told)


def _told(record: AuditRecord) -> str:
    where = record.conversation_id or "no conversation"
    found = f"{record.action} by {record.admin_id} in {where}: {record.outcome}"
    return f"{found} {record.message_id}" if record.message_id else found
