"""Floor 8: what every transport keeps, tried on one, with a real server on the loopback."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from . import _rules_end, _rules_exchange, _rules_failure
from ._trial import Rule, Trial
from ._trying import require_each
from ._wire import serving

if TYPE_CHECKING:
    # At run time it would import aiohttp, which who tests a transport may not use.
    from messengerkit._transport import Transport

RULES = (*_rules_exchange.RULES, *_rules_failure.RULES, *_rules_end.RULES)
_LONGEST = 15.0  # seconds for one rule


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
    play = partial(_played, make)
    await require_each(rules, play, longest=_LONGEST, by="The transport")


async def _played(make: "Callable[[], Transport]", rule: Rule) -> None:
    async with serving(rule.behaviour) as wire:
        transport = make()
        try:
            await rule.check(Trial(transport, wire))
        finally:
            await transport.aclose()
