"""Floor 8: the rules of events: one of each key, in their order, one conversation's by one."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

from messengerkit.desk.entries import EventState, InboxEvent
from messengerkit.desk.store import Transaction

from ._store_trial import ALL, AT, StoreRule, StoreTrial, add, meet, put, require_same
from ._trial import require

_MANY = 10
_LATER = AT + timedelta(hours=1)


def _keys(rows: Sequence[InboxEvent]) -> list[str]:
    return [one.key for one in rows]


async def _once(trial: StoreTrial) -> None:
    first, second, third = (trial.event() for _ in range(3))
    both = (first, second)
    told = await trial.store.write(lambda tx: tx.add_events(iter([*both, first])))
    require(told == len(both), f"of two events, one of them twice, {told} were added")
    again = first._replace(json={"other": 1}, state=EventState.DONE)
    told = await trial.store.write(lambda tx: tx.add_events([again, third]))
    require(told == 1, f"of a new event and one that was there, {told} were added")
    require(await trial.store.write(lambda tx: tx.add_events([])) == 0, "of none, some were added")
    found = await trial.seen(lambda tx: tx.event(first.key))
    same = found is not None and found._replace(number=0) == first
    require(same, "the first one was changed")


async def _new(trial: StoreTrial) -> None:
    rows = [trial.event()._replace(received_at=AT - timedelta(days=n)) for n in range(6)]
    await trial.add(*rows[:3])
    await trial.store.write(lambda tx: tx.add_events(rows[3:]))
    found = await trial.store.write(lambda tx: trial.mine(tx.new_events(ALL)))
    require_same(_keys(found), _keys(rows), "NEW events")
    numbers = [one.number for one in found]
    require(numbers == sorted(set(numbers)), f"their numbers are {numbers}")
    some, all_of_them = await trial.store.write(lambda tx: (tx.new_events(2), tx.new_events(ALL)))
    require(_keys(some) == _keys(all_of_them[:2]), "with a limit others are the first")
    states = (EventState.DUE, EventState.DONE, EventState.DEAD)
    await trial.put(*(one._replace(state=to) for one, to in zip(found[1:], states, strict=False)))
    left = await trial.store.write(lambda tx: trial.mine(tx.new_events(ALL)))
    require_same(_keys(left), _keys([found[0], *found[4:]]), "NEW events after some were taken")


async def _new_once(trial: StoreTrial) -> None:
    rows = [trial.event() for _ in range(_MANY)]
    await trial.add(*rows)

    def work(tx: Transaction) -> list[str]:
        found = trial.mine(tx.new_events(ALL))
        meet()
        put(tx, *(one._replace(state=EventState.DONE) for one in found))
        return _keys(found)

    await trial.each_once(work, _keys(rows))


async def _first_due(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    rows = [trial.event(of)._replace(state=EventState.DUE) for of in (one, other, one, other)]
    await trial.add(trial.event(one), *rows)
    await _due_are(trial, rows[:2], "of two conversations")
    for state in (EventState.DONE, EventState.DEAD):
        await trial.put(rows[0]._replace(state=state))
        await _due_are(trial, rows[1:3], f"after the first is {state.value}")
    some, all_of_them = await trial.store.write(
        lambda tx: (tx.due_events(AT, 1), tx.due_events(AT, ALL))
    )
    require(_keys(some) == _keys(all_of_them[:1]), "with a limit others are the first")


async def _due_are(
    trial: StoreTrial, due: Sequence[InboxEvent], when: str, now_after: float = 0.0
) -> None:
    now = AT + timedelta(seconds=now_after)
    found = await trial.store.write(lambda tx: trial.mine(tx.due_events(now, ALL)))
    require_same(_keys(found), _keys(due), f"DUE events {when}")


async def _retried(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    soon = AT + timedelta(seconds=30)
    first, behind, beside = (
        trial.event(of)._replace(state=EventState.DUE) for of in (one, one, other)
    )
    first = first._replace(retry_at=soon)
    await trial.add(first, behind, beside)
    await _due_are(trial, [beside], "before the time of one", 29.999999)
    await _due_are(trial, [first, beside], "at the time of one", 30)
    await _due_are(trial, [first, beside], "after the time of one", 31)


async def _owned(trial: StoreTrial) -> None:
    names = ("nobody", "unknown", "over", "alive", "renewed")
    rows: Mapping[str, InboxEvent] = {
        name: trial.event(await trial.added())._replace(
            state=EventState.DUE, owner=None if name == "nobody" else trial.name(name)
        )
        for name in names
    }
    behind = trial.event()._replace(
        conversation_id=rows["alive"].conversation_id, state=EventState.DUE
    )
    before = trial.event(await trial.added())._replace(state=EventState.DUE)
    at_work = trial.event()._replace(
        conversation_id=before.conversation_id, state=EventState.DUE, owner=trial.name("alive")
    )
    await trial.add(*rows.values(), behind, before, at_work)
    for name, seconds in (("over", 10), ("alive", 50), ("renewed", 10), ("renewed", 50)):
        await trial.lives(name, seconds)
    free = [rows[name] for name in ("nobody", "unknown", "over")]
    await _due_are(trial, free, "while two owners are alive", 10)
    await _due_are(trial, free, "while two owners are still alive", 49)
    await _due_are(trial, [*rows.values(), before], "when no owner is alive any more", 50)


async def _claimed_once(trial: StoreTrial) -> None:
    rows = [trial.event(await trial.added())._replace(state=EventState.DUE) for _ in range(_MANY)]
    await trial.add(*rows)

    def work(tx: Transaction) -> list[str]:
        found = trial.mine(tx.due_events(AT, ALL))
        meet()
        tx.alive(trial.name("one"), _LATER)
        put(tx, *(one._replace(owner=trial.name("one")) for one in found))
        return _keys(found)

    await trial.each_once(work, _keys(rows))


async def _one_by_one(trial: StoreTrial) -> None:
    some = [await trial.added() for _ in range(3)]
    rows = [trial.event(some[n % 3])._replace(state=EventState.DUE) for n in range(3 * 4)]
    await trial.add(*rows)
    done: list[tuple[float, str]] = []

    def work(tx: Transaction) -> list[tuple[float, str]]:
        found = trial.mine(tx.due_events(AT, ALL))
        taken_at = time.monotonic()
        meet()
        put(tx, *(one._replace(state=EventState.DONE) for one in found))
        return [(taken_at, key) for key in _keys(found)]

    for _ in rows:
        for taken in await trial.at_once([work] * 3):
            done += taken
    in_order = [key for _, key in sorted(done)]
    for n in range(3):
        due = _keys(rows[n::3])
        require_same([key for key in in_order if key in due], due, "events of a conversation")


async def _dead(trial: StoreTrial) -> None:
    rows = [trial.event()._replace(received_at=AT + timedelta(seconds=n)) for n in range(4)]
    await trial.add(*(one._replace(state=EventState.DEAD) for one in rows[:3]), rows[3])
    found = await trial.seen(lambda tx: trial.mine(tx.dead_events(ALL)))
    require_same(_keys(found), _keys(rows[2::-1]), "DEAD events")
    some, all_of_them = await trial.seen(lambda tx: (tx.dead_events(2), tx.dead_events(ALL)))
    require(_keys(some) == _keys(all_of_them[:2]), "with a limit others are the newest")


async def _about(trial: StoreTrial) -> None:
    one = await trial.added()
    rows = [trial.event(one)._replace(state=state) for state in EventState]
    unknown = trial.event(one)._replace(conversation_id=None)
    elsewhere = trial.event(one)._replace(page_id=trial.name("other page"))
    someone = trial.event(one)._replace(psid=trial.name("other person"))
    await trial.store.write(lambda tx: add(tx, *rows, unknown, elsewhere, someone))
    found = await trial.seen(lambda tx: tx.events_of(one.page_id, one.psid))
    require_same(_keys(found), _keys([*rows, unknown]), "events about a person")


RULES = (
    StoreRule("`add_events` keeps one event of each key, and tells how many are new.", _once),
    StoreRule("`new_events` has the NEW ones, in the order in which they came.", _new),
    StoreRule("Of many who take NEW events at once, each is taken by one.", _new_once),
    StoreRule("`due_events` has the first DUE one of each conversation, in order.", _first_due),
    StoreRule("An event that waits for its time holds up those behind it.", _retried),
    StoreRule(
        "An event whose owner is alive is not due, nor are others of its conversation.", _owned
    ),
    StoreRule("Of many who claim DUE events at once, each is claimed by one.", _claimed_once),
    StoreRule("A conversation's events are taken in their order.", _one_by_one),
    StoreRule("`dead_events` has the DEAD ones, the newest first.", _dead),
    StoreRule("`events_of` has all events about a person, in order.", _about),
)
