"""Floor 8: what every outbound log keeps, tried on one."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, runtime_checkable

from messengerkit.outbound import OutboundLog

from . import _log_rules_lanes, _log_rules_rows
from ._log_trial import LogRule, LogTrial
from ._trying import require_each

RULES = (*_log_rules_rows.RULES, *_log_rules_lanes.RULES)
_LONGEST = 30.0  # seconds for one rule


async def check_outbound_log(make_log: Callable[[], OutboundLog], *, shared: bool = False) -> None:
    """Check that an outbound log of yours keeps what every outbound log must keep.

    Each rule is tried with a new log, in lanes of its own; a log that has an `aclose` is
    closed after it. What was in the store before, and other processes in it, change nothing.

    Args:
        make_log: Makes a log: its class, or a function of no arguments.
        shared: Whether all logs that it makes remember the same sends, as the processes on
            one database do. Then each rule is tried with two of them.

    Raises:
        AssertionError: If a rule is broken; it names all that are, and what was seen.
    """
    await check(make_log, RULES, shared=shared)


async def check(
    make: Callable[[], OutboundLog], rules: Sequence[LogRule], *, shared: bool = False
) -> None:
    """Check *rules* alone; otherwise as `check_outbound_log`."""
    play = partial(_played, make, shared=shared)
    await require_each(rules, play, longest=_LONGEST, by="The outbound log")


@runtime_checkable
class _Closed(Protocol):
    async def aclose(self) -> None: ...


async def _played(make: Callable[[], OutboundLog], rule: LogRule, *, shared: bool) -> None:
    log = make()
    logs = (log, make()) if shared else (log,)
    try:
        await rule.check(LogTrial(logs[0], logs[-1]))
    finally:
        for one in logs:
            if isinstance(one, _Closed):
                await one.aclose()
