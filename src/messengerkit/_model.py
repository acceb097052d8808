"""Floor 0: what the platform's values share: frozen, typed, and checked once, at the door.

Ids are strings that cannot leave a URL's path; times are aware; lengths are counted in
UTF-16 code units, the count that can only be too careful where Meta's is not documented.
"""

import re
from typing import Annotated, ClassVar, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ValidationError,
    WithJsonSchema,
)

from ._json import is_text
from .errors import InvalidInputError

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,128}")


def utf16_length(text: str) -> int:
    """Return the length of *text* in UTF-16 code units; an emoji counts 2 or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _identifier(value: str) -> str:
    if not _IDENTIFIER.fullmatch(value):
        msg = "must be an id: 1 to 128 characters of A-Z a-z 0-9 _ -"
        raise ValueError(msg)
    return value


def identifier(value: str, field: str) -> str:
    """Return *value* if it is an id that may stand in a path.

    Raises:
        InvalidInputError: If it is not; it names *field*.
    """
    try:
        return _identifier(value)
    except (ValueError, TypeError) as error:  # TypeError: not text at all
        problem = str(error) if isinstance(error, ValueError) else "must be text"
    msg = f"{field}: {problem}"
    raise InvalidInputError(msg, field=field)


def check(good: object, field: str, right: str) -> None:
    """Accept what is *good*.

    Raises:
        InvalidInputError: If it is not; it names *field*, and what is *right*.
    """
    if not good:
        msg = f"{field}: must be {right}"
        raise InvalidInputError(msg, field=field)


def one_of(words: object, value: str, field: str) -> str:
    """Return *value* if it is one of the literal *words*.

    Raises:
        InvalidInputError: If it is not; it names *field*, and the words.
    """
    check(value in get_args(words), field, f"one of {', '.join(get_args(words))}")
    return value


def _encodable(value: str) -> str:
    if not is_text(value):
        msg = "must be Unicode text without lone surrogates"
        raise ValueError(msg)
    return value


def length(most: int, *, least: int = 0) -> AfterValidator:
    """Return a validator for text of *least* to *most* UTF-16 code units."""

    def check(value: str) -> str:
        given = utf16_length(value)
        if not least <= given <= most:
            msg = f"must have {least} to {most} characters, and has {given}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


Identifier: TypeAlias = Annotated[
    str,
    AfterValidator(_identifier),
    WithJsonSchema({"type": "string", "pattern": f"^{_IDENTIFIER.pattern}$"}),
]
"""An id that we send: a PSID, a page, a conversation; safe in a path."""

WireText: TypeAlias = Annotated[str, AfterValidator(_encodable)]
"""Text that UTF-8 can carry."""


class Outbound(BaseModel):
    """A value that we send: frozen, unknown fields refused, limits checked on construction.

    Raises:
        InvalidInputError: If a field breaks a limit; it names the field and the limit.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )

    def __init__(self, **fields: object) -> None:
        problem: InvalidInputError | None = None
        try:
            super().__init__(**fields)
        except ValidationError as error:
            problem = invalid_input(error)
        # Raised outside the handler: pydantic's error holds the input, and would ride along.
        if problem is not None:
            raise problem


def invalid_input(error: ValidationError, *, whole: str = "value") -> InvalidInputError:
    """Translate pydantic's *error*: the first problem, by field and limit, without the input.

    Args:
        error: What pydantic raised.
        whole: What to call the field if it is no single one.
    """
    first = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or whole
    return InvalidInputError(f"{field}: {first['msg'].removeprefix('Value error, ')}", field=field)
