"""Floor 9: `messengerkit worker`: one more process that works on a desk's store."""

import asyncio
import os
import signal
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated

import typer

from .loading import desk_of, named
from .stores import refusing

_CLOSING = (signal.SIGINT, signal.SIGTERM)
_KILLED = 128  # and the signal's number, as shells have it


def worker(
    target: Annotated[
        str,
        typer.Argument(
            metavar="MODULE:NAME", help="A Desk, or a function without arguments that returns one."
        ),
    ],
    *,
    drain: Annotated[
        float,
        typer.Option("--drain", min=0, help="Seconds that what is under way may take to end."),
    ] = 20.0,
) -> None:
    """Let a desk work until SIGTERM or Ctrl-C; a second signal ends it at once.

    As many as you like may work on one store.
    """
    with refusing():
        found = named(target)
        with _heard() as signals:
            asyncio.run(_work(found, drain, signals))


async def _work(found: object, drain: float, signals: "_Signals") -> None:
    async with AsyncExitStack() as stack:
        desk = await desk_of(found, stack)
        # A context manager may give a desk that it has opened itself.
        if not desk._loops:  # noqa: SLF001  # the desk has no other word for it
            await stack.enter_async_context(desk)
        typer.echo("The desk works. Ctrl-C ends it.", err=True)
        await signals.first()
        typer.echo("It ends. Another Ctrl-C ends it at once.", err=True)
        await desk.aclose(drain=drain)


class _Signals:
    """Notes the first signal, and ends the process with the second one.

    It is no handler of the loop's, which a bot that blocks the loop would hold up.
    """

    def __init__(self) -> None:
        self._told = False
        self._wake: Callable[[], object] | None = None

    def __call__(self, number: int, _frame: object) -> None:
        """Hear a signal."""
        if self._told:
            os._exit(_KILLED + number)  # nothing that was acknowledged is lost by that
        self._told = True
        if self._wake is not None:
            self._wake()

    async def first(self) -> None:
        """Return when there was one."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(event.set)
        if not self._told:
            await event.wait()


@contextmanager
def _heard() -> Generator[_Signals]:
    signals = _Signals()
    before = {one: signal.signal(one, signals) for one in _CLOSING}
    try:
        yield signals
    finally:
        for one, handler in before.items():
            signal.signal(one, handler or signal.SIG_DFL)
