"""Floor 8: the rules of the end: what is cancelled ends, and what is closed stays closed."""

import asyncio

from messengerkit.errors import ClientClosedError

from ._rules_exchange import echo
from ._rules_failure import first_late
from ._trial import Rule, Trial, require

_SOON = 1.0  # seconds that a call has to end once it is cancelled


async def _cancelled(trial: Trial) -> None:
    call = asyncio.ensure_future(trial.send())
    reached = asyncio.ensure_future(trial.wire.reached.wait())
    await asyncio.wait({call, reached}, return_when=asyncio.FIRST_COMPLETED)
    call.cancel()
    await asyncio.wait({call}, timeout=_SOON)
    require(call.done(), "it went on")
    # Looked at in any case, or the loop logs it later, in the middle of something else.
    ended = None if call.cancelled() else call.exception()
    require(call.cancelled(), f"it ended with {ended!r} instead of a CancelledError")


async def _cancelled_for_itself(trial: Trial) -> None:
    await _cancelled(trial)
    trial.wire.released.set()
    await trial.goes_on()


async def _closed_twice(trial: Trial) -> None:
    await trial.send()
    await trial.transport.aclose()
    await trial.transport.aclose()


async def _closed_unused(trial: Trial) -> None:
    await trial.transport.aclose()
    await _is_closed(trial)


async def _closed_for_good(trial: Trial) -> None:
    await trial.send()
    await trial.transport.aclose()
    await _is_closed(trial)
    arrived = len(trial.wire.arrived)
    require(arrived == 1, "a call after it arrived")


async def _is_closed(trial: Trial) -> None:
    try:
        await trial.send()
    except ClientClosedError:
        return
    except Exception as error:
        msg = f"{type(error).__name__} was raised, which is no ClientClosedError"
        raise AssertionError(msg) from error
    require(kept=False, seen="it gave an answer")


RULES = (
    Rule("A call that is cancelled ends with CancelledError.", first_late, _cancelled),
    Rule("The answer to a cancelled call is given to no other.", first_late, _cancelled_for_itself),
    Rule("Closing twice is closing once.", echo, _closed_twice),
    Rule("After closing, a call is a ClientClosedError.", echo, _closed_for_good),
    Rule("So it is, if the transport was never used.", echo, _closed_unused),
)
