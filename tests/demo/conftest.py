"""The fixtures of the demo's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from demo.kit import staging

from messengerkit.demo.stage import Stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """Yield a stage: the demo, open, with a small bot."""
    async with staging(tmp_path) as stage:
        yield stage
