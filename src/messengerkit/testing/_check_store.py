"""Floor 8: what every store of a desk keeps, tried on one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # At run time it would import aiohttp, which who needs no store may not use.
    from messengerkit.desk.store import Store


async def check_store(make_store: "Callable[[], Store]", *, shared: bool = False) -> None:
    """Check that a store of yours keeps what every store of a desk must keep.

    Each rule is tried with a new store, which is created and closed, and with rows of its own.
    What was in the store before changes nothing, as long as nobody works with it meanwhile;
    what the rules add stays there, and no desk should get it.

    Args:
        make_store: Makes a store: its class, or a function of no arguments.
        shared: Whether all stores that it makes hold the same rows, as the processes on one
            database do. Then each rule is tried with two of them.

    Raises:
        AssertionError: If a rule is broken; it names all that are, and what was seen.
    """
    from . import _store_suite as suite  # noqa: PLC0415  # it loads the desk, which loads aiohttp

    await suite.check(make_store, suite.RULES, shared=shared)
