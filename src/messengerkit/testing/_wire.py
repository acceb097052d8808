"""Floor 8: a raw HTTP server on the loopback, which does to a connection whatever it is told to."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

HOST = "127.0.0.1"
_LARGEST_LINE = 2**16


class Arrived(NamedTuple):
    """One request as it came off the wire; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(eq=False)
class Wire:
    """The server of one trial.

    Attributes:
        url: Where it listens.
        arrived: The requests that came whole, oldest first.
        connections: How many connections were made.
        reached: Set by a behaviour, when it is where a rule waits for it to be.
        released: Set by a rule, to let a behaviour go on.
        together: Where five requests wait for each other.
    """

    url: str = ""
    arrived: list[Arrived] = field(default_factory=list[Arrived])
    connections: int = 0
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    together: asyncio.Barrier = field(default_factory=lambda: asyncio.Barrier(5))


@dataclass(frozen=True, eq=False)
class Connection:
    """One connection to it, as a behaviour sees it."""

    wire: Wire
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def head(self) -> Arrived:
        """Read the head of a request, and nothing of its body."""
        raw = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = raw.rstrip().split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        return Arrived(method, target, headers, b"")

    async def request(self) -> Arrived:
        """Read a whole request and note it: now the server has acted on it."""
        head = await self.head()
        chunked = head.headers.get("transfer-encoding", "").lower() == "chunked"
        length = int(head.headers.get("content-length", "0"))
        body = await (self._chunks() if chunked else self.reader.readexactly(length))
        arrived = head._replace(body=body)
        self.wire.arrived.append(arrived)
        return arrived

    async def answer(self, body: bytes = b"{}", *, status: int = 200, headers: str = "") -> None:
        """Write a whole answer; *headers* are lines, each with its end."""
        length = "" if status in {204, 304} else f"Content-Length: {len(body)}\r\n"
        await self.write(f"HTTP/1.1 {status} Fine\r\n{length}{headers}\r\n".encode() + body)

    async def write(self, raw: bytes) -> None:
        """Write *raw* as it is."""
        self.writer.write(raw)
        await self.writer.drain()

    def reset(self) -> None:
        """Close the connection with a RST instead of a FIN."""
        wire: socket.socket = self.writer.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def _chunks(self) -> bytes:
        body = bytearray()
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readuntil(b"\r\n")
        return bytes(body)


Behaviour = Callable[[Connection], Awaitable[None]]
"""What the server does with each connection; when it returns, the connection is closed."""


@asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncGenerator[Wire]:
    """Serve every connection with *behaviour*."""
    wire, tasks, writers = Wire(), set[asyncio.Task[None]](), set[asyncio.StreamWriter]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire.connections += 1
        writers.add(writer)
        task = asyncio.ensure_future(_served(behaviour, Connection(wire, reader, writer)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, HOST, 0, limit=_LARGEST_LINE)
    wire.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)  # the sockets are closed in the loop's next round


async def _served(behaviour: Behaviour, connection: Connection) -> None:
    # A client that hangs up, or writes what is no HTTP, is the rule's to judge.
    with contextlib.suppress(OSError, EOFError, ValueError):
        await behaviour(connection)
    connection.writer.close()


def closed_port() -> int:
    """Return a port of the loopback on which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port
