"""A relay before the sandbox, which breaks one exchange at exactly the byte that it is told."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import faults

from messengerkit.sandbox import Sandbox

Then = Literal["keep", "close", "reset", "silence"]
"""What becomes of the connection afterwards."""


def as_it_is(answer: bytes) -> bytes:
    """Return *answer*."""
    return answer


def nothing(_: bytes) -> bytes:
    """Return no byte."""
    return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How one send goes wrong.

    Attributes:
        head: Whether the request's head is read.
        body: Which share of its body is read; the sandbox gets it only if it is all.
        commits: Whether the sandbox gets it, so that the message is delivered.
        answer: What is answered, made of the sandbox's answer, or of b"" if it has none.
        then: What becomes of the connection.
    """

    head: bool = True
    body: float = 1.0
    commits: bool = True
    answer: Callable[[bytes], bytes] = as_it_is
    then: Then = "close"


@dataclass(eq=False)
class Relay:
    """Passes all on to *sandbox*, but for what is to be cut.

    Attributes:
        sandbox: Where it leads.
        url: Where it listens.
        cut: How the next send goes wrong, or None.
        accepted: How many connections there were.
        open: Those that are open.
        dead: Those that were ended while they were idle.
    """

    sandbox: Sandbox
    url: str = ""
    cut: Cut | None = None
    accepted: int = 0
    open: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])
    dead: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def hang_up(self) -> None:
        """End every open connection at once, as a server that found it idle for too long."""
        for writer in self.open:
            wire: socket.socket = writer.get_extra_info("socket")
            wire.shutdown(socket.SHUT_WR)
            self.dead.add(writer)

    def blurt(self, raw: bytes) -> None:
        """Write *raw* on every open connection, though nobody has asked."""
        for writer in self.open:
            writer.write(raw)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.accepted += 1
        self.open.append(writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self.open.remove(writer)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; return whether there may be another."""
        begun = b""
        if not self._ends_early():
            begun = await reader.readexactly(1)  # it may be armed while the connection idles
        if self._ends_early():
            cut, self.cut = self.cut, None
            return await _ended(cut.then if cut else "close", writer)
        head = begun + await reader.readuntil(b"\r\n\r\n")
        if writer in self.dead:
            return await _ended("reset", writer)
        cut = None
        if b"/me/messages " in head.partition(b"\r\n")[0]:
            cut, self.cut = self.cut, None
        cut = cut or Cut(then="keep")
        length = _length(head)
        body = await reader.readexactly(int(length * cut.body))
        answer = await self._asked(head + body) if cut.commits and len(body) == length else b""
        writer.write(cut.answer(answer))
        await writer.drain()
        return await _ended(cut.then, writer)

    def _ends_early(self) -> bool:
        return self.cut is not None and not self.cut.head

    async def _asked(self, request: bytes) -> bytes:
        host, _, port = self.sandbox.url.rpartition("/")[2].partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            return head + await reader.readexactly(_length(head))
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _ended(then: Then, writer: asyncio.StreamWriter) -> bool:
    """End the connection as told; return whether it stays."""
    if then == "reset":
        faults.reset(writer)
    elif then == "silence":
        await asyncio.Event().wait()  # until the relay closes
    return then == "keep"


def _length(head: bytes) -> int:
    lines = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(lines[0].split(b":")[1]) if lines else 0


@asynccontextmanager
async def relaying(sandbox: Sandbox) -> AsyncGenerator[Relay]:
    """Let a relay listen before *sandbox*, and give it."""
    relay = Relay(sandbox)
    async with faults.serving(relay.serve) as relay.url:
        yield relay
