"""Refused requests leave records: enough to see an attack, too few to fill a disk, never a key."""

import json
import logging
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from admin.kit import ADMIN, KEY, NOW, SEND, Clock, FullDisk, Headers, guide_headers, records
from hypothesis import given
from hypothesis import strategies as st

from messengerkit.admin import (
    AdminIdentity,
    AdminRequest,
    AuditRecord,
    JsonLinesAuditLog,
    RefusedRequests,
)
from messengerkit.admin.auth.key import new_key
from messengerkit.admin.identity import ANONYMOUS, Role
from messengerkit.errors import (
    AdminAuthError,
    AdminError,
    AdminForbiddenError,
    AdminThrottledError,
)

LOG = "messengerkit.admin"
RING_KEY = new_key(
    admin_ids=(ADMIN,), role=Role.AGENT, pages=None, expires_at=None, key_id="desk-1"
).key.get_secret_value()


@dataclass
class Kept:
    """An audit log in memory."""

    records: list[AuditRecord] = field(default_factory=list[AuditRecord])

    async def append(self, record: AuditRecord, /) -> None:
        """Keep *record*."""
        self.records.append(record)


@dataclass
class Door:
    """Where requests are refused."""

    audit: Kept = field(default_factory=Kept)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.refused = RefusedRequests(self.audit, now=lambda: NOW, monotonic=self.clock)

    async def refuse(
        self,
        error: AdminError | None = None,
        *,
        headers: Headers = (),
        peer: str | None = "192.0.2.7",
        admin: AdminIdentity = ANONYMOUS,
    ) -> None:
        """Note that a request was refused."""
        request = AdminRequest(method="POST", path="/v1" + SEND, headers=headers, peer=peer)
        found = AdminAuthError(reason="wrong key") if error is None else error
        await self.refused.note(SEND, request, found, admin)


@pytest.fixture
def door() -> Door:
    """Return a door whose clock stands still."""
    return Door()


def left_out(record: AuditRecord) -> int:
    """Return how many *record* says were left out before it."""
    return cast("int", record.details["left_out"])


async def test_what_a_record_tells(door: Door) -> None:
    """Who, as far as that is known; where from; what for; and why not."""
    headers = (*guide_headers(key=RING_KEY), ("X-Forwarded-For", "198.51.100.1, 10.0.0.1"))
    await door.refuse(headers=headers)

    assert [asdict(one) for one in door.audit.records] == [
        {
            "at": NOW,
            "admin_id": "anonymous",
            "key_id": None,
            "action": "refused_request",
            "conversation_id": None,
            "recipient_id": None,
            "outcome": "refused",
            "message_id": None,
            "error": "AdminAuthError",
            "details": {
                "method": "POST",
                "path": SEND,
                "reason": "wrong key",
                "claimed_key_id": "desk-1",
                "peer": "192.0.2.7",
                "forwarded_for": "198.51.100.1, 10.0.0.1",
                "left_out": 0,
            },
        }
    ]


async def test_what_is_not_known_is_null(door: Door) -> None:
    """No peer behind a Unix socket, no key, no proxy."""
    await door.refuse(peer=None)
    details = door.audit.records[0].details

    assert (details["peer"], details["claimed_key_id"], details["forwarded_for"]) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("error", "name", "reason"),
    [
        (AdminAuthError(reason="wrong key"), "AdminAuthError", "wrong key"),
        (AdminThrottledError(reason="unknown key id"), "AdminThrottledError", "unknown key id"),
        (AdminForbiddenError("This needs a role."), "AdminForbiddenError", "This needs a role."),
    ],
)
async def test_the_reason_is_the_true_one(
    door: Door, caplog: pytest.LogCaptureFixture, error: AdminError, name: str, reason: str
) -> None:
    """The caller hears the same for each of them; whoever reads the log does not."""
    caplog.set_level(logging.DEBUG)
    await door.refuse(error)

    assert (door.audit.records[0].error, door.audit.records[0].details["reason"]) == (name, reason)
    assert caplog.record_tuples == [(LOG, logging.WARNING, f"POST {SEND} refused: {reason}")]


