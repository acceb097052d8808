"""Floor 8: the rules of messages: the newest first, by their ids at Meta, and what is unread."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.desk.records import Message
from messengerkit.desk.store import Transaction

from ._store_trial import ALL, AT, MOST, StoreRule, StoreTrial, message, require_same
from ._trial import require

_NEWEST, _MORE = 200, 230
_READABLE = {
    MessageStatus.IN_FLIGHT,
    MessageStatus.UNKNOWN,
    MessageStatus.UNCONFIRMED,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
}


async def _newest_first(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    rows = [message(one, after=second) for second in (3, 0, 1, 1, 1, 2, 0)]
    await trial.add(*rows, message(other))
    due = sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)
    for limit in (1, 2, 3, ALL):
        require_same(await _paged(trial, one, limit), due, f"messages by {limit}")


async def _paged(trial: StoreTrial, one: Conversation, limit: int) -> list[Message]:
    found: list[Message] = []

    def look(tx: Transaction) -> Sequence[Message]:
        last = found[-1] if found else None
        return tx.messages(one.id, None if last is None else (last.created_at, last.id), limit)

    while page := await trial.seen(look):
        require(len(page) <= limit, f"{len(page)} came where {limit} were asked for")
        require(len(found) <= MOST, "the pages do not end")
        found += page
    return found


async def _of_mid(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    ours = replace(message(one), mid="m_1")
    theirs = replace(message(other), mid="m_1")
    nameless = message(one)
    await trial.add(ours, theirs, nameless)
    found = await trial.seen(lambda tx: [tx.message_of(of.id, "m_1") for of in (one, other)])
    require(found == [ours, theirs], "another message was found")
    require(await trial.seen(lambda tx: tx.message_of(one.id, "m_2")) is None, "one was found")
    named = replace(nameless, mid="m_2")
    await trial.put(named)
    later = await trial.seen(lambda tx: tx.message_of(one.id, "m_2"))
    require(later == named, "one that got its mid later was not found")


async def _unread(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    rows = [
        replace(message(one, after=n % 3), sender=sender, status=status)
        for n, (sender, status) in enumerate(product(Sender, (None, *MessageStatus)))
        if sender is not Sender.USER or status is None
    ]
    late = replace(message(one), created_at=AT + timedelta(seconds=1, microseconds=1))
    theirs = replace(message(other), sender=Sender.BOT, status=MessageStatus.SENT)
    await trial.add(*rows, replace(late, sender=Sender.BOT, status=MessageStatus.SENT), theirs)
    until = AT + timedelta(seconds=1)
    due = [row for row in rows if row.status in _READABLE and row.created_at <= until]
    found = await trial.seen(lambda tx: tx.unread(one.id, until))
    # In which order they come is not said.
    found, due = ([*sorted(some, key=lambda row: row.id)] for some in (found, due))
    require_same(found, due, "unread messages")
    await trial.put(replace(due[0], status=MessageStatus.READ))
    left = await trial.seen(lambda tx: tx.unread(one.id, until))
    require(due[0].id not in {row.id for row in left}, "one that is READ is unread")


async def _mids(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    theirs = replace(message(other), mid="of another")
    await trial.add(replace(message(one), mid="m_1"), message(one), theirs)
    found = await trial.seen(lambda tx: tx.mids(one.id))
    require(found == frozenset({"m_1"}), f"the mids are {sorted(found)}, not m_1 alone")
    rows = [replace(message(one, after=1 + n), mid=f"m {n}") for n in range(_MORE)]
    await trial.add(*rows)
    found = await trial.seen(lambda tx: tx.mids(one.id))
    newest = {row.mid for row in rows[-_NEWEST:]}
    require(newest <= found, f"{len(newest - found)} of the newest {_NEWEST} are not known")
    known = {row.mid for row in rows} | {"m_1"}
    require(found <= known, "others are known")


RULES = (
    StoreRule("Messages come the newest first, page by page.", _newest_first),
    StoreRule("A message is found by its id at Meta, in its conversation.", _of_mid),
    StoreRule("Unread is what the page wrote until then, if READ may follow.", _unread),
    StoreRule("`mids` has those of the newest messages of a conversation.", _mids),
)
