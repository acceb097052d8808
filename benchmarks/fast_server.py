"""A server that answers every POST alike and is no bottleneck: run in a process of its own.

It never sleeps: to wake a sleeping process costs the one who sends to it up to a fifth of a
send, now and then, and that is no property of any client.

It prints its port. What it reads it does not parse beyond the length of the body; what it
answers is as the Graph API answers a send, or as Telegram does, by the path.
"""

import asyncio
import sys
from typing import cast

from typing_extensions import override

_GRAPH = b'{"recipient_id":"24000000000000007","message_id":"m_' + b"AbCdEfGh" * 8 + b'"}'
_TELEGRAM = (
    b'{"ok":true,"result":{"message_id":1,"date":1767225600,'
    b'"chat":{"id":24,"type":"private"},"text":"Hello"}}'
)


def _answer(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\n"
    return head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


GRAPH, TELEGRAM = _answer(_GRAPH), _answer(_TELEGRAM)


class Server(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            if self._transport is not None:
                self._transport.write(TELEGRAM if b"/sendmessage" in head[:200] else GRAPH)


def _stay_awake() -> None:
    asyncio.get_running_loop().call_soon(_stay_awake)


async def main() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    _stay_awake()
    port: int = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
