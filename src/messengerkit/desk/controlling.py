"""Floor 6: what admins do to a conversation other than answer in it, each with its audit."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from messengerkit._inbound import inner
from messengerkit.delivery import Evidence, State, Step, after
from messengerkit.errors import NotFoundError, TransitionError
from messengerkit.outbound import Outbound

from .conversation import Conversation
from .handing import (
    Deed,
    Moment,
    changed,
    check_version,
    found,
    found_message,
    hand_on,
    record,
    still_waits,
)
from .message import WILL_NOT_ARRIVE, Sender, status_of
from .posting import part_of
from .records import INTERNAL, Message
from .replying import PersonsReply, ReplyOptions, messages_of, person_replies
from .sends import put
from .store import Transaction


class Control(enum.Enum):
    """What an admin may do with a conversation."""

    ASSIGN_HUMAN = "assign_human"
    RELEASE_HUMAN = "release_human"
    DISABLE_RAG = "disable_rag"
    ENABLE_RAG = "enable_rag"
    RESOLVE_CONVERSATION = "resolve_conversation"
    CLOSE_CONVERSATION = "close_conversation"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What an admin wants to be done with a conversation.

    Attributes:
        control: What.
        admin_id: Who, as authenticated.
        reason: Why, for `ESCALATE`.
        note: What the admin wants to be kept with it, as an internal message; no bot and no
            person ever sees it, and it is erased with its person.
        version: The version that the admin saw; in another, it is refused.
        take_over: Whether it may be done though another admin holds it.
    """

    control: Control
    admin_id: str
    reason: str = "asked for by an admin"
    note: str | None = field(default=None, repr=False)
    version: int | None = None
    take_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """What came of a command.

    Attributes:
        conversation: The conversation now.
        in_flight: The bot's messages that had left already: they may arrive.
    """

    conversation: Conversation
    in_flight: tuple[Message, ...] = ()


class Settlement(enum.Enum):
    """What a person decides about a message of which nobody could find out."""

    CONFIRM = "confirm"
    """It is there: somebody has seen it."""
    DISCARD = "discard"
    """It is not there, and shall not be."""
    RESEND = "resend"
    """It is not there, and shall be sent again, as a new message."""


def control(
    transaction: Transaction, conversation_id: UUID, command: Command, moment: Moment
) -> Controlled:
    """Do what an admin wants with a conversation.

    Raises:
        NotFoundError: If there is none.
        StaleVersionError: If it changed hands since the version that the admin saw.
        HeldError: If another admin holds it.
        TransitionError: If it cannot be done there.
    """
    before = found(transaction, conversation_id)
    check_version(before, command.version)
    now = _STEPS[command.control](before, command, moment)
    out = hand_on(transaction, before, now, moment)
    now = still_waits(transaction, now, moment)  # for what the bot had queued
    details: dict[str, object] = {"version": now.version, "status": now.status.value}
    if command.note is not None:
        # The audit outlives its person, and has nobody's words.
        details["note"] = str(_noted(transaction, conversation_id, command, moment).id)
    deed = Deed(admin_id=command.admin_id, action=command.control.value, details=details)
    record(transaction, conversation_id, deed, moment)
    return Controlled(conversation=now, in_flight=messages_of(transaction, out))


def _noted(
    transaction: Transaction, conversation_id: UUID, command: Command, moment: Moment
) -> Message:
    note = Message(
        id=moment.new_id(),
        conversation_id=conversation_id,
        sender=Sender.HUMAN,
        text=command.note,
        sent_by=command.admin_id,
        created_at=moment.now,
        metadata={INTERNAL: True},
    )
    transaction.add_messages([note])
    transaction.add_changes([changed(conversation_id, moment, note.id)])
    return note


_STEPS: Mapping[Control, Callable[[Conversation, Command, Moment], Conversation]] = {
    Control.ASSIGN_HUMAN: lambda it, by, _: it.assign(by.admin_id, take_over=by.take_over),
    Control.RELEASE_HUMAN: lambda it, by, _: it.release(by.admin_id, take_over=by.take_over),
    Control.DISABLE_RAG: lambda it, _, __: it.disable_rag(),
    Control.ENABLE_RAG: lambda it, _, __: it.enable_rag(),
    Control.RESOLVE_CONVERSATION: lambda it, by, _: it.resolve(by.admin_id, take_over=by.take_over),
    Control.CLOSE_CONVERSATION: lambda it, by, _: it.close(by.admin_id, take_over=by.take_over),
    Control.ESCALATE: lambda it, by, when: it.escalate(by.reason, at=when.now),
}


