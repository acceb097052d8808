"""Floor 4: bodies that tell how far they came: what is written of a request, read of an answer."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import AsyncIterablePayload, BytesPayload
from typing_extensions import override

from ._multipart import Streamed
from .errors import MessengerError

MAX_ANSWER = 4 * 1024 * 1024
"""Bytes. No answer of the Graph API that we ask for comes near."""


@dataclass(slots=True)
class Mark:
    """How far a call has come.

    Attributes:
        written: Whether any of the body was handed to the connection. It is the mark that
            matters: a server that has the head and no body cannot act on the call.
        status: The status of the answer, once it is there.
        failure: What went wrong with the body itself, if it was read while it was sent.
    """

    written: bool = False
    status: int | None = None
    failure: MessengerError | None = None


class MarkedBody(BytesPayload):
    """A body that marks when it is written, which is cheaper than a TraceConfig."""

    def __init__(self, body: bytes, mark: Mark) -> None:
        super().__init__(body)
        self._mark = mark

    @override
    async def write(self, writer: AbstractStreamWriter) -> None:
        self._mark.written = True
        await super().write(writer)

    @override
    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        self._mark.written = True
        await super().write_with_length(writer, content_length)


class MarkedStream(AsyncIterablePayload):
    """A body that is read while it is sent, and marks the same."""

    def __init__(self, body: Streamed, mark: Mark) -> None:
        self._mark = mark
        super().__init__(self._whole(body), content_type=body.content_type)

    @override
    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        self._mark.written = True
        await super().write_with_length(writer, content_length)

    async def _whole(self, body: Streamed) -> AsyncIterator[bytes]:
        yield body.head
        # aiohttp makes an error of the connection of whatever the body raises.
        try:
            async for piece in body.pieces():
                yield piece
        except MessengerError as error:
            self._mark.failure = error
            raise
        yield body.tail


def marked(body: bytes | Streamed | None, mark: Mark) -> MarkedBody | MarkedStream | None:
    """Return *body* as aiohttp takes it, to note in *mark* when it is written."""
    if body is None:
        return None
    return MarkedBody(body, mark) if isinstance(body, bytes) else MarkedStream(body, mark)


async def read_whole(headers: Mapping[str, str], content: aiohttp.StreamReader) -> bytes:
    """Return the whole of *content*, which is `MAX_ANSWER` bytes at most.

    Raises:
        aiohttp.ClientPayloadError: If it is more.
    """
    if _is_bounded(headers):
        return await content.read()
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            msg = "the answer is too large"
            raise aiohttp.ClientPayloadError(msg)
    return bytes(body)


def _is_bounded(headers: Mapping[str, str]) -> bool:
    # A length that is told bounds what is read, unless it is unpacked to something larger.
    told = headers.get("Content-Length", "")
    digits = told.isdecimal() and len(told) <= len(str(MAX_ANSWER))
    return digits and int(told) <= MAX_ANSWER and "Content-Encoding" not in headers
