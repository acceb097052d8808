"""Reading the audit log backwards: each record once, the newest first, whatever lies between."""

import json
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from admin.kit import ADMIN, CONVERSATION, NOW, PERSON
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from messengerkit.admin import ActionsQuery, AuditPage, AuditRecord, JsonLinesAuditLog
from messengerkit.admin import journal as journals

RECORD = AuditRecord(
    at=NOW,
    admin_id=ADMIN,
    key_id="desk-1",
    action="send_message",
    conversation_id=CONVERSATION,
    recipient_id=PERSON,
    outcome="sent",
    message_id="m_1",
    details={"message": "two\nlines \u2028 and \N{WAVING HAND SIGN}"},
)
FOREIGN = (
    b"",
    b" ",
    b"{",
    b"{}",
    b"[]",
    b"null",
    b"17",
    b'"text"',
    b"\x00" * 500,
    b"\xff\xfe",
    b'{"at": "2026-11-22T09:30:00Z", "admin_id": "a", "action": "b"}',
    b'{"at": "yesterday", "admin_id": "a", "action": "b", "outcome": "sent"}',
    b'{"at": "2026-11-22T09:30:00Z", "admin_id": 1, "action": "b", "outcome": "sent"}',
    b"[" * 10_000,
)


def numbered(number: int, *, size: int = 0, **changes: object) -> AuditRecord:
    """Return the record of the *number*-th action, of about *size* bytes more."""
    details: dict[str, object] = {"number": number, "filling": "x" * size}
    return replace(RECORD, at=NOW + timedelta(seconds=number), details=details, **changes)  # type: ignore[arg-type]  # as a test gives them


def numbers(records: Sequence[AuditRecord]) -> list[object]:
    """Return the numbers of *records*."""
    return [record.details["number"] for record in records]


def fill(journal: Path, *records: AuditRecord) -> JsonLinesAuditLog:
    """Return a log with *records*; written at once, since each `append` waits for the disk."""
    journal.write_bytes(b"".join(to_json(record) + b"\n" for record in records))
    return JsonLinesAuditLog(journal)


def add(journal: Path, *lines: bytes) -> None:
    """Add *lines* as they are."""
    with journal.open("ab") as file:
        file.write(b"".join(lines))


def size_of(journal: Path) -> int:
    """Return the bytes of the log."""
    return journal.stat().st_size


async def pages(audit: JsonLinesAuditLog, **query: object) -> list[AuditPage]:
    """Return all pages of *query*, by following the cursor to its end."""
    found: list[AuditPage] = []
    before: str | None = None
    while not found or before is not None:
        asked = ActionsQuery.model_validate({**query, "before": before})
        found.append(await audit.latest(asked))
        assert found[-1].next is None or before is None or int(found[-1].next) < int(before)
        before = found[-1].next
    return found


async def walk(audit: JsonLinesAuditLog, **query: object) -> list[AuditRecord]:
    """Return the records of all pages of *query*."""
    return [record for page in await pages(audit, **query) for record in page.records]


@contextmanager
def bounds(*, block: int = 64 * 1024, most: int = 16 * 1024 * 1024) -> Generator[None]:
    """Read in blocks of *block* bytes, and *most* bytes for one question."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journals, "_BLOCK", block)
        patch.setattr(journals, "_MOST", most)
        yield


@contextmanager
def somewhere() -> Generator[Path]:
    """Give a path for each of hypothesis' examples."""
    with tempfile.TemporaryDirectory() as place:
        yield Path(place) / "actions.jsonl"


async def test_a_file_that_is_not_there_is_empty(journal: Path) -> None:
    """Before the first action there is none, which is no error; and no file is made."""
    audit = JsonLinesAuditLog(journal)

    assert await audit.latest(ActionsQuery()) == AuditPage(records=(), next=None)
    assert await audit.latest(ActionsQuery(before="5")) == AuditPage(records=(), next=None)
    assert list(journal.parent.iterdir()) == []  # a test may wait for its disk


async def test_an_empty_file_is_empty(journal: Path) -> None:
    """Made by hand, say, for its owner's sake."""
    audit = fill(journal)

    assert await audit.latest(ActionsQuery()) == AuditPage(records=(), next=None)


async def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """It must not look like a log in which nothing happened."""
    with pytest.raises(OSError, match="directory"):
        await JsonLinesAuditLog(tmp_path).latest(ActionsQuery())


async def test_a_record_comes_back_as_it_was(journal: Path) -> None:
    """Every field of it, and its text with all that a line must not hold."""
    refused = AuditRecord(at=NOW, admin_id="anonymous", action="refused_request", outcome="refused")
    audit = JsonLinesAuditLog(journal)
    for record in (RECORD, refused):
        await audit.append(record)

    assert await audit.latest(ActionsQuery()) == AuditPage(records=(refused, RECORD), next=None)


