"""Floor 7: how a message of a desk ended, as what a caller is told; pure."""

from collections.abc import Sequence

from messengerkit import errors
from messengerkit._phase import Phase
from messengerkit.desk import Message, MessageStatus
from messengerkit.errors import (
    DeadlineError,
    GraphError,
    MessengerError,
    TransitionError,
    TransportError,
)

from .answers import status_of

ARRIVED = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ})
"""What the person has, or will have."""

_UNSERVED = 500
_NOT_READY = 503


def problem_of(messages: Sequence[Message]) -> MessengerError | None:
    """Return why the first of *messages* that has not arrived never will, if that is so."""
    behind = _behind(messages)
    return _problem(behind[0]) if behind else None


def delivery_of(messages: Sequence[Message]) -> str:
    """Return how far *messages* have come, which are sent one after the other.

    It is "sent" once all have arrived, "partial" if it ends after the first ones, and else
    the status of the first that has not arrived.
    """
    behind = _behind(messages)
    if not behind:
        return "sent"
    if len(behind) < len(messages) and _problem(behind[0]) is not None:
        return "partial"
    status = behind[0].status or MessageStatus.UNKNOWN
    return status.value


def _behind(messages: Sequence[Message]) -> list[Message]:
    return [one for one in messages if one.status not in ARRIVED]


def _problem(message: Message) -> MessengerError | None:
    match message.status:
        case MessageStatus.REJECTED:
            text = "The message was refused, and is not tried again."
            return _named(message.error, text, GraphError(text))
        case MessageStatus.FAILED:
            text = "The message surely did not arrive, and is not tried again."
            return _failed(message.error, text)
        case MessageStatus.CANCELLED:
            return TransitionError("The message was taken back before it left.")
        case MessageStatus.EXPIRED:
            return DeadlineError("The time of the message was over before it could leave.")
        case _:
            return None


def _failed(name: str | None, text: str) -> MessengerError:
    nothing = TransportError(text, phase=Phase.NOT_SENT)
    error = _named(name, text, nothing)
    fits = status_of(error) == _NOT_READY and not isinstance(error, TransportError)
    return error if fits else nothing


def _named(name: str | None, text: str, otherwise: MessengerError) -> MessengerError:
    """Return an error of the class *name*, whose own words were not kept."""
    kind: object = getattr(errors, name or "", None)
    if not (isinstance(kind, type) and issubclass(kind, MessengerError)):
        return otherwise
    error = kind(text)
    return otherwise if status_of(error) == _UNSERVED else error
