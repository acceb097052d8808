"""The other ways to send a text: aiohttp itself, the guide's way, and what others wrote.

Each is pointed at one local server, and is used as its own documentation shows it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Protocol, TypeAlias

import aiohttp
from fast_server import GRAPH
from typing_extensions import override

TEXT = "We are open from 8 to 18, and yes, there is a car park too."
TOKEN = "EAAB" + "0123456789abcdef" * 12
CONCURRENT = 16

People: TypeAlias = list[str]
Burst: TypeAlias = Callable[[People], Awaitable[list[object]]]
"""Sends a text to each of many, so many at a time, and returns some of the answers."""
Maker: TypeAlias = Callable[[str, AsyncExitStack], Awaitable[Burst]]
"""Makes a way to send to the server at an address; what it opens, the stack closes."""


def concurrently(send: Callable[[str], Awaitable[object]]) -> Burst:
    """Return bursts of *send*, so many at a time."""

    async def work(people: Iterator[str]) -> object:
        answer: object = None
        for psid in people:
            answer = await send(psid)
        return answer

    async def burst(people: People) -> list[object]:
        left = iter(people)
        return await asyncio.gather(*(work(left) for _ in range(CONCURRENT)))

    return burst


def in_threads(send: Callable[[str], object], stack: AsyncExitStack) -> Burst:
    """Return bursts of *send*, which blocks, in so many threads."""
    pool = stack.enter_context(ThreadPoolExecutor(CONCURRENT))

    def work(people: Iterator[str]) -> object:
        answer: object = None
        for psid in people:
            answer = send(psid)
        return answer

    async def burst(people: People) -> list[object]:
        left, loop = iter(people), asyncio.get_running_loop()
        works = (loop.run_in_executor(pool, work, left) for _ in range(CONCURRENT))
        return await asyncio.gather(*works)

    return burst


def body(psid: str) -> dict[str, object]:
    """Return what Meta is told, whoever tells it."""
    return {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": {"text": TEXT}}


async def bare(url: str, stack: AsyncExitStack) -> Burst:
    """Return aiohttp's own way: one session, a dict in, a dict out, nothing else."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    session = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
    address = f"{url}/v26.0/me/messages"

    async def send(psid: str) -> object:
        async with session.post(address, json=body(psid)) as response:
            answer: object = await response.json()
            return answer

    return concurrently(send)


async def guide(url: str, _: AsyncExitStack) -> Burst:
    """Return the guide's way: a new session for every send, and the token in the URL."""

    async def send(psid: str) -> object:
        address = f"{url}/v18.0/me/messages?access_token={TOKEN}"
        headers = {"Content-Type": "application/json"}
        data = {"recipient": {"id": psid}, "message": {"text": TEXT}}
        timeout = aiohttp.ClientTimeout(total=30)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(address, headers=headers, json=data) as response,
        ):
            return response.status == 200  # noqa: PLR2004  # as the guide writes it

    return concurrently(send)


class _PyMessenger(Protocol):
    graph_url: str

    def send_text_message(self, recipient_id: str, message: str, /) -> object: ...


class _FbMessenger(Protocol):
    graph_url: str

    def send(self, payload: Mapping[str, object], recipient_id: str, /) -> object: ...


class _Aiogram(Protocol):
    def send_message(self, chat_id: int, text: str, /) -> Awaitable[object]: ...


async def pymessenger(url: str, stack: AsyncExitStack) -> Burst:
    """Return pymessenger's way, in threads."""
    bot: _PyMessenger = import_module("pymessenger.bot").Bot(TOKEN)
    bot.graph_url = f"{url}/v2.6"
    return in_threads(lambda psid: bot.send_text_message(psid, TEXT), stack)


async def fbmessenger(url: str, stack: AsyncExitStack) -> Burst:
    """Return fbmessenger's way, in threads."""
    elements = import_module("fbmessenger.elements")
    client: _FbMessenger = import_module("fbmessenger").MessengerClient(TOKEN)
    client.graph_url = f"{url}/v12.0"
    return in_threads(lambda psid: client.send(elements.Text(text=TEXT).to_dict(), psid), stack)


async def aiogram(url: str, stack: AsyncExitStack) -> Burst:
    """Return aiogram's way, which talks to Telegram: the same work for another network."""
    server = import_module("aiogram.client.telegram").TelegramAPIServer.from_base(url)
    session = import_module("aiogram.client.session.aiohttp").AiohttpSession(api=server)
    stack.push_async_callback(session.close)
    bot: _Aiogram = import_module("aiogram").Bot(f"42:{TOKEN[:35]}", session=session)
    return concurrently(lambda psid: bot.send_message(int(psid), TEXT))


PEERS: dict[str, Maker] = {
    "pymessenger": pymessenger,
    "fbmessenger": fbmessenger,
    "aiogram": aiogram,
}


class _Raw(asyncio.Protocol):
    """A connection that writes the same bytes again once an answer's bytes are there."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent
        self._left: Iterator[str] = iter(())
        self._missing = 0
        self._transport: asyncio.WriteTransport
        self._done: asyncio.Future[object]

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._missing -= len(data)
        if self._missing == 0:
            self._next()

    def go(self, people: Iterator[str]) -> asyncio.Future[object]:
        """Send one request for each of *people*, one after the other."""
        self._left, self._done = people, asyncio.get_running_loop().create_future()
        self._next()
        return self._done

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _next(self) -> None:
        if next(self._left, None) is None:
            self._done.set_result(True)
            return
        self._missing = len(GRAPH)
        self._transport.write(self._sent)


async def raw(url: str, stack: AsyncExitStack) -> Burst:
    """Return the least that a client in Python can do: prebuilt bytes, answers not read."""
    host, port = url.removeprefix("http://").split(":")
    content = b'{"recipient":{"id":"24000000000000007"},"message":{"text":"%b"}}' % TEXT.encode()
    head = f"POST /v26.0/me/messages HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n"
    sent = b"%bContent-Length: %d\r\n\r\n%b" % (head.encode(), len(content), content)
    ways: list[_Raw] = []
    for _ in range(CONCURRENT):
        _, way = await asyncio.get_running_loop().create_connection(
            lambda: _Raw(sent), host, int(port)
        )
        stack.callback(way.close)
        ways.append(way)

    async def burst(people: People) -> list[object]:
        left = iter(people)
        return await asyncio.gather(*(way.go(left) for way in ways))

    return burst
