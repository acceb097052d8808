"""Floor 4: a file on its way to Meta: where it is read from, and what Meta would refuse.

Nothing is read whole into memory: a file is read in pieces, in a thread, and is closed
after each, so that a call which is cancelled leaves nothing open. Platform page:
/docs/messenger-platform/reference/attachment-upload-api.
"""

import asyncio
import mimetypes
import re
import stat
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from os import PathLike, fspath, fstat, stat_result
from pathlib import Path
from typing import NamedTuple, TypeAlias

from .errors import InvalidInputError
from .messages import AttachmentType, Audio, File, Image, Video

MAX_UPLOAD = 25 * 1024 * 1024
"""Bytes. The largest file that Meta takes, of every kind."""

Progress: TypeAlias = Callable[[int, int | None], None]
"""Is told how many bytes have left, and of how many, or None if nobody knows."""

_PIECE = 256 * 1024
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to upload.

    Attributes:
        filename: What it is called.
        content_type: Its media type.
        size: Its bytes, or None if nobody knows.
        pieces: Gives it piece by piece, anew each time if it is `repeatable`.
        repeatable: Whether it can be read again, for another attempt.
    """

    filename: str
    content_type: str
    size: int | None
    pieces: Callable[[], AsyncIterator[bytes]]
    repeatable: bool = True

    def watched(self, progress: Progress | None) -> Callable[[], AsyncIterator[bytes]]:
        """Return the pieces, counted: too many end it, and *progress* is told of each.

        Reading them raises `InvalidInputError`, too, if the source or *progress* fails.
        """

        async def counted() -> AsyncIterator[bytes]:
            sent = 0
            async for piece in self.pieces():
                sent += len(piece)
                check_size(sent)
                # Before it leaves: what comes after the file would have no room any more.
                if self.size is not None and sent > self.size:
                    raise _other_size(self.size, f"{sent} or more")
                yield piece
                if progress is not None:
                    _tell(progress, sent, self.size)
            # Meta was told how many bytes come, and would wait for those that do not.
            if self.size is not None and sent != self.size:
                raise _other_size(self.size, str(sent))
            check_size(sent)

        return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A file that Meta has, for 90 days; only the page that uploaded it can send it.

    Attributes:
        kind: What it is.
        attachment_id: What it is sent by.
    """

    kind: AttachmentType
    attachment_id: str

    def message(self, *, metadata: str | None = None) -> Image | Video | Audio | File:
        """Return the message that shows it."""
        return _MESSAGES[self.kind](attachment_id=self.attachment_id, metadata=metadata)


_MESSAGES: dict[AttachmentType, type[Image | Video | Audio | File]] = {
    "image": Image,
    "video": Video,
    "audio": Audio,
    "file": File,
}


def _other_size(told: int, found: str) -> InvalidInputError:
    return InvalidInputError(f"file: was to have {told} bytes, and had {found}", field="file")


def _tell(progress: Progress, sent: int, size: int | None) -> None:
    try:
        progress(sent, size)
    except Exception as error:
        # As it is, it would pass for a failure of the network, and be tried again.
        msg = f"progress: failed ({type(error).__name__})"
        raise InvalidInputError(msg, field="progress") from error


def check_size(size: int) -> None:
    """Accept *size* bytes.

    Raises:
        InvalidInputError: If Meta would refuse so many.
    """
    if size > MAX_UPLOAD:
        msg = f"file: must have at most {MAX_UPLOAD} bytes (25 MB), and has {size} or more"
        raise InvalidInputError(msg, field="file")
    if size < 1:
        msg = "file: must not be empty"
        raise InvalidInputError(msg, field="file")


