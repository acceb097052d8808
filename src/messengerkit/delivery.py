"""Floor 3: what a failed send means, and whether it may be repeated; pure functions.

The code decides, whatever the HTTP status is: Meta sends one code with 400 and with 503
(platform page: /docs/messenger-platform/error-codes).

A send has no idempotency key at Meta, so a repetition after an unknown outcome may
deliver twice. The delivery mode decides what is repeated at all; the retry policy only
decides when.
"""

import enum

from ._phase import Phase
from .errors import (
    ClientClosedError,
    ConfigurationError,
    GraphError,
    InvalidInputError,
    LostAnswerError,
    MessengerError,
    RateLimitError,
    TemporaryError,
    TransportError,
    WrongLoopError,
)


class Delivery(enum.Enum):
    """What one `send` promises."""

    AT_MOST_ONCE = "at_most_once"
    """Never two copies: repeats only what surely did not reach the person."""
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


def may_repeat(error: MessengerError, outcome: Outcome, mode: Delivery) -> bool:
    """Return whether *mode* allows to send again after *error*, whatever the policy says."""
    if outcome is Outcome.UNKNOWN:
        return mode is Delivery.AT_LEAST_ONCE and not isinstance(error, LostAnswerError)
    return outcome is Outcome.NOT_SENT
