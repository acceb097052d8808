"""Floor 7: which admins type where, for the admins of this process; nothing of it is kept."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from messengerkit.desk import Conversation
from messengerkit.desk.bell import Bell

from .backend import ChangeEvent, Data
from .desk_looking import may_use
from .identity import AdminIdentity

_MOST = 200


class Presence:
    """What admins are about to do, told to whoever listens then.

    Args:
        monotonic: The clock, in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.told: Bell = Bell()
        self._monotonic = monotonic
        self._news: deque[_Told] = deque(maxlen=_MOST)

    def tell(self, admin: AdminIdentity, conversation: Conversation, *, typing: bool) -> None:
        """Let the others know whether *admin* types in a conversation."""
        number, now = self.told.rung + 1, self._monotonic()
        self._news.append(_Told(number, now, admin.admin_id, conversation, typing))
        self.told.ring()

    async def heard(self, admin: AdminIdentity, rung: int, seconds: float) -> None:
        """Return once others have told, after *rung*, what *admin* may know.

        It waits for *seconds* at a time, until whoever asked gives it up.
        """
        while not any(one.number > rung and one.is_for(admin) for one in self._news):
            await self.told.wait(self.told.rung, seconds)

    def since(self, then: float, rung: int, admin: AdminIdentity, place: str) -> list[ChangeEvent]:
        """Return what others have told since *then*, or after *rung*, that *admin* may know."""
        newest: dict[tuple[object, str], Data] = {}
        for one in self._news:
            if (one.at > then or one.number > rung) and one.is_for(admin):
                named = {"conversation_id": str(one.where.id), "admin_id": one.who}
                newest[one.where.id, one.who] = {**named, "typing": one.typing}
        return [ChangeEvent(place, "typing", data) for data in newest.values()]


class _Told(NamedTuple):
    number: int
    at: float
    who: str
    where: Conversation
    typing: bool

    def is_for(self, admin: AdminIdentity) -> bool:
        return self.who != admin.admin_id and may_use(admin, self.where)
