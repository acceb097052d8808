"""Floor 3: the life of one send: what a failure means, what may follow, what proves an end.

        ┌── CANCEL ─▶ CANCELLED      ┌── ACCEPT ─▶ SENT (evidence: the answer)
        │── EXPIRE ─▶ EXPIRED        │── REJECT ─▶ REJECTED
    QUEUED ───── CLAIM ─────▶ IN_FLIGHT ── GIVE_UP ─▶ FAILED
        ▲                       │    │── FIND ──▶ SENT (evidence: an echo before the answer)
        │◀────── RETURN ────────┘    └── LOSE ──▶ UNKNOWN ── FIND ──▶ SENT (an echo, a read)
        └◀──────────────────── MISS ──────────────────┤
                                                      └── DOUBT ─▶ UNCONFIRMED ── FIND ──▶ SENT
                                                         CONFIRM ─▶ SENT, DISCARD ─▶ CANCELLED

A row is IN_FLIGHT before its first byte is written, and from the start if nothing holds it up.
A process that dies leaves it so, and whoever finds it takes the step LOSE, never RETURN. An
echo that comes late wins, also over UNCONFIRMED, and over a QUEUED that was missed.

The code decides, whatever the HTTP status is: Meta sends one code with 400 and with 503
(platform page: /docs/messenger-platform/error-codes).

A send has no idempotency key at Meta, so a repetition after an unknown outcome may
deliver twice. The delivery mode decides what is repeated at all; the retry policy only
decides when.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ._phase import Phase
from .errors import (
    CircuitOpenError,
    ClientClosedError,
    ConfigurationError,
    DeadlineError,
    GraphError,
    InvalidInputError,
    LostAnswerError,
    MessengerError,
    RateLimitError,
    TemporaryError,
    TransitionError,
    TransportError,
    UnreadableAnswerError,
    WrongLoopError,
)

_SERVER_SIDE = 500


class Delivery(enum.Enum):
    """What one `send` promises."""

    AT_MOST_ONCE = "at_most_once"
    """Never two copies: repeats only what surely did not reach the person."""
    EFFECTIVELY_ONCE = "effectively_once"
    """One copy: what nobody knows is found out, by its echo or in the conversation, and sent
    again only if it is not there. It needs an `OutboundLog`."""
    AT_LEAST_ONCE = "at_least_once"
    """Repeats an unknown outcome too, and may deliver it twice: the choice must be explicit."""


class Outcome(enum.Enum):
    """What a failed attempt tells about the message."""

    REFUSED = "refused"
    """Meta or a check of our own said no, and will say so again."""
    NOT_SENT = "not_sent"
    """The person surely does not have it; it may be sent again."""
    UNKNOWN = "unknown"
    """The person may have it."""


def outcome_of(error: MessengerError, *, believe_transient: bool = True) -> Outcome:
    """Return what *error* tells about the message of the attempt that it ended.

    Args:
        error: What the transport or the Graph protocol raised.
        believe_transient: Whether Meta's own "temporary, try again" (codes 2 and 1200,
            `is_transient`) counts as proof that nothing was sent.
    """
    match error:
        case TransportError(phase=Phase.NOT_SENT) | RateLimitError():
            return Outcome.NOT_SENT
        case TemporaryError(retryable=believed):
            return Outcome.NOT_SENT if believe_transient and believed else Outcome.UNKNOWN
        case LostAnswerError():
            return Outcome.UNKNOWN
        case GraphError() if type(error) is not GraphError:
            return Outcome.REFUSED
        case InvalidInputError() | ConfigurationError() | WrongLoopError() | ClientClosedError():
            return Outcome.REFUSED  # by ourselves, before any I/O
        case _:  # no whole answer, an unreadable one, or a code that nobody knows
            return Outcome.UNKNOWN


def is_fault_of_host(error: MessengerError) -> bool:
    """Tell whether *error* says that Meta's host is not well: no answer of Meta's, or a 5xx."""
    if isinstance(error, CircuitOpenError | DeadlineError):
        return False  # nobody was asked
    if isinstance(error, TransportError | UnreadableAnswerError):
        return True
    return (error.http_status or 0) >= _SERVER_SIDE


def may_repeat(error: MessengerError, outcome: Outcome, mode: Delivery) -> bool:
    """Return whether *mode* allows to send again after *error*, whatever the policy says."""
    if outcome is Outcome.UNKNOWN:
        return mode is Delivery.AT_LEAST_ONCE and not isinstance(error, LostAnswerError)
    return outcome is Outcome.NOT_SENT


class State(enum.Enum):
    """Where a send is in its life."""

    QUEUED = "queued"
    """It has not left, or surely did not arrive, and will be sent."""
    IN_FLIGHT = "in_flight"
    """It is about to leave, or has left, and no answer has come."""
    UNKNOWN = "unknown"
    """Nobody knows whether the person has it, and somebody is finding out."""
    SENT = "sent"
    """The person has it, or will: Meta accepted it."""
    REJECTED = "rejected"
    """Meta said no."""
    FAILED = "failed"
    """It surely did not arrive, and is not tried again."""
    UNCONFIRMED = "unconfirmed"
    """Nobody could find out in time; a person decides."""
    CANCELLED = "cancelled"
    """It was taken back before it left, or given up by a person."""
    EXPIRED = "expired"
    """Its time was over before it could leave."""

    # Enum's own is Python code, and states are looked up several times for each send.
    if not TYPE_CHECKING:
        __hash__ = object.__hash__


class Evidence(enum.Enum):
    """How it is known that the person has a message."""

    RESPONSE = "response"
    """Meta's answer to the send."""
    ECHO = "echo"
    """A webhook that carries the message's nonce."""
    READ = "read"
    """The conversation, as Meta keeps it."""
    OPERATOR = "operator"
    """A person who looked."""

    if not TYPE_CHECKING:
        __hash__ = object.__hash__  # as above


