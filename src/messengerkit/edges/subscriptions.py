"""Floor 5: which events of the page an app is told.

Platform page: /docs/graph-api/reference/page/subscribed_apps.
"""

from collections.abc import AsyncIterator, Collection

from messengerkit._graph import Call
from messengerkit.tokens import SubscribedApp

from ._answers import confirm
from ._caller import Caller, listed
from ._paging import walk

_PATH = ("me", "subscribed_apps")


class Subscriptions:
    """The apps that are told what happens on the page.

    Platform page: /docs/graph-api/reference/page/subscribed_apps.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
        self._call = caller

    async def subscribe(self, fields: Collection[str]) -> None:
        """Have Meta tell your app what happens on the page.

        Args:
            fields: What about, in Meta's words: `messages`, `messaging_postbacks`,
                `message_echoes`, `standby`, `messaging_handovers`, …. Name all that you
                want, each time.

        Raises:
            InvalidInputError: If a field is none, or none is given; nothing was done.
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        call = Call(
            method="POST",
            path=_PATH,
            parameters={"subscribed_fields": ",".join(listed(fields, "fields"))},
            repeatable=True,
        )
        confirm(await self._call(call))

    def list(self) -> AsyncIterator[SubscribedApp]:
        """Return the apps that are told, and what about.

        Raises:
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        call = Call(method="GET", path=_PATH, repeatable=True)
        return (SubscribedApp(row) async for row in walk(self._call, call))

    async def unsubscribe(self) -> None:
        """Have Meta tell your app nothing more; then no webhook comes.

        Raises:
            GraphError: If Meta refused.
            TransportError: If Meta could not be asked.
        """
        confirm(await self._call(Call(method="DELETE", path=_PATH, repeatable=True)))
