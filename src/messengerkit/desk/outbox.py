"""Floor 6: the outbox at work: carries what is queued to its end, each in its turn.

A send is on disk before its first byte leaves. What a process left in flight that died is
looked for, and never just sent again.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from messengerkit.carrying import Carrier
from messengerkit.client import MessengerClient

from .entries import LONG_AGO, OutboxRow
from .handing import Moment
from .outbox_log import OutboxLog
from .sends import due, owner_of
from .settings import DeskSettings
from .store import Store, Transaction
from .working import Doubts, Tasks

_log = logging.getLogger("messengerkit.desk")

_AGAIN = 5.0  # seconds, after which a send is tried again for which there is no client


@dataclass(slots=True, kw_only=True)
class Outbox:
    """Carries the sends of all pages.

    Attributes:
        store: Where they are.
        client_for: Returns a page's client.
        settings: How the desk works.
        owner: This process.
        moment: Returns the time and the chance of one transaction.
        written: Is called when a send was moved on.
        tasks: The sends under way, by nonce.
    """

    store: Store
    client_for: Callable[[str], MessengerClient]
    settings: DeskSettings
    owner: str
    moment: Callable[[], Moment]
    written: Callable[[], None]
    tasks: Tasks
    _carriers: dict[str, Carrier] = field(default_factory=dict[str, Carrier], init=False)
    _logs: dict[str, OutboxLog] = field(default_factory=dict[str, OutboxLog], init=False)
    _unready: set[str] = field(default_factory=set[str], init=False)
    _doubts: Doubts = field(default_factory=Doubts, init=False)

    async def take(self) -> bool:
        """Start the sends whose turn it is; return whether there may be more."""
        free = self.tasks.free
        if free < 1:
            return False
        doubts = self._doubts.count
        take = partial(self._take, moment=self.moment(), limit=free, in_doubt=doubts > 0)
        try:
            sends = await self.store.write(take)
        except Exception:
            self._doubts.add()
            raise
        self._doubts.settle(doubts)
        for one in sends:
            self.tasks.start(one.row.nonce, self._carry(one))
        return len(sends) >= free

    def _take(
        self, transaction: Transaction, moment: Moment, limit: int, *, in_doubt: bool
    ) -> list[OutboxRow]:
        held = list(self._logs.values()) if in_doubt else []
        for log in held:
            transaction.alive(log.owner, LONG_AGO)
        sends = due(transaction, self.owner, moment, limit, but=self.tasks.names)
        least = moment.now + timedelta(seconds=self.settings.lease)
        for log in held:
            # Not for less than it was told to: an attempt may last longer than a lease.
            transaction.alive(log.owner, max(log.until, least))
        return sends

    async def _carry(self, send: OutboxRow) -> None:
        try:
            carrier = await self._carrier(send.page_id)
            await carrier.carry(send.row)
        except Exception:  # noqa: BLE001  # a user's function of clients, or the store, may raise
            _log.exception("A send could not be carried; it is tried again: %s", send.row.id)
            await asyncio.sleep(_AGAIN)
            self._doubts.add()

    async def recover(self) -> None:
        """Take up what dead processes left in flight, of pages that are new here as well."""
        self._doubts.renew()
        now = self.moment().now
        left = await self.store.read(lambda transaction: transaction.left_sends(None, now))
        for page_id in {one.page_id for one in left} | self._unready:
            try:
                await self._carrier(page_id)
            except Exception:  # noqa: BLE001  # a user's function of clients may raise anything
                # No page waits for another one.
                _log.exception("Sends of page %s that were left cannot be taken up.", page_id)

    async def _carrier(self, page_id: str) -> Carrier:
        carrier = self._carriers.get(page_id)
        if carrier is None:
            log = OutboxLog(
                store=self.store,
                page_id=page_id,
                owner=owner_of(self.owner, page_id),
                moment=self.moment,
                written=self.written,
            )
            carrier = self.client_for(page_id).carrier(
                log, owner=log.owner, lease=self.settings.lease
            )
            self._carriers[page_id], self._logs[page_id] = carrier, log
            self._unready.add(page_id)
        if page_id in self._unready:
            await carrier.recover()
            self._unready.discard(page_id)
        return carrier

    def heard(self, echoes: Iterable[tuple[str, str, str]]) -> None:
        """Tell who waits for them of echoes, by page, nonce and mid."""
        for page_id, nonce, mid in echoes:
            carrier = self._carriers.get(page_id)
            if carrier is not None:
                carrier.heard(nonce, mid)

    async def aclose(self) -> None:
        """Leave what has not ended to the next process."""
        for carrier in self._carriers.values():
            await carrier.aclose()

        def gone(transaction: Transaction) -> None:
            for log in self._logs.values():
                transaction.alive(log.owner, LONG_AGO)

        await self.store.write(gone)
