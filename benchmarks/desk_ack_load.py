"""The load of `desk_ack.py`: signed webhooks, made beforehand, by connections that stay open.

It must not be what is slow: a connection is a protocol of asyncio that writes ready bytes, and
looks for nothing but the end of an answer without a body.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from typing_extensions import override

from messengerkit.signature import SigningKey, as_meta_escapes

PAGE = "104000000000001"
PEOPLE = 5_000
EVENTS = 5  # of one POST
CONNECTIONS = 64

_OK = b"HTTP/1.1 200 "
_END = b"\r\n\r\n"


def bodies(first: int, count: int) -> list[bytes]:
    """Return so many bodies; the number of a message is in its mid, and no two are the same."""
    return [_body(number) for number in range(first, first + count)]


def mids(first: int, count: int) -> set[str]:
    """Return the mids of the messages of `bodies`."""
    return {_mid(number) for number in range(first * EVENTS, (first + count) * EVENTS)}


def _mid(number: int) -> str:
    return f"m_{'AbCdEfGhIjKlMnOp' * 4}{number:09}"


def _body(number: int) -> bytes:
    now = time.time_ns() // 1_000_000
    items: list[object] = [
        {
            "sender": {"id": str(24_000_000_000_000_000 + one * 7_919 % PEOPLE)},
            "recipient": {"id": PAGE},
            "timestamp": now,
            "message": {"mid": _mid(one), "text": f"When do you open on Sunday? {one}"},
        }
        for one in range(number * EVENTS, (number + 1) * EVENTS)
    ]
    entry: dict[str, object] = {"id": PAGE, "time": now, "messaging": items}
    return as_meta_escapes({"object": "page", "entry": [entry]})


def posts(sent: Iterable[bytes], secret: str) -> list[bytes]:
    """Return each body as the bytes of a POST, signed."""
    key = SigningKey(secret)
    head = b"POST /webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return [
        b"%bX-Hub-Signature-256: %b\r\nContent-Length: %d\r\n\r\n%b"
        % (head, key.header(body).encode(), len(body), body)
        for body in sent
    ]


@dataclass(slots=True)
class Answers:
    """What came of it.

    Attributes:
        latencies: Seconds from when a POST was to leave until its answer was there.
        statuses: How many answers were not 200, by their first line.
        seconds: How long it took.
    """

    latencies: list[float] = field(default_factory=list[float])
    statuses: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0


class _Connection(asyncio.Protocol):
    """One connection: a POST at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._since = 0.0
        self._answer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def post(self, sent: bytes, since: float) -> None:
        """Write *sent*, which was to leave at *since*."""
        self._since = since
        if self._transport is not None:
            self._transport.write(sent)

    @override
    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._answer.endswith(_END):
            answer, self._answer = self._answer, b""
            self._load.answered(self, answer, self._since)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost()

    def close(self) -> None:
        """Close it."""
        if self._transport is not None:
            self._transport.close()


class Load:
    """Posts to one backend.

    Args:
        port: Where the backend listens.
        sent: The POSTs.
    """

    def __init__(self, port: int, sent: Sequence[bytes]) -> None:
        self.answers = Answers()
        self._port = port
        self._sent = sent
        self._next = 0
        self._until: float | None = None  # of a closed loop
        self._free: list[_Connection] = []
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._left = len(sent)
        self._ended = asyncio.Event()

    async def at_rate(self, rate: float) -> Answers:
        """Post all, so many a second, whether or not earlier ones were answered."""
        await self._connect(CONNECTIONS)
        begun = time.perf_counter()
        for number, sent in enumerate(self._sent):
            since = begun + number / rate
            if (wait := since - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            if self._free:
                self._free.pop().post(sent, since)
            else:
                self._waiting.append((sent, since))
        await self._end(begun)
        return self.answers

    async def as_answered(self, connections: int, seconds: float) -> Answers:
        """Post for so long, each connection as soon as it was answered."""
        await self._connect(connections)
        begun = time.perf_counter()
        self._until = begun + seconds
        self._left = len(self._free)
        ready, self._free = self._free, []
        for one in ready:
            self._again(one)
        await self._end(begun)
        return self.answers

    @property
    def posted(self) -> int:
        """How many of a closed loop's POSTs left."""
        return self._next

    def answered(self, by: _Connection, answer: bytes, since: float) -> None:
        """Take an answer, and let the connection post the next."""
        now = time.perf_counter()
        self.answers.latencies.append(now - since)
        if not answer.startswith(_OK):
            self.answers.statuses[answer.partition(b"\r\n")[0].decode("latin-1")] += 1
        if self._until is not None:
            self._again(by)
            return
        if self._waiting:
            by.post(*self._waiting.popleft())
        else:
            self._free.append(by)
        self._done()

    def lost(self) -> None:
        """Take note that a connection was closed."""
        if not self._ended.is_set():
            self.answers.statuses["closed"] += 1
            self._ended.set()

    def _again(self, by: _Connection) -> None:
        now = time.perf_counter()
        if now >= (self._until or 0.0) or self._next >= len(self._sent):
            self._free.append(by)
            self._done()
            return
        sent = self._sent[self._next]
        self._next += 1
        by.post(sent, now)

    def _done(self) -> None:
        self._left -= 1
        if not self._left:
            self._ended.set()

    async def _connect(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(count):
            made = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._port)
            self._free.append(made[1])

    async def _end(self, begun: float) -> None:
        await self._ended.wait()
        self.answers.seconds = time.perf_counter() - begun
        for one in self._free:
            one.close()
