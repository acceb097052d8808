"""The handler that watches the log of the whole test run finds what is planted."""

import logging
from collections.abc import Iterator

import pytest
from watched_log import SECRETS, WatchedLog

from messengerkit import MessengerError
from messengerkit.sandbox import Page

MARK = "EAACanaryThatIsPlanted"


@pytest.fixture
def watched() -> Iterator[WatchedLog]:
    """Yield a handler of its own, beside that of the run."""
    handler, log = WatchedLog([MARK]), logging.getLogger("messengerkit")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


@pytest.mark.parametrize("how", ["message", "argument", "extra", "error", "cause"])
def test_a_planted_leak_is_found(how: str, watched: WatchedLog) -> None:
    """Wherever it stands, once, with the place where it was logged."""
    log = logging.getLogger("messengerkit.admin")
    cause = ValueError(MARK) if how == "cause" else None
    failed = MessengerError(MARK if how == "error" else "It failed.")
    failed.__cause__ = cause
    match how:
        case "message":
            log.warning(MARK)
        case "argument":
            log.warning("It is %s.", MARK)
        case "extra":
            log.warning("It failed.", extra={"key": MARK})
        case _:
            log.warning("It failed.", exc_info=failed)
    (found,) = watched.take()

    assert found.startswith("messengerkit.admin, ")
    assert __file__ in found
    assert MARK not in found
    assert watched.take() == []


def test_what_holds_no_mark_is_passed_over(watched: WatchedLog) -> None:
    """Also a line whose arguments do not fit."""
    log = logging.getLogger("messengerkit")
    log.warning("It is %s.", "fine")
    watched.handle(log.makeRecord("a", 30, "b", 1, "%d %d", (1,), None))

    assert (watched.seen, watched.take()) == (2, [])


def test_the_marks_are_those_of_the_sandbox() -> None:
    """They would watch for nothing if the sandbox's defaults were others."""
    assert (Page().access_token, Page().app_secret) == SECRETS


def test_the_run_is_watched() -> None:
    """The handler of the run stands at the root, and sees what tests log."""
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, WatchedLog)]
    before = handler.seen
    logging.getLogger("messengerkit").warning("Something.")

    assert handler.seen == before + 1
