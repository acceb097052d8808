"""The fixtures of the sandbox's tests; the classes are in `kit`."""

import logging
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Clock, Graph, listening

from messengerkit.sandbox import Page, Sandbox


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which a server logged an error: no fault is a crash of the sandbox."""
    yield
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    """Yield a started sandbox that redelivers at once, twice."""
    async with Sandbox(Page(), now=clock, redelivery_delays=(0, 0)) as sandbox:
        yield sandbox


@pytest.fixture
async def person(sandbox: Sandbox) -> str:
    """Let a person write, so that the window is open."""
    await sandbox.person_writes(PERSON, "Hi")
    return PERSON


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield an HTTP client."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield session


@pytest.fixture
def graph(http: aiohttp.ClientSession, sandbox: Sandbox) -> Graph:
    """Return a Graph client for the sandbox."""
    return Graph(http, sandbox)


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    """Yield a backend that listens, not yet subscribed."""
    async with listening(Backend()) as backend:
        yield backend


@pytest.fixture
async def subscribed(sandbox: Sandbox, backend: Backend) -> Backend:
    """Return the backend, subscribed to the sandbox."""
    await sandbox.subscribe(backend.url, VERIFY_TOKEN)
    return backend
