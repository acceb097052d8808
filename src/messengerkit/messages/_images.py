"""Floor 2: several images in one message."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator
from typing_extensions import override

from messengerkit.buttons import count
from messengerkit.errors import InvalidInputError

from ._attachments import Image
from ._quick_replies import AnyQuickReply, Outgoing, beside

IMAGES_LIMIT = 10
"""Instagram's; Meta names none for Messenger."""


def _image(value: object) -> Image:
    if isinstance(value, str):
        try:
            value = Image(value)
        except InvalidInputError as error:
            raise ValueError(str(error)) from None
    if not isinstance(value, Image):
        msg = f"must be an Image or its URL, and is {type(value).__name__}"
        raise ValueError(msg)  # noqa: TRY004  # pydantic turns this one into our error
    if value.quick_replies or value.metadata is not None:
        msg = "quick_replies and metadata belong to the whole message, not to one of its images"
        raise ValueError(msg)
    return value


class Images(Outgoing):
    """1 to 10 images that the person sees together; the limit is ours on Messenger.

    Platform page: /docs/messenger-platform/reference/send-api.

    Attributes:
        images: Each an `Image`, made of its URL if that is what was given.
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    images: Annotated[
        tuple[Annotated[Image, BeforeValidator(_image)], ...], count(IMAGES_LIMIT, least=1)
    ]

    def __init__(
        self,
        images: Sequence[Image | str],
        *,
        quick_replies: Sequence[AnyQuickReply] = (),
        metadata: str | None = None,
    ) -> None:
        super().__init__(images=images, **beside(quick_replies, metadata))

    @property
    @override
    def fetches(self) -> bool:
        return any(image.fetches for image in self.images)

    @override
    def _content(self) -> dict[str, object]:
        return {"attachments": [image.attachment() for image in self.images]}
