"""Floor 4: one call under way: where it is, and how much time it has left."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex

from ._graph import Call
from .errors import DeadlineError, MessengerError
from .hooks import Attempt
from .retry import Failure
from .terms import Terms

_log = logging.getLogger("messengerkit")

_KEPT = 100  # of a policy that never gives up


def now() -> float:
    """Return the time of the running loop, by which it wakes those who sleep."""
    return asyncio.get_running_loop().time()


# Without slots, so that what has its default costs nothing: one is made for every call.
@dataclass(eq=False)
class Trip:
    """One call under way.

    Attributes:
        call: The call.
        terms: Its terms.
        started: When it began, by the loop's clock.
        began_at: When the last attempt began, in unix seconds.
        number: Which attempt it is at; the first is 1.
        waited: How long was waited before it.
        left: Whether this attempt may have left.
        doubtful: Whether an earlier one may have arrived.
        status: The status of the answer to this attempt, or None as long as none came.
        tried: The attempts that have ended, for who observes; of very many, the newest.
    """

    call: Call
    terms: Terms
    started: float
    began_at: float = field(default=0.0, init=False)
    number: int = field(default=1, init=False)
    waited: float = field(default=0.0, init=False)
    left: bool = field(default=False, init=False)
    doubtful: bool = field(default=False, init=False)
    status: int | None = field(default=None, init=False)
    tried: tuple[Attempt, ...] = field(default=(), init=False)
    _id: str | None = field(default=None, init=False)

    @property
    def id(self) -> str:
        """What joins all that is told of this call; made only if somebody is told."""
        if self._id is None:
            self._id = token_hex(8)
        return self._id

    def note(self, attempt: Attempt) -> None:
        """Keep what is told of an attempt that has ended."""
        self.tried = (*self.tried[1 - _KEPT :], attempt)

    def remaining(self) -> float | None:
        """Return the seconds until its deadline, if it has one."""
        deadline = self.terms.deadline
        return None if deadline is None else self.started + deadline - now()

    def timeout(self) -> float:
        """Return the seconds for this attempt.

        Raises:
            DeadlineError: If none are left.
        """
        terms, timeout = self.terms, self.terms.timeout(self.call, self.number)
        if terms.deadline is None:
            return timeout
        remaining = self.started + terms.deadline - now()
        if remaining <= 0:
            raise _too_late()
        return min(timeout, remaining)

    async def in_time(self, place: Awaitable[None]) -> None:
        """Wait for *place*, and not beyond the deadline.

        Raises:
            DeadlineError: If it was over first.
        """
        remaining = self.remaining()
        if remaining is None:
            await place
            return
        try:
            async with asyncio.timeout(max(remaining, 0)):
                await place
        except TimeoutError:
            raise _too_late() from None

    def failed(self, error: MessengerError) -> Failure:
        """Return what is known of this attempt, which ended with *error*."""
        return Failure(
            error=error,
            attempt=self.number,
            retry_after=error.retry_after or 0.0,
            previous_wait=self.waited,
        )


def _too_late() -> DeadlineError:
    return DeadlineError("The deadline was over before the call could leave; nothing was sent.")


def about(trip: Trip) -> dict[str, object]:
    """Return what every line of the log says of a call, for `extra=`."""
    return {"call_id": trip.id, "call": trip.call.name}


def log_failure(trip: Trip, failure: Failure, wait: float | None) -> None:
    """Tell that an attempt failed, and what follows."""
    error = type(failure.error).__name__
    _log.warning(
        "%s: attempt %d failed with %s: %s %s",
        trip.call.name,
        failure.attempt,
        error,
        failure.error,
        "Not repeated." if wait is None else f"Repeated in {wait:g} s.",
        extra={**about(trip), "attempt": failure.attempt, "error": error, "wait": wait},
    )


def log_end(trip: Trip, told: Mapping[str, object]) -> None:
    """Tell how a call ended."""
    if _log.isEnabledFor(logging.INFO):
        extra = {**about(trip), **told}
        _log.info(
            "%s: %s after %.3f s", trip.call.name, told["outcome"], told["seconds"], extra=extra
        )