async def test_who_was_known_is_named(door: Door) -> None:
    """An admin who may not is recorded by name and key."""
    admin = AdminIdentity(admin_id="alice", key_id="desk-2")
    await door.refuse(AdminForbiddenError("No."), admin=admin)

    assert (door.audit.records[0].admin_id, door.audit.records[0].key_id) == ("alice", "desk-2")


async def test_a_thousand_at_once_leave_ten(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Ten records and ten lines; the next one, a minute later, tells of the 990 others."""
    for _ in range(1000):
        await door.refuse()
    first = list(door.audit.records)
    lines = len(caplog.records)
    door.clock.seconds += 59.75
    await door.refuse()
    door.clock.seconds += 0.25
    await door.refuse()
    await door.refuse()

    assert (len(first), lines) == (10, 10)
    assert {left_out(one) for one in first} == {0}
    assert [left_out(one) for one in door.audit.records[10:]] == [991, 0]
    assert caplog.messages[10:] == [
        f"POST {SEND} refused: wrong key (991 more were left out)",
        f"POST {SEND} refused: wrong key",
    ]


async def test_a_steady_attack_leaves_ten_a_minute(door: Door) -> None:
    """In no minute more than ten, and every refusal is either recorded or counted."""
    at: list[float] = []
    for _ in range(6000):
        before = len(door.audit.records)
        await door.refuse()
        at += [door.clock.seconds] * (len(door.audit.records) - before)
        door.clock.seconds += 0.125
    door.clock.seconds += 60
    await door.refuse()

    assert len(at) == 10 * 13
    assert all(at[n + 10] - at[n] >= 60 for n in range(len(at) - 10))
    assert sum(left_out(one) + 1 for one in door.audit.records) == 6001


async def test_the_rate_can_be_another() -> None:
    """Two in ten seconds, or none at all."""
    clock, kept = Clock(), Kept()
    two = RefusedRequests(kept, most=2, seconds=10.0, monotonic=clock)
    none = RefusedRequests(kept, most=0, monotonic=clock)
    request = AdminRequest(method="GET", path=SEND)
    for _ in range(25):
        await two.note(SEND, request, AdminAuthError(), ANONYMOUS)
        await none.note(SEND, request, AdminAuthError(), ANONYMOUS)
        clock.seconds += 1.0

    assert [left_out(one) for one in kept.records] == [0, 0, 8, 0, 8, 0]


async def test_by_default_the_clocks_are_the_machines() -> None:
    """The record's time is now, and aware."""
    kept = Kept()
    before = datetime.now(UTC)
    request = AdminRequest(method="GET", path=SEND)
    await RefusedRequests(kept).note(SEND, request, AdminAuthError(), ANONYMOUS)

    assert before <= kept.records[0].at <= datetime.now(UTC)


KEYS: dict[str, Headers] = {
    "shared": (("Authorization", f"Bearer {KEY}"),),
    "ring": (("Authorization", f"Bearer {RING_KEY}"),),
    "ring, misspelt": (("Authorization", f"Bearer {RING_KEY[:-1]}"),),
    "twice": (("Authorization", f"Bearer {KEY}"), ("Authorization", f"Bearer {KEY}")),
    "basic": (("Authorization", f"Basic {KEY}"),),
    "alone": (("Authorization", KEY),),
    "not text": (("Authorization", f"Bearer {KEY}\udce9"),),
}


@pytest.mark.parametrize("headers", KEYS.values(), ids=KEYS)
async def test_a_key_is_in_no_record_and_no_line(
    door: Door, caplog: pytest.LogCaptureFixture, headers: Headers
) -> None:
    """Of a key of a ring its public id is told, of any other nothing."""
    caplog.set_level(logging.DEBUG)
    await door.refuse(headers=headers)

    told = repr(door.audit.records) + caplog.text
    assert len(door.audit.records) == 1
    assert KEY not in told
    assert RING_KEY.rpartition("_")[2][:20] not in told


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=300)


