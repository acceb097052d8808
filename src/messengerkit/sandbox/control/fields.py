"""Floor 8: reads the fields of a control request, and says in a sentence what is wrong."""

from collections.abc import Mapping

from messengerkit.sandbox.jsontext import JsonObject, is_object, parse


class BadInputError(Exception):
    """A control request cannot be done; the message says why."""


class Fields:
    """The fields of one JSON object, each taken once; `done` refuses those left over.

    Args:
        body: The body of the request; an empty one has no fields.

    Raises:
        BadInputError: If *body* is not a JSON object.
    """

    def __init__(self, body: bytes) -> None:
        try:
            value = parse(body or b"{}")
        except ValueError:
            msg = "the body is not JSON"
            raise BadInputError(msg) from None
        if not is_object(value):
            msg = "the body is not a JSON object"
            raise BadInputError(msg)
        self._left: JsonObject = dict(value)

    def has(self, name: str) -> bool:
        """Return whether field *name* is there, be it null."""
        return name in self._left

    def peek(self, name: str) -> object:
        """Return what field *name* is, and leave it there."""
        return self._left.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        """Return the text of field *name*, which may be missing only if it has a default."""
        value = self._left.pop(name, default)
        if not isinstance(value, str):
            raise _wrong(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return the text of field *name*, or None if it is missing or null."""
        return None if self._is_nothing(name) else self.text(name)

    def integer(self, name: str, default: int | None = None) -> int:
        """Return the whole number of field *name*."""
        value = self._left.pop(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong(name, "a whole number")
        return value

    def optional_integer(self, name: str) -> int | None:
        """Return the whole number of field *name*, or None if it is missing or null."""
        return None if self._is_nothing(name) else self.integer(name)

    def number(self, name: str) -> float:
        """Return the number of field *name*."""
        value = self._left.pop(name, None)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise _wrong(name, "a number")
        return value

    def optional_number(self, name: str) -> float | None:
        """Return the number of field *name*, or None if it is missing or null."""
        return None if self._is_nothing(name) else self.number(name)

    def optional_flag(self, name: str) -> bool | None:
        """Return the true or false of field *name*, or None if it is missing or null."""
        value = self._left.pop(name, None)
        if not isinstance(value, bool | None):
            raise _wrong(name, "true or false")
        return value

    def texts(self, name: str) -> Mapping[str, str]:
        """Return the object of texts of field *name*; an empty one if it is missing."""
        value = self._left.pop(name, {})
        if not is_object(value):
            raise _wrong(name, "an object of texts")
        texts = {key: text for key, text in value.items() if isinstance(text, str)}
        if len(texts) != len(value):
            raise _wrong(name, "an object of texts")
        return texts

    def done(self) -> None:
        """Refuse whatever was not taken: a misspelt field must not pass unseen.

        Raises:
            BadInputError: If a field is left.
        """
        if self._left:
            msg = f"nothing here has the field {', '.join(sorted(self._left))}"
            raise BadInputError(msg)

    def _is_nothing(self, name: str) -> bool:
        """Tell whether field *name* is missing or null; then it counts as taken."""
        if self._left.get(name) is not None:
            return False
        self._left.pop(name, None)
        return True


def _wrong(name: str, form: str) -> BadInputError:
    return BadInputError(f"the field {name} must be {form}")
