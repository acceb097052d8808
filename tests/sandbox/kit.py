"""What the sandbox's tests share: a clock, a backend, and a client that knows nothing of ours."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from messengerkit.sandbox import Sandbox

START = 1_767_225_600.25
PERSON = "24000000000000001"
VERIFY_TOKEN = "verify-me"


@dataclass
class Clock:
    """A clock that moves when a test moves it."""

    time: float = START
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self) -> float:
        """Return the time, and let the test know that somebody asked."""
        self.asked.set()
        return self.time


@dataclass
class Backend:
    """A callback that remembers what it gets, and answers with the statuses it is told."""

    url: str = ""
    statuses: list[int | None] = field(default_factory=list[int | None])
    posts: list[tuple[Mapping[str, str], bytes]] = field(
        default_factory=list[tuple[Mapping[str, str], bytes]]
    )
    handshake: Callable[[web.Request], web.Response] | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def shake(self, request: web.Request) -> web.Response:
        """Answer the handshake, honestly unless told otherwise."""
        if self.handshake:
            return self.handshake(request)
        assert request.query["hub.mode"] == "subscribe"
        assert request.query["hub.verify_token"] == VERIFY_TOKEN
        return web.Response(text=request.query["hub.challenge"])

    async def take(self, request: web.Request) -> web.Response:
        """Remember a webhook; a status of None is an answer that waits to be released."""
        self.posts.append((request.headers, await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        self.reached.set()
        if status is None:
            await self.released.wait()
        return web.Response(status=status or 200, headers={"Location": "/elsewhere"})

    def events(self) -> list[dict[str, object]]:
        """Return the messaging events that came, oldest first."""
        return [json.loads(body)["entry"][0]["messaging"][0] for _, body in self.posts]


@dataclass
class Graph:
    """A client that knows nothing of ours: aiohttp, and the token in a header."""

    http: aiohttp.ClientSession
    sandbox: Sandbox

    async def post(
        self,
        body: object = None,
        *,
        path: str = "/v26.0/me/messages",
        token: str | None = None,
        **parameters: str,
    ) -> tuple[int, Mapping[str, str], dict[str, object]]:
        """Send *body* as JSON; return status, headers and the answer's JSON."""
        bearer = f"Bearer {token or self.sandbox.page.access_token}"
        async with self.http.post(
            self.sandbox.url + path,
            data=json.dumps(body),
            params=parameters,
            headers={"Authorization": bearer, "Content-Type": "application/json"},
        ) as response:
            return response.status, response.headers, await response.json(content_type=None)

    async def say(self, text: str = "Hello", **extra: object) -> object:
        """Send *text* to the person; return the answer's JSON."""
        body = {"recipient": {"id": PERSON}, "message": {"text": text}, **extra}
        return (await self.post(body))[2]

    async def raw(self, body: bytes | None = None) -> bytes:
        """Send a message over a bare socket; return all that comes back."""
        reader, writer = await self.connect(body)
        try:
            return await asyncio.wait_for(reader.read(), 5)
        finally:
            writer.close()

    async def connect(
        self, body: bytes | None = None, *, missing: int = 0
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send a message over a bare socket, *missing* bytes short of what it announces."""
        if body is None:
            body = json.dumps({"recipient": {"id": PERSON}, "message": {"text": "Hi"}}).encode()
        address = urlsplit(self.sandbox.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            b"POST /v26.0/me/messages HTTP/1.1\r\nHost: graph\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\n"
            + f"Authorization: Bearer {self.sandbox.page.access_token}\r\n".encode()
            + f"Content-Length: {len(body) + missing}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        return reader, writer
