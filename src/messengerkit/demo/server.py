"""Floor 9: an aiohttp application on a local port, which is known before the application is."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web

from messengerkit.sandbox.running import url_of

_SHUTDOWN = 2.0  # seconds for answers that nothing else ends
_LOOPBACK = ("127.0.0.1", "::1")


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens on *host* and *port*; port 0 takes a free one.

    Raises:
        OSError: If the port is taken, or there is no such host here.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def home_of(listening: socket.socket) -> str:
    """Return the URL of what listens, without a slash at its end."""
    host, port = listening.getsockname()[:2]
    return url_of(host, port)


def origins_of(listening: socket.socket) -> tuple[str, ...]:
    """Return what a browser on this machine may call the origin of what listens.

    Elsewhere it would be plain http, over which no browser takes or sends a session's cookie.
    """
    port = listening.getsockname()[1]
    return (f"http://localhost:{port}", *(url_of(host, port) for host in _LOOPBACK))


@asynccontextmanager
async def serving(app: web.Application, listening: socket.socket) -> AsyncGenerator[None]:
    """Serve *app* where *listening* does, which is closed in the end."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()
