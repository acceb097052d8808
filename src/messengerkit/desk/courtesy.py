"""Floor 6: lets what somebody waits for go before what nobody waits for.

Meta waits for its 200, an admin for a reply to be written down, and the person for it to be
sent. What is to be booked and handled waits on disk already, and a store that is busy with it
answers late. So while events come in it goes piece by piece, in between; when none has come for
a while, all at once.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from .store import Store, Transaction

T = TypeVar("T")

_CALM = 1.0  # seconds without anything urgent, after which nothing is held back
_PAUSE = 0.02  # seconds, after which one goes although something urgent is under way
_MANY = 100  # at once, where nothing is urgent


class Courtesy:
    """Knows what is urgent, and when the rest may go."""

    def __init__(self) -> None:
        self._urgent = 0
        self._active = 0
        self._calm_at = 0.0
        self._next = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_pressed(self) -> bool:
        """Whether something was urgent only just now."""
        return self._urgent > 0 or asyncio.get_running_loop().time() < self._calm_at

    @asynccontextmanager
    async def urgent(self) -> AsyncGenerator[None]:
        """Do something urgent; it does not wait."""
        self._urgent += 1
        try:
            yield
        finally:
            self._urgent -= 1
            self._calm_at = asyncio.get_running_loop().time() + _CALM
            self._admit()

    @asynccontextmanager
    async def patient(self) -> AsyncGenerator[None]:
        """Do something that can wait, once it may go."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            raise
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self._active -= 1
        self._admit()

    def _admit(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._may_go(loop.time()):
            place = self._waiting.popleft()
            if not place.done():
                self._active += 1
                self._next = loop.time() + _PAUSE
                place.set_result(None)
        if self._waiting and self._timer is None:
            self._timer = loop.call_at(max(self._next, loop.time() + _PAUSE / 2), self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._admit()

    def _may_go(self, now: float) -> bool:
        if not self.is_pressed:
            return self._active < _MANY
        return self._active == 0 and (self._urgent == 0 or now >= self._next)


class Patient:
    """A store for what can wait."""

    def __init__(self, store: Store, courtesy: Courtesy) -> None:
        self._store = store
        self._courtesy = courtesy

    async def create(self) -> None:
        """Make what is missing in the store."""
        await self._store.create()

    async def write(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work* as one transaction, once it may go."""
        async with self._courtesy.patient():
            return await self._store.write(work)

    async def read(self, work: Callable[[Transaction], T], /) -> T:
        """Run *work*, which only reads."""
        return await self._store.read(work)

    async def aclose(self) -> None:
        """Leave the store open, for it is another's."""
