"""Floor 8: what people do in the sandbox: they write and tap, and the backend hears of it."""

from . import events
from .courier import Courier
from .state import State


class People:
    """The people who talk with the page.

    Args:
        state: Where they and their windows are kept.
        courier: Who tells the backend.
    """

    def __init__(self, state: State, courier: Courier) -> None:
        self._state = state
        self._courier = courier

    async def write(self, psid: str, text: str) -> str:
        """Let *psid* write *text*; return the mid once the backend knows.

        Raises:
            ValueError: If *psid* is not digits, or *text* is empty.
        """
        if not text:
            msg = "nobody can write an empty text"
            raise ValueError(msg)
        state = self._state
        state.meet(psid)
        mid = state.new_mid()
        body = events.person_wrote(state.page, psid, mid=mid, text=text, at=state.now())
        await self._courier.deliver(body)
        return mid

    async def tap(self, psid: str, payload: str, title: str) -> str:
        """Let *psid* tap a button; return the mid once the backend knows.

        Raises:
            ValueError: If *psid* is not digits.
        """
        state = self._state
        state.meet(psid)
        mid = state.new_mid()
        body = events.person_tapped(
            state.page, psid, mid=mid, payload=payload, title=title, at=state.now()
        )
        await self._courier.deliver(body)
        return mid
