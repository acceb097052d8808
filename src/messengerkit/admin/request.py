"""Floor 7: one HTTP request and one answer, as every framework can give and take them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,64}")  # RFC 6838, 4.2

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""What an adapter mounts on each path: also a method that the path has not gets our answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRequest:
    """What an adapter hands over; the headers hold a key, so `repr` leaves them out.

    Attributes:
        method: In upper case.
        path: Without the query.
        query: What follows the question mark, still percent-encoded.
        headers: All of them, as pairs: a mapping would hide one that was sent twice.
        body: The raw bytes.
        peer: The address of whoever connected, or None.
        path_values: What stands in the path where the route has a name in braces.
    """

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    peer: str | None = None
    path_values: Mapping[str, str] = field(default_factory=dict[str, str])

    def values(self, name: str) -> tuple[str, ...]:
        """Return every value of the header *name*, in any case of letters."""
        wanted = name.lower()
        # Blanks around it are not of it (RFC 9110, 5.5); some servers leave them there.
        return tuple(value.strip(" \t") for key, value in self.headers if key.lower() == wanted)

    def named(self, name: str) -> str:
        """Return what stands in the path for *name*; empty if there is nothing."""
        return self.path_values.get(name, "")

    @property
    def media_type(self) -> str:
        """The body's media type in lower case, without parameters; empty if there is not one."""
        types = self.values("content-type")
        if len(types) != 1:
            return ""
        # Blanks are those of HTTP: others begin as bytes that each framework decodes as it likes.
        found = types[0].partition(";")[0].strip(" \t").lower()
        return found if _MEDIA_TYPE.fullmatch(found) else ""

    @property
    def parameters(self) -> Mapping[str, str]:
        """The query's parameters; of one that is repeated, the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAnswer:
    """What an adapter sends back, as it is.

    Attributes:
        status: The HTTP status.
        headers: All that matter to the caller; the server adds its own, such as `Date`.
        body: The raw bytes; a server leaves them out of the answer to HEAD.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
