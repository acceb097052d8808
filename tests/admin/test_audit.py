"""The audit log: who did what, how it ended, and nothing that was not done."""

import asyncio
import hashlib
import json
import logging
import resource
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from admin.kit import (
    ADMIN,
    CONVERSATION,
    NOW,
    PERSON,
    TEXT,
    FullDisk,
    Panel,
    guide_headers,
    records,
)
from typing_extensions import override

from messengerkit import MessengerClient
from messengerkit.admin import AuditRecord, DirectBackend, JsonLinesAuditLog
from messengerkit.pace import PageLimiter
from messengerkit.sandbox import Fault, Sandbox
from messengerkit.usage import Usage

RECORD = AuditRecord(
    at=NOW,
    admin_id=ADMIN,
    action="send_message",
    conversation_id=CONVERSATION,
    recipient_id=PERSON,
    outcome="sent",
    details={"message": "two\nlines \u2028 and \N{WAVING HAND SIGN}"},
)


async def test_a_sent_message_leaves_one_whole_record(
    panel: Panel, sandbox: Sandbox, journal: Path
) -> None:
    """Time, admin, action, conversation, person and message id; of the text only a digest."""
    await panel.send()

    assert records(journal) == [
        {
            "at": "2026-11-22T09:30:00Z",
            "admin_id": ADMIN,
            "key_id": None,
            "action": "send_message",
            "conversation_id": CONVERSATION,
            "recipient_id": PERSON,
            "outcome": "sent",
            "message_id": sandbox.delivered[0].mid,
            "error": None,
            "details": {"length": len(TEXT), "sha256": hashlib.sha256(TEXT.encode()).hexdigest()},
        }
    ]
    assert "Alice" not in str(records(journal))


async def test_the_text_is_kept_on_request_only(client: MessengerClient, journal: Path) -> None:
    """`keep_text=True` keeps what was said, and then no digest is needed."""
    backend = DirectBackend(client, audit=JsonLinesAuditLog(journal), keep_text=True)
    await Panel(backend).send()

    assert records(journal)[0]["details"] == {"message": TEXT}


async def test_the_record_names_the_authenticated_admin(panel: Panel, journal: Path) -> None:
    """However the request spells the id, the log has one name for one admin."""
    headers = guide_headers(admin=ADMIN.replace("-", ""))
    await panel.send(headers=headers, admin_id=ADMIN.upper())

    assert [one["admin_id"] for one in records(journal)] == [ADMIN]


@pytest.mark.parametrize(
    ("fault", "times", "outcome", "error"),
    [
        (Fault.graph_error(10, 2018278), 1, "refused", "OutsideWindowError"),
        (Fault.graph_error(190), 1, "refused", "TokenError"),
        (Fault.graph_error(613), 3, "not_sent", "RateLimitError"),
        (Fault.commit_then_close(), 1, "unknown", "DeliveryUnknownError"),
        (Fault.graph_error(1, 1357046), 1, "unknown", "DeliveryUnknownError"),
    ],
    ids=["window", "token", "limit", "closed", "lost"],
)
async def test_a_message_that_was_tried_leaves_a_record(  # fixtures
    panel: Panel,
    sandbox: Sandbox,
    journal: Path,
    fault: Fault,
    times: int,
    outcome: str,
    error: str,
) -> None:
    """What was tried on somebody's behalf is recorded, with how it ended and why."""
    sandbox.script(fault, times=times)
    await panel.send()

    (record,) = records(journal)
    assert (record["outcome"], record["error"]) == (outcome, error)
    assert (record["message_id"], record["recipient_id"]) == (None, PERSON)


async def test_a_request_that_is_refused_is_no_action(panel: Panel, journal: Path) -> None:
    """Who came in vain is recorded as such; who only mistyped is not."""
    refused = [
        await panel.send(headers=()),
        await panel.send(admin_id="admin-2"),
        await panel.send(conversation_id="a/b"),
        await panel.send(b"x" * 70_000),
    ]

    assert [one.status for one in refused] == [401, 403, 422, 413]
    assert [(one["action"], one["error"], one["admin_id"]) for one in records(journal)] == [
        ("refused_request", "AdminAuthError", "anonymous"),
        ("refused_request", "AdminForbiddenError", ADMIN),
    ]


