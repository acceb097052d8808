"""Floor 2: media by URL, which Meta fetches; the URL is checked when the message is made."""

import re
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, WithJsonSchema

from messengerkit._model import Outbound, WireText, length

from ._text import METADATA_LIMIT

URL_LIMIT = 8000
"""Ours, as Meta names none: the length that RFC 9110, section 4.1, asks everybody to support."""

_VISIBLE = re.compile(r"[!-~]*")
_LAST_PORT = 65_535
_LABEL = "[A-Za-z0-9_-]+"
# The numbers up to the last port, for JSON Schema, which can compare texts with patterns alone.
_PORT = "([0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
# No "@" may stand before the path, so there is no place for a user name or a password.
_URL = re.compile(rf"(?i:https)://{_LABEL}(?:\.{_LABEL})+(?::([0-9]{{1,5}}))?(?:[/?#].*)?")


def _fetchable(url: str) -> str:
    if not _VISIBLE.fullmatch(url):
        msg = (
            "must be visible ASCII without spaces; "
            "percent-encode the rest, and write the host in its xn-- form"
        )
        raise ValueError(msg)
    parts = _URL.fullmatch(url)
    if not parts or int(parts[1] or 0) > _LAST_PORT:
        msg = "must be an https URL: a host with a dot in its name, no user name, no password"
        raise ValueError(msg)
    return url


MediaUrl: TypeAlias = Annotated[
    str,
    length(URL_LIMIT),
    AfterValidator(_fetchable),
    # Without "format": "uri", which has no place for characters that Meta and we take.
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": URL_LIMIT,
            "pattern": rf"^[Hh][Tt][Tt][Pp][Ss]://{_LABEL}(\.{_LABEL})+(:{_PORT})?([/?#][!-~]*)?$",
        }
    ),
]
"""Where Meta finds the media: https, on a public host."""


AttachmentType: TypeAlias = Literal["image", "video", "audio", "file"]
"""How the person sees it, in Meta's words."""


class Attachment(Outbound):
    """What the four kinds of media share: one URL, and a note for the echo.

    Each kind repeats the constructor, because type checkers give every pydantic class
    without its own one that takes no positional argument.
    """

    kind: ClassVar[AttachmentType]

    url: MediaUrl
    metadata: Annotated[WireText, length(METADATA_LIMIT)] | None = None

    def __init__(self, url: str, *, metadata: str | None = None) -> None:
        super().__init__(url=url, metadata=metadata)

    def to_graph(self) -> dict[str, object]:
        """Return the `message` object of the Send API."""
        message: dict[str, object] = {
            "attachment": {"type": self.kind, "payload": {"url": self.url}}
        }
        return message if self.metadata is None else message | {"metadata": self.metadata}


class Image(Attachment):
    """An image by its URL; Meta takes at most 8 MB and 85 megapixels, and 10 s to fetch it.

    Platform page: /docs/messenger-platform/reference/send-api.

    Attributes:
        url: An https URL on a public host, in ASCII. The limit of 8000 characters is ours.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    kind: ClassVar[AttachmentType] = "image"

    def __init__(self, url: str, *, metadata: str | None = None) -> None:
        super().__init__(url, metadata=metadata)


class Video(Attachment):
    """A video by its URL; Meta takes at most 25 MB, and 75 s to fetch it. Otherwise as `Image`."""

    kind: ClassVar[AttachmentType] = "video"

    def __init__(self, url: str, *, metadata: str | None = None) -> None:
        super().__init__(url, metadata=metadata)


class Audio(Attachment):
    """A sound by its URL, which must answer with an `audio/*` type. Otherwise as `Image`."""

    kind: ClassVar[AttachmentType] = "audio"

    def __init__(self, url: str, *, metadata: str | None = None) -> None:
        super().__init__(url, metadata=metadata)


class File(Attachment):
    """Any other file by its URL, of at most 25 MB. Otherwise as `Image`."""

    kind: ClassVar[AttachmentType] = "file"

    def __init__(self, url: str, *, metadata: str | None = None) -> None:
        super().__init__(url, metadata=metadata)
