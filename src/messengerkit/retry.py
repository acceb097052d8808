"""Floor 1: whether to repeat a failed call to Meta, and how long to wait first.

A policy only decides: it never sleeps, logs or opens a socket. It is asked after a
failure that the delivery mode allows to repeat (`delivery.py`), never otherwise. All
durations are in seconds; the first call is attempt 1.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from .errors import ConfigurationError, MessengerError

_LONGEST = 365 * 86_400.0  # a year: more is a mistake, and timers cannot count to infinity


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What is known once an attempt has failed.

    Attributes:
        error: What the caller will see if nobody repeats.
        attempt: Number of the failed attempt; the first call is 1.
        retry_after: Wait that Meta asked for; 0 if it named none.
        previous_wait: Wait before the failed attempt; 0 before the first one.
    """

    error: MessengerError
    attempt: int
    retry_after: float = 0.0
    previous_wait: float = 0.0


class RetryPolicy(Protocol):
    """Any callable from a failure to a wait: a plain function will do."""

    def __call__(self, failure: Failure, /) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up."""
        ...


@dataclass(frozen=True, slots=True)
class ConstantBackoff:
    """Wait *delay* before every repetition."""

    delay: float = 2.0

    def __post_init__(self) -> None:
        _require_wait("delay", self.delay)

    def __call__(self, _failure: Failure, /) -> float | None:
        """Return `delay`, whatever happened."""
        return self.delay


@dataclass(frozen=True, slots=True)
class FixedDelays:
    """Wait each of *delays* in turn, never longer; `FixedDelays()` never repeats."""

    delays: Sequence[float] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "delays", tuple(self.delays))
        for delay in self.delays:
            _require_wait("delays", delay)

    def __call__(self, failure: Failure, /) -> float | None:
        """Return the delay after this attempt, or None when they are used up."""
        return self.delays[failure.attempt - 1] if failure.attempt <= len(self.delays) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Jitter:
    """What the random strategies share: *base*, *cap*, and the dice."""

    base: float = 0.5
    cap: float = 20.0
    uniform: Callable[[float, float], float] = field(default=random.uniform, repr=False)

    def __post_init__(self) -> None:
        _require_wait("base", self.base)
        _require_wait("cap", self.cap)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentialBackoff(_Jitter):
    """Wait a random time below a ceiling that doubles with every attempt.

    The wait is uniform on [0, min(cap, base * 2 ** (attempt - 1))], "full jitter", so
    that clients which failed together do not come back together.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __call__(self, failure: Failure, /) -> float | None:
        """Return a random wait below this attempt's ceiling."""
        doublings = min(failure.attempt - 1, 64)  # 2.0 ** 1024 overflows
        return self.uniform(0.0, min(self.cap, self.base * 2.0**doublings))


@dataclass(frozen=True, slots=True, kw_only=True)
class DecorrelatedJitter(_Jitter):
    """Wait a random time that grows from the wait before, not from the attempt's number.

    The wait is uniform on [base, max(base, 3 * previous_wait)], and at most *cap*.

    Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """

    def __call__(self, failure: Failure, /) -> float | None:
        """Return a random wait that may be up to three times the last one."""
        ceiling = max(self.base, 3.0 * failure.previous_wait)
        return min(self.cap, self.uniform(self.base, ceiling))


@dataclass(slots=True, kw_only=True)
class RetryBudget:
    """How much may be repeated in all, so that an outage is not met with a storm.

    Each repetition costs; each call that succeeds at once earns a little; and once in a
    while one is free, so that somebody notices when it is over. The shape is that of AWS.

    Args:
        capacity: What there is at most, and at first.
        cost: What a repetition costs after a call that did not leave, or nobody answered.
        throttled: What it costs after Meta said that it was too many.
        earned: What a call that succeeds at once earns.
        free: Seconds after which one repetition is free.

    Raises:
        ConfigurationError: If a number is below zero.
    """

    capacity: float = 100.0
    cost: float = 5.0
    throttled: float = 2.0
    earned: float = 1.0
    free: float = 1.0
    left: float = field(init=False)
    _free_at: float = field(init=False, repr=False, default=0.0)

    def __post_init__(self) -> None:
        numbers = (self.capacity, self.cost, self.throttled, self.earned, self.free)
        if not all(number >= 0 for number in numbers):  # nor is a NaN
            msg = "a retry budget has no numbers below 0"
            raise ConfigurationError(msg)
        self.left = self.capacity

    def spend(self, now: float, *, throttled: bool) -> bool:
        """Pay for one repetition at *now*, in seconds; return whether it may be made."""
        cost = self.throttled if throttled else self.cost
        if self.left >= cost:
            self.left -= cost
            return True
        if now >= self._free_at:
            self._free_at = now + self.free
            return True
        return False

    def earn(self) -> None:
        """Take note of a call that succeeded at once."""
        self.left = min(self.capacity, self.left + self.earned)


Backoff: TypeAlias = ConstantBackoff | FixedDelays | ExponentialBackoff | DecorrelatedJitter
"""The strategies that come with the package; any `RetryPolicy` stands beside them."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Ask *backoff* for a wait, at most *attempts* calls in all, and respect Meta's own wait.

    What Meta asked for (`Retry-After`, the time to regain access) is a floor under the
    wait. Where it asks for more than *cap* and more than the backoff's own wait, the
    policy gives up at once instead of holding the caller.

    Attributes:
        attempts: Calls in all, the first one included; None leaves the end to the backoff.
        backoff: Any callable from a `Failure` to seconds, or None to give up.
        cap: The longest wait of Meta's that is waited out.

    Raises:
        ConfigurationError: If a number makes no sense, or the backoff's answer makes none.
    """

    attempts: int | None = 3
    backoff: RetryPolicy = field(default_factory=ConstantBackoff)
    cap: float = 20.0

    def __post_init__(self) -> None:
        _require_wait("cap", self.cap)
        if self.attempts is not None and self.attempts < 1:
            msg = f"attempts must be at least 1, not {self.attempts!r}"
            raise ConfigurationError(msg)

    def __call__(self, failure: Failure, /) -> float | None:
        """Return the wait before the next attempt, or None to give up."""
        if self.attempts is not None and failure.attempt >= self.attempts:
            return None
        wait = self.backoff(failure)
        if wait is None:
            return None
        _require_wait("the wait of a retry policy", wait)
        if failure.retry_after > max(self.cap, wait):
            return None
        return max(failure.retry_after, wait)


def as_retry(policy: RetryPolicy | None, /) -> Retry:
    """Return *policy* as a `Retry`, whatever was plugged in.

    A bare backoff repeats as often as `Retry` does by default (`FixedDelays`: once for
    each delay); any other callable says itself when to stop; None never repeats.
    """
    match policy:
        case None:
            return Retry(attempts=1)
        case Retry():
            return policy
        case ConstantBackoff() | ExponentialBackoff() | DecorrelatedJitter():
            return Retry(backoff=policy)
        case _ if callable(policy):
            return Retry(attempts=None, backoff=policy)
        case _:
            msg = f"retry must be a policy, any callable, or None, not {policy!r}"
            raise ConfigurationError(msg)


def is_wait(seconds: object) -> bool:
    """Return whether *seconds* is a number that can be waited: finite, and 0 or more."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return False
    return 0 <= seconds <= _LONGEST


def _require_wait(name: str, seconds: object) -> None:
    if not is_wait(seconds):
        msg = f"{name} must be a number of seconds, 0 or more, not {seconds!r}"
        raise ConfigurationError(msg)
