"""What the sandbox's tests share: a clock, a backend, and a client that knows nothing of ours."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import cast
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from messengerkit.sandbox import Sandbox

START = 1_767_225_600.25
PERSON = "24000000000000001"
VERIFY_TOKEN = "verify-me"


def as_object(value: object) -> dict[str, object]:
    """Return *value*, which must be an object of JSON."""
    assert isinstance(value, dict)
    return cast("dict[str, object]", value)


def as_objects(value: object) -> list[dict[str, object]]:
    """Return *value*, which must be a list of objects of JSON."""
    assert isinstance(value, list)
    return [as_object(one) for one in cast("list[object]", value)]


def texts(sandbox: Sandbox) -> list[str]:
    """Return the texts that reached the person."""
    return [one.text for one in sandbox.delivered]


async def until(is_so: Callable[[], bool]) -> None:
    """Return once *is_so*, which must be soon; the loop goes round meanwhile."""
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110  # what it waits for is in another process's hands, or the kernel's
            await asyncio.sleep(0)


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

    def events(self, kind: str = "", *, under: str = "messaging") -> list[dict[str, object]]:
        """Return the events that came *under* a key of their entry: those of one kind, or all."""
        entries = [entry for _, body in self.posts for entry in json.loads(body)["entry"]]
        events = [event for entry in entries for event in entry.get(under, [])]
        return [event for event in events if not kind or kind in event]

    def echoes(self, *, under: str = "messaging") -> list[dict[str, object]]:
        """Return the messages of the page that came back, oldest first."""
        messages = [as_object(event["message"]) for event in self.events("message", under=under)]
        return [message for message in messages if message.get("is_echo")]

    def texts(self) -> list[object]:
        """Return what people wrote, oldest first."""
        messages = [as_object(event["message"]) for event in self.events("message")]
        return [message.get("text") for message in messages if not message.get("is_echo")]


@asynccontextmanager
async def listening(backend: Backend) -> AsyncGenerator[Backend]:
    """Let *backend* listen, and give it."""
    app = web.Application()
    app.router.add_get("/webhook", backend.shake)
    app.router.add_post("/webhook", backend.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    backend.url = f"http://{host}:{port}/webhook"
    try:
        yield backend
    finally:
        backend.released.set()
        await runner.cleanup()


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

    async def get(
        self, path: str, *, token: str | None = None, **parameters: str
    ) -> dict[str, object]:
        """Return the JSON that is answered at *path*."""
        bearer = f"Bearer {token or self.sandbox.page.access_token}"
        async with self.http.get(
            self.sandbox.url + path, params=parameters, headers={"Authorization": bearer}
        ) as response:
            return as_object(await response.json(content_type=None))

    async def control(
        self, path: str, body: object = None, *, method: str = "POST"
    ) -> tuple[int, dict[str, object]]:
        """Send *body*, bytes or JSON, to the control surface; return status and JSON."""
        data = (
            body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        )
        url = f"{self.sandbox.url}/_sandbox/{path}"
        async with self.http.request(method, url, data=BytesIO(data)) as response:
            return response.status, as_object(await response.json())

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
