"""Floor 7: whether a page can be served, asked of Meta rarely enough for a public route."""

import asyncio
from collections.abc import Callable

from messengerkit.client import MessengerClient
from messengerkit.errors import MessengerError

STATUS_LIFE = 30.0
"""Seconds for which one look at Meta serves all who ask for the status: the route is public."""


class PageCheck:
    """Looks whether a client's token is good, and whose page it is.

    Args:
        client: The client.
        page_id: Its page, or None to ask Meta.
        monotonic: The clock by which what was seen grows old, in seconds.
    """

    def __init__(
        self, client: MessengerClient, *, page_id: str | None, monotonic: Callable[[], float]
    ) -> None:
        self.client: MessengerClient = client
        self.page_id: str | None = page_id
        self._monotonic = monotonic
        self._seen: tuple[float, MessengerError | None] | None = None
        self._looking = asyncio.Lock()

    async def problem(self) -> MessengerError | None:
        """Return why the page cannot be served, or None; asked at most every 30 seconds."""
        async with self._looking:
            if self._seen is None or self._monotonic() - self._seen[0] >= STATUS_LIFE:
                problem = await self._look()
                self._seen = (self._monotonic(), problem)
            return self._seen[1]

    async def _look(self) -> MessengerError | None:
        try:
            page = await self.client.me(retry=None)
        except MessengerError as error:
            return error
        self.page_id = self.page_id or page.id
        return None
