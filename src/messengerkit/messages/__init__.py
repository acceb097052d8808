"""Floor 2: what goes out: the messages a page can send, their limits, and what a send gives."""

from typing import TypeAlias

from ._actions import Reaction, ReactionRemoval, SenderAction
from ._attachments import Attachment, AttachmentType, Audio, File, Image, Video
from ._images import Images
from ._quick_replies import AnyQuickReply, EmailQuickReply, PhoneQuickReply, QuickReply
from ._result import SendResult
from ._split import split_text
from ._templates import ButtonTemplate, Element, GenericTemplate, MediaTemplate
from ._text import Text

Message: TypeAlias = (
    Text | Image | Video | Audio | File | Images | GenericTemplate | ButtonTemplate | MediaTemplate
)
"""Whatever `send` takes."""

__all__ = (
    "AnyQuickReply",
    "Attachment",
    "AttachmentType",
    "Audio",
    "ButtonTemplate",
    "Element",
    "EmailQuickReply",
    "File",
    "GenericTemplate",
    "Image",
    "Images",
    "MediaTemplate",
    "Message",
    "PhoneQuickReply",
    "QuickReply",
    "Reaction",
    "ReactionRemoval",
    "SendResult",
    "SenderAction",
    "Text",
    "Video",
    "split_text",
)
