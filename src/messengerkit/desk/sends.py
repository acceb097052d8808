"""Floor 6: the rules of the outbox: whose turn a send is, and what follows from each step."""

from collections.abc import Collection
from datetime import timedelta

from messengerkit.delivery import State, is_open
from messengerkit.outbound import Outbound

from .conversation import Conversation
from .entries import OutboxRow
from .handing import Moment, audit_delivery, cancel, hand_on, keep, still_waits
from .message import Sender
from .store import Transaction

PATIENCE = timedelta(seconds=1.9)
"""How long a person's reply waits behind a bot's send that is out; it leaves within 2 seconds."""

_STOPS = frozenset({State.REJECTED, State.FAILED, State.EXPIRED})
_OUT = frozenset({State.IN_FLIGHT, State.UNKNOWN})
_LOST = "A message may not have arrived."


def due(
    transaction: Transaction, owner: str, moment: Moment, limit: int, *, but: Collection[str] = ()
) -> list[OutboxRow]:
    """Return sends whose turn it is; they are *owner*'s from now on, page by page.

    Args:
        transaction: What the store holds.
        owner: The process.
        moment: When it is.
        limit: How many at most.
        but: The nonces of those that are left out.
    """
    taken: list[OutboxRow] = []
    passing = moment.now - PATIENCE
    for one in transaction.due_sends(None, moment.now, passing, limit + len(but)):
        if one.row.nonce not in but and len(taken) < limit:
            name = owner_of(owner, one.page_id)
            row = one.row._replace(version=one.row.version + 1, owner=name)
            taken.append(one._replace(row=row))
            transaction.put_send(taken[-1])
    return taken


def owner_of(owner: str, page_id: str) -> str:
    """Return the name under which a process has the sends of one page."""
    return f"{owner}:{page_id}"


def put(transaction: Transaction, row: Outbound, moment: Moment) -> bool:
    """Replace the row by its next version, if its turn, its fence and its version allow it.

    A bot's that is fenced off, or any that a person's reply has passed, is not queued
    again: it is cancelled instead.

    Returns:
        Whether it was done, as it was asked.
    """
    known = transaction.send(row.nonce)
    conversation = None if known is None else transaction.conversation(known.conversation_id)
    held = transaction.send(row.nonce)  # as it is now that nobody else can change it
    if held is None or conversation is None or row.version != held.row.version + 1:
        return False
    over = held.passed or _is_fenced_off(held, conversation)
    if row.state is State.QUEUED and over:
        # In two steps, for from where it was its message could not be cancelled.
        _keep(transaction, held, row, moment)
        cancel(transaction, [held._replace(row=row)], moment)
        still_waits(transaction, conversation, moment)
        return False
    if row.state is State.IN_FLIGHT and held.row.state is not State.IN_FLIGHT:
        if held.row.state is not State.QUEUED:
            return False
        if over:
            cancel(transaction, [held], moment)
            return False
        if not _has_its_turn(transaction, held, moment):
            return False
    _keep(transaction, held, row, moment)
    if row.state in _STOPS:
        still_waits(transaction, conversation, moment)
    if row.state is State.UNCONFIRMED:
        wanted = conversation.escalate(_LOST, at=moment.now)
        hand_on(transaction, conversation, wanted, moment)
    return True


def _keep(transaction: Transaction, held: OutboxRow, row: Outbound, moment: Moment) -> None:
    send = held._replace(row=row)
    message = keep(transaction, send, moment)
    if row.state in _STOPS and send.batch:
        behind = transaction.open_sends(send.conversation_id)
        cancel(transaction, [one for one in behind if _follows(one, send)], moment)
    if row.state is not held.row.state and not is_open(row.state):
        audit_delivery(transaction, send, message, moment)


def _follows(one: OutboxRow, send: OutboxRow) -> bool:
    queued = one.row.state is State.QUEUED
    return queued and one.batch == send.batch and one.number > send.number


def _is_fenced_off(send: OutboxRow, conversation: Conversation) -> bool:
    return send.fence is not None and send.fence != conversation.version


def _has_its_turn(transaction: Transaction, send: OutboxRow, moment: Moment) -> bool:
    """Tell whether *send* may leave now; what it passes is marked, and never sent again."""
    sends = transaction.open_sends(send.conversation_id)
    before = [one for one in sends if one.number < send.number]
    if not all(_may_pass(send, one, moment) for one in before):
        return False
    for one in before:
        if not one.passed:
            transaction.put_send(one._replace(passed=True))
    return True


def _may_pass(send: OutboxRow, before: OutboxRow, moment: Moment) -> bool:
    # With the same words, nobody could tell later which of the two has arrived.
    differs = send.digest != before.digest
    theirs = send.sender is Sender.HUMAN and before.sender is Sender.BOT
    waited = moment.now.timestamp() - send.row.created_at >= PATIENCE.total_seconds()
    return theirs and differs and waited and before.row.state in _OUT
