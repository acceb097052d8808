"""Floor 6: people in the loop: who holds a conversation, what was said in it, who did what."""

from .chain import Broken, action_hash, broken_links, chained
from .conversation import Alert, Conversation, Status
from .message import MessageStatus, Sender, moved_on, status_of
from .records import AdminAction, Message

__all__ = (
    "AdminAction",
    "Alert",
    "Broken",
    "Conversation",
    "Message",
    "MessageStatus",
    "Sender",
    "Status",
    "action_hash",
    "broken_links",
    "chained",
    "moved_on",
    "status_of",
)
