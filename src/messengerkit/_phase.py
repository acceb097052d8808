"""Floor 0: how far a call to Meta went before it failed."""

import enum


class Phase(enum.Enum):
    """How far a call went, told by what was written and read, never by an exception's class."""

    NOT_SENT = "not_sent"
    """No byte of the body was written: Meta cannot have acted on it."""
    SENT = "sent"
    """The body was at least partly written, and no status line came back."""
    ANSWERED = "answered"
    """A status line came back, and the rest of the answer did not."""
