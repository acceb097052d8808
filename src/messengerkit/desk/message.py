"""Floor 6: what was said, and how far it has come: a message's status moves forward only.

Facts about one message arrive late, twice and in any order: an answer after the echo, a
read before the delivery. What is known already is not forgotten for that.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

from messengerkit.delivery import TRANSITIONS, State


class Sender(enum.Enum):
    """Who wrote a message."""

    USER = "user"
    """The person."""
    BOT = "bot"
    """Software."""
    HUMAN = "human"
    """An admin, or somebody in the Page inbox."""


class MessageStatus(enum.Enum):
    """How far a message of the page has come; a send's own states, and what follows SENT."""

    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    REJECTED = "rejected"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


WILL_NOT_ARRIVE = frozenset(
    {
        MessageStatus.REJECTED,
        MessageStatus.FAILED,
        MessageStatus.EXPIRED,
        MessageStatus.CANCELLED,
    }
)
"""The ends of a message that its person does not have, and will not get."""


def status_of(state: State) -> MessageStatus:
    """Return what *state* of a send is for its message."""
    return MessageStatus(state.value)


def _next() -> Mapping[MessageStatus, frozenset[MessageStatus]]:
    after: dict[MessageStatus, set[MessageStatus]] = {one: set() for one in MessageStatus}
    for (state, _), reached in TRANSITIONS.items():
        after[status_of(state)].add(status_of(reached))
    for reachable in after.values():
        if MessageStatus.SENT in reachable:  # a receipt proves as much as an echo
            reachable |= {MessageStatus.DELIVERED, MessageStatus.READ}
    after[MessageStatus.SENT] |= {MessageStatus.DELIVERED, MessageStatus.READ}
    after[MessageStatus.DELIVERED].add(MessageStatus.READ)
    return MappingProxyType({one: frozenset(reachable) for one, reachable in after.items()})


_NEXT = _next()


def moved_on(status: MessageStatus, to: MessageStatus) -> MessageStatus:
    """Return the status after it was learnt that it is *to*, which may be old news."""
    return to if to in _NEXT[status] else status
