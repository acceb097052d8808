"""Ten minutes without Meta, at a hundred sends a second: no storm, and nothing lost or doubled."""

import asyncio
import gc
import logging
import random
import time
import tracemalloc
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
import virtual_time
from pydantic_core import from_json, to_json

from messengerkit import (
    Breaker,
    Delivery,
    MemoryOutboundLog,
    MessengerClient,
    MessengerError,
    Phase,
    Retry,
    RetryBudget,
    Settling,
    TransportError,
)
from messengerkit._graph import Request, Response
from messengerkit.pace import PageLimiter

pytestmark = pytest.mark.slow

RATE, LIMIT = 100, 300
"""So many sends come in a second, and so many may go."""
BEFORE, OUTAGE, AFTER = 60, 600, 60
"""Seconds in which sends come: Meta answers, does not, and answers again."""
PEOPLE = 20_000
MOST_REQUESTS = 1.2
"""For each send, in all: sends, looks whether Meta answers, and reads."""
FIRST_WITHIN = 60.0
MOST_BYTES = 12_000
"""For each send that waits, in the log, in its task and in the caller's."""

_EPOCH = 1_767_225_600.0
_FIRST = 24_000_000_000_000_000

Kind = Literal["refused", "unavailable", "silent"]
"""No connection; a 503 of the host, after which half the messages are there; the same silently."""

_LONG_AGO = "2020-01-01T00:00:00+0000"


@dataclass
class Meta:
    """Meta, in which every message is counted.

    Attributes:
        kind: How it does not answer.
        chance: Decides which messages it takes although it does not answer.
        is_down: Whether it does not answer.
        said: What each person has, in their order, with the time.
        requests: How many came.
        lost: How many sends were not answered.
        peak: How many sends came in one second at most.
        first_at: When a send was accepted first since it is up again.
    """

    kind: Kind
    chance: random.Random
    is_down: bool = False
    said: dict[str, list[tuple[str, float]]] = field(
        default_factory=dict[str, list[tuple[str, float]]]
    )
    requests: int = 0
    lost: int = 0
    peak: int = 0
    first_at: float | None = None
    _newest: deque[float] = field(default_factory=deque[float])

    async def send(self, request: Request, /) -> Response:
        """Answer *request*, or not."""
        self.requests += 1
        is_send = request.method == "POST"
        if is_send:
            self._count(asyncio.get_running_loop().time())
        if self.is_down:
            self.lost += is_send
            if is_send and self.kind != "refused" and self.chance.random() < 0.5:
                self._take(request)
            return await self._fail(request)
        await asyncio.sleep(0.05)
        answer = self._take(request) if is_send else self._tell(request)
        return Response(200, {}, to_json(answer))

    async def aclose(self) -> None:
        """Do nothing, as there is nothing to close."""

    def first_after(self, over: float) -> float:
        """Return how long after *over* the first send was accepted."""
        return float("inf") if self.first_at is None else self.first_at - over

    async def _fail(self, request: Request) -> Response:
        if self.kind == "refused":
            msg = "Refused."
            raise TransportError(msg, phase=Phase.NOT_SENT)
        if self.kind == "unavailable":
            await asyncio.sleep(0.05)
            return Response(503, {}, b"<html>Service Unavailable</html>")
        await asyncio.sleep(request.timeout)
        msg = "No answer."
        raise TransportError(msg, phase=Phase.SENT)

    def _count(self, now: float) -> None:
        self._newest.append(now)
        while self._newest[0] <= now - 1 + 1e-6:
            self._newest.popleft()
        self.peak = max(self.peak, len(self._newest))

    def _take(self, request: Request) -> dict[str, object]:
        assert isinstance(request.body, bytes)
        asked = from_json(request.body)
        psid, now = asked["recipient"]["id"], asyncio.get_running_loop().time()
        if not self.is_down and self.first_at is None:
            self.first_at = now
        said = self.said.setdefault(psid, [])
        said.append((asked["message"]["text"], now))
        return {"recipient_id": psid, "message_id": f"m_{psid}_{len(said)}"}

    def _tell(self, request: Request) -> dict[str, object]:
        url = urlsplit(request.url)
        if url.path.endswith("/me"):
            return {"id": "1"}
        if url.path.endswith("/conversations"):
            (psid,) = parse_qs(url.query)["user_id"]
            return {"data": [{"id": f"t_{psid}"}]}
        psid = url.path.split("/")[-2].removeprefix("t_")
        rows = [
            {
                "id": f"m_{psid}_{number}",
                "created_time": f"{_date(at):%Y-%m-%dT%H:%M:%S+0000}",
                "from": {"id": "1"},
                "message": text,
            }
            for number, (text, at) in enumerate(self.said.get(psid, []), 1)
        ]
        # The person wrote first, as everybody has whom a page may write to.
        asked = {"id": f"m_{psid}_0", "created_time": _LONG_AGO, "from": {"id": psid}}
        return {"data": [*rows[:-20:-1], {**asked, "message": "Hello"}]}


