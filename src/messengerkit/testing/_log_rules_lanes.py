"""Floor 8: the rules of lanes: one row at a time, in their order, and what is left of them."""

import asyncio
from collections.abc import Mapping

from messengerkit.delivery import State, Step
from messengerkit.outbound import Outbound

from ._log_trial import LogRule, LogTrial, comes, stepped, turns, waits
from ._trial import require

_LANES, _EACH, _MANY = 20, 4, 10
_ENDS: tuple[tuple[Step, ...], ...] = (
    (Step.CLAIM, Step.ACCEPT),
    (Step.CLAIM, Step.FIND),
    (Step.CLAIM, Step.REJECT),
    (Step.CLAIM, Step.GIVE_UP),
    (Step.CLAIM, Step.LOSE, Step.FIND),
    (Step.GIVE_UP,),
    (Step.CANCEL,),
    (Step.EXPIRE,),
    (Step.FIND,),
)
_MOVED: Mapping[str, tuple[Step, ...]] = {
    "sent": (Step.CLAIM, Step.ACCEPT),
    "claimed": (Step.CLAIM,),
    "unknown": (Step.CLAIM, Step.LOSE),
    "unconfirmed": (Step.CLAIM, Step.LOSE, Step.DOUBT),
    "cancelled": (Step.CANCEL,),
}


async def _held_up(trial: LogTrial) -> None:
    first, second, third = [await trial.added() for _ in range(3)]
    for step in (Step.CLAIM, Step.RETURN, Step.CLAIM, Step.LOSE):
        await _both_refused(trial, second, third, f"while the first was {first.state.value}")
        first = await trial.moved(first, step)
    await _both_refused(trial, second, third, f"while the first was {first.state.value}")
    await trial.moved(first, Step.FIND)
    await trial.refused(stepped(third, Step.CLAIM), "while the second was queued")
    await trial.moved(second, Step.CLAIM, Step.ACCEPT)
    await trial.moved(third, Step.CLAIM)


async def _both_refused(trial: LogTrial, second: Outbound, third: Outbound, why: str) -> None:
    for row in (second, third):
        await trial.refused(stepped(row, Step.CLAIM), why)


async def _out_of_turn(trial: LogTrial) -> None:
    first, second, third, fourth = [await trial.added() for _ in range(4)]
    await trial.moved(second, Step.CANCEL)
    await trial.moved(third, Step.FIND)
    await trial.refused(stepped(fourth, Step.CLAIM), "while the first was queued")
    await trial.moved(first, Step.CLAIM, Step.ACCEPT)
    await trial.moved(fourth, Step.CLAIM)


async def _told(trial: LogTrial) -> None:
    first = trial.row()
    require(await trial.log.add(first), "it told the first row that it was not its turn")
    second = trial.row()
    require(not await trial.log.add(second), "it told a second row that it was its turn")
    for row in (first, second):
        await trial.moved(row, Step.CLAIM, Step.ACCEPT)
    require(await trial.log.add(trial.row()), "it told a row behind settled ones to wait")


async def _added_in_flight(trial: LogTrial) -> None:
    first, second = trial.in_flight(), trial.in_flight()
    for row, due in ((first, first), (second, second.queued())):
        await trial.log.add(row)
        found = await trial.found(row)
        came = f"it came back as {found.state.value}, not {due.state.value}"
        require(found.state is due.state, came)
        require(found == due, "it came back otherwise")
    await trial.refused(stepped(second.queued(), Step.CLAIM), "while the first was in flight")
    await trial.moved(first, Step.ACCEPT)
    await trial.moved(second.queued(), Step.CLAIM)


async def _many_in_flight(trial: LogTrial) -> None:
    rows = [trial.in_flight() for _ in range(_MANY)]
    logs = (trial.log, trial.other)
    told = await asyncio.gather(*(logs[n % 2].add(row) for n, row in enumerate(rows)))
    require(sum(told) == 1, f"{sum(told)} of {_MANY} were told that it was their turn")
    states = [(await trial.found(row)).state for row in rows]
    claimed = states.count(State.IN_FLIGHT)
    require(claimed == 1, f"{claimed} of {_MANY} were claimed")
    require(states[told.index(True)] is State.IN_FLIGHT, "another one was claimed than was told")


async def _first(trial: LogTrial) -> None:
    row = await trial.added()
    await trial.added()
    async with turns(trial.log) as turn:
        await comes(turn(row), "although it is the first")
        await trial.moved(row, Step.CLAIM)
        await comes(turn(row), "although it is the first, and claimed")


