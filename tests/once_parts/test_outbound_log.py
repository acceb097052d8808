"""The rules of outbound logs: that of the package keeps them, and what breaks one is found."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from once_parts import broken_lanes, broken_logs

from messengerkit import ConfigurationError, MemoryOutboundLog, Outbound, OutboundLog
from messengerkit.delivery import TRANSITIONS, State, Step, is_open
from messengerkit.testing import _check_outbound_log as suite
from messengerkit.testing import _log_trial, check_outbound_log
from messengerkit.testing._log_trial import LogTrial, stepped

RULES = {rule.promise: rule for rule in suite.RULES}

ENDS = [(Step.CLAIM, Step.ACCEPT), (Step.CLAIM, Step.REJECT), (Step.CANCEL,), (Step.FIND,)]


@pytest.mark.parametrize("make", [MemoryOutboundLog, broken_lanes.Polls])
async def test_the_log_in_memory_keeps_them(make: Callable[[], OutboundLog]) -> None:
    """Every one, and so does one that looks again and again for its turn."""
    await check_outbound_log(make)


async def test_two_processes_may_share_a_log() -> None:
    """Then each rule is tried with two of it."""
    log = MemoryOutboundLog()

    await check_outbound_log(lambda: log, shared=True)


async def test_a_store_that_is_in_use_may_be_checked() -> None:
    """What others have in it changes nothing."""
    log = MemoryOutboundLog()
    await log.add(Outbound(id="1", lane="24", nonce="mk1:1", psid="24"))

    await check_outbound_log(lambda: log)


PLANTS: list[tuple[type[MemoryOutboundLog], str, str]] = [
    (broken_logs.Deaf, "A row that was added", "it was not found"),
    (broken_logs.Deaf, "What was added", "it was not found"),
    (broken_logs.Counts, "What was added", "the parameters came back otherwise"),
    (broken_logs.Rounds, "What was added", "these came back otherwise: created_at"),
    (broken_logs.Rounds, "What was put", "these came back otherwise: wire_at"),
    (broken_logs.Machine, "What was put", "these came back otherwise: evidence"),
    (broken_logs.Overwrites, "A second row with one id", "it was added"),
    (broken_logs.Replaces, "A second row with one id", "the first one was changed"),
    (broken_logs.Overwrites, "A second row with one nonce", "it was added"),
    (broken_logs.Replaces, "A second row with one nonce", "the first one was changed"),
    (broken_logs.Replaces, "A row that was refused", "it is found"),
    (broken_logs.Reuses, "The id and the nonce", "it was added"),
    (broken_logs.Racy, "Of many rows with one nonce", "10 of 10 were added"),
    (broken_logs.Foreign, "Of many rows with one nonce", "another error than a TransitionError"),
    (broken_logs.Foreign, "A second row with one nonce", "it was added"),
    (broken_logs.FindsOpen, "`find` returns the row", "it was not found"),
    (broken_logs.FindsAny, "A nonce that nobody has", "a row was found"),
    (broken_logs.Upserts, "A row that was never added", "it was taken"),
    (broken_logs.Versionless, "`put` takes the next", "it was taken with version 0 after 0"),
    (broken_logs.Racy, "Of many who put", "10 of 10 won"),
    (broken_logs.Racy, "Of many who claim", "10 of 10 won"),
    (broken_logs.Final, "A late echo", "the step find was refused"),
    (broken_lanes.Unordered, "A row is not claimed", "it was taken while the first was queued"),
    (
        broken_lanes.LooksOneBack,
        "What is settled out of turn",
        "it was taken while the first was queued",
    ),
    (broken_lanes.Impatient, "`add` tells whether", "it told a second row that it was its turn"),
    (broken_lanes.Hesitant, "A row that is added in flight", "came back as queued, not in_flight"),
    (broken_lanes.Hasty, "A row that is added in flight", "came back as in_flight, not queued"),
    (broken_lanes.Impatient, "Of many that are added in flight", "10 of 10 were told"),
    (broken_lanes.Hasty, "Of many that are added in flight", "10 of 10 were claimed"),
    (broken_lanes.Never, "The turn of the first row", "did not come within 0.2 s although"),
    (broken_lanes.AtOnce, "A turn waits", "its turn came while the first was queued"),
    (broken_lanes.WaitsForSent, "A turn comes whatever", "did not come within 0.2 s after one"),
    (
        broken_lanes.HoldsDoubt,
        "A row that is unconfirmed",
        "did not come within 0.2 s after one that is",
    ),
    (
        broken_lanes.RefusesAfterDoubt,
        "A row that is unconfirmed",
        "the next one's claim was refused",
    ),
    (broken_lanes.LosesPlace, "A wait for a turn", "for which nobody waited"),
    (broken_lanes.Stubborn, "A wait for a turn", "the wait that was cancelled went on"),
    (broken_lanes.Caseless, "A lane holds up no other", "in the lane 'Ana'"),
    (broken_lanes.KnowsAll, "`known` has the mids", "a mid is known that is of no row of the lane"),
    (broken_lanes.KnowsNothing, "`known` has the mids", "that was sent is not known"),
    (broken_lanes.Leaseless, "`left` returns the open", "it returned ['alive', 'over'"),
    (broken_lanes.Backwards, "`left` returns the open", "it returned ['unknown', 'claimed'"),
    (broken_lanes.ByTime, "`left` keeps the order", "in another order"),
    (broken_lanes.OldLease, "`left` goes by", "at 49 s, a lease until 50 is told otherwise"),
    (broken_lanes.Sleepless, "Who is alive has its own", "another one has it"),
    (broken_lanes.AtOnce, "Many lanes at once", "a lane was claimed in another order"),
]


@pytest.mark.parametrize(
    ("make", "promise", "seen"),
    PLANTS,
    ids=[f"{make.__name__}: {rule}" for make, rule, _ in PLANTS],
)
async def test_a_broken_rule_is_found_and_named(
    make: type[MemoryOutboundLog], promise: str, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was seen instead."""
    (rule,) = [rule for rule in suite.RULES if rule.promise.startswith(promise)]
    monkeypatch.setattr(_log_trial, "SOON", 0.2)
    with pytest.raises(AssertionError) as caught:
        await suite.check(make, [rule])

    assert f"  {rule.promise} But " in str(caught.value)
    assert seen in str(caught.value)


