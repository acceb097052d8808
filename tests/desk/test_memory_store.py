"""The store in memory: it keeps the rules of stores, undoes what fails, and is quick."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import TransitionError
from messengerkit.delivery import State
from messengerkit.desk.conversation import Conversation, Status
from messengerkit.desk.entries import ConversationQuery, EventState, InboxEvent, OutboxRow
from messengerkit.desk.memory import MemoryStore
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.desk.store import Store, Transaction
from messengerkit.testing import check_store
from messengerkit.testing._store_trial import AT, action, add, change, message, send

AN_ACT = st.tuples(st.sampled_from(("add", "put", "erase", "forget")), st.integers(0, 9))


def conversation(page: str = "24") -> Conversation:
    """Return one that is nowhere yet."""
    return Conversation(id=uuid4(), page_id=page, psid=str(uuid4()))


def event(of: Conversation | None = None) -> InboxEvent:
    """Return a DUE one that is nowhere yet."""
    return InboxEvent(
        key=str(uuid4()),
        page_id="24",
        psid="7",
        json={},
        received_at=AT,
        state=EventState.DUE,
        conversation_id=None if of is None else of.id,
    )


async def test_it_keeps_the_rules() -> None:
    """Every one."""
    await check_store(MemoryStore)


async def test_two_may_share_it_in_use() -> None:
    """Then each rule is tried with two of it; what others have in it changes nothing."""
    store: Store = MemoryStore()
    one = conversation()
    await store.write(lambda tx: add(tx, one, message(one), event(one), send(one), change(one)))

    await check_store(lambda: store, shared=True)


async def test_a_transaction_that_is_over_changes_nothing() -> None:
    """Whoever has kept it."""
    store = MemoryStore()
    kept = await store.write(lambda tx: tx)

    with pytest.raises(TransitionError, match="it is over"):
        kept.add_conversation(conversation())


async def test_an_interrupt_undoes_all() -> None:
    """Not only what is an error."""
    store, one = MemoryStore(), conversation()

    def work(tx: Transaction) -> None:
        tx.add_conversation(one)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await store.write(work)

    assert await store.read(lambda tx: tx.conversation(one.id)) is None


async def test_two_actions_with_one_number_make_no_chain() -> None:
    """The second is refused, whoever added it."""
    store, one = MemoryStore(), conversation()
    await store.write(lambda tx: tx.add_action(action(one)))

    with pytest.raises(TransitionError, match="there is an action with this number"):
        await store.write(lambda tx: tx.add_action(action(one)))


async def test_an_event_of_no_conversation_waits_for_no_other() -> None:
    """It is due beside others of none."""
    store, events = MemoryStore(), [event(), event()]
    await store.write(lambda tx: tx.add_events(events))
    due = await store.read(lambda tx: tx.due_events(AT, 10))

    assert [one.key for one in due] == [one.key for one in events]


async def test_an_event_may_find_its_conversation_later() -> None:
    """Then it is due in that one's order."""
    store, one = MemoryStore(), conversation()
    first, second = event(), event(one)
    await store.write(lambda tx: tx.add_events([first, second]))
    await store.write(lambda tx: tx.put_events([first._replace(conversation_id=one.id)]))
    due = await store.read(lambda tx: tx.due_events(AT, 10))

    assert [found.key for found in due] == [first.key]


async def test_a_put_changes_no_number() -> None:
    """Numbers are the store's."""
    store, one = MemoryStore(), conversation()
    came, sent = event(one), send(one)
    await store.write(lambda tx: add(tx, came, sent))
    numbers = await store.read(lambda tx: numbered(tx, came, sent))
    await store.write(lambda tx: tx.put_events([came._replace(number=99)]))
    await store.write(lambda tx: tx.put_send(sent._replace(number=99)))

    assert await store.read(lambda tx: numbered(tx, came, sent)) == numbers


def numbered(tx: Transaction, came: InboxEvent, sent: OutboxRow) -> list[int]:
    """Return the numbers of both."""
    found = (tx.event(came.key), tx.send(sent.row.nonce))
    return [one.number for one in found if one is not None]


def told(store: MemoryStore) -> dict[str, object]:
    """Return all that *store* holds, and all orders that it keeps."""
    tables = {name: table for name, table in vars(store._tables).items() if name not in UNTOLD}
    return {
        name: (dict(table._rows), {group: one._places[:] for group, one in table._groups.items()})
        for name, table in tables.items()
    }


UNTOLD = {"journal", "numbers"}


