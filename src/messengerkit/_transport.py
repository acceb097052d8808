"""Floor 4: one HTTP exchange, and the only module that imports aiohttp's client.

Whatever goes wrong becomes a `TransportError` with the `Phase` that was reached. The
phase is told by what was written and what was read: aiohttp raises the same classes
before the call left and after Meta acted on it (aio-libs/aiohttp, client.py).
"""

from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload
from typing_extensions import override

from ._graph import Request, Response
from ._phase import Phase
from .errors import ClientClosedError, ConfigurationError, TransportError

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes. No answer of the Graph API that we ask for comes near."""


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

    async def send(self, request: Request, /) -> Response:
        """Return the answer to *request*; redirects are answers, and are not followed.

        A GET whose kept-alive connection turns out to be dead is repeated once by aiohttp
        itself; a POST never is.
        """
        session = self._open()
        body = None if request.body is None else _MarkedBody(request.body)
        status: int | None = None
        try:
            async with session.request(
                request.method,
                request.url,
                data=body,
                headers=request.headers,
                timeout=aiohttp.ClientTimeout(total=request.timeout),
                allow_redirects=False,
                raise_for_status=False,  # a session of the caller's may say otherwise
            ) as answer:
                status = answer.status
                return Response(
                    status=status,
                    headers={name.lower(): value for name, value in answer.headers.items()},
                    body=await _read(answer.content),
                )
        except Exception as error:  # noqa: BLE001  # the one boundary: no foreign class may pass it
            failure = type(error).__name__
        # Raised outside the handler: aiohttp's error holds the URL and the headers, and as a
        # context it would carry the token into every traceback that shows locals.
        phase = _phase(body, status)
        msg = f"No whole answer from Meta within {request.timeout:g} s ({failure}, {phase.value})."
        raise TransportError(msg, phase=phase, http_status=status)

    async def aclose(self) -> None:
        """Close the session, unless it is the caller's; nothing is sent afterwards."""
        self._closed = True
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


class _MarkedBody(BytesPayload):
    """A body that remembers whether any of it was handed to the connection.

    This is cheaper than a TraceConfig, and it is the mark that matters: a server that
    has the head and no body cannot act on the call.
    """

    written = False

    @override
    async def write(self, writer: AbstractStreamWriter) -> None:
        self.written = True
        await super().write(writer)

    @override
    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        self.written = True
        await super().write_with_length(writer, content_length)


def _phase(body: _MarkedBody | None, status: int | None) -> Phase:
    if status is not None:
        return Phase.ANSWERED
    return Phase.NOT_SENT if body is not None and not body.written else Phase.SENT


async def _read(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            msg = "the answer is too large"
            raise aiohttp.ClientPayloadError(msg)
    return bytes(body)
