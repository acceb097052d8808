"""What the tests of every floor share: a clock that only notes the waits, and a sandbox."""

import logging
import sys
from collections.abc import AsyncIterator, Generator

import pytest
from hypothesis import HealthCheck, settings
from waits import Waits
from watched_log import WatchedLog

from messengerkit.sandbox import Sandbox

# A busy machine is slow, which says nothing about the code; and no run depends on an earlier one.
settings.register_profile(
    "suite", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

PSID = "24000000000000007"

_watched = WatchedLog()


def pytest_configure() -> None:
    """Watch the log of the whole run: no secret of the sandbox may stand in it."""
    logging.getLogger().addHandler(_watched)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Fail the test in which a secret was logged."""
    return (yield from _unless_logged())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """Also what is logged when its fixtures end."""
    return (yield from _unless_logged())


def _unless_logged() -> Generator[None, object, object]:
    result = yield
    if found := _watched.take():
        pytest.fail(f"A secret of the sandbox was logged: {'; '.join(found)}", pytrace=False)
    return result


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
