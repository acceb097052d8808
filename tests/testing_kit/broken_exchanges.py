"""Transports that break the rules of an exchange that works."""

import asyncio

import aiohttp
from typing_extensions import override

from messengerkit import AiohttpTransport, Phase, TransportError
from messengerkit._multipart import Streamed
from messengerkit.testing import Request, Response


class Posts(AiohttpTransport):
    """It posts, whatever it is asked for."""

    async def send(self, request: Request, /) -> Response:
        """Send as POST."""
        return await super().send(request._replace(method="POST"))


class Quotes(AiohttpTransport):
    """It escapes the URL once more."""

    async def send(self, request: Request, /) -> Response:
        """Send to another path."""
        return await super().send(request._replace(url=request.url.replace("%2F", "/")))


class DropsHeaders(AiohttpTransport):
    """It sends the token alone."""

    async def send(self, request: Request, /) -> Response:
        """Send without the other headers."""
        headers = {"Authorization": request.headers.get("Authorization", "")}
        return await super().send(request._replace(headers=headers))


class Decodes(AiohttpTransport):
    """It takes every body for text."""

    async def send(self, request: Request, /) -> Response:
        """Send what is left of the body."""
        body = request.body
        if isinstance(body, bytes):
            body = body.decode(errors="ignore").encode()
        return await super().send(request._replace(body=body))


class Cuts(AiohttpTransport):
    """It sends 64 KiB at most."""

    async def send(self, request: Request, /) -> Response:
        """Send the beginning of the body."""
        body = request.body
        if isinstance(body, bytes):
            body = body[: 2**16]
        return await super().send(request._replace(body=body))


class SkipsPieces(AiohttpTransport):
    """It sends no file, only what is around it."""

    async def send(self, request: Request, /) -> Response:
        """Send the head and the tail."""
        body = request.body
        if isinstance(body, Streamed):
            headers = {"Content-Type": body.content_type}
            request = request._replace(body=body.head + body.tail, headers=headers)
        return await super().send(request)


class Changes(AiohttpTransport):
    """It gives answers that are not those that came."""

    async def send(self, request: Request, /) -> Response:
        """Change the answer."""
        return self.changed(await super().send(request))

    def changed(self, answer: Response) -> Response:
        """Return what it makes of *answer*."""
        raise NotImplementedError


class Fine(Changes):
    """It takes every answer for a success."""

    @override
    def changed(self, answer: Response) -> Response:
        """Change it."""
        return answer._replace(status=200)


class Headless(Changes):
    """It gives no headers."""

    @override
    def changed(self, answer: Response) -> Response:
        """Change it."""
        return answer._replace(headers={})


class Short(Changes):
    """It gives 64 KiB at most."""

    @override
    def changed(self, answer: Response) -> Response:
        """Change it."""
        return answer._replace(body=answer.body[: 2**16])


class RaisesForStatus(AiohttpTransport):
    """It takes an error of Meta's for one of the network."""

    async def send(self, request: Request, /) -> Response:
        """Raise for a status."""
        found = await super().send(request)
        if found.status >= 400:
            msg = "no"
            raise TransportError(msg, phase=Phase.ANSWERED)
        return found


class Follows(AiohttpTransport):
    """It follows redirects, and takes the token along."""

    async def send(self, request: Request, /) -> Response:
        """Send, and go where the answer points."""
        found = await super().send(request)
        where = found.headers.get("location")
        return await super().send(request._replace(url=where)) if where else found


class Packed(AiohttpTransport):
    """It accepts what it does not unpack."""

    async def send(self, request: Request, /) -> Response:
        """Send with a session that does not unpack."""
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, request.url, headers=request.headers, data=request.body
            ) as found,
        ):
            return Response(found.status, found.headers, await found.read())


class Remembers(AiohttpTransport):
    """It gives the answer to the first call to all that follow."""

    _first: Response | None = None

    async def send(self, request: Request, /) -> Response:
        """Send, or answer from memory."""
        found = await super().send(request)
        self._first = self._first or found
        return self._first


class OneByOne(AiohttpTransport):
    """It makes one call at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = asyncio.Lock()

    async def send(self, request: Request, /) -> Response:
        """Send when it is its turn."""
        async with self._turn:
            return await super().send(request)


class Bare:
    """It knows a little of HTTP: one connection, the first head that comes, and its length."""

    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: Request, /) -> Response:
        """Write a POST, and read what comes."""
        host, port = request.url.split("/")[2].split(":")
        self._streams = self._streams or await asyncio.open_connection(host, int(port))
        reader, writer = self._streams
        body = request.body
        assert isinstance(body, bytes)
        writer.write(b"POST /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = head.partition("content-length: ")[2].partition("\r\n")[0] or "0"
        return Response(int(head.split(" ")[1]), {}, await reader.readexactly(int(length)))

    async def aclose(self) -> None:
        """Hang up."""
        assert self._streams is not None
        self._streams[1].close()
