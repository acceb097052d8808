"""Floor 5: the groups of the platform that a client has beside what it sends."""

from ._graph import Call
from ._json import JsonObject
from .connection import Connection
from .edges import (
    Conversations,
    Personas,
    Profile,
    Subscriptions,
    ThreadControl,
    Tokens,
    Users,
)
from .terms import SendOptions


class Groups(Connection):
    """A connection with the groups of the platform on it."""

    @property
    def users(self) -> Users:
        """The people, as far as Meta tells of them."""
        return Users(self._ask)

    @property
    def personas(self) -> Personas:
        """The names and pictures under which the page writes."""
        return Personas(self._ask)

    @property
    def conversations(self) -> Conversations:
        """The conversations, and what was said in them."""
        return Conversations(self._ask)

    @property
    def thread_control(self) -> ThreadControl:
        """Which app has a conversation."""
        return ThreadControl(self._ask)

    @property
    def profile(self) -> Profile:
        """Greeting, menu, ice breakers: what the page shows before anybody writes."""
        return Profile(self._ask)

    @property
    def subscriptions(self) -> Subscriptions:
        """Which webhooks the app gets of the page."""
        return Subscriptions(self._ask)

    @property
    def tokens(self) -> Tokens:
        """What Meta knows about access tokens."""
        return Tokens(self._ask)

    async def _ask(self, call: Call, /) -> JsonObject:
        answer, _ = await self.settle(call, SendOptions(), as_it_is)
        return answer


def as_it_is(answer: JsonObject) -> JsonObject:
    """Return *answer*: a reader for those who read it themselves."""
    return answer
