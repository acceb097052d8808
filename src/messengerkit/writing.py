"""Floor 5: writes down each step of a send, and knows its own rows and echoes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from typing_extensions import TypedDict

from ._graph import Call
from ._json import JsonObject, is_object
from .delivery import TRANSITIONS, Evidence, State, Step, after
from .errors import DeliveryUnknownError, InvalidInputError, MessengerError, TransitionError
from .messages._quick_replies import METADATA_LIMIT
from .outbound import Outbound, OutboundLog
from .settling import Sought, described
from .trip import Trip

_log = logging.getLogger("messengerkit")

Accepted = tuple[str | None, str]
"""Whom Meta says a message is for, and its mid."""

Reader = Callable[[JsonObject], Accepted]
"""Reads Meta's answer to a send."""

NONCE = "mk1:"
"""How every nonce begins, so that an echo of ours is known at a look."""

_NOTHING: JsonObject = {}


class Changes(TypedDict, total=False):
    """What a step changes of a row besides its state; `Outbound` says what they are."""

    parameters: JsonObject
    attempts: int
    mid: str
    evidence: Evidence
    owner: str
    wire_at: float | None
    ended_at: float | None
    error: str


# Without slots, as a `Trip`.
@dataclass(eq=False)
class Work:
    """One send under way: its row as it is written down, and the call.

    Attributes:
        row: The row.
        trip: The call.
        read: Reads Meta's answer.
        outlives: Whether it stays QUEUED when the client is closed, for the next process.
        to: Whom Meta says it is for.
        mid: Its id, as Meta's answer has it.
    """

    row: Outbound
    trip: Trip
    read: Reader
    outlives: bool = False
    to: str | None = field(default=None, init=False)
    mid: str | None = field(default=None, init=False)


def arrived(mid: str, evidence: Evidence) -> Changes:
    """Return what changes of a row when the person has the message."""
    return Changes(mid=mid, evidence=evidence, parameters=_NOTHING)


def unsent(row: Outbound) -> Changes:
    """Return what changes of a row that was claimed, and has not left."""
    return Changes(attempts=row.attempts - 1, wire_at=None, ended_at=None)


def with_nonce(parameters: JsonObject, nonce: str) -> JsonObject:
    """Return *parameters* of a send with *nonce* behind what the caller has as metadata.

    Raises:
        InvalidInputError: If there is no room for it.
    """
    content = _content(parameters)
    own = content.get("metadata")
    metadata = f"{own} {nonce}" if own else nonce
    if len(metadata) > METADATA_LIMIT:
        room = METADATA_LIMIT - len(nonce) - 1
        msg = f"metadata: a send that is effectively once leaves {room} characters for yours"
        raise InvalidInputError(msg, field="metadata")
    return {**parameters, "message": {**content, "metadata": metadata}}


def call_of(row: Outbound) -> Call:
    """Return the call that sends *row*."""
    return Call(
        "POST",
        ("me", "messages"),
        row.parameters,
        fetches=row.fetches,
        recipient_id=row.psid,
        rate=row.rate,
        urgent=row.urgent,
    )


def sought_for(row: Outbound) -> Sought:
    """Return what is to be looked for after the last attempt of *row*."""
    text, attachments = described(_content(row.parameters))
    return Sought(
        psid=row.psid,
        nonce=row.nonce,
        text=text,
        attachments=attachments,
        fetches=row.fetches,
        began_at=row.wire_at or row.created_at,
        ended_at=row.ended_at or row.created_at,
    )


def unknown_of(work: Work, error: MessengerError | None) -> DeliveryUnknownError:
    """Return what a caller is told of a send of which nobody knows, because of *error*."""
    msg = "Nobody knows whether the message arrived: it could not be found out in time."
    row = work.row
    unknown = DeliveryUnknownError(
        msg, recipient_id=row.psid, attempts=row.attempts, sought=sought_for(row)
    )
    unknown.__cause__ = error
    return unknown


def nonce_in(metadata: str | None) -> str | None:
    """Return the nonce that an echo's metadata ends with, or None if there is none of ours."""
    last = (metadata or "").rpartition(" ")[2]
    return last if last.startswith(NONCE) else None


def name_of(error: MessengerError) -> str:
    """Return what is written down of *error*: no words of anybody."""
    return type(error).__name__


async def move(log: OutboundLog, work: Work, step: Step, changes: Changes | None = None) -> None:
    """Write down that *work* took *step*, and what has changed by it.

    If an echo was faster, it is `SENT` afterwards, whatever *step* is.

    Raises:
        TransitionError: If somebody else has moved it on, and not to its end.
    """
    row = _stepped(work.row, step, changes or {})
    if not await log.put(row):
        held = await log.find(row.nonce)
        # It is the same if it was written by a call that failed afterwards.
        if held != row and (held is None or held.state is not State.SENT):
            msg = "somebody else has moved this send on"
            raise TransitionError(msg)
        row = held or row
    work.row = row


async def take(log: OutboundLog, work: Work, owner: str) -> bool:
    """Write down that *owner* has *work* now; return False if somebody else has moved it."""
    row = work.row._replace(version=work.row.version + 1, owner=owner)
    written = await log.put(row)
    if written:
        work.row = row
    return written


async def find(log: OutboundLog, nonce: str, mid: str, evidence: Evidence) -> Outbound | None:
    """Write down that the person has the message, and return its row, or None if there is none.

    Proof wins over whatever else is written down in the same moment.
    """
    while True:
        row = await log.find(nonce)
        if row is None or (row.state, Step.FIND) not in TRANSITIONS:
            return row
        found = _stepped(row, Step.FIND, arrived(mid, evidence))
        if await log.put(found):
            told = {"was": row.state.value, "evidence": evidence.value}
            _log.info("A send that was %(was)s has arrived: %(evidence)s.", told, extra=told)
            return found


def _stepped(row: Outbound, step: Step, changes: Changes) -> Outbound:
    return row._replace(state=after(row.state, step), version=row.version + 1, **changes)


def _content(parameters: JsonObject) -> JsonObject:
    message = parameters.get("message")
    return message if is_object(message) else {}
