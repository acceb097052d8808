"""Floor 8: the rules of sends: in their order, by their nonces, and what is left of them."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from messengerkit.delivery import State, is_open
from messengerkit.desk.entries import OutboxRow
from messengerkit.desk.store import Transaction

from ._store_trial import AT, StoreRule, StoreTrial, require_same, send
from ._trial import require


def _nonces(rows: Sequence[OutboxRow]) -> list[str]:
    return [one.row.nonce for one in rows]


def owned(one: OutboxRow, owner: str | None) -> OutboxRow:
    """Return *one* as that process's."""
    return one._replace(row=one.row._replace(owner=owner))


async def _in_order(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    rows = [send(one, state) for state in (*State, *reversed(State))]
    # The newest first by time: what counts is the order in which they were added.
    rows = [
        row._replace(row=row.row._replace(created_at=row.row.created_at - n))
        for n, row in enumerate(rows)
    ]
    for row in rows:
        await trial.add(row, send(other))
    found = await trial.seen(lambda tx: tx.open_sends(one.id))
    due = [row for row in rows if is_open(row.row.state)]
    require_same(_nonces(found), _nonces(due), "open sends")
    numbers = [row.number for row in found]
    require(numbers == sorted(set(numbers)), f"their numbers are {numbers}")


async def _settled(trial: StoreTrial) -> None:
    one = await trial.added()
    rows = [send(one) for _ in State]
    await trial.add(*rows)
    left = list(rows)
    for row, state in zip(rows, State, strict=True):
        await trial.put(row._replace(row=row.row._replace(state=state, version=1)))
        if not is_open(state):
            left.remove(row)
        found = await trial.seen(lambda tx: tx.open_sends(one.id))
        require_same(_nonces(found), _nonces(left), f"open sends after one is {state.value}")


async def _found(trial: StoreTrial) -> None:
    one = await trial.added()
    rows = [send(one, state) for state in State]
    await trial.add(*rows)
    for row in rows:
        found = await trial.seen(partial(_both_ways, row=row))
        for by in found:
            require(by is not None and by.row == row.row, "another send was found")
    of_nobody = send(one)
    nothing = await trial.seen(lambda tx: tx.send_of(of_nobody.message_id))
    require(nothing is None, "a send was found for another message")


def _both_ways(tx: Transaction, row: OutboxRow) -> tuple[OutboxRow | None, OutboxRow | None]:
    return tx.send(row.row.nonce), tx.send_of(row.message_id)


async def _left(trial: StoreTrial) -> None:
    conversation, elsewhere = await trial.added(), await trial.added("other page")
    under_way = {State.IN_FLIGHT, State.UNKNOWN}
    names = ("nobody", "unknown", "over", "alive")
    rows = [
        owned(send(conversation, state), None if name == "nobody" else trial.name(name))
        for name in names
        for state in State
    ]
    other = send(elsewhere, State.UNKNOWN)
    await trial.add(*rows, other)
    for name, seconds in (("over", 10), ("alive", 10), ("alive", 50)):
        await trial.lives(name, seconds)
    left = [row for row in rows if row.row.state in under_way]
    free = [row for row in left if row.row.owner != trial.name("alive")]
    await _left_are(trial, free, 10.0, trial.pages(), "of one page")
    await _left_are(trial, free, 49.0, trial.pages(), "while an owner is still alive")
    await _left_are(trial, left, 50.0, trial.pages(), "when no owner is alive any more")
    both = trial.pages("page", "other page")
    await _left_are(trial, [*free, other], 10.0, both, "of two pages")
    await _left_are(trial, [*free, other], 10.0, None, "of all pages")
    await _left_are(trial, [], 10.0, frozenset(), "of no page")


async def _left_are(
    trial: StoreTrial,
    due: Sequence[OutboxRow],
    seconds: float,
    pages: frozenset[str] | None,
    when: str,
) -> None:
    now = AT + timedelta(seconds=seconds)
    found = await trial.store.write(lambda tx: trial.mine(tx.left_sends(pages, now)))
    require_same(_nonces(found), _nonces(due), f"sends that are left {when}")


RULES = (
    StoreRule("The open sends of a conversation come in their order.", _in_order),
    StoreRule("A send that is settled is not open any more.", _settled),
    StoreRule("A send is found by its nonce and by its message.", _found),
    StoreRule("`left_sends` has those under way whose owner is not alive, oldest first.", _left),
)
