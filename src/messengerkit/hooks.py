"""Floor 4: what may be observed of calls: values for each attempt and each end; nothing decides.

No person's words and no id of a person are in them, so that they may go into logs, spans and
metrics as they are.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .delivery import Evidence, Outcome
from .errors import MessengerError

_log = logging.getLogger("messengerkit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt that has ended: one request that was about to leave, or has left.

    Attributes:
        call_id: The same for all attempts of one call, its result, and its lines in the log.
        call: The method and the path of the call, without ids: `POST /me/messages`.
        is_send: Whether it was a message to a person.
        number: Which attempt it was; the first is 1.
        began_at: When it began, in unix seconds.
        seconds: How long it took.
        outcome: What is known of it, or None if it was accepted.
        error: What it ended with, or None.
        url: The host and path prefix that were called.
        version: The Graph API's version that was called.
        status: The status of the HTTP answer, or None if none came.
        cancelled: Whether the caller gave it up.
    """

    call_id: str
    call: str
    is_send: bool
    number: int
    began_at: float
    seconds: float
    outcome: Outcome | None
    error: MessengerError | None
    url: str
    version: str
    status: int | None
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A call that has ended, with all its attempts.

    Attributes:
        call_id: The same for all attempts of one call, its result, and its lines in the log.
        call: The method and the path of the call, without ids.
        is_send: Whether it was a message to a person.
        began_at: When it began, in unix seconds.
        seconds: How long it took, waits included.
        attempts: Which one it had come to; one that had not left yet is counted.
        tried: The attempts themselves, in their order; of very many, the newest 100. There
            is none where nothing left.
        outcome: What is known of it, or None if it was accepted.
        error: The class of what it ended with, or None.
        cancelled: Whether the caller gave it up.
        evidence: How it is known that the person has a message, or None.
    """

    call_id: str
    call: str
    is_send: bool
    began_at: float
    seconds: float
    attempts: int
    tried: tuple[Attempt, ...]
    outcome: Outcome | None
    error: str | None
    cancelled: bool = False
    evidence: Evidence | None = None


class Hooks(Protocol):
    """What observes a client: called in the task of the call, and to return soon.

    So whatever the caller's context holds, such as a span, is at hand.
    """

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Take note of an attempt that has ended."""
        ...

    def on_result(self, result: Result, /) -> None:
        """Take note of a call that has ended."""
        ...


def tell(told: Sequence[Callable[[], None]]) -> None:
    """Call each of *told*; one that fails is logged, and changes nothing."""
    for one in told:
        try:
            one()
        except Exception:  # noqa: BLE001  # a user's hook may raise anything
            _log.exception("A hook failed.")
