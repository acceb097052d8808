"""Floor 8: ids in Meta's forms, the same ones each time from the same seed."""

import base64
import hashlib
from collections import Counter

_PSID_DIGITS = 16
_OBJECT_DIGITS = 15


class Ids:
    """Where new ids come from; each kind counts for itself, so that one more person moves no mid.

    Args:
        seed: What they are made from.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._counts = Counter[str]()

    def mid(self) -> str:
        """Return the id of a new message."""
        return f"m_{self._text('mid')}"

    def trace(self) -> str:
        """Return a new `fbtrace_id`."""
        return f"A{self._text('trace')[:22]}"

    def psid(self) -> str:
        """Return a new person's id."""
        return self._digits("psid", _PSID_DIGITS)

    def conversation(self) -> str:
        """Return the id of a new conversation."""
        return f"t_{self._digits('conversation', _OBJECT_DIGITS)}"

    def number(self, kind: str) -> str:
        """Return the id of a new object of this *kind*."""
        return self._digits(kind, _OBJECT_DIGITS)

    def word(self, kind: str) -> str:
        """Return a new token of this *kind*."""
        return self._text(kind)

    def _digits(self, kind: str, length: int) -> str:
        number = int.from_bytes(self._digest(kind)) % (9 * 10 ** (length - 1))
        return str(10 ** (length - 1) + number)

    def _text(self, kind: str) -> str:
        return base64.urlsafe_b64encode(self._digest(kind)).decode().rstrip("=")

    def _digest(self, kind: str) -> bytes:
        self._counts[kind] += 1
        return hashlib.sha256(f"{self._seed}/{kind}/{self._counts[kind]}".encode()).digest()
