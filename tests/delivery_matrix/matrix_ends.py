"""How a send may end in each delivery mode, as the matrix asserts it: written out, not computed."""

import enum
from dataclasses import dataclass

from messengerkit import Phase
from messengerkit.delivery import Evidence, State

UNKNOWN = "DeliveryUnknownError"
ITS_OWN = "the error itself"


class Mode(enum.Enum):
    """The terms of a send."""

    BELIEVING = "at most once"
    DOUBTING = "at most once, believe_transient=False"
    AT_LEAST = "at least once"
    ONCE = "effectively once, by reads"
    ECHOED = "effectively once, by echoes"


@dataclass(frozen=True, slots=True)
class End:
    """How a send ends.

    Attributes:
        attempts: How often it left.
        copies: How many the person has, once nothing is under way any more.
        raises: The class of the error, or "" for a result.
        state: Where the row in the log is, if there is one.
        evidence: And how that is known.
    """

    attempts: int
    copies: int
    raises: str = ""
    state: State | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """How a send ends in each mode; `echoed` where an echo is there to settle it."""

    outcome: str
    believing: End
    doubting: End
    at_least: End
    once: End
    echoed: End | None = None

    def of(self, mode: Mode) -> End | None:
        """Return how it ends in *mode*, or None if that mode has nothing to tell here."""
        return {
            Mode.BELIEVING: self.believing,
            Mode.DOUBTING: self.doubting,
            Mode.AT_LEAST: self.at_least,
            Mode.ONCE: self.once,
            Mode.ECHOED: self.echoed,
        }[mode]


_ANSWERED = End(1, 1, state=State.SENT, evidence=Evidence.RESPONSE)
_AGAIN = End(2, 1, state=State.SENT, evidence=Evidence.RESPONSE)
_READ = End(1, 1, state=State.SENT, evidence=Evidence.READ)
_ECHO = End(1, 1, state=State.SENT, evidence=Evidence.ECHO)

ACCEPTED = Ends("accepted", End(1, 1), End(1, 1), End(1, 1), _ANSWERED)
"""It does no harm."""

NOT_SENT = Ends("not sent", End(2, 1), End(2, 1), End(2, 1), _AGAIN)
"""It surely did not arrive, so every mode sends it again."""

NEVER_SENT = Ends(
    "not sent",
    End(3, 0, ITS_OWN),
    End(3, 0, ITS_OWN),
    End(3, 0, ITS_OWN),
    End(3, 0, ITS_OWN, State.FAILED),
)
"""The same, and the fault stays until the policy gives up."""

REFUSED = Ends(
    "refused",
    End(1, 0, ITS_OWN),
    End(1, 0, ITS_OWN),
    End(1, 0, ITS_OWN),
    End(1, 0, ITS_OWN, State.REJECTED),
)
"""Meta said no."""

LOST = Ends("unknown", End(1, 0, UNKNOWN), End(1, 0, UNKNOWN), End(2, 1), _AGAIN)
"""Nobody knows, and it did not arrive."""

ARRIVED = Ends("unknown", End(1, 1, UNKNOWN), End(1, 1, UNKNOWN), End(2, 2), _READ, _ECHO)
"""Nobody knows, and it did arrive: to repeat it is to send it twice."""

TEMPORARY = Ends("not sent, if believed", End(2, 1), End(1, 0, UNKNOWN), End(2, 1), _AGAIN)
"""Meta says "temporary, try again", and that is true."""

UNTRUE = Ends("not sent, if believed", End(2, 2), End(1, 1, UNKNOWN), End(2, 2), _READ, _ECHO)
"""Meta says "temporary, try again", and has delivered it all the same."""

LOST_BY_META = Ends(
    "unknown", End(1, 1, UNKNOWN), End(1, 1, UNKNOWN), End(1, 1, UNKNOWN), _READ, _ECHO
)
"""Meta says that it went out, and it did: no mode repeats that."""

LOST_FOR_NOTHING = Ends(
    "unknown", End(1, 0, UNKNOWN), End(1, 0, UNKNOWN), End(1, 0, UNKNOWN), _AGAIN
)
"""Meta says that it went out, and it did not."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the client sees of the attempt that the fault strikes, and how the send ends.

    Attributes:
        error: The class of the attempt's error; "" if it is accepted.
        phase: How far it came, if no whole answer came.
        status: The answer's status, if one came.
        ends: How the send ends.
    """

    error: str
    phase: Phase | None
    status: int | None
    ends: Ends


def no_answer(phase: Phase, ends: Ends, status: int | None = None) -> Seen:
    """Return what is seen where no whole answer comes."""
    return Seen("TransportError", phase, status, ends)


def unreadable(status: int, ends: Ends) -> Seen:
    """Return what is seen where an answer comes that is not the Graph API's."""
    return Seen("UnreadableAnswerError", None, status, ends)


def said(error: str, ends: Ends, status: int = 400) -> Seen:
    """Return what is seen where Meta answers with an error."""
    return Seen(error, None, status, ends)


HARMLESS = Seen("", None, None, ACCEPTED)
"""Nothing: the answer comes."""
