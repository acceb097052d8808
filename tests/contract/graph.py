"""The Graph API behind one backend: our sandbox, on a loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from contract.wire import PATIENCE

from messengerkit.sandbox import Fault, Sandbox

PERSON = "24000000000000007"

T = TypeVar("T")


class Graph:
    """A sandbox whose one person has just written."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(redelivery_delays=())
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
        return self.sandbox.url

    @property
    def ledger(self) -> list[tuple[str, str]]:
        """What reached people, in its order: to whom, and the text or the address of the media."""
        return [
            (one.psid, one.text or " ".join(f"{a.type} {a.url}" for a in one.attachments))
            for one in self.sandbox.delivered
        ]

    def _do(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * PATIENCE)
