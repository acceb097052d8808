"""Floor 8: what a sandbox knows, listening or not: its pages, its time, and what it saw."""

import asyncio
from collections.abc import Callable

from .clock import Span
from .ledger import Ledger
from .page import App, Page
from .records import Delivered, Recorded, Webhook
from .world.pages import PageState
from .world.world import World

_TWO_HOURS = 7200.0


class Seen:
    """The part of a sandbox that needs no connection.

    Args:
        page: The page that is meant where no other is named.
        world: What is true.
    """

    def __init__(self, page: Page, world: World) -> None:
        self.page = page
        self._world = world

    @property
    def pages(self) -> tuple[Page, ...]:
        """All pages, the first one first."""
        return tuple(state.page for state in self._world.pages.values())

    @property
    def ledger(self) -> Ledger:
        """What was seen, with questions and assertions for tests."""
        return self._world.ledger

    @property
    def delivered(self) -> tuple[Delivered, ...]:
        """The messages that reached people, oldest first; the last ones, see *retention*."""
        return tuple(self._world.ledger.delivered)

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """The calls to the Graph API, oldest first; the last ones, see *retention*."""
        return tuple(self._world.ledger.requests)

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        """The POSTs to the backend, redeliveries too, oldest first; the last ones."""
        return tuple(self._world.ledger.webhooks)

    def now(self) -> float:
        """Return the time in the sandbox, in unix seconds."""
        return self._world.clock()

    def advance(self, span: Span) -> None:
        """Move the clock on: windows close, redeliveries come due, ids expire.

        Args:
            span: How far: `"25h"`, `"1d12h"`, seconds, or a timedelta.

        Raises:
            ValueError: If it is no length of time.
        """
        self._world.clock.advance(span)
        self._world.changes.tell("clock", now=self._world.clock())

    def access_token(self, app: App, page: Page | None = None) -> str:
        """Return the token with which *app* acts for a page.

        Raises:
            ValueError: If it is not connected to the page.
        """
        return self._world.token_of(self._page(page).page.id, app.id).value

    def user_token(self, name: str = "Uma Example", *, page: Page | None = None) -> str:
        """Return the token of a user who logs in to the page's app: it is no page's token."""
        return self._world.let_in(name, self._page(page).page.id, _TWO_HOURS).value

    def end_token(self, subcode: int | None = 463, *, page: Page | None = None) -> None:
        """Let the token of the page's own app die, as *subcode* of 190 says; None revives it."""
        state = self._page(page)
        self._world.token_of(state.page.id, state.page.app_id).dead = subcode

    def set_default_app(self, app: App | None, *, page: Page | None = None) -> None:
        """Let *app* have the threads that nobody has; None lets every app answer.

        Raises:
            ValueError: If it is not connected to the page.
        """
        state = self._page(page)
        if app is not None:
            self._world.token_of(state.page.id, app.id)
        state.default_app = None if app is None else app.id

    async def wait_for_delivery(
        self,
        match: str | Callable[[Delivered], bool],
        timeout: float | None = 5.0,  # noqa: ASYNC109 - one call reads better in a test than a with-block
    ) -> Delivered:
        """Return the first delivered message that matches, waiting until there is one.

        Args:
            match: A PSID, or a function that knows the message.
            timeout: Seconds to wait; None waits for ever.

        Raises:
            TimeoutError: If none came in time.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._world.ledger.wait_for(match)
        except TimeoutError:
            msg = f"of {len(self.delivered)} delivered messages none matched in {timeout} s"
            raise TimeoutError(msg) from None

    def _page(self, page: Page | None) -> PageState:
        state = self._world.pages.get((page or self.page).id)
        if state is None:
            msg = "the page is not the sandbox's; pass it as one of its pages"
            raise ValueError(msg)
        return state
