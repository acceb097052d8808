"""An answer that no call asked for is never told as what became of one."""

import asyncio

import faults
import pytest

from messengerkit import AiohttpTransport, Phase, TransportError
from messengerkit._graph import Request

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"


def asking(url: str) -> Request:
    """Return a request to *url*."""
    return Request(method="POST", url=f"{url}/v26.0/me/messages", headers={}, body=b"{}", timeout=5)


async def test_what_lies_on_an_idle_connection_is_not_the_next_sends_answer() -> None:
    """Some proxies answer 408 before they close; nothing is written then, and it is told so."""
    told = asyncio.Event()

    async def idle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await faults.whole_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(TOO_LATE)
        await writer.drain()
        told.set()
        await reader.read()

    async with faults.serving(idle) as url:
        transport = AiohttpTransport()
        try:
            await transport.send(asking(url))
            await told.wait()
            await asyncio.sleep(0.05)
            with pytest.raises(TransportError) as caught:
                await transport.send(asking(url))
        finally:
            await transport.aclose()

    assert caught.value.phase is Phase.NOT_SENT


async def test_a_connection_that_answered_408_is_not_written_on_again() -> None:
    """The answer may be older than the call, whose own would then be read as the next one's."""
    connections = 0

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await faults.whole_request(reader)
            writer.write(TOO_LATE)
            await writer.drain()

    async with faults.serving(late) as url:
        transport = AiohttpTransport()
        try:
            statuses = [(await transport.send(asking(url))).status for _ in range(2)]
        finally:
            await transport.aclose()

    assert statuses == [408, 408]
    assert connections == 2
