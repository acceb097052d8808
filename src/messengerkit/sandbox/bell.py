"""Floor 8: a bell: wakes all who wait that there may be something new to look at."""

import asyncio


class Bell:
    """Wakes whoever waits for its next ring.

    Attributes:
        next: Set at the next ring, and replaced: to be taken before one looks. Whoever waits
            binds it to their loop; after a ring any loop may wait.
    """

    def __init__(self) -> None:
        self.next: asyncio.Event = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        rung, self.next = self.next, asyncio.Event()
        rung.set()