async def _in_turn(trial: LogTrial) -> None:
    first, second, third = [await trial.added() for _ in range(3)]
    async with turns(trial.log) as turn:
        tasks = turn(second), turn(third)
        for step in (Step.CLAIM, Step.RETURN, Step.CLAIM, Step.LOSE):
            for task in tasks:
                await waits(task, f"while the first was {first.state.value}")
            first = await trial.moved(first, step)
        for task in tasks:
            await waits(task, f"while the first was {first.state.value}")
        await trial.moved(first, Step.FIND)
        await comes(tasks[0], "after the first")
        await waits(tasks[1], "while the second was queued")
        await trial.moved(second, Step.CLAIM, Step.ACCEPT)
        await comes(tasks[1], "after the second")


async def _every_end(trial: LogTrial) -> None:
    for number, steps in enumerate(_ENDS):
        first, second = [await trial.added(f"lane {number}") for _ in range(2)]
        async with turns(trial.other) as turn:
            task = turn(second)
            ended = await trial.moved(first, *steps)
            await comes(task, f"after one that is {ended.state.value}")
        await trial.moved(second, Step.CLAIM)


async def _unconfirmed(trial: LogTrial) -> None:
    first, second = [await trial.added() for _ in range(2)]
    first = await trial.moved(first, Step.CLAIM, Step.LOSE)
    async with turns(trial.log) as turn:
        task = turn(second)
        await waits(task, "while the first was unknown")
        await trial.moved(first, Step.DOUBT)
        await comes(task, "after one that is unconfirmed")
    require(await trial.log.put(stepped(second, Step.CLAIM)), "the next one's claim was refused")


async def _given_up(trial: LogTrial) -> None:
    first, second, third = [await trial.added() for _ in range(3)]
    async with turns(trial.log) as turn:
        given_up, last = turn(second), turn(third)
        await waits(given_up, "while the first was queued")
        given_up.cancel()
        await asyncio.wait({given_up}, timeout=1)
        require(given_up.done(), "the wait that was cancelled went on")
        await trial.moved(first, Step.CLAIM, Step.ACCEPT)
        await waits(last, "while the second was queued, for which nobody waited")
        await comes(turn(second), "when somebody waited for it anew")
        await trial.moved(second, Step.CANCEL)
        await comes(last, "after one for which nobody had waited any more")
    await trial.moved(third, Step.CLAIM)


async def _apart(trial: LogTrial) -> None:
    # Names that a careless store takes for one: by case, by blanks, by a pattern.
    names = ("ana", "Ana", "ana ", "an_", "an%", "äna", "")
    rows = [await trial.added(name) for name in names]
    async with turns(trial.log) as turn:
        for row, name in zip(rows, names, strict=True):
            await comes(turn(row), f"in the lane {name!r}, which is another one")
            claimed = await trial.log.put(stepped(row, Step.CLAIM))
            require(claimed, f"the claim in the lane {name!r} was refused")


async def _known(trial: LogTrial) -> None:
    require(await trial.log.known(trial.lane()) == frozenset(), "a new lane knows a mid")
    rows = [await trial.added() for _ in range(3)]
    await trial.moved(await trial.added("ben"), Step.CLAIM, Step.ACCEPT)
    sent = [await trial.moved(row, Step.CLAIM, Step.ACCEPT) for row in rows[:2]]
    known = await trial.other.known(trial.lane())
    require(known >= {row.mid for row in sent}, "the mid of a row that was sent is not known")
    require(known <= {row.mid for row in sent}, "a mid is known that is of no row of the lane")
    late = await trial.moved(rows[2], Step.CLAIM, Step.LOSE, Step.DOUBT, Step.FIND)
    require(late.mid in await trial.other.known(trial.lane()), "a mid that came late is not known")


async def _left(trial: LogTrial) -> None:
    now = 2_000.0
    alive = {"alive": now + 0.5, "over": now}
    for name, until in alive.items():
        await trial.log.alive(trial.owner(name), until)
    # In the order of their times and of their adding, whichever a log goes by.
    rows = {
        name: await trial.added(
            name,
            owner=None if name == "none" else trial.owner(name),
            created_at=1_000.0 + number,
        )
        for number, name in enumerate(("alive", "over", "none", *_MOVED))
    }
    for name, steps in _MOVED.items():
        rows[name] = await trial.moved(rows[name], *steps)
    free = [rows[name] for name in ("over", "none", "claimed", "unknown")]
    met = [row for row in await trial.other.left(now) if row.lane.startswith(trial.lane(""))]
    require(_names(met) == _names(free), f"it returned {_names(met)}, not {_names(free)}")
    require(met == free, "the rows came back otherwise")


