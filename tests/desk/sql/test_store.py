"""What a store in a database keeps, whichever it is."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from desk.sql.values import AT, change, conversation, event, later, message, reply_key, send
from sqlalchemy.exc import DataError, InvalidRequestError, OperationalError

from messengerkit.delivery import State
from messengerkit.desk.entries import EventState
from messengerkit.desk.sql import SqlStore
from messengerkit.desk.sql import _failures as failures
from messengerkit.desk.sql import _housekeeping as housekeeping
from messengerkit.desk.store import Transaction
from messengerkit.errors import (
    ConfigurationError,
    InvalidInputError,
    StoreError,
    TransitionError,
)
from messengerkit.testing import check_store

_DUE = EventState.DUE
ODD = 'NUL \0, half an emoji \ud83d, a quote ", a backslash \\u0041, und Größe'


async def test_keeps_what_every_store_must(url: str) -> None:
    """Two stores on one database are as two processes are."""
    await check_store(lambda: SqlStore(url), shared=True)


async def test_keeps_odd_text_as_it_is(store: SqlStore) -> None:
    """Also what a column of text would refuse."""
    odd = replace(conversation(ODD), escalation_reason=ODD)
    said = replace(message(odd, ODD), mid=ODD, metadata={ODD: [ODD, None, 1.5]})

    def write(transaction: Transaction) -> None:
        transaction.add_conversation(odd)
        transaction.add_messages([said])

    await store.write(write)

    assert await store.read(lambda tx: tx.conversations_of([(odd.page_id, ODD)])) == {
        (odd.page_id, ODD): odd
    }
    assert await store.read(lambda tx: tx.message_of(odd.id, ODD)) == said


async def test_refuses_a_naive_time(store: SqlStore) -> None:
    """It could be any moment of a day."""
    naive = replace(conversation(), last_message_at=datetime(2026, 1, 1))  # noqa: DTZ001  # as it is meant

    with pytest.raises(InvalidInputError, match="aware"):
        await store.write(lambda tx: tx.add_conversation(naive))


@pytest.mark.parametrize("value", [{1}, float("nan"), object()], ids=["set", "NaN", "object"])
async def test_refuses_what_json_cannot_hold(store: SqlStore, value: object) -> None:
    """It would come back as something else, or not at all."""
    said = replace(message(conversation()), metadata={"value": value})

    with pytest.raises(InvalidInputError, match="JSON"):
        await store.write(lambda tx: tx.add_messages([said]))


def test_a_value_that_the_database_cannot_hold_is_no_failure_of_its() -> None:
    """Whoever asks again would be told the same; and the value is not told."""
    of_a_value = DataError("INSERT", None, ValueError("secret"))
    with pytest.raises(InvalidInputError, match="cannot hold") as refused:
        raise failures.told(of_a_value)
    assert "secret" not in str(refused.value)

    assert isinstance(failures.told(OperationalError("INSERT", None, ValueError())), StoreError)


async def test_what_is_put_must_be_there(store: SqlStore) -> None:
    """Also one of many, of which some drivers do not count how many they have found."""
    known, other = conversation("1"), conversation("2")
    await store.write(lambda tx: tx.add_conversation(known))

    await store.write(lambda tx: tx.put_conversations([known, later(known)]))
    with pytest.raises(TransitionError, match="not there"):
        await store.write(lambda tx: tx.put_conversations([later(known), other]))
    with pytest.raises(TransitionError, match="not there"):
        await store.write(lambda tx: tx.put_conversations([other]))

    assert await store.read(lambda tx: tx.conversation(known.id)) == later(known)


async def test_what_is_added_must_not_be_there(store: SqlStore) -> None:
    """A row of the same id is not replaced."""
    known = conversation()
    said, other = message(known), replace(known, psid="another")
    await store.write(lambda tx: tx.add_messages([said]))

    with pytest.raises(TransitionError, match="already"):
        await store.write(lambda tx: tx.add_messages([message(known), said]))
    with pytest.raises(TransitionError, match="this id"):
        await store.write(lambda tx: [tx.add_conversation(one) for one in (known, other)])


async def test_nothing_is_nothing(store: SqlStore) -> None:
    """No row is added, put or found."""

    def write(transaction: Transaction) -> tuple[object, ...]:
        transaction.add_messages([])
        transaction.put_messages([])
        transaction.erase(conversation().id)
        return (
            transaction.add_events([]),
            transaction.conversations_of([]),
            transaction.due_sends(frozenset(), AT, AT, 9),
            transaction.left_sends(frozenset(), AT),
        )

    assert await store.write(write) == (0, {}, [], [])


async def test_a_read_changes_nothing(store: SqlStore) -> None:
    """It is said so, before the database would."""
    with pytest.raises(TransitionError, match="no `write`"):
        await store.read(lambda tx: tx.add_messages([message(conversation())]))


async def test_a_transaction_ends_with_its_work(store: SqlStore) -> None:
    """Who keeps it would work in somebody else's."""
    kept = await store.write(lambda tx: tx)

    with pytest.raises(TransitionError, match="over"):
        kept.counts()


async def test_what_the_work_raises_is_raised(store: SqlStore) -> None:
    """Whatever it is; and nothing of the work is kept."""
    said = message(conversation())

    def fail(transaction: Transaction) -> None:
        transaction.add_messages([said])
        raise KeyError(said.id)

    with pytest.raises(KeyError):
        await store.write(fail)
    with pytest.raises(KeyError):
        await store.read(lambda _: dict[UUID, None]()[said.id])
    assert await store.read(lambda tx: tx.message(said.id)) is None


