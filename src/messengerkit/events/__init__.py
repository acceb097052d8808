"""Floor 2: what comes in: one frozen class per event, and the parser that loses nothing."""

from ._event import Event, MessageEcho, MessageReceived, Postback, UnknownEvent
from ._parse import parse_events

__all__ = ("Event", "MessageEcho", "MessageReceived", "Postback", "UnknownEvent", "parse_events")
