"""Floor 6: books receipts: what has arrived, what was read; a status moves forward only."""

from dataclasses import replace
from datetime import datetime

from messengerkit.events import MessageDelivered, MessageRead

from .conversation import Conversation
from .handing import Moment, changed
from .message import MessageStatus, moved_on
from .receipts import noted, sent_at
from .store import Transaction

_ACCEPTED = frozenset({MessageStatus.SENT, MessageStatus.DELIVERED})


def delivered(
    transaction: Transaction,
    conversation: Conversation,
    event: MessageDelivered,
    moment: Moment,
) -> None:
    """Book that messages reached the person's device."""
    _book(transaction, conversation, event.mids, event.watermark, MessageStatus.DELIVERED, moment)


def read(
    transaction: Transaction, conversation: Conversation, event: MessageRead, moment: Moment
) -> None:
    """Book that the person read messages."""
    mids = () if event.mid is None else (event.mid,)
    _book(transaction, conversation, mids, event.watermark, MessageStatus.READ, moment)


def _book(
    transaction: Transaction,
    conversation: Conversation,
    mids: tuple[str, ...],
    watermark: datetime | None,
    to: MessageStatus,
    moment: Moment,
) -> None:
    told = {mid: transaction.message_of(conversation.id, mid) for mid in mids}
    messages = {one.id: one for one in told.values() if one is not None}
    unknown = tuple(mid for mid, one in told.items() if one is None)
    for one in transaction.unread(conversation.id, watermark or moment.now):
        if one.status not in _ACCEPTED:
            # Nobody knows whether it is out, which a time does not prove. Once it is known to
            # be, this is true of it.
            transaction.put_messages([noted(one, to, unknown, watermark)])
        elif watermark is not None and sent_at(one) <= watermark.timestamp():
            messages[one.id] = one
    for one in messages.values():
        status = one.status if one.status is None else moved_on(one.status, to)
        if status is not one.status:
            transaction.put_messages([replace(one, status=status)])
            transaction.add_changes([changed(one.conversation_id, moment, one.id)])
