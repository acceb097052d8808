"""Floor 2: sender actions, the signs of life beside the messages."""

import enum
from typing import Annotated, ClassVar

from pydantic import ConfigDict

from messengerkit._model import Outbound, WireText, length

MESSAGE_ID_LIMIT = 1000
REACTION_LIMIT = 100
"""Ours, both, as Meta names none."""


class SenderAction(enum.Enum):
    """What a page can show without saying a word.

    `REACT` needs a `Reaction` as its payload, `UNREACT` a `ReactionRemoval`.
    Platform page: /docs/messenger-platform/send-messages/sender-actions.
    """

    TYPING_ON = "typing_on"
    TYPING_OFF = "typing_off"
    MARK_SEEN = "mark_seen"
    REACT = "react"
    UNREACT = "unreact"


class _OfMessage(Outbound):
    model_config: ClassVar[ConfigDict] = ConfigDict(defer_build=True)

    action: ClassVar[SenderAction]

    message_id: Annotated[WireText, length(MESSAGE_ID_LIMIT, least=1)]

    def __init__(self, **fields: object) -> None:
        # Without one, type checkers think that a class takes its own fields and no other.
        super().__init__(**fields)

    def to_graph(self) -> dict[str, object]:
        """Return the `payload` object of the sender action."""
        return self.model_dump()


class Reaction(_OfMessage):
    """The page's reaction to a message; another one replaces it.

    Attributes:
        message_id: The id (mid) of the message.
        reaction: An emoji; on Instagram also "love".

    Raises:
        InvalidInputError: If a field is empty, or breaks its limit.
    """

    action: ClassVar[SenderAction] = SenderAction.REACT

    reaction: Annotated[WireText, length(REACTION_LIMIT, least=1)]

    def __init__(self, message_id: str, reaction: str) -> None:
        super().__init__(message_id=message_id, reaction=reaction)


class ReactionRemoval(_OfMessage):
    """Takes the page's reaction to a message back.

    Attributes:
        message_id: The id (mid) of the message.

    Raises:
        InvalidInputError: If it is empty, or breaks its limit.
    """

    action: ClassVar[SenderAction] = SenderAction.UNREACT

    def __init__(self, message_id: str) -> None:
        super().__init__(message_id=message_id)
