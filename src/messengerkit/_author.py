"""Floor 0: who wrote the words of a message to a person."""

import enum


class Author(enum.Enum):
    """Who wrote the words; Meta gives people more time to answer than software."""

    BOT = "bot"
    """Software: its words leave without anybody having written them."""
    HUMAN = "human"
    """A human agent, who wrote this message to this person."""
