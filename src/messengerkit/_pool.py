"""Floor 4: a pool of connections on which no answer lies that nobody asked for.

Some proxies answer 408 on an idle connection before they close it. Whoever writes on it next
would take that answer for his own, and the one after him the answer to that call.
"""

from http import HTTPStatus

import aiohttp
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from typing_extensions import override

_MOST = 100  # as many as aiohttp keeps


class Pool(aiohttp.TCPConnector):
    """A connector that passes over connections on which something lies already."""

    @override
    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """Return a connection that was kept, or a new one."""
        for _ in range(_MOST):
            connection = await super().connect(req, traces, timeout)
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()
        msg = "there is an answer on every connection before anything was asked"
        raise aiohttp.ClientConnectionResetError(msg)


class Answer(aiohttp.ClientResponse):
    """An answer after which the connection is not kept if it may be older than the call."""

    @override
    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Read the head of the answer."""
        protocol = connection.protocol
        started = await super().start(connection)
        if started.status == HTTPStatus.REQUEST_TIMEOUT and protocol is not None:
            protocol.force_close()
            if self.connection is None:  # without a body it is back in the pool by now
                protocol.close()
        return started
