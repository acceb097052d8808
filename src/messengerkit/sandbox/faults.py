"""Floor 8: the faults that can be scripted, as values, and the queue that they wait in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, Self

from .answers import Answer, error
from .graph import Edge
from .refusals import Refusal

Kind = Literal[
    "answer",
    "reset",
    "slow",
    "commit_then_close",
    "commit_then_reset",
    "commit_then_silence",
    "half_head",
    "half_body",
    "not_http",
]
"""What goes wrong; from `commit_then_close` on, the call has taken effect before."""

_TRACE = "AScriptedFaultInTheSandbox"
_NAME = re.compile(r"[A-Za-z0-9-]+")
_VALUE = re.compile(r"[ -~]*")
_FRAMING = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
_STATUSES = frozenset(status.value for status in HTTPStatus if status >= HTTPStatus.OK)
_TIMES = 1000
_LONGEST = 86_400  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong between a caller and Meta; make it with a method below.

    Attributes:
        kind: What goes wrong.
        answer: What is answered in place of the API, if the kind is `answer`.
        seconds: How long the answer takes, if the kind is `slow`.
    """

    kind: Kind
    answer: Answer | None = None
    seconds: float = 0.0

    @classmethod
    def graph_error(
        cls,
        code: int,
        subcode: int | None = None,
        message: str = "A fault that the sandbox was told to have",
        *,
        status: int = 400,
        is_transient: bool | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Meta refuses with *code*; nothing is delivered."""
        _check(status, headers)
        refusal = Refusal(message, code, subcode)
        answer = error(
            refusal, trace=_TRACE, status=status, is_transient=is_transient, headers=headers
        )
        return cls(kind="answer", answer=answer)

    @classmethod
    def html(cls, status: int = 502) -> Self:
        """A proxy answers with a page of HTML; nothing is delivered."""
        _check(status, None)
        title = f"{status} {HTTPStatus(status).phrase}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return cls.body(status, page.encode(), headers={"Content-Type": "text/html"})

    @classmethod
    def body(cls, status: int, content: bytes, *, headers: Mapping[str, str] | None = None) -> Self:
        """Something answers with *content*; nothing is delivered."""
        _check(status, headers)
        return cls(kind="answer", answer=Answer(status, content, dict(headers or {})))

    @classmethod
    def reset(cls) -> Self:
        """The connection is reset (RST) before the call takes effect."""
        return cls(kind="reset")

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """The call is only looked at after *seconds*; then all is well."""
        if not 0 <= seconds <= _LONGEST:
            msg = f"seconds must be 0 to {_LONGEST}"
            raise ValueError(msg)
        return cls(kind="slow", seconds=seconds)

    @classmethod
    def commit_then_close(cls) -> Self:
        """The message is delivered, and the connection closed (FIN) without an answer."""
        return cls(kind="commit_then_close")

    @classmethod
    def commit_then_reset(cls) -> Self:
        """The message is delivered, and the connection reset (RST) without an answer."""
        return cls(kind="commit_then_reset")

    @classmethod
    def commit_then_silence(cls) -> Self:
        """The message is delivered, and no answer comes until the sandbox closes."""
        return cls(kind="commit_then_silence")

    @classmethod
    def half_head(cls) -> Self:
        """The message is delivered; the answer breaks off within its headers."""
        return cls(kind="half_head")

    @classmethod
    def half_body(cls) -> Self:
        """The message is delivered; the answer breaks off within its body."""
        return cls(kind="half_body")

    @classmethod
    def not_http(cls) -> Self:
        """The message is delivered; what comes back is not HTTP."""
        return cls(kind="not_http")


class Script:
    """The faults to come; each call takes the oldest one for its edge."""

    def __init__(self) -> None:
        self._faults: list[tuple[Edge, Fault]] = []

    def add(self, fault: Fault, *, times: int, path: Edge) -> None:
        """Let the next *times* calls of *path* meet *fault*, after those already due.

        Raises:
            ValueError: If *times* is not 1 to 1000.
        """
        if not 1 <= times <= _TIMES:
            msg = f"times must be 1 to {_TIMES}"
            raise ValueError(msg)
        self._faults.extend((path, fault) for _ in range(times))

    def take(self, edge: Edge | None) -> Fault | None:
        """Return the fault that a call of *edge* meets, and strike it off."""
        for index, (path, fault) in enumerate(self._faults):
            if path == edge:
                del self._faults[index]
                return fault
        return None


def _check(status: int, headers: Mapping[str, str] | None) -> None:
    """Refuse what no answer can have; found here, it fails the script and not a call."""
    if status not in _STATUSES:
        msg = f"{status} is no status of a final HTTP answer"
        raise ValueError(msg)
    for name, value in (headers or {}).items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            msg = "a header's name or value has characters that HTTP does not carry"
            raise ValueError(msg)
        if name.lower() in _FRAMING:
            msg = f"{name} frames the answer and cannot be scripted"
            raise ValueError(msg)
