"""Floor 6: what a desk keeps beside conversations: messages, and what admins did."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from messengerkit._json import JsonObject

from .message import MessageStatus, Sender

INTERNAL = "internal"
"""In a message's metadata: it is an admin's note, that was never sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, of whoever.

    Attributes:
        id: The message's id here.
        conversation_id: In which conversation it was said.
        sender: Who wrote it.
        text: What it says, or None.
        attachments: All that came with it, whole, as Meta told it or as it was sent.
        requires_human: Whether a person should answer it.
        human_replied: Whether one has.
        mid: Its id at Meta, once it is known.
        status: How far it has come; None for the person's own.
        error: The class of the error that it ended with.
        sent_by: The admin who wrote it.
        created_at: When it was written, aware.
        metadata: What else is known about it.
    """

    id: UUID
    conversation_id: UUID
    sender: Sender
    text: str | None = field(default=None, repr=False)
    attachments: tuple[JsonObject, ...] = field(default=(), repr=False)
    requires_human: bool = False
    human_replied: bool = False
    mid: str | None = None
    status: MessageStatus | None = None
    error: str | None = None
    sent_by: str | None = None
    created_at: datetime
    metadata: JsonObject = field(default_factory=dict[str, object], repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAction:
    """What an admin did to a conversation; nothing of it can be changed or taken back.

    Attributes:
        id: The action's id.
        conversation_id: To which conversation.
        at: When, aware.
        admin_id: Who, as authenticated.
        action: What was done, like "assign" or "reply".
        decision: What the reply window or another rule decided about it, if one did.
        outcome: How it ended, like "done", "refused" or "sent".
        details: More about it; no text of a person's.
        number: Its place in the conversation's chain, from 1 on; 0 before it has one.
        previous: The hash of the action before it; empty for the first.
        hash: The hash of all of this.
    """

    id: UUID
    conversation_id: UUID
    at: datetime
    admin_id: str
    action: str
    decision: str | None = None
    outcome: str
    details: JsonObject = field(default_factory=dict[str, object])
    number: int = 0
    previous: str = ""
    hash: str = ""
