"""Floor 8: the rules of transactions: whole or not at all, and there for everybody at once."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from messengerkit.delivery import State
from messengerkit.desk.conversation import Conversation
from messengerkit.desk.entries import ActionQuery, ConversationQuery, EventState
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.desk.store import Transaction
from messengerkit.errors import TransitionError

from ._log_trial import raised
from ._store_trial import ALL, AT, StoreRule, StoreTrial, action, add, change, message, put, send
from ._trial import require

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # nobody else has rows as old
_CANCELLED, _READS = 12, 20
_A_MOMENT = 0.2  # seconds in which what goes on without its caller is over

_Act = Callable[[Transaction], object]


class _Undone(Exception):  # noqa: N818  # nothing went wrong
    """What a work raises that is to be undone."""


async def _returned(trial: StoreTrial) -> None:
    result = object()
    require(await trial.store.write(lambda _: result) is result, "`write` returned another value")
    require(await trial.store.read(lambda _: result) is result, "`read` returned another value")


async def _raised(trial: StoreTrial) -> None:
    error = _Undone()

    def work(_: Transaction) -> None:
        raise error

    for met in (await raised(trial.store.write(work)), await raised(trial.store.read(work))):
        require(met is error, f"{met!r} was raised instead of the error")


async def _there(trial: StoreTrial) -> None:
    made = trial.conversation()
    for version in range(5):
        one = replace(made, version=version)
        await (trial.put if version else trial.add)(one)
        found = await trial.seen(lambda tx: tx.conversation(made.id))
        require(found == one, f"another process sees {found!r}")


async def _undone(trial: StoreTrial) -> None:
    page, one = trial.conversation().page_id, await trial.added()

    def told(tx: Transaction) -> object:
        listed = ConversationQuery(pages=frozenset({page}), limit=ALL)
        return (
            tx.conversations(listed),
            tx.messages(one.id, None, ALL),
            tx.events_of(one.page_id, one.psid),
            trial.mine(tx.due_events(AT, ALL)),
            tx.open_sends(one.id),
            tx.chain(one.id),
            tx.actions(ActionQuery(conversation_id=one.id)),
            tx.reply_key(trial.name("key")),
            trial.mine(tx.changes("", ALL)),
        )

    for name, act in _acts(trial, one):
        before = await trial.seen(told)
        await _fails(trial, act)
        require(await trial.seen(told) == before, f"{name} was not undone")
        await trial.store.write(act)
        changed = await trial.comes(partial(_otherwise, told, before))
        require(changed, f"{name} changed nothing when nothing failed")


def _otherwise(told: _Act, before: object, tx: Transaction) -> bool:
    return told(tx) != before


async def _fails(trial: StoreTrial, act: _Act) -> None:
    error = _Undone()

    def work(tx: Transaction) -> None:
        act(tx)
        raise error

    met = await raised(trial.store.write(work))
    require(met is error, f"{met!r} was raised instead of the error")


def _acts(trial: StoreTrial, one: Conversation) -> Iterator[tuple[str, _Act]]:
    """Yield all that can be done, each after those before it."""
    said, sent = message(one), send(one)
    due = trial.event(one)._replace(state=EventState.DUE, owner=trial.name("one"))
    old = trial.event(one)._replace(state=EventState.DONE, received_at=_LONG_AGO)
    key = replace(trial.key(one), key=trial.name("key"))
    spoken = replace(said, sender=Sender.BOT, status=MessageStatus.SENT)
    yield "an added conversation", lambda tx: add(tx, trial.conversation())
    yield "a put conversation", lambda tx: put(tx, replace(one, version=7, human_handling=True))
    yield "an added message", lambda tx: add(tx, said)
    yield "a put message", lambda tx: put(tx, spoken)
    yield "an added event", lambda tx: add(tx, due)
    yield "an event of long ago", lambda tx: add(tx, old)
    yield "that an owner is alive", lambda tx: tx.alive(trial.name("one"), AT + timedelta(days=1))
    yield "a put event", lambda tx: put(tx, due._replace(state=EventState.DEAD))
    yield "an added send", lambda tx: add(tx, sent)
    claimed = sent._replace(row=sent.row._replace(state=State.SENT))
    yield "a put send", lambda tx: put(tx, claimed)
    yield "an action", lambda tx: add(tx, action(one))
    yield "a key", lambda tx: add(tx, key)
    yield "a change", lambda tx: add(tx, change(one))
    yield "that something was forgotten", lambda tx: tx.forget(_LONG_AGO + timedelta(days=1))
    yield "that a conversation was erased", lambda tx: tx.erase(one.id)


async def _own(trial: StoreTrial) -> None:
    one = trial.conversation()
    said, sent, event = message(one), send(one), trial.event(one)
    did, key = action(one), trial.key(one)

    def work(tx: Transaction) -> list[str]:
        add(tx, one, said, sent, event, did, key)
        put(tx, replace(one, version=1), replace(said, text="Bye"))
        found = {
            "conversation": tx.conversation(one.id) == replace(one, version=1),
            "message": tx.messages(one.id, None, 1) == [replace(said, text="Bye")],
            "send": [row.row for row in tx.open_sends(one.id)] == [sent.row],
            "event": tx.event(event.key) is not None,
            "action": tx.last_action(one.id) == did,
            "key": tx.reply_key(key.key) == key,
        }
        return [name for name, is_there in found.items() if not is_there]

    missed = await trial.store.write(work)
    require(not missed, f"it did not see its own {', '.join(missed)}")


async def _only_read(trial: StoreTrial) -> None:
    one, new = await trial.added(), trial.conversation()
    acts: tuple[_Act, ...] = (
        lambda tx: add(tx, new),
        lambda tx: put(tx, replace(one, version=1)),
        lambda tx: tx.alive(trial.name("one"), AT),
        lambda tx: tx.erase(one.id),
    )
    for act in acts:
        error = await raised(trial.store.read(act))
        require(isinstance(error, TransitionError), f"a change in a `read` met {error!r}")
    found = await trial.seen(lambda tx: (tx.conversation(one.id), tx.conversation(new.id)))
    require(found == (one, None), "a `read` changed something")


async def _cancelled(trial: StoreTrial) -> None:
    pairs = [(trial.conversation(), trial.conversation()) for _ in range(_CANCELLED)]
    for turns, pair in enumerate(pairs):
        task = asyncio.ensure_future(trial.add(*pair))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await asyncio.sleep(_A_MOMENT)
    for pair in pairs:
        found = await trial.seen(partial(_these, pair))
        require(found in ([*pair], [None, None]), "half of a transaction is there")
    await trial.added()


def _these(some: Sequence[Conversation], tx: Transaction) -> list[Conversation | None]:
    return [tx.conversation(one.id) for one in some]


async def _begun(trial: StoreTrial) -> None:
    one = await trial.added()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(tx: Transaction) -> None:
        loop.call_soon_threadsafe(begun.set)
        put(tx, replace(one, version=1))

    task = asyncio.ensure_future(trial.store.write(work))
    await begun.wait()
    task.cancel()
    await asyncio.wait({task})
    written = await trial.comes(lambda tx: tx.conversation(one.id) == replace(one, version=1))
    require(written, "it was not written")


async def _never_half(trial: StoreTrial) -> None:
    one = await trial.added()

    async def write() -> None:
        for number in range(_READS):
            await trial.add(*(message(one, after=number) for _ in range(2)))

    writing = asyncio.ensure_future(write())
    odd = 0
    while not writing.done():
        odd += len(await trial.seen(lambda tx: tx.messages(one.id, None, ALL))) % 2
        await asyncio.sleep(0)
    await writing
    require(not odd, "half of a transaction was seen")


async def _created_again(trial: StoreTrial) -> None:
    one = await trial.added()
    await trial.store.create()
    await trial.other.create()
    require(await trial.seen(lambda tx: tx.conversation(one.id)) == one, "what was there is gone")


async def _closed_twice(trial: StoreTrial) -> None:
    await trial.added()
    for _ in range(2):
        await trial.store.aclose()


RULES = (
    StoreRule("`write` and `read` return what their work returns.", _returned),
    StoreRule("What a work raises is raised by `write` and `read`.", _raised),
    StoreRule("What was written is there for everybody when `write` returns.", _there),
    StoreRule("If a work raises, nothing of it is kept.", _undone),
    StoreRule("A transaction sees its own changes.", _own),
    StoreRule("A `read` that changes something is a TransitionError.", _only_read),
    StoreRule("A write whose caller is cancelled is there whole, or not at all.", _cancelled),
    StoreRule("A write that has begun is not stopped by cancelling its caller.", _begun),
    StoreRule("Who reads sees no half of a transaction.", _never_half),
    StoreRule("Creating a store that is there changes nothing.", _created_again),
    StoreRule("A store may be closed twice.", _closed_twice),
)
