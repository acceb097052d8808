"""A server that speaks enough of the Graph API to be sent to, and fails in every way known.

What a call meets is decided by the seed, the person and the number of the call. The ledger
is the server's, and knows what the clients cannot.
"""

import asyncio
import enum
import json
import random
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Self
from urllib.parse import parse_qs, urlsplit

from chaos_clock import FastClock
from chaos_ledger import Committed, Ledger

FAULTY = 0.35
"""The share of calls that meet a fault."""
ECHOES_LOST = 0.05
ECHOES_AT_ONCE = 0.3  # these come before the answer
TIMEOUT = 30.0
"""Seconds after which the clients give up a send; a silence lasts twice as long.

Our client gives reads 30 seconds that cannot be scaled, so there it lasts as long."""
LATEST = 8.0
"""Seconds after the client's timeout until a call that it gave up is committed, at most."""
PAGE = "104000000000001"

Echo = Callable[[Committed], Awaitable[None]]
"""Takes the webhook that tells of a copy."""

_LONG_AGO = "2020-01-01T00:00:00+0000"


class Fault(enum.Enum):
    """What a call meets; whether it is committed first."""

    DROP_BEFORE = "closed before commit"
    RESET_BEFORE = "reset before commit"
    HANG_BEFORE = "silence before commit"
    DROP_AFTER = "closed after commit"
    RESET_AFTER = "reset after commit"
    HANG_AFTER = "silence after commit"
    ERROR_BEFORE = "500 before commit"
    ERROR_AFTER = "500 after commit"
    THROTTLE = "throttled (613)"
    TRUNCATED = "200 cut off after commit"
    NOT_HTTP = "no HTTP after commit"
    HTML = "200 with HTML after commit"
    LOST_ANSWER = "code 1/1357046 after commit"
    DELAYED = "commit after the client's timeout"

    @property
    def commits_first(self) -> bool:
        """Whether the person has the message before the fault shows."""
        return self not in _NOT_COMMITTED


_NOT_COMMITTED = {
    Fault.DROP_BEFORE,
    Fault.RESET_BEFORE,
    Fault.HANG_BEFORE,
    Fault.ERROR_BEFORE,
    Fault.THROTTLE,
    Fault.DELAYED,
}
_FAULTS = tuple(Fault)


def _http(status: str, body: bytes, kind: str = "application/json", length: int = 0) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length or len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def _error(status: str, code: int, **more: object) -> bytes:
    error = {"message": "It is scripted.", "type": "OAuthException", "code": code, **more}
    return _http(status, json.dumps({"error": error}).encode())


_TEMPORARY = _error("500 Internal Server Error", 2, is_transient=True)
_ANSWERS = {
    Fault.ERROR_BEFORE: _TEMPORARY,
    Fault.ERROR_AFTER: _TEMPORARY,
    Fault.THROTTLE: _error("400 Bad Request", 613),
    Fault.TRUNCATED: _http("200 OK", b'{"recipient_id":"24', length=90),
    Fault.NOT_HTTP: b"\x16\x03\x01 this is not HTTP\r\n\r\n",
    Fault.HTML: _http("200 OK", b"<html><body>Sorry!</body></html>", "text/html"),
    Fault.LOST_ANSWER: _error("400 Bad Request", 1, error_subcode=1357046),
}
_ENDS_CONNECTION = {Fault.TRUNCATED, Fault.NOT_HTTP}