class Play:
    """What is done to a store, by chance."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.some = [conversation() for _ in range(3)]

    def act(self, what: str, number: int) -> Callable[[Transaction], None]:
        """Return a work that does this."""
        one = self.some[number % 3]
        return lambda tx: getattr(self, f"_{what}")(tx, one, number)

    def _add(self, tx: Transaction, one: Conversation, number: int) -> None:
        state = [*State][number % len(State)]
        said = replace(message(one, after=number), mid=str(number), sender=Sender.BOT)
        add(tx, one, replace(said, status=[*MessageStatus][number]), event(one), send(one, state))
        last = tx.last_action(one.id)
        add(tx, action(one, number=1 if last is None else last.number + 1), change(one))

    def _put(self, tx: Transaction, one: Conversation, number: int) -> None:
        if tx.conversation(one.id) is None:
            return
        status = [*Status][number % len(Status)]
        at = AT + timedelta(seconds=number)
        tx.put_conversations([replace(one, status=status, human_handling=True, last_message_at=at)])
        for row in tx.open_sends(one.id)[:1]:
            tx.put_send(row._replace(row=row.row._replace(state=State.SENT)))
        due = tx.due_events(AT, 10)
        tx.put_events(found._replace(state=EventState.DONE) for found in due[:1])
        tx.put_events(found._replace(retry_at=AT, owner="one") for found in due[1:])
        tx.alive("one", at)

    def _erase(self, tx: Transaction, one: Conversation, _: int) -> None:
        tx.erase(one.id)

    def _forget(self, tx: Transaction, _: Conversation, number: int) -> None:
        tx.forget(AT + timedelta(seconds=number - 5))


class _Undone(Exception):  # noqa: N818  # nothing went wrong
    pass


@given(st.lists(AN_ACT, max_size=12), st.lists(AN_ACT, min_size=1, max_size=6))
async def test_whatever_fails_leaves_nothing_behind(
    before: Sequence[tuple[str, int]], failing: Sequence[tuple[str, int]]
) -> None:
    """No row, and no place in any order."""
    play = Play()
    for what, number in before:
        await play.store.write(play.act(what, number))
    known = told(play.store)

    def work(tx: Transaction) -> None:
        for what, number in failing:
            play.act(what, number)(tx)
        raise _Undone

    with pytest.raises(_Undone):
        await play.store.write(work)

    assert told(play.store) == known


@given(st.lists(AN_ACT, max_size=12))
async def test_nothing_is_left_of_what_is_gone(acts: Sequence[tuple[str, int]]) -> None:
    """No place in any order, when all was erased; but for actions, and who is alive."""
    play = Play()
    for what, number in acts:
        await play.store.write(play.act(what, number))
    for one in play.some:
        await play.store.write(play.act("erase", play.some.index(one)))
    left = told(play.store)
    del left["actions"], left["owners"]

    assert all(held == ({}, {}) for held in left.values())


async def test_a_list_is_walked_from_its_shortest_side() -> None:
    """Of a thousand conversations, those of one admin are found without looking at others."""
    store = MemoryStore()
    many = [conversation(str(n % 10)) for n in range(1000)]
    mine = replace(conversation("3"), assigned_admin_id="ana", human_handling=True)
    await store.write(lambda tx: add(tx, *many, mine))
    looked: list[UUID] = []
    get = store._tables.conversations._rows

    class Watched(dict[UUID, Conversation]):
        def __getitem__(self, key: UUID) -> Conversation:
            looked.append(key)
            return super().__getitem__(key)

    store._tables.conversations._rows = Watched(get)
    query = ConversationQuery(
        pages=frozenset({"3", "4"}), status=Status.ACTIVE, human_handling=True, limit=5
    )
    found = await store.read(lambda tx: tx.conversations(replace(query, assigned_admin_id="ana")))

    assert found == [mine]
    assert looked == [mine.id]


async def test_the_past_has_places_too() -> None:
    """Times before 1970 are in order."""
    store, one = MemoryStore(), conversation()
    old = replace(message(one), created_at=datetime(1900, 1, 1, tzinfo=UTC))
    new = message(one)
    await store.write(lambda tx: tx.add_messages([new, old]))

    assert await store.read(lambda tx: tx.messages(one.id, None, 10)) == [new, old]


async def test_a_stray_event_of_who_is_erased_is_not_due() -> None:
    """It is about the person, although nobody knew the conversation."""
    store, one = MemoryStore(), conversation()
    stray = event()._replace(page_id=one.page_id, psid=one.psid)
    await store.write(lambda tx: add(tx, one, stray))
    await store.write(lambda tx: tx.erase(one.id))

    assert await store.read(lambda tx: tx.due_events(AT, 10)) == []


async def test_a_process_of_long_ago_is_forgotten() -> None:
    """Nothing grows for ever."""
    store = MemoryStore()
    await store.write(lambda tx: tx.alive("one", AT))
    await store.write(lambda tx: tx.alive("two", AT + timedelta(days=2)))
    await store.write(lambda tx: tx.forget(AT + timedelta(days=1)))

    assert [*store._tables.owners._rows] == ["two"]
