"""Floor 6: how a desk works: how much at once, how often again, and how long things are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from messengerkit.errors import ConfigurationError
from messengerkit.events import Event, MessageReceived, Postback


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """How a desk works.

    Attributes:
        turns: The events that the handler is given; all others are booked alone.
        app_id: The page's own app: what it sends otherwise than by the desk is the bot's, and
            what any other app sends is taken for a person's answer. Without it only what was
            written in the Page inbox is.
        handlers: How many turns at once.
        sends: How many messages at once.
        retries: Seconds until a handler that failed is tried again, one for each time; after
            the last one the event is dead, and a person is wanted.
        back_to_bot: After so long without a word the bot has a conversation again that a
            person has, and whose admin did nothing in it either; None for never.
        lease: Seconds after which another process takes up the work of one that is not heard
            of any more.
        look: Seconds after which a process looks for work that another one has left to it.
        keep: For how long events, settled sends, keys and changes are kept. Meta delivers
            again for 36 hours.

    Raises:
        ConfigurationError: If a number makes no sense.
    """

    turns: tuple[type[Event], ...] = (MessageReceived, Postback)
    app_id: int | None = None
    handlers: int = 100
    sends: int = 200
    retries: Sequence[float] = (1.0, 5.0, 30.0, 120.0)
    back_to_bot: timedelta | None = timedelta(hours=24)
    lease: float = 60.0
    look: float = 1.0
    keep: timedelta = timedelta(days=7)

    def __post_init__(self) -> None:
        counts = self.handlers >= 1 and self.sends >= 1
        waits = all(wait >= 0 for wait in self.retries) and self.lease > 0 and self.look > 0
        if not (counts and waits and self.keep > timedelta()):
            msg = "desk: handlers, sends, lease, look and keep must be above 0, retries 0 or more"
            raise ConfigurationError(msg)
