"""Floor 0: what Meta sent, as frozen values that read their fields from the JSON they keep.

Nothing is copied and nothing is lost: a value is a view of one JSON object, and a field is
looked up, and its type checked, when it is read. A field that Meta left out, or wrote in a
type that it does not have, is None (or empty, where it is a list): what cannot be read costs
the field and not the event. `unreadable` names such fields, and `raw` has what was sent.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar, Generic, Never, Self, TypeVar, cast, overload

from typing_extensions import override

from ._json import JsonObject, integer, is_list, is_object

T_co = TypeVar("T_co", covariant=True)
Part = TypeVar("Part", bound="Inbound")

NOTHING: JsonObject = {}
"""The JSON object of what was not sent."""

_MILLISECONDS_FROM = 1_000_000_000_000  # a smaller number is seconds, as leads and referrals have
_YEAR_10000 = 253_402_300_800


class Field(Generic[T_co]):
    """A field of an `Inbound` value: read from its JSON, and never written.

    Args:
        read: Makes the field's value of the JSON value, which is None where there is none.
        name: The name in the JSON; the attribute's own name if it is left out.
        private: Whether it is a person's own words, or a secret, which no `repr` shows.
    """

    __slots__ = ("_name", "_read", "private")

    def __init__(
        self, read: Callable[[object], T_co], name: str = "", *, private: bool = False
    ) -> None:
        self._read = read
        self._name = name
        self.private: bool = private

    def __set_name__(self, owner: "type[Inbound]", name: str) -> None:
        self._name = self._name or name

    @overload
    def __get__(self, instance: None, owner: "type[Inbound]") -> Self: ...
    @overload
    def __get__(self, instance: "Inbound", owner: "type[Inbound]") -> T_co: ...
    def __get__(self, instance: "Inbound | None", owner: "type[Inbound]") -> Self | T_co:
        if instance is None:
            return self
        return self._read(instance._json.get(self._name))  # noqa: SLF001  # a part of its value

    def __set__(self, instance: "Inbound", value: Never) -> Never:
        msg = f"{type(instance).__name__} is frozen"
        raise AttributeError(msg)

    def is_unreadable(self, instance: "Inbound") -> bool:
        """Return whether *instance*'s JSON has this field in a type that it does not have."""
        value = instance._json.get(self._name)  # noqa: SLF001  # the same
        made = self._read(value)
        if made is False:
            return value not in (None, False, "false")
        return value not in (None, "", []) and (made is None or made == ())


class Inbound:
    """A JSON object that Meta sent.

    Equal to another of its class that was made of equal JSON.
    """

    __slots__ = ("_json",)
    _fields: ClassVar[dict[str, Field[object]]] = {}

    def __init__(self, sent: JsonObject) -> None:
        self._json = sent

    def __init_subclass__(cls) -> None:
        cls._fields = cls._fields | {
            name: cast("Field[object]", value)
            for name, value in vars(cls).items()
            if isinstance(value, Field)
        }

    @property
    def raw(self) -> object:
        """The JSON that it was made of, whole: also the fields that have no name here."""
        return self._json

    def dump(self) -> object:
        """Return the JSON that Meta sent, whole: also the fields that have no name here."""
        return self.raw

    def unreadable(self) -> tuple[str, ...]:
        """Return the names of the fields that Meta wrote in a type that they do not have.

        What is made of several fields, or lies deeper, is not named.
        """
        return tuple(name for name, field in self._fields.items() if field.is_unreadable(self))

    def _shown(self) -> Iterator[tuple[str, object]]:
        for name, field in self._fields.items():
            if not field.private:
                yield name, getattr(self, name)

    @override
    def __repr__(self) -> str:
        # What has no names of ours would make a line of a log too long.
        shown = [
            f"{name}={value!r}"
            for name, value in self._shown()
            if value not in (None, False, ()) and not is_object(value)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    @override
    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._compared() == self._compared()

    @override
    def __hash__(self) -> int:
        return hash(self._compared())

    def _compared(self) -> object:
        """Return what makes this value the same as another."""
        return canonical(self.raw)


def canonical(json_: object) -> str:
    """Return the JSON text of *json_*, whatever the order of its fields was."""
    return json.dumps(json_, sort_keys=True)


def as_text(value: object) -> str | None:
    """Return *value* if it is text."""
    return value if isinstance(value, str) else None


def as_identifier(value: object) -> str | None:
    """Return the id that *value* is: text, or a number as in old bodies and echoes."""
    if isinstance(value, str):
        return value or None
    return str(value) if type(value) is int else None


def as_object(value: object) -> JsonObject | None:
    """Return *value* if it is a JSON object."""
    return value if is_object(value) else None


def inner(outer: JsonObject, name: str) -> JsonObject:
    """Return the object that *outer* has under *name*, or an empty one."""
    value = outer.get(name)
    return value if is_object(value) else NOTHING


def as_list(value: object) -> list[object]:
    """Return the members of *value*; one that stands alone, where a list belongs, is one."""
    if is_list(value):
        return value
    return [] if value is None else [value]


def as_moment(value: object) -> datetime | None:
    """Return the time that *value* is, aware: unix milliseconds or seconds, or ISO 8601."""
    if not isinstance(value, (int, float, str)) or value is True or value is False:
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    except ValueError:
        return _from_iso(str(value))
    seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, UTC) if 0 <= seconds < _YEAR_10000 else None


def _from_iso(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _as_amount(value: object) -> Decimal | None:
    if type(value) in (int, float):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    # Decimal itself would take what JSON has no number for: "NaN", "1_000", Arabic digits.
    text = value if isinstance(value, str) else ""
    plain = text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit()
    return Decimal(text) if plain else None


def as_flag(value: object) -> bool:
    """Return whether *value* is true, which Meta writes as text now and then."""
    return value is True or value == "true"


def as_texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in as_list(value) if isinstance(one, str))


def text(name: str = "") -> Field[str | None]:
    """Return a field of text."""
    return Field(as_text, name)


def private(name: str = "") -> Field[str | None]:
    """Return a field of text that no `repr` shows: a person's own words, or a secret."""
    return Field(as_text, name, private=True)


def identifier(name: str = "") -> Field[str | None]:
    """Return a field that is an id, which Meta writes as text or as a number."""
    return Field(as_identifier, name)


def number(name: str = "") -> Field[int | None]:
    """Return a field that is an integer, which Meta writes as a number or in decimal text."""
    return Field(integer, name)


def amount(name: str = "") -> Field[Decimal | None]:
    """Return a field that is a sum or a coordinate, written as a number or as text."""
    return Field(_as_amount, name)


def flag(name: str = "") -> Field[bool]:
    """Return a field that is true, or is not."""
    return Field(as_flag, name)


def moment(name: str = "") -> Field[datetime | None]:
    """Return a field that is a time, aware."""
    return Field(as_moment, name)


def texts(name: str = "") -> Field[tuple[str, ...]]:
    """Return a field that is a list of texts."""
    return Field(as_texts, name)


def json_object(name: str = "") -> Field[JsonObject | None]:
    """Return a field whose keys are not ours to name."""
    return Field(as_object, name)


def part(cls: type[Part], name: str = "") -> Field[Part | None]:
    """Return a field that is a value of *cls*."""
    return Field(lambda value: cls(value) if is_object(value) else None, name)


def parts(cls: type[Part], name: str = "") -> Field[tuple[Part, ...]]:
    """Return a field that is a list of values of *cls*."""
    return Field(lambda value: tuple(cls(one) for one in as_list(value) if is_object(one)), name)
