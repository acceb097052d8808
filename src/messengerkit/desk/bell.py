"""Floor 6: a bell: wakes all who wait that there may be something new to look at."""

import asyncio


class Bell:
    """Wakes whoever waits; who was looking meanwhile is woken at once when waiting next."""

    def __init__(self) -> None:
        self._rung = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def rung(self) -> int:
        """How often it was rung: to be read before one looks, and given to `wait`."""
        return self._rung

    def ring(self) -> None:
        """Wake all who wait."""
        self._rung += 1
        for place in self._waiting:
            if not place.done():
                place.set_result(None)
        self._waiting.clear()

    async def wait(self, since: int, seconds: float) -> None:
        """Return once it was rung after *since*, or after *seconds*."""
        if self._rung != since:
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(place)
        try:
            async with asyncio.timeout(seconds):
                await place
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(place)
