"""Floor 8: the sandbox as its users hold it: one page of the Graph API on a local port."""

import asyncio
import ipaddress
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from .control import Control
from .courier import Courier
from .endpoint import GraphEndpoint
from .faults import Fault
from .graph import Edge
from .page import Page
from .people import People
from .records import Delivered, Recorded, Webhook
from .state import State

_FICTITIOUS = Page()
_LARGEST = 2**19  # bytes of a body; no call that the sandbox models comes near
_SHUTDOWN = 2.0  # seconds for handlers that nothing else ends


@dataclass(frozen=True, slots=True)
class _Running:
    """What exists between start and close."""

    runner: web.AppRunner
    courier: Courier
    people: People
    closing: asyncio.Event


class Sandbox:
    """An emulator of the Graph API for one page, to be used as an async context manager.

    Args:
        page: The page, its app and their secrets.
        host: Where to listen; a loopback address unless *expose* is set.
        port: The port; 0 takes a free one.
        now: The clock, in unix seconds.
        redelivery_delays: Seconds before each redelivery of a webhook that was not
            acknowledged; then it is given up.
        webhook_timeout: Seconds that the backend has to acknowledge a webhook.
        expose: Whether *host* may be reachable from elsewhere.

    Raises:
        ValueError: If *host* is no loopback address and *expose* is not set.
    """

    def __init__(
        self,
        page: Page = _FICTITIOUS,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        now: Callable[[], float] = time.time,
        redelivery_delays: Sequence[float] = (0.1, 0.5, 2.0),
        webhook_timeout: float = 5.0,
        expose: bool = False,
    ) -> None:
        if not expose and not _is_loopback(host):
            msg = f"{host} is no loopback address; pass expose=True to listen on it"
            raise ValueError(msg)
        self.page = page
        self._address = host, port
        self._delays = tuple(redelivery_delays)
        self._patience = webhook_timeout
        self._state = State(page, now)
        self._url: str | None = None
        self._running: _Running | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            RuntimeError: If it listens already.
            OSError: If the port is taken.
        """
        if self._running is not None:
            msg = "the sandbox has been started already"
            raise RuntimeError(msg)
        courier = Courier(self._state, delays=self._delays, patience=self._patience)
        people, closing = People(self._state, courier), asyncio.Event()
        app = web.Application(client_max_size=_LARGEST)
        app.add_routes(Control(self._state, people, courier).routes())
        endpoint = GraphEndpoint(self._state, courier, closing)
        app.router.add_route("*", "/{path:.*}", endpoint.handle)
        # Meta documents no compressed bodies: here they are bytes that are not JSON.
        runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=_SHUTDOWN, auto_decompress=False
        )
        self._running = _Running(runner, courier, people, closing)
        try:
            await runner.setup()
            await web.TCPSite(runner, *self._address).start()
        except BaseException:
            await self.aclose()
            raise
        host, port, *_ = runner.addresses[0]
        self._url = url_of(host, port)

    async def aclose(self) -> None:
        """Stop listening, let silent calls go, give up webhooks under way; twice is once."""
        running, self._running = self._running, None
        if running is None:
            return
        running.closing.set()
        # First what handlers wait for, then the handlers, then what they left behind.
        await running.courier.cancel()
        await running.runner.cleanup()
        await running.courier.aclose()

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

    async def subscribe(self, callback_url: str, verify_token: str) -> None:
        """Shake hands with *callback_url* as Meta does, and send webhooks there from now on.

        Raises:
            SubscriptionError: If the answer is not 200 with exactly the challenge.
        """
        await self._now_running().courier.subscribe(callback_url, verify_token)

    async def person_writes(self, psid: str, text: str) -> str:
        """Let *psid* write *text*; return its mid once the backend acknowledged, or never did.

        Raises:
            ValueError: If *psid* is not digits, or *text* is empty.
        """
        return await self._now_running().people.write(psid, text)

    async def person_taps(self, psid: str, payload: str, title: str) -> str:
        """Let *psid* tap a button; return its mid once the backend acknowledged, or never did.

        Raises:
            ValueError: If *psid* is not digits.
        """
        return await self._now_running().people.tap(psid, payload, title)

    @property
    def delivered(self) -> tuple[Delivered, ...]:
        """The messages that reached people, oldest first; the last 10 000."""
        return tuple(self._state.delivered)

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """The calls to the Graph API, oldest first; the last 10 000."""
        return tuple(self._state.requests)

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        """The POSTs to the backend, redeliveries too, oldest first; the last 10 000."""
        return tuple(self._state.webhooks)

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
                return await self._state.wait_for(_matcher(match))
        except TimeoutError:
            msg = f"of {len(self._state.delivered)} delivered messages none matched in {timeout} s"
            raise TimeoutError(msg) from None

    async def settled(self) -> None:
        """Return once no webhook is under way."""
        await self._now_running().courier.settled()

    def script(self, fault: Fault, times: int = 1, *, path: Edge = "messages") -> None:
        """Let the next *times* calls of *path* meet *fault*.

        Args:
            fault: What goes wrong.
            times: How many calls meet it.
            path: `messages` for the send edge, `me` for the page itself.

        Raises:
            ValueError: If *times* is not 1 to 1000.
        """
        self._state.script.add(fault, times=times, path=path)

    def _now_running(self) -> _Running:
        if self._running is None:
            raise _not_started()
        return self._running


def url_of(host: str, port: int) -> str:
    """Return the URL of *host* and *port*; an IPv6 address stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _not_started() -> RuntimeError:
    return RuntimeError("the sandbox is not started; use `async with Sandbox() as sandbox:`")


def _matcher(match: str | Callable[[Delivered], bool]) -> Callable[[Delivered], bool]:
    def is_for_person(message: Delivered) -> bool:
        return message.psid == match

    return is_for_person if isinstance(match, str) else match


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
