"""The backend of the crash trials: a desk behind a webhook and a way to reply, to be killed.

Whoever started it may tell it where to kill itself: {"turn": 3} is at the third `turn.reply`
from now, when that has returned, and before the handler ends.
"""

import asyncio
import logging
import os
import random
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from aiohttp import web
from crash_sandbox import PAGE, VERIFY_TOKEN

from messengerkit import ConstantBackoff, MessengerClient, Retry, Settling, Webhook
from messengerkit.delivery import State
from messengerkit.desk import Command, Control, Desk, DeskSettings, Transaction, Turn
from messengerkit.desk.sql import SqlStore
from messengerkit.errors import MessengerError, NotFoundError, TransitionError, WebhookError

Line: TypeAlias = "Connection[Any, Any]"
"""The way to whoever started it."""

ANSWERS = 2
"""How often the bot answers each message."""
TIMEOUT = 4.0
LEASE = 1.5
SETTLING = Settling(settle=3, settle_fetched=3, horizon=120, echo_wait=0.5, again=0.5)
SETTINGS = DeskSettings(
    lease=LEASE, look=0.25, handlers=50, sends=100, retries=(0.1,) * 50, app_id=PAGE.app_id
)
_THINKS = 0.05  # seconds, at most
_SENDS = 0.15  # seconds after a `turn.reply` in which it is probably being sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How a backend is to work.

    Attributes:
        database: Its URL.
        graph_url: Where Messenger is.
        port: Where it listens; others may do so, too.
        seed: What it thinks by.
        errors: The file that it logs to.
        dead: Whose sends it queues again that were in flight, against the rules; or nobody's.
    """

    database: str
    graph_url: str
    port: int
    seed: int
    errors: str
    dead: str = ""


@dataclass(slots=True)
class Deaths:
    """The places where it kills itself, and how often each is passed before."""

    armed: dict[str, int] = field(default_factory=dict[str, int])

    async def told_by(self, line: Line) -> None:
        """Hear where to die, until nobody says it any more."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def hear() -> None:
            try:
                self.armed.update(line.recv())
            except EOFError:
                loop.remove_reader(line.fileno())
                over.set()

        loop.add_reader(line.fileno(), hear)
        await over.wait()

    def pass_by(self, place: str, *, then: float = 0.0) -> None:
        """Die here, if it is time; or so many seconds later."""
        left = self.armed.get(place)
        if left == 1 and then:
            asyncio.get_running_loop().call_later(then, _die)
        elif left == 1:
            _die()
        if left is not None:
            self.armed[place] = left - 1


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def requeue(store: SqlStore, owner: str) -> None:
    """Queue again what a dead process had in flight: what nobody must do."""
    later = datetime.now(UTC) + timedelta(days=1)

    def work(transaction: Transaction) -> None:
        for one in transaction.left_sends(None, later):
            row = one.row
            if row.state is State.IN_FLIGHT and (row.owner or "").startswith(owner):
                transaction.conversation(one.conversation_id)
                row = row._replace(state=State.QUEUED, owner=None, version=row.version + 1)
                transaction.put_send(one._replace(row=row))

    await store.write(work)


class Backend:
    """What answers requests.

    Args:
        desk: The desk.
        deaths: Where it dies.
    """

    def __init__(self, desk: Desk, deaths: Deaths) -> None:
        self._desk = desk
        self._deaths = deaths

    def app(self) -> web.Application:
        """Return it as an application."""
        app = web.Application()
        app.add_routes(
            [
                web.get("/webhook", self._challenge),
                web.post("/webhook", self._receive),
                web.post("/reply", self._reply),
                web.post("/release", self._release),
            ]
        )
        return app

    async def _challenge(self, request: web.Request) -> web.Response:
        return web.Response(text=self._desk.challenge(request.query))

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            await self._desk.receive(request.headers, await request.read())
        except WebhookError:
            return web.Response(status=403)
        except MessengerError:
            return web.Response(status=503)
        self._deaths.pass_by("receive")
        return web.Response(text="EVENT_RECEIVED")

    async def _reply(self, request: web.Request) -> web.Response:
        asked = await request.json()
        conversation = await self._desk.conversation_of(PAGE.id, asked["psid"])
        if conversation is None:
            return web.Response(status=404)
        replied = await self._desk.reply(
            asked["admin"], conversation.id, asked["text"], idempotency_key=asked["key"]
        )
        self._deaths.pass_by("reply")
        return web.json_response({"ids": [str(one.id) for one in replied.messages]})

    async def _release(self, request: web.Request) -> web.Response:
        asked = await request.json()
        conversation = await self._desk.conversation_of(PAGE.id, asked["psid"])
        if conversation is None:
            return web.Response(status=404)
        command = Command(control=Control.RELEASE_HUMAN, admin_id=asked["admin"])
        try:
            await self._desk.control(conversation.id, command)
        except (NotFoundError, TransitionError):
            return web.Response(status=409)
        return web.Response()


async def work(orders: Orders, line: Line) -> None:
    """Run a backend until nobody gives it orders any more."""
    deaths, chance = Deaths(), random.Random(orders.seed)

    async def bot(turn: Turn) -> None:
        for number in range(ANSWERS):
            await asyncio.sleep(chance.uniform(0, _THINKS))
            if turn.bot_may_answer:
                await turn.reply(f"{turn.text} / answer {number + 1}")
                deaths.pass_by("turn")
                deaths.pass_by("send", then=chance.uniform(0, _SENDS))

    store = SqlStore(orders.database)
    client = MessengerClient(
        page_access_token=PAGE.access_token,
        app_secret=PAGE.app_secret,
        graph_url=orders.graph_url,
        limiter=None,
        timeout=TIMEOUT,
        settling=SETTLING,
        retry=Retry(attempts=None, backoff=ConstantBackoff(0.2)),
    )
    webhook = Webhook(app_secrets=[PAGE.app_secret], verify_token=VERIFY_TOKEN)
    await store.create()
    if orders.dead:
        await requeue(store, orders.dead)
    async with client, Desk(client, store, handler=bot, webhook=webhook, settings=SETTINGS) as desk:
        runner = web.AppRunner(Backend(desk, deaths).app(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", orders.port, reuse_port=True).start()
        line.send(desk._owner)  # noqa: SLF001  # whoever kills it must know whose sends those are
        await deaths.told_by(line)
        await runner.cleanup()
    await store.aclose()


def main(orders: Orders, line: Line) -> None:
    """Be a backend, in a process of its own."""
    logging.basicConfig(
        filename=orders.errors, level=logging.ERROR, format="%(process)d %(message)s", force=True
    )
    asyncio.run(work(orders, line))
