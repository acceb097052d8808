"""Floor 5: the attempt loop: the one place that calls, asks whether to repeat, and waits."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from typing_extensions import TypedDict

from ._graph import Call, Graph
from ._json import JsonObject
from ._transport import Transport
from .delivery import Delivery, Outcome, may_repeat, outcome_of
from .errors import ConfigurationError, DeliveryUnknownError, MessengerError
from .pace import Limiter
from .retry import Failure, Retry, RetryPolicy, as_retry, is_wait
from .stats import Stats
from .usage import usage

_log = logging.getLogger("messengerkit")

T = TypeVar("T")

_SECONDS = 30.0
_SECONDS_TO_FETCH = 90.0  # Meta allows itself 75 for a video, and answers only then


class SendOptions(TypedDict, total=False):
    """What a client, or one call of it, does otherwise than by default.

    Attributes:
        retry: When to repeat: a `Retry`, a backoff, any callable, or None for never.
        delivery: What may be repeated at all.
        timeout: Seconds for one attempt; a sequence gives each attempt its own. By default
            30, and 90 where Meta must fetch a URL before it answers.
        believe_transient: Whether Meta's "temporary, try again" proves that nothing was sent.
    """

    retry: RetryPolicy | None
    delivery: Delivery
    timeout: float | Sequence[float]
    believe_transient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a call; the defaults are the guide's: 3 attempts, 2 s apart, 30 s each.

    Without `timeouts`, nobody chose any, and the call itself says how long it may take.
    """

    retry: Retry = field(default_factory=Retry)
    delivery: Delivery = Delivery.AT_MOST_ONCE
    timeouts: tuple[float, ...] | None = None
    believe_transient: bool = True

    def but(self, options: SendOptions) -> "Terms":
        """Return these terms with what *options* says otherwise."""
        if not options:
            return self
        unknown = options.keys() - SendOptions.__annotations__.keys()
        if unknown:
            # As Python does for any other function; **options alone would take them in silence.
            msg = f"unexpected keyword arguments: {', '.join(sorted(unknown))}"
            raise TypeError(msg)
        return Terms(
            retry=as_retry(options["retry"]) if "retry" in options else self.retry,
            delivery=_delivery(options.get("delivery", self.delivery)),
            timeouts=_timeouts(options["timeout"]) if "timeout" in options else self.timeouts,
            believe_transient=options.get("believe_transient", self.believe_transient),
        )

    def timeout(self, call: Call, attempt: int) -> float:
        """Return the seconds for *attempt* of *call*; the last timeout serves all later ones."""
        if self.timeouts is None:
            return _SECONDS_TO_FETCH if call.fetches else _SECONDS
        return self.timeouts[min(attempt, len(self.timeouts)) - 1]

    def wait(self, call: Call, failure: Failure, outcome: Outcome) -> float | None:
        """Return the wait before *call* is repeated, or None if it may not or should not be."""
        if call.repeatable:
            allowed = outcome is not Outcome.REFUSED
        else:
            allowed = may_repeat(failure.error, outcome, self.delivery)
        return self.retry(failure) if allowed else None


def _delivery(mode: Delivery | str) -> Delivery:
    try:
        return Delivery(mode)
    except ValueError:
        msg = f"delivery must be one of {[one.value for one in Delivery]}, not {mode!r}"
    raise ConfigurationError(msg)


def _timeouts(timeout: float | Sequence[float]) -> tuple[float, ...]:
    timeouts = tuple(timeout) if isinstance(timeout, Sequence) else (timeout,)
    if not timeouts or not all(is_wait(seconds) and seconds > 0 for seconds in timeouts):
        msg = f"timeout must be seconds above 0, or a sequence of them, not {timeout!r}"
        raise ConfigurationError(msg)
    return timeouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Makes calls, on given terms, until they are settled or given up."""

    graph: Graph
    transport: Transport
    limiter: Limiter | None = None
    stats: Stats = field(default_factory=Stats)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def settle(
        self, call: Call, terms: Terms, read: Callable[[JsonObject], T]
    ) -> tuple[T, int]:
        """Return what *read* makes of the answer to *call*, and the attempts that it took.

        Raises:
            GraphError: If Meta refused, or throttled until the policy gave up.
            TransportError: If the call did not leave until the policy gave up.
            DeliveryUnknownError: If *call* is a send, and nobody knows how it ended.
        """
        started, limiter = time.monotonic(), self.limiter
        attempt, waited, doubtful = 1, 0.0, False
        while True:
            leaves = False
            try:
                if limiter is not None:
                    place = limiter.enter(call.rate, urgent=call.urgent)
                    if place is not None:
                        await place
                leaves = True
                request = self.graph.request_for(call, timeout=terms.timeout(call, attempt))
                response = await self.transport.send(request)
                if limiter is not None:
                    limiter.observe(usage(response.headers))
                value = read(self.graph.read(response, secret=call.secret))
            except asyncio.CancelledError:
                outcome = Outcome.UNKNOWN if leaves or doubtful else Outcome.NOT_SENT
                self._ended(call, time.monotonic() - started, outcome=outcome)
                raise
            except MessengerError as error:
                failure = Failure(
                    error=error,
                    attempt=attempt,
                    retry_after=error.retry_after or 0.0,
                    previous_wait=waited,
                )
            else:
                self._ended(call, time.monotonic() - started)
                return value, attempt
            outcome = outcome_of(failure.error, believe_transient=terms.believe_transient)
            # One attempt in doubt leaves the whole send in doubt, whatever the later ones said.
            doubtful = doubtful or outcome is Outcome.UNKNOWN
            wait = _wait(call, terms, failure, outcome)
            _log_failure(call, failure, wait)
            if wait is None:
                outcome = Outcome.UNKNOWN if doubtful else outcome
                self._ended(call, time.monotonic() - started, failure.error, outcome)
                _raise(call, failure, outcome)
            await self.sleep(wait)
            attempt, waited = attempt + 1, wait

    def _ended(
        self,
        call: Call,
        seconds: float,
        error: MessengerError | None = None,
        outcome: Outcome | None = None,
    ) -> None:
        if call.recipient_id is not None:
            self.stats.count(seconds, error, outcome)
        if _log.isEnabledFor(logging.INFO):
            told = outcome.value if outcome else "ok"
            _log.info("%s: %s after %.3f s", call.name, told, seconds)


def _wait(call: Call, terms: Terms, failure: Failure, outcome: Outcome) -> float | None:
    try:
        return terms.wait(call, failure, outcome)
    except Exception:  # noqa: BLE001  # a user's policy may raise anything
        # What the policy could not decide must not hide what became of the message.
        _log.exception("%s: the retry policy failed, so the call is not repeated.", call.name)
        return None


def _raise(call: Call, failure: Failure, outcome: Outcome) -> NoReturn:
    if outcome is not Outcome.UNKNOWN or call.repeatable:
        raise failure.error
    about = "the message arrived" if call.recipient_id else "it was done"
    msg = f"Nobody knows whether {about} ({type(failure.error).__name__})."
    raise DeliveryUnknownError(
        msg, recipient_id=call.recipient_id or "", attempts=failure.attempt
    ) from failure.error


def _log_failure(call: Call, failure: Failure, wait: float | None) -> None:
    _log.warning(
        "%s: attempt %d failed with %s: %s %s",
        call.name,
        failure.attempt,
        type(failure.error).__name__,
        failure.error,
        "Not repeated." if wait is None else f"Repeated in {wait:g} s.",
    )
