"""Floor 4: on which terms a call is made: what may be repeated, when, and how long it may take."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import TypedDict

from ._graph import Call
from .delivery import Delivery, Outcome, may_repeat
from .errors import ConfigurationError
from .retry import Failure, Retry, RetryPolicy, as_retry, is_wait

_SECONDS = 30.0
_SECONDS_TO_FETCH = 90.0  # Meta allows itself 75 for a video, and answers only then


class SendOptions(TypedDict, total=False):
    """What a client, or one call of it, does otherwise than by default.

    Attributes:
        retry: When to repeat: a `Retry`, a backoff, any callable, or None for never.
        delivery: What may be repeated at all.
        timeout: Seconds for one attempt; a sequence gives each attempt its own. By default
            30, and 90 where Meta must fetch a URL before it answers.
        deadline: Seconds for the whole call, waits included; by default as long as it takes.
        believe_transient: Whether Meta's "temporary, try again" proves that nothing was sent.
    """

    retry: RetryPolicy | None
    delivery: Delivery
    timeout: float | Sequence[float]
    deadline: float | None
    believe_transient: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a call; the defaults are the guide's: 3 attempts, 2 s apart, 30 s each.

    Without `timeouts`, nobody chose any, and the call itself says how long it may take.
    """

    retry: Retry = field(default_factory=Retry)
    delivery: Delivery = Delivery.AT_MOST_ONCE
    timeouts: tuple[float, ...] | None = None
    deadline: float | None = None
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
            deadline=_deadline(options["deadline"]) if "deadline" in options else self.deadline,
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


def _deadline(seconds: float | None) -> float | None:
    if seconds is not None and not (is_wait(seconds) and seconds > 0):
        msg = f"deadline must be seconds above 0, or None, not {seconds!r}"
        raise ConfigurationError(msg)
    return seconds