@dataclass
class Figures:
    """What is counted.

    Attributes:
        sends: How many sends were made.
        ends: How they ended.
        waiting: How many waited as Meta came back.
        bytes_each: What each of those held.
        storm: The requests while Meta was away.
        first: Seconds until a send was accepted.
        drained: Seconds until none waited any more.
    """

    sends: int = 0
    ends: Counter[str] = field(default_factory=Counter[str])
    waiting: int = 0
    bytes_each: float = 0.0
    storm: int = 0
    first: float = 0.0
    drained: float = 0.0


def client_of(meta: Meta) -> MessengerClient:
    """Return a client that waits in virtual time alone."""
    loop = asyncio.get_running_loop()
    return MessengerClient(
        page_access_token="EAATest",
        transport=meta,
        delivery=Delivery.EFFECTIVELY_ONCE,
        outbound=MemoryOutboundLog(),
        limiter=PageLimiter(clock=loop.time),
        breaker=Breaker(clock=loop.time, uniform=meta.chance.uniform),
        budget=RetryBudget(),
        retry=Retry(attempts=None),
        timeout=10.0,
        settling=Settling(horizon=7200.0),
        now=lambda: _date(loop.time()),
    )


async def go_through(meta: Meta) -> Figures:
    """Send before, during and after an outage, and wait for the last send's end."""
    figures, loop = Figures(), asyncio.get_running_loop()
    under_way: set[asyncio.Task[None]] = set()

    async def send(client: MessengerClient, number: int) -> None:
        try:
            await client.send_text(str(_FIRST + number % PEOPLE), f"number {number}")
        except MessengerError as error:
            figures.ends[type(error).__name__] += 1
        else:
            figures.ends["sent"] += 1

    async def send_for(client: MessengerClient, seconds: int) -> None:
        for _ in range(seconds * RATE):
            task = loop.create_task(send(client, figures.sends))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            figures.sends += 1
            await asyncio.sleep(1 / RATE)

    async with client_of(meta) as client:
        await send_for(client, BEFORE)
        gc.collect()
        held, asked = tracemalloc.get_traced_memory()[0], meta.requests
        meta.is_down, meta.first_at = True, None
        await send_for(client, OUTAGE)
        figures.storm, figures.waiting = meta.requests - asked, len(under_way)
        gc.collect()
        figures.bytes_each = (tracemalloc.get_traced_memory()[0] - held) / figures.waiting
        meta.is_down, over = False, loop.time()
        await send_for(client, AFTER)
        await asyncio.gather(*under_way)
        figures.drained = loop.time() - over
        figures.first = meta.first_after(over)
    return figures


@pytest.mark.parametrize("kind", ["refused", "unavailable", "silent"])
def test_ten_minutes_without_meta_are_no_storm_and_lose_nothing(
    kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    """At most 1.2 requests for each send; the first after a minute; all once, none too fast."""
    caplog.set_level(logging.CRITICAL, logger="messengerkit")
    meta, began = Meta(kind, random.Random(7)), time.monotonic()  # noqa: S311  # chance for a test, no secret
    tracemalloc.start()
    try:
        figures = virtual_time.run(go_through(meta))
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    each = meta.requests / figures.sends
    print(
        f"\n{kind}: {figures.sends:,} sends, {figures.storm:,} requests in the outage, of which"
        f" {meta.lost:,} sends; {each:.3f} requests for each send in all;"
        f" {figures.waiting:,} waited, {figures.bytes_each:,.0f} bytes each, {peak / 1e6:.0f} MB"
        f" at most; first accepted after {figures.first:.1f} s, all after {figures.drained:,.0f} s,"
        f" {meta.peak} in one second at most; ends {dict(figures.ends)};"
        f" {time.monotonic() - began:.0f} s of real time"
    )

    texts = [[text for text, _ in said] for said in meta.said.values()]
    assert figures.ends == {"sent": figures.sends}
    assert sum(map(len, texts)) == figures.sends, "copies, or losses"
    assert all(said == sorted(set(said), key=_number) for said in texts), "copies, or no order"
    assert each <= MOST_REQUESTS
    assert figures.first <= FIRST_WITHIN
    assert meta.peak <= LIMIT
    assert figures.bytes_each <= MOST_BYTES


def _date(at: float) -> datetime:
    return datetime.fromtimestamp(_EPOCH + at, UTC)


def _number(text: str) -> int:
    return int(text.removeprefix("number "))
