"""What the ledger of the crash trials says against the store, and against what people were told."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from crash_backend import ANSWERS
from crash_people import Told
from crash_sandbox import PAGE

from messengerkit.delivery import Evidence, State, is_open
from messengerkit.desk import (
    EventState,
    InboxEvent,
    Message,
    OutboxRow,
    Sender,
    Store,
    Transaction,
    broken_links,
)
from messengerkit.writing import NONCE, nonce_in

_ALL = 1_000_000


class Copy(NamedTuple):
    """A message that a person has.

    Attributes:
        psid: The person.
        nonce: What tells which send it came of.
    """

    psid: str
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store has of one person.

    Attributes:
        messages: All messages, in their order.
        sends: Those of them that were to be sent, in their order.
        events: All events.
        broken: How many links of the audit do not hold.
    """

    messages: Sequence[Message] = ()
    sends: Sequence[OutboxRow] = ()
    events: Sequence[InboxEvent] = ()
    broken: int = 0


@dataclass(slots=True)
class Tally:
    """What came of one trial; the first ones must all be 0.

    Attributes:
        lost: Replies that were written down, and not delivered, or never written down.
        doubled: Messages that a person has twice, or more often.
        disordered: Messages that came before one that was written earlier.
        denied: Messages that were said not to be sent, and were.
        strange: Messages of which the store knows nothing.
        events_lost: What people wrote, and is not there exactly once, and done.
        written_twice: Replies that were written down again.
        unconfirmed: Sends of which nobody could find out.
        unsettled: Sends that did not come to rest.
        broken: Links of audit chains that do not hold.
        questions: What people wrote.
        answers: The bot's messages that were delivered.
        replies: The replies of admins.
        cancelled: The bot's messages that a person's takeover ended.
        passed: The bot's messages that a person's reply did not wait for.
        known: How it was known that they arrived.
        tried: Sends that left more than once.
    """

    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    denied: int = 0
    strange: int = 0
    events_lost: int = 0
    written_twice: int = 0
    unconfirmed: int = 0
    unsettled: int = 0
    broken: int = 0
    questions: int = 0
    answers: int = 0
    replies: int = 0
    cancelled: int = 0
    passed: int = 0
    known: Counter[str] = field(default_factory=Counter[str])
    tried: int = 0


PROMISES = tuple(Tally.__dataclass_fields__)[:10]
"""The figures that must be 0."""


async def kept_of(store: Store, psid: str) -> Kept:
    """Return what the store has of one person."""
    return await store.read(partial(_kept, psid=psid))


def _kept(transaction: Transaction, psid: str) -> Kept:
    person = (PAGE.id, psid)
    conversation = transaction.conversations_of([person]).get(person)
    if conversation is None:
        return Kept()
    messages = transaction.messages(conversation.id, None, _ALL)[::-1]
    found = (transaction.send_of(one.id) for one in messages)
    return Kept(
        messages=messages,
        sends=sorted((one for one in found if one is not None), key=lambda one: one.number),
        events=transaction.events_of(*person),
        broken=len(broken_links(transaction.chain(conversation.id))),
    )


def copies_of(delivered: Sequence[dict[str, object]]) -> list[Copy]:
    """Return the messages that people have, as the sandbox tells them."""
    return [
        Copy(str(one["psid"]), nonce_in(str(one["metadata"])) or "no nonce") for one in delivered
    ]


def judged(copies: Sequence[Copy], kept: dict[str, Kept], told: Told) -> Tally:
    """Return what came of a trial."""
    tally, count = Tally(), Counter(copies)
    tally.doubled = sum(number - 1 for number in count.values())
    known = {Copy(psid, send.row.nonce) for psid, one in kept.items() for send in one.sends}
    tally.strange = len(set(count) - known)
    for psid, one in kept.items():
        for send in one.sends:
            _judge_send(send, count[Copy(psid, send.row.nonce)], tally)
        order = [copy.nonce for copy in copies if copy.psid == psid]
        tally.disordered += _disordered(order, one.sends)
        tally.broken += one.broken
        _judge_written(one, told.written[psid], tally)
    for reply in told.replies:
        tally.replies += len(reply.ids)
        tally.lost += sum(not count[Copy(reply.psid, NONCE + each.hex)] for each in reply.ids)
    _judge_replies(kept, told, tally)
    unanswered = {*kept} - {reply.psid for reply in told.replies}
    for psid in unanswered:
        tally.lost += _unanswered(kept[psid], told.written[psid])
    return tally


def _judge_send(send: OutboxRow, copies: int, tally: Tally) -> None:
    row, is_bot = send.row, send.sender is Sender.BOT
    tally.unsettled += is_open(row.state)
    tally.unconfirmed += row.state is State.UNCONFIRMED
    tally.tried += row.attempts > 1
    tally.passed += send.passed
    if row.state is State.SENT:
        tally.lost += not copies
        tally.answers += is_bot
        tally.known[(row.evidence or Evidence.OPERATOR).value] += 1
    elif row.state is State.CANCELLED and is_bot:
        tally.denied += copies
        tally.cancelled += 1
    elif not is_open(row.state) and row.state is not State.UNCONFIRMED:
        tally.lost += 1  # nothing but a person's takeover ends a send that did not arrive


def _disordered(order: Sequence[str], sends: Sequence[OutboxRow]) -> int:
    """Return how many messages came before one of an earlier number that was not passed."""
    numbers = {one.row.nonce: one.number for one in sends if not one.passed}
    came = [numbers[nonce] for nonce in dict.fromkeys(order) if nonce in numbers]
    return sum(later < earlier for earlier, later in pairwise(came))


def _judge_written(kept: Kept, written: Sequence[str], tally: Tally) -> None:
    """Compare what a person wrote with what is kept, and with what was done about it."""
    tally.questions += len(written)
    theirs = Counter(one.text for one in kept.messages if one.sender is Sender.USER)
    tally.events_lost += sum(theirs[text] != 1 for text in {*theirs, *written})
    states = {event.key: event.state for event in kept.events}
    keys = [one.metadata.get("event") for one in kept.messages if one.sender is Sender.USER]
    tally.events_lost += sum(states.get(str(key)) is not EventState.DONE for key in keys)
    tally.events_lost += sum(state is not EventState.DONE for state in states.values())


def _judge_replies(kept: dict[str, Kept], told: Told, tally: Tally) -> None:
    """Count what was written down more often than it was said."""
    for psid, one in kept.items():
        bots = Counter(each.text for each in one.messages if each.sender is Sender.BOT)
        tally.written_twice += sum(number - 1 for number in bots.values())
        people = sum(each.sender is Sender.HUMAN for each in one.messages)
        asked = sum(len(reply.ids) for reply in told.replies if reply.psid == psid)
        tally.written_twice += abs(people - asked)


def _unanswered(kept: Kept, written: Sequence[str]) -> int:
    """Return how many answers are missing of a bot that nobody kept from answering."""
    sent = {one.message_id for one in kept.sends if one.row.state is State.SENT}
    answers = {one.text for one in kept.messages if one.id in sent}
    wanted = [f"{text} / answer {number + 1}" for text in written for number in range(ANSWERS)]
    return sum(text not in answers for text in wanted)
