"""Floor 8: a `multipart/form-data` body, read into fields and files; pure, any bytes will do."""

from dataclasses import dataclass, field
from email import message_from_string
from email.message import Message

_LONGEST_HEAD = 8192  # bytes of the headers of one part that are looked at
_MOST = 100  # parts; no call has more than a handful


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """A file among the parts.

    Attributes:
        name: The name of its field.
        filename: What it is called.
        content_type: Its media type, as it was said to be.
        data: Its bytes.
    """

    name: str
    filename: str
    content_type: str
    data: bytes = field(repr=False)


def read_parts(content_type: str, body: bytes) -> tuple[dict[str, str], tuple[FormFile, ...]]:
    """Return the text fields and the files of *body*.

    Raises:
        ValueError: If it is no such body; the message says why.
    """
    boundary = _headers(f"Content-Type: {content_type}").get_boundary()
    if not boundary:
        msg = "the body has no boundary"
        raise ValueError(msg)
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not pieces or not pieces[-1].startswith(b"--"):
        msg = "the body has no end"
        raise ValueError(msg)
    if len(pieces) > _MOST:
        msg = "the body has too many parts"
        raise ValueError(msg)
    fields, files = dict[str, str](), list[FormFile]()
    for piece in pieces[:-1]:
        _sort(piece, fields, files)
    return fields, tuple(files)


def _sort(piece: bytes, fields: dict[str, str], files: list[FormFile]) -> None:
    head, blank, data = piece.partition(b"\r\n\r\n")
    part = _headers(_text(head[:_LONGEST_HEAD]).lstrip())
    name = part.get_param("name", header="content-disposition")
    if not blank or not isinstance(name, str):
        msg = "a part of the body has no name"
        raise ValueError(msg)
    filename = part.get_filename()
    if filename is None:
        fields[name] = _text(data)
        return
    kind = part.get_content_type() if "content-type" in part else "application/octet-stream"
    files.append(FormFile(name=name, filename=filename, content_type=kind, data=data))


def _headers(head: str) -> Message:
    return message_from_string(f"{head}\r\n\r\n")


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        msg = "a part of the body is not UTF-8"
        raise ValueError(msg) from None
