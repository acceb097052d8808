"""Floor 8: what the sandbox remembers of what it saw; values, and no access token in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .jsontext import JsonObject

_HIDDEN = "***"
_TOKENS = ("access_token", "input_token", "verify_token")
_IN_JSON = re.compile(rb'("(?:access|input|verify)_token"\s*:\s*")(?:[^"\\]|\\.)*')
_IN_FORM = re.compile(rb"((?:^|&)(?:access|input|verify)_token=)[^&]*")
_IN_PART = re.compile(
    rb'(name="(?:access|input|verify)_token"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)[^\r\n]*'
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Media in a message.

    Attributes:
        type: `image`, `video`, `audio` or `file`.
        url: Where it is: as it was said to be, or at the sandbox if it was uploaded.
        attachment_id: Under which id the page may send it again, or None.
        name: The file's name, if it has one.
    """

    type: str
    url: str
    attachment_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message to a person that was accepted; one who is offline has it once they are back.

    Attributes:
        psid: The person.
        mid: The message's id.
        text: What it says; empty if it is media or a template.
        metadata: What the sender put beside it, for its echo.
        messaging_type: The type as it was sent, or None if it was left out.
        at: When, in unix seconds.
        tag: The message tag, or None.
        attachments: The media that it carries.
        page_id: The page that sent it.
        app_id: The app that sent it, or None if a person did in the Page's inbox.
        persona_id: Under whose name it was sent, or None.
        reply_to: The mid that it quotes, or None.
        message: The message's JSON as it came in.
    """

    psid: str
    mid: str
    text: str
    metadata: str | None
    messaging_type: str | None
    at: float
    tag: str | None = None
    attachments: tuple[Attachment, ...] = ()
    page_id: str = ""
    app_id: int | None = None
    persona_id: str | None = None
    reply_to: str | None = None
    message: JsonObject = field(default_factory=dict[str, object], compare=False)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call to the Graph API.

    Attributes:
        method: The HTTP method.
        path: The path, version and all.
        query: The query's parameters, a token as "***".
        headers: The headers, a token as "Bearer ***"; names in lower case.
        body: The bytes of the body, a token as "***"; the start of it if it is a long one.
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
    """One POST of a webhook to a backend.

    Attributes:
        body: The signed bytes.
        signature: The `X-Hub-Signature-256` header.
        status: The backend's answer, or None if none came in time.
        attempt: Which POST of this body it was; the first is 1.
        at: When it was sent, in unix seconds.
        app_id: The app whose backend it is.
    """

    body: bytes
    signature: str
    status: int | None
    attempt: int
    at: float
    app_id: int = 0


_LONGEST_BODY = 16 * 1024  # bytes; an upload of 25 MB is not remembered whole


def without_tokens(query: str, headers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the parameters of *query*, and *headers*, with every token hidden."""
    asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    for name in _TOKENS:
        if name in asked:
            asked[name] = _HIDDEN
    told = dict(headers)
    if "authorization" in told:
        scheme, blank, _ = told["authorization"].partition(" ")
        told["authorization"] = f"{scheme} {_HIDDEN}" if blank else _HIDDEN
    return asked, told


def body_without_tokens(body: bytes) -> bytes:
    """Return the start of *body* with every token hidden."""
    start = body[:_LONGEST_BODY]
    if b"_token" not in start:
        return start
    for pattern in (_IN_JSON, _IN_FORM, _IN_PART):
        start = pattern.sub(rb"\1" + _HIDDEN.encode(), start)
    return start
