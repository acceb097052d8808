"""Floor 6: all that a transaction in memory can do."""

from ._actions import Actions
from ._conversations import Conversations
from ._ends import Ends
from ._events import Events
from ._feed import Feed
from ._messages import Messages
from ._sends import Sends


class MemoryTransaction(Conversations, Messages, Events, Sends, Actions, Feed, Ends):
    """What a store in memory holds, as a transaction sees it."""
