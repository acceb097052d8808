"""Floor 4: a POST straight through aiohttp's pool of connections, at half a session's price.

`ClientSession` prepares each request anew for cookies, redirects, proxies and traces, none of
which a call to Meta has. Here the head is written once for each URL, and connecting, TLS,
keeping alive, parsing and unpacking stay aiohttp's.

It calls methods of aiohttp that are not documented, so it is open only for the versions that
the tests have tried it with, and closed where a test has put something in a session's place.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.http import SERVER_SOFTWARE
from yarl import URL

from ._bodies import Mark, read_whole
from ._graph import Request, Response

UNTIMED = aiohttp.ClientTimeout(total=None, sock_connect=None)
"""The time is kept for all calls together; a timer of aiohttp's for each costs a tenth of it."""

_TRIED = ("3.14.",)
_MOST_HEADS = 64
_LARGEST = 64 * 1024  # more is written piece by piece, as the connection takes it
_INFORMATION = frozenset(range(100, 200)) - {101}  # after which nothing follows that is HTTP
_REQUEST = aiohttp.ClientSession._request  # noqa: SLF001  # to know when it is another


class StraightWay:
    """The way through one session's pool.

    Args:
        connector: The session's.
    """

    def __init__(self, connector: aiohttp.BaseConnector) -> None:
        self._connector = connector
        self._heads: dict[str, tuple[Mapping[str, str], ClientRequest, bytes]] = {}
        self._tried = aiohttp.__version__.startswith(_TRIED)

    def takes(self, request: Request) -> bool:
        """Return whether *request* can go this way."""
        return (
            self._tried
            and request.method == "POST"
            and isinstance(request.body, bytes)
            and len(request.body) <= _LARGEST
            and aiohttp.ClientSession._request is _REQUEST  # noqa: SLF001  # aioresponses'
        )

    async def post(self, request: Request, mark: Mark) -> Response:
        """Return the answer to *request*, and note in *mark* how far it comes.

        Raises:
            aiohttp.ClientError: And whatever else aiohttp raises, if there is no answer.
        """
        asked, head = self._head(request)
        body = cast("bytes", request.body)
        connection = await self._connector.connect(asked, traces=[], timeout=UNTIMED)
        try:
            protocol, transport = _ends(connection)
            protocol.set_response_params(read_until_eof=True)
            mark.written = True
            transport.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
            message, content = await protocol.read()
            while message.code in _INFORMATION:
                message, content = await protocol.read()
            mark.status = message.code
            whole = await read_whole(message.headers, content)
        except BaseException:
            connection.close()
            raise
        if message.code == HTTPStatus.REQUEST_TIMEOUT:
            connection.close()  # it may be older than the call, whose own answer would follow it
        else:
            connection.release()
        return Response(message.code, message.headers, whole)

    def _head(self, request: Request) -> tuple[ClientRequest, bytes]:
        known = self._heads.get(request.url)
        if known is None or known[0] is not request.headers:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            known = self._heads[request.url] = (request.headers, *_written(request))
        return known[1], known[2]


def _ends(connection: Connection) -> tuple[ResponseHandler, asyncio.Transport]:
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing():
        msg = "the connection was closed before anything was written"
        raise aiohttp.ClientConnectionResetError(msg)
    return protocol, transport


def _written(request: Request) -> tuple[ClientRequest, bytes]:
    url = URL(request.url)
    asked = ClientRequest("POST", url)
    lines = {
        "Host": asked.headers["Host"],
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": SERVER_SOFTWARE,
        **request.headers,
    }
    head = f"POST {url.raw_path_qs} HTTP/1.1\r\n"
    return asked, (head + "".join(f"{name}: {value}\r\n" for name, value in lines.items())).encode()
