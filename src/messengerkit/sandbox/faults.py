"""Floor 8: the faults that can be scripted, as values."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Literal, Self

from .graph.answers import Answer, error, shares_of, used_by
from .graph.refusals import Refusal

Kind = Literal[
    "graph_error",
    "html",
    "body",
    "too_many_requests",
    "usage",
    "slow",
    "slow_answer",
    "lagging_reads",
    "reset",
    "reset_on_connect",
    "reset_in_body",
    "commit_then_close",
    "commit_then_reset",
    "commit_then_silence",
    "half_head",
    "half_body",
    "not_http",
]
"""What goes wrong; from `commit_then_close` on, the call has taken effect before."""

BEFORE_THE_CALL: frozenset[Kind] = frozenset({"reset_on_connect", "reset_in_body"})
"""Faults that strike before anybody has read who the call is for."""

_NO_OBJECT = (100, 33)  # the one error of another type that its numbers tell
_TRACE = "AScriptedFaultInTheSandbox"
_NAME = re.compile(r"[A-Za-z0-9-]+")
_VALUE = re.compile(r"[ -~]*")
_FRAMING = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
_STATUSES = frozenset(status.value for status in HTTPStatus if status >= HTTPStatus.OK)
_LONGEST = 86_400  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong between a caller and Meta; make it with a method below.

    Attributes:
        kind: What goes wrong, by the name of the method that makes it.
        answer: What is answered in place of the API, or None.
        headers: What is added to the answer.
        seconds: How long it takes, or how far reads lag behind.
    """

    kind: Kind
    answer: Answer | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
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
        type_ = "GraphMethodException" if (code, subcode) == _NO_OBJECT else "OAuthException"
        refusal = Refusal(message, code, subcode, type_)
        answer = error(
            refusal, trace=_TRACE, status=status, is_transient=is_transient, headers=headers
        )
        return cls(kind="graph_error", answer=answer)

    @classmethod
    def html(cls, status: int = 502) -> Self:
        """A proxy answers with a page of HTML; nothing is delivered."""
        _check(status, None)
        title = f"{status} {HTTPStatus(status).phrase}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return cls(kind="html", answer=Answer(status, page.encode(), {"Content-Type": "text/html"}))

    @classmethod
    def body(cls, status: int, content: bytes, *, headers: Mapping[str, str] | None = None) -> Self:
        """Something answers with *content*; nothing is delivered."""
        _check(status, headers)
        return cls(kind="body", answer=Answer(status, content, dict(headers or {})))

    @classmethod
    def too_many_requests(cls, retry_after: int | None = None) -> Self:
        """A proxy answers with 429, and says when to come again; nothing is delivered."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return cls(kind="too_many_requests", answer=Answer(429, b"", headers))

    @classmethod
    def usage(cls, page_id: str, call_count: int, *, minutes: int = 0) -> Self:
        """All is well, and the usage headers say how much of its limit the page has used."""
        shares = shares_of(call_count)
        return cls(
            kind="usage",
            headers={
                "X-App-Usage": json.dumps(shares),
                "X-Business-Use-Case-Usage": json.dumps(used_by(page_id, shares, minutes)),
            },
        )

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """The call is looked at after *seconds*, even if the caller has left by then."""
        return cls(kind="slow", seconds=_seconds(seconds))

    @classmethod
    def slow_answer(cls, seconds: float) -> Self:
        """The call takes effect at once, and the answer comes after *seconds*."""
        return cls(kind="slow_answer", seconds=_seconds(seconds))

    @classmethod
    def lagging_reads(cls, seconds: float) -> Self:
        """Conversations are told as they were *seconds* ago; script it for `conversations`."""
        return cls(kind="lagging_reads", seconds=_seconds(seconds))

    @classmethod
    def reset_on_connect(cls) -> Self:
        """The next new connection is reset (RST) before anything is read from it."""
        return cls(kind="reset_on_connect")

    @classmethod
    def reset_in_body(cls) -> Self:
        """The connection is reset (RST) while the call's body is on its way."""
        return cls(kind="reset_in_body")

    @classmethod
    def reset(cls) -> Self:
        """The connection is reset (RST) before the call takes effect."""
        return cls(kind="reset")

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

    def answered(self, version: str) -> Answer:
        """Return its answer; an error of Meta's says which version of the API it comes from."""
        answer = self.answer or Answer(200, b"")
        if self.kind != "graph_error":
            return answer
        return replace(answer, headers={"Facebook-API-Version": version, **answer.headers})


def _seconds(seconds: float) -> float:
    if not 0 <= seconds <= _LONGEST:
        msg = f"seconds must be 0 to {_LONGEST}"
        raise ValueError(msg)
    return seconds


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
