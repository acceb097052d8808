"""Floor 6: what changes a conversation: its new value, the bot's sends that it ends, the audit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from messengerkit._json import JsonObject
from messengerkit.delivery import State, Step, after
from messengerkit.errors import MessengerError, NotFoundError, StaleVersionError

from .chain import chained
from .conversation import Conversation
from .entries import Change, ChangeKind, OutboxRow
from .message import WILL_NOT_ARRIVE, Sender, moved_on, status_of
from .receipts import caught_up
from .records import AdminAction, Message
from .store import Transaction

_NEWEST = 50  # messages, among which those are looked for that answer a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an admin does, for the audit.

    Attributes:
        admin_id: Who, as authenticated.
        action: What, like "assign" or "reply".
        decision: What the reply window or another rule decided.
        outcome: How it ended.
        details: More about it; no text of a person's.
    """

    admin_id: str
    action: str
    decision: str | None = None
    outcome: str = "done"
    details: JsonObject = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Moment:
    """The time and the chance of one transaction.

    Attributes:
        now: When it is, aware.
        new_id: Returns an id that nobody has.
    """

    now: datetime
    new_id: Callable[[], UUID]


def found(transaction: Transaction, conversation_id: UUID) -> Conversation:
    """Return the conversation, locked.

    Raises:
        NotFoundError: If there is none.
    """
    conversation = transaction.conversation(conversation_id)
    if conversation is None:
        msg = "There is no such conversation."
        raise NotFoundError(msg)
    return conversation


def found_message(transaction: Transaction, message_id: UUID) -> Message:
    """Return the message.

    Raises:
        NotFoundError: If there is none.
    """
    message = transaction.message(message_id)
    if message is None:
        msg = "There is no such message."
        raise NotFoundError(msg)
    return message


def check_version(conversation: Conversation, version: int | None) -> None:
    """Refuse to go on if the conversation is in other hands than *version* says.

    Raises:
        StaleVersionError: If it is.
    """
    if version is not None and conversation.version != version:
        msg = f"the conversation changed hands: it is at version {conversation.version} now"
        raise StaleVersionError(msg)


def hand_on(
    transaction: Transaction, before: Conversation, now: Conversation, moment: Moment
) -> tuple[OutboxRow, ...]:
    """Keep a conversation as it is *now*, and cancel what the bot had queued if it is fenced off.

    Returns:
        What of the bot's is in flight all the same: it may arrive.
    """
    if now == before:
        return ()
    transaction.put_conversations([now])
    transaction.add_changes([changed(now.id, moment)])
    if now.version == before.version:
        return ()
    bots = [one for one in transaction.open_sends(now.id) if one.sender is Sender.BOT]
    cancel(transaction, [one for one in bots if one.row.state is State.QUEUED], moment)
    return tuple(one for one in bots if one.row.state is not State.QUEUED)


def still_waits(
    transaction: Transaction, conversation: Conversation, moment: Moment
) -> Conversation:
    """Return the conversation as it is now that a message of the page will not arrive.

    Its person waits again, if nothing else was written to them since they last wrote.
    """
    since = conversation.last_user_message_at
    if since is None or conversation.waiting_since is not None or not conversation.is_open:
        return conversation
    newest = transaction.messages(conversation.id, None, _NEWEST)
    answers = [one for one in newest if one.status is not None and one.created_at >= since]
    if not answers or any(one.status not in WILL_NOT_ARRIVE for one in answers):
        return conversation
    now = replace(conversation, waiting_since=since)
    hand_on(transaction, conversation, now, moment)
    return now


def cancel(transaction: Transaction, sends: Iterable[OutboxRow], moment: Moment) -> None:
    """Cancel QUEUED sends; their process learns it when it claims them."""
    for one in sends:
        row = one.row._replace(state=after(one.row.state, Step.CANCEL), version=one.row.version + 1)
        message = keep(transaction, one._replace(row=row), moment)
        audit_delivery(transaction, one._replace(row=row), message, moment)


def keep(transaction: Transaction, send: OutboxRow, moment: Moment) -> Message | None:
    """Keep *send* as it is now, and what that says of its message; return the message."""
    transaction.put_send(send)
    held = transaction.message(send.message_id)
    message = None if held is None else _told(held, send)
    if message is not None and message != held:
        transaction.put_messages([message])
        transaction.add_changes([changed(send.conversation_id, moment, send.message_id)])
    return message


def audit_delivery(
    transaction: Transaction, send: OutboxRow, message: Message | None, moment: Moment
) -> None:
    """Put it into the audit how a person's *send* has ended."""
    if message is not None and message.sent_by is not None:
        details = {"message_id": str(send.message_id), "error": send.row.error}
        outcome = send.row.state.value
        deed = Deed(admin_id=message.sent_by, action="delivery", outcome=outcome, details=details)
        record(transaction, send.conversation_id, deed, moment)


def refuse(
    transaction: Transaction,
    conversation_id: UUID,
    admin_id: str,
    action: str,
    error: MessengerError,
    moment: Moment,
) -> None:
    """Put it into the audit that an admin was refused something, unless all was erased."""
    if transaction.conversation(conversation_id) is not None:
        decision = type(error).__name__
        deed = Deed(admin_id=admin_id, action=action, decision=decision, outcome="refused")
        record(transaction, conversation_id, deed, moment)


def _told(message: Message, send: OutboxRow) -> Message:
    row = send.row
    status = status_of(row.state)
    if message.status is not None:
        status = moved_on(message.status, status)
    metadata = message.metadata
    if row.state is State.SENT and "sent_at" not in metadata:
        metadata = {**metadata, "sent_at": row.wire_at or row.created_at}
    mid = row.mid or message.mid
    told = replace(message, status=status, mid=mid, error=row.error, metadata=metadata)
    return caught_up(told) if row.state is State.SENT else told


def changed(conversation_id: UUID, moment: Moment, message_id: UUID | None = None) -> Change:
    """Return that the conversation has changed, or one message of it."""
    kind = ChangeKind.CONVERSATION if message_id is None else ChangeKind.MESSAGE
    return Change(kind, conversation_id, message_id, moment.now)


def record(
    transaction: Transaction, conversation_id: UUID, deed: Deed, moment: Moment
) -> AdminAction:
    """Put *deed* at the end of the conversation's chain; the conversation must be locked."""
    action = AdminAction(
        id=moment.new_id(),
        conversation_id=conversation_id,
        at=moment.now,
        admin_id=deed.admin_id,
        action=deed.action,
        decision=deed.decision,
        outcome=deed.outcome,
        details=deed.details,
    )
    placed = chained(action, transaction.last_action(conversation_id))
    transaction.add_action(placed)
    return placed
