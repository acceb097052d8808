"""Floor 6: the chain of what admins did: each action carries the hash of the one before it.

Whoever changes, takes away or puts in between an action breaks the chain, unless all that
follows is written anew. What is cut off at the end is found by the newest hash, which
whoever audits keeps elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC

from messengerkit.errors import InvalidInputError

from .records import AdminAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A place where a chain does not hold.

    Attributes:
        number: The place of the action.
        why: What is wrong with it.
    """

    number: int
    why: str


def action_hash(action: AdminAction) -> str:
    """Return the hash of all of *action* but its hash: 64 hexadecimal digits.

    Raises:
        InvalidInputError: If its time is not aware, or its details are not JSON.
    """
    if action.at.tzinfo is None:
        msg = "at: must be aware"
        raise InvalidInputError(msg, field="at")
    told: dict[str, object] = {
        "id": str(action.id),
        "conversation_id": str(action.conversation_id),
        # A database may give the same moment in another zone.
        "at": action.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "admin_id": action.admin_id,
        "action": action.action,
        "decision": action.decision,
        "outcome": action.outcome,
        "details": dict(action.details),
        "number": action.number,
        "previous": action.previous,
    }
    try:
        text = json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        msg = "details: must be what JSON can hold"
    else:
        return hashlib.sha256(text.encode()).hexdigest()
    raise InvalidInputError(msg, field="details")


def chained(action: AdminAction, last: AdminAction | None) -> AdminAction:
    """Return *action* as the one after *last*, or as the first if there is none.

    Raises:
        InvalidInputError: If it cannot be hashed.
    """
    number, previous = (0, "") if last is None else (last.number, last.hash)
    placed = replace(action, number=number + 1, previous=previous, hash="")
    return replace(placed, hash=action_hash(placed))


def broken_links(
    actions: Iterable[AdminAction], *, newest: str | None = None
) -> tuple[Broken, ...]:
    """Return where the chain of one conversation is broken; empty if it is whole.

    Args:
        actions: All of the conversation, oldest first.
        newest: The hash that the newest one must have, if that is known.
    """
    found: list[Broken] = []
    number, previous = 0, ""
    for action in actions:
        number += 1
        if action.number != number:
            found.append(Broken(number=number, why=f"number {action.number} stands in its place"))
        if action.previous != previous:
            found.append(Broken(number=number, why="it does not follow the one before it"))
        if action.hash != action_hash(action):
            found.append(Broken(number=number, why="it was changed"))
        number, previous = action.number, action.hash
    if newest is not None and previous != newest:
        found.append(Broken(number=number, why="it is not the newest one"))
    return tuple(found)
