"""Floor 8: the rules of turns: one send of a conversation at a time, but for what may pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from messengerkit.delivery import State
from messengerkit.desk.entries import OutboxRow
from messengerkit.desk.message import Sender
from messengerkit.desk.store import Transaction

from ._store_rules_sends import owned
from ._store_trial import ALL, AT, StoreRule, StoreTrial, meet, put, require_same, send
from ._trial import require

_MANY = 10
_PASSING = AT - timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What is before a send, what it is itself, and whether it may be its turn.

    Attributes:
        before: By whom, in which state, and which digest.
        sender: Whose it is.
        age: How many seconds before `AT` it was written.
        due: Whether it may be its turn.
    """

    before: tuple[tuple[Sender, State, str], ...]
    sender: Sender = Sender.HUMAN
    age: int = 3
    due: bool = False


_IN_FLIGHT = (Sender.BOT, State.IN_FLIGHT, "one")
_UNKNOWN = (Sender.BOT, State.UNKNOWN, "two")
_SAME = (Sender.BOT, State.UNKNOWN, "mine")
_CASES: Mapping[str, _Case] = {
    "that is the first": _Case(before=(), age=0, due=True),
    "of the bot that is the first": _Case(before=(), sender=Sender.BOT, age=0, due=True),
    "behind one in flight": _Case(before=(_IN_FLIGHT,), due=True),
    "behind one unknown": _Case(before=(_UNKNOWN,), due=True),
    "behind two under way": _Case(before=(_IN_FLIGHT, _UNKNOWN), due=True),
    "that waited just long enough": _Case(before=(_IN_FLIGHT,), age=2, due=True),
    "that did not wait long enough": _Case(before=(_IN_FLIGHT,), age=1),
    "with the same words": _Case(before=(_SAME,)),
    "with the same words as the second": _Case(before=(_IN_FLIGHT, _SAME)),
    "with the same words as the first": _Case(before=(_SAME, _IN_FLIGHT)),
    "of the bot behind its own": _Case(before=(_IN_FLIGHT,), sender=Sender.BOT),
    "behind a person's in flight": _Case(before=((Sender.HUMAN, State.IN_FLIGHT, "one"),)),
    "behind a person's and the bot's": _Case(
        before=((Sender.HUMAN, State.UNKNOWN, "one"), _IN_FLIGHT)
    ),
    "behind the bot's and a person's": _Case(
        before=(_IN_FLIGHT, (Sender.HUMAN, State.UNKNOWN, "one"))
    ),
    "behind what is settled": _Case(
        before=tuple(
            (Sender.HUMAN, state, "mine")
            for state in (State.SENT, State.UNCONFIRMED, State.CANCELLED, State.FAILED)
        ),
        sender=Sender.BOT,
        age=0,
        due=True,
    ),
    "behind what is settled and one in flight": _Case(
        before=((Sender.HUMAN, State.SENT, "mine"), _IN_FLIGHT), due=True
    ),
}


def _nonces(rows: Sequence[OutboxRow]) -> list[str]:
    return [one.row.nonce for one in rows]


def _in_state(one: OutboxRow, state: State) -> OutboxRow:
    return one._replace(row=one.row._replace(state=state, version=one.row.version + 1))


async def _due(
    trial: StoreTrial,
    pages: frozenset[str] | None = None,
    *,
    seconds: float = 0.0,
    limit: int = ALL,
) -> list[OutboxRow]:
    """Return the sends that are due, of this trial, so many seconds after `AT`."""
    named, now = trial.pages() if pages is None else pages, AT + timedelta(seconds=seconds)
    return [*await trial.store.write(lambda tx: tx.due_sends(named, now, _PASSING, limit))]


async def _by_turns(trial: StoreTrial) -> None:
    one = await trial.added()
    rows = [send(one) for _ in range(3)]
    await trial.add(*rows)
    require_same(_nonces(await _due(trial)), _nonces(rows[:1]), "due sends at first")
    for state in (State.IN_FLIGHT, State.UNKNOWN):
        await trial.put(_in_state(rows[0], state))
        require(not await _due(trial), f"one is due behind one that is {state.value}")
    for number, state in enumerate((State.SENT, State.UNCONFIRMED)):
        await trial.put(_in_state(rows[number], state))
        due = _nonces(rows[number + 1 : number + 2])
        require_same(_nonces(await _due(trial)), due, f"due sends behind one {state.value}")
    await trial.put(_in_state(rows[0], State.QUEUED))
    require_same(_nonces(await _due(trial)), _nonces(rows[:1]), "due sends after one came back")


