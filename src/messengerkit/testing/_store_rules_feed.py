"""Floor 8: the rules of changes: a feed that skips nothing, whoever writes to it at once."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import Change
from messengerkit.desk.store import Transaction
from messengerkit.errors import InvalidInputError

from ._log_trial import raised
from ._store_trial import ALL, AT, StoreRule, StoreTrial, add, change, require_same
from ._trial import require

_ROUNDS, _MANY, _EACH = 5, 6, 5  # fewer at once than a store has connections, for who follows
_NO_CURSORS = ("x", "1x", "-", " ", "½", "1.5", "mk:1", "9" * 5000)
_LOOKS = 20
_A_MOMENT = 0.002


def _bare(rows: Sequence[Change]) -> list[Change]:
    """Return *rows* without their cursors."""
    return [one._replace(cursor="") for one in rows]


async def _now(trial: StoreTrial) -> str:
    """Return where the feed is now."""
    newest = await trial.seen(lambda tx: tx.changes(None, 10))
    require(len(newest) <= 1, f"{len(newest)} were returned, and not the newest one")
    return newest[0].cursor if newest else ""


def _after(cursor: str, limit: int, tx: Transaction) -> Sequence[Change]:
    return tx.changes(cursor, limit)


async def _followed(trial: StoreTrial, since: str, due: int, limit: int) -> list[Change]:
    """Return the changes of this trial since then, as who polls for them sees them."""
    found: list[Change] = []
    late = trial.late()
    while len(found) < due and time.monotonic() < late:
        page = await trial.seen(partial(_after, since, limit))
        require(len(page) <= limit, f"{len(page)} came where {limit} were asked for")
        found += trial.mine(page)
        since = page[-1].cursor if page else since
        await asyncio.sleep(0 if page else _A_MOMENT)
    return found


async def _in_order(trial: StoreTrial) -> None:
    one = await trial.added()
    since = await _now(trial)
    rows = [change(one), *(change(one, uuid4()) for _ in range(4)), change(one)]
    rows[2] = rows[2]._replace(at=AT - timedelta(days=1))
    await trial.add(*rows[:3])
    await trial.store.write(lambda tx: tx.add_changes(iter(rows[3:])))
    for limit in (1, 2, ALL):
        found = await _followed(trial, since, len(rows), limit)
        require_same(_bare(found), rows, f"changes by {limit}")
    whole = await _followed(trial, "", len(rows), ALL)
    require_same(_bare(whole), rows, "changes from the very first on")
    last = await trial.seen(lambda tx: tx.changes(None, 1))
    require([*last] == whole[-1:], "the newest one is another")
    behind = whole[-1].cursor
    require(not await trial.seen(lambda tx: tx.changes(behind, ALL)), "some come after the last")


async def _none_skipped(trial: StoreTrial) -> None:
    some = [await trial.added() for _ in range(_MANY)]
    since, due = await _now(trial), _ROUNDS * _MANY * _EACH

    def adding(one: Conversation, slowly: bool, tx: Transaction) -> None:  # noqa: FBT001
        for _ in range(_EACH):
            add(tx, change(one, uuid4()))
            for _ in range(_LOOKS if slowly else 0):
                tx.messages(one.id, None, 1)  # where a store lets others go on meanwhile

    following = asyncio.ensure_future(_followed(trial, since, due, 3))
    for _ in range(_ROUNDS):
        await trial.at_once([partial(adding, one, not n % 3) for n, one in enumerate(some)])
    found = await following
    require(len({row.cursor for row in found}) == len(found), "a change came twice")
    missed = due - len(found)
    require(not missed, f"{missed} changes were skipped")


async def _no_cursor(trial: StoreTrial) -> None:
    await trial.add(change(await trial.added()))
    for cursor in _NO_CURSORS:
        error = await raised(trial.store.read(partial(_after, cursor, 1)))
        require(isinstance(error, InvalidInputError), f"{cursor[:10]!r} met {error!r}")


RULES = (
    StoreRule("Changes come in their order, after a cursor, and none is left out.", _in_order),
    StoreRule("Who follows the changes misses none, while many add some at once.", _none_skipped),
    StoreRule("What is no cursor is an InvalidInputError.", _no_cursor),
)
