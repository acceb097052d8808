"""Floor 7: which admins type where, for the admins of this process; nothing of it is kept."""

from collections import deque
from collections.abc import Callable

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
        self._news: deque[tuple[float, str, Conversation, bool]] = deque(maxlen=_MOST)

    def tell(self, admin: AdminIdentity, conversation: Conversation, *, typing: bool) -> None:
        """Let the others know whether *admin* types in a conversation."""
        self._news.append((self._monotonic(), admin.admin_id, conversation, typing))
        self.told.ring()

    def since(self, then: float, admin: AdminIdentity, place: str) -> list[ChangeEvent]:
        """Return what others have told since *then* that *admin* may know, for *place*."""
        newest: dict[tuple[object, str], Data] = {}
        for at, who, where, typing in self._news:
            if at >= then and who != admin.admin_id and may_use(admin, where):
                named = {"conversation_id": str(where.id), "admin_id": who}
                newest[where.id, who] = {**named, "typing": typing}
        return [ChangeEvent(place, "typing", data) for data in newest.values()]
