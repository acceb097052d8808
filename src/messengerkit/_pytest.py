"""Floor 9: the pytest plugin: a sandbox, a person in it and a client for it, as fixtures.

pytest imports this module in every run of whoever has the package installed, so it imports
nothing of ours, and no library, until a fixture is used.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .client import MessengerClient
    from .sandbox import Person, Sandbox

_SEED = "messengerkit"
_ASYNCIO = "messengerkit-asyncio"


@pytest.fixture
def messenger_sandbox(request: pytest.FixtureRequest) -> "Sandbox":
    """A started `messengerkit.sandbox.Sandbox` with a fixed seed; one person has written to it."""
    sandbox: Sandbox = request.getfixturevalue(_async_name("sandbox", request))
    return sandbox


@pytest.fixture
def messenger_client(request: pytest.FixtureRequest) -> "MessengerClient":
    """A `MessengerClient` for the sandbox; its clock is the sandbox's, so it never really waits."""
    client: MessengerClient = request.getfixturevalue(_async_name("client", request))
    return client


@pytest.fixture
def messenger_person(messenger_sandbox: "Sandbox") -> "Person":
    """Ana Example, who wrote to the page when nobody listened, so that it may answer her."""
    from .testing import PERSON  # noqa: PLC0415  # it imports pydantic

    return messenger_sandbox.person(psid=PERSON)


def pytest_configure(config: pytest.Config) -> None:
    """Have fixtures of pytest-asyncio's own as well, if it is there: its strict mode wants them."""
    # By its module, for its name as a plugin depends on how it was loaded. It is imported, then.
    names = {getattr(plugin, "__name__", "") for plugin in config.pluginmanager.get_plugins()}
    if "pytest_asyncio.plugin" in names:
        config.pluginmanager.register(_for_asyncio(), _ASYNCIO)


def _async_name(of: str, request: pytest.FixtureRequest) -> str:
    # One fixture cannot serve all: pytest-asyncio's strict mode takes those alone that are
    # marked as its own, and of these it would deprive a test that anyio runs.
    ours = request.config.pluginmanager.has_plugin(_ASYNCIO)
    suffix = "_of_asyncio" if ours and "anyio_backend" not in request.fixturenames else ""
    return f"_messenger_{of}{suffix}"


@pytest.fixture
async def _messenger_sandbox() -> AsyncGenerator["Sandbox"]:
    async with _sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def _messenger_client(
    messenger_sandbox: "Sandbox",
) -> AsyncGenerator["MessengerClient"]:
    async with _client(messenger_sandbox) as client:
        yield client


def _for_asyncio() -> object:
    from pytest_asyncio import fixture  # noqa: PLC0415  # it may not be there

    class ForAsyncio:
        @fixture
        async def _messenger_sandbox_of_asyncio(self) -> AsyncGenerator["Sandbox"]:
            async with _sandbox() as sandbox:
                yield sandbox

        @fixture
        async def _messenger_client_of_asyncio(
            self, messenger_sandbox: "Sandbox"
        ) -> AsyncGenerator["MessengerClient"]:
            async with _client(messenger_sandbox) as client:
                yield client

    return ForAsyncio()


@asynccontextmanager
async def _sandbox() -> AsyncGenerator["Sandbox"]:
    from .sandbox import Sandbox  # noqa: PLC0415  # it imports aiohttp
    from .testing import PERSON  # noqa: PLC0415  # it imports pydantic

    async with Sandbox(seed=_SEED) as sandbox:
        # Here and not in the person's fixture: a bot that listens already would answer.
        await sandbox.person("Ana Example", psid=PERSON).writes("Hello!")
        yield sandbox


@asynccontextmanager
async def _client(sandbox: "Sandbox") -> AsyncGenerator["MessengerClient"]:
    import asyncio  # noqa: PLC0415  # no run that needs no client needs it
    from datetime import UTC, datetime  # noqa: PLC0415  # the same

    from .client import MessengerClient  # noqa: PLC0415  # it imports aiohttp

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)  # others come to their turn, as in any wait
        sandbox.advance(seconds)

    async with MessengerClient(
        page_access_token=sandbox.page.access_token,
        app_secret=sandbox.page.app_secret,
        graph_url=sandbox.url,
        sleep=sleep,
        now=lambda: datetime.fromtimestamp(sandbox.now(), UTC),
    ) as client:
        yield client