async def _passing(trial: StoreTrial) -> None:
    for name, case in _CASES.items():
        one = await trial.added(name)
        before = [
            send(one, state, sender)._replace(digest=digest)
            for sender, state, digest in case.before
        ]
        mine = send(one, sender=case.sender)
        written_at = AT.timestamp() - case.age
        mine = mine._replace(digest="mine", row=mine.row._replace(created_at=written_at))
        await trial.add(*before, mine, send(one, sender=Sender.HUMAN))
        found = _nonces(await _due(trial, trial.pages(name)))
        told = "is not due" if case.due else "is due"
        require(found == ([mine.row.nonce] if case.due else []), f"one {name} {told}")


async def _queued_before(trial: StoreTrial) -> None:
    one = await trial.added()
    first, second = send(one), send(one, sender=Sender.HUMAN)
    row = second.row._replace(created_at=AT.timestamp() - 100)
    await trial.add(first, second._replace(digest="mine", row=row))
    require_same(_nonces(await _due(trial)), [first.row.nonce], "due sends")


async def _owners(trial: StoreTrial) -> None:
    names = ("nobody", "unknown", "over", "alive")
    rows = {
        name: owned(send(await trial.added()), None if name == "nobody" else trial.name(name))
        for name in names
    }
    await trial.add(*rows.values())
    for name, seconds in (("over", 10), ("alive", 10), ("alive", 50)):
        await trial.lives(name, seconds)
    everybody = [rows[name].row.nonce for name in names]
    for seconds, due in ((10, everybody[:3]), (49, everybody[:3]), (50, everybody)):
        found = _nonces(await _due(trial, seconds=seconds))
        require_same(found, due, f"due sends {seconds} s later")


async def _pages(trial: StoreTrial) -> None:
    rows = [send(await trial.added(f"page {n % 3}")) for n in range(9)]
    for row in rows:
        await trial.add(row)
    some = trial.pages("page 0", "page 2", "no page")
    due = [row for row in rows if row.page_id in some]
    require_same(_nonces(await _due(trial, some)), _nonces(due), "due sends of two pages")
    found = await _due(trial, some, limit=4)
    require_same(_nonces(found), _nonces(due[:4]), "due sends, four at most,")
    require(not await _due(trial, frozenset()), "one of no page is due")
    everywhere = await trial.store.write(
        lambda tx: trial.mine(tx.due_sends(None, AT, _PASSING, ALL))
    )
    require_same(_nonces(everywhere), _nonces(rows), "due sends of all pages")


async def _claimed_once(trial: StoreTrial) -> None:
    rows = [send(await trial.added()) for _ in range(_MANY)]
    await trial.add(*rows)

    def work(tx: Transaction) -> list[str]:
        found = tx.due_sends(trial.pages(), AT, _PASSING, _MANY // 2)
        meet()
        put(tx, *(_in_state(one, State.IN_FLIGHT) for one in found))
        return _nonces(found)

    await trial.each_once(work, _nonces(rows))


async def _one_at_a_time(trial: StoreTrial) -> None:
    one = await trial.added()
    rows = [send(one) for _ in range(6)]
    await trial.add(*rows)

    def work(tx: Transaction) -> int:
        found = tx.due_sends(trial.pages(), AT, _PASSING, ALL)
        meet()
        put(tx, *(_in_state(row, State.IN_FLIGHT) for row in found))
        return sum(row.row.state is State.IN_FLIGHT for row in tx.open_sends(one.id))

    for row in rows:
        await trial.at_once([work] * _MANY)
        sends = await trial.seen(lambda tx: tx.open_sends(one.id))
        under_way = [found for found in sends if found.row.state is State.IN_FLIGHT]
        require(len(under_way) == 1, f"{len(under_way)} are under way at once")
        require(under_way[0].row.nonce == row.row.nonce, "one was claimed out of its turn")
        await trial.put(_in_state(under_way[0], State.SENT))


RULES = (
    StoreRule("A send is due when none before it in its conversation is open.", _by_turns),
    StoreRule("A person's send passes a bot's that are under way, on its conditions.", _passing),
    StoreRule("No send passes one that is QUEUED.", _queued_before),
    StoreRule("A send whose owner is alive is not due.", _owners),
    StoreRule("`due_sends` has those of the pages, oldest first.", _pages),
    StoreRule("Of many who claim due sends at once, each is claimed by one.", _claimed_once),
    StoreRule("Of many who claim one conversation's sends, one at a time does.", _one_at_a_time),
)
