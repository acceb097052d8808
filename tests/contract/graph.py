"""The Graph API behind one backend: our sandbox, on a loop in a thread of its own."""

import asyncio
import hashlib
import threading
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar
from urllib.parse import quote, urlsplit

from contract.wire import PATIENCE

from messengerkit.sandbox import Attachment, Fault, Rates, Sandbox

PERSON = "24000000000000007"

REFUSED = Fault.graph_error(100, 2018047, "(#100) Upload attachment failure.")
"""What an upload meets; other faults are for sends."""

T = TypeVar("T")


def address_of(data: bytes, content_type: str, filename: str) -> str:
    """Return the address by which the ledger tells of a file that was uploaded."""
    told = f"{hashlib.sha256(data).hexdigest()}/{content_type}/{quote(filename)}"
    return f"https://uploaded.example.com/{len(data)}/{told}"


class Graph:
    """A sandbox whose one person has just written, and which takes files."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(redelivery_delays=(), rates=Rates.unlimited())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @classmethod
    @contextmanager
    def running(cls) -> Generator["Graph"]:
        """Give one that listens."""
        graph = cls()
        graph._thread.start()
        try:
            graph._do(graph.sandbox.start())
            graph._do(graph.sandbox.person_writes(PERSON, "Hello?"))
            yield graph
        finally:
            graph._do(graph.sandbox.aclose())
            graph._loop.call_soon_threadsafe(graph._loop.stop)
            graph._thread.join(PATIENCE)
            graph._loop.close()

    def script(self, faults: Sequence[Fault]) -> None:
        """Let the next calls meet *faults*, one each."""
        if not faults:
            return

        async def add() -> None:
            for fault in faults:
                upload = fault == REFUSED
                self.sandbox.script(fault, path="message_attachments" if upload else "messages")

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
        return self.sandbox.url

    @property
    def ledger(self) -> list[tuple[str, str]]:
        """What reached people, in its order: to whom, and the text or the address of the media."""
        return [
            (one.psid, one.text or " ".join(map(self._told, one.attachments)))
            for one in self.sandbox.delivered
        ]

    def _told(self, attachment: Attachment) -> str:
        path = urlsplit(attachment.url).path.split("/")
        kept = self.sandbox._world.media.find(path[3]) if path[1] == "_sandbox" else None
        url = attachment.url
        if kept is not None:
            url = address_of(kept.data, kept.content_type, kept.filename)
        return f"{attachment.type} {url}"

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * PATIENCE)
