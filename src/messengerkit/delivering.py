"""Floor 5: one send from its turn to its end: it is tried, looked for, and queued again."""

import asyncio
from collections.abc import Awaitable, Coroutine

from ._phase import Phase
from .abandoned import keep, look_for
from .delivery import Evidence, Outcome, State, Step, outcome_of
from .errors import (
    CircuitOpenError,
    ClientClosedError,
    DeadlineError,
    GraphError,
    MessengerError,
    TransitionError,
    TransportError,
)
from .inquiring import Inquiring
from .leases import Lease
from .outbound import OutboundLog
from .sending import Sending
from .settling import Absent, Delivered, Verdict
from .trip import log_failure
from .writing import (
    Accepted,
    Changes,
    Work,
    arrived,
    find,
    move,
    name_of,
    unknown_of,
    unsent,
)

_LEAST_WAIT = 1.0  # seconds, where nothing says how long
_LOG_WAIT = 5.0  # seconds, after which a log that failed is asked again


class Delivering:
    """Brings sends to their end.

    Args:
        sending: Makes the attempts.
        log: What remembers sends.
        inquiring: Finds out what became of a message.
        lease: Keeps them ours.

    Attributes:
        given_up: What is still being found out about sends that nobody waits for.
    """

    def __init__(
        self, sending: Sending, log: OutboundLog, inquiring: Inquiring, lease: Lease
    ) -> None:
        self._sending = sending
        self._log = log
        self._inquiring = inquiring
        self._lease = lease
        self.given_up: set[asyncio.Task[None]] = set()
        self._crowded = False

    @property
    def goes_at_once(self) -> bool:
        """Whether a send will probably leave as soon as it is its turn."""
        breaker = self._sending.breaker
        calm = breaker is None or breaker.mode == "closed"
        return calm and not self._crowded and not self._inquiring.closed

    async def deliver(self, work: Work, *, its_turn: bool = False) -> tuple[Accepted, int]:
        """Bring *work* to its end, in its turn; return whom it reached, its mid, its attempts.

        Args:
            work: The send.
            its_turn: Whether it surely has its turn already.

        Raises:
            MessengerError: If it was not sent, or nobody knows.
        """
        self._lease.hold(work)
        try:
            if work.row.state is State.QUEUED and not its_turn:
                await self._wait(work, self._log.turn(work.row.id))
            if work.row.state is State.UNKNOWN:
                await self._settle(work, None)
            while work.row.state is not State.SENT:
                await self._try(work)
        finally:
            self._lease.drop(work)
        self._sending.succeeded(work.trip, work.row.evidence or Evidence.RESPONSE)
        return (work.to or work.row.psid, work.row.mid or ""), work.row.attempts

    async def _try(self, work: Work) -> None:
        """Make one attempt, and move on to what came of it."""
        waited = False

        async def claim() -> None:
            self._inquiring.check()
            self._crowded = waited
            if work.row.state is State.QUEUED:
                await self._claim(work)
            while not self._lease.covers(work.trip.timeout()):
                await self._still_ours(work)

        async def wait() -> None:
            nonlocal waited
            waited = self._crowded = True
            await self._unclaim(work)

        try:
            answer = await self._sending.attempt(work.trip, claim, wait)
            work.to, mid = work.read(answer)
        except MessengerError as error:
            await self._failed(work, error)
        else:
            await self._accepted(work, mid)

    async def _still_ours(self, work: Work) -> None:
        """Renew the lease; a machine may have slept, and others have taken it for dead.

        Raises:
            TransitionError: If somebody else has the send by now.
        """
        await self._lease.renew()
        held = await self._log.find(work.row.nonce)
        if held is None or held.version != work.row.version:
            msg = "somebody else has moved this send on"
            raise TransitionError(msg)

    async def _claim(self, work: Work) -> None:
        changes = Changes(
            attempts=work.row.attempts + 1, wire_at=self._sending.clock(), ended_at=None
        )
        await self.move(work, Step.CLAIM, changes)
        if work.row.state is not State.IN_FLIGHT:
            msg = "an echo has settled this send"
            raise TransitionError(msg)

    async def _unclaim(self, work: Work) -> None:
        """Queue again what was claimed, and has not left."""
        if work.row.state is State.IN_FLIGHT:
            await self.move(work, Step.RETURN, unsent(work.row))

    async def _accepted(self, work: Work, mid: str) -> None:
        work.mid = mid  # kept, should the caller go away before it is written down
        try:
            await self.move(work, Step.ACCEPT, arrived(mid, Evidence.RESPONSE))
        except TransitionError:
            # Whoever has it by now took us for dead; the answer is proof all the same.
            held = await find(self._log, work.row.nonce, mid, Evidence.RESPONSE)
            if held is None or held.state is not State.SENT:
                raise
            work.row = held

    async def _failed(self, work: Work, error: MessengerError) -> None:
        if isinstance(error, TransitionError):
            if work.row.state is State.SENT:
                return
            raise error  # somebody else has the row
        if not work.trip.left:
            await self._unclaim(work)
            if work.outlives and isinstance(error, ClientClosedError):
                raise error  # the next process's
        outcome, waits = outcome_of(error, believe_transient=False), work.row.state is State.QUEUED
        if waits and outcome is not Outcome.REFUSED:
            outcome = Outcome.NOT_SENT
        if outcome is Outcome.UNKNOWN:
            await self._lost(work, error)
            return
        work.trip.left = False
        if isinstance(error, DeadlineError):
            await self._end(work, Step.EXPIRE, error, outcome)
        elif outcome is Outcome.REFUSED:
            log_failure(work.trip, work.trip.failed(error), None)
            said_no = isinstance(error, GraphError) and not waits
            await self._end(work, Step.REJECT if said_no else Step.GIVE_UP, error, outcome)
        elif waits and isinstance(error, CircuitOpenError):
            await self._wait_for_host(work, error)
        else:
            await self._go_back(work, error, error)

    async def _lost(self, work: Work, error: MessengerError) -> None:
        log_failure(work.trip, work.trip.failed(error), None)
        await self.move(work, Step.LOSE, Changes(error=name_of(error)))
        if work.row.state is State.UNKNOWN:
            await self._settle(work, error)

    async def _go_back(
        self, work: Work, error: MessengerError, seen: MessengerError | None
    ) -> None:
        """Queue it again after the policy's wait, or give up: it surely did not arrive."""
        failure = work.trip.failed(seen or error)
        wait = self._sending.planned(work.trip, failure, Outcome.NOT_SENT)
        log_failure(work.trip, failure, wait)
        if wait is None:
            await self._end(work, Step.GIVE_UP, error, Outcome.NOT_SENT)
            return
        if work.row.state is State.IN_FLIGHT:
            await self.move(work, Step.RETURN, Changes(error=name_of(error)))
        if work.row.state is State.QUEUED:
            work.trip.number += 1
            work.trip.waited = wait
            await self._wait(work, self._sending.sleep(wait))
        # It is written down, so it can wait until the budget has something left for it.
        while work.row.state is State.QUEUED and not self._sending.affords(failure):
            await self._wait(work, self._sending.sleep(max(wait, _LEAST_WAIT)))

    async def _wait_for_host(self, work: Work, error: CircuitOpenError) -> None:
        """Wait, still queued, until somebody may look whether Meta answers again."""
        wait, remaining = error.retry_after or _LEAST_WAIT, work.trip.remaining()
        if remaining is not None and wait >= remaining:
            await self._end(work, Step.GIVE_UP, error, Outcome.NOT_SENT)
        else:
            await self._wait(work, self._sending.rest(wait))

    async def _wait(self, work: Work, until: Awaitable[None]) -> None:
        """Wait, still queued; not beyond the deadline, and not beyond the client's end."""
        try:
            await self._inquiring.unless_closed(work.trip.in_time(until))
        except DeadlineError as error:
            await self._end(work, Step.EXPIRE, error, Outcome.NOT_SENT)
        except ClientClosedError as error:
            if work.outlives:
                raise
            await self._end(work, Step.GIVE_UP, error, Outcome.REFUSED)

    async def _settle(self, work: Work, error: MessengerError | None) -> None:
        """Find out what became of a send that nobody knows of."""
        match await self._inquire(work, error):
            case Delivered(mid=mid, evidence=evidence):
                await self.move(work, Step.FIND, arrived(mid, evidence))
            case Absent():
                await self.move(work, Step.MISS)
                work.trip.left = False
                if work.row.state is State.QUEUED:
                    msg = "It was looked for and did not arrive, and is not tried again."
                    absent = TransportError(msg, phase=Phase.NOT_SENT)
                    absent.__cause__ = error
                    await self._go_back(work, absent, error)
            case _:
                unknown = unknown_of(work, error)
                await self._end(work, Step.DOUBT, unknown, Outcome.UNKNOWN)

    async def _inquire(self, work: Work, error: MessengerError | None) -> Verdict:
        """Look for it, and not beyond the deadline."""
        remaining = work.trip.remaining()
        limit = asyncio.timeout(None if remaining is None else max(remaining, 0))
        try:
            async with limit:
                return await look_for(self._log, self._inquiring, work.row)
        except TimeoutError:
            if not limit.expired():
                raise
        except ClientClosedError as closed:
            # Nothing is refused here: the message may be out, and the next process looks for it.
            error = closed
        unknown = unknown_of(work, error)
        self._sending.ended(work.trip, Outcome.UNKNOWN, unknown)
        raise unknown

    async def _end(self, work: Work, step: Step, error: MessengerError, outcome: Outcome) -> None:
        """Write down that it ended so, and raise *error*, unless an echo was faster."""
        await self.move(work, step, Changes(error=name_of(error)))
        if work.row.state is not State.SENT:
            self._sending.ended(work.trip, outcome, error)
            raise error

    def give_up(self, work: Work, *, left: bool) -> None:
        """Keep what became of a send that nobody waits for any more."""
        self._lease.hold(work)
        start(self.given_up, self._keep(work, left=left))

    async def _keep(self, work: Work, *, left: bool) -> None:
        try:
            while not await keep(self._log, self._inquiring, work, left=left):
                await self._inquiring.unless_closed(self._sending.sleep(_LOG_WAIT))
        except ClientClosedError:
            pass  # the next process finds what is left
        finally:
            self._lease.drop(work)

    async def move(self, work: Work, step: Step, changes: Changes | None = None) -> None:
        """Write down that *work* took *step*, and is ours."""
        made: Changes = {} if changes is None else changes
        made["owner"] = self._lease.owner
        if work.row.state is State.IN_FLIGHT and "ended_at" not in made:
            made["ended_at"] = self._sending.clock()
        await move(self._log, work, step, made)


def start(tasks: set[asyncio.Task[None]], work: Coroutine[None, None, None]) -> None:
    """Do *work* in the background, as one of *tasks* until it is done."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
