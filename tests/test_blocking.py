"""Code that blocks: many threads, one client, one loop, and the sandbox at the other end."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import aiohttp
import pytest

from messengerkit import LoopThread, MessengerClient, UserNotFoundError, WrongLoopError
from messengerkit.sandbox import Fault, Sandbox

T = TypeVar("T")

THREADS = 16
EACH = 12
PSID = "24000000000000007"
PATIENCE = 20.0
"""Seconds after which a test that waits for another thread has failed."""


class Blocking:
    """What a script or a view has: a client, and the loop that runs it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.client = MessengerClient(
            page_access_token=sandbox.page.access_token,
            app_secret=sandbox.page.app_secret,
            graph_url=sandbox.url,
        )
        self.loop = LoopThread(self._lifespan)

    @asynccontextmanager
    async def _lifespan(self) -> AsyncGenerator[None]:
        async with self.client:
            yield

    def send(self, psid: str, text: str) -> str:
        """Send *text*, and return its message id."""
        return self.loop.run(partial(self.client.send_text, psid, text)).message_id


@pytest.fixture
async def blocking(sandbox: Sandbox) -> AsyncIterator[Blocking]:
    """Yield a client for threads, which is closed afterwards."""
    blocking = Blocking(sandbox)
    yield blocking
    await asyncio.to_thread(blocking.loop.close)


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the threads in which an aiohttp session is made, one for each session."""
    made: list[str] = []
    init: Callable[..., None] = aiohttp.ClientSession.__init__

    def noted(self: aiohttp.ClientSession, *arguments: object, **options: object) -> None:
        made.append(threading.current_thread().name)
        init(self, *arguments, **options)

    monkeypatch.setattr(aiohttp.ClientSession, "__init__", noted)
    return made


async def in_threads(work: Callable[[int], T]) -> list[T]:
    """Return what *work* returns for each number, each in a thread, all at once.

    The sandbox runs in this test's own loop, so nothing may block it.
    """
    loop, together = asyncio.get_running_loop(), threading.Barrier(THREADS)

    def start(number: int) -> T:
        together.wait(PATIENCE)
        return work(number)

    threads = ThreadPoolExecutor(THREADS)
    try:
        works = (loop.run_in_executor(threads, start, number) for number in range(THREADS))
        return await asyncio.gather(*works)
    finally:
        threads.shutdown(wait=False)


async def test_many_threads_share_one_client(
    sandbox: Sandbox, blocking: Blocking, sessions: list[str]
) -> None:
    """Each message arrives once, with the id that its thread was told, through one session."""

    def speak(number: int) -> dict[str, str]:
        texts = [f"{number}: {turn}" for turn in range(EACH)]
        return {blocking.send(PSID, text): text for text in texts}

    told = {mid: text for one in await in_threads(speak) for mid, text in one.items()}
    arrived = Counter((message.mid, message.text) for message in sandbox.delivered)

    assert len(told) == THREADS * EACH
    assert arrived == Counter(told.items())
    assert sessions.count("messengerkit") == 1
    assert blocking.client.stats.sent == THREADS * EACH


async def test_what_one_thread_says_arrives_in_its_order(
    sandbox: Sandbox, blocking: Blocking
) -> None:
    """A thread goes on when its message is accepted, whatever the others do."""
    people = [f"2400000000{number:07}" for number in range(100, 100 + THREADS)]
    for psid in people:
        await sandbox.person_writes(psid, "Hello?")

    def speak(number: int) -> None:
        for turn in range(EACH):
            blocking.send(people[number], str(turn))

    await in_threads(speak)
    heard = {
        psid: [message.text for message in sandbox.delivered if message.psid == psid]
        for psid in people
    }

    assert heard == {psid: [str(turn) for turn in range(EACH)] for psid in people}


async def test_an_error_is_raised_in_the_thread_that_called(
    sandbox: Sandbox, blocking: Blocking
) -> None:
    """One who asks for what cannot be is told; the others' messages go out."""

    def speak(number: int) -> str:
        try:
            blocking.send(PSID if number else "24000000000000999", f"from {number}")
        except UserNotFoundError as error:
            return error.advice
        return "sent"

    ends = await in_threads(speak)

    assert ends[0].startswith("Use the sender id")
    assert ends[1:] == ["sent"] * (THREADS - 1)
    assert len(sandbox.delivered) == THREADS - 1


async def test_who_does_not_wait_any_longer_holds_nobody_up(
    sandbox: Sandbox, blocking: Blocking
) -> None:
    """The send is cancelled, and counts as unknown; the client goes on for the others."""
    sandbox.script(Fault.slow(PATIENCE))
    hasty = partial(blocking.client.send_text, PSID, "Hurry!")
    with pytest.raises(TimeoutError):
        await asyncio.to_thread(blocking.loop.run, hasty, seconds=0.2)
    await asyncio.to_thread(blocking.send, PSID, "Take your time.")

    assert sandbox.delivered[-1].text == "Take your time."
    assert (blocking.client.stats.unknown, blocking.client.stats.sent) == (1, 1)


async def test_another_loop_is_refused(blocking: Blocking) -> None:
    """What many try first, a loop for each call, is an error and not a hang."""
    await asyncio.to_thread(blocking.send, PSID, "Hello")

    def again() -> None:
        asyncio.run(blocking.client.me())

    with pytest.raises(WrongLoopError):
        await asyncio.to_thread(again)


async def test_closing_closes_the_client_with_its_session(
    blocking: Blocking, sessions: list[str]
) -> None:
    """A session that was left open would warn, and a warning is an error."""
    await asyncio.to_thread(blocking.send, PSID, "Hello")
    await asyncio.to_thread(blocking.loop.close)

    assert sessions.count("messengerkit") == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "messengerkit"]
