"""What the tests of the key file share: three keys, a clock, and a hand that writes."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from messengerkit.admin.auth.key import new_key
from messengerkit.admin.identity import Role
from messengerkit.errors import ConfigurationError

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MARK = "mk_alice_" + "S" * 49  # a key where none belongs
SHA256 = "0123456789abcdef" * 4

made = partial(new_key, role=Role.AGENT, pages=None, expires_at=None)
ALICE = made(admin_ids=("alice",), key_id="alice")
BOB = made(admin_ids=("bob",), key_id="bob", role=Role.SUPERVISOR, pages=frozenset({"2", "1"}))
CAROL = made(admin_ids=("*",), key_id="carol", expires_at=NOW + timedelta(days=1))


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        """Tell the time, in seconds."""
        return self.time


def written(path: Path, text: str | bytes) -> Path:
    """Write *text* as its owner would, in one step, and return *path*."""
    draft = path.with_name("draft")
    draft.write_bytes(text.encode() if isinstance(text, str) else text)
    draft.chmod(0o600)
    draft.replace(path)
    return path


def text_of(**records: object) -> str:
    """Return a file's text with *records*."""
    return json.dumps({"keys": records})


def record(**changes: object) -> dict[str, object]:
    """Return a record as a file has it, with *changes*."""
    return {"sha256": SHA256, "admin_ids": ["alice"], **changes}


def told(error: ConfigurationError) -> str:
    """Return what a person reads of *error*."""
    return f"{error} {error.advice}"
