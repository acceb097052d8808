"""Floor 4: an end for each call that takes too long, at the price of one timer for all of them.

A timer for each call, as `asyncio.timeout` and aiohttp have, costs a tenth of a call. Here
the calls that are under way stand in a table, and one timer is set to the earliest end.
"""

import asyncio

_Task = asyncio.Task[object]


class Deadlines:
    """The ends of the calls that one loop has under way."""

    def __init__(self) -> None:
        self._ends: dict[_Task, float] = {}
        self._late: set[_Task] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, task: _Task, seconds: float) -> int:
        """Let *task* be cancelled after *seconds*; return what `ended` must be told."""
        loop = task.get_loop()
        end = loop.time() + seconds
        self._ends[task] = end
        if self._timer is None or end < self._timer.when():
            self._set(end, loop)
        return task.cancelling()

    def ended(self, task: _Task, cancelling: int) -> bool:
        """Return whether *task* was cancelled because it was late, and by nobody else.

        Must be called once for each `begin`, whatever has happened in between. If it
        returns true, the cancellation is over (`asyncio.timeout` is alike).
        """
        self._ends.pop(task, None)
        if task not in self._late:
            return False
        self._late.remove(task)
        return task.uncancel() <= cancelling

    def clear(self) -> None:
        """Stop the timer, unless something is still under way: that keeps its end."""
        if not self._ends:
            self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, end: float, loop: asyncio.AbstractEventLoop) -> None:
        self._stop()
        self._timer = loop.call_at(end, self._ring, loop, end)

    def _ring(self, loop: asyncio.AbstractEventLoop, end: float) -> None:
        self._timer = None
        # A loop may ring a little before the end, by what its clock cannot tell apart.
        now = max(loop.time(), end)
        for task in [task for task, its in self._ends.items() if its <= now]:
            del self._ends[task]
            self._late.add(task)
            task.cancel()
        if self._ends:
            self._set(min(self._ends.values()), loop)
