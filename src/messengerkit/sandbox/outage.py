"""Floor 8: times in which the sandbox refuses every connection, as a host that is down."""

import asyncio
from dataclasses import dataclass, field

from .endpoint import GraphEndpoint
from .listening import Listener

_LONGEST = 3600.0  # seconds


@dataclass(slots=True, kw_only=True)
class Outage:
    """Whether the sandbox is down, and how often that was asked for.

    Attributes:
        endpoint: What resets the connections that are open, once they ask.
        listener: What refuses new ones; it is there once the sandbox listens.
    """

    endpoint: GraphEndpoint
    listener: Listener = field(init=False)
    _count: int = 0
    _ends: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def begin(self) -> None:
        """Refuse connections from now on."""
        self._count += 1
        self.endpoint.refusing = True
        self.listener.stop()

    async def end(self) -> None:
        """Take back one beginning; after the last one, listen again on the same port."""
        self._count -= 1
        if self._is_over():
            await self.listener.start()
            if self._is_over():
                self.endpoint.refusing = False
            else:  # another one began meanwhile, or the sandbox was closed
                self.listener.stop()

    def last(self, seconds: float) -> None:
        """Refuse connections for *seconds*.

        Raises:
            ValueError: If that is not up to an hour.
        """
        if not 0 < seconds <= _LONGEST:
            msg = f"seconds must be above 0, and {_LONGEST:g} at most"
            raise ValueError(msg)
        self.begin()
        task = asyncio.create_task(self._end_after(seconds))
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    def _is_over(self) -> bool:
        return not self._count and not self.endpoint.closing.is_set()

    async def _end_after(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.endpoint.closing.wait()
        except TimeoutError:
            await self.end()
