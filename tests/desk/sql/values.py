"""What the tests keep: a person, and what is said to her."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from messengerkit.desk import Conversation, Message, Sender
from messengerkit.desk.entries import Change, ChangeKind, InboxEvent, OutboxRow, ReplyKey
from messengerkit.outbound import Outbound

AT = datetime(2026, 11, 28, 12, 30, 15, 123456, tzinfo=UTC)


def conversation(psid: str = "24") -> Conversation:
    """Return a conversation of a person."""
    return Conversation(id=uuid4(), page_id="10", psid=psid, last_message_at=AT)


def message(of: Conversation, text: str = "Hello") -> Message:
    """Return what she says."""
    return Message(id=uuid4(), conversation_id=of.id, sender=Sender.USER, text=text, created_at=AT)


def event(of: Conversation, key: str) -> InboxEvent:
    """Return an event that tells of it."""
    return InboxEvent(key=key, page_id=of.page_id, psid=of.psid, json={}, received_at=AT)


def send(of: Conversation, nonce: str, sender: Sender = Sender.BOT) -> OutboxRow:
    """Return what is sent to her."""
    row = Outbound(id=nonce, lane="l", nonce=nonce, psid=of.psid, created_at=AT.timestamp())
    return OutboxRow(
        row=row, conversation_id=of.id, page_id=of.page_id, message_id=uuid4(), sender=sender
    )


def reply_key(of: Conversation, key: str, message_id: UUID) -> ReplyKey:
    """Return the key of a reply."""
    return ReplyKey(key=key, digest="d", conversation_id=of.id, message_ids=(message_id,), at=AT)


def change(of: Conversation) -> Change:
    """Return that she is to be looked at."""
    return Change(kind=ChangeKind.CONVERSATION, conversation_id=of.id, message_id=None, at=AT)


def later(one: Conversation) -> Conversation:
    """Return it with a version that is one higher."""
    return replace(one, version=one.version + 1)
