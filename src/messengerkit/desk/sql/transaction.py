"""Floor 6: a transaction of a desk on a connection of SQLAlchemy: all of its parts together."""

from .actions import Actions
from .conversations import Conversations
from .events import Events
from .feed import Feed
from .housekeeping import Housekeeping
from .messages import Messages
from .owners import Owners
from .sends import Sends


class SqlTransaction(Conversations, Messages, Events, Sends, Owners, Actions, Feed, Housekeeping):
    """What a desk's rules are functions of, in tables.

    Its statements are made once, when this is imported; SQLAlchemy keeps them compiled.
    """