class Step(enum.Enum):
    """What moves a send from one state to the next."""

    CLAIM = "claim"
    ACCEPT = "accept"
    REJECT = "reject"
    RETURN = "return"
    GIVE_UP = "give_up"
    LOSE = "lose"
    FIND = "find"
    MISS = "miss"
    DOUBT = "doubt"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CONFIRM = "confirm"
    DISCARD = "discard"

    if not TYPE_CHECKING:
        __hash__ = object.__hash__  # as above


TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.QUEUED, Step.CLAIM): State.IN_FLIGHT,
        (State.QUEUED, Step.CANCEL): State.CANCELLED,
        (State.QUEUED, Step.EXPIRE): State.EXPIRED,
        (State.QUEUED, Step.GIVE_UP): State.FAILED,
        (State.QUEUED, Step.FIND): State.SENT,
        (State.IN_FLIGHT, Step.ACCEPT): State.SENT,
        (State.IN_FLIGHT, Step.REJECT): State.REJECTED,
        (State.IN_FLIGHT, Step.RETURN): State.QUEUED,
        (State.IN_FLIGHT, Step.GIVE_UP): State.FAILED,
        (State.IN_FLIGHT, Step.LOSE): State.UNKNOWN,
        (State.IN_FLIGHT, Step.FIND): State.SENT,
        (State.UNKNOWN, Step.FIND): State.SENT,
        (State.UNKNOWN, Step.MISS): State.QUEUED,
        (State.UNKNOWN, Step.DOUBT): State.UNCONFIRMED,
        (State.UNCONFIRMED, Step.FIND): State.SENT,
        (State.UNCONFIRMED, Step.CONFIRM): State.SENT,
        (State.UNCONFIRMED, Step.DISCARD): State.CANCELLED,
    }
)
"""Every step that there is; what is not here cannot happen."""

_OPEN = frozenset({State.QUEUED, State.IN_FLIGHT, State.UNKNOWN})


def after(state: State, step: Step) -> State:
    """Return the state after *step*.

    Raises:
        TransitionError: If there is no such step from *state*.
    """
    found = TRANSITIONS.get((state, step))
    if found is None:
        msg = f"a send that is {state.value} cannot take the step {step.value}"
        raise TransitionError(msg)
    return found


def is_open(state: State) -> bool:
    """Tell whether a send in *state* holds up those behind it for the same person."""
    return state in _OPEN
