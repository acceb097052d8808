"""Floor 2: what goes out: the messages a page can send, their limits, and what a send gives."""

from typing import TypeAlias

from ._actions import SenderAction
from ._attachments import Attachment, Audio, File, Image, Video
from ._result import SendResult
from ._text import Text

Message: TypeAlias = Text | Image | Video | Audio | File
"""Whatever `send` takes."""

__all__ = (
    "Attachment",
    "Audio",
    "File",
    "Image",
    "Message",
    "SendResult",
    "SenderAction",
    "Text",
    "Video",
)
