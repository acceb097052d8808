"""Floor 8: what the sandbox remembers of what it saw; values, and no access token in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from .calls import RawCall

_HIDDEN = "***"
_IN_JSON = re.compile(rb'("access_token"\s*:\s*")(?:[^"\\]|\\.)*')
_IN_FORM = re.compile(rb"((?:^|&)access_token=)[^&]*")


@dataclass(frozen=True, slots=True)
class Attachment:
    """Media in a message.

    Attributes:
        type: `image`, `video`, `audio` or `file`.
        url: Where it was said to be; the sandbox never looks.
    """

    type: str
    url: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that a person has.

    Attributes:
        psid: The person.
        mid: The message's id.
        text: What it says; empty if it is media.
        metadata: What the sender put beside it, for its echo.
        messaging_type: The type as it was sent, or None if it was left out.
        at: When, in unix seconds.
        tag: The message tag, or None.
        attachments: The media that it carries.
    """

    psid: str
    mid: str
    text: str
    metadata: str | None
    messaging_type: str | None
    at: float
    tag: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call to the Graph API.

    Attributes:
        method: The HTTP method.
        path: The path, version and all.
        query: The query's parameters, a token as "***".
        headers: The headers, a token as "Bearer ***"; names in lower case.
        body: The bytes of the body, a token as "***".
        status: The status of the answer, or None if no whole head was sent.
        at: When it came in, in unix seconds.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    status: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Webhook:
    """One POST of a webhook to the backend.

    Attributes:
        body: The signed bytes.
        signature: The `X-Hub-Signature-256` header.
        status: The backend's answer, or None if none came in time.
        attempt: Which POST of this body it was; the first is 1.
        at: When it was sent, in unix seconds.
    """

    body: bytes
    signature: str
    status: int | None
    attempt: int
    at: float


def record(raw: RawCall, *, status: int | None, at: float) -> Recorded:
    """Return the memory of *raw*, answered with *status*; every token in it is hidden."""
    query = dict(parse_qsl(raw.query, keep_blank_values=True))
    headers = dict(raw.headers)
    if "access_token" in query:
        query["access_token"] = _HIDDEN
    if "authorization" in headers:
        scheme, blank, _ = headers["authorization"].partition(" ")
        headers["authorization"] = f"{scheme} {_HIDDEN}" if blank else _HIDDEN
    body = _IN_JSON.sub(rb"\1" + _HIDDEN.encode(), raw.body)
    body = _IN_FORM.sub(rb"\1" + _HIDDEN.encode(), body)
    return Recorded(raw.method, raw.path, query, headers, body, status, at)
