"""Floor 7: who the people are, as Meta tells it, remembered for a while in this process."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from messengerkit.client import MessengerClient
from messengerkit.errors import MessengerError
from messengerkit.people import Person

_KEPT, _KEPT_UNKNOWN = 3600.0, 60.0  # seconds; a profile's picture has a URL that expires
_MOST = 10_000
_AT_ONCE = 8
_PATIENCE = 5.0  # seconds; a list is not to wait for a name


class Named(NamedTuple):
    """Who a person is.

    Attributes:
        name: The name, or None if Meta does not tell it.
        picture: The URL of the picture, or None.
    """

    name: str | None = None
    picture: str | None = None


class Names:
    """The names and pictures of people.

    Args:
        monotonic: The clock by which they grow old, in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: OrderedDict[tuple[str, str], tuple[float, Named]] = OrderedDict()
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def of(self, client: MessengerClient, page_id: str, psid: str) -> Named:
        """Return who a person of a page is. Never raises: a name is a courtesy."""
        known = self._known.get((page_id, psid))
        if known is not None and self._monotonic() < known[0]:
            return known[1]
        async with self._asking:
            named = await _asked(client, psid)
        kept = _KEPT if named.name else _KEPT_UNKNOWN
        self._known[page_id, psid] = self._monotonic() + kept, named
        self._known.move_to_end((page_id, psid))
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return named


async def _asked(client: MessengerClient, psid: str) -> Named:
    try:
        async with asyncio.timeout(_PATIENCE):
            told = await client.users.get(psid)
    except (MessengerError, TimeoutError):
        return Named()
    if not isinstance(told, Person):
        return Named()
    return Named(told.name or told.username, told.profile_pic)