def _names(rows: list[Outbound]) -> list[str]:
    """Return what tells *rows* apart to who reads of them: their lanes."""
    return [row.lane.rpartition(" ")[2] for row in rows]


async def _left_in_order(trial: LogTrial) -> None:
    rows = [await trial.added(f"{number % 3}", created_at=9.0 - number) for number in range(9)]
    # What was changed last is no newer for it.
    await trial.moved(rows[0], Step.CLAIM)
    met = [row.id for row in await trial.other.left(0.0) if row.lane.startswith(trial.lane(""))]
    for lane in range(3):
        theirs = [row.id for row in rows[lane::3]]
        seen = [row_id for row_id in met if row_id in theirs]
        require(seen == theirs, "the rows of a lane came in another order")


async def _alive_anew(trial: LogTrial) -> None:
    row = await trial.added(owner=trial.owner("one"))
    for until in (30.0, 50.0):
        await trial.other.alive(trial.owner("one"), until)
    for now, free in ((49.0, False), (50.0, True)):
        left = [one.id for one in await trial.log.left(now)]
        require((row.id in left) is free, f"at {now:g} s, a lease until 50 is told otherwise")


async def _alive_for_its_own(trial: LogTrial) -> None:
    row = await trial.added(owner=trial.owner("one"))
    await trial.log.alive(trial.owner("two"), 50.0)
    require(row.id in [one.id for one in await trial.other.left(49.0)], "another one has it")
    taken = row._replace(version=row.version + 1, owner=trial.owner("two"))
    require(await trial.log.put(taken), "it could not be taken")
    require(row.id not in [one.id for one in await trial.other.left(49.0)], "it is left still")


async def _many(trial: LogTrial) -> None:
    rows = [
        await trial.added(f"lane {number % _LANES}", created_at=float(number))
        for number in range(_LANES * _EACH)
    ]
    claimed: dict[str, list[float]] = {}

    async def send(number: int, row: Outbound) -> None:
        log = (trial.log, trial.other)[number % 2]
        await log.turn(row.id)
        taken = stepped(row, Step.CLAIM)
        require(await log.put(taken), "a claim in its turn was refused")
        claimed.setdefault(row.lane, []).append(row.created_at)
        await asyncio.sleep(0)
        require(await log.put(stepped(taken, Step.ACCEPT)), "the end of a claim was refused")

    async with asyncio.TaskGroup() as group:
        # The newest first, so that their order is the log's and not the loop's.
        for number, row in reversed(list(enumerate(rows))):
            group.create_task(send(number, row))
    ordered = all(times == sorted(times) for times in claimed.values())
    require(ordered, "a lane was claimed in another order")
    require(sum(map(len, claimed.values())) == len(rows), "not all were sent")


RULES = (
    LogRule("A row is not claimed while one before it is open.", _held_up),
    LogRule("What is settled out of turn makes way for nobody before its turn.", _out_of_turn),
    LogRule("`add` tells whether it is the row's turn.", _told),
    LogRule("A row that is added in flight is claimed, if it is its turn.", _added_in_flight),
    LogRule("Of many that are added in flight one is claimed.", _many_in_flight),
    LogRule("The turn of the first row is there at once.", _first),
    LogRule("A turn waits for all rows before it, and comes when they are settled.", _in_turn),
    LogRule("A turn comes whatever the end of the row before was.", _every_end),
    LogRule("A row that is unconfirmed holds nobody up.", _unconfirmed),
    LogRule("A wait for a turn that is cancelled changes no other.", _given_up),
    LogRule("A lane holds up no other.", _apart),
    LogRule("`known` has the mids of the lane, and no others.", _known),
    LogRule("`left` returns the open rows whose owner is not alive, oldest first.", _left),
    LogRule("`left` keeps the order of each lane.", _left_in_order),
    LogRule("`left` goes by what was heard last of an owner.", _alive_anew),
    LogRule("Who is alive has its own rows alone, and those that it takes.", _alive_for_its_own),
    LogRule("Many lanes at once are sent, each in its order.", _many),
)