def set_priority(
    transaction: Transaction,
    conversation_id: UUID,
    admin_id: str,
    priority: int,
    moment: Moment,
) -> Conversation:
    """Give a conversation another priority.

    Raises:
        NotFoundError: If there is none.
        InvalidInputError: If it is no priority.
    """
    before = found(transaction, conversation_id)
    now = before.set_priority(priority)
    hand_on(transaction, before, now, moment)
    details = {"from": before.priority, "to": priority}
    deed = Deed(admin_id=admin_id, action="set_priority", details=details)
    record(transaction, conversation_id, deed, moment)
    return now


def mark_human_replied(
    transaction: Transaction, message_id: UUID, admin_id: str, moment: Moment
) -> Message:
    """Note that a person has answered a message, here or elsewhere.

    Raises:
        NotFoundError: If there is no such message.
    """
    conversation, held = _message(transaction, message_id)
    message = replace(held, human_replied=True)
    transaction.put_messages([message])
    transaction.add_changes([changed(conversation.id, moment, message.id)])
    details = {"message_id": str(message.id)}
    deed = Deed(admin_id=admin_id, action="mark_human_replied", details=details)
    record(transaction, conversation.id, deed, moment)
    return message


def settle(
    transaction: Transaction,
    message_id: UUID,
    admin_id: str,
    settlement: Settlement,
    moment: Moment,
    *,
    human_agent: bool = False,
) -> Message:
    """Decide about a message of which nobody could find out, or send one again that failed.

    Returns:
        The message; after `RESEND` the new one.

    Raises:
        NotFoundError: If there is no such message, or it was never sent from here.
        TransitionError: If there is nothing to decide.
        MessengerError: As a reply, if it is to be sent again.
    """
    conversation, message = _message(transaction, message_id)
    send = transaction.send_of(message_id)
    if send is None:
        msg = "This message was not sent from here."
        raise NotFoundError(msg)
    again = _resent(transaction, message) if settlement is Settlement.RESEND else None
    if again is not None:  # by another admin perhaps, who was faster
        return again
    _decide(transaction, send.row, settlement, moment)
    details = {"message_id": str(message_id)}
    deed = Deed(admin_id=admin_id, action=settlement.value, details=details)
    record(transaction, conversation.id, deed, moment)
    if settlement is not Settlement.RESEND:
        return found_message(transaction, message_id)
    reply = PersonsReply(
        conversation_id=conversation.id,
        admin_id=admin_id,
        parts=[part_of(send.row)],
        options=_manner(send.row),
        human_agent=human_agent,
    )
    again = person_replies(transaction, reply, moment).messages[0]
    held = found_message(transaction, message_id)
    metadata = {**held.metadata, _AGAIN: str(again.id)}
    transaction.put_messages([replace(held, metadata=metadata)])
    transaction.add_changes([changed(conversation.id, moment, held.id)])
    return again


_AGAIN = "resent_as"


def _decide(
    transaction: Transaction, row: Outbound, settlement: Settlement, moment: Moment
) -> None:
    if row.state is State.UNCONFIRMED:
        confirmed = settlement is Settlement.CONFIRM
        step = Step.CONFIRM if confirmed else Step.DISCARD
        row = row._replace(state=after(row.state, step), version=row.version + 1)
        if confirmed:
            row = row._replace(evidence=Evidence.OPERATOR, parameters={})
        put(transaction, row, moment)
    elif settlement is not Settlement.RESEND or status_of(row.state) not in WILL_NOT_ARRIVE:
        msg = f"this message is {row.state.value}: there is nothing to decide"
        raise TransitionError(msg)


def _resent(transaction: Transaction, message: Message) -> Message | None:
    known = message.metadata.get(_AGAIN)
    return None if known is None else transaction.message(UUID(str(known)))


def _manner(row: Outbound) -> ReplyOptions:
    options = ReplyOptions()
    if isinstance(mid := inner(row.parameters, "reply_to").get("mid"), str):
        options["reply_to"] = mid
    if isinstance(persona := row.parameters.get("persona_id"), str):
        options["persona_id"] = persona
    return options


def _message(transaction: Transaction, message_id: UUID) -> tuple[Conversation, Message]:
    held = transaction.message(message_id)
    conversation = None if held is None else transaction.conversation(held.conversation_id)
    message = transaction.message(message_id)  # as it is now that nobody else can change it
    if conversation is None or message is None:
        msg = "There is no such message."
        raise NotFoundError(msg)
    return conversation, message
