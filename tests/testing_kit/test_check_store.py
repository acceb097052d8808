"""The rules of stores: that in memory keeps them, and whatever breaks one is found by it."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from testing_kit import broken_ends, broken_lists, broken_rows, broken_stores, broken_turns

from messengerkit.desk.memory import MemoryStore
from messengerkit.desk.memory._transaction import MemoryTransaction
from messengerkit.desk.store import Store
from messengerkit.testing import _store_suite as suite
from messengerkit.testing import _store_trial

RULES = {rule.promise: rule for rule in suite.RULES}

PLANTS: list[tuple[type[MemoryStore | MemoryTransaction], str, str]] = [
    (broken_stores.Silent, "`write` and `read` return", "`write` returned another value"),
    (broken_stores.Wraps, "What a work raises", "StoreError('it failed') was raised instead"),
    (broken_stores.Behind, "What was written", "another process sees None"),
    (broken_stores.Keeps, "If a work raises", "an added conversation was not undone"),
    (broken_rows.Sure, "If a work raises", "that an owner is alive was not undone"),
    (broken_ends.ForgetsNothing, "If a work raises", "forgotten changed nothing"),
    (broken_stores.Unlocked, "A transaction sees", "TransitionError"),
    (broken_stores.Lenient, "A `read` that changes", "a change in a `read` met None"),
    (broken_stores.Halves, "A write whose caller", "half of a transaction is there"),
    (broken_stores.Unlocked, "A write that has begun", "it was not written"),
    (broken_stores.Halves, "Who reads sees", "half of a transaction was seen"),
    (broken_stores.Recreates, "Creating a store", "what was there is gone"),
    (broken_stores.ClosesOnce, "A store may be closed", "RuntimeError() was raised"),
    (broken_rows.Rounds, "What was added comes", "otherwise: created_at of a Message"),
    (broken_rows.Truths, "What was added comes", "otherwise: json of a InboxEvent"),
    (broken_rows.Reverses, "What was added comes", "otherwise: message_ids of a ReplyKey"),
    (broken_rows.Deaf, "What was added comes", "a Conversation was not found"),
    (broken_rows.Empties, "What was put comes", "otherwise: escalation_reason of a Conversation"),
    (broken_rows.Coalesces, "What was put comes", "otherwise: retry_at of a InboxEvent"),
    (broken_rows.Vague, "An action comes back", "otherwise: details of a AdminAction"),
    (broken_rows.FindsAny, "What nobody added", "a Message was found"),
    (broken_rows.Overwrites, "To add what is there", "a second message met None"),
    (broken_rows.CountsTwice, "No two actions", "a second action with a number met None"),
    (broken_rows.Upserts, "To put what is not", "a put of a Message met None"),
    (broken_rows.Overwrites, "Of many who add one key", "10 of 10 were added"),
    (broken_stores.Unlocked, "Of many who change one conversation", "and it is 1"),
    (broken_rows.Deaf, "Of many who change one conversation", "what was added was not found"),
    (broken_stores.Unlocked, "Nor is it where", "and it is 1"),
    (broken_stores.Unlocked, "Of many who add one person's", "what is put is not there"),
    (broken_stores.Unlocked, "Of many who add one event", "were told as added, not 5"),
    (broken_stores.Unlocked, "Of many who change one event", "and they are 1"),
    (broken_stores.Unlocked, "Who has locked", "and it is 1"),
    (broken_stores.Unlocked, "Two who lock", "4 raised its version by one"),
    (broken_rows.SameNumbers, "No two events", "two events have one number"),
    (broken_rows.SameSends, "No two events", "two sends have one number"),
    (broken_lists.AllPages, "A list has the", "conversations of Order.RECENT, 1 pages"),
    (broken_lists.Twice, "A list can be read", "the pages do not end"),
    (broken_lists.Endless, "A list can be read", "2 came where 1 were asked for"),
    (broken_lists.Unsorted, "A conversation that was put", "put were in another order"),
    (broken_lists.Pageless, "`conversations_of` finds", "others were found"),
    (broken_lists.SecondOnes, "A person has one", "another one was returned"),
    (broken_lists.Impatient, "`idle` has those", "'where somebody waits'"),
    (broken_rows.OldestFirst, "Messages come", "messages by 2 were"),
    (broken_rows.AnyConversation, "A message is found", "another message was found"),
    (broken_rows.JustBefore, "Unread is what", "unread messages were found, not"),
    (broken_rows.Forgetful, "`mids` has those", "100 of the newest 200 are not known"),
    (broken_turns.CountsAll, "`add_events` keeps", "3 were added"),
    (broken_rows.ByTime, "`new_events` has", "NEW events were in another order"),
    (broken_stores.Unlocked, "Of many who take NEW", "one was taken twice"),
    (broken_turns.AllDue, "`due_events` has", "4 DUE events of two conversations were found"),
    (broken_turns.Skips, "An event that waits", "DUE events before the time of one were found"),
    (broken_turns.Ownerless, "An event whose owner", "DUE events while two owners are alive"),
    (broken_turns.TooLong, "An event whose owner", "2 DUE events while two owners are alive"),
    (broken_stores.Unlocked, "Of many who claim DUE", "one was taken twice"),
    (broken_turns.NoneDue, "Of many who claim DUE", "0 were taken, not 10"),
    (broken_turns.Newest, "A conversation's events", "of a conversation were in another order"),
    (broken_rows.OldestFirst, "`dead_events` has", "DEAD events were in another order"),
    (broken_turns.Known, "`events_of` has", "4 events about a person were found, not 5"),
    (broken_rows.ByTime, "The open sends", "open sends were in another order"),
    (broken_turns.Doubts, "A send that is settled", "open sends after one is unconfirmed"),
    (broken_turns.FirstOfAll, "A send is found", "another send was found"),
    (broken_turns.Everywhere, "`left_sends` has", "sends that are left of one page"),
    (broken_turns.Ownerless, "`left_sends` has", "sends that are left of one page"),
    (broken_turns.Hasty, "A send is due", "3 due sends at first were found, not 1"),
    (broken_turns.IgnoresWords, "A person's send", "one with the same words is due"),
    (broken_turns.IgnoresWriters, "A person's send", "one of the bot behind its own is due"),
    (broken_turns.IgnoresHolders, "A person's send", "one behind a person's in flight is due"),
    (broken_turns.NeverPasses, "A person's send", "one behind one in flight is not due"),
    (broken_turns.AtOnce, "A person's send", "one that did not wait long enough is due"),
    (broken_turns.PassesQueued, "No send passes", "2 due sends were found, not 1"),
    (broken_turns.Ownerless, "A send whose owner", "4 due sends 10 s later were found"),
    (broken_turns.Everywhere, "`due_sends` has", "9 due sends of two pages were found, not 6"),
    (broken_stores.Unlocked, "Of many who claim due sends", "one was taken twice"),
    (broken_turns.Hasty, "Of many who claim one conv", "6 are under way at once"),
    (broken_rows.ByTime, "A chain has all", "the last action is another one"),
    (broken_stores.Unlocked, "Many who add an action", "TransitionError"),
    (broken_rows.Vague, "Many who add an action", "the chain is broken at [1, 2"),
    (broken_rows.SkipsMoments, "`actions` has", "actions, by 1, were found"),
    (broken_turns.Inclusive, "Changes come", "changes by 1 were found"),
    (broken_stores.Unlocked, "Who follows", "changes were skipped"),
    (broken_turns.AnyCursor, "What is no cursor", "'x' met None"),
    (broken_ends.CountsDone, "`counts` tells", "0 more events are done, and 3 are counted"),
    (broken_ends.KeepsKeys, "`erase` deletes", "its key is there"),
    (broken_ends.KeepsStrays, "`erase` deletes", "there are still ['events', 'waiting events']"),
    (broken_ends.KeepsTurns, "`erase` deletes", "there are still ['waiting events']"),
    (broken_ends.ErasesNamesakes, "`erase` deletes", "or another one's is not"),
    (broken_ends.ErasesActions, "`erase` deletes", "its actions are not there any more"),
    (broken_ends.EndsChains, "After `erase`", "1 actions of one that was erased were found"),
    (broken_ends.ForgetsOpen, "`forget` deletes", "1 that were to be kept are forgotten"),
    (broken_ends.ForgetsTheLiving, "After `forget`", "has is given to another one"),
    (broken_ends.ForgetsNothing, "`forget` deletes", "that were to be forgotten are there"),
]


def made(kind: type[MemoryStore | MemoryTransaction]) -> Callable[[], Store]:
    """Return what makes a store of this kind, or whose transactions are."""
    return kind if issubclass(kind, MemoryStore) else lambda: whose_transactions(kind)


def whose_transactions(are: type[MemoryTransaction]) -> MemoryStore:
    """Return a store whose transactions are of this kind."""
    store = MemoryStore()
    store._transaction = are(store._tables)
    return store


@pytest.mark.parametrize(
    ("kind", "promise", "seen"),
    PLANTS,
    ids=[f"{kind.__name__}: {promise}" for kind, promise, _ in PLANTS],
)
async def test_a_broken_rule_is_found_and_named(
    kind: type[MemoryStore | MemoryTransaction],
    promise: str,
    seen: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what was seen instead."""
    (rule,) = [rule for rule in suite.RULES if rule.promise.startswith(promise)]
    monkeypatch.setattr(_store_trial, "SOON", 0.2)
    monkeypatch.setattr(_store_trial, "_TO_MEET", 0.0)
    with pytest.raises(AssertionError) as caught:
        await suite.check(made(kind), [rule])

    assert f"  {rule.promise} But " in str(caught.value)
    assert seen in str(caught.value)


