"""Floor 8: the feed of what changed, for pages that show it live; resumable, and bounded."""

from collections import deque
from collections.abc import AsyncGenerator
from itertools import islice

from messengerkit.sandbox.bell import Bell
from messengerkit.sandbox.jsontext import JsonObject

from .people import PersonState


class Changes:
    """The last changes, each with a number.

    Args:
        kept: How many are kept for those who come back.

    Attributes:
        news: Rung at every change.
    """

    def __init__(self, kept: int) -> None:
        self._kept = deque[tuple[int, JsonObject]](maxlen=kept)
        self._last = 0
        self.news: Bell = Bell()

    @property
    def last(self) -> int:
        """The number of the newest change."""
        return self._last

    def tell(self, kind: str, person: PersonState | None = None, /, **more: object) -> None:
        """Add a change of this *kind*."""
        self._last += 1
        whose = {} if person is None else {"page_id": person.page_id, "psid": person.psid}
        self._kept.append((self._last, {"kind": kind, **whose, **more}))
        self.news.ring()

    async def after(self, number: int) -> AsyncGenerator[tuple[int, JsonObject]]:
        """Yield every change after *number*, and then those to come.

        Where changes were missed, because too many came or the sandbox was restarted, the
        first is a `reset`.
        """
        seen = number
        while True:
            if seen > self._last or (self._kept and seen < self._kept[0][0] - 1):
                seen = self._last
                yield seen, {"kind": "reset"}
            news = self.news.next
            # From the end, as few are new: to look through all would cost each change too much.
            fresh = tuple(islice(reversed(self._kept), self._last - seen))
            for number_of, change in reversed(fresh):
                seen = number_of
                yield number_of, change
            if seen == self._last:
                await news.wait()
