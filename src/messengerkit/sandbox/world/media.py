"""Floor 8: files that people and pages have sent: kept by id, and forgotten oldest first."""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote

KINDS = ("image", "video", "audio", "file")
"""What Meta calls media; all that is none of the first three is a file."""

_NOBODY = "nobody"
_IN_HEADER = re.compile(r"[ -~]+")


@dataclass(frozen=True, slots=True)
class Medium:
    """One file.

    Attributes:
        id: Its id among the files.
        content_type: Its media type, as it was said to be.
        filename: Its name, without a path.
        data: Its bytes.
    """

    id: str
    content_type: str
    filename: str
    data: bytes = field(repr=False)

    @property
    def path(self) -> str:
        """Where the sandbox serves it."""
        return f"/_sandbox/media/{self.id}/{quote(self.filename, safe='')}"


class Media:
    """All files of one sandbox.

    Args:
        largest: How many bytes are kept in all; the last file is, whatever its size.
        most: How many files are kept.
    """

    def __init__(self, largest: int, most: int = 10_000) -> None:
        self._most = most
        self._largest = largest
        self._kept = OrderedDict[str, Medium]()
        self._size = 0

    def keep(self, medium: Medium) -> Medium:
        """Keep *medium*, and forget the oldest ones where there is no room for all."""
        self._kept[medium.id] = medium
        self._size += len(medium.data)
        while len(self._kept) > 1 and self._is_full():
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.data)
        return medium

    def find(self, medium_id: str) -> Medium | None:
        """Return the file *medium_id*, or None if it is not, or no longer, kept."""
        return _SILHOUETTE if medium_id == _NOBODY else self._kept.get(medium_id)

    def _is_full(self) -> bool:
        return self._size > self._largest or len(self._kept) > self._most


_SILHOUETTE = Medium(
    _NOBODY,
    "image/svg+xml",
    "picture.svg",
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
    b'<path fill="#d5d9e4" d="M0 0h96v96H0z"/><circle cx="48" cy="37" r="17" fill="#8b93a7"/>'
    b'<path fill="#8b93a7" d="M12 96c2-24 16-36 36-36s34 12 36 36z"/></svg>',
)

NOBODY = _SILHOUETTE.path
"""Where the picture of people is who have none of their own."""


def kind_of(content_type: str) -> str:
    """Return what Meta calls an attachment of this media type."""
    kind = content_type.partition("/")[0].strip().lower()
    return kind if kind in KINDS else "file"


def plain_type(content_type: str) -> str:
    """Return *content_type* if a header can carry it, and that of any bytes if not."""
    return content_type if _IN_HEADER.fullmatch(content_type) else "application/octet-stream"


def plain_name(filename: str) -> str:
    """Return *filename* without folders, and never empty."""
    name = PurePosixPath(filename.replace("\\", "/")).name
    shown = "".join(one for one in name if one.isprintable())[:255]
    # A name of dots alone would be a step up in the path of its URL.
    return shown if shown.strip(".") else "file"
