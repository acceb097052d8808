"""Floor 8: the rules of rows: they come back as they were, and are added and replaced once."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from types import MappingProxyType
from typing import cast
from uuid import uuid4

from messengerkit._json import JsonObject
from messengerkit.delivery import Evidence, State
from messengerkit.desk.conversation import Conversation, Status
from messengerkit.desk.entries import EventState, InboxEvent, OutboxRow, ReplyKey
from messengerkit.desk.message import MessageStatus, Sender
from messengerkit.desk.records import AdminAction, Message
from messengerkit.desk.store import Transaction
from messengerkit.errors import TransitionError
from messengerkit.rates import Rate

from ._log_trial import raised
from ._store_trial import AT, Found, StoreRule, StoreTrial, action, message, send
from ._trial import require

_WORDS = "Grüße, مرحبا 👩‍👩‍👧 \u0000 \u2028 \ud7ff \uffff \n\t\"'\\%_;--"
_ANYTHING: JsonObject = {
    "text": _WORDS,
    "": None,
    "numbers": [0, -1, 2**53, 1.5, 1e-9, True, False],
    "empty": [dict[str, object](), list[object](), "", None],
    "deep": {"a": {"b": {"c": [[["d"]]]}}},
    "emoji 👍\u0000": "",
    "long": "ä" * 20_000,
}
_LATER = (AT + timedelta(days=1, microseconds=1)).astimezone(timezone(timedelta(hours=5.5)))
_NOTHING: JsonObject = MappingProxyType({})
_MANY = 10


def _conversations(one: Conversation) -> Iterator[Conversation]:
    for status in Status:
        yield replace(
            one,
            status=status,
            human_handling=True,
            rag_enabled=False,
            assigned_admin_id=_WORDS,
            priority=5,
            escalation_reason=_WORDS,
            escalated_at=AT,
            last_message_at=_LATER,
            last_user_message_at=AT + timedelta(microseconds=1),
            waiting_since=_LATER,
            version=2**53,
        )
    yield replace(one, assigned_admin_id="", escalation_reason="")
    yield one


def _messages(one: Message) -> Iterator[Message]:
    full = replace(
        one,
        text=_WORDS,
        attachments=(_ANYTHING, {}),
        requires_human=True,
        human_replied=True,
        mid=_WORDS,
        error="TransportError",
        sent_by=_WORDS,
        created_at=_LATER,
        metadata=_ANYTHING,
    )
    for status in MessageStatus:
        yield replace(full, sender=Sender.BOT, status=status)
    yield replace(one, text="", mid="", error="", sent_by="", sender=Sender.HUMAN)
    yield replace(one, text=None)
    yield one


def _events(one: InboxEvent) -> Iterator[InboxEvent]:
    for state in EventState:
        yield one._replace(
            json=_ANYTHING,
            received_at=_LATER,
            state=state,
            conversation_id=uuid4(),
            message_id=uuid4(),
            attempts=3,
            owner=_WORDS,
            retry_at=_LATER,
            error="StoreError",
        )
    yield one._replace(owner="", error="")
    yield one


def _sends(one: OutboxRow) -> Iterator[OutboxRow]:
    row = one.row._replace(
        parameters=_ANYTHING,
        fetches=True,
        urgent=True,
        version=2**53,
        attempts=3,
        mid=_WORDS,
        owner=_WORDS,
        wire_at=AT.timestamp(),
        ended_at=AT.timestamp() + 30,
        error="TransportError",
    )
    marked = one._replace(fence=2**53, digest=_WORDS, batch=_WORDS, passed=True)
    for state in State:
        yield marked._replace(row=row._replace(state=state))
    for evidence in Evidence:
        yield marked._replace(row=row._replace(evidence=evidence))
    for rate in Rate:
        yield marked._replace(row=row._replace(rate=rate))
    for sender in Sender:
        yield one._replace(sender=sender, fence=0)
    yield one._replace(row=one.row._replace(owner="", error="", mid="", parameters=_NOTHING))
    yield one


def _found(row: Found, tx: Transaction) -> Found | None:
    match row:
        case Conversation():
            return tx.conversation(row.id)
        case Message():
            return tx.message(row.id)
        case InboxEvent():
            return tx.event(row.key)
        case OutboxRow():
            return tx.send(row.row.nonce)
        case AdminAction():
            return tx.last_action(row.conversation_id)
        case _:
            return tx.reply_key(row.key)


async def _same(trial: StoreTrial, row: Found) -> None:
    found: Found | None = await trial.seen(partial(_found, row))
    if found is None:
        msg = f"a {type(row).__name__} was not found"
        raise AssertionError(msg)
    came, went = _values(found), _values(row)
    names = [name for name in went if came[name] != went[name]]
    told = f"these came back otherwise: {', '.join(names)} of a {type(row).__name__}"
    require(not names, told)


def _values(row: Found) -> Mapping[str, object]:
    """Return what *row* holds, so that 1 is not True, nor a list a tuple; numbers are not its."""
    if isinstance(row, OutboxRow):
        values = row._asdict() | row.row._asdict()
        del values["row"]
    elif isinstance(row, InboxEvent):
        values = row._asdict()
    else:
        values = {one.name: getattr(row, one.name) for one in fields(row)}
    return {
        name: (isinstance(value, tuple), json.dumps(value, default=_told, sort_keys=True))
        for name, value in values.items()
        if name != "number" or isinstance(row, AdminAction)
    }


def _told(value: object) -> object:
    if isinstance(value, Mapping):
        return {**cast("JsonObject", value)}
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)


def _rows(trial: StoreTrial, one: Conversation) -> Iterator[Found]:
    """Yield rows of every kind, none of which is there."""
    yield from _conversations(trial.conversation())
    yield from _messages(message(one))
    yield from _events(trial.event(one))
    yield from _sends(send(one))
    yield trial.key(one)
    ids = tuple(uuid4() for _ in range(3))
    yield replace(trial.key(one), key=trial.name(_WORDS), digest=_WORDS, message_ids=ids, at=_LATER)


def _renamed(trial: StoreTrial, row: Found) -> Found:
    """Return *row* as another one, so that it can be added beside it."""
    match row:
        case Conversation():
            return replace(row, id=uuid4(), psid=trial.name(f"{uuid4()} {_WORDS}"))
        case Message():
            return replace(row, id=uuid4())
        case InboxEvent():
            return row._replace(key=trial.name(f"{uuid4()} {_WORDS}"))
        case OutboxRow():
            named = row.row._replace(id=f"{uuid4()} {_WORDS}", nonce=f"mk1:{uuid4()}")
            return row._replace(row=named, message_id=uuid4())
        case _:
            return row


async def _as_added(trial: StoreTrial) -> None:
    one = await trial.added()
    rows = [_renamed(trial, row) for row in _rows(trial, one)]
    await trial.add(*rows)
    for row in rows:
        await _same(trial, row)


async def _as_put(trial: StoreTrial) -> None:
    one = await trial.added()
    kinds = (
        [*_conversations(trial.conversation())],
        [*_messages(message(one))],
        [*_events(trial.event(one))],
        [*_sends(send(one))],
    )
    for rows in kinds:
        await trial.add(rows[-1])
        for row in rows:
            await trial.put(row)
            await _same(trial, row)


async def _actions_as_added(trial: StoreTrial) -> None:
    one = await trial.added()
    plain = action(one)
    full = replace(action(one, number=2), admin_id=_WORDS, decision=_WORDS, details=_ANYTHING)
    last = replace(full, id=uuid4(), number=3, decision="", at=_LATER)
    for did in (plain, replace(full, previous="p" * 64, hash="h" * 64), last):
        await trial.add(did)
        await _same(trial, did)


async def _none(trial: StoreTrial) -> None:
    one = await trial.added()
    for row in (trial.conversation(), message(one), trial.event(one), send(one), trial.key(one)):
        found = await trial.seen(partial(_found, row))
        require(found is None, f"a {type(row).__name__} was found")
    last = await trial.seen(lambda tx: tx.last_action(one.id))
    require(last is None, "an action was found")


async def _added_twice(trial: StoreTrial) -> None:
    one = await trial.added()
    said, sent, did, key = message(one), send(one), action(one), trial.key(one)
    await trial.add(said, sent, did, key)
    again: dict[str, tuple[Found, Found]] = {
        "conversation": (one, replace(trial.conversation(), id=one.id)),
        "message": (said, replace(said, text="Bye")),
        "send with this nonce": (
            sent,
            send(one)._replace(row=send(one).row._replace(nonce=sent.row.nonce)),
        ),
        "send with this id": (sent, send(one)._replace(row=send(one).row._replace(id=sent.row.id))),
        "action": (did, replace(did, outcome="other", number=2)),
        "key": (key, replace(key, digest="other")),
    }
    for name, (first, row) in again.items():
        error = await raised(trial.add(row))
        require(isinstance(error, TransitionError), f"a second {name} met {error!r}")
        await _same(trial, first)


async def _put_of_nothing(trial: StoreTrial) -> None:
    one = await trial.added()
    for row in (trial.conversation(), message(one), trial.event(one), send(one)):
        error = await raised(trial.put(row))
        kind = type(row).__name__
        require(isinstance(error, TransitionError), f"a put of a {kind} met {error!r}")
        found = await trial.seen(partial(_found, row))
        require(found is None, f"a {kind} that was put is there")


def _keeps(key: ReplyKey, tx: Transaction) -> None:
    tx.add_reply_key(key)


async def _one_of_many_keys(trial: StoreTrial) -> None:
    one = await trial.added()
    keys = [replace(trial.key(one), key=trial.name("key"), digest=str(n)) for n in range(_MANY)]
    stores = (trial.store, trial.other)
    tries = (stores[n % 2].write(partial(_keeps, key)) for n, key in enumerate(keys))
    met = await asyncio.gather(*map(raised, tries))
    won = [key for key, error in zip(keys, met, strict=True) if error is None]
    require(len(won) == 1, f"{len(won)} of {_MANY} were added")
    refused = all(isinstance(error, TransitionError) for error in met if error is not None)
    require(refused, "another error than a TransitionError was raised")
    await _same(trial, won[0])


RULES = (
    StoreRule("What was added comes back as it was.", _as_added),
    StoreRule("What was put comes back as it was.", _as_put),
    StoreRule("An action comes back as it was.", _actions_as_added),
    StoreRule("What nobody added is not found.", _none),
    StoreRule("To add what is there is a TransitionError, and changes nothing.", _added_twice),
    StoreRule("To put what is not there is a TransitionError, and adds nothing.", _put_of_nothing),
    StoreRule("Of many who add one key at once, one does.", _one_of_many_keys),
)