class FaultServer:
    """The server of one trial.

    Args:
        clock: The time of the trial.
        seed: What decides which call meets what.
    """

    def __init__(self, clock: FastClock, seed: int) -> None:
        self.ledger = Ledger()
        self.faults: Counter[Fault] = Counter()
        self.calls = self.echoes_lost = self.echoes_at_once = 0
        self.echo: Echo | None = None
        self.url = ""
        self._clock = clock
        self._seed = seed
        self._numbers: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._served, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._connections | self._tasks:
            task.cancel()
        await asyncio.gather(*self._connections, *self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Return once every commit and every echo that is still to come has come."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while await self._answered(reader, writer):
                pass
        writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one call; return whether the connection is to be kept."""
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        body = await reader.readexactly(length)
        method, target, _ = head.decode("latin-1").split(" ", 2)
        if method == "POST":
            psid, text, metadata = _message(body)
            fault, chance = self._meets(psid)
            if fault is Fault.DELAYED:
                await self._given_up(reader)
            return await self._sent(writer, fault, chance, (psid, text, metadata))
        url = urlsplit(target)
        asked = parse_qs(url.query).get("user_id", [""])[0]
        psid = asked or url.path.split("/")[2].removeprefix("t_")
        fault, _ = self._meets(f"read {psid}")
        if fault is None:
            answer = self._conversation(psid) if asked else self._messages(psid)
            writer.write(_http("200 OK", json.dumps(answer).encode()))
            return True
        return await self._failed(writer, fault, TIMEOUT)

    def _meets(self, who: str) -> tuple[Fault | None, random.Random]:
        self.calls += 1
        self._numbers[who] += 1
        chance = random.Random(f"{self._seed} {who} {self._numbers[who]}")
        if chance.random() >= FAULTY:
            return None, chance
        fault = chance.choice(_FAULTS)
        self.faults[fault] += 1
        return fault, chance

    async def _sent(
        self,
        writer: asyncio.StreamWriter,
        fault: Fault | None,
        chance: random.Random,
        said: tuple[str, str, str | None],
    ) -> bool:
        if fault is None or fault.commits_first:
            copy = await self._commit(said, chance)
            if fault is None:
                ids = {"recipient_id": copy.psid, "message_id": copy.mid, "ok": True}
                writer.write(_http("200 OK", json.dumps(ids).encode()))
                return True
        elif fault is Fault.DELAYED:
            delay = chance.uniform(0.0, LATEST)
            # Its lag counts from when it was due: a loop that is late must not lengthen it.
            due = self._clock.now() + delay
            self._later(delay, lambda: self._commit(said, chance, due))
            return False
        return await self._failed(writer, fault)

    async def _given_up(self, reader: asyncio.StreamReader) -> None:
        """Return once the client has given up, or would have long ago."""
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * TIMEOUT * self._clock.factor):
                await reader.read(1)

    async def _failed(
        self, writer: asyncio.StreamWriter, fault: Fault, silence: float = 2 * TIMEOUT
    ) -> bool:
        """Show *fault*; return whether the connection is to be kept."""
        answer = _ANSWERS.get(fault)
        if answer is not None:
            writer.write(answer)
            return fault not in _ENDS_CONNECTION
        if fault in {Fault.RESET_BEFORE, Fault.RESET_AFTER}:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif fault not in {Fault.DROP_BEFORE, Fault.DROP_AFTER}:
            await self._clock.sleep(silence)
        return False

    async def _commit(
        self, said: tuple[str, str, str | None], chance: random.Random, due: float | None = None
    ) -> Committed:
        copy = self.ledger.commit(*said, due or self._clock.now(), chance)
        if copy.metadata is not None:
            fate = chance.random()
            if fate < ECHOES_LOST:
                self.echoes_lost += 1
            elif fate < ECHOES_LOST + ECHOES_AT_ONCE:
                self.echoes_at_once += 1
                await self._tell(copy)
            else:
                longest = 1.0 if chance.random() < 0.9 else 25.0  # noqa: PLR2004  # a few are slow
                self._later(chance.uniform(0.0, longest), lambda: self._tell(copy))
        return copy

    async def _tell(self, copy: Committed) -> None:
        if self.echo is not None:
            await self.echo(copy)

    def _later(self, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
        async def later() -> None:
            await self._clock.sleep(seconds)
            await act()

        self._go(later())

    def _go(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _conversation(self, psid: str) -> dict[str, object]:
        return {"data": [{"id": f"t_{psid}"}]}

    def _messages(self, psid: str) -> dict[str, object]:
        # The person wrote first, long ago, as everybody has whom a page may write to.
        asked = {
            "id": f"m_{psid}",
            "created_time": _LONG_AGO,
            "message": "Hello",
            "from": {"id": psid},
        }
        seen = [_shown(one) for one in self.ledger.visible(psid, self._clock.now())]
        return {"data": [*seen, asked][:20]}


def _message(body: bytes) -> tuple[str, str, str | None]:
    """Return whom a call is for, what it says, and its metadata; Slack's words differ."""
    said = json.loads(body)
    if "channel" in said:
        return said["channel"], said["text"], None
    message = said["message"]
    return said["recipient"]["id"], message["text"], message.get("metadata")


def _shown(copy: Committed) -> dict[str, object]:
    created = FastClock.told(copy.at)
    people = {"from": {"id": PAGE}, "to": {"data": [{"id": copy.psid}]}}
    return {"id": copy.mid, "created_time": created, "message": copy.text, **people}