async def test_the_newest_come_first(journal: Path) -> None:
    """As many as were asked for, 50 if nothing was said, and a cursor for the rest."""
    audit = fill(journal, *map(numbered, range(60)))
    first = await audit.latest(ActionsQuery(limit=3))
    second = await audit.latest(ActionsQuery(limit=3, before=first.next))
    default = await audit.latest(ActionsQuery())

    assert numbers(first.records) == [59, 58, 57]
    assert numbers(second.records) == [56, 55, 54]
    assert numbers(default.records) == list(range(59, 9, -1))
    assert default.next is not None


@pytest.mark.parametrize("limit", [1, 3, 4, 6, 12, 13])
async def test_there_is_no_cursor_at_the_end(journal: Path, limit: int) -> None:
    """The last page says that it is the last, also when it is full."""
    audit = fill(journal, *map(numbered, range(12)))
    found = await pages(audit, limit=limit)

    assert len(found) == -(-12 // limit)
    assert [len(page.records) for page in found[:-1]] == [limit] * (len(found) - 1)


async def test_the_cursor_is_where_the_last_record_begins(journal: Path) -> None:
    """To the byte, also past lines of others: then nothing can be missed."""
    audit = fill(journal)
    begins: list[str | None] = []
    for number in range(5):
        begins.append(str(size_of(journal)) if number else None)
        add(journal, to_json(numbered(number)), b"\n", b"\n" * 300, b"x\n")
    found = await pages(audit, limit=1)

    assert [page.next for page in found] == begins[::-1]


@pytest.mark.parametrize("limit", [7, 50, 200])
async def test_a_log_of_many_blocks_is_walked_whole(journal: Path, limit: int) -> None:
    """Each record exactly once; one is larger than a block, and one ends with a block."""
    sizes = [200 + number % 700 for number in range(600)]
    sizes[100], sizes[101], sizes[500] = 64 * 1024 + 1, 64 * 1024, 200_000
    audit = fill(journal, *(numbered(n, size=size) for n, size in enumerate(sizes)))

    assert size_of(journal) > 10 * 64 * 1024
    assert numbers(await walk(audit, limit=limit)) == list(range(599, -1, -1))


@given(
    sizes=st.lists(st.integers(0, 300), max_size=12),
    foreign=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(FOREIGN[:-1])), max_size=4),
    block=st.integers(1, 400),
    limit=st.integers(1, 13),
    ended=st.booleans(),
)
async def test_however_the_blocks_fall(
    sizes: list[int],
    foreign: list[tuple[int, bytes]],
    block: int,
    limit: int,
    ended: bool,  # noqa: FBT001  # hypothesis hands it over by name
) -> None:
    """No record is lost, doubled or moved where a block, a page or a foreign line begins."""
    lines = [to_json(numbered(n, size=size)) for n, size in enumerate(sizes)]
    for place, line in foreign:
        lines.insert(place, line)
    with somewhere() as journal, bounds(block=block):
        audit = fill(journal)
        add(journal, b"\n".join(lines), b"\n" if ended and lines else b"")

        assert numbers(await walk(audit, limit=limit)) == list(range(len(sizes) - 1, -1, -1))


@given(block=st.integers(1, 2000), most=st.integers(700, 2500), limit=st.integers(1, 5))
async def test_whatever_the_bound_is(block: int, most: int, limit: int) -> None:
    """Each page looks through no more than the bound, and together they miss nothing."""
    with somewhere() as journal, bounds(block=block, most=most):
        audit = fill(journal, *(numbered(n, size=37 * n % 200) for n in range(20)))
        found = await pages(audit, limit=limit)
        cursors = [size_of(journal), *(int(page.next or 0) for page in found)]

    assert numbers([record for page in found for record in page.records]) == list(range(19, -1, -1))
    assert all(one - other <= most for one, other in pairwise(cursors))


