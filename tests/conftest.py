"""What the tests of every floor share: a clock that only notes the waits, and a sandbox."""

import sys
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, settings
from waits import Waits

from messengerkit.sandbox import Sandbox

# A busy machine is slow, which says nothing about the code; and no run depends on an earlier one.
settings.register_profile(
    "suite", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

PSID = "24000000000000007"


@pytest.fixture
def waits() -> Waits:
    """A clock on which every wait is over at once, and noted."""
    return Waits()


@pytest.fixture
def plain_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave imports to Python: a package that brings a plugin is otherwise pytest's to load.

    pytest rewrites the asserts of such packages, and `runpy` cannot run what it loaded.
    """
    finders = [one for one in sys.meta_path if type(one).__module__ != "_pytest.assertion.rewrite"]
    monkeypatch.setattr(sys, "meta_path", finders)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with one person who has just written."""
    async with Sandbox(redelivery_delays=()) as sandbox:
        await sandbox.person_writes(PSID, "Hello?")
        yield sandbox
