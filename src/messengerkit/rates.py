"""Floor 1: how many calls Meta allows a page, by what they do; all durations are in seconds.

Platform page: /documentation/business-messaging/messenger-platform/overview/rate-limiting.
"""

import enum
from typing import TYPE_CHECKING, Self


class Rate(enum.Enum):
    """What Meta counts together, for each page by itself.

    Attributes:
        calls: How many calls are allowed in `seconds`; None if no number is known.
        seconds: The time in which Meta counts; None if no number is known.
    """

    MESSAGES = "messages", 300, 1.0
    """Sends of texts, images, files, templates and sender actions."""
    AUDIO_VIDEO = "audio_video", 10, 1.0
    """Sends of audio and video."""
    CONVERSATIONS = "conversations", 2, 1.0
    """Reads of conversations and of their messages."""
    PRIVATE_REPLIES = "private_replies", 750, 3600.0
    """Messages that answer a comment on a post."""
    MESSENGER_PROFILE = "messenger_profile", 10, 600.0
    """Changes of the page's messenger profile."""
    OTHER = "other", None, None
    """Everything else."""

    calls: int | None
    seconds: float | None

    def __new__(cls, value: str, calls: int | None, seconds: float | None) -> Self:  # noqa: D102  # enum's own way to give a member attributes
        member = object.__new__(cls)
        member._value_ = value
        member.calls = calls
        member.seconds = seconds
        return member

    # Enum's own is Python code, and a member is looked up for every call.
    if not TYPE_CHECKING:
        __hash__ = object.__hash__
