"""Floor 4: a file on its way to Meta: where it is read from, and what Meta would refuse.

Nothing is read whole into memory: a file is read in pieces, in a thread. Platform page:
/docs/messenger-platform/reference/attachment-upload-api.
"""

import asyncio
import mimetypes
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TypeAlias

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
        """Return the pieces, counted: too many end it, and *progress* is told of each."""

        async def counted() -> AsyncIterator[bytes]:
            sent = 0
            async for piece in self.pieces():
                sent += len(piece)
                check_size(sent)
                yield piece
                if progress is not None:
                    progress(sent, self.size)
            # Meta was told how many bytes come, and would wait for those that do not.
            if self.size is not None and sent != self.size:
                msg = f"file: was to have {self.size} bytes, and had {sent}"
                raise InvalidInputError(msg, field="file")

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


def check_size(size: int) -> None:
    """Accept *size* bytes.

    Raises:
        InvalidInputError: If Meta would refuse so many.
    """
    if size > MAX_UPLOAD:
        msg = f"file: must have at most {MAX_UPLOAD} bytes (25 MB), and has {size} or more"
        raise InvalidInputError(msg, field="file")
    if size == 0:
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
    if sum(given is not None for given in (path, data, stream)) != 1:
        msg = "path: give exactly one of path, data and stream"
        raise InvalidInputError(msg, field="path")
    name = filename or (Path(fspath(path)).name if path is not None else kind)
    media_type = _media_type(kind, name, content_type)
    if path is not None:
        size = await asyncio.to_thread(_size_of, Path(fspath(path)))
        pieces, repeatable = _of_path(Path(fspath(path))), True
    elif data is not None:
        size = len(data)
        pieces, repeatable = _of_bytes(data), True
    else:
        pieces, repeatable = _of_stream(stream), False
    if size is not None:
        check_size(size)
    return Source(
        filename=name, content_type=media_type, size=size, pieces=pieces, repeatable=repeatable
    )


def _media_type(kind: AttachmentType, name: str, given: str | None) -> str:
    found = given or mimetypes.guess_type(name)[0] or ""
    if kind == "file":
        found = found or "application/octet-stream"
    # Meta refuses a file whose type is not its kind's (100/2018047), once it has it all.
    if not _MEDIA_TYPE.fullmatch(found) or (kind != "file" and not found.startswith(f"{kind}/")):
        known = f"{found!r} is not one" if found else "none is known"
        msg = f"content_type: must be a media type of the kind {kind}/…, and {known}"
        raise InvalidInputError(msg, field="content_type")
    return found


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        msg = "path: there is no such file, or it cannot be read"
    raise InvalidInputError(msg, field="path")


def _of_path(path: Path) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(path.open, "rb")
        try:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
        finally:
            await asyncio.to_thread(file.close)

    return pieces


def _of_bytes(data: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(data), _PIECE):
            yield data[start : start + _PIECE]

    return pieces


def _of_stream(stream: AsyncIterable[bytes] | None) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        if stream is not None:
            async for piece in stream:
                if piece:
                    yield piece

    return pieces
