"""Floor 2: sender actions, the signs of life beside the messages."""

import enum


class SenderAction(enum.Enum):
    """What a page can show without saying a word.

    Platform page: /docs/messenger-platform/send-messages/sender-actions.
    """

    TYPING_ON = "typing_on"
    TYPING_OFF = "typing_off"
    MARK_SEEN = "mark_seen"