def test_every_rule_has_a_store_that_breaks_it() -> None:
    """A rule that nothing breaks may check nothing."""
    planted = tuple(promise for _, promise, _ in PLANTS)

    assert [promise for promise in RULES if not promise.startswith(planted)] == []
    assert len(RULES) == len(suite.RULES)


async def test_stores_that_are_said_to_be_shared_must_be() -> None:
    """Two stores in memory are two stores."""
    with pytest.raises(AssertionError, match="another process sees None"):
        await suite.check(MemoryStore, suite.RULES[2:3], shared=True)


async def test_all_broken_rules_are_named_at_once() -> None:
    """With how many they are."""
    with pytest.raises(AssertionError) as caught:
        await suite.check(made(broken_rows.Deaf), suite.RULES[:5])
    first, *lines = str(caught.value).splitlines()

    assert first == "The store breaks 2 of 5 rules:"
    assert len(lines) == 2


async def test_each_store_is_created_and_closed() -> None:
    """Once for each rule, whether it is kept or not."""
    told: list[str] = []

    class Told(MemoryStore):
        async def create(self) -> None:
            told.append("created")

        async def aclose(self) -> None:
            told.append("closed")

    await suite.check(Told, suite.RULES[:2], shared=False)

    assert told == ["created", "closed"] * 2


def test_who_checks_no_store_loads_no_network() -> None:
    """The desk is loaded when a store is checked, and not before."""
    code = "import sys, messengerkit.testing; print('aiohttp' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603  # its own code

    assert told.stdout.strip() == "False"
