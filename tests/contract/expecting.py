"""What an answer must be: every case says it, for three that agree may all be wrong."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from contract.wire import Answer

from messengerkit._json import is_list, is_object

Headers: TypeAlias = Mapping[str, str | re.Pattern[str]]

ENVELOPE: Headers = {"content-type": "application/json", "cache-control": "no-store"}
"""The headers of every answer but the handshake's."""
SERVERS_OWN = frozenset(
    {"date", "server", "connection", "keep-alive", "transfer-encoding", "content-length"}
)
"""The headers that a server writes by itself; the length is checked, whoever wrote it."""


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What the answer to one request must be.

    Attributes:
        status: The status.
        headers: All headers that are ours, by their names in lower case, and no others. A
            value is the text itself, or a pattern of all of it.
        body: The bytes, or a pattern of all of them; None for an envelope.
        message: The envelope's message; None if it is not said here.
        data: What the envelope's data must have; there may be more.
        delivers: What reaches people by it, as `Graph.ledger` tells it.
    """

    status: int
    headers: Headers = field(default_factory=lambda: ENVELOPE)
    body: bytes | re.Pattern[bytes] | None = None
    message: str | None = None
    data: dict[str, object] = field(default_factory=dict[str, object])
    delivers: tuple[str, ...] = ()

    def problems(self, answer: Answer, always: Headers) -> list[str]:
        """Return what is wrong with *answer*; *always* are headers that every answer has."""
        found = [] if answer.status == self.status else [f"the status {answer.status}"]
        found += _wrong_length(answer) + _wrong_headers(answer, {**self.headers, **always})
        if answer.is_to_head or self.body is not None:
            wanted = b"" if answer.is_to_head or self.body is None else self.body
            pattern = re.compile(re.escape(wanted)) if isinstance(wanted, bytes) else wanted
            right = pattern.fullmatch(answer.body) is not None
            return found if right else [*found, f"the body {answer.body[:600]!r}"]
        return found + self._wrong_envelope(answer.body)

    def _wrong_envelope(self, body: bytes) -> list[str]:
        try:
            got: object = json.loads(body)
        except ValueError:
            return [f"the body, which is not JSON: {body[:200]!r}"]
        wanted: dict[str, object] = {"success": self.status < 300, "data": self.data}
        if self.message is not None:
            wanted["message"] = self.message
        whole = is_object(got) and list(got) == ["success", "message", "data"]
        return [] if whole and fits(wanted, got) else [f"the body {body[:600]!r}"]


def fits(wanted: object, got: object) -> bool:
    """Return whether *got* is as *wanted*; an object may have more, a pattern takes all."""
    if isinstance(got, str) and isinstance(wanted, re.Pattern):
        return re.fullmatch(cast("re.Pattern[str]", wanted), got) is not None
    if is_object(wanted) and is_object(got):
        return all(key in got and fits(one, got[key]) for key, one in wanted.items())
    if is_list(wanted) and is_list(got):
        return len(wanted) == len(got) and all(map(fits, wanted, got))
    return type(wanted) is type(got) and wanted == got


def _wrong_length(answer: Answer) -> list[str]:
    told, length = answer.values("content-length"), str(len(answer.body))
    right = len(told) == 1 if answer.is_to_head else told == [length]
    return [] if right else [f"content-length {told} of {length} bytes"]


def _wrong_headers(answer: Answer, wanted: Headers) -> list[str]:
    ours = [(name, value) for name, value in answer.headers if name not in SERVERS_OWN]
    if sorted(name for name, _ in ours) != sorted(wanted):
        return [f"the headers {sorted(ours)}"]
    return [f"{name}: {value}" for name, value in ours if not fits(wanted[name], value)]
