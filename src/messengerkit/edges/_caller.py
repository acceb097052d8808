"""Floor 5: who makes the calls of the edges, and what they write into them alike."""

from collections.abc import Collection
from typing import Protocol

from messengerkit._graph import Call
from messengerkit._json import JsonObject
from messengerkit._model import identifier
from messengerkit.errors import InvalidInputError


class Caller(Protocol):
    """Makes a call until it is settled or given up; the client has one, a test plays one."""

    async def __call__(self, call: Call, /) -> JsonObject:
        """Return Meta's answer to *call*.

        Raises:
            GraphError: If Meta refused, or throttled until the policy gave up.
            TransportError: If no answer came until the policy gave up.
            DeliveryUnknownError: If *call* is not repeatable, and nobody knows how it ended.
        """
        ...


def listed(names: Collection[str], field: str) -> tuple[str, ...]:
    """Return *names* if they are words that Meta may have fields for.

    Raises:
        InvalidInputError: If they are not, or there are none; it names *field*.
    """
    if isinstance(names, str) or not names:
        msg = f"{field}: must be a list of at least one name"
        raise InvalidInputError(msg, field=field)
    return tuple(identifier(name, field) for name in names)
