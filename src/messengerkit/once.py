"""Floor 5: one send, effectively once: written down, sent, and looked for where nobody knows.

Its rules were learnt from machines that failed (`delivery.py` has the states): the row is in
flight before the first byte; a lane has one send in flight or unknown at a time; an echo
with the nonce, or the message itself in the conversation, proves that it is there; and only
two reads that began long enough after the attempt prove that it is not.
"""

import asyncio
import logging
import secrets
from dataclasses import replace

from ._graph import Call
from .delivering import Delivering, start
from .delivery import Evidence, Outcome, State, Step, is_open
from .errors import ClientClosedError, DeliveryUnknownError, MessengerError, TransitionError
from .inquiring import Inquiring
from .leases import LEASE, Lease
from .outbound import Outbound, OutboundLog
from .sending import Sending
from .settling import Delivered, Sought, Verdict
from .terms import Terms
from .trip import Trip, now
from .writing import (
    NONCE,
    Accepted,
    Reader,
    Work,
    call_of,
    find,
    name_of,
    take,
    unknown_of,
    with_nonce,
)

_log = logging.getLogger("messengerkit")


class Once:
    """Sends each message effectively once, on an `OutboundLog`.

    Args:
        sending: Makes the attempts.
        log: What remembers sends.
        inquiring: Finds out what became of a message.
        owner: This process's name in the log; by default a random one.
        lease: Seconds that its sends stay its own when nothing more is heard of it.
    """

    def __init__(
        self,
        sending: Sending,
        log: OutboundLog,
        inquiring: Inquiring,
        *,
        owner: str | None = None,
        lease: float = LEASE,
    ) -> None:
        self._sending = sending
        self._log = log
        self._inquiring = inquiring
        self._lease = Lease(log, owner or secrets.token_urlsafe(8), sending.clock, lease)
        self._delivering = Delivering(sending, log, inquiring, self._lease)
        self._recovered: set[asyncio.Task[None]] = set()
        self._sweeps = False
        self._doubted = (Terms(), Terms())

    async def send(self, call: Call, terms: Terms, read: Reader) -> tuple[Accepted, int]:
        """Send *call*, and return whom it reached, its mid, and the attempts that it took.

        Raises:
            InvalidInputError: If its metadata leaves no room for the nonce.
            GraphError: If Meta refused.
            TransportError: If it surely did not arrive, and the policy gave up.
            DeliveryUnknownError: If nobody could find out; a person decides.
        """
        trip = Trip(call, self._doubting(terms), now())
        work = Work(self._row(trip), trip, read)
        trip.call = call_of(work.row)
        try:
            if not self._lease.covers(trip.timeout(), spare=self._lease.seconds / 2):
                await self._lease.renew()
            its_turn = await self._log.add(work.row)
            if work.row.state is State.IN_FLIGHT and not its_turn:
                work.row = work.row.queued()
            return await self._delivering.deliver(work, its_turn=its_turn)
        except asyncio.CancelledError:
            self._give_up(work, cancelled=True)
            raise
        except DeliveryUnknownError:
            # Its deadline was over before that was known.
            if work.row.state is State.UNKNOWN and not self._inquiring.closed:
                self._delivering.give_up(work, left=True)
            raise
        except TransitionError as error:
            # Somebody else has the send, and may have sent it, or will.
            unknown = unknown_of(work, error)
            self._sending.ended(trip, Outcome.UNKNOWN, unknown)
            raise unknown from error
        except Exception:
            if is_open(work.row.state):  # the log failed, which gives the send up, too
                self._give_up(work)
            raise

    def _give_up(self, work: Work, *, cancelled: bool = False) -> None:
        left = work.trip.left or work.row.state is State.UNKNOWN
        self._delivering.give_up(work, left=left)
        if work.mid is not None:
            self._sending.succeeded(work.trip)  # only that could not be written down yet
            return
        outcome = Outcome.UNKNOWN if left else Outcome.NOT_SENT
        self._sending.ended(work.trip, outcome, cancelled=cancelled)

    async def carry(self, row: Outbound, terms: Terms, read: Reader) -> None:
        """Bring a send to its end that the log has as QUEUED, and this process's, in its turn.

        How it ends, the log tells. If the client is closed before it has left, it stays QUEUED.
        """
        on = replace(terms, deadline=None, believe_transient=False)
        if not self._lease.covers(on.timeout(call_of(row), 1), spare=self._lease.seconds / 2):
            await self._lease.renew()
        work = Work(row, Trip(call_of(row), on, now()), read, outlives=True)
        try:
            await self._delivering.deliver(work, its_turn=True)
        except ClientClosedError:
            pass  # the next process goes on with it
        except MessengerError as error:
            # Also if somebody has cancelled it meanwhile, as it is theirs to do.
            name = name_of(error)
            _log.info("A send ended with %s.", name, extra={"error": name})

    def heard(self, nonce: str, mid: str) -> None:
        """Tell who waits for the echo of a send that the log knows to have arrived."""
        self._inquiring.observe(nonce, mid)

    async def recover(self, terms: Terms, read: Reader) -> int:
        """Go on with what a process left behind that died; return how many sends that were.

        One that was in flight is unknown: it is looked for, and never just sent again. They
        go on in the background, each lane in its order; what is left behind later is taken
        up, too.
        """
        taken = await self._take_over(terms, read)
        if not self._sweeps and not self._inquiring.closed:
            self._sweeps = True
            start(self._recovered, self._sweep(terms, read))
        return taken

    async def observe(self, nonce: str, mid: str) -> None:
        """Take note of an echo: for whoever waits for it, or by the log, however late it is."""
        # Written down first: who waits for it may go away before it wakes.
        await find(self._log, nonce, mid, Evidence.ECHO)
        self._inquiring.observe(nonce, mid)

    async def reconcile(self, sought: Sought) -> Verdict:
        """Find out what became of a message, and write it down if the person has it."""
        nonce = sought.nonce or ""
        told = await self._told(nonce)
        if told is not None:
            return told
        verdict = await self._inquiring.inquire(sought, lambda: self._log.known(sought.psid))
        if isinstance(verdict, Delivered):
            await find(self._log, nonce, verdict.mid, verdict.evidence)
        # A read passes over what somebody else has found meanwhile.
        return await self._told(nonce) or verdict

    async def _told(self, nonce: str) -> Delivered | None:
        row = await self._log.find(nonce)
        if row is None or row.mid is None or row.evidence is None:
            return None
        return Delivered(mid=row.mid, evidence=row.evidence)

    async def aclose(self) -> None:
        """Leave what is still being settled to the next process."""
        for task in self._recovered:
            task.cancel()
        self._inquiring.close()
        await self._lease.aclose()
        while ending := self._recovered | self._delivering.given_up:
            await asyncio.wait(ending)

    def _doubting(self, terms: Terms) -> Terms:
        """Return *terms* with which no "temporary" of Meta's is believed."""
        if self._doubted[0] is not terms:  # nearly always they are the client's own
            self._doubted = terms, replace(terms, believe_transient=False)
        return self._doubted[1]

    def _row(self, trip: Trip) -> Outbound:
        call, at, row_id = trip.call, self._sending.clock(), secrets.token_urlsafe(16)
        psid, nonce, rushes = call.recipient_id or "", NONCE + row_id, self._delivering.goes_at_once
        return Outbound(
            id=row_id,
            lane=psid,
            nonce=nonce,
            psid=psid,
            parameters=with_nonce(call.parameters, nonce),
            fetches=call.fetches,
            rate=call.rate,
            urgent=call.urgent,
            state=State.IN_FLIGHT if rushes else State.QUEUED,
            attempts=int(rushes),
            owner=self._lease.owner,
            wire_at=at if rushes else None,
            created_at=at,
        )

    async def _sweep(self, terms: Terms, read: Reader) -> None:
        while True:
            await asyncio.sleep(self._lease.seconds / 3)
            try:
                await self._take_over(terms, read)
            except Exception:  # noqa: BLE001  # a user's log may raise anything
                _log.exception("Sends that were left behind could not be looked for.")

    async def _take_over(self, terms: Terms, read: Reader) -> int:
        taken, on = 0, replace(terms, deadline=None, believe_transient=False)
        # First, for a machine that slept would find its own sends left behind.
        await self._lease.renew()
        for row in [*await self._log.left(self._sending.clock()), *await self._orphans()]:
            if self._inquiring.closed:
                break  # what is left is the next process's
            work = Work(row, Trip(call_of(row), on, now()), read, outlives=True)
            if await self._take(work) and not self._inquiring.closed:
                taken += 1
                start(self._recovered, self._resume(work))
        return taken

    async def _orphans(self) -> list[Outbound]:
        """Return the sends of this process that nobody goes on with."""
        found: list[Outbound] = []
        for nonce in tuple(self._lease.orphans):
            row = await self._log.find(nonce)
            if row is not None and is_open(row.state) and row.owner == self._lease.owner:
                found.append(row)
            else:
                del self._lease.orphans[nonce]
        return found

    async def _take(self, work: Work) -> bool:
        """Take what was left behind; return False if another process was faster."""
        if work.row.state is not State.IN_FLIGHT:
            return await take(self._log, work, self._lease.owner)
        try:
            # It ends now, as far as anybody knows: if its machine has slept, the request may
            # have left only now.
            await self._delivering.move(work, Step.LOSE)
        except TransitionError:
            return False
        return True

    async def _resume(self, work: Work) -> None:
        try:
            await self._delivering.deliver(work)
        except MessengerError as error:
            name = name_of(error)
            _log.warning("A send that was left behind ended with %s.", name, extra={"error": name})
        except Exception:  # noqa: BLE001  # a user's log may raise anything
            _log.exception("A send that was left behind could not be written down.")
