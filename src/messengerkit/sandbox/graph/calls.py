"""Floor 8: a raw HTTP request, read as Meta reads a call; pure, and any bytes will do.

Parameters come from the query and from the body, as JSON, as a form or in parts, and are
merged; the token from the Authorization header or from among them. Nothing here judges
them.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from messengerkit.sandbox.jsontext import JsonObject, is_object, parse

from .formparts import FormFile, read_parts
from .refusals import Refused, not_modelled, unreadable
from .versions import split

_AUTHORIZATION = re.compile(r"\s*(?:Bearer|OAuth)\s+(\S+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCall:
    """A request as it came in, before anything is believed; a token may be in it.

    Attributes:
        method: The HTTP method.
        path: The path, version and all.
        query: What followed the question mark, still percent-encoded.
        headers: The headers; names in lower case.
        body: The bytes of the body.
        version: The version of the API that answers.
        segments: The path's parts past the version.
    """

    method: str
    path: str
    query: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    version: str = field(init=False)
    segments: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        version, segments = split(self.path)
        object.__setattr__(self, "version", version)
        object.__setattr__(self, "segments", segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the request asks.

    Attributes:
        params: The parameters of query and body; the body's win.
        token: The access token, of whatever type it was sent, or None if there is none.
        files: The files that came in parts.
        from_form: Whether objects and lists are written as JSON text among the parameters.
    """

    params: JsonObject = field(repr=False)
    token: object = field(repr=False)
    files: tuple[FormFile, ...] = ()
    from_form: bool = False


def read(raw: RawCall) -> Call:
    """Return what *raw* asks.

    Raises:
        Refused: If it could not be read.
    """
    body, files, is_json = _body_params(raw.headers.get("content-type", ""), raw.body)
    params = dict(parse_qsl(raw.query, keep_blank_values=True)) | body if raw.query else body
    header = _AUTHORIZATION.fullmatch(raw.headers.get("authorization", ""))
    token = header[1] if header else params.get("access_token")
    return Call(params=params, token=token, files=files, from_form=bool(raw.query) or not is_json)


def _body_params(content_type: str, body: bytes) -> tuple[JsonObject, tuple[FormFile, ...], bool]:
    if not body:
        return {}, (), False
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        return _json_params(body), (), True
    if media_type == "application/x-www-form-urlencoded":
        return _form_params(body), (), False
    if media_type == "multipart/form-data":
        try:
            fields, files = read_parts(content_type, body)
        except ValueError as error:
            raise Refused(unreadable(str(error))) from None
        return dict(fields), files, False
    raise Refused(not_modelled(f"a body of type {media_type or 'unknown'}"))


def _json_params(body: bytes) -> JsonObject:
    try:
        value = parse(body)
    except ValueError:
        raise Refused(unreadable("the body is not JSON")) from None
    if not is_object(value):
        raise Refused(unreadable("the body is not a JSON object"))
    return value


def _form_params(body: bytes) -> JsonObject:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError:
        raise Refused(unreadable("the body is not a form")) from None
