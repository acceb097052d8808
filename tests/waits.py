"""An injected clock."""

from collections.abc import Awaitable, Callable


class Waits(list[float]):
    """Notes the seconds that it is asked to wait, and does something else instead.

    Attributes:
        meanwhile: What happens during the next wait, if anything.
    """

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, seconds: float) -> None:
        """Wait *seconds* in no time."""
        self.append(seconds)
        if self.meanwhile is not None:
            await self.meanwhile()
