"""Floor 8: brings webhooks to the backends, again if it must, and never forgets one under way.

Platform page: /docs/messenger-platform/webhooks, "Webhook Events".
"""

import asyncio
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from messengerkit.sandbox.jsontext import JsonObject, is_object
from messengerkit.sandbox.page import App
from messengerkit.sandbox.records import Webhook
from messengerkit.sandbox.world.pages import PageState
from messengerkit.sandbox.world.telling import Telling
from messengerkit.sandbox.world.world import World

from . import bodies
from .habits import Habits
from .post import Post, SubscriptionError

__all__ = ("Courier", "SubscriptionError")

_OK = 200
_AT_ONCE = 100  # POSTs under way; a backend that hangs must not take all sockets
_GIVEN_UP = 3600.0  # seconds of failures, after which Meta unsubscribes the app from the page


@dataclass(slots=True, eq=False)
class _Batch:
    """Events that go together."""

    items: list[tuple[float, str, JsonObject]] = field(
        default_factory=list[tuple[float, str, JsonObject]]
    )
    done: asyncio.Future[None] = field(default_factory=asyncio.Future[None])


@dataclass(frozen=True, slots=True)
class _Chance:
    """What chance has in store for one body; drawn at once, so that no other one moves it."""

    late: float
    is_twice: bool


class Courier:
    """The way to the backends.

    Args:
        world: Who is subscribed, and where POSTs are remembered.
        delays: Seconds before each redelivery of a body that was not acknowledged.
        patience: Seconds that a backend has to answer.
        habits: How webhooks come.
        seed: What chance is made from.
    """

    def __init__(
        self, world: World, *, delays: Sequence[float], patience: float, habits: Habits, seed: str
    ) -> None:
        self._world = world
        self._delays = tuple(delays)
        self._habits = habits
        self._post = Post(patience)
        self._chance = random.Random(seed)  # noqa: S311  # chance for tests, no secret
        self._batches: dict[tuple[int, str], _Batch] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def subscribe(self, app_id: int, callback_url: str, verify_token: str) -> None:
        """Shake hands with *callback_url*, and deliver the webhooks of the app to it from now on.

        Raises:
            SubscriptionError: If it does not pass the handshake.
        """
        await self._post.shake_hands(callback_url, verify_token)
        self._world.callbacks[app_id] = callback_url

    def send(self, tellings: Iterable[Telling]) -> list[asyncio.Future[None]]:
        """Deliver *tellings* in the background; return what is done once each is over."""
        sent = list[asyncio.Future[None]]()
        for telling in tellings:
            page = self._world.pages[telling.page_id]
            for app_id, fields in tuple(page.subscribed.items()):
                key = _key(telling, app_id, fields, page)
                if key is not None and app_id in self._world.callbacks:
                    item = telling.at, key, _seen(telling.event, key)
                    sent.append(self._add(page.apps[app_id], telling.page_id, item))
        return sent

    async def deliver(self, tellings: Iterable[Telling]) -> None:
        """Deliver *tellings*, and return once they are acknowledged or given up."""
        if sent := self.send(tellings):
            # The one who waits may be cancelled; the delivery goes on all the same.
            await asyncio.wait(sent)

    async def settled(self) -> None:
        """Return once no webhook is under way, nor waits for others."""
        while self._under_way or self._batches:
            for key in tuple(self._batches):
                self._flush(key)
            await asyncio.wait(self._under_way)

    async def cancel(self) -> None:
        """Give up every delivery that is under way."""
        # Calls that end now may send more.
        while self._under_way or self._batches:
            for key in tuple(self._batches):
                self._flush(key)
            for task in self._under_way:
                task.cancel()
            await asyncio.wait(self._under_way)

    async def aclose(self) -> None:
        """Give up what is under way, and close the connections."""
        await self.cancel()
        await self._post.aclose()

    def _add(
        self, app: App, page_id: str, item: tuple[float, str, JsonObject]
    ) -> asyncio.Future[None]:
        key = app.id, page_id
        batch = self._batches.get(key)
        if batch is None:
            batch = self._batches[key] = _Batch()
            if self._habits.batch > 1:
                loop = asyncio.get_running_loop()
                loop.call_later(self._habits.batch_window, self._flush, key, batch)
        batch.items.append(item)
        if len(batch.items) >= self._habits.batch:
            self._flush(key)
        return batch.done

    def _flush(self, key: tuple[int, str], only: _Batch | None = None) -> None:
        batch = self._batches.get(key)
        if batch is None or only not in {None, batch}:
            return
        del self._batches[key]
        app_id, page_id = key
        app = self._world.pages[page_id].apps[app_id]
        task = asyncio.create_task(self._deliver(app, page_id, batch, self._draw()))
        self._under_way.add(task)
        # Not in the task, which may be given up before its first step: whoever waits must hear
        # that it is over, and the ledger knows how it went.
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(lambda _: batch.done.set_result(None))

    def _draw(self) -> _Chance:
        is_late, share, is_twice = (self._chance.random() for _ in range(3))
        late = share * self._habits.late_by if is_late < self._habits.late else 0.0
        return _Chance(late, is_twice < self._habits.duplicates)

    async def _deliver(self, app: App, page_id: str, batch: _Batch, chance: _Chance) -> None:
        body = bodies.body_of(page_id, batch.items)
        await self._world.clock.sleep(chance.late)
        attempts = await self._until_acknowledged(app, page_id, body)
        if attempts and chance.is_twice:
            await self._once(app, body, attempts + 1)

    async def _until_acknowledged(self, app: App, page_id: str, body: bytes) -> int:
        """Return how many POSTs it took; 0 if it was given up."""
        page = self._world.pages[page_id]
        for attempt, delay in enumerate((0.0, *self._delays), start=1):
            await self._world.clock.sleep(delay)
            if app.id not in page.subscribed:
                break
            if await self._once(app, body, attempt) == _OK:
                page.failing.pop(app.id, None)
                return attempt
            self._failed(app, page)
        return 0

    async def _once(self, app: App, body: bytes, attempt: int) -> int | None:
        headers, at = bodies.headers(app, body), self._world.clock()
        async with self._room:
            status = await self._post(self._world.callbacks[app.id], body, headers)
        signature = headers["X-Hub-Signature-256"]
        self._world.ledger.webhooks.append(Webhook(body, signature, status, attempt, at, app.id))
        return status

    def _failed(self, app: App, page: PageState) -> None:
        now = self._world.clock()
        if now - page.failing.setdefault(app.id, now) >= _GIVEN_UP:
            page.subscribed.pop(app.id, None)


def _key(telling: Telling, app_id: int, fields: frozenset[str], page: PageState) -> str | None:
    """Return where in the entry the app finds *telling*, or None if it is not told."""
    if telling.only is not None:
        return "messaging" if app_id == telling.only and telling.field in fields else None
    owner = telling.owner or page.default_app
    if owner in {None, app_id}:
        return "messaging" if telling.field in fields else None
    return "standby" if {"standby", telling.field} <= fields else None


def _seen(event: JsonObject, key: str) -> JsonObject:
    postback = event.get("postback")
    if key != "standby" or not is_object(postback):
        return event
    # Another app's buttons are none of its business.
    return event | {"postback": {k: v for k, v in postback.items() if k != "payload"}}
