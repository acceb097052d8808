"""The admin's key and the page's token are in no log, no traceback and no answer."""

import itertools
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from admin.kit import (
    ADMIN,
    KEY,
    Accepting,
    FullDisk,
    Headers,
    Panel,
    guide_headers,
    records,
)

from messengerkit import MessengerClient
from messengerkit.admin import DirectBackend
from messengerkit.sandbox import Fault, Sandbox

HEADERS: tuple[Headers, ...] = (
    guide_headers(),
    guide_headers(admin="somebody"),
    (*guide_headers(), ("Authorization", f"Bearer {KEY}")),
    guide_headers(key=f"{KEY}\udce9"),
    guide_headers(key=f"{KEY},{KEY}"),
    (("Authorization", f"Basic {KEY}"), ("X-Admin-User-ID", ADMIN)),
)
BODIES = (None, b"{", b'{"conversation_id": 1}', b" " * 70_000)
FAULTS = (
    None,
    Fault.graph_error(190, message="Malformed access token EAAPart"),
    Fault.commit_then_close(),
    Fault.html(502),
    Fault.reset(),
)


def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """Yield all that was logged, and each traceback as a tool prints it that shows locals."""
    yield caplog.text
    for record in caplog.records:
        yield repr(record.args)
        if record.exc_info and record.exc_info[1]:
            told = traceback.TracebackException.from_exception(
                record.exc_info[1], capture_locals=True
            )
            yield "".join(told.format())


@pytest.mark.parametrize("fault", FAULTS, ids=["none", "token", "close", "html", "reset"])
async def test_no_secret_is_logged_or_told(
    client: MessengerClient,
    sandbox: Sandbox,
    caplog: pytest.LogCaptureFixture,
    fault: Fault | None,
) -> None:
    """Whatever is sent and whatever fails, at DEBUG: no key, no token, no app secret."""
    caplog.set_level(logging.DEBUG)
    panel = Panel(DirectBackend(client, audit=FullDisk()))
    answers: list[str] = []
    for headers, body in itertools.product(HEADERS, BODIES):
        if fault:
            sandbox.script(fault, times=3)
        answers.append(repr(await panel.send(body, headers=headers)))

    told = "\n".join((*answers, *everything_logged(caplog)))
    assert "refused" in told
    assert "The audit log refused" in told
    assert KEY not in told
    assert sandbox.page.access_token not in told
    assert sandbox.page.app_secret not in told


async def test_no_secret_is_in_a_crash(
    accepting: Accepting, caplog: pytest.LogCaptureFixture
) -> None:
    """A backend's crash is logged with its traceback, and no frame of ours holds the key."""
    caplog.set_level(logging.DEBUG)
    accepting.failure = ZeroDivisionError()
    await Panel(accepting).send()

    told = "\n".join(everything_logged(caplog))
    assert "ZeroDivisionError" in told
    assert "respond" in told
    assert KEY not in told


async def test_no_text_of_a_message_is_logged(
    panel: Panel, caplog: pytest.LogCaptureFixture, journal: Path
) -> None:
    """What people say is nobody's business who reads the log."""
    caplog.set_level(logging.DEBUG)
    await panel.send(message_text="a-marked-text")
    await panel.send(message_text="a-marked-text" + "x" * 2000)

    assert "POST /me/messages: ok" in caplog.text
    assert "a-marked-text" not in caplog.text + str(records(journal))
