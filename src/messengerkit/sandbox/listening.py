"""Floor 8: the socket that the sandbox listens on, and refuses connections on when it is told."""

import asyncio
from collections.abc import Callable
from typing import cast

from .sockets import reset


class Listener:
    """A port on which connections are made, refused, or reset as soon as they are made.

    Args:
        protocol: Makes what talks with a connection.
        strikes: Tells whether the next connection is reset.
        host: Where to listen.
        port: The port; 0 takes a free one.
    """

    def __init__(
        self,
        protocol: Callable[[], asyncio.BaseProtocol],
        strikes: Callable[[], bool],
        host: str,
        port: int,
    ) -> None:
        self._protocol = protocol
        self._strikes = strikes
        self._address = host, port
        self._server: asyncio.Server | None = None

    async def start(self) -> tuple[str, int]:
        """Listen; return the address.

        Raises:
            OSError: If the port is taken.
        """
        loop = asyncio.get_running_loop()
        host, port = self._address
        self._server = await loop.create_server(self._made, host, port)
        host, port, *_ = self._server.sockets[0].getsockname()
        # After a pause it is the same one again, also if it was free to choose before.
        self._address = host, port
        return host, port

    def stop(self) -> None:
        """Refuse connections from now on; those that are open stay open."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _made(self) -> asyncio.BaseProtocol:
        return _Resetting() if self._strikes() else self._protocol()


class _Resetting(asyncio.Protocol):
    """Resets its connection before anything is read from it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Reset *transport*."""
        reset(cast("asyncio.Transport", transport))  # a TCP server makes no others
