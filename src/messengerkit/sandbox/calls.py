"""Floor 8: a raw HTTP request, read as Meta reads a call; pure, and any bytes will do.

Parameters come from the query and from the body, as JSON or as a form, and are merged;
the token from the Authorization header or from among them. Nothing here judges them.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .jsontext import JsonObject, is_object, parse
from .refusals import Refusal, not_modelled, unreadable
from .versions import split

_AUTHORIZATION = re.compile(r"\s*(?:Bearer|OAuth)\s+(\S+)\s*", re.IGNORECASE)
_OBJECTS = frozenset({"recipient", "message", "payload", "reply_to", "thread_control"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCall:
    """A request as it came in, before anything is believed; a token may be in it.

    Attributes:
        method: The HTTP method.
        path: The path, version and all.
        query: What followed the question mark, still percent-encoded.
        headers: The headers; names in lower case.
        body: The bytes of the body.
    """

    method: str
    path: str
    query: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def version(self) -> str:
        """The version of the API that answers."""
        return split(self.path)[0]

    @property
    def segments(self) -> tuple[str, ...]:
        """The path's parts past the version."""
        return split(self.path)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the request asks.

    Attributes:
        params: The parameters of query and body; the body's win.
        token: The access token, of whatever type it was sent, or None if there is none.
    """

    params: JsonObject = field(repr=False)
    token: object = field(repr=False)


def read(raw: RawCall) -> Call | Refusal:
    """Return what *raw* asks, or why it could not be read."""
    body = _body_params(raw.headers.get("content-type", ""), raw.body)
    if isinstance(body, Refusal):
        return body
    params = _decoded(parse_qsl(raw.query, keep_blank_values=True)) | body
    header = _AUTHORIZATION.fullmatch(raw.headers.get("authorization", ""))
    token = header[1] if header else params.get("access_token")
    return Call(params=params, token=token)


def _body_params(content_type: str, body: bytes) -> JsonObject | Refusal:
    if not body:
        return {}
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        return _json_params(body)
    if media_type == "application/x-www-form-urlencoded":
        return _form_params(body)
    return not_modelled(f"a body of type {media_type or 'unknown'}")


def _json_params(body: bytes) -> JsonObject | Refusal:
    try:
        value = parse(body)
    except ValueError:
        return unreadable("the body is not JSON")
    return value if is_object(value) else unreadable("the body is not a JSON object")


def _form_params(body: bytes) -> JsonObject | Refusal:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
    except ValueError:
        return unreadable("the body is not a form")
    return _decoded(pairs)


def _decoded(pairs: list[tuple[str, str]]) -> JsonObject:
    """Return *pairs* with objects read from their JSON, as forms and queries write them."""
    return {key: _object_of(value) if key in _OBJECTS else value for key, value in pairs}


def _object_of(text: str) -> object:
    # What is not JSON stays text, for the check of that parameter to name and refuse.
    try:
        return parse(text)
    except ValueError:
        return text
