"""Floor 7: one HTTP request and one answer, as every framework can give and take them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRequest:
    """What an adapter hands over; the headers hold a key, so `repr` leaves them out.

    Attributes:
        method: In upper case.
        path: Without the query.
        query: The query's parameters; of one that is repeated, the last.
        headers: All of them, as pairs: a mapping would hide one that was sent twice.
        body: The raw bytes.
        peer: The address of whoever connected, or None.
        path_values: What stands in the path where the route has a name in braces.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    peer: str | None = None
    path_values: Mapping[str, str] = field(default_factory=dict[str, str])

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of the header *name*, in any case of letters."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAnswer:
    """What an adapter sends back, as it is."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
