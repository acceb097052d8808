"""A tiny Graph API in the process, and a client on it."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, Unpack, cast
from urllib.parse import parse_qs, urlsplit

from once.virtual_clock import START, unix, utc
from typing_extensions import override

from messengerkit import (
    ClientOptions,
    ConstantBackoff,
    Delivery,
    MemoryOutboundLog,
    MessengerClient,
    OutboundLog,
    Phase,
    Retry,
    Settling,
)
from messengerkit import testing as kit
from messengerkit.delivery import State
from messengerkit.events import MessageEcho, parse_events
from messengerkit.outbound import Outbound
from messengerkit.testing import FakeTransport, Request, answer

ANA, BEN = "24000000000000007", "24000000000000008"
SETTLING = Settling(settle=30, settle_fetched=120, horizon=600, echo_wait=2, again=2, skew=5)

Body = dict[str, dict[str, object]]
Step = Literal[
    "ok",  # taken, and answered
    "refused",  # Meta says no
    "throttled",
    "unsent",  # no byte left
    "dropped",  # left, and never arrived
    "lost",  # taken, and the answer is lost
    "late",  # taken in 20 s, and no answer
    "garbled",  # taken, and answered without an id
    "bad_gateway",  # not taken, and a proxy answers
    "silent",  # taken, and no answer until the client's patience is over
    "slow",  # taken in 10 s, and answered then
    "hangs",  # nothing happens until it is released, and then it is taken
]


@dataclass
class Message:
    """A message that a person has."""

    psid: str
    mid: str
    at: float
    message: dict[str, object]
    from_page: bool = True

    @property
    def metadata(self) -> str:
        """What came with it for the echo."""
        return str(self.message.get("metadata", ""))

    @property
    def nonce(self) -> str:
        """The nonce in it."""
        return self.metadata.rpartition(" ")[2]

    def row(self, page: str) -> dict[str, object]:
        """Return it as a conversation shows it."""
        writer = page if self.from_page else self.psid
        created = datetime.fromtimestamp(int(self.at), UTC)
        row: dict[str, object] = {
            "id": self.mid,
            "created_time": created.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "from": {"id": writer, "name": "A"},
            "message": self.message.get("text", ""),
        }
        if (kind := self.message.get("kind")) is not None:
            row["attachments"] = {"data": [_ATTACHMENTS[str(kind)]]}
        return row


_NOT_TAKEN: dict[Step, kit.Answer] = {
    "refused": answer({"error": {"code": 100, "message": "no"}}, status=400),
    "throttled": answer({"error": {"code": 613, "message": "slow"}}, status=400),
    "unsent": Phase.NOT_SENT,
    "dropped": Phase.SENT,
    "bad_gateway": answer(b"<html>", status=502),
}

_ATTACHMENTS: dict[str, dict[str, object]] = {
    "image": {"id": "1", "image_data": {"url": "https://cdn.example/1"}},
    "template": {"id": "1", "generic_template": {"title": "Tea"}},
}


@dataclass
class TinyGraph:
    """Plays Meta for one page.

    Attributes:
        steps: What the next sends meet; otherwise they are taken.
        lag: After how many seconds a read shows a message.
        unreadable: How many reads fail.
        inbox: All messages that persons have, oldest first.
        asked: Method and path of every call.
        asked_for: Set once a send has reached it.
        released: Set to let what hangs go on.
        down: Whether the look at `me` fails, too.
        reading: Is called while a conversation is being read.
    """

    steps: deque[Step] = field(default_factory=deque[Step])
    lag: float = 0.0
    unreadable: int = 0
    inbox: list[Message] = field(default_factory=list[Message])
    asked: list[str] = field(default_factory=list[str])
    asked_for: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    down: bool = False
    reading: Callable[[], None] | None = None

    def transport(self) -> FakeTransport:
        """Return a way to it."""
        return FakeTransport(otherwise=self.answer)

    async def answer(self, request: Request) -> kit.Answer:
        """Answer *request*."""
        url = urlsplit(request.url)
        path = url.path.partition("/v26.0/")[2]
        self.asked.append(f"{request.method} {path}")
        match request.method, path.split("/"):
            case "POST", ["me", "messages"]:
                return await self._sent(request)
            case "GET", ["me"]:
                return Phase.SENT if self.down else answer({"id": kit.PAGE})
            case "GET", ["me", "conversations"]:
                psid = parse_qs(url.query)["user_id"][0]
                if self.unreadable:
                    self.unreadable -= 1
                    return Phase.SENT
                return answer({"data": [{"id": f"t_{psid}"}]})
            case _:
                shown = self._shown(path.removesuffix("/messages").removeprefix("t_"))
                if self.reading is not None:
                    self.reading()
                await asyncio.sleep(0)
                return answer({"data": shown})

    def wrote(self, psid: str, text: str, *, from_page: bool = False) -> None:
        """Let a person, or somebody of the page, have written *text*."""
        message: dict[str, object] = {"text": text}
        self.inbox.append(Message(psid, f"m_{len(self.inbox)}", unix(), message, from_page))

    def sends(self) -> int:
        """Return how many sends have reached it."""
        return self.asked.count("POST me/messages")

    def reads(self) -> int:
        """Return how often a conversation was asked for."""
        return self.asked.count("GET me/conversations")

    def texts(self, psid: str = ANA) -> list[object]:
        """Return what a person has of the page, in order."""
        mine = (one for one in self.inbox if one.psid == psid and one.from_page)
        return [one.message.get("text") for one in mine]

    async def _sent(self, request: Request) -> kit.Answer:
        assert isinstance(request.body, bytes)
        body = cast("Body", json.loads(request.body))
        self.asked_for.set()
        step = self.steps.popleft() if self.steps else "ok"
        if step in _NOT_TAKEN:
            return _NOT_TAKEN[step]
        if step == "late":
            # Meta's time goes on while this machine sleeps, and is told of afterwards.
            asyncio.get_running_loop().call_later(20, self._take, body, unix() + 20)
            return Phase.SENT
        if step == "hangs":
            await self.released.wait()
        taken = await self._slowly(body) if step == "slow" else self._take(body, unix())
        if step == "silent":
            await asyncio.sleep(request.timeout)
        if step in {"lost", "silent"}:
            return Phase.SENT
        told = {} if step == "garbled" else {"recipient_id": taken.psid, "message_id": taken.mid}
        return answer(told)

    async def _slowly(self, body: Body) -> Message:
        # A caller that goes away does not keep Meta from it.
        loop = asyncio.get_running_loop()
        taking: asyncio.Future[Message] = loop.create_future()
        at = unix() + 10
        loop.call_later(10, lambda: taking.set_result(self._take(body, at)))
        return await asyncio.shield(taking)

    def _take(self, body: Body, at: float) -> Message:
        message = body["message"]
        if "attachment" in message:
            attachment = cast("dict[str, object]", message["attachment"])
            message["kind"] = attachment["type"]
        psid = str(body["recipient"]["id"])
        taken = Message(psid, f"m_{len(self.inbox)}", at, message)
        self.inbox.append(taken)
        return taken

    def _shown(self, psid: str) -> list[dict[str, object]]:
        seen = [one for one in self.inbox if one.psid == psid and one.at + self.lag <= unix()]
        # Before anything was sent, the person wrote.
        first = Message(psid, "m_first", START - 3600, {"text": "Hello"}, from_page=False)
        return [one.row(kit.PAGE) for one in (*reversed(seen), first)]


def client_on(
    graph: TinyGraph, log: OutboundLog | None, **options: Unpack[ClientOptions]
) -> MessengerClient:
    """Return a client that sends effectively once to *graph*, in virtual time."""
    by_default = ClientOptions(
        outbound=log,
        delivery=Delivery.EFFECTIVELY_ONCE,
        limiter=None,
        breaker=None,
        settling=SETTLING,
        retry=Retry(attempts=5, backoff=ConstantBackoff(1.0)),
        now=utc,
    )
    both = by_default | options
    return MessengerClient(page_access_token="EAATest", transport=graph.transport(), **both)


class SlowLog(MemoryOutboundLog):
    """A log on the other side of a wire: every write takes a turn before and one after.

    Attributes:
        before: Is called before the next write of a row, once.
    """

    before: Callable[[Outbound], object] | None = None

    def before_the_second(self, act: Callable[[Outbound], object]) -> None:
        """Let *act* be called before the write that comes after the next one."""

        def first(_: Outbound) -> None:
            self.before = act

        self.before = first

    @override
    async def add(self, row: Outbound, /) -> bool:
        """Write *row* down, after what is to come before it."""
        await self._first(row)
        its_turn = await super().add(row)
        await asyncio.sleep(0)
        return its_turn

    @override
    async def put(self, row: Outbound, /) -> bool:
        """Write *row*, after what is to come before it."""
        await self._first(row)
        written = await super().put(row)
        await asyncio.sleep(0)
        return written

    async def _first(self, row: Outbound) -> None:
        before, self.before = self.before, None
        if before is not None:
            made = before(row)
            if asyncio.iscoroutine(made):
                await made
        await asyncio.sleep(0)


class Settled:
    """What the rows of a log came to."""

    def __init__(self, log: MemoryOutboundLog) -> None:
        self._log = log

    @property
    def rows(self) -> list[Outbound]:
        """All rows, oldest first."""
        return list(self._log._rows.values())

    @property
    def states(self) -> list[State]:
        """Their states."""
        return [row.state for row in self.rows]


def echo_of(message: Message, *, metadata: str | None = None) -> MessageEcho:
    """Return the echo of *message*."""
    item = kit.item(
        MessageEcho,
        recipient_id=message.psid,
        mid=message.mid,
        metadata=message.metadata if metadata is None else metadata,
    )
    (event,) = parse_events(json.loads(kit.webhook(item, secret="s").body))
    assert isinstance(event, MessageEcho)
    return event
