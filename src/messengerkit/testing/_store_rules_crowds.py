"""Floor 8: the rules of crowds: of many transactions at once, none undoes what another did."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import InboxEvent
from messengerkit.desk.store import Transaction

from ._store_trial import Row, StoreRule, StoreTrial, add, meet, send, there
from ._trial import require

_MANY = 20


async def _none_lost(trial: StoreTrial) -> None:
    one = await trial.added()
    await trial.at_once([_raises(one.id)] * _MANY)
    await _raised_to(trial, one, _MANY)


def _raises(*ids: UUID) -> Callable[[Transaction], None]:
    """Return a work that raises the versions of these conversations, one after the other."""

    def work(tx: Transaction) -> None:
        for conversation_id in ids:
            found = there(tx.conversation(conversation_id))
            meet()
            tx.put_conversations([replace(found, version=found.version + 1)])

    return work


async def _raised_to(trial: StoreTrial, one: Conversation, version: int) -> None:
    seen = there(await trial.seen(lambda tx: tx.conversation(one.id))).version
    require(seen == version, f"{version} raised its version by one, and it is {seen}")


async def _none_lost_of_people(trial: StoreTrial) -> None:
    some = [await trial.added() for _ in range(3)]
    people = [(one.page_id, one.psid) for one in some]

    def work(tx: Transaction) -> None:
        found = tx.conversations_of(people)
        meet()
        tx.put_conversations(replace(one, version=one.version + 1) for one in found.values())

    await trial.at_once([work] * _MANY)
    for one in some:
        await _raised_to(trial, one, _MANY)


async def _one_of_person(trial: StoreTrial) -> None:
    person = trial.conversation()
    rivals = [replace(trial.conversation(), psid=person.psid) for _ in range(_MANY)]

    def adding(made: Conversation) -> Callable[[Transaction], UUID]:
        def work(tx: Transaction) -> UUID:
            found = tx.add_conversation(made)
            meet()
            tx.put_conversations([replace(found, version=found.version + 1)])
            return found.id

        return work

    found = await trial.at_once(map(adding, rivals))
    require(len(set(found)) == 1, f"{len(set(found))} of {_MANY} were added")
    (winner,) = (one for one in rivals if one.id == found[0])
    await _raised_to(trial, winner, _MANY)
    losers = await trial.seen(lambda tx: [tx.conversation(one.id) for one in rivals])
    require(len(losers) - losers.count(None) == 1, "one that was not returned is there")


async def _keys_once(trial: StoreTrial) -> None:
    events = [trial.event() for _ in range(5)]
    ways = (events, [*reversed(events)])
    told = await trial.at_once(
        [partial(_adds, [*ways[number % 2], events[0]]) for number in range(_MANY)]
    )
    require(sum(told) == len(events), f"{sum(told)} were told as added, not {len(events)}")
    one = events[0]
    there = await trial.seen(lambda tx: tx.events_of(one.page_id, one.psid))
    require(len(there) == len(events), f"{len(there)} are there, not {len(events)}")


def _adds(events: Sequence[InboxEvent], tx: Transaction) -> int:
    return tx.add_events(events)


async def _event_locked(trial: StoreTrial) -> None:
    event = trial.event()
    await trial.add(event)

    def work(tx: Transaction) -> None:
        found = there(tx.event(event.key))
        meet()
        tx.put_events([found._replace(attempts=found.attempts + 1)])

    await trial.at_once([work] * _MANY)
    attempts = there(await trial.seen(lambda tx: tx.event(event.key))).attempts
    require(attempts == _MANY, f"{_MANY} raised its attempts by one, and they are {attempts}")


async def _sends_locked(trial: StoreTrial) -> None:
    one = await trial.added()
    sent = send(one)
    await trial.add(sent)

    def work(tx: Transaction) -> None:
        tx.conversation(one.id)
        found = there(tx.send(sent.row.nonce))
        meet()
        tx.put_send(found._replace(row=found.row._replace(version=found.row.version + 1)))

    await trial.at_once([work] * _MANY)
    version = there(await trial.seen(lambda tx: tx.send(sent.row.nonce))).row.version
    require(version == _MANY, f"{_MANY} raised its version by one, and it is {version}")


async def _crossed(trial: StoreTrial) -> None:
    one, two = await trial.added(), await trial.added()
    ways = (_raises(one.id, two.id), _raises(two.id, one.id))
    await trial.at_once(ways * 2)
    for each in (one, two):
        await _raised_to(trial, each, 4)


async def _numbered_apart(trial: StoreTrial) -> None:
    some = [await trial.added() for _ in range(_MANY)]
    events: list[InboxEvent] = [trial.event(one) for one in some]
    sends = [send(one) for one in some]
    rows = zip(events, sends, (send(one) for one in reversed(some)), strict=True)
    await trial.at_once([partial(_adds_rows, one) for one in rows])

    def numbers(tx: Transaction) -> tuple[set[int], set[int]]:
        found = [there(tx.event(one.key)) for one in events]
        queued = [row for one in some for row in tx.open_sends(one.id)]
        return {one.number for one in found}, {row.number for row in queued}

    of_events, of_sends = await trial.seen(numbers)
    require(len(of_events) == _MANY, "two events have one number")
    require(len(of_sends) == 2 * _MANY, "two sends have one number")


def _adds_rows(rows: tuple[Row, ...], tx: Transaction) -> None:
    add(tx, *rows)


RULES = (
    StoreRule("Of many who change one conversation at once, none is lost.", _none_lost),
    StoreRule("Nor is it where they look people up.", _none_lost_of_people),
    StoreRule("Of many who add one person's conversation, one does; all get that.", _one_of_person),
    StoreRule("Of many who add one event at once, one does.", _keys_once),
    StoreRule("Of many who change one event at once, none is lost.", _event_locked),
    StoreRule("Who has locked a conversation has its sends.", _sends_locked),
    StoreRule("Two who lock in opposite orders both get on.", _crossed),
    StoreRule("No two events have one number, and no two sends.", _numbered_apart),
)
