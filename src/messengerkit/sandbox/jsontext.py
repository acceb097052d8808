"""Floor 8: JSON text to and from plain values; whatever is not JSON is a `ValueError`."""

import json
import math
from typing import Never, TypeGuard

JsonObject = dict[str, object]
"""A JSON object as Python reads it; what its values are is for the reader to check."""


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Tell whether *value*, read from JSON, is an object; JSON has no keys but strings."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Tell whether *value*, read from JSON, is a list."""
    return isinstance(value, list)


def objects_in(value: object) -> list[JsonObject]:
    """Return the objects in *value*, which may be no list at all."""
    return [one for one in value if is_object(one)] if is_list(value) else []


def _refuse_constant(name: str) -> Never:
    msg = f"{name} is no JSON value"
    raise ValueError(msg)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        msg = "a number is too large"
        raise ValueError(msg)
    return number


def parse(text: bytes | str) -> object:
    """Return the value that *text* is the JSON of.

    Raises:
        ValueError: If it is not UTF-8, not JSON, or nested deeper than Python reads.
    """
    plain = text if isinstance(text, str) else text.decode()
    try:
        value: object = json.loads(plain, parse_constant=_refuse_constant, parse_float=_finite)
    except RecursionError:
        msg = "nested too deeply"
        raise ValueError(msg) from None
    return value


def compact(value: object) -> bytes:
    """Return the JSON of *value* without blanks, in ASCII."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")
