"""Floor 9: `messengerkit outbox`: what is to be sent, and what nobody could find out about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

import typer

from messengerkit.desk.controlling import Settlement
from messengerkit.desk.controlling import settle as settle_message
from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import ConversationQuery, Counts, Order, place_of
from messengerkit.desk.handing import Moment, refuse
from messengerkit.desk.message import MessageStatus
from messengerkit.desk.privacy import told
from messengerkit.desk.records import Message
from messengerkit.desk.store import Store, Transaction
from messengerkit.errors import TransitionError

from .printing import Json, show, table, when
from .stores import By, Url, moment, with_store

outbox: typer.Typer = typer.Typer(
    no_args_is_help=True, help="List what is to be sent, and decide where nobody could find out."
)

_AT_ONCE = 200  # conversations that are looked into in one transaction
_HEAD = ("MESSAGE", "WRITTEN", "SENDER", "CONVERSATION")
_SHOWN = ("id", "conversation_id", "sender", "sent_by", "created_at", "status")


@outbox.command("list")
def list_sends(
    *,
    store: Url,
    everywhere: Annotated[
        bool,
        typer.Option("--all", help="Look into all conversations, not only where one is wanted."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Count what is to be sent, and list the messages that may or may not have arrived.

    Each such message has escalated its conversation. In one that was resolved since, only --all
    finds it.
    """
    order = Order.RECENT if everywhere else Order.URGENT
    counts, messages = with_store(store, partial(_looked_up, order=order))
    sends = {state.value: count for state, count in counts.sends.items()}
    if as_json:
        show({"sends": sends, "unconfirmed": [_without_words(one) for one in messages]})
        return
    typer.echo(", ".join(f"{state}: {count}" for state, count in sends.items()))
    typer.echo(f"unconfirmed: {len(messages)}")
    if messages:
        table(_HEAD, map(_row, messages))


@outbox.command()
def settle(
    message_id: Annotated[UUID, typer.Argument(help="The message's id.")],
    decision: Annotated[
        Literal["confirm", "discard"],
        typer.Argument(help="Whether the person has it, or shall not have it any more."),
    ],
    *,
    store: Url,
    by: By,
    as_json: Json = False,
) -> None:
    """Decide about a message of which nobody could find out whether it has arrived."""
    work = partial(_settled, message_id=message_id, by=by, settlement=Settlement(decision))
    message = with_store(store, work)
    known = _without_words(message)
    if as_json:
        show(known)
    else:
        typer.echo(f"The message is {known['status']}.")


async def _looked_up(store: Store, order: Order) -> tuple[Counts, list[Message]]:
    # The clock of whoever wrote the last one may be ahead.
    until, after, found = moment().now + timedelta(days=1), None, list[Message]()
    while True:
        query = ConversationQuery(order=order, after=after, limit=_AT_ONCE)
        conversations, messages = await store.read(partial(_look, query=query, until=until))
        found += messages
        if not conversations:
            return await store.read(lambda it: it.counts()), found
        after = place_of(conversations[-1], order)


def _look(
    transaction: Transaction, query: ConversationQuery, until: datetime
) -> tuple[Sequence[Conversation], list[Message]]:
    conversations = transaction.conversations(query)
    unread = [one for each in conversations for one in transaction.unread(each.id, until)]
    return conversations, [one for one in unread if one.status is MessageStatus.UNCONFIRMED]


async def _settled(store: Store, message_id: UUID, by: str, settlement: Settlement) -> Message:
    now = moment()
    work = partial(
        settle_message, message_id=message_id, admin_id=by, settlement=settlement, moment=now
    )
    try:
        return await store.write(work)
    except TransitionError as error:
        await store.write(partial(_refused, message_id, by, settlement.value, error, now))
        raise


def _refused(
    message_id: UUID,
    by: str,
    action: str,
    error: TransitionError,
    now: Moment,
    transaction: Transaction,
) -> None:
    message = transaction.message(message_id)
    if message is not None:  # it may have been erased since
        refuse(transaction, message.conversation_id, by, action, error, now)


def _without_words(message: Message) -> dict[str, object]:
    known = told(message)
    return {name: known[name] for name in _SHOWN}


def _row(message: Message) -> Sequence[str]:
    sender = message.sent_by or message.sender.value
    return str(message.id), when(message.created_at), sender, str(message.conversation_id)