def mode(path: Path) -> int:
    """Return who may do what with *path*."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_only_the_owner_may_read_it(journal: Path) -> None:
    """The file is made with mode 0600: it says who wrote with whom."""
    await JsonLinesAuditLog(journal).append(RECORD)

    assert mode(journal) == 0o600


def test_two_logs_share_one_file(journal: Path) -> None:
    """Records are only ever added, and each is one line whatever its text holds."""
    journal.write_text('{"older": true}\n')

    async def share() -> None:
        logs = [JsonLinesAuditLog(journal), JsonLinesAuditLog(str(journal))]
        await asyncio.gather(*(log.append(RECORD) for log in logs * 10))

    asyncio.run(share())

    older, *rest = journal.read_bytes().splitlines()
    assert json.loads(older) == {"older": True}
    assert len(rest) == 20
    assert len(set(rest)) == 1
    assert json.loads(rest[0])["details"] == RECORD.details


async def test_it_lies_beside_the_process_unless_told_otherwise(
    client: MessengerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an audit log of its own a backend writes `admin-actions.jsonl`, by the real clock."""
    monkeypatch.chdir(tmp_path)
    before = datetime.now(UTC)
    await Panel(DirectBackend(client)).send()

    (record,) = records(tmp_path / "admin-actions.jsonl")
    assert before <= datetime.fromisoformat(str(record["at"])) <= datetime.now(UTC)


async def test_a_full_disk_does_not_unsend_a_message(
    client: MessengerClient, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The message is out: the admin is told so, and the log has who sent it, without the text."""
    done = await Panel(DirectBackend(client, audit=FullDisk(), keep_text=True)).send()

    assert (done.status, done.success) == (200, True)
    assert len(sandbox.delivered) == 1
    assert "Alice" not in caplog.text
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.name == "messengerkit.admin"
    assert sandbox.delivered[0].mid in record.getMessage()
    assert ADMIN in record.getMessage()
    assert "No space left on device" in caplog.text


async def test_a_full_disk_does_not_hide_a_refusal(
    client: MessengerClient, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """What Meta said is told, whether it could be recorded or not."""
    sandbox.script(Fault.graph_error(10, 2018278))
    done = await Panel(DirectBackend(client, audit=FullDisk())).send()

    assert (done.status, done.error["code"]) == (502, "outside_window")
    assert "OutsideWindowError" in caplog.text


class BrokenTable:
    """An audit log in a database that is away; its errors are no `OSError`."""

    async def append(self, _record: AuditRecord, /) -> None:
        """Fail as a driver does."""
        msg = "database is locked"
        raise RuntimeError(msg)


async def test_an_audit_log_of_any_kind_does_not_unsend_a_message(
    client: MessengerClient, sandbox: Sandbox
) -> None:
    """A database's error is no `OSError`, and the admin must not send again for it either."""
    done = await Panel(DirectBackend(client, audit=BrokenTable())).send()

    assert len(sandbox.delivered) == 1
    assert (done.status, done.success) == (200, True)


async def test_a_message_whose_admin_has_gone_is_recorded(
    panel: Panel, sandbox: Sandbox, journal: Path
) -> None:
    """A browser that hangs up does not unsend: the record says that nobody knows."""
    sandbox.script(Fault.commit_then_silence())
    sending = asyncio.create_task(panel.send())
    await sandbox.wait_for_delivery(PERSON)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    (record,) = records(journal)
    assert (record["outcome"], record["error"]) == ("unknown", "CancelledError")


class BrokenPace(PageLimiter):
    """A limiter of a user's, whose counter has gone after a call was let through."""

    @override
    def observe(self, usage: Usage) -> None:
        """Fail as a driver does."""
        msg = "the counter is gone"
        raise RuntimeError(msg)


async def test_a_message_is_recorded_whatever_a_users_part_raises(
    sandbox: Sandbox, journal: Path
) -> None:
    """The person has read it, and the admin got a 500: the record is all that tells."""
    async with MessengerClient(
        page_access_token=sandbox.page.access_token, graph_url=sandbox.url, limiter=BrokenPace()
    ) as client:
        done = await Panel(DirectBackend(client, audit=JsonLinesAuditLog(journal))).send()

    assert (done.status, len(sandbox.delivered)) == (500, 1)
    (record,) = records(journal)
    assert (record["outcome"], record["error"]) == ("unknown", "RuntimeError")


async def test_a_record_that_does_not_fit_is_an_error_and_spoils_no_other(journal: Path) -> None:
    """A disk that fills up tears a record; the next one begins on a line of its own."""
    audit = JsonLinesAuditLog(journal)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    try:
        with pytest.raises(OSError, match="not written whole"):
            await audit.append(RECORD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await audit.append(RECORD)
    torn, whole = journal.read_bytes().splitlines()  # noqa: ASYNC240  # a test may wait for its disk

    assert len(torn) == 20
    assert json.loads(whole)["admin_id"] == ADMIN
