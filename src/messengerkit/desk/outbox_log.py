"""Floor 6: the outbox as the log of one page's sends, for whoever carries them to their end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from messengerkit.errors import TransitionError
from messengerkit.outbound import Outbound

from .entries import LONG_AGO
from .handing import Moment
from .sends import put
from .store import Store, Transaction


@dataclass(slots=True, kw_only=True)
class OutboxLog:
    """An `OutboundLog` of what a desk has written down; a desk adds its sends itself.

    Attributes:
        store: Where they are.
        page_id: The page.
        owner: The process, as far as it has the sends of the page.
        moment: Returns the time and the chance of one transaction.
        written: Is called when a send was moved on.
        until: Until when the owner lives, as far as the store was told, aware.
    """

    store: Store
    page_id: str
    owner: str
    moment: Callable[[], Moment]
    written: Callable[[], None]
    until: datetime = LONG_AGO

    async def add(self, row: Outbound, /) -> bool:
        """Refuse *row*: a send belongs to a message, and both are written down together.

        Raises:
            TransitionError: Always.
        """
        msg = f"the send {row.id} belongs to no message of the desk"
        raise TransitionError(msg)

    async def turn(self, row_id: str, /) -> None:
        """Return at once: a send is carried when it is its turn, and `put` sees to it."""

    async def put(self, row: Outbound, /) -> bool:
        """Replace the row by its next version, if the rules of the outbox allow it."""
        done = await self.store.write(partial(put, row=row, moment=self.moment()))
        self.written()
        return done

    async def find(self, nonce: str, /) -> Outbound | None:
        """Return the row with this nonce."""
        send = await self.store.read(lambda transaction: transaction.send(nonce))
        return None if send is None else send.row

    async def alive(self, owner: str, until: float, /) -> None:
        """Take note that *owner* lives until then."""
        moment = datetime.fromtimestamp(until, UTC)
        self.until = max(self.until, moment)
        await self.store.write(lambda transaction: transaction.alive(owner, moment))

    async def left(self, now: float, /) -> Sequence[Outbound]:
        """Return what a dead process left in flight; what it left queued is anybody's."""
        moment, pages = datetime.fromtimestamp(now, UTC), frozenset({self.page_id})
        sends = await self.store.read(lambda transaction: transaction.left_sends(pages, moment))
        return [one.row for one in sends]

    async def known(self, lane: str, /) -> frozenset[str]:
        """Return the mids of the newest messages of this person's conversation."""
        person = (self.page_id, lane)

        def read(transaction: Transaction) -> frozenset[str]:
            conversation = transaction.conversations_of([person]).get(person)
            return frozenset() if conversation is None else transaction.mids(conversation.id)

        return await self.store.read(read)
