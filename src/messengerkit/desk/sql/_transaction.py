"""Floor 6: a transaction of a desk on a connection of SQLAlchemy: all of its parts together."""

from ._actions import Actions
from ._conversations import Conversations
from ._events import Events
from ._feed import Feed
from ._housekeeping import Housekeeping
from ._messages import Messages
from ._owners import Owners
from ._sends import Sends


class SqlTransaction(Conversations, Messages, Events, Sends, Owners, Actions, Feed, Housekeeping):
    """What a desk's rules are functions of, in tables.

    Its statements are made once, when this is imported; SQLAlchemy keeps them compiled.
    """
