"""Floor 8: spoils an answer on the real socket: half of it, none of it, or not HTTP at all."""

import asyncio
import socket
import struct
import sys

from .faults import Kind
from .graph.answers import Answer

# Windows has two shorts where others have two ints: linger on, for no time at all.
_NO_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_GIBBERISH = b"SSH-2.0-OpenSSH_9.6\r\n"


def spoil(kind: Kind, transport: asyncio.Transport | None, answer: Answer) -> None:
    """Send on *transport* what the fault *kind* leaves of *answer*, and end the connection.

    A caller who has gone already has no transport, and meets nothing.
    """
    if transport is None:
        return
    if kind in {"reset", "commit_then_reset"}:
        reset(transport)
        return
    transport.write(_remains(kind, answer))
    transport.close()


def _remains(kind: Kind, answer: Answer) -> bytes:
    head = answer.head()
    match kind:
        case "half_head":
            return head[: len(head) // 2]
        case "half_body":
            return head + answer.body[: len(answer.body) // 2]
        case "not_http":
            return _GIBBERISH
        case _:
            return b""


def reset(transport: asyncio.Transport) -> None:
    """End the connection of *transport* with RST."""
    connection: socket.socket = transport.get_extra_info("socket")
    # Without a linger of zero, closing says goodbye with FIN; with it, RST.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
