"""The Graph API behind one backend: our sandbox, on a loop in a thread of its own."""

import asyncio
import hashlib
import json
import threading
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from aiohttp import web
from contract.wire import PATIENCE
from typing_extensions import override

from messengerkit.sandbox import Fault, Sandbox
from messengerkit.sandbox.calls import RawCall
from messengerkit.sandbox.endpoint import GraphEndpoint
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.refusals import Refusal
from messengerkit.uploads import MAX_UPLOAD

PERSON = "24000000000000007"

REFUSED = b"a file that Meta refuses"

T = TypeVar("T")


def address_of(data: bytes, content_type: str, filename: str) -> str:
    """Return the address by which the ledger tells of a file that was uploaded."""
    told = f"{hashlib.sha256(data).hexdigest()}/{content_type}/{quote(filename)}"
    return f"https://uploaded.example.com/{len(data)}/{told}"


class _WithUploads(GraphEndpoint):
    """The sandbox's calls, and the one that it has not: a file is taken, and gets an id."""

    def __init__(self, sandbox: Sandbox) -> None:
        running = sandbox._running

        assert running is not None
        super().__init__(sandbox._state, running.courier, running.closing)
        self._token = f"Bearer {sandbox.page.access_token}"
        self._uploaded: dict[bytes, bytes] = {}

    async def upload(self, request: web.Request) -> web.Response:
        """Take the file of *request*, and answer with its id."""
        form = await request.post()
        text, file = form["message"], form["filedata"]

        assert request.headers["Authorization"] == self._token
        assert isinstance(text, str)
        assert isinstance(file, web.FileField)
        attachment = json.loads(text)["attachment"]
        data = file.file.read()
        if data == REFUSED:
            error = {"message": "(#100) No.", "code": 100, "error_subcode": 2018047}
            return web.json_response({"error": {**error, "fbtrace_id": "A" * 23}}, status=400)
        attachment_id = str(len(self._uploaded) + 1)
        by_id, by_url = (
            json.dumps({"type": attachment["type"], "payload": payload}, separators=(",", ":"))
            for payload in (
                {"attachment_id": attachment_id},
                {"url": address_of(data, file.content_type, file.filename)},
            )
        )
        self._uploaded[by_id.encode()] = by_url.encode()
        return web.json_response({"attachment_id": attachment_id})

    @override
    async def _effect(self, raw: RawCall) -> Refusal | JsonObject:
        """Send what was uploaded as if it were sent by an address of its own."""
        body = raw.body
        for by_id, by_url in self._uploaded.items():
            body = body.replace(by_id, by_url)
        return await super()._effect(replace(raw, body=body))


class Graph:
    """A sandbox whose one person has just written, and which takes files."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(redelivery_delays=())
        self._runner: web.AppRunner | None = None
        self._url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @classmethod
    @contextmanager
    def running(cls) -> Generator["Graph"]:
        """Give one that listens."""
        graph = cls()
        graph._thread.start()
        try:
            graph._do(graph._start())
            graph._do(graph.sandbox.person_writes(PERSON, "Hello?"))
            yield graph
        finally:
            graph._do(graph._aclose())
            graph._loop.call_soon_threadsafe(graph._loop.stop)
            graph._thread.join(PATIENCE)
            graph._loop.close()

    def script(self, faults: Sequence[Fault]) -> None:
        """Let the next sends meet *faults*, one each."""
        if not faults:
            return

        async def add() -> None:
            for fault in faults:
                self.sandbox.script(fault)

        self._do(add())

    @contextmanager
    def held(self) -> Generator[None]:
        """Answer nobody until the end of the block."""
        still, on = threading.Event(), threading.Event()

        def hold() -> None:
            still.set()
            on.wait(PATIENCE)

        self._loop.call_soon_threadsafe(hold)
        try:
            assert still.wait(PATIENCE)
            yield
        finally:
            on.set()

    def wait_for(self, count: int) -> None:
        """Return once *count* messages have reached people, or never will: the ledger tells."""

        async def wait() -> None:
            with suppress(TimeoutError):
                await self.sandbox.wait_for_delivery(
                    lambda _: len(self.sandbox.delivered) >= count, PATIENCE
                )

        self._do(wait())

    @property
    def url(self) -> str:
        """Where it is."""
        return self._url

    @property
    def ledger(self) -> list[tuple[str, str]]:
        """What reached people, in its order: to whom, and the text or the address of the media."""
        return [
            (one.psid, one.text or " ".join(f"{a.type} {a.url}" for a in one.attachments))
            for one in self.sandbox.delivered
        ]

    async def _start(self) -> None:
        await self.sandbox.start()
        endpoint = _WithUploads(self.sandbox)
        app = web.Application(client_max_size=2 * MAX_UPLOAD)
        app.router.add_post("/{version}/me/message_attachments", endpoint.upload)
        app.router.add_route("*", "/{path:.*}", endpoint.handle)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._url = "http://127.0.0.1:{1}".format(*self._runner.addresses[0])

    async def _aclose(self) -> None:
        await self.sandbox.aclose()
        if self._runner is not None:
            await self._runner.cleanup()

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * PATIENCE)
