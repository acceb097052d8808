"""Floor 5: the attempt loop: the one place that calls, asks whether to repeat, and waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from ._graph import Call
from ._json import JsonObject
from ._transport import Transport
from .breaker import Breaker
from .delivery import Outcome, is_fault_of_host, outcome_of
from .errors import (
    ClientClosedError,
    DeliveryUnknownError,
    MessengerError,
    RateLimitError,
)
from .pace import Limiter
from .rates import Rate
from .retry import Failure
from .settling import sought_of
from .telling import Telling
from .terms import Terms
from .trip import Trip, about, log_failure, now
from .usage import usage

_log = logging.getLogger("messengerkit")

T = TypeVar("T")

# Whoever looks whether Meta answers again must not send anybody anything.
_LOOK = Call("GET", ("me",), {"fields": "id"}, repeatable=True, rate=Rate.OTHER, urgent=True)
_LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Telling):
    """Makes calls, on given terms, until they are settled or given up.

    Attributes:
        transport: The way there.
        limiter: Keeps the pace of the page, or None.
        breaker: Stops calling a host that fails, or None.
        sleep: How to wait.
    """

    transport: Transport
    limiter: Limiter | None = None
    breaker: Breaker | None = None
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
        trip = Trip(call, terms, now())
        try:
            while True:
                try:
                    value = read(await self.attempt(trip))
                except MessengerError as error:
                    failure = trip.failed(error)
                else:
                    self.succeeded(trip)
                    return value, trip.number
                await self._again(trip, failure)
        except asyncio.CancelledError:
            unknown = trip.left or trip.doubtful
            outcome = Outcome.UNKNOWN if unknown else Outcome.NOT_SENT
            self.ended(trip, outcome, cancelled=True)
            raise

    async def attempt(
        self,
        trip: Trip,
        before: Callable[[], Awaitable[None]] | None = None,
        waiting: Callable[[], Awaitable[None]] | None = None,
    ) -> JsonObject:
        """Make one attempt, in its turn, and return Meta's answer.

        Args:
            trip: The call.
            before: What must be done before the first byte is written, or None.
            waiting: What must be done before it waits for its turn, if it has to, or None.

        Raises:
            CircuitOpenError: If the breaker lets no call go.
            DeadlineError: If the deadline is over before it could leave.
            MessengerError: If there is no answer, or it is a refusal.
        """
        trip.left, trip.status, call = False, None, trip.call
        breaker, limiter = self.breaker, self.limiter
        turn = self._turn(trip, waiting)
        if turn is not None:
            await turn
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
            if breaker is not None:
                breaker.ended(failed=is_fault_of_host(error))
            self.attempted(trip, error)
            raise
        except asyncio.CancelledError:
            self.attempted(trip, cancelled=True)
            raise
        if breaker is not None:
            breaker.ended(failed=False)
        self.attempted(trip)
        return answer

    def _turn(
        self, trip: Trip, waiting: Callable[[], Awaitable[None]] | None
    ) -> Awaitable[None] | None:
        """Return what ends when the breaker and the pace let *trip* go, or None if they do."""
        if self.breaker is not None and self.breaker.mode != "closed":
            return self._asked(trip, waiting)
        limiter, call = self.limiter, trip.call
        place = None if limiter is None else limiter.enter(call.rate, urgent=call.urgent)
        return None if place is None else self._placed(trip, place, waiting)

    async def _asked(self, trip: Trip, waiting: Callable[[], Awaitable[None]] | None) -> None:
        if waiting is not None:
            await waiting()
        await self._ask(self.breaker)
        turn = self._turn(trip, None)
        if turn is not None:
            await turn

    async def _placed(
        self,
        trip: Trip,
        place: Awaitable[None],
        waiting: Callable[[], Awaitable[None]] | None,
    ) -> None:
        if waiting is not None:
            try:
                await waiting()
            except BaseException:
                if isinstance(place, Coroutine):
                    place.close()
                raise
        await trip.in_time(place)
        await self._ask(self.breaker)  # many may have waited here since Meta last answered

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
            self.ended(trip, outcome, failure.error)
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
            answered = not (is_fault_of_host(error) or isinstance(error, ClientClosedError))
        finally:
            breaker.probed(answered=answered)
