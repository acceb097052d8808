"""A handler that searches every log record of a whole test run for what must not be in it."""

import logging
import traceback
from collections.abc import Sequence

from typing_extensions import override

SECRETS = ("EAASandboxTokenOfNoRealPage4711", "5a9db0c5ec2e70f900d5a9db0c5ec2e7")
"""The page token and the app secret with which the sandbox starts if nobody says otherwise."""


class WatchedLog(logging.Handler):
    """Keeps where a mark was logged, never the record itself.

    Args:
        marks: What must not be logged.
    """

    def __init__(self, marks: Sequence[str] = SECRETS) -> None:
        super().__init__(logging.NOTSET)
        self._marks = marks
        self.seen = 0
        self.found: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Search *record*: its message, its traceback, and all that is beside."""
        self.seen += 1
        shown = [repr(vars(record))]
        try:
            shown.append(record.getMessage())
        except Exception:  # noqa: BLE001  # the arguments do not fit, which is another test's
            shown.append(str(record.msg))
        if record.exc_info is not None and record.exc_info[1] is not None:
            shown += traceback.format_exception(record.exc_info[1])
        if any(mark in text for text in shown for mark in self._marks):
            self.found.append(f"{record.name}, {record.pathname}:{record.lineno}")

    def take(self) -> list[str]:
        """Return what was found, and forget it."""
        found, self.found = self.found, []
        return found
