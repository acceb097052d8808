"""Floor 7: the audit log in a file, one JSON object a line, readable by its owner only."""

import asyncio
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from messengerkit.errors import InvalidInputError

from .audit import AuditPage, AuditRecord
from .identity import same_id
from .schemas import ActionsQuery

_BLOCK = 64 * 1024
_MOST = 16 * 1024 * 1024  # bytes that one question looks through, so that a rare filter ends
_OFFSET = re.compile("[0-9]{1,18}")
_RECORD = TypeAdapter(AuditRecord)


class JsonLinesAuditLog:
    """An audit log in a file.

    Each record is one write in append mode, so that several processes may share the
    file, and it is on the disk before `append` returns.
    """

    def __init__(self, path: str | os.PathLike[str] = "admin-actions.jsonl") -> None:
        self.path: Path = Path(path)
        self._torn = False  # whether a full disk cut our last record short

    async def append(self, record: AuditRecord, /) -> None:
        """Append *record* as one line.

        Raises:
            OSError: If the file cannot be written.
        """
        await asyncio.to_thread(self._write, to_json(record) + b"\n")

    async def latest(self, query: ActionsQuery, /) -> AuditPage:
        """Return the newest records that *query* asks for; lines that are torn are left out.

        Raises:
            InvalidInputError: If `before` is no cursor of this log.
            OSError: If the file cannot be read; that it is not there yet is no error.
        """
        if query.before is not None and not _OFFSET.fullmatch(query.before):
            msg = "before: must be the `next` of an earlier answer"
            raise InvalidInputError(msg, field="before")
        return await asyncio.to_thread(self._read, query)

    def _write(self, line: bytes) -> None:
        # Remembered, not looked up in the file: another writer may be in the middle of a record.
        whole = b"\n" + line if self._torn else line
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._torn = os.write(file, whole) < len(whole)
            if self._torn:
                raise OSError(errno.ENOSPC, "The record was not written whole", str(self.path))
            os.fsync(file)
        finally:
            os.close(file)

    def _read(self, query: ActionsQuery) -> AuditPage:
        try:
            with self.path.open("rb") as file:
                return _page(file, query)
        except FileNotFoundError:
            return AuditPage(records=(), next=None)


def _page(file: BinaryIO, query: ActionsQuery) -> AuditPage:
    size = file.seek(0, os.SEEK_END)
    end = size if query.before is None else min(int(query.before), size)
    floor = max(0, end - _MOST)
    found: list[AuditRecord] = []
    passed = end
    for start, line in _lines_backwards(file, floor, end):
        passed = start
        record = _record(line)
        if record is not None and _matches(record, query):
            found.append(record)
        if len(found) == query.limit:
            break
    # Without one whole line above the floor, this one is no record, and is passed over.
    older = passed if passed < end else floor
    return AuditPage(records=tuple(found), next=str(older) if older else None)


def _lines_backwards(file: BinaryIO, floor: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines between two offsets of *file*, the last one first, each with its offset.

    The first is left out if it may have begun before *floor*.
    """
    rest = b""  # the end of a line that began in a block not read yet
    size = _BLOCK
    while end > floor:
        start = max(floor, end - size)
        file.seek(start)
        lines = (file.read(end - start) + rest).split(b"\n")
        offset = end + len(rest)
        for line in reversed(lines[1:]):
            offset -= len(line)
            yield offset, line
            offset -= 1
        rest, end = lines[0], start
        size *= 2  # so that a line without an end is not copied again and again
    if floor == 0:
        yield 0, rest


def _record(line: bytes) -> AuditRecord | None:
    try:
        return _RECORD.validate_json(line)
    except ValidationError:
        return None


def _matches(record: AuditRecord, query: ActionsQuery) -> bool:
    return _is(record.admin_id, query.admin_id) and _is(
        record.conversation_id, query.conversation_id
    )


def _is(given: str | None, wanted: str | None) -> bool:
    return wanted is None or (given is not None and same_id(given, wanted))