def test_every_rule_has_a_log_that_breaks_it() -> None:
    """A rule that nothing breaks may check nothing."""
    planted = tuple(promise for _, promise, _ in PLANTS)

    assert [promise for promise in RULES if not promise.startswith(planted)] == []
    assert len(RULES) == len(suite.RULES)


async def test_logs_that_are_said_to_be_shared_must_be() -> None:
    """Two of a log in memory are two logs."""
    with pytest.raises(AssertionError, match="it was not found"):
        await suite.check(MemoryOutboundLog, suite.RULES[:1], shared=True)


async def test_all_broken_rules_are_named_at_once() -> None:
    """With how many they are."""
    with pytest.raises(AssertionError) as caught:
        await suite.check(broken_logs.Deaf, suite.RULES[:3])
    first, *lines = str(caught.value).splitlines()

    assert first == "The outbound log breaks 3 of 3 rules:"
    assert len(lines) == 3


async def test_a_rule_that_does_not_end_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the others are tried all the same."""
    monkeypatch.setattr(suite, "_LONGEST", 0.1)
    rules = [RULES["Many lanes at once are sent, each in its order."], suite.RULES[0]]
    with pytest.raises(AssertionError, match=r"breaks 1 of 2 rules:\n.* not over within 0.1 s"):
        await suite.check(broken_lanes.Never, rules)


async def test_each_log_is_closed() -> None:
    """If it can be, once the rule has been tried."""
    closed: list[object] = []

    class Closed(MemoryOutboundLog):
        async def aclose(self) -> None:
            closed.append(self)

    await suite.check(Closed, suite.RULES[:2])

    assert len(closed) == 2


# The log in memory, beyond the rules.


def test_none_kept_makes_no_sense() -> None:
    """A late echo would settle nothing."""
    with pytest.raises(ConfigurationError):
        MemoryOutboundLog(kept=0)


async def test_the_oldest_settled_rows_go_first() -> None:
    """Open rows stay, however old they are, and so does what a late echo settles."""
    log = MemoryOutboundLog(kept=2)
    trial = LogTrial(log, log)
    unknown = await trial.moved(await trial.added("open"), Step.CLAIM, Step.LOSE)
    rows = [await trial.moved(await trial.added(str(n)), Step.CLAIM, Step.ACCEPT) for n in range(3)]
    found = [await log.find(row.nonce) for row in rows]

    assert found == [None, *rows[1:]]
    assert await log.find(unknown.nonce) == unknown
    assert not await log.put(rows[0]._replace(version=rows[0].version + 1))
    assert await log.known(rows[0].lane) == frozenset()
    assert await log.known(rows[2].lane) == {rows[2].mid}


async def test_what_was_forgotten_may_be_added_anew() -> None:
    """Its id and its nonce are forgotten with it."""
    log = MemoryOutboundLog(kept=1)
    trial = LogTrial(log, log)
    row = await trial.added()
    await trial.moved(row, Step.CANCEL)
    await trial.moved(await trial.added("ben"), Step.CANCEL)
    await log.add(row)

    assert await log.find(row.nonce) == row


async def test_the_turn_of_a_settled_row_is_there() -> None:
    """There is nothing to wait for, also where another one of its lane is open."""
    log = MemoryOutboundLog()
    trial = LogTrial(log, log)
    await trial.added()
    cancelled = await trial.moved(await trial.added(), Step.CANCEL)
    async with asyncio.timeout(5):
        await log.turn(cancelled.id)


async def test_who_waits_for_a_row_that_is_cancelled_waits_no_more() -> None:
    """Whoever cancelled it, nobody else is woken by it."""
    log = MemoryOutboundLog()
    trial = LogTrial(log, log)
    _, second, third = [await trial.added() for _ in range(3)]
    async with _log_trial.turns(log) as turn:
        waiting, twice, last = turn(second), turn(second), turn(third)
        await _log_trial.waits(waiting, "at once")
        twice.cancel()
        await trial.moved(second, Step.CANCEL)
        await _log_trial.comes(waiting, "after it was cancelled")
        await _log_trial.waits(last, "before that of the first")

        assert len(log._lanes[third.lane].waiting) == 1


async def test_one_of_two_that_wait_for_a_row_may_give_up() -> None:
    """The other one is woken all the same."""
    log = MemoryOutboundLog()
    trial = LogTrial(log, log)
    first, second = [await trial.added() for _ in range(2)]
    async with _log_trial.turns(log) as turn:
        tasks = turn(second), turn(second)
        await _log_trial.waits(tasks[0], "at once")
        tasks[0].cancel()
        await asyncio.wait({tasks[0]}, timeout=5)
        await trial.moved(first, Step.CANCEL)
        await _log_trial.comes(tasks[1], "after the first")

    assert log._lanes[first.lane].waiting == {}


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(ENDS)), max_size=40),
    st.integers(1, 5),
)
async def test_memory_is_bounded(sends: list[tuple[str, tuple[Step, ...]]], kept: int) -> None:
    """So many settled rows are kept, and nothing of a lane of which there is no row."""
    log = MemoryOutboundLog(kept=kept)
    trial = LogTrial(log, log)
    for lane, steps in sends:
        await trial.moved(await trial.added(lane), *steps)

    assert len(log._rows) == len(log._ids) == len(log._settled) == min(kept, len(sends))
    assert log._lanes == {}
    assert set(log._mids) <= {row.lane for row in log._rows.values()}
    assert sum(len(mids) for mids in log._mids.values()) <= kept


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Step)), max_size=60))
async def test_whatever_happens_one_row_of_a_lane_is_under_way(
    acts: list[tuple[int, Step]],
) -> None:
    """No steps in any order claim a second one; and the first open row may always move on."""
    log = MemoryOutboundLog()
    trial = LogTrial(log, log)
    rows = [await trial.added() for _ in range(4)]
    for number, step in acts:
        row = rows[number]
        if (row.state, step) in TRANSITIONS:
            new = stepped(row, step)
            first = all(not is_open(one.state) for one in rows[:number])
            taken = await log.put(new)
            rows[number] = new if taken else row

            assert taken is (first or step is not Step.CLAIM)
        busy = [one for one in rows if one.state in (State.IN_FLIGHT, State.UNKNOWN)]

        assert len(busy) <= 1
