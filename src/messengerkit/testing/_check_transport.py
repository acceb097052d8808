"""Floor 8: what every transport keeps, tried on one, with a real server on the loopback."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from . import _rules_end, _rules_exchange, _rules_failure
from ._trial import Rule, Trial
from ._wire import serving

if TYPE_CHECKING:
    # At run time it would import aiohttp, which who tests a transport may not use.
    from messengerkit._transport import Transport

RULES = (*_rules_exchange.RULES, *_rules_failure.RULES, *_rules_end.RULES)
_LONGEST, _TO_CANCEL = 15.0, 1.0  # seconds for one rule, and to end what takes longer


async def check_transport(make_transport: "Callable[[], Transport]") -> None:
    """Check that a transport of yours keeps what every transport must keep.

    It starts a server of its own on the loopback, and takes some seconds. Each rule is
    tried with a new transport, which is closed after it.

    Args:
        make_transport: Makes a transport: its class, or a function of no arguments.

    Raises:
        AssertionError: If a rule is broken; it names all that are, and what was seen.
    """
    await check(make_transport, RULES)


async def check(make: "Callable[[], Transport]", rules: Sequence[Rule]) -> None:
    """Check *rules* alone; otherwise as `check_transport`."""
    broken = {rule.promise: error for rule in rules if (error := await _tried(make, rule))}
    if broken:
        seen = [f"  {promise} But {_seen(error)}." for promise, error in broken.items()]
        msg = "\n".join([f"The transport breaks {len(broken)} of {len(rules)} rules:", *seen])
        raise AssertionError(msg) from next(iter(broken.values()))


async def _tried(make: "Callable[[], Transport]", rule: Rule) -> BaseException | None:
    # A task of its own, so that a transport which cancels, or never ends, is a broken rule.
    task = asyncio.ensure_future(_played(make, rule))
    try:
        done, _ = await asyncio.wait({task}, timeout=_LONGEST)
    finally:
        task.cancel()
    if not done:
        await asyncio.wait({task}, timeout=_TO_CANCEL)
        return AssertionError(f"it was not over within {_LONGEST:g} s")
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def _played(make: "Callable[[], Transport]", rule: Rule) -> None:
    async with serving(rule.behaviour) as wire:
        transport = make()
        try:
            await rule.check(Trial(transport, wire))
        finally:
            await transport.aclose()


def _seen(error: BaseException) -> str:
    return str(error) if isinstance(error, AssertionError) else f"{error!r} was raised"
