"""Floor 7: the routes as OpenAPI 3.1, made from their models; pure."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import ClassVar, TypeAlias, cast

from pydantic import BaseModel, ConfigDict

from messengerkit._version import __version__

from .idempotency import KEY_PATTERN
from .routes.route import Route
from .schemas import EVENT_STREAM, JSON, AdminResponse

Json: TypeAlias = dict[str, object]

DESCRIPTIONS: dict[int, str] = {
    200: "Done.",
    202: "It is on its way, or may be; `data.delivery` says more: do not send it again by hand.",
    400: "The body is signed, and is not JSON.",
    401: "Nobody we know sent this.",
    403: "Whoever asks may not do this.",
    404: "There is no such thing.",
    409: "It contradicts what is, or the same Idempotency-Key is still at work.",
    413: "The body is too large.",
    415: "The body is not of a media type that is read here.",
    422: "A value is wrong; `data.error.field` names it.",
    429: "Too many calls; `Retry-After` tells when to come again, if that is known.",
    500: "The backend failed.",
    502: "Meta refused.",
    503: "Not ready; nothing was done.",
}
"""What each status means."""

FILES = ("application/octet-stream", "audio/*", "image/*", "video/*")
"""The media types of a body that is a file, as a page shows them; others are read, too."""

_PLACE = re.compile(r"\{([^{}]+)\}")
_BEARER = {"type": "http", "scheme": "bearer", "description": "An admin's key or token."}


class ErrorDetails(BaseModel):
    """What a caller may know of a failure.

    Attributes:
        code: A word for programs, like "outside_window".
        reason: One sentence that tells what is wrong; not on `/status`.
        advice: One sentence that tells what to do.
        retryable: Whether the same request may succeed later, and surely not act twice.
        field: The field or parameter that is wrong, if it is one.
        graph: Meta's own code, subcode and trace, if Meta refused.
    """

    code: str
    reason: str | None = None
    advice: str
    retryable: bool
    field: str | None = None
    graph: dict[str, int | str | None] | None = None


class FailureData(BaseModel):
    """The data of a failure; figures may stand beside the error."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")

    error: ErrorDetails


class AdminFailure(BaseModel):
    """The envelope of a failure."""

    success: bool
    message: str
    data: FailureData


def operation(route: Route) -> Json:
    """Return the operation object of *route*, whole in itself: it refers to nothing."""
    described: Json = {
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": {str(status): _response(route, status) for status in statuses(route)},
    }
    if route.body is not None:
        described["requestBody"] = {"required": True, "content": _content(route, route.body)}
    return described


def document(routes: Iterable[Route], *, title: str = "Admin", version: str = __version__) -> Json:
    """Return the OpenAPI document of *routes*, such as those of `AdminFace.routes`."""
    paths: dict[str, Json] = {}
    for route in routes:
        security: list[Json] = [] if route.public else [{"AdminKey": []}]
        described = {**operation(route), "security": security}
        paths.setdefault(route.path, {})[route.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"securitySchemes": {"AdminKey": _BEARER}},
    }


def statuses(route: Route) -> tuple[int, ...]:
    """Return every status that *route* may answer with."""
    found = {*route.statuses, 500}
    if not route.public:
        found |= {401, 403, 429, 502, 503}
    if route.body is not None:
        found |= {413, 415, 422}
    if route.query is not None:
        found |= {422}
    if route.idempotent:
        found |= {409, 422}
    return tuple(sorted(found))


def _content(route: Route, body: type[BaseModel]) -> Json:
    content: Json = {JSON: {"schema": inlined_schema(body)}}
    if route.upload is None:
        return content
    # A schema without a type is one of raw bytes (OpenAPI 3.1.1, section 4.8.14.1).
    file: Json = {"schema": {"minLength": 1, "maxLength": route.max_upload}}
    return {**content, **dict.fromkeys(FILES, file)}


def _parameters(route: Route) -> list[Json]:
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PLACE.findall(route.path)
    ]
    if not route.public:
        found.append(_header("X-Admin-User-ID", "The admin who sends; some keys need it."))
    if route.idempotent:
        text = (
            "A request that is sent again with the same key acts once. "
            "1 to 255 visible ASCII characters, without commas."
        )
        found.append(_header("Idempotency-Key", text, pattern=KEY_PATTERN))
    if route.media_type == EVENT_STREAM:
        text = (
            "The id of the last event that was heard, to go on from; it counts more than `after`."
        )
        found.append(_header("Last-Event-ID", text))
    if route.query is not None:
        found += _query(route.query)
    if route.upload is not None:
        found += [_beside_a_file(parameter) for parameter in _query(route.upload)]
    return found


def _query(model: type[BaseModel]) -> list[Json]:
    schema = inlined_schema(model)
    required = cast("list[str]", schema.get("required", []))
    properties = cast("dict[str, Json]", schema["properties"])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _text(one)}
        for name, one in properties.items()
    ]


def _beside_a_file(parameter: Json) -> Json:
    # OpenAPI cannot say that what is required depends on the body's type.
    needed = "required" if parameter["required"] else "optional"
    text = f"For a body that is a file, and then {needed}; beside JSON it is not read."
    return {**parameter, "required": False, "description": text}


def _text(schema: Json) -> Json:
    """Return *schema* without null, which a query cannot say."""
    kinds = cast("list[Json]", schema.get("anyOf", []))
    given = [kind for kind in kinds if kind != {"type": "null"}]
    if given == kinds:
        return schema
    others = {key: one for key, one in schema.items() if key != "anyOf" and one is not None}
    return {**others, **(given[0] if len(given) == 1 else {"anyOf": given})}


def _header(name: str, text: str, **limits: str) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": text,
        "schema": {"type": "string", **limits},
    }


def _response(route: Route, status: int) -> Json:
    succeeded = status < HTTPStatus.MULTIPLE_CHOICES
    content: Json
    if succeeded and route.media_type != JSON:
        content = {route.media_type: {"schema": {"type": "string"}}}
    else:
        model = AdminResponse if succeeded else AdminFailure
        content = {"application/json": {"schema": inlined_schema(model)}}
    return {"description": _meaning(status), "content": content}


def _meaning(status: int) -> str:
    # A user's own route may have any status, also one that no standard names.
    named = (f"{one.phrase}." for one in HTTPStatus if one == status)
    return DESCRIPTIONS.get(status) or next(named, f"Status {status}.")


def inlined_schema(model: type[BaseModel]) -> Json:
    """Return the JSON Schema of *model*, whole in itself."""
    schema = model.model_json_schema()
    named = schema.pop("$defs", {})
    return cast("Json", _inlined(schema, named))


def _inlined(value: object, named: dict[str, object]) -> object:
    """Return *value* with each reference replaced by what it refers to."""
    match value:
        case {"$ref": str() as reference}:
            referred = _inlined(named[reference.rpartition("/")[2]], named)
            # What stands beside a reference, such as a default, is said of this place only.
            others = {key: one for key, one in cast("Json", value).items() if key != "$ref"}
            return {**cast("Json", referred), **cast("Json", _inlined(others, named))}
        case dict():
            return {key: _inlined(one, named) for key, one in cast("Json", value).items()}
        case list():
            return [_inlined(one, named) for one in cast("list[object]", value)]
        case _:
            return value
