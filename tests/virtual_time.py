"""An event loop on which time passes at once: whoever sleeps is woken, and the clock has moved."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import TypeVar

from typing_extensions import override

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Does not wait for files: it lets the time pass that it was to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            msg = "everybody waits for what never comes"
            raise RuntimeError(msg)
        self.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop without files, whose time passes only while all sleep. It begins at 0."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    @override
    def time(self) -> float:
        """Return the virtual time."""
        return self._jumping.now

    def jump(self, seconds: float) -> None:
        """Let time pass in which nobody on this loop did anything."""
        self._jumping.now += seconds


def run(main: Coroutine[None, None, T]) -> T:
    """Run *main* on a loop of its own, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
