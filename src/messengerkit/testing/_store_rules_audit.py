"""Floor 8: the rules of actions: a whole chain for each conversation, and lists of all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product

from messengerkit.desk.chain import broken_links, chained
from messengerkit.desk.entries import ActionQuery
from messengerkit.desk.records import AdminAction
from messengerkit.desk.store import Transaction
from messengerkit.errors import TransitionError

from ._log_trial import raised
from ._store_trial import ALL, AT, MOST, StoreRule, StoreTrial, action, add, meet, require_same
from ._trial import require

_MANY = 20


async def _by_number(trial: StoreTrial) -> None:
    one, other = await trial.added(), await trial.added()
    # By time in another order, as the clocks of two processes may differ.
    rows = [replace(action(one, number=n), at=AT - timedelta(days=n)) for n in range(1, 13)]
    await trial.add(*(row for row in rows if row.number % 2), action(other))
    await trial.add(*(row for row in rows if not row.number % 2))
    require_same(await trial.seen(lambda tx: tx.chain(one.id)), rows, "actions of the chain")
    last = await trial.seen(lambda tx: tx.last_action(one.id))
    require(last == rows[-1], "the last action is another one")
    nobody = trial.conversation()
    require(not await trial.seen(lambda tx: tx.chain(nobody.id)), "nobody's chain has actions")


async def _whole(trial: StoreTrial) -> None:
    one = await trial.added()

    def work(tx: Transaction) -> None:
        tx.conversation(one.id)
        last = tx.last_action(one.id)
        meet()
        details = {"text": "Grüße 👍", "numbers": [1.5, 2**53, True, None]}
        add(tx, chained(replace(action(one), details=details), last))

    await trial.at_once([work] * _MANY)
    actions = await trial.seen(lambda tx: tx.chain(one.id))
    numbers = [each.number for each in actions]
    require(numbers == [*range(1, _MANY + 1)], f"the numbers are {numbers}")
    broken = broken_links(actions)
    require(not broken, f"the chain is broken at {[each.number for each in broken]}")


async def _listed(trial: StoreTrial) -> None:
    some = [await trial.added() for _ in range(2)]
    rows: list[AdminAction] = []
    for n, one, admin in product(range(1, 5), some, ("ana", "ben")):
        number = 2 * n + (admin == "ben")
        did = replace(action(one, number=number), admin_id=trial.name(admin))
        rows.append(replace(did, at=AT + timedelta(seconds=n // 2)))
    await trial.add(*rows)
    rows.sort(key=lambda row: (row.at, row.id), reverse=True)
    of_one, ana = some[0].id, trial.name("ana")
    for query in (
        ActionQuery(conversation_id=of_one),
        ActionQuery(admin_id=ana),
        ActionQuery(conversation_id=of_one, admin_id=ana),
        ActionQuery(conversation_id=of_one, admin_id=trial.name("nobody")),
    ):
        for limit in (1, 3, ALL):
            due = [row for row in rows if _is_asked_for(row, query)]
            found = await _paged(trial, replace(query, limit=limit))
            require_same(found, due, f"actions, by {limit},")
    ids = {row.id for row in rows}
    everything = await trial.seen(lambda tx: tx.actions(ActionQuery(limit=ALL)))
    require_same([row for row in everything if row.id in ids], rows, "actions of all")


def _is_asked_for(row: AdminAction, query: ActionQuery) -> bool:
    return query.conversation_id in (None, row.conversation_id) and query.admin_id in (
        None,
        row.admin_id,
    )


async def _paged(trial: StoreTrial, query: ActionQuery) -> Sequence[AdminAction]:
    found: list[AdminAction] = []
    while page := await trial.seen(partial(_list, query)):
        require(len(page) <= query.limit, f"{len(page)} came where {query.limit} were asked for")
        require(len(found) <= MOST, "the pages do not end")
        found += page
        query = replace(query, before=(page[-1].at, page[-1].id))
    return found


def _list(query: ActionQuery, tx: Transaction) -> Sequence[AdminAction]:
    return tx.actions(query)


async def _one_of_each_number(trial: StoreTrial) -> None:
    one = await trial.added()
    await trial.add(action(one), action(one, number=2))
    error = await raised(trial.add(action(one, number=2)))
    require(isinstance(error, TransitionError), f"a second action with a number met {error!r}")


RULES = (
    StoreRule("No two actions of a conversation have one number.", _one_of_each_number),
    StoreRule("A chain has all actions of a conversation by their number.", _by_number),
    StoreRule("Many who add an action to one conversation at once make one chain.", _whole),
    StoreRule("`actions` has those that are asked for, the newest first, page by page.", _listed),
)
