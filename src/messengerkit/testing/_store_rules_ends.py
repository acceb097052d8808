"""Floor 8: the rules of ends: what is counted, what is erased, and what is forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from messengerkit.delivery import State, is_open
from messengerkit.desk.conversation import Conversation, Status
from messengerkit.desk.entries import ConversationQuery, Counts, EventState
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.desk.store import Transaction

from ._store_trial import (
    ALL,
    AT,
    StoreRule,
    StoreTrial,
    action,
    add,
    change,
    message,
    require_same,
    send,
)
from ._trial import require

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # nobody else has rows as old
_BEFORE = _LONG_AGO + timedelta(days=1)


async def _counted(trial: StoreTrial) -> None:
    held = (True, True, False)
    some = [
        replace(trial.conversation(), status=status, human_handling=one)
        for status in Status
        for one in held
    ]
    one = some[0]
    rows = [send(one, state) for state in State for _ in range(2)]
    events = [trial.event()._replace(state=state) for state in EventState for _ in range(3)]

    def work(tx: Transaction) -> tuple[Counts, Counts]:
        before = tx.counts()
        add(tx, *some, *rows, *events)
        return before, tx.counts()

    before, after = await trial.store.write(work)
    require(after.escalated - before.escalated == len(held), "escalated ones are counted otherwise")
    require(after.held - before.held == sum(held) * len(Status), "held ones are counted otherwise")
    for state in EventState:
        more = after.events.get(state, 0) - before.events.get(state, 0)
        due = 0 if state is EventState.DONE else 3
        require(more == due, f"{due} more events are {state.value}, and {more} are counted")
    for step in State:
        more = after.sends.get(step, 0) - before.sends.get(step, 0)
        due = 2 if is_open(step) else 0
        require(more == due, f"{due} more sends are {step.value}, and {more} are counted")
    seen = await trial.seen(lambda tx: tx.counts())
    require(seen == after, "another process counts otherwise")


def _all_of(tx: Transaction, one: Conversation) -> dict[str, int]:
    """Return how much there is of a conversation, but for its changes."""
    query = ConversationQuery(pages=frozenset({one.page_id}), limit=ALL)
    waiting = [*tx.new_events(ALL), *tx.due_events(_BEFORE, ALL), *tx.dead_events(ALL)]
    whose = [(it.page_id, it.psid) for it in waiting]
    return {
        "conversations": 0 if tx.conversation(one.id) is None else 1,
        "people": len(tx.conversations_of([(one.page_id, one.psid)])),
        "lists": len([it for it in tx.conversations(query) if it.id == one.id]),
        "messages": len(tx.messages(one.id, None, ALL)),
        "unread": len(tx.unread(one.id, AT)),
        "mids": len(tx.mids(one.id)),
        "events": len(tx.events_of(one.page_id, one.psid)),
        "waiting events": whose.count((one.page_id, one.psid)),
        "sends": len(tx.open_sends(one.id)),
        "due sends": len(
            [s for s in tx.due_sends(None, _BEFORE, _BEFORE, ALL) if s.conversation_id == one.id]
        ),
        "actions": len(tx.chain(one.id)),
    }


async def _erased(trial: StoreTrial) -> None:
    some = [await trial.added(), await trial.added()]
    keys = [trial.key(one) for one in some]
    settled = [send(one, State.SENT) for one in some]
    strays = [trial.event(one)._replace(psid=trial.name("stray")) for one in some]
    for one, key, sent in zip(some, keys, settled, strict=True):
        events = [trial.event(one)._replace(state=state) for state in EventState]
        events.append(trial.event(one)._replace(conversation_id=None))
        read = replace(message(one), sender=Sender.BOT, status=MessageStatus.SENT)
        await trial.add(message(one), replace(read, mid="m_1"), *events, sent, send(one))
        await trial.add(send(one), action(one), action(one, number=2), key)
        await trial.add(change(one), change(one))
    gone, there = some
    namesake = trial.event(gone)._replace(page_id=trial.name("other"), conversation_id=None)
    await trial.add(*strays, namesake)
    before = await trial.store.write(lambda tx: _all_of(tx, there))
    await trial.store.write(lambda tx: tx.erase(gone.id))
    left = await trial.store.write(lambda tx: _all_of(tx, gone))
    require(left.pop("actions") == before["actions"], "its actions are not there any more")
    require(not any(left.values()), f"there are still {[name for name in left if left[name]]}")
    after = await trial.store.write(lambda tx: _all_of(tx, there))
    require(after == before, "another conversation was changed")
    sends = await trial.seen(lambda tx: [tx.send(sent.row.nonce) is None for sent in settled])
    require(sends == [True, False], "its settled send is there, or another one's is not")
    told = [*strays, namesake]
    heard = await trial.seen(lambda tx: [tx.event(it.key) is None for it in told])
    require(heard == [True, False, False], "its event is there, or another one's is not")
    known = await trial.seen(lambda tx: [tx.reply_key(key.key) is None for key in keys])
    require(known == [True, False], "its key is there, or another one's is not")
    feed = await trial.seen(lambda tx: [one.conversation_id for one in tx.changes("", ALL)])
    require(gone.id not in feed, "its changes are still there")
    require(there.id in feed, "another one's changes are gone")


async def _erased_and_back(trial: StoreTrial) -> None:
    one = await trial.added()
    await trial.add(message(one), action(one))
    await trial.store.write(lambda tx: tx.erase(one.id))
    await trial.store.write(lambda tx: tx.erase(one.id))
    anew = replace(trial.conversation(), psid=one.psid)
    found = await trial.store.write(lambda tx: tx.add_conversation(anew))
    require(found == anew, "the person cannot have a new one")
    await trial.add(action(one, number=2))
    numbers = await trial.seen(lambda tx: [did.number for did in tx.chain(one.id)])
    require_same(numbers, [1, 2], "actions of one that was erased")


async def _forgotten(trial: StoreTrial) -> None:
    await trial.store.write(lambda tx: tx.forget(_BEFORE))
    one = await trial.added()
    old, new = _LONG_AGO, _BEFORE
    events = {
        (state, at): trial.event(one)._replace(state=state, received_at=at)
        for state in EventState
        for at in (old, new)
    }
    sends = {
        (state, at): send(one, state)._replace(
            row=send(one).row._replace(state=state, created_at=at.timestamp())
        )
        for state in State
        for at in (old, new)
    }
    keys = {at: replace(trial.key(one), at=at) for at in (old, new)}
    said = replace(message(one), id=sends[State.SENT, old].message_id, created_at=old)
    changes = [change(one)._replace(at=at) for at in (old, new)]
    await trial.add(*events.values(), *sends.values(), *keys.values(), said, *changes)
    told = await trial.store.write(lambda tx: tx.forget(_BEFORE))

    settled = [one for one in State if not is_open(one) and one is not State.UNCONFIRMED]
    gone = {events[EventState.DONE, old].key, *(sends[s, old].row.nonce for s in settled)}

    def found(tx: Transaction) -> set[str]:
        there = {row.key for row in events.values() if tx.event(row.key) is not None}
        there |= {s.row.nonce for s in sends.values() if tx.send(s.row.nonce) is not None}
        return there | {key.key for key in keys.values() if tx.reply_key(key.key) is not None}

    everything = {row.key for row in events.values()} | {s.row.nonce for s in sends.values()}
    everything |= {key.key for key in keys.values()}
    gone.add(keys[old].key)
    there = await trial.seen(found)
    kept, lost = len(there & gone), len(everything - gone - there)
    require(not kept, f"{kept} that were to be forgotten are there")
    require(not lost, f"{lost} that were to be kept are forgotten")
    require(told == len(gone) + 1, f"{told} were told as forgotten, not {len(gone) + 1}")
    feed = await trial.seen(lambda tx: [row.at for row in trial.mine(tx.changes("", ALL))])
    require(feed == [new], "the changes of back then were kept, or those of later forgotten")
    rest = await trial.seen(lambda tx: (tx.conversation(one.id), tx.message(said.id)))
    require(rest == (one, said), "its conversation or a message is gone")


async def _living(trial: StoreTrial) -> None:
    one = await trial.added()
    await trial.lives("worker", 60)
    await trial.add(trial.event(one)._replace(state=EventState.DUE, owner=trial.name("worker")))
    await trial.store.write(lambda tx: tx.forget(_BEFORE))
    due = await trial.store.write(lambda tx: trial.mine(tx.due_events(AT, ALL)))
    require(not due, "what a living process has is given to another one")


RULES = (
    StoreRule("`counts` tells how much of what there is.", _counted),
    StoreRule("`erase` deletes a conversation with all that is its but its actions.", _erased),
    StoreRule("After `erase` a person may come back, and the old chain go on.", _erased_and_back),
    StoreRule("`forget` deletes what is over and older, and nothing else.", _forgotten),
    StoreRule("After `forget` whoever lives still lives.", _living),
)
