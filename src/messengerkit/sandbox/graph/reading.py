"""Floor 8: reads a call's parameters one by one, and refuses what Meta refuses; pure.

Paths are written as Meta writes them, with brackets and indexes.
"""

from collections.abc import Collection, Iterator
from math import isfinite
from urllib.parse import urlsplit

from messengerkit.sandbox.jsontext import JsonObject, is_list, is_object, parse

from .refusals import (
    Refused,
    empty,
    must_be,
    must_be_one_of,
    must_be_url,
    not_modelled,
    required,
    too_few,
    too_long,
    too_many,
)

_LOCALES = 200
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Part:
    """A JSON object of a call, and where it stands.

    Args:
        value: The object.
        path: Where it stands, as in `message[attachment]`; empty for the parameters.
        from_form: Whether objects and lists in it may be written as JSON text.
    """

    __slots__ = ("_from_form", "path", "value")

    def __init__(self, value: JsonObject, path: str = "", *, from_form: bool = False) -> None:
        self.value: JsonObject = value
        self.path: str = path
        self._from_form = from_form

    def at(self, name: str) -> str:
        """Return the path of the field *name*."""
        return f"{self.path}[{name}]" if self.path else name

    def has(self, name: str) -> bool:
        """Return whether there is something under *name*."""
        return self.value.get(name) is not None

    def raw(self, name: str) -> object:
        """Return what is under *name*, read from JSON text where a form has it so."""
        value = self.value.get(name)
        if self._from_form and isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
            try:
                return parse(value)
            except ValueError:
                return value
        return value

    def only(self, known: Collection[str]) -> None:
        """Refuse any field that is not *known*."""
        for name in self.value:
            if name not in known and self.value[name] is not None:
                raise Refused(not_modelled(self.at(name)))

    def text(self, name: str, limit: int | None = None) -> str | None:
        """Return the text under *name*, at most *limit* UTF-16 units of it."""
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise Refused(must_be(self.at(name), "a string"))
        if limit is not None and units(value) > limit:
            raise Refused(too_long(self.at(name), limit))
        return value

    def words(self, name: str, limit: int | None = None) -> str:
        """Return the text under *name*, which must be there and say something."""
        text = self.text(name, limit)
        if text is None:
            raise Refused(required(self.at(name)))
        if not text:
            raise Refused(empty(self.at(name)))
        return text

    def identifier(self, name: str) -> str | None:
        """Return the id under *name*, which Meta takes as a number too."""
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Refused(must_be(self.at(name), "a valid ID string"))
        return str(value)

    def flag(self, name: str) -> bool | None:
        """Return what is under *name*: true, false, or nothing."""
        value = self.value.get(name)
        if value is None or isinstance(value, bool):
            return value
        written = str(value) if isinstance(value, str | int) else None
        if written not in _FLAGS:
            raise Refused(must_be(self.at(name), "a boolean"))
        return _FLAGS[written]

    def number(self, name: str) -> float | None:
        """Return the number under *name*, which may be written as text."""
        value = self.value.get(name)
        if value is None:
            return None
        number = _number(value)
        if number is None:
            raise Refused(must_be(self.at(name), "a number"))
        return number

    def one_of(self, name: str, words: Collection[str]) -> str | None:
        """Return the text under *name*, in whichever case it is one of *words*.

        Meta's documentation writes some enums in lower case, and its own SDK in upper case.
        """
        value = self.value.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            for word in words:
                if value.lower() == word.lower():
                    return word
        raise Refused(must_be_one_of(self.at(name), words))

    def url(self, name: str) -> str | None:
        """Return the URL under *name*."""
        value = self.text(name)
        if value is not None and not is_public(value):
            raise Refused(must_be_url(value))
        return value

    def part(self, name: str) -> "Part | None":
        """Return the object under *name*."""
        value = self.raw(name)
        if value is None:
            return None
        if not is_object(value):
            raise Refused(must_be(self.at(name), "a JSON object"))
        return Part(value, self.at(name))

    def needed(self, name: str) -> "Part":
        """Return the object under *name*, which must be there."""
        part = self.part(name)
        if part is None:
            raise Refused(required(self.at(name)))
        return part

    def items(self, name: str) -> list[object] | None:
        """Return the list under *name*."""
        value = self.raw(name)
        if value is None:
            return None
        if not is_list(value):
            raise Refused(must_be(self.at(name), "an array"))
        return value

    def parts(self, name: str, most: int, least: int = 0) -> "list[Part]":
        """Return the objects under *name*: from *least* to *most* of them."""
        values = self.items(name)
        if values is None:
            if least:
                raise Refused(required(self.at(name)))
            return []
        if len(values) < least:
            raise Refused(too_few(self.at(name)))
        if len(values) > most:
            raise Refused(too_many(self.at(name)))
        return list(self._objects(name, values))

    def by_locale(self, name: str) -> "list[Part]":
        """Return the objects under *name*, one for each locale, that for all others among them."""
        parts = self.parts(name, _LOCALES, least=1)
        if "default" not in [part.words("locale") for part in parts]:
            raise Refused(must_be(self.at(name), "with the locale default"))
        return parts

    def _objects(self, name: str, values: list[object]) -> "Iterator[Part]":
        for index, value in enumerate(values):
            path = f"{self.at(name)}[{index}]"
            if not is_object(value):
                raise Refused(must_be(path, "a JSON object"))
            yield Part(value, path)


def _number(value: object) -> float | None:
    """Return *value* as a number, or None if it is none, or is NaN or endless."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def units(text: str) -> int:
    """Return how many UTF-16 units *text* has; JSON can carry half a surrogate pair."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_public(url: str) -> bool:
    """Tell whether Meta takes *url* for one; a host without a dot, like localhost, is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    written = url.isprintable() and " " not in url
    return written and parts.scheme in {"http", "https"} and "." in (parts.hostname or "")


def is_https(url: str) -> bool:
    """Tell whether *url* is one that Meta takes where nothing but https will do."""
    return is_public(url) and urlsplit(url).scheme == "https"


def is_unreachable(url: str) -> bool:
    """Tell whether nobody can fetch *url*: `.invalid` is no domain, by RFC 2606."""
    return (urlsplit(url).hostname or "").endswith(".invalid")
