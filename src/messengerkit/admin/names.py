"""Floor 7: who the people are, as Meta tells it, remembered for a while in this process."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
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
        person = page_id, psid
        known = self._remembered(person)
        if known is None:
            with suppress(TimeoutError):
                # The wait for a place is a part of it: a long list is not to wait in turns.
                async with asyncio.timeout(_PATIENCE), self._asking:
                    known = self._remembered(person) or await self._asked(client, person)
        return known or Named()

    def _remembered(self, person: tuple[str, str]) -> Named | None:
        until, known = self._known.get(person, (-math.inf, None))
        return known if self._monotonic() < until else None

    async def _asked(self, client: MessengerClient, person: tuple[str, str]) -> Named:
        named = Named()
        try:
            told = await client.users.get(person[1])
            if isinstance(told, Person):
                named = Named(told.name or told.username, told.profile_pic)
        except MessengerError:
            pass
        finally:  # also where there was no answer in time
            kept = _KEPT if named.name else _KEPT_UNKNOWN
            self._known[person] = self._monotonic() + kept, named
            self._known.move_to_end(person)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return named
