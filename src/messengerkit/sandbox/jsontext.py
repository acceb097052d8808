"""Floor 8: JSON text to and from plain values; whatever is not JSON is a `ValueError`."""

import json
from typing import Never, TypeGuard

JsonObject = dict[str, object]
"""A JSON object as Python reads it; what its values are is for the reader to check."""


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Tell whether *value*, read from JSON, is an object; JSON has no keys but strings."""
    return isinstance(value, dict)


def _refuse_constant(name: str) -> Never:
    msg = f"{name} is no JSON value"
    raise ValueError(msg)


def parse(text: bytes | str) -> object:
    """Return the value that *text* is the JSON of.

    Raises:
        ValueError: If it is not UTF-8, not JSON, or nested deeper than Python reads.
    """
    plain = text if isinstance(text, str) else text.decode()
    try:
        value: object = json.loads(plain, parse_constant=_refuse_constant)
    except RecursionError:
        msg = "nested too deeply"
        raise ValueError(msg) from None
    return value


def compact(value: object) -> bytes:
    """Return the JSON of *value* without blanks, in ASCII."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")
