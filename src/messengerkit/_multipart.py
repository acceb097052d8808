"""Floor 3: a form with one file, as bytes around the file's own: RFC 7578; no file is read.

Platform page: /docs/messenger-platform/reference/attachment-upload-api.
"""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

from typing_extensions import override

# What ends a line or a quoted name, what is a path or an end to some (aiohttp, at a second
# semicolon), and what UTF-8 cannot carry.
_UNSAFE = re.compile(r"""[\x00-\x1f\x7f-\x9f"/\\;\u2028\u2029\ud800-\udfff]""")


class Streamed(NamedTuple):
    """A body that is not held in memory: *head*, the pieces, *tail*.

    Attributes:
        content_type: The media type of the whole, with its boundary.
        length: Bytes of the whole, or None if nobody knows.
        head: What comes before the file.
        pieces: Gives the file, piece by piece; for each attempt anew.
        tail: What comes after it.
    """

    content_type: str
    length: int | None
    head: bytes
    pieces: Callable[[], AsyncIterator[bytes]]
    tail: bytes

    @override
    def __repr__(self) -> str:
        return f"Streamed({self.length} bytes)"


def form(
    fields: Mapping[str, str],
    *,
    filename: str,
    content_type: str,
    size: int | None,
    pieces: Callable[[], AsyncIterator[bytes]],
    boundary: str,
) -> Streamed:
    """Return a form of *fields* and of one file, called `filedata` as Meta wants it.

    Args:
        fields: The other parts, in their order.
        filename: The file's name, in UTF-8 as browsers send it; what could end the name
            or its line is replaced.
        content_type: The file's own media type, which Meta needs.
        size: Bytes of the file, or None if nobody knows.
        pieces: Gives the file, piece by piece; for each attempt anew.
        boundary: What stands between the parts, and nowhere in them.
    """
    head, tail = _head(fields, filename, content_type, boundary), f"\r\n--{boundary}--\r\n".encode()
    return Streamed(
        content_type=f"multipart/form-data; boundary={boundary}",
        length=None if size is None else len(head) + size + len(tail),
        head=head,
        pieces=pieces,
        tail=tail,
    )


def _head(fields: Mapping[str, str], filename: str, content_type: str, boundary: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_safe(name)}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    shown = _safe(filename).strip() or "file"
    file = f'Content-Disposition: form-data; name="filedata"; filename="{shown}"'
    parts.append(f"--{boundary}\r\n{file}\r\nContent-Type: {content_type}\r\n\r\n")
    return "".join(parts).encode()


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name)
