"""Floor 6: the inbox at work: books what came in, and gives handlers their turns.

An event is booked once, in the order in which it came. A handler has it at least once, one
event of a conversation at a time, and its errors stop nobody else.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from messengerkit.background import is_cut_off
from messengerkit.client import MessengerClient
from messengerkit.errors import StaleVersionError, StoreError, TransitionError

from .bell import Bell
from .booking import Booked, book
from .entries import EventState
from .handing import Moment
from .settings import DeskSettings
from .store import Store
from .taking import Claimed, Taker, fail, finish, give_back, give_up
from .turn import Around, Handler, Turn
from .working import Doubts, Tasks, surely

_log = logging.getLogger("messengerkit.desk")

_BATCH = 50  # events in one transaction, which holds up whoever replies in their conversations
_SHORT = 5  # events or turns, while somebody waits for the store


@dataclass(slots=True, kw_only=True)
class Inbox:
    """Books events, and lets a handler answer them.

    Attributes:
        store: Where they are.
        handler: The bot, or None for nobody: then they are booked alone, and wait.
        client_for: Returns a page's client.
        settings: How the desk works.
        owner: This process.
        moment: Returns the time and the chance of one transaction.
        booked: Is told what was booked.
        written: Is called when a handler wrote something.
        is_pressed: Tells whether others wait for the store, so that a transaction must be short.
        due: Rings when a handler may have something to do.
        tasks: The turns under way.
    """

    store: Store
    handler: Handler | None
    client_for: Callable[[str], MessengerClient]
    settings: DeskSettings
    owner: str
    moment: Callable[[], Moment]
    booked: Callable[[Booked], None]
    written: Callable[[], None]
    is_pressed: Callable[[], bool]
    due: Bell
    tasks: Tasks
    _doubts: Doubts = field(default_factory=Doubts, init=False)
    _batch: int = field(default=_BATCH, init=False)

    async def book(self) -> bool:
        """Book what is new; return whether there may be more."""
        settings, moment, limit = self.settings, self.moment(), self._at_once(self._batch)
        keys: list[str] = []
        work = partial(book, settings=settings, moment=moment, limit=limit, tried=keys.extend)
        try:
            done = await self.store.write(work)
        except StoreError:
            raise
        except Exception as error:
            # One of them cannot be booked. Nobody else's may wait for it: it is found one by one.
            self._batch = 1
            if limit > 1 or not keys:
                raise
            _log.exception("An event cannot be booked, and is given up.")
            # Not the next one: another process may have given this one up meanwhile.
            await self.store.write(partial(give_up, key=keys[-1], error=type(error).__name__))
            self._batch = _BATCH
            return True
        self._batch = _BATCH if done.events < limit else limit
        if done.events:
            self.booked(done)
        if done.turns:
            self.due.ring()
        return done.events >= limit

    def _at_once(self, most: int) -> int:
        return min(most, _SHORT) if self.is_pressed() else most

    async def recover(self) -> None:
        """Look once more, if taking failed, for events that the process has and is not at."""
        self._doubts.renew()

    async def take(self) -> bool:
        """Start the turns that are due; return whether there may be more."""
        free = self._at_once(self.tasks.free)
        if self.handler is None or free < 1:
            return False
        claimed = await self._claim(free)
        for one in claimed:
            self.tasks.start(one.event.key, self._turn(self.handler, one))
        return len(claimed) >= free

    async def _claim(self, free: int) -> list[Claimed]:
        moment, most = self.moment(), len(self.settings.retries) + 1
        doubts, busy = self._doubts.count, self.tasks.names
        taker = Taker(self.owner, busy, self.settings.lease, in_doubt=doubts > 0)
        try:
            claimed = await self.store.write(
                partial(taker.claim, moment=moment, limit=free, most=most)
            )
        except Exception:
            self._doubts.add()
            raise
        self._doubts.settle(doubts)
        return claimed

    async def _turn(self, handler: Handler, claimed: Claimed) -> None:
        key = claimed.event.key
        try:
            client = self.client_for(claimed.event.page_id)
            around = Around(
                store=self.store, client=client, moment=self.moment, written=self.written
            )
            await handler(Turn(claimed, around))
        except TransitionError as error:
            # A person has taken the conversation: there is nothing left for a bot to do.
            _log.info("A bot was not let answer: %s", error)
            await self._finish(key, stale=isinstance(error, StaleVersionError))
        except (Exception, asyncio.CancelledError) as error:  # a user's handler may raise anything
            if isinstance(error, asyncio.CancelledError) and is_cut_off():
                await self._give_back(key)
                raise
            _log.exception("A handler failed, at event %s", key)
            await self._fail(key, type(error).__name__)
        else:
            await self._finish(key)

    async def _give_back(self, key: str) -> None:
        try:
            await self.store.write(partial(give_back, key=key, owner=self.owner))
        except Exception:  # noqa: BLE001  # a store may raise anything
            _log.exception("An event could not be given back: %s", key)

    async def _finish(self, key: str, *, stale: bool = False) -> None:
        done = partial(finish, key=key, owner=self.owner, stale=stale)
        await surely(lambda: self.store.write(done), "note that an event is done")

    async def _fail(self, key: str, error: str) -> None:
        async def act() -> None:
            failed = partial(
                fail,
                key=key,
                owner=self.owner,
                error=error,
                retries=self.settings.retries,
                moment=self.moment(),
            )
            if await self.store.write(failed) is EventState.DEAD:
                _log.error("An event is given up, and a person is wanted: %s", key)
            self.written()

        await surely(act, "note that a handler failed")
