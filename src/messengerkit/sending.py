"""Floor 5: the attempt loop: the one place that calls, asks whether to repeat, and waits."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn, TypeVar

from ._graph import Call, Graph
from ._json import JsonObject
from ._transport import Transport
from .breaker import Breaker
from .delivery import Evidence, Outcome, is_fault_of_host, outcome_of
from .errors import (
    DeliveryUnknownError,
    MessengerError,
    RateLimitError,
)
from .hooks import Attempt, Hooks, Result, tell
from .pace import Limiter
from .rates import Rate
from .retry import Failure, RetryBudget
from .settling import sought_of
from .stats import Stats
from .terms import Terms
from .trip import Trip, about, log_failure, now
from .usage import usage

_log = logging.getLogger("messengerkit")

T = TypeVar("T")

# Whoever looks whether Meta answers again must not send anybody anything.
_LOOK = Call("GET", ("me",), {"fields": "id"}, repeatable=True, rate=Rate.OTHER, urgent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Makes calls, on given terms, until they are settled or given up.

    Attributes:
        graph: Whom it talks to.
        transport: The way there.
        limiter: Keeps the pace of the page, or None.
        breaker: Stops calling a host that fails, or None.
        budget: Bounds what is repeated in all, or None.
        stats: Counts how sends end.
        hooks: Who observes.
        sleep: How to wait.
        clock: The time, in unix seconds.
    """

    graph: Graph
    transport: Transport
    limiter: Limiter | None = None
    breaker: Breaker | None = None
    budget: RetryBudget | None = None
    stats: Stats = field(default_factory=Stats)
    hooks: tuple[Hooks, ...] = ()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.time

    async def settle(
        self, call: Call, terms: Terms, read: Callable[[JsonObject], T]
    ) -> tuple[T, int]:
        """Return what *read* makes of the answer to *call*, and the attempts that it took.

        Raises:
            GraphError: If Meta refused, or throttled until the policy gave up.
            TransportError: If the call did not leave until the policy gave up.
            DeliveryUnknownError: If *call* is a send, and nobody knows how it ended.
        """
        trip = Trip(call, terms, now())
        try:
            while True:
                try:
                    value = read(await self.attempt(trip))
                except MessengerError as error:
                    failure = trip.failed(error)
                else:
                    self.ended(trip)
                    return value, trip.number
                await self._again(trip, failure)
        except asyncio.CancelledError:
            unknown = trip.left or trip.doubtful
            outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_SENT
            self.ended(trip, outcome=outcome, cancelled=True)
            raise

    async def attempt(
        self, trip: Trip, before: Callable[[], Awaitable[None]] | None = None
    ) -> JsonObject:
        """Make one attempt, in its turn, and return Meta's answer.

        Args:
            trip: The call.
            before: What must be done before the first byte is written, or None.

        Raises:
            MessengerError: If there is none, or it is a refusal.
        """
        trip.left, trip.status, call = False, None, trip.call
        limiter = self.limiter
        await self._in_turn(trip)
        request = self.graph.request_for(call, timeout=trip.timeout())
        if before is not None:
            await before()
        trip.began_at, trip.left = self.clock(), True
        try:
            response = await self.transport.send(request)
            trip.status = response.status
            if limiter is not None:
                limiter.observe(usage(response.headers))
            answer = self.graph.read(response, secret=call.secret)
        except MessengerError as error:
            self._attempted(trip, error)
            raise
        except asyncio.CancelledError:
            if self.hooks:
                self._tell(trip, None, cancelled=True)
            raise
        self._attempted(trip, None)
        return answer

    async def _in_turn(self, trip: Trip) -> None:
        """Return once the pace and the breaker let *trip* go.

        Raises:
            CircuitOpenError: If the breaker does not.
            DeadlineError: If the deadline is over first.
        """
        breaker, limiter, call = self.breaker, self.limiter, trip.call
        if breaker is not None and breaker.mode != "closed":
            await self._ask(breaker)
        place = None if limiter is None else limiter.enter(call.rate, urgent=call.urgent)
        if place is not None:
            await trip.in_time(place)
            await self._ask(breaker)  # many may have waited here since Meta last answered

    def wait(self, trip: Trip, failure: Failure, outcome: Outcome) -> float | None:
        """Return how long to wait before *trip* goes on, or None if it does not."""
        wait = self.planned(trip, failure, outcome)
        return wait if wait is not None and self.affords(failure) else None

    def affords(self, failure: Failure) -> bool:
        """Return whether the budget, which then has paid for it, allows a repetition now."""
        throttled = isinstance(failure.error, RateLimitError)
        return self.budget is None or self.budget.spend(now(), throttled=throttled)

    def rest(self, seconds: float) -> Awaitable[None]:
        """Wait until it makes sense to try again, after the breaker let no call go."""
        breaker, sleep = self.breaker, self.sleep
        return sleep(seconds) if breaker is None else breaker.rest(seconds, sleep)

    def planned(self, trip: Trip, failure: Failure, outcome: Outcome) -> float | None:
        """Return how long the policy waits before *trip* goes on, or None if it does not."""
        try:
            wait = trip.terms.wait(trip.call, failure, outcome)
        except Exception:  # noqa: BLE001  # a user's policy may raise anything
            # What the policy could not decide must not hide what became of the message.
            name, extra = trip.call.name, about(trip)
            _log.exception(
                "%s: the retry policy failed, so the call is not repeated.", name, extra=extra
            )
            return None
        remaining = trip.remaining()
        if wait is None or (remaining is not None and wait >= remaining):
            return None
        return wait

    def ended(
        self,
        trip: Trip,
        error: MessengerError | None = None,
        outcome: Outcome | None = None,
        *,
        cancelled: bool = False,
        evidence: Evidence | None = None,
    ) -> None:
        """Count, tell and log how *trip* ended."""
        call, seconds = trip.call, now() - trip.started
        is_send = call.recipient_id is not None
        if is_send:
            if outcome is None:
                evidence = evidence or Evidence.RESPONSE
            self.stats.count(seconds, error, outcome, cancelled=cancelled, evidence=evidence)
        if outcome is None and trip.number == 1 and self.budget is not None:
            self.budget.earn()
        if self.hooks:
            result = Result(
                call_id=trip.id,
                call=call.name,
                is_send=is_send,
                began_at=self.clock() - seconds,
                seconds=seconds,
                attempts=trip.number,
                tried=tuple(trip.tried),
                outcome=outcome,
                error=None if error is None else type(error).__name__,
                cancelled=cancelled,
                evidence=evidence,
            )
            tell([partial(hook.on_result, result) for hook in self.hooks])
        if _log.isEnabledFor(logging.INFO):
            told = outcome.value if outcome else "ok"
            extra = {
                **about(trip),
                "outcome": told,
                "seconds": seconds,
                "attempts": trip.number,
                "error": None if error is None else type(error).__name__,
                "cancelled": cancelled,
                "evidence": None if evidence is None else evidence.value,
            }
            _log.info("%s: %s after %.3f s", call.name, told, seconds, extra=extra)

    async def _again(self, trip: Trip, failure: Failure) -> None:
        """Wait for the next attempt, or raise what became of the call."""
        outcome = outcome_of(failure.error, believe_transient=trip.terms.believe_transient)
        # One attempt in doubt leaves the whole send in doubt, whatever the later ones said.
        trip.doubtful = trip.doubtful or outcome is Outcome.UNKNOWN
        trip.left = False
        wait = self.wait(trip, failure, outcome)
        log_failure(trip, failure, wait)
        if wait is None:
            outcome = Outcome.UNKNOWN if trip.doubtful else outcome
            self.ended(trip, failure.error, outcome)
            self._raise(trip, failure, outcome)
        await self.sleep(wait)
        trip.number, trip.waited = trip.number + 1, wait

    def _raise(self, trip: Trip, failure: Failure, outcome: Outcome) -> NoReturn:
        call = trip.call
        if outcome is not Outcome.UNKNOWN or call.repeatable:
            raise failure.error
        about = "the message arrived" if call.recipient_id else "it was done"
        msg = f"Nobody knows whether {about} ({type(failure.error).__name__})."
        raise DeliveryUnknownError(
            msg,
            recipient_id=call.recipient_id or "",
            attempts=failure.attempt,
            sought=sought_of(call, began_at=trip.began_at, ended_at=self.clock()),
        ) from failure.error

    async def _ask(self, breaker: Breaker | None) -> None:
        """Return once calls go, after a look if that is needed.

        Raises:
            CircuitOpenError: If none goes.
        """
        while breaker is not None and breaker.check():
            await self._look(breaker)

    async def _look(self, breaker: Breaker) -> None:
        """Find out whether Meta answers this page again, and let the breaker know."""
        answered = False
        try:
            request = self.graph.request_for(_LOOK, timeout=_LOOK_SECONDS)
            response = await self.transport.send(request)
            self.graph.read(response)
            answered = True
        except MessengerError as error:
            answered = not is_fault_of_host(error)
        finally:
            breaker.probed(answered=answered)

    def _attempted(self, trip: Trip, error: MessengerError | None) -> None:
        if self.breaker is not None:
            self.breaker.ended(failed=error is not None and is_fault_of_host(error))
        if self.hooks:
            self._tell(trip, error)

    def _tell(self, trip: Trip, error: MessengerError | None, *, cancelled: bool = False) -> None:
        outcome = Outcome.UNKNOWN if cancelled else None
        if error is not None:
            outcome = outcome_of(error, believe_transient=trip.terms.believe_transient)
        attempt = Attempt(
            call_id=trip.id,
            call=trip.call.name,
            is_send=trip.call.recipient_id is not None,
            number=trip.number,
            began_at=trip.began_at,
            # The time of day may have been set back meanwhile.
            seconds=max(0.0, self.clock() - trip.began_at),
            outcome=outcome,
            error=error,
            url=self.graph.url,
            version=self.graph.version,
            status=trip.status if error is None else error.http_status or trip.status,
            cancelled=cancelled,
        )
        trip.note(attempt)
        tell([partial(hook.on_attempt, attempt) for hook in self.hooks])


_LOOK_SECONDS = 10.0
