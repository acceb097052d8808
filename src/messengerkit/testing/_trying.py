"""Floor 8: how a rule is tried: in a task of its own, and not for ever."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Protocol, TypeVar

_TO_CANCEL = 1.0  # seconds to end what takes longer


class Promising(Protocol):
    """A rule, which says what it is about."""

    @property
    def promise(self) -> str:
        """What must be kept, as a sentence."""
        ...


R = TypeVar("R", bound=Promising)


async def tried(trial: Coroutine[None, None, None], *, longest: float) -> BaseException | None:
    """Return what broke in *trial*, which has *longest* seconds, or None if it passed."""
    # A task of its own, so that what cancels, or never ends, is a broken rule.
    task = asyncio.ensure_future(trial)
    try:
        done, _ = await asyncio.wait({task}, timeout=longest)
    finally:
        task.cancel()
    if not done:
        await asyncio.wait({task}, timeout=_TO_CANCEL)
        return AssertionError(f"it was not over within {longest:g} s")
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def require_each(
    rules: Sequence[R],
    play: Callable[[R], Coroutine[None, None, None]],
    *,
    longest: float,
    by: str,
) -> None:
    """Play each of *rules*, which has *longest* seconds, and tell which are broken *by* what.

    Raises:
        AssertionError: If any is.
    """
    broken: dict[str, BaseException] = {}
    for rule in rules:
        error = await tried(play(rule), longest=longest)
        if error is not None:
            broken[rule.promise] = error
    require_none(broken, of=len(rules), by=by)


def require_none(broken: Mapping[str, BaseException], *, of: int, by: str) -> None:
    """Tell which of the rules, *of* which there are so many, are *broken*, and *by* what.

    Raises:
        AssertionError: If any is.
    """
    if broken:
        seen = [f"  {promise} But {_seen(error)}." for promise, error in broken.items()]
        msg = "\n".join([f"{by} breaks {len(broken)} of {of} rules:", *seen])
        raise AssertionError(msg) from next(iter(broken.values()))


def _seen(error: BaseException) -> str:
    return str(error) if isinstance(error, AssertionError) else f"{error!r} was raised"