async def test_what_sqlalchemy_raises_is_no_business_of_the_callers(store: SqlStore) -> None:
    """Whatever it is, it is the store that failed."""

    def fail(_: Transaction) -> None:
        raise InvalidRequestError

    with pytest.raises(StoreError, match="InvalidRequestError"):
        await store.write(fail)


async def test_an_event_of_nobody_is_due_by_itself(store: SqlStore) -> None:
    """It belongs to no conversation that it could hold up."""
    person = conversation()
    await store.write(lambda tx: tx.add_events([event(person, "1"), event(person, "2")]))

    def due(transaction: Transaction) -> list[str]:
        new = transaction.new_events(9)
        transaction.put_events([one._replace(state=_DUE) for one in new])
        return [one.key for one in transaction.due_events(AT, 9)]

    assert await store.write(due) == ["1", "2"]
    assert await store.read(lambda tx: [one.key for one in tx.due_events(AT, 9)]) == ["1", "2"]


async def test_erases_what_is_about_the_person(store: SqlStore) -> None:
    """Also events that were never found to be of the conversation, and no other person's."""
    hers, other = conversation("1"), conversation("2")

    def write(transaction: Transaction) -> None:
        for one in (hers, other):
            transaction.add_conversation(one)
            transaction.add_events([event(one, one.psid)])
            transaction.add_messages([said := message(one)])
            transaction.add_send(send(one, one.psid))
            transaction.add_reply_key(reply_key(one, one.psid, said.id))
            transaction.add_changes([change(one)])
        transaction.erase(hers.id)

    await store.write(write)

    def left(transaction: Transaction) -> list[object]:
        return [
            transaction.conversation(hers.id),
            transaction.event("1"),
            transaction.send("1"),
            transaction.reply_key("1"),
            *transaction.messages(hers.id, None, 9),
            *(one for one in transaction.changes("", 9) if one.conversation_id == hers.id),
        ]

    assert await store.read(left) == [None] * 4
    assert await store.read(lambda tx: len(tx.messages(other.id, None, 9))) == 1
    assert await store.read(lambda tx: [one.key for one in tx.new_events(9)]) == ["2"]


async def test_the_caller_who_is_cancelled_stops_nothing(url: str, store: SqlStore) -> None:
    """The work is done whole, and `aclose` waits for it."""
    said = message(conversation())
    task = asyncio.create_task(store.write(lambda tx: tx.add_messages([said])))
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await store.aclose()
    other = SqlStore(url)
    assert await other.read(lambda tx: tx.message(said.id)) == said
    await other.aclose()


async def test_nothing_is_done_once_it_is_closed(url: str) -> None:
    """Closing it twice does no harm, nor does closing one that nobody has used."""
    unused, store = SqlStore(url), SqlStore(url)
    await unused.aclose()
    await store.create()
    task = asyncio.create_task(store.write(lambda tx: tx.counts()))
    await asyncio.sleep(0)

    await store.aclose()
    await store.aclose()

    assert (await task).held == 0
    for closed in (unused, store):
        with pytest.raises(StoreError, match="closed"):
            await closed.read(lambda tx: tx.counts())
        with pytest.raises(StoreError, match="closed"):
            await closed.write(lambda tx: tx.counts())


async def test_without_tables_the_store_fails(url: str) -> None:
    """The text tells no URL, and no statement."""
    store = SqlStore(url)

    with pytest.raises(StoreError, match=r"^the database failed: \w+$") as caught:
        await store.read(lambda tx: tx.counts())

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    await store.aclose()


@pytest.mark.parametrize("url", ["mysql://me:secret@host/desk", "postgresql+psycopg://host/desk"])
def test_knows_two_databases(url: str) -> None:
    """The text tells no password."""
    with pytest.raises(ConfigurationError, match="no such database") as caught:
        SqlStore(url)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "desk.db", "postgresql://host:port/secret"])
def test_refuses_what_is_no_url(url: str) -> None:
    """The text does not repeat it."""
    with pytest.raises(ConfigurationError, match="URL cannot be read") as caught:
        SqlStore(url)

    assert "secret" not in str(caught.value)


def test_repr_tells_no_password() -> None:
    """Neither one before the host, nor one in the query."""
    store = SqlStore("postgresql+asyncpg://me:secret@host/desk?password=secret")

    assert repr(store) == "SqlStore('postgresql+asyncpg://me:***@host/desk')"


async def test_logs_tell_no_word_of_a_person(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where somebody lets SQLAlchemy log its statements."""
    caplog.set_level("INFO", "sqlalchemy.engine")
    said = message(conversation(), "a secret word")

    await store.write(lambda tx: tx.add_messages([said]))

    assert "a secret word" not in caplog.text


async def test_forgets_slice_by_slice(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is to be forgotten, nobody else waits for all of it."""
    monkeypatch.setattr(housekeeping, "_AT_ONCE", 2)
    person = conversation()
    done = [event(person, str(n))._replace(state=EventState.DONE) for n in range(5)]
    sent = send(person, "n")
    sent = sent._replace(row=sent.row._replace(state=State.SENT))

    def write(transaction: Transaction) -> None:
        transaction.add_events(done)
        transaction.add_send(sent)
        transaction.add_changes([change(person)] * 3)
        transaction.add_reply_key(reply_key(person, "k", person.id))

    await store.write(write)
    after = AT + timedelta(days=1)

    told = [await store.write(lambda tx: tx.forget(after)) for _ in range(4)]

    assert told == [6, 3, 1, 0]