async def test_a_writer_does_not_disturb_the_walk(journal: Path) -> None:
    """What is added while somebody reads is newer than the cursor, and shifts nothing."""
    audit = fill(journal, *map(numbered, range(30)))
    found: list[object] = []
    before: str | None = None
    for number in range(100, 110):
        page = await audit.latest(ActionsQuery(limit=3, before=before))
        found += numbers(page.records)
        before = page.next
        await JsonLinesAuditLog(journal).append(numbered(number))

    assert found == list(range(29, -1, -1))
    assert before is None
    assert numbers((await audit.latest(ActionsQuery(limit=2))).records) == [109, 108]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"admin_id": "alice"}, [4, 2, 0]),
        ({"admin_id": "bob"}, [3, 1]),
        ({"conversation_id": "c-1"}, [3, 2, 0]),
        ({"conversation_id": "c-2"}, [4]),
        ({"admin_id": "alice", "conversation_id": "c-1"}, [2, 0]),
        ({"admin_id": "bob", "conversation_id": "c-2"}, []),
        ({"admin_id": "nobody"}, []),
        ({"admin_id": "None"}, []),
        ({"conversation_id": "None"}, []),
    ],
)
@pytest.mark.parametrize("limit", [1, 50])
async def test_records_can_be_filtered(
    journal: Path, query: dict[str, str], expected: list[int], limit: int
) -> None:
    """By admin, by conversation, by both; a record without a conversation is in none."""
    audit = fill(
        journal,
        numbered(0, admin_id="alice", conversation_id="c-1"),
        numbered(1, admin_id="bob", conversation_id=None),
        numbered(2, admin_id="alice", conversation_id="c-1"),
        numbered(3, admin_id="bob", conversation_id="c-1"),
        numbered(4, admin_id="alice", conversation_id="c-2"),
    )

    assert numbers(await walk(audit, limit=limit, **query)) == expected


async def test_an_id_is_found_however_it_is_spelled(journal: Path) -> None:
    """One conversation is one, whether its UUID came in capitals or without hyphens."""
    audit = fill(
        journal,
        numbered(0),
        numbered(1, conversation_id=CONVERSATION.upper()),
        numbered(2, admin_id=ADMIN.replace("-", "")),
    )

    assert len(await walk(audit, conversation_id=CONVERSATION.replace("-", ""))) == 3
    assert len(await walk(audit, admin_id=ADMIN.upper())) == 3


async def test_lines_of_others_are_passed_over(journal: Path) -> None:
    """A torn record, a hand that slipped, a disk that gave zeros: the rest is still there."""
    audit = JsonLinesAuditLog(journal)
    for number, line in enumerate(FOREIGN):
        add(journal, to_json(numbered(number)), b"\n", line, b"\n")
    add(journal, to_json(numbered(99))[:-20])

    assert numbers(await walk(audit, limit=3)) == list(range(len(FOREIGN) - 1, -1, -1))


async def test_fields_of_the_future_are_no_obstacle(journal: Path) -> None:
    """A record of a later version is shown with what this one knows."""
    audit = fill(journal)
    add(journal, json.dumps({**json.loads(to_json(RECORD)), "mood": "good"}).encode())

    assert (await audit.latest(ActionsQuery())).records == (RECORD,)


@given(cursor=st.integers(0, 10**18 - 1) | st.integers(0, 3000), limit=st.integers(1, 4))
async def test_any_cursor_shows_records_or_none(cursor: int, limit: int) -> None:
    """Also one that nobody was given: whole records in their order, and an end."""
    with somewhere() as journal:
        audit = fill(journal, *map(numbered, range(5)))
        page = await audit.latest(ActionsQuery(limit=limit, before=str(cursor)))
    shown = numbers(page.records)

    assert shown == sorted(shown, key=str, reverse=True)
    assert set(shown) <= set(range(5))
    assert len(shown) <= limit
    assert page.next is None or int(page.next) < cursor


async def test_a_rare_filter_ends_and_says_where_it_came_to(journal: Path) -> None:
    """Beyond the bound an empty page leads on, so that no question reads a file of gigabytes."""
    records = [numbered(n, admin_id="rare" if n == 0 else ADMIN) for n in range(40)]
    audit = fill(journal, *records)
    with bounds(block=1000, most=4000):
        found = await pages(audit, admin_id="rare")

    assert numbers([record for page in found for record in page.records]) == [0]
    assert size_of(journal) // 4000 < len(found) <= size_of(journal) // 2500
    assert {len(page.records) for page in found[:-1]} == {0}


async def test_a_line_beyond_the_bound_is_no_record(journal: Path) -> None:
    """It is passed over like any foreign one, however long, and what is older is still found."""
    audit = fill(journal, numbered(0))
    add(journal, b"x" * 10_000, b"\n", to_json(numbered(1)), b"\n")
    with bounds(block=300, most=1000):
        found = await pages(audit, limit=1)

    assert numbers([record for page in found for record in page.records]) == [1, 0]
    assert len(found) <= 13


def test_the_bound_is_16_mib() -> None:
    """Some 40,000 records: a question takes half a second, and not a minute."""
    assert (journals._BLOCK, journals._MOST) == (64 * 1024, 16 * 1024 * 1024)