@given(
    headers=st.lists(
        st.tuples(st.sampled_from(["X-Forwarded-For", "Authorization"]), ANYTHING), max_size=3
    ),
    peer=st.none() | ANYTHING,
    reason=ANYTHING,
)
async def test_what_others_say_is_printable_and_short(
    headers: list[tuple[str, str]], peer: str | None, reason: str
) -> None:
    """Whatever a caller, a proxy or a verifier says, no line is forged, and none is long."""
    door = Door()
    await door.refuse(AdminAuthError(reason=reason), headers=headers, peer=peer)
    details = door.audit.records[0].details
    texts = [value for value in details.values() if isinstance(value, str)]

    assert json.loads(json.dumps(details)) == details
    assert all(text.isascii() and text.isprintable() and len(text) <= 200 for text in texts)
    assert (details["peer"] is None) is (peer is None)
    if reason.isascii() and reason.isprintable():
        assert details["reason"] == reason[:200]


async def test_a_line_of_the_log_cannot_be_forged(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """A reason with a line break in it, however long, is one short line."""
    await door.refuse(AdminAuthError(reason="x\nERROR forged\x1b[0m" + "y" * 10_000))
    (line,) = caplog.messages

    assert line.isprintable()
    assert line.startswith(f"POST {SEND} refused: x?ERROR forged?[0myy")
    assert len(line) == len(f"POST {SEND} refused: ") + 200


async def test_proxies_are_told_in_their_order(door: Door) -> None:
    """Each header that came, and no more than 200 characters of all."""
    await door.refuse(headers=(("X-Forwarded-For", "a"), ("x-forwarded-for", "b" * 300)))

    assert door.audit.records[0].details["forwarded_for"] == "a, " + "b" * 197


async def test_a_record_is_one_line_of_the_file(tmp_path: Path) -> None:
    """As every other record of the audit log."""
    journal = tmp_path / "actions.jsonl"
    refused = RefusedRequests(JsonLinesAuditLog(journal), now=lambda: NOW)
    request = AdminRequest(method="POST", path=SEND, headers=(("X-Forwarded-For", "\udce9\n"),))
    await refused.note(SEND, request, AdminAuthError(reason="\ud800"), ANONYMOUS)

    (record,) = records(journal)
    details = cast("dict[str, object]", record["details"])
    assert (details["reason"], details["forwarded_for"]) == ("?", "??")


async def test_without_an_audit_log_there_is_the_logger(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At the same rate."""
    refused = RefusedRequests(None, monotonic=Clock())
    for _ in range(20):
        await refused.note(
            SEND, AdminRequest(method="GET", path=SEND), AdminAuthError(reason="no"), ANONYMOUS
        )

    assert caplog.messages == [f"GET {SEND} refused: no"] * 10


async def test_a_log_that_fails_makes_no_error_of_a_refusal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever is refused must not find out that a disk is full."""
    refused = RefusedRequests(FullDisk(), now=lambda: NOW)
    await refused.note(SEND, AdminRequest(method="GET", path=SEND), AdminAuthError(), ANONYMOUS)

    assert "No space left on device" in caplog.text


async def test_a_clock_that_fails_makes_no_error_of_a_refusal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nor that a clock is broken."""
    kept = Kept()

    def broken() -> datetime:
        msg = "no time"
        raise OSError(msg)

    await RefusedRequests(kept, now=broken).note(
        SEND, AdminRequest(method="GET", path=SEND), AdminAuthError(), ANONYMOUS
    )

    assert kept.records == []
    assert "The audit log refused a record" in caplog.text
