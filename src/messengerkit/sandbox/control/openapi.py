"""Floor 8: the OpenAPI document of the control surface, made from its table; pure."""

import re
from collections.abc import Iterable

from messengerkit.sandbox.jsontext import JsonObject

from .operations import Operation

_IN_PATH = re.compile(r"{(\w+)}")
_ANY: JsonObject = {"type": "object"}
_ERROR: JsonObject = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}},
}


def document(operations: Iterable[Operation]) -> JsonObject:
    """Return the document of *operations*."""
    paths: dict[str, JsonObject] = {}
    for one in operations:
        paths.setdefault(f"/_sandbox{one.path}", {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "messengerkit sandbox",
            "version": "1",
            "description": "The sandbox from outside: people, faults, time and records.",
        },
        "paths": paths,
    }


def _operation(one: Operation) -> JsonObject:
    told: JsonObject = {
        "summary": one.summary,
        "parameters": [*_parameters("path", _IN_PATH.findall(one.path)), *_asked(one)],
        "responses": {
            "200": _content("It was done.", _ANY),
            "400": _content("It cannot be done; `error` says why.", _ERROR),
            "403": _content("It came from a page of another origin.", _ERROR),
        },
    }
    if one.is_file:
        told["requestBody"] = {"required": True, "content": {"*/*": {"schema": {}}}}
    elif one.takes:
        needed = [name[:-1] for name in one.takes if name.endswith("*")]
        schema: JsonObject = {
            "type": "object",
            "additionalProperties": False,
            "properties": {name.rstrip("*"): schema for name, schema in one.takes.items()},
            "required": needed,
        }
        told["requestBody"] = {
            "required": bool(needed),
            "content": {"application/json": {"schema": schema}},
        }
    return told


def _asked(one: Operation) -> list[JsonObject]:
    return _parameters("query", one.asks)


def _parameters(place: str, names: Iterable[str]) -> list[JsonObject]:
    schema: JsonObject = {"type": "string"}
    return [
        {"name": name, "in": place, "required": place == "path", "schema": schema} for name in names
    ]


def _content(description: str, schema: JsonObject) -> JsonObject:
    return {"description": description, "content": {"application/json": {"schema": schema}}}
