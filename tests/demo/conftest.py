"""The fixtures of the demo's tests: its client, its bot, and its backend served."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from demo.kit import staging
from waits import Waits

from messengerkit import MessengerClient
from messengerkit.demo import faq
from messengerkit.demo.bot import Bot
from messengerkit.demo.conversations import Conversations
from messengerkit.demo.play import Stage
from messengerkit.sandbox import Sandbox


@pytest.fixture
async def client(sandbox: Sandbox, waits: Waits) -> AsyncIterator[MessengerClient]:
    """Yield a client of the sandbox's page."""
    async with MessengerClient(
        page_access_token=sandbox.page.access_token, graph_url=sandbox.url, sleep=waits
    ) as client:
        yield client


@pytest.fixture
def conversations() -> Conversations:
    """Return conversations, of which there are none yet."""
    return Conversations()


@pytest.fixture
def bot(client: MessengerClient, conversations: Conversations) -> Bot:
    """Return a bot that knows the café's answers."""
    return Bot(client, conversations, faq.load())


@pytest.fixture
async def stage(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Stage]:
    """Yield a stage: the demo's backend served, and the sandbox posting to it."""
    async with staging(sandbox, tmp_path) as stage:
        yield stage
