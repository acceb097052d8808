"""Floor 7: the audit log: who did what to which conversation, and how it ended; append-only."""

import asyncio
import errno
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pydantic_core import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One action of one admin.

    Attributes:
        at: When it ended, aware.
        admin_id: Who did it, as authenticated.
        action: What was done, like "send_message".
        conversation_id: The backend's id of the conversation.
        recipient_id: The person's PSID.
        outcome: "sent", "refused", "not_sent" or "unknown".
        message_id: The message's id, if it was sent.
        error: The class of the error, if it was not.
        details: More about the action; by default no text of a person's.
    """

    at: datetime
    admin_id: str
    action: str
    conversation_id: str
    recipient_id: str
    outcome: str
    message_id: str | None = None
    error: str | None = None
    details: dict[str, object] = field(default_factory=dict[str, object])


class AuditLog(Protocol):
    """Where audit records go. Nothing of it can be changed or taken back."""

    async def append(self, record: AuditRecord, /) -> None:
        """Keep *record*, durably, before returning."""
        ...


class JsonLinesAuditLog:
    """An audit log in a file, one JSON object a line, readable by its owner only.

    Each record is one write in append mode, so that several processes may share the
    file, and it is on the disk before `append` returns.
    """

    def __init__(self, path: str | os.PathLike[str] = "admin-actions.jsonl") -> None:
        self.path: Path = Path(path)
        self._torn = False  # whether a full disk cut our last record short

    async def append(self, record: AuditRecord, /) -> None:
        """Append *record* as one line.

        Raises:
            OSError: If the file cannot be written.
        """
        await asyncio.to_thread(self._write, to_json(record) + b"\n")

    def _write(self, line: bytes) -> None:
        # Remembered, not looked up in the file: another writer may be in the middle of a record.
        whole = b"\n" + line if self._torn else line
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._torn = os.write(file, whole) < len(whole)
            if self._torn:
                raise OSError(errno.ENOSPC, "The record was not written whole", str(self.path))
            os.fsync(file)
        finally:
            os.close(file)
