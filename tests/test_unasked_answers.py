"""An answer that no call asked for is never told as what became of one."""

import asyncio

import faults
import pytest
from aiohttp.client_proto import ResponseHandler

from messengerkit import AiohttpTransport, Phase, TransportError, _straight
from messengerkit._graph import Request

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"


def asking(url: str) -> Request:
    """Return a request to *url*."""
    return Request(method="POST", url=f"{url}/v26.0/me/messages", headers={}, body=b"{}", timeout=5)


@pytest.fixture(params=["straight", "session"])
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AiohttpTransport:
    """Return a transport, on either way."""
    if request.param == "session":
        monkeypatch.setattr(_straight, "_TRIED", ())
    return AiohttpTransport()


async def test_what_lies_on_an_idle_connection_is_not_the_next_sends_answer(
    transport: AiohttpTransport,
) -> None:
    """Some proxies answer 408 before they close; the next call gets another connection."""
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
        try:
            await transport.send(asking(url))
            await told.wait()
            await asyncio.sleep(0.05)
            answer = await transport.send(asking(url))
        finally:
            await transport.aclose()

    assert (answer.status, answer.body) == (200, b"{}")


async def test_a_host_that_answers_whoever_connects(transport: AiohttpTransport) -> None:
    """Nothing is written, and it is told so."""

    async def eager(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(TOO_LATE)
        await writer.drain()
        await reader.read()

    def connected(_self: ResponseHandler) -> bool:
        return True

    async with faults.serving(eager) as url:
        with pytest.MonkeyPatch.context() as patched:
            # Whether the answer is there before the client looks is the kernel's to say.
            patched.setattr(ResponseHandler, "should_close", property(connected))
            with pytest.raises(TransportError) as caught:
                await transport.send(asking(url))
        await transport.aclose()

    assert caught.value.phase is Phase.NOT_SENT


@pytest.mark.parametrize("body", [b"", b"too late"])
async def test_a_connection_that_answered_408_is_not_written_on_again(
    transport: AiohttpTransport, body: bytes
) -> None:
    """The answer may be older than the call, whose own would then be read as the next one's."""
    connections = 0

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await faults.whole_request(reader)
            head = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: %d\r\n\r\n" % len(body)
            writer.write(head)
            await writer.drain()
            await asyncio.sleep(0.05)  # the head is there before the body
            writer.write(body)
            await writer.drain()

    async with faults.serving(late) as url:
        try:
            statuses = [(await transport.send(asking(url))).status for _ in range(2)]
        finally:
            await transport.aclose()

    assert statuses == [408, 408]
    assert connections == 2
