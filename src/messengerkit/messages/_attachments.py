"""Floor 2: media, by a URL that Meta fetches or by the id of what it keeps already."""

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, WithJsonSchema
from typing_extensions import override

from messengerkit._model import Identifier, length
from messengerkit.buttons import URL_LIMIT, refused

from ._quick_replies import AnyQuickReply, Outgoing, beside

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


def one_source(url: str | None, attachment_id: str | None) -> dict[str, str]:
    """Return the one of *url* and *attachment_id* that is given, by its name.

    Raises:
        InvalidInputError: If both are given, or neither is.
    """
    if url and not attachment_id:
        return {"url": url}
    if attachment_id and not url:
        return {"attachment_id": attachment_id}
    problem = "give either an https URL or an attachment_id, and not both"
    raise refused(field="url", problem=problem)


class Attachment(Outgoing):
    """What the four kinds of media share: where Meta finds them.

    Each kind repeats the constructor, because type checkers give every pydantic class
    without its own one that takes no positional argument.
    """

    kind: ClassVar[AttachmentType]

    url: MediaUrl = ""
    attachment_id: Identifier = ""
    is_reusable: bool = False

    def __init__(
        self,
        url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        if is_reusable and attachment_id:
            problem = "goes only with a url: what has an id is saved already"
            raise refused(field="is_reusable", problem=problem)
        source = one_source(url, attachment_id)
        super().__init__(**source, is_reusable=is_reusable, **beside(quick_replies, metadata))

    @property
    @override
    def fetches(self) -> bool:
        return bool(self.url)

    def attachment(self) -> dict[str, object]:
        """Return Meta's `attachment` object, without what stands beside it in a message."""
        payload: dict[str, object] = {"url": self.url} if self.url else {}
        if self.attachment_id:
            payload["attachment_id"] = self.attachment_id
        if self.is_reusable:
            payload["is_reusable"] = True
        return {"type": self.kind, "payload": payload}

    @override
    def _content(self) -> dict[str, object]:
        return {"attachment": self.attachment()}


class Image(Attachment):
    """An image, by its URL or by the id of one that Meta keeps.

    Of an image by URL, Meta takes at most 8 MB and 85 megapixels, and 10 s to fetch it.
    Platform page: /docs/messenger-platform/reference/send-api.

    Attributes:
        url: An https URL on a public host, in ASCII; empty where it goes by its id. The
            limit of 8000 characters is ours.
        attachment_id: The id from an upload, or from a send with `is_reusable`, kept for 90
            days; empty where it goes by its URL.
        is_reusable: Whether Meta shall keep what it fetches, and give it an id.
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit, or not exactly one of URL and id
            is given.
    """

    kind: ClassVar[AttachmentType] = "image"

    def __init__(
        self,
        url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            url,
            attachment_id=attachment_id,
            is_reusable=is_reusable,
            quick_replies=quick_replies,
            metadata=metadata,
        )


class Video(Attachment):
    """A video, of at most 25 MB; Meta takes 75 s to fetch it. Otherwise as `Image`."""

    kind: ClassVar[AttachmentType] = "video"

    def __init__(
        self,
        url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            url,
            attachment_id=attachment_id,
            is_reusable=is_reusable,
            quick_replies=quick_replies,
            metadata=metadata,
        )


class Audio(Attachment):
    """A sound; its URL must answer with an `audio/*` type. Otherwise as `Image`."""

    kind: ClassVar[AttachmentType] = "audio"

    def __init__(
        self,
        url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            url,
            attachment_id=attachment_id,
            is_reusable=is_reusable,
            quick_replies=quick_replies,
            metadata=metadata,
        )


class File(Attachment):
    """Any other file, of at most 25 MB. Otherwise as `Image`."""

    kind: ClassVar[AttachmentType] = "file"

    def __init__(
        self,
        url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(
            url,
            attachment_id=attachment_id,
            is_reusable=is_reusable,
            quick_replies=quick_replies,
            metadata=metadata,
        )