async def source_of(
    kind: AttachmentType,
    *,
    path: str | PathLike[str] | None,
    data: bytes | None,
    stream: AsyncIterable[bytes] | None,
    filename: str | None,
    content_type: str | None,
    size: int | None,
) -> Source:
    """Return what is to be uploaded, from exactly one of *path*, *data* and *stream*.

    Raises:
        InvalidInputError: If there is not exactly one, it cannot be read, it is empty or
            larger than Meta takes, or its media type is not one of its kind.
    """
    if kind not in _MESSAGES:
        msg = f"kind: must be one of {', '.join(_MESSAGES)}"
        raise InvalidInputError(msg, field="kind")
    if sum(given is not None for given in (path, data, stream)) != 1:
        msg = "path: give exactly one of path, data and stream"
        raise InvalidInputError(msg, field="path")
    name = filename or (Path(fspath(path)).name if path is not None else kind)
    media_type = _media_type(kind, name, content_type)
    if path is not None:
        file = Path(fspath(path))
        version = await asyncio.to_thread(_look, file)
        size, pieces, repeatable = version.size, _of_path(file, version), True
    elif stream is not None:
        pieces, repeatable = _of_stream(stream), False
    else:
        content = data or b""  # the one that is left
        size, pieces, repeatable = len(content), _of_bytes(content), True
    if size is not None:
        check_size(size)
    return Source(
        filename=name, content_type=media_type, size=size, pieces=pieces, repeatable=repeatable
    )


def _media_type(kind: AttachmentType, name: str, given: str | None) -> str:
    found = given or _guessed(name)
    if kind == "file":
        found, wanted = found or "application/octet-stream", "a media type"
    else:
        wanted = f"a media type of the kind {kind}/…"
    # Meta refuses a file whose type is not its kind's (100/2018047), once it has it all.
    fits = kind == "file" or found.lower().startswith(f"{kind}/")
    if not fits or not _MEDIA_TYPE.fullmatch(found):
        known = f"{found!r} is not one" if found else "none is known"
        msg = f"content_type: must be {wanted}, and {known}"
        raise InvalidInputError(msg, field="content_type")
    return found


def _guessed(name: str) -> str:
    suffix = Path(name).suffix.lower()
    # By its end alone: of a whole name Python would read the beginning as that of a URL.
    found, packed = mimetypes.guess_type(f"x{suffix}")
    return _MEDIA_TYPES.get(suffix) or (None if packed else found) or ""


_MEDIA_TYPES = {
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".webp": "image/webp",
}
"""Of what Meta takes, what Python 3.11 knows only where the system has a table of its own."""


class _Version(NamedTuple):
    """What a file has as long as nobody writes to it, or puts another one in its place."""

    size: int
    changed: int

    @classmethod
    def of(cls, status: stat_result) -> "_Version":
        return cls(status.st_size, status.st_mtime_ns)


def _look(path: Path) -> _Version:
    """Return the version of the file at *path* that can be read now."""
    try:
        # Not of a pipe: to open it would wait for who writes.
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb", buffering=0) as file:
                return _Version.of(fstat(file.fileno()))
    except (OSError, ValueError):  # ValueError: a name that no file can have
        pass
    msg = "path: there is no such file, or it cannot be read"
    raise InvalidInputError(msg, field="path")


def _read(path: Path, version: _Version, start: int) -> bytes:
    """Return what *path* has from *start* on: one piece."""
    try:
        with path.open("rb", buffering=0) as file:
            if _Version.of(fstat(file.fileno())) == version:
                file.seek(start)
                return file.read(_PIECE)
    except OSError:
        msg = "path: can no longer be read"
    else:
        msg = "path: the file has changed since the upload began"
    raise InvalidInputError(msg, field="path")


def _of_path(path: Path, version: _Version) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        start = 0
        while piece := await asyncio.to_thread(_read, path, version, start):
            yield piece
            start += len(piece)

    return pieces


def _of_bytes(data: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), _PIECE):
            yield data[start : start + _PIECE]

    return pieces


def _of_stream(stream: AsyncIterable[bytes]) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for piece in stream:
                if piece:
                    yield piece
        except Exception as error:
            msg = f"stream: failed ({type(error).__name__})"
            raise InvalidInputError(msg, field="stream") from error

    return pieces
