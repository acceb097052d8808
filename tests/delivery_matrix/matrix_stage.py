"""Where one cell of the matrix is played: a sandbox, a relay, a client, and what went wrong."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from delivery_matrix.matrix_ends import Mode
from delivery_matrix.matrix_relay import Relay, relaying
from typing_extensions import override

from messengerkit import (
    AiohttpTransport,
    Attempt,
    ConstantBackoff,
    Delivery,
    MemoryOutboundLog,
    MessengerClient,
    Result,
    Retry,
    Settling,
)
from messengerkit.events import parse_events
from messengerkit.sandbox import Rates, Sandbox

PSID = "24000000000000001"
MINUTES = 420.0
"""What a Retry-After asks for; the stage's clock does not wait it out."""
SHORT = 0.25
LONG = 20.0


@dataclass(eq=False)
class Names(AbstractResolver):
    """Finds every name on the loopback, unless it is told otherwise.

    Attributes:
        fails: What the next look-up does first, if anything.
        answers: Set while there are answers.
    """

    fails: Callable[[], object] | None = None
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        fails, self.fails = self.fails, None
        if fails is not None:
            await self.answers.wait()
            fails()
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    @override
    async def close(self) -> None:
        pass


@dataclass(eq=False)
class Watch:
    """A hook that keeps what it is told."""

    attempts: list[Attempt] = field(default_factory=list[Attempt])
    results: list[Result] = field(default_factory=list[Result])

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Keep *attempt*, if it is of a send."""
        if attempt.call == "POST /me/messages":
            self.attempts.append(attempt)

    def on_result(self, result: Result, /) -> None:
        """Keep *result*, if it is of a send."""
        if result.is_send:
            self.results.append(result)


@dataclass(eq=False, kw_only=True)
class Stage:
    """One cell's own world.

    Attributes:
        sandbox: Plays Meta.
        relay: Stands before it.
        names: Finds hosts.
        mode: On which terms the client sends.
        waits: How long was waited before each repetition, and each look.
        watch: What the client told of its attempts.
        log: What the client wrote down.
        until_wait: What ends with the first wait, if anything: an outage.
    """

    sandbox: Sandbox
    relay: Relay
    mode: Mode
    names: Names = field(default_factory=Names)
    waits: list[float] = field(default_factory=list[float])
    watch: Watch = field(default_factory=Watch)
    log: MemoryOutboundLog = field(default_factory=MemoryOutboundLog)
    until_wait: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def sleep(self, seconds: float) -> None:
        """Wait *seconds*, unless a header asked for them."""
        self.waits.append(seconds)
        await self.until_wait.aclose()
        await asyncio.sleep(0.0 if seconds == MINUTES else seconds)

    def client(self, url: str, *, times_out: bool, settle: float) -> MessengerClient:
        """Return a client of *url*, on the terms of the mode."""
        transport = AiohttpTransport()
        session = transport._open()
        assert session.connector is not None
        # What looks names up is the connector's own business, so a session of ours would do;
        # but the client goes another way, straight through the pool, with one of its own.
        session.connector.__dict__["_resolver"] = self.names
        once = self.mode in {Mode.ONCE, Mode.ECHOED}
        return MessengerClient(
            page_access_token=self.sandbox.page.access_token,
            app_secret=self.sandbox.page.app_secret,
            graph_url=url,
            transport=transport,
            delivery=_DELIVERY[self.mode],
            believe_transient=self.mode is not Mode.DOUBTING,
            retry=Retry(attempts=3, backoff=ConstantBackoff(0.01), cap=MINUTES),
            timeout=(SHORT, LONG) if times_out else LONG,
            limiter=None,
            hooks=[self.watch],
            sleep=self.sleep,
            outbound=self.log if once else None,
            settling=Settling(
                settle=settle,
                settle_fetched=settle,
                horizon=LONG,
                echo_wait=LONG / 2 if self.mode is Mode.ECHOED else 0.01,
                again=0.01,
                skew=2.0,
            ),
        )


_DELIVERY = {
    Mode.BELIEVING: Delivery.AT_MOST_ONCE,
    Mode.DOUBTING: Delivery.AT_MOST_ONCE,
    Mode.AT_LEAST: Delivery.AT_LEAST_ONCE,
    Mode.ONCE: Delivery.EFFECTIVELY_ONCE,
    Mode.ECHOED: Delivery.EFFECTIVELY_ONCE,
}


@asynccontextmanager
async def staged(mode: Mode) -> AsyncGenerator[Stage]:
    """Give a stage whose one person has just written."""
    async with Sandbox(rates=Rates.unlimited(), redelivery_delays=()) as sandbox:
        await sandbox.person_writes(PSID, "Hello?")
        async with relaying(sandbox) as relay:
            stage = Stage(sandbox=sandbox, relay=relay, mode=mode)
            try:
                yield stage
            finally:
                await stage.until_wait.aclose()


@asynccontextmanager
async def echoing(stage: Stage, client: MessengerClient) -> AsyncGenerator[None]:
    """Let the client observe the sandbox's webhooks, which come to a server as everywhere."""

    async def shake(request: web.Request) -> web.Response:
        return web.Response(text=request.query["hub.challenge"])

    async def take(request: web.Request) -> web.Response:
        for event in parse_events(await request.json()):
            await client.observe(event)
        return web.Response()

    app = web.Application()
    app.router.add_get("/webhook", shake)
    app.router.add_post("/webhook", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        await stage.sandbox.subscribe(f"http://{host}:{port}/webhook", "a-word")
        yield
    finally:
        await runner.cleanup()
