"""Floor 5: tells how attempts and calls ended: to the counters, to who observes, and to the log."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ._graph import Graph
from .delivery import Evidence, Outcome, outcome_of
from .errors import MessengerError
from .hooks import Attempt, Hooks, Result, tell
from .retry import RetryBudget
from .stats import Stats
from .trip import Trip, log_end, now

_log = logging.getLogger("messengerkit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Tells how calls to one page ended.

    Attributes:
        graph: Whom they go to.
        budget: Bounds what is repeated in all, and earns by what succeeds; or None.
        stats: Counts how sends end.
        hooks: Who observes.
        clock: The time, in unix seconds.
    """

    graph: Graph
    budget: RetryBudget | None = None
    stats: Stats = field(default_factory=Stats)
    hooks: tuple[Hooks, ...] = ()
    clock: Callable[[], float] = time.time

    def succeeded(self, trip: Trip, evidence: Evidence = Evidence.RESPONSE) -> None:
        """Count, tell and log that *trip* ended as it should."""
        seconds = now() - trip.started
        if trip.call.recipient_id is not None:
            self.stats.succeeded(seconds, evidence)
        budget = self.budget
        if budget is not None and budget.left < budget.capacity and trip.number == 1:
            budget.earn()
        if self.hooks or _log.isEnabledFor(logging.INFO):
            self._told(trip, seconds, evidence=evidence)

    def ended(
        self,
        trip: Trip,
        outcome: Outcome,
        error: MessengerError | None = None,
        *,
        cancelled: bool = False,
    ) -> None:
        """Count, tell and log that *trip* ended otherwise."""
        seconds = now() - trip.started
        if trip.call.recipient_id is not None:
            self.stats.failed(seconds, outcome, error, cancelled=cancelled)
        self._told(trip, seconds, outcome, error, cancelled=cancelled)

    def _told(
        self,
        trip: Trip,
        seconds: float,
        outcome: Outcome | None = None,
        error: MessengerError | None = None,
        *,
        cancelled: bool = False,
        evidence: Evidence | None = None,
    ) -> None:
        is_send = trip.call.recipient_id is not None
        evidence = evidence if is_send else None
        name = None if error is None else type(error).__name__
        if self.hooks:
            result = Result(
                call_id=trip.id,
                call=trip.call.name,
                is_send=is_send,
                began_at=self.clock() - seconds,
                seconds=seconds,
                attempts=trip.number,
                tried=trip.tried,
                outcome=outcome,
                error=name,
                cancelled=cancelled,
                evidence=evidence,
            )
            tell([partial(hook.on_result, result) for hook in self.hooks])
        log_end(
            trip,
            {
                "outcome": outcome.value if outcome else "ok",
                "seconds": seconds,
                "attempts": trip.number,
                "error": name,
                "cancelled": cancelled,
                "evidence": None if evidence is None else evidence.value,
            },
        )

    def attempted(
        self, trip: Trip, error: MessengerError | None = None, *, cancelled: bool = False
    ) -> None:
        """Tell who observes how an attempt ended."""
        if not self.hooks:
            return
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
