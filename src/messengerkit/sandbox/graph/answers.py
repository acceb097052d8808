"""Floor 8: what goes back over HTTP: status, headers and bytes of each Graph answer; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from messengerkit.sandbox.jsontext import JsonObject, compact

from .refusals import Refusal

_JSON_TYPE = {"Content-Type": "application/json; charset=UTF-8"}
_TOKEN_CODES = (102, 190)
_UNSAFE = re.compile(r"[^ !#-\[\]-~]")  # no visible ASCII, or a quote or a backslash
_HEADER_TEXT = 300  # characters; Meta's own texts are shorter


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole HTTP answer.

    Attributes:
        status: The HTTP status.
        body: The bytes of the body.
        headers: The headers, except those that frame the body.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: dict(_JSON_TYPE))

    def head(self) -> bytes:
        """Return status line and headers as they stand on the wire."""
        reason = HTTPStatus(self.status).phrase
        lines = [f"HTTP/1.1 {self.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines += [f"Content-Length: {len(self.body)}", "", ""]
        return "\r\n".join(lines).encode("latin-1")


def success(body: JsonObject, *, version: str) -> Answer:
    """Return the answer to a call that *version* of the API granted."""
    return Answer(200, compact(body), _JSON_TYPE | {"Facebook-API-Version": version})


def error(
    refusal: Refusal,
    *,
    trace: str,
    status: int = 400,
    is_transient: bool | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return Meta's error envelope for *refusal*, under *trace*.

    The status is 400 unless told otherwise: captures show 400 even for dead tokens.
    """
    inner: JsonObject = {
        "message": refusal.message,
        "type": refusal.type,
        "code": refusal.code,
        "error_subcode": refusal.subcode,
        "is_transient": is_transient,
        "fbtrace_id": trace,
    }
    present = {key: value for key, value in inner.items() if value is not None}
    own = _JSON_TYPE | _challenge(refusal) | _usage(refusal) | dict(headers or {})
    return Answer(status, compact({"error": present}), own)


def shares_of(percent: int) -> JsonObject:
    """Return the three counts of a limit, each used up to *percent*."""
    return {"call_count": percent, "total_cputime": percent, "total_time": percent}


def used_by(page_id: str, shares: JsonObject, minutes: int) -> JsonObject:
    """Return what a page has used of its limit, and in how many *minutes* it may call again."""
    use = {"type": "messenger", **shares, "estimated_time_to_regain_access": minutes}
    return {page_id: [use]}


def _challenge(refusal: Refusal) -> dict[str, str]:
    if refusal.type != "OAuthException":
        return {}
    word = "invalid_token" if refusal.code in _TOKEN_CODES else "invalid_request"
    # The text may repeat a caller's own words, and a header must not carry them raw.
    text = _UNSAFE.sub("?", refusal.message)[:_HEADER_TEXT]
    return {"WWW-Authenticate": f'OAuth "Facebook Platform" "{word}" "{text}"'}


def _usage(refusal: Refusal) -> dict[str, str]:
    """Return the header by which a page learns how long it must wait."""
    if refusal.page_id is None:
        return {}
    told = used_by(refusal.page_id, shares_of(100), refusal.minutes)
    return {"X-Business-Use-Case-Usage": compact(told).decode()}
