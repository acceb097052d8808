"""Floor 8: the sandbox as its users hold it: Messenger and its Graph API on a local port."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Literal, Self

from .faults import Fault
from .graph.routes import Edge
from .page import PAGE_INBOX, App, Page
from .person import Person
from .running import Running, is_loopback, start
from .script import Script
from .seen import Seen
from .webhooks.habits import Habits
from .world.meters import Rates
from .world.pages import FIELDS, OTHER_FIELDS
from .world.world import World

_FICTITIOUS = Page()
_META = Rates()
_CALM = Habits()


class Sandbox(Seen):
    """An emulator of Messenger and its Graph API, to be used as an async context manager.

    Args:
        page: The page that is meant where no other is named.
        pages: More pages.
        apps: More apps, connected to every page; one with the app id of a page describes
            that page's own app.
        host: Where to listen; a loopback address unless *expose* is set.
        port: The port; 0 takes a free one.
        now: What the clock goes by, in unix seconds.
        seed: What ids and chance are made from; with None, ids are others each time.
        retention: How many messages, people and records of each kind are kept.
        rates: How often a page may call.
        redelivery_delays: Seconds before each redelivery of a webhook that was not
            acknowledged; then it is given up.
        webhook_timeout: Seconds that the backend has to acknowledge a webhook.
        habits: How webhooks come.
        expose: Whether *host* may be reachable from elsewhere.

    Raises:
        ValueError: If *host* is no loopback address and *expose* is not set, two pages have
            the same id or token, *retention* is below 1, or *webhook_timeout* not above 0.
    """

    def __init__(  # noqa: PLR0913  # each is a setting of its own, and has a default
        self,
        page: Page = _FICTITIOUS,
        *,
        pages: Iterable[Page] = (),
        apps: Iterable[App] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        now: Callable[[], float] = time.time,
        seed: str | None = None,
        retention: int = 10_000,
        rates: Rates = _META,
        redelivery_delays: Sequence[float] = (0.1, 0.5, 2.0),
        webhook_timeout: float = 5.0,
        habits: Habits = _CALM,
        expose: bool = False,
    ) -> None:
        if not expose and not is_loopback(host):
            msg = f"{host} is no loopback address; pass expose=True to listen on it"
            raise ValueError(msg)
        if retention < 1 or not webhook_timeout > 0:
            msg = "retention must be 1 or more, and webhook_timeout above 0"
            raise ValueError(msg)
        self._address = host, port
        self._delays = tuple(redelivery_delays)
        self._patience = webhook_timeout
        self._habits = habits
        self._seed = seed or "chance"
        world = World((page, *pages), apps, now=now, seed=seed, retention=retention, rates=rates)
        super().__init__(page, world)
        self._script = Script(self._seed, self._faults_changed)
        self._url: str | None = None
        self._running: Running | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            RuntimeError: If it listens already.
            OSError: If the port is taken.
        """
        if self._running is not None:
            msg = "the sandbox has been started already"
            raise RuntimeError(msg)
        # It may have been used before, in a loop that is no more.
        world = self._world
        for bell in (world.clock.moves, world.ledger.arrivals, world.changes.news):
            bell.ring()
        host, port = self._address
        self._running = await start(
            self._world,
            self._script,
            host=host,
            port=port,
            delays=self._delays,
            patience=self._patience,
            habits=self._habits,
            seed=self._seed,
        )
        self._url = self._running.home

    async def aclose(self) -> None:
        """Stop listening, let silent calls go, give up webhooks under way; twice is once."""
        running = self._running
        if running is not None:
            await running.aclose()
            self._running = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    @property
    def url(self) -> str:
        """Where the Graph API is, without a slash at its end; kept after closing.

        Raises:
            RuntimeError: If the sandbox never listened.
        """
        if self._url is None:
            raise _not_started()
        return self._url

    @property
    def chat_url(self) -> str:
        """Where the chat page is, in which you are the person.

        Raises:
            RuntimeError: If the sandbox never listened.
        """
        return f"{self.url}/_sandbox/chat/"

    def person(
        self, name: str = "Ana Example", *, psid: str | None = None, page: Page | None = None
    ) -> Person:
        """Return somebody who talks with a page: made now, or known by *psid*.

        Args:
            name: First and last name of somebody new.
            psid: Their id; one is made if it is left out.
            page: The page; the first one if it is left out.

        Raises:
            ValueError: If *psid* is not digits.
        """
        state = self._world.meet(self._page(page), psid, name)
        return Person(state, self._world, lambda: self._now_running().acts)

    async def person_writes(self, psid: str, text: str) -> str:
        """Let *psid* write *text*; return its mid once the backend acknowledged, or never did.

        Raises:
            ValueError: If *psid* is not digits, or *text* is empty.
        """
        self._now_running()
        return await self.person(psid=psid).writes(text)

    async def person_taps(self, psid: str, payload: str, title: str) -> str:
        """Let *psid* tap a button; return its mid once the backend acknowledged, or never did.

        Raises:
            ValueError: If *psid* is not digits.
        """
        self._now_running()
        return await self.person(psid=psid).taps_payload(payload, title)

    async def inbox_writes(
        self, psid: str, text: str, *, page: Page | None = None, app_id: int = PAGE_INBOX
    ) -> str:
        """Let somebody at the page write by hand in its inbox; return the mid.

        The inbox takes the conversation: other apps hear of it under `standby`.

        Raises:
            ValueError: If the person has blocked the page.
        """
        person = self._world.meet(self._page(page), psid)
        return await self._now_running().acts.answer_by_hand(person, text, app_id)

    async def subscribe(
        self,
        callback_url: str,
        verify_token: str,
        *,
        fields: Iterable[str] = FIELDS,
        page: Page | None = None,
        app: App | None = None,
    ) -> None:
        """Shake hands with *callback_url* as Meta does, and send webhooks there from now on.

        Args:
            callback_url: Where the backend takes webhooks.
            verify_token: What it knows.
            fields: The webhook fields; all that the sandbox has.
            page: Of which page; of all if it is left out.
            app: For which app; the page's own if it is left out.

        Raises:
            SubscriptionError: If the answer is not 200 with exactly the challenge.
            ValueError: If the page or the app is not the sandbox's, or Meta has no such field.
        """
        courier, wanted = self._now_running().courier, frozenset(fields)
        if unknown := wanted - FIELDS - OTHER_FIELDS:
            msg = f"Meta has no webhook field {', '.join(sorted(unknown))}"
            raise ValueError(msg)
        pages = tuple(self._world.pages.values()) if page is None else (self._page(page),)
        pairs = [(one.page.id, one.page.app_id if app is None else app.id) for one in pages]
        for pair in pairs:
            self._world.token_of(*pair)
        for app_id in {app_id for _, app_id in pairs}:
            await courier.subscribe(app_id, callback_url, verify_token)
        for pair in pairs:
            self._world.subscribe(*pair, wanted)

    async def settled(self) -> None:
        """Return once no webhook is under way."""
        await self._now_running().courier.settled()

    def script(
        self,
        fault: Fault,
        times: int | None = 1,
        *,
        path: Edge | Literal["any"] = "messages",
        psid: str | None = None,
        page: Page | None = None,
        rate: float | None = None,
    ) -> None:
        """Let calls to come meet *fault*.

        Args:
            fault: What goes wrong.
            times: How many calls meet it; None lets it stay until `clear_faults`.
            path: The part of the API, as `messages` or `conversations`, or `any`.
            psid: Calls about this person alone.
            page: Calls of this page alone.
            rate: The share of calls that meet it, 0 to 1, until *times* of them have; chance
                comes from the seed.

        Raises:
            ValueError: If there is no such *path* or page, *times* or *rate* is out of range,
                or nobody can tell in time whom a call is about.
        """
        self._script.add(
            fault,
            path=None if path == "any" else path,
            times=times,
            rate=rate,
            psid=psid,
            page_id=None if page is None else self._page(page).page.id,
        )

    def clear_faults(self) -> None:
        """Forget all scripted faults."""
        self._script.clear()

    @asynccontextmanager
    async def refusing(self) -> AsyncGenerator[None]:
        """Refuse every connection until the end of the block, as a host that is down."""
        outage = self._now_running().outage
        outage.begin()
        try:
            yield
        finally:
            # Also one that was closed meanwhile; it does not listen again then.
            await outage.end()

    def _faults_changed(self, count: int) -> None:
        self._world.changes.tell("faults", count=count)

    def _now_running(self) -> Running:
        if self._running is None:
            raise _not_started()
        return self._running


def _not_started() -> RuntimeError:
    return RuntimeError("the sandbox is not started; use `async with Sandbox() as sandbox:`")
