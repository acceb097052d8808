"""Floor 0: JSON as it came off the wire, narrowed without trusting it."""

import re
from collections.abc import Mapping
from typing import TypeAlias

from pydantic_core import from_json
from typing_extensions import TypeIs

JsonObject: TypeAlias = Mapping[str, object]
"""A JSON object; its values may be anything."""

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
"""Any JSON value, as the decoder makes it; `isinstance` narrows it at no cost."""


# Every escape is consumed, so that the second half of an escaped backslash starts none.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F]..)|.)",
    re.DOTALL,
)


def decode(body: bytes) -> JsonValue:
    """Return the JSON value of *body*.

    Half of an emoji, where somebody cut a text in two, is read as U+FFFD: JSON may hold
    it, text may not, and it must not cost a batch its other events.

    Raises:
        ValueError: If it is not JSON, or is nested deeper than any that Meta sends.
    """
    value: JsonValue
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        whole = _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
        if whole == body:
            raise
        value = from_json(whole, allow_inf_nan=False, cache_strings="keys")
    return value


def is_object(value: object) -> TypeIs[dict[str, object]]:
    """Return whether *value*, decoded from JSON, is an object; its keys are text then."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeIs[list[object]]:
    """Return whether *value*, decoded from JSON, is an array."""
    return isinstance(value, list)


def is_text(value: str) -> bool:
    """Return whether UTF-8 can carry *value*: a lone surrogate is no text."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def integer(value: object) -> int | None:
    """Return the integer that *value* is or spells in decimal, or None."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_NUMBER:
        return int(value)
    return value if type(value) is int else None


_LONGEST_NUMBER = 20  # ids have up to 17 digits; int() refuses more than 4300
