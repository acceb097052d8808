"""Floor 2: what may stand beside any message: quick replies, and a note for the echo."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar, TypeAlias, get_args

from pydantic import ConfigDict

from messengerkit._model import Outbound, WireText, length
from messengerkit.buttons import PAYLOAD_LIMIT, TITLE_LIMIT, WebUrl, count, instance_of, refused

QUICK_REPLIES_LIMIT = 13
METADATA_LIMIT = 1000


class _QuickReply(Outbound):
    model_config: ClassVar[ConfigDict] = ConfigDict(defer_build=True)

    content_type: ClassVar[str]

    def __init__(self, **fields: object) -> None:
        # Without one, type checkers think that a class takes its own fields and no other.
        super().__init__(**fields)

    def to_graph(self) -> dict[str, object]:
        """Return the quick reply as the Send API takes it."""
        return {"content_type": self.content_type, **self.model_dump(exclude_none=True)}


class QuickReply(_QuickReply):
    """An answer to tap; it comes back as a message with the payload in `quick_reply_payload`.

    Quick replies are gone when the next message is sent.

    Attributes:
        title: 1 to 20 characters, or none beside an image.
        payload: 1 to 1000 characters that the person never sees, or none beside an image.
        image_url: A small picture beside the title, of at least 24 by 24 pixels.

    Raises:
        InvalidInputError: If a field breaks its limit.
    """

    content_type: ClassVar[str] = "text"

    title: Annotated[WireText, length(TITLE_LIMIT)]
    payload: Annotated[WireText, length(PAYLOAD_LIMIT)]
    image_url: WebUrl | None = None

    def __init__(self, title: str, payload: str, image_url: str | None = None) -> None:
        super().__init__(title=title, payload=payload, image_url=image_url)
        if self.image_url is None:
            for field, most in (("title", TITLE_LIMIT), ("payload", PAYLOAD_LIMIT)):
                if not getattr(self, field):
                    problem = f"must have 1 to {most} characters without an image_url, and has 0"
                    raise refused(field=field, problem=problem)


class PhoneQuickReply(_QuickReply):
    """Offers the person's own phone number; no bubble is shown where the profile has none."""

    content_type: ClassVar[str] = "user_phone_number"

    def __init__(self) -> None:
        super().__init__()


class EmailQuickReply(_QuickReply):
    """Offers the person's own e-mail address; no bubble is shown where the profile has none."""

    content_type: ClassVar[str] = "user_email"

    def __init__(self) -> None:
        super().__init__()


AnyQuickReply: TypeAlias = QuickReply | PhoneQuickReply | EmailQuickReply
"""Whatever a message takes among its quick replies."""


def beside(quick_replies: Sequence[AnyQuickReply], metadata: str | None) -> dict[str, object]:
    """Return what of these is given: most messages have neither, and then nothing is checked."""
    if not quick_replies and metadata is None:
        return {}
    return {"quick_replies": quick_replies, "metadata": metadata}


class Outgoing(Outbound, ABC):
    """What all messages share.

    Attributes:
        quick_replies: At most 13.
        metadata: At most 1000 characters that come back in the echo; the person never
            sees them.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(defer_build=True)

    quick_replies: Annotated[
        tuple[Annotated[AnyQuickReply, instance_of(*get_args(AnyQuickReply))], ...],
        count(QUICK_REPLIES_LIMIT),
    ] = ()
    metadata: Annotated[WireText, length(METADATA_LIMIT)] | None = None

    def __init__(self, **fields: object) -> None:
        super().__init__(**fields)

    @property
    def fetches(self) -> bool:
        """Whether Meta must fetch something from elsewhere before it answers."""
        return False

    def to_graph(self) -> dict[str, object]:
        """Return the `message` object of the Send API."""
        message = self._content()
        if self.quick_replies:
            message["quick_replies"] = [reply.to_graph() for reply in self.quick_replies]
        if self.metadata is not None:
            message["metadata"] = self.metadata
        return message

    @abstractmethod
    def _content(self) -> dict[str, object]:
        """Return a new object with what the person sees."""
