"""The ways to send that the trials compare: ours in its modes, the guide's, and two peers'."""

import asyncio
import enum
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

import aiohttp
from chaos_clock import FastClock
from chaos_ledger import Committed, Send, by_person
from chaos_logs import Forgetful, Held, Ignorant, Passing, Unordered
from chaos_server import PAGE, TIMEOUT, FaultServer
from peers import TOKEN

from messengerkit import (
    Breaker,
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    Outbound,
    OutboundLog,
    Retry,
    Settling,
    Text,
)
from messengerkit.delivery import State
from messengerkit.events import MessageEcho, parse_events
from messengerkit.leases import LEASE
from messengerkit.testing import item

CONCURRENT = 100
"""How many people are sent to at once: as many as aiohttp has connections."""
_APP = 815000000000001


class End(enum.Enum):
    """What a caller was told of a send."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Arena:
    """Where one trial takes place, what was told of each send, its mid, and how it was known."""

    server: FaultServer
    clock: FastClock
    ends: dict[int, End] = field(default_factory=dict[int, End])
    mids: dict[int, str] = field(default_factory=dict[int, str])
    evidence: Counter[str] = field(default_factory=Counter[str])


Way = Callable[[Arena, list[Send]], Awaitable[None]]
"""Sends all of a list, and writes down what the callers were told."""


def client_of(
    arena: Arena, log: OutboundLog | None = None, settling: Settling | None = None
) -> MessengerClient:
    """Return a client with the constants that it has by default, on the trial's clock."""
    clock = arena.clock
    once = log is not None
    client = MessengerClient(
        page_access_token=TOKEN,
        graph_url=arena.server.url,
        limiter=None,
        budget=None,
        breaker=Breaker(clock=clock.now),
        retry=Retry(attempts=None if once else 3, backoff=ConstantBackoff()),
        delivery=Delivery.EFFECTIVELY_ONCE if once else Delivery.AT_MOST_ONCE,
        believe_transient=False,
        timeout=TIMEOUT * clock.factor,
        settling=settling or Settling(),
        outbound=log,
        now=clock.today,
        sleep=clock.sleep,
    )

    async def echo(copy: Committed) -> None:
        made = item(
            MessageEcho,
            recipient_id=copy.psid,
            mid=copy.mid,
            text=copy.text,
            metadata=copy.metadata,
            app_id=_APP,
        )
        for event in parse_events(
            {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [made.json]}]}
        ):
            await client.observe(event)

    if once:
        arena.server.echo = echo
    return client


async def _told(arena: Arena, client: MessengerClient, send: Send) -> None:
    try:
        result = await client.send(send.psid, Text(send.text, metadata=send.mark))
    except DeliveryUnknownError:
        arena.ends[send.serial] = End.UNKNOWN
    except MessengerError:
        arena.ends[send.serial] = End.NOT_SENT
    else:
        arena.ends[send.serial] = End.SENT
        arena.mids[send.serial] = result.message_id


def once(
    make: Callable[[MemoryOutboundLog], Passing] = Passing,
    settling: Settling | None = None,
    *,
    hears: bool = True,
) -> Way:
    """Return `EFFECTIVELY_ONCE`, with a log and settling that may break a rule."""

    async def way(arena: Arena, sends: list[Send]) -> None:
        log = make(MemoryOutboundLog(kept=len(sends) + 1))
        async with client_of(arena, log, settling) as client:
            if not hears:
                arena.server.echo = None
            room = asyncio.Semaphore(CONCURRENT)

            async def to_one(theirs: list[Send]) -> None:
                async with room:
                    await asyncio.gather(*(_told(arena, client, send) for send in theirs))

            await asyncio.gather(*map(to_one, by_person(sends)))
            await arena.server.settled()
        await _rows(log, arena)

    return way


async def _rows(log: Passing, arena: Arena) -> list[Outbound]:
    """Return all rows of a log, and write down how it was known that they arrived."""
    found = [await log.find(nonce) for nonce in log.nonces]
    rows = [row for row in found if row is not None]
    arena.evidence.update(row.evidence.value for row in rows if row.evidence is not None)
    return rows


def crashing(make: Callable[[MemoryOutboundLog], Passing], deaths: int = 4) -> Way:
    """Return the same, while the process dies now and then, and another goes on."""

    async def way(arena: Arena, sends: list[Send]) -> None:
        log = make(MemoryOutboundLog(kept=len(sends) + 1))
        held = Held(log)
        client = client_of(arena, held)
        callers = [asyncio.create_task(_told(arena, client, send)) for send in sends]
        for _ in range(deaths):
            await arena.clock.sleep(TIMEOUT)
            held.die()
            arena.server.echo = None
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)
            await client.aclose()
            await arena.clock.sleep(TIMEOUT + LEASE)  # the lease of the dead must end first
            held = Held(log)
            client = client_of(arena, held)
            await client.recover()
        while await log.left(float("inf")):
            await arena.clock.sleep(1.0)
        await arena.server.settled()
        await client.aclose()
        # Nobody who called is alive: the log tells what became of each.
        told = {State.SENT: End.SENT, State.UNCONFIRMED: End.UNKNOWN}
        for send, row in zip(sends, await _rows(log, arena), strict=True):
            arena.ends[send.serial] = told.get(row.state, End.NOT_SENT)
            if row.mid is not None:
                arena.mids[send.serial] = row.mid

    return way


