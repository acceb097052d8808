"""Ten thousand webhooks to a backend that fails one in five: each is acknowledged exactly once."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from messengerkit.sandbox import Habits, Sandbox
from messengerkit.signature import sign

pytestmark = pytest.mark.slow

WEBHOOKS = 10_000
PEOPLE = 100
"""So many write at the same time, each as soon as the one before was acknowledged."""
ONE_IN = 5
SECONDS = 100
VERIFY_TOKEN = "the-word-for-the-handshake"


@dataclass
class Failing:
    """A backend that acknowledges four POSTs of five, and counts by itself.

    The fifth is refused, redirected, or not answered in time, in turn; which one it is
    depends on nothing but how many came before.

    Attributes:
        secret: The app secret, to check signatures with.
        patience: Seconds after which an answer is late.
        took: How often each body was acknowledged.
        failed: How many POSTs failed, by the way in which they did.
        forged: How many signatures were wrong.
    """

    secret: str
    patience: float
    took: Counter[bytes] = field(default_factory=Counter[bytes])
    failed: Counter[str] = field(default_factory=Counter[str])
    forged: int = 0
    _came: int = 0

    async def shake(self, request: web.Request) -> web.Response:
        """Answer the handshake."""
        return web.Response(text=request.query["hub.challenge"])

    async def take(self, request: web.Request) -> web.Response:
        """Answer a webhook."""
        body = await request.read()
        self.forged += request.headers["X-Hub-Signature-256"] != sign(body, self.secret)
        self._came += 1
        turn, fails = divmod(self._came, ONE_IN)
        if not fails:
            return await self._fail(("500", "302", "late")[turn % 3])
        self.took[body] += 1
        return web.Response()

    async def _fail(self, way: str) -> web.Response:
        self.failed[way] += 1
        if way == "late":
            # Longer than the other side waits, which hangs up; nobody waits for it here.
            await asyncio.sleep(2 * self.patience)
            return web.Response()
        return web.Response(status=int(way), headers={"Location": "/elsewhere"})


def texts_of(body: bytes) -> list[str]:
    """Return the texts that a webhook brings."""
    entries = json.loads(body)["entry"]
    return [event["message"]["text"] for entry in entries for event in entry["messaging"]]


async def write_all(sandbox: Sandbox) -> None:
    """Let all people write all that they have to say."""

    async def write(psid: int) -> None:
        for number in range(WEBHOOKS // PEOPLE):
            await sandbox.person_writes(str(psid), f"{psid}/{number}")

    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        for psid in range(PEOPLE):
            group.create_task(write(psid))


async def serve(failing: Failing) -> web.AppRunner:
    """Return the backend, at work."""
    app = web.Application()
    app.add_routes([web.get("/webhook", failing.shake), web.post("/webhook", failing.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


@pytest.mark.parametrize("batch", [1, 4], ids=["one by one", "four at once"])
async def test_each_webhook_is_acknowledged_exactly_once(batch: int) -> None:
    """By the ledger and by the backend's own count, and none is lost or changed on its way."""
    patience = 2.0  # a busy machine is slow, and what it acknowledged must not count as late
    sandbox = Sandbox(
        retention=3 * WEBHOOKS,
        redelivery_delays=(0.001,) * 40,
        webhook_timeout=patience,
        habits=Habits(batch=batch, batch_window=0.01),
    )
    failing = Failing(sandbox.page.app_secret, patience)
    runner = await serve(failing)
    began = time.monotonic()
    try:
        async with sandbox:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
            await sandbox.subscribe(url, VERIFY_TOKEN)
            await write_all(sandbox)
            await sandbox.settled()
    finally:
        await runner.cleanup()
    seconds = time.monotonic() - began
    attempts = Counter(one.attempt for one in sandbox.webhooks)
    print(
        f"\n{WEBHOOKS:,} events in {len(failing.took):,} webhooks, {len(sandbox.webhooks):,} POSTs"
        f" in {seconds:.0f} s; failed: {dict(failing.failed)};"
        f" POSTs by attempt: {dict(sorted(attempts.items()))}"
    )

    sandbox.ledger.assert_acknowledged_once()
    assert set(failing.took.values()) == {1}
    written = {f"{psid}/{number}" for psid in range(PEOPLE) for number in range(WEBHOOKS // PEOPLE)}
    brought = [text for body in failing.took for text in texts_of(body)]
    assert (len(brought), set(brought)) == (WEBHOOKS, written)
    assert failing.forged == 0
    assert len(sandbox.webhooks) == len(failing.took) + failing.failed.total()
    assert min(failing.failed[way] for way in ("500", "302", "late")) > 0
    assert failing.failed.total() == len(sandbox.webhooks) // ONE_IN
