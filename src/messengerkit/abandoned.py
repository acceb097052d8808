"""Floor 5: keeps what became of a send that nobody waits for any more.

One that has not left is cancelled. One that may have left is looked for all the same, for
it holds up those behind it; if it is not there, it is cancelled, and not sent again.
"""

import logging

from .delivery import Evidence, State, Step, is_open
from .errors import MessengerError
from .inquiring import Inquiring
from .outbound import Outbound, OutboundLog
from .settling import Absent, Delivered, Verdict
from .writing import Changes, Work, arrived, find, move, name_of, sought_for, unsent

_log = logging.getLogger("messengerkit")


async def keep(log: OutboundLog, inquiring: Inquiring, work: Work, *, left: bool) -> bool:
    """Write down what became of *work*, and look for it if it has *left*.

    It returns whether that could be done; if not, it may be tried again.

    Args:
        log: Where it is written down.
        inquiring: Who looks.
        work: The send.
        left: Whether it may have left.
    """
    try:
        await _keep(log, inquiring, work, left=left)
    except Exception:  # noqa: BLE001  # a user's log may raise anything
        _log.exception("What became of a send could not be written down; it is tried again.")
        return False
    return True


async def _keep(log: OutboundLog, inquiring: Inquiring, work: Work, *, left: bool) -> None:
    # What was being written when the caller left may have been written, or not.
    held = await log.find(work.row.nonce)
    if held is None or not is_open(held.state) or held.owner != work.row.owner:
        return
    if work.mid is not None:
        await find(log, held.nonce, work.mid, Evidence.RESPONSE)
        return
    work.row = held
    try:
        if held.state is State.IN_FLIGHT and not left:
            await move(log, work, Step.RETURN, unsent(work.row))
        elif held.state is State.IN_FLIGHT:
            await move(log, work, Step.LOSE, Changes(ended_at=inquiring.clock()))
        if work.row.state is State.QUEUED:
            await move(log, work, Step.CANCEL)
        elif work.row.state is State.UNKNOWN:
            await _settle(log, inquiring, work)
    except MessengerError as error:
        name = name_of(error)
        _log.warning("A send that was given up ended with %s.", name, extra={"error": name})


async def look_for(log: OutboundLog, inquiring: Inquiring, row: Outbound) -> Verdict:
    """Return what became of the last attempt of *row*; see `Inquiring.inquire`."""
    return await inquiring.inquire(sought_for(row), lambda: log.known(row.lane))


async def _settle(log: OutboundLog, inquiring: Inquiring, work: Work) -> None:
    """Settle a send that nobody waits for; if it did not arrive, it is not sent again."""
    match await look_for(log, inquiring, work.row):
        case Delivered(mid=mid, evidence=evidence):
            await move(log, work, Step.FIND, arrived(mid, evidence))
        case Absent():
            await move(log, work, Step.MISS)
            if work.row.state is State.QUEUED:
                await move(log, work, Step.CANCEL)
        case _:
            await move(log, work, Step.DOUBT)
