"""Floor 6: people in the loop: who holds a conversation, what was said in it, who did what."""

from .chain import Broken, action_hash, broken_links, chained
from .controlling import Command, Control, Controlled, Settlement
from .conversation import Alert, Conversation, Status
from .desk import Desk
from .entries import (
    ActionQuery,
    Change,
    ChangeKind,
    ConversationQuery,
    Counts,
    EventState,
    InboxEvent,
    Order,
    OutboxRow,
    Place,
    ReplyKey,
    place_of,
)
from .looking import Glimpse, Update
from .memory import MemoryStore
from .message import MessageStatus, Sender, moved_on, status_of
from .posting import Content
from .records import INTERNAL, AdminAction, Message
from .replying import Replied, ReplyOptions
from .settings import DeskSettings
from .store import Store, Transaction
from .turn import Handler, Turn

__all__ = (
    "INTERNAL",
    "ActionQuery",
    "AdminAction",
    "Alert",
    "Broken",
    "Change",
    "ChangeKind",
    "Command",
    "Content",
    "Control",
    "Controlled",
    "Conversation",
    "ConversationQuery",
    "Counts",
    "Desk",
    "DeskSettings",
    "EventState",
    "Glimpse",
    "Handler",
    "InboxEvent",
    "MemoryStore",
    "Message",
    "MessageStatus",
    "Order",
    "OutboxRow",
    "Place",
    "Replied",
    "ReplyKey",
    "ReplyOptions",
    "Sender",
    "Settlement",
    "Status",
    "Store",
    "Transaction",
    "Turn",
    "Update",
    "action_hash",
    "broken_links",
    "chained",
    "moved_on",
    "place_of",
    "status_of",
)