async def at_most_once(arena: Arena, sends: list[Send]) -> None:
    """Send with the defaults, but believe no "temporary" of Meta's."""
    async with client_of(arena) as client:
        await _by_many(sends, lambda send: _told(arena, client, send))


async def guide(arena: Arena, sends: list[Send]) -> None:
    """Send in the guide's way: three attempts, whatever went wrong with one."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT * arena.clock.factor)
    url = f"{arena.server.url}/v18.0/me/messages?access_token={TOKEN}"

    async def attempt(send: Send) -> bool:
        data = {"recipient": {"id": send.psid}, "message": {"text": send.text}}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, json=data) as response,
            ):
                return response.status == 200  # noqa: PLR2004  # as the guide writes it
        except Exception:  # noqa: BLE001  # as the guide writes it
            return False

    async def one(send: Send) -> None:
        for number in range(3):
            if number:
                await arena.clock.sleep(2.0)
            if await attempt(send):
                arena.ends[send.serial] = End.SENT
                return
        arena.ends[send.serial] = End.NOT_SENT

    await _by_many(sends, one)


class _PyMessenger(Protocol):
    graph_url: str

    def send_text_message(self, recipient_id: str, message: str, /) -> object: ...


async def pymessenger(arena: Arena, sends: list[Send]) -> None:
    """Send with pymessenger, in threads; what raises nothing counts as sent."""
    bot: _PyMessenger = import_module("pymessenger.bot").Bot(TOKEN)
    bot.graph_url = f"{arena.server.url}/v2.6"

    def one(send: Send) -> End:
        try:
            bot.send_text_message(send.psid, send.text)
        except Exception:  # noqa: BLE001  # it lets everything of requests' through
            return End.NOT_SENT
        return End.SENT

    with ThreadPoolExecutor(32) as pool:
        loop = asyncio.get_running_loop()
        ends = await asyncio.gather(*(loop.run_in_executor(pool, one, send) for send in sends))
    arena.ends.update({send.serial: end for send, end in zip(sends, ends, strict=True)})


class _Slack(Protocol):
    def chat_postMessage(self, *, channel: str, text: str) -> Awaitable[object]: ...  # noqa: N802


async def slack(arena: Arena, sends: list[Send]) -> None:
    """Send with slack_sdk and its default retry handler; only its wait is scaled."""
    handlers = import_module("slack_sdk.http_retry.builtin_async_handlers")
    waits = import_module("slack_sdk.http_retry.builtin_interval_calculators")
    wait = waits.BackoffRetryIntervalCalculator(backoff_factor=0.5 * arena.clock.factor)
    client: _Slack = import_module("slack_sdk.web.async_client").AsyncWebClient(
        token="xoxb-1",
        base_url=f"{arena.server.url}/api/",
        timeout=TIMEOUT * arena.clock.factor,
        retry_handlers=[handlers.AsyncConnectionErrorRetryHandler(interval_calculator=wait)],
    )

    async def one(send: Send) -> None:
        arena.ends[send.serial] = End.NOT_SENT
        with suppress(Exception):  # aiohttp's, and its own
            await client.chat_postMessage(channel=send.psid, text=send.text)
            arena.ends[send.serial] = End.SENT

    await _by_many(sends, one)


async def _by_many(sends: list[Send], one: Callable[[Send], Awaitable[None]]) -> None:
    """Await *one* for each of *sends*, so many at a time."""

    async def work(left: Iterator[Send]) -> None:
        for send in left:
            await one(send)

    left = iter(sends)
    await asyncio.gather(*(work(left) for _ in range(CONCURRENT)))


WAYS: dict[str, Way] = {
    "EFFECTIVELY_ONCE": once(),
    "EFFECTIVELY_ONCE, no echo": once(hears=False),
    "EFFECTIVELY_ONCE, crashes": crashing(Passing),
    "AT_MOST_ONCE": at_most_once,
    "the guide's way": guide,
    "pymessenger": pymessenger,
    "slack_sdk": slack,
    "rule 1 off, crashes": crashing(Forgetful),
    "rule 2 off": once(Unordered),
    "rule 3 off": once(Ignorant),
    "rule 4 off, no echo": once(
        settling=Settling(settle=0.0, settle_fetched=0.0, reads=1), hears=False
    ),
}
