"""Floor 2: which app has a conversation, and what one app says to another when it changes.

Platform page: /docs/messenger-platform/conversation-routing.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field as Limits
from typing_extensions import override

from . import _inbound as read
from ._inbound import Field, Inbound
from ._model import Outbound, WireText, length

PAGE_INBOX = 263902037430900
"""The app id of the Page's inbox, where people of the page answer by hand."""

INSTAGRAM_INBOX = 1217981644879628
"""The app id of the inbox of Instagram."""

LONGEST_EXTENSION = 7 * 24 * 3600
"""The most seconds that an app may keep a conversation for."""


class ThreadOwner(Inbound):
    """The app that has a conversation.

    Attributes:
        app_id: Which app. Meta tells it to the owner and to the default app; for others it
            is None, and somebody else has the conversation.
        expires_at: Until when.
    """

    __slots__ = ()
    app_id: Field[int | None] = read.number()
    expires_at: Field[datetime | None] = read.moment("expiration")


class Note(Outbound):
    """What an app may say to the next one.

    Attributes:
        metadata: At most 1000 characters.

    Raises:
        InvalidInputError: If it is longer.
    """

    metadata: Annotated[WireText, length(1000)] | None = None

    def to_graph(self) -> dict[str, object]:
        """Return what a thread control call says beside whose conversation it is."""
        return self.model_dump(exclude_none=True)


class HandingOver(Note):
    """Which app is to have a conversation.

    Attributes:
        app_id: Which one, as a number: `PAGE_INBOX`, for example.

    Raises:
        InvalidInputError: If it is no app's id, or the note is too long.
    """

    app_id: Annotated[int, Limits(strict=True, gt=0)]

    @override
    def to_graph(self) -> dict[str, object]:
        said = super().to_graph()
        return {"target_app_id": said.pop("app_id"), **said}


class Extension(Outbound):
    """How long an app wants to keep a conversation.

    Attributes:
        seconds: From now on, 7 days at most.

    Raises:
        InvalidInputError: If it is longer, or no whole number above 0.
    """

    seconds: Annotated[int, Limits(strict=True, gt=0, le=LONGEST_EXTENSION)]

    def to_graph(self) -> dict[str, object]:
        """Return what an extend_thread_control call says beside whose conversation it is."""
        return {"duration": self.seconds}
