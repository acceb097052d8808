"""Floor 2: what goes out: the messages a page can send, their limits, and what a send gives."""

from ._actions import SenderAction
from ._result import SendResult
from ._text import Text

__all__ = ("SendResult", "SenderAction", "Text")
