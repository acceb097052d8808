"""Floor 6: the types of columns: what a value is in Python, it is again when it comes back.

Times are aware, whatever the database makes of them. All text is kept in pure ASCII, for a
person may write what a database refuses: NUL, or one half of an emoji.
"""

import enum
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from typing import cast

from sqlalchemy import DateTime, Dialect, Enum, Text
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from messengerkit.errors import InvalidInputError


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* in UTC.

        Raises:
            InvalidInputError: If it is naive.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a time must be aware"
            raise InvalidInputError(msg)
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value*, which SQLite gives back naive, aware."""
        return value and value.replace(tzinfo=UTC)


class Name(TypeDecorator[str]):
    """Short text, such as an id: kept as it is, but for what is not plain ASCII.

    Two are equal if what is kept is equal.
    """

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return *value* as it stands between the quotes of a JSON string."""
        return value and encode_basestring_ascii(value)[1:-1]

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what was kept."""
        if not value or "\\" not in value:
            return value
        return str(json.loads(f'"{value}"'))


class Json(TypeDecorator[object]):
    """What JSON can hold."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        """Return *value* as JSON.

        Raises:
            InvalidInputError: If JSON cannot hold it.
        """
        try:
            return _ENCODER.encode(value)
        except (TypeError, ValueError, RecursionError):
            msg = "this is not what JSON can hold"
        raise InvalidInputError(msg)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Return what was kept."""
        return None if value is None else json.loads(value)


def kind_of(kinds: type[enum.Enum]) -> Enum:
    """Return the type for one of *kinds*, kept by its value."""
    return Enum(kinds, values_callable=_values, native_enum=False, length=32)


def _values(kinds: type[enum.Enum]) -> list[str]:
    return [str(one.value) for one in kinds]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    raise TypeError


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain)
