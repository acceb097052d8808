"""Floor 5: the connection of a client: whom it talks to, on what terms, from when until when."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self, TypeVar, Unpack, cast

import aiohttp
from pydantic import SecretStr

from ._environment import optional, required
from ._graph import GRAPH_URL, GRAPH_VERSION, Call, Graph
from ._json import JsonObject
from ._secret import sealed, sealed_each
from ._transport import AiohttpTransport, Transport
from .breaker import Breaker
from .errors import ClientClosedError, WrongLoopError
from .hooks import Hooks
from .outbound import OutboundLog
from .pace import Limiter, PageLimiter
from .retry import RetryBudget
from .sending import Sending
from .settling import Settling
from .stats import Stats
from .terms import SendOptions, Terms

T = TypeVar("T")


class ClientOptions(SendOptions, total=False):
    """What a client does otherwise than by default; the rest is for every call of it.

    Attributes:
        limiter: Keeps the pace of the page; by default a `PageLimiter` with Meta's numbers.
            Clients of one page may share one; None lets every call go at once.
        breaker: Stops calling when Meta does not answer; by default a `Breaker`; or None.
        budget: Bounds what is repeated in all; by default a `RetryBudget`; or None.
        hooks: What observes attempts and their ends; it decides nothing.
        outbound: What remembers sends, for `Delivery.EFFECTIVELY_ONCE`.
        settling: How long to look for a message of which nobody knows.
        human_agent: Whether Meta granted the app its "Human Agent" feature.
        sleep: How to wait between attempts; tests hand in a clock of theirs.
        now: The time of day, by which the reply window is judged.
    """

    limiter: Limiter | None
    breaker: Breaker | None
    budget: RetryBudget | None
    hooks: Sequence[Hooks]
    outbound: OutboundLog | None
    settling: Settling
    human_agent: bool
    sleep: Callable[[float], Awaitable[None]]
    now: Callable[[], datetime]


_CALLS = SendOptions.__annotations__.keys()
_OWN = ClientOptions.__annotations__.keys() - _CALLS


def _utc() -> datetime:
    return datetime.now(UTC)


class Connection:
    """One page, and the way to it: what `MessengerClient` is before it can say anything.

    It belongs to the first event loop and process that use it. One aiohttp session is
    made on first use and closed with the client; a session handed in is never closed.

    Args:
        page_access_token: The page's token. It travels in a header, never in a URL.
        app_secret: The app's secret; with it every call carries an `appsecret_proof`.
        graph_url: Another host, for a proxy or the sandbox: https, or http on loopback.
        graph_version: The Graph API's version, like "v26.0".
        session: An aiohttp session to use instead of one of the client's own.
        transport: A way to the network other than aiohttp.
        **options: `retry`, `timeout`, `limiter` and more: see `ClientOptions` and
            `SendOptions`. The default is three attempts, 2 s apart, 30 s each (90 s
            where Meta must fetch a URL first), and never two copies.

    Raises:
        ConfigurationError: If a setting is missing or unsafe.
    """

    def __init__(
        self,
        *,
        page_access_token: str | SecretStr,
        app_secret: str | SecretStr | None = None,
        graph_url: str = GRAPH_URL,
        graph_version: str = GRAPH_VERSION,
        session: aiohttp.ClientSession | None = None,
        transport: Transport | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        token = sealed(page_access_token)
        key = None if app_secret is None else sealed(app_secret)
        # A report of a failure below may show this frame's variables.
        del page_access_token, app_secret
        rest = {name: value for name, value in options.items() if name not in _OWN}
        self._terms = Terms().but(cast("SendOptions", rest))
        self._now = options.get("now", _utc)
        self._sending = Sending(
            graph=Graph(
                access_token=token,
                app_secret=key,
                url=graph_url,
                version=graph_version,
            ),
            transport=AiohttpTransport(session) if transport is None else transport,
            limiter=options["limiter"] if "limiter" in options else PageLimiter(),
            breaker=options["breaker"] if "breaker" in options else Breaker(),
            budget=options["budget"] if "budget" in options else RetryBudget(),
            hooks=tuple(options.get("hooks", ())),
            sleep=options.get("sleep", asyncio.sleep),
            clock=self._unix if "now" in options else time.time,
        )
        self._human_agent = options.get("human_agent", False)
        self._outbound = options.get("outbound")
        self._settling = options.get("settling", Settling())
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._closed = False
        self._calls = 0
        self._idle: asyncio.Event | None = None
        self._accepted: deque[str] = deque(maxlen=1000)  # mids that are no unknown message's

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, **options: Unpack[ClientOptions]
    ) -> Self:
        """Return a client from environment variables.

        Reads `FACEBOOK_PAGE_ACCESS_TOKEN` and, if they are set, `FACEBOOK_APP_SECRET`
        (the first one, while two rotate), `MESSENGER_GRAPH_URL` and
        `MESSENGER_GRAPH_VERSION`.

        Raises:
            ConfigurationError: If the token is missing, or a value is unsafe.
        """
        return cls(
            page_access_token=sealed(required(environ, "FACEBOOK_PAGE_ACCESS_TOKEN")[0]),
            app_secret=_newest(optional(environ, "FACEBOOK_APP_SECRET")),
            graph_url=optional(environ, "MESSENGER_GRAPH_URL") or GRAPH_URL,
            graph_version=optional(environ, "MESSENGER_GRAPH_VERSION") or GRAPH_VERSION,
            **options,
        )

    @property
    def human_agent(self) -> bool:
        """Whether Meta granted the app its "Human Agent" feature, as this client was told."""
        return self._human_agent

    @property
    def stats(self) -> Stats:
        """How the sends of this client have ended so far."""
        return self._sending.stats

    async def aclose(self) -> None:
        """Close the client and its own session; calling it again does nothing."""
        self._closed = True
        await self._sending.transport.aclose()

    async def __aenter__(self) -> Self:
        self._check_home()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def settle(
        self, call: Call, options: SendOptions, read: Callable[[JsonObject], T]
    ) -> tuple[T, int]:
        """Return what *read* makes of the answer to *call*, and the attempts that it took.

        Raises:
            MessengerError: If there is no such answer.
        """
        return await self._settled(call, self._terms_for(options), read)

    async def _settled(
        self, call: Call, terms: Terms, read: Callable[[JsonObject], T]
    ) -> tuple[T, int]:
        self._check_home()
        self._calls += 1
        try:
            return await self._sending.settle(call, terms, read)
        finally:
            self._ended()

    def _ended(self) -> None:
        self._calls -= 1
        if not self._calls and self._idle is not None:
            self._idle.set()

    def _terms_for(self, options: SendOptions) -> Terms:
        return self._terms.but(options) if options else self._terms

    async def _drained(self, seconds: float) -> None:
        """Return once no call is under way, or after *seconds*."""
        if not self._calls or seconds <= 0:
            return
        self._idle = self._idle or asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    def _unix(self) -> float:
        return self._now().timestamp()

    def _check_home(self) -> None:
        here = (os.getpid(), asyncio.get_running_loop())
        self._home = self._home or here
        if self._home != here:
            msg = "This client was first used in another event loop or process."
            raise WrongLoopError(msg)
        if self._closed:
            msg = "This client was closed."
            raise ClientClosedError(msg)


def _newest(secrets: str | None) -> SecretStr | None:
    return None if secrets is None else sealed_each(secrets)[0]
