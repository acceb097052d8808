"""Floor 9: what doctor asks the Graph API: reads alone, each once, and for some seconds."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TypeVar

from messengerkit._graph import GRAPH_URL, GRAPH_VERSION
from messengerkit.client import MessengerClient
from messengerkit.errors import GraphError, InvalidRequestError, MessengerError
from messengerkit.page import Page
from messengerkit.tokens import SubscribedApp, TokenInfo

from . import settings as names
from .settings import Settings

T = TypeVar("T")

_SECONDS = 8.0  # for one call


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFacts:
    """What Meta said; an error stands where it refused, None where it was not asked.

    Attributes:
        me: Whom the token is of, asked without a proof.
        proved: The same, asked with the proof of the app secret.
        token: What is known of the token.
        apps: The apps that hear of the page; none where it was not asked.
    """

    me: Page | MessengerError
    proved: Page | MessengerError | None = None
    token: TokenInfo | MessengerError | None = None
    apps: tuple[SubscribedApp, ...] | MessengerError = ()

    @property
    def owner(self) -> Page | None:
        """Whom the token is of, if it works."""
        return next((one for one in (self.me, self.proved) if isinstance(one, Page)), None)


async def ask_graph(settings: Settings, app_id: int | None) -> GraphFacts:
    """Return what Meta says of the token in *settings*.

    Args:
        settings: The settings; the token is there, and well-formed.
        app_id: The app's id, or None: with it, the app itself is told of the token.
    """
    secret, token = settings.newest_secret(), settings.get(names.TOKEN) or ""
    async with AsyncExitStack() as stack:

        async def client(access_token: str, *, proves: bool) -> MessengerClient:
            made = MessengerClient(
                page_access_token=access_token,
                app_secret=secret if proves else None,
                graph_url=settings.get(names.GRAPH_URL) or GRAPH_URL,
                graph_version=settings.get(names.GRAPH_VERSION) or GRAPH_VERSION,
                retry=None,
                timeout=_SECONDS,
                limiter=None,
                breaker=None,
            )
            return await stack.enter_async_context(made)

        page = await client(token, proves=False)
        me, proved = await _or_error(page.me), None
        # Meta may want each call to be proved, and says no more of one that is not.
        if secret is not None and isinstance(me, Page | InvalidRequestError):
            proving = await client(token, proves=True)
            proved = await _or_error(proving.me)
            page = proving if isinstance(proved, Page) else page
        if not isinstance(me, Page) and not isinstance(proved, Page):
            return GraphFacts(me=me, proved=proved)
        known = await _or_error(lambda: page.tokens.debug(token))
        if isinstance(known, GraphError) and app_id is not None and isinstance(proved, Page):
            app = await client(f"{app_id}|{secret}", proves=False)
            known = await _or_error(lambda: app.tokens.debug(token))
        apps = await _or_error(lambda: _apps(page))
        return GraphFacts(me=me, proved=proved, token=known, apps=apps)


async def _apps(client: MessengerClient) -> tuple[SubscribedApp, ...]:
    return tuple([one async for one in client.subscriptions.list()])


async def _or_error(ask: Callable[[], Awaitable[T]]) -> T | MessengerError:
    try:
        return await ask()
    except MessengerError as error:
        return error
