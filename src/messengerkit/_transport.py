"""Floor 4: one HTTP exchange, and the only module that imports aiohttp's client.

Whatever goes wrong becomes a `TransportError` with the `Phase` that was reached. The
phase is told by what was written and what was read: aiohttp raises the same classes
before the call left and after Meta acted on it (aio-libs/aiohttp, client.py).
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Protocol, TypeAlias

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import AsyncIterablePayload, BytesPayload
from multidict import CIMultiDict
from typing_extensions import override

from ._deadlines import Deadlines
from ._graph import Request, Response
from ._multipart import Streamed
from ._phase import Phase
from .errors import (
    ClientClosedError,
    ConfigurationError,
    MessengerError,
    TransportError,
    WrongLoopError,
)

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes. No answer of the Graph API that we ask for comes near."""


# The time is kept for all calls together; a timer of aiohttp's for each costs a tenth of it.
_UNTIMED = aiohttp.ClientTimeout(total=None, sock_connect=None)


class Transport(Protocol):
    """The port to the network: one method on plain values, and a door to close."""

    async def send(self, request: Request, /) -> Response:
        """Return the answer to *request*, whatever its status.

        Raises:
            TransportError: If no whole answer came, with the phase that was reached.
            ClientClosedError: If it was closed.
        """
        ...

    async def aclose(self) -> None:
        """Release what the transport holds; calling it again does nothing."""
        ...


class AiohttpTransport:
    """The transport that is used by default: one aiohttp session, made on first use.

    Args:
        session: A session of the caller's; it is used as it is and never closed here.
    """

    def __init__(self, session: aiohttp.ClientSession | None = None) -> None:
        if session is not None and not session.auto_decompress:
            msg = (
                "A session with auto_decompress=False cannot be used: Meta compresses its answers."
            )
            raise ConfigurationError(msg)
        self._session = session
        self._owned = session is None
        self._closed = False
        self._deadlines = Deadlines()
        self._headers: tuple[Mapping[str, str], CIMultiDict[str]] | None = None

    async def send(self, request: Request, /) -> Response:
        """Return the answer to *request*; redirects are answers, and are not followed.

        A GET whose kept-alive connection turns out to be dead is repeated once by aiohttp
        itself; a POST never is.
        """
        session = self._open()
        body = _marked(request.body)
        status: int | None = None
        task = asyncio.current_task()
        if task is None:
            msg = "A call to Meta must be awaited inside a task."
            raise WrongLoopError(msg)
        cancelling = self._deadlines.begin(task, request.timeout)
        failure = "TimeoutError"
        try:
            answer = await session.request(
                request.method,
                request.url,
                data=body,
                headers=self._prepared(request.headers),
                timeout=_UNTIMED,
                allow_redirects=False,
                raise_for_status=False,  # a session of the caller's may say otherwise
            )
            status, headers = answer.status, answer.headers
            whole = answer.read() if _is_bounded(headers) else _read_bounded(answer)
            return Response(status, headers, await whole)
        except asyncio.CancelledError:
            late, task = self._deadlines.ended(task, cancelling), None
            if not late:
                raise
        except Exception as error:  # noqa: BLE001  # the one boundary: no foreign class may pass it
            failure = type(error).__name__
        finally:
            if task is not None:
                self._deadlines.ended(task, cancelling)
        if isinstance(body, _MarkedStream) and body.failure is not None:
            raise body.failure
        # Raised outside the handler: aiohttp's error holds the URL and the headers, and as a
        # context it would carry the token into every traceback that shows locals.
        phase = _phase(body, status)
        msg = f"No whole answer from Meta within {request.timeout:g} s ({failure}, {phase.value})."
        raise TransportError(msg, phase=phase, http_status=status)

    async def aclose(self) -> None:
        """Close the session, unless it is the caller's; nothing is sent afterwards."""
        self._closed = True
        self._deadlines.clear()
        if self._owned and self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            # A send that was waiting to be repeated must not open a session that nobody closes.
            msg = "This client was closed."
            raise ClientClosedError(msg)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _prepared(self, headers: Mapping[str, str]) -> CIMultiDict[str]:
        # Mostly the same headers again, and aiohttp would make them its own each time.
        if self._headers is None or self._headers[0] is not headers:
            self._headers = (headers, CIMultiDict(headers))
        return self._headers[1]


class _MarkedBody(BytesPayload):
    """A body that remembers whether any of it was handed to the connection.

    This is cheaper than a TraceConfig, and it is the mark that matters: a server that
    has the head and no body cannot act on the call.
    """

    written = False

    # Each hands the parent's coroutine on: one of its own would be resumed with every send.

    @override
    def write(self, writer: AbstractStreamWriter) -> Coroutine[None, None, None]:
        self.written = True
        return super().write(writer)

    @override
    def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> Coroutine[None, None, None]:
        self.written = True
        return super().write_with_length(writer, content_length)


class _MarkedStream(AsyncIterablePayload):
    """A body that is read while it is sent, and remembers the same."""

    def __init__(self, body: Streamed) -> None:
        self.written = False
        self.failure: MessengerError | None = None
        super().__init__(self._whole(body), content_type=body.content_type)

    @override
    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        self.written = True
        await super().write_with_length(writer, content_length)

    async def _whole(self, body: Streamed) -> AsyncIterator[bytes]:
        yield body.head
        # aiohttp makes an error of the connection of whatever the body raises.
        try:
            async for piece in body.pieces():
                yield piece
        except MessengerError as error:
            self.failure = error
            raise
        yield body.tail


_Marked: TypeAlias = _MarkedBody | _MarkedStream


def _marked(body: bytes | Streamed | None) -> _Marked | None:
    if body is None:
        return None
    return _MarkedBody(body) if isinstance(body, bytes) else _MarkedStream(body)


def _phase(body: _Marked | None, status: int | None) -> Phase:
    if status is not None:
        return Phase.ANSWERED
    return Phase.NOT_SENT if body is not None and not body.written else Phase.SENT


def _is_bounded(headers: Mapping[str, str]) -> bool:
    # A length that is told bounds what is read, unless it is unpacked to something larger.
    told = headers.get("Content-Length", "")
    return (
        told.isdecimal()
        and len(told) < _DIGITS
        and int(told) <= MAX_ANSWER
        and "Content-Encoding" not in headers
    )


_DIGITS = 12  # int() refuses more than 4300, and no answer comes near


async def _read_bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    try:
        async for chunk in answer.content.iter_any():
            body += chunk
            if len(body) > MAX_ANSWER:
                break
        else:
            return bytes(body)
    except BaseException:
        answer.close()
        raise
    answer.close()
    msg = "the answer is too large"
    raise aiohttp.ClientPayloadError(msg)
