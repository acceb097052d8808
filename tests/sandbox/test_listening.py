"""The port: taken, let go, and taken again; and nothing left behind."""

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Graph, until

from messengerkit.sandbox import Fault, Habits, Sandbox
from messengerkit.sandbox.listening import Listener
from messengerkit.sandbox.running import is_loopback


class Greeting(asyncio.Protocol):
    """Says a word, and goes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say it on *transport*."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """Yield a port that greets whoever comes."""
    listener = Listener(Greeting, lambda: False, "127.0.0.1", 0)
    yield listener
    listener.stop()


async def heard(host: str, port: int) -> bytes:
    """Return what a port says."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


async def test_a_port_is_let_go_and_taken_again(listener: Listener) -> None:
    """The same one, though it was free to choose; to stop twice is to stop once."""
    address = await listener.start()
    assert await heard(*address) == b"hello"
    listener.stop()
    listener.stop()
    with pytest.raises(ConnectionRefusedError):
        await heard(*address)

    assert await listener.start() == address
    assert await heard(*address) == b"hello"


@pytest.mark.parametrize(
    ("host", "is_so"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("", False),
        ("0.0.0.0", False),  # noqa: S104  # nothing listens there
        ("localhost.example", False),
    ],
)
def test_loopback_is_known_by_its_name(host: str, *, is_so: bool) -> None:
    """And by its addresses; no name is looked up."""
    assert is_loopback(host) == is_so


async def test_nothing_is_left_behind(backend: Backend) -> None:
    """After a close with all kinds of things under way: no task, no socket, no warning."""
    gc.collect()
    before = asyncio.all_tasks()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        backend.statuses = [None]
        sandbox = Sandbox(
            habits=Habits(late=0.5, late_by=3600), redelivery_delays=(3600,), seed="a"
        )
        async with sandbox, aiohttp.ClientSession() as http:
            graph = Graph(http, sandbox)
            await sandbox.person_writes(PERSON, "Hi")
            await sandbox.subscribe(backend.url, VERIFY_TOKEN)
            sandbox.script(Fault.commit_then_silence())
            sandbox.script(Fault.slow(3600))
            sandbox.script(Fault.slow_answer(3600))
            calls = [asyncio.create_task(graph.say(str(number))) for number in range(3)]
            feed = await http.get(f"{sandbox.url}/_sandbox/changes")
            writing = asyncio.create_task(sandbox.person_writes(PERSON, "Under way"))
            await backend.reached.wait()
            await until(lambda: not sandbox._script.waiting)

            async with asyncio.timeout(1.5):
                await sandbox.aclose()

            done, _ = await asyncio.wait([*calls, writing], timeout=5)
            assert len(done) == 4
            assert [type(call.exception()).__name__ for call in calls].count("NoneType") == 2
            feed.close()
        gc.collect()

    backend.released.set()
    await until(lambda: asyncio.all_tasks() - before == set())
    address = urlsplit(sandbox.url)
    with pytest.raises(ConnectionRefusedError):
        await heard(str(address.hostname), int(address.port or 0))


async def test_a_webhook_that_has_not_begun_is_given_up(backend: Backend) -> None:
    """Whoever waits for it is let go, though it never made its first step."""
    async with Sandbox() as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        writing = asyncio.create_task(sandbox.person_writes(PERSON, "Hi"))
        await asyncio.sleep(0)

    assert (await asyncio.wait_for(writing, 5)).startswith("m_")
    assert backend.posts == []


async def test_many_calls_leave_no_task(sandbox: Sandbox, graph: Graph) -> None:
    """What was done in the background is done."""
    await sandbox.person_writes(PERSON, "Hi")
    before = asyncio.all_tasks()
    for number in range(100):
        await graph.say(str(number))
    await sandbox.settled()

    assert len(asyncio.all_tasks()) <= len(before) + 1  # the client's connection is kept
    assert len(sandbox.delivered) == 100
