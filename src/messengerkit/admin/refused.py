"""Floor 7: refused requests in the audit log, at a bounded rate: no attack fills a disk."""

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from messengerkit.errors import AdminAuthError, MessengerError

from .audit import AuditLog, AuditRecord, keep
from .auth.bearer import bearer
from .auth.key import claimed_key_id
from .identity import AdminIdentity
from .request import AdminRequest

_log = logging.getLogger("messengerkit.admin")

_TOLD = 200  # characters of what somebody else said, at most


class RefusedRequests:
    """Records refused requests, never more than *most* within *seconds*.

    Those that are left out are counted, and the next record tells how many they were.

    Args:
        audit: Where to, or None for the logger alone.
        most: How many records.
        seconds: In how much time.
        now: The clock of the records.
        monotonic: The clock of the rate, in seconds.
    """

    def __init__(
        self,
        audit: AuditLog | None,
        *,
        most: int = 10,
        seconds: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._audit = audit
        self._most = most
        self._seconds = seconds
        self._now = now
        self._monotonic = monotonic
        self._recorded: deque[float] = deque()  # when, for those of the last seconds
        self._left_out = 0

    async def note(
        self, path: str, request: AdminRequest, error: MessengerError, admin: AdminIdentity
    ) -> None:
        """Record that *request* to *path* was refused with *error*, if the rate allows it."""
        if not self._is_due():
            self._left_out += 1
            return
        left_out, self._left_out = self._left_out, 0
        reason = _printable(error.reason if isinstance(error, AdminAuthError) else str(error))
        more = f" ({left_out} more were left out)" if left_out else ""
        _log.warning("%s %s refused: %s%s", request.method, path, reason, more)
        if self._audit is None:
            return
        forwarded = request.values("x-forwarded-for")
        await keep(
            self._audit,
            lambda: AuditRecord(
                at=self._now(),
                admin_id=admin.admin_id,
                key_id=admin.key_id,
                action="refused_request",
                outcome="refused",
                error=type(error).__name__,
                details={
                    "method": request.method,
                    "path": path,
                    "reason": reason,
                    "claimed_key_id": claimed_key_id(bearer(request) or ""),
                    "peer": None if request.peer is None else _printable(request.peer),
                    "forwarded_for": _printable(", ".join(forwarded)) if forwarded else None,
                    "left_out": left_out,
                },
            ),
        )

    def _is_due(self) -> bool:
        now = self._monotonic()
        while self._recorded and now - self._recorded[0] >= self._seconds:
            self._recorded.popleft()
        if len(self._recorded) >= self._most:
            return False
        self._recorded.append(now)
        return True


def _printable(text: str) -> str:
    """Return what a verifier, a proxy, or whoever claims to be one said: told, never believed."""
    return "".join(c if " " <= c <= "~" else "?" for c in text[:_TOLD])
