"""Floor 6: the rules of the inbox: who has which event, and what follows when one fails."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from .conversation import Conversation
from .entries import LONG_AGO, EventState, InboxEvent
from .handing import Deed, Moment, changed, hand_on, record
from .records import Message
from .store import Transaction

_FAILED = "The bot could not answer."


class Claimed(NamedTuple):
    """An event that a handler is to have, and where it belongs.

    Attributes:
        event: The event.
        conversation: Its conversation, as it was when the event was claimed.
        message: The message that came of it.
    """

    event: InboxEvent
    conversation: Conversation
    message: Message | None


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes events: a process, and what it is at already.

    Attributes:
        owner: The process.
        busy: The keys of the events that it is at.
        lease: For how many seconds it has what it takes.
        in_doubt: Whether the last taking failed. It may have been done all the same: then
            the process has what it is not at, and would let nobody else have it.
    """

    owner: str
    busy: Collection[str]
    lease: float
    in_doubt: bool = False

    def claim(
        self, transaction: Transaction, moment: Moment, limit: int, most: int
    ) -> list[Claimed]:
        """Return events that handlers are to have; they are the process's from now on.

        One that was given to handlers *most* times, and never came to an end, is dead: they
        may have died of it.
        """
        return _claim(transaction, self.owner, self._due(transaction, moment, limit), moment, most)

    def _due(self, transaction: Transaction, moment: Moment, limit: int) -> Sequence[InboxEvent]:
        if self.in_doubt:
            transaction.alive(self.owner, LONG_AGO)
        # A machine that slept finds what it is at itself: its lease was over meanwhile.
        due = transaction.due_events(moment.now, limit + len(self.busy))
        if self.in_doubt:
            transaction.alive(self.owner, moment.now + timedelta(seconds=self.lease))
        return [one for one in due if one.key not in self.busy][:limit]


def _claim(
    transaction: Transaction,
    owner: str,
    due: Sequence[InboxEvent],
    moment: Moment,
    most: int,
) -> list[Claimed]:
    claimed: list[Claimed] = []
    events: list[InboxEvent] = []
    for event in due:
        conversation = _conversation_of(transaction, event)
        if conversation is None:
            events.append(event._replace(state=EventState.DONE, owner=None))
        elif event.attempts >= most and event.owner != owner:
            events.append(event._replace(state=EventState.DEAD, owner=None))
            _want_a_person(transaction, conversation, event, moment)
        else:
            # What the process has, and is not at, was taken in doubt: no handler ever had it.
            begun = event.attempts - (event.owner == owner)
            taken = event._replace(owner=owner, attempts=begun + 1, retry_at=None)
            events.append(taken)
            claimed.append(Claimed(taken, conversation, _message_of(transaction, event)))
    transaction.put_events(events)
    return claimed


def finish(transaction: Transaction, key: str, owner: str, *, stale: bool = False) -> None:
    """Note that a handler has done what there was to do about an event.

    Args:
        transaction: What the store holds.
        key: The event's.
        owner: The process.
        stale: Whether it was not let answer, as the conversation had changed hands. If the bot
            has it again by now, it is given the event again.
    """
    event = transaction.event(key)
    if event is None or event.owner != owner:
        return
    conversation = _conversation_of(transaction, event) if stale else None
    again = conversation is not None and conversation.bot_may_answer and conversation.is_open
    state = EventState.DUE if again else EventState.DONE
    transaction.put_events([event._replace(state=state, owner=None)])


def give_back(transaction: Transaction, key: str, owner: str) -> None:
    """Let another process have the event; the handler had no chance to end."""
    event = transaction.event(key)
    if event is not None and event.owner == owner and event.state is EventState.DUE:
        transaction.put_events([event._replace(owner=None, attempts=event.attempts - 1)])


def fail(
    transaction: Transaction,
    key: str,
    owner: str,
    error: str,
    retries: Sequence[float],
    moment: Moment,
) -> EventState:
    """Note that a handler failed, and return what the event is now: DUE again, or DEAD."""
    event = transaction.event(key)
    if event is None or event.owner != owner:
        return EventState.DONE
    event = event._replace(owner=None, error=error)
    if event.attempts <= len(retries):
        wait = timedelta(seconds=retries[event.attempts - 1])
        event = event._replace(retry_at=moment.now + wait)
    else:
        event = event._replace(state=EventState.DEAD)
        conversation = _conversation_of(transaction, event)
        if conversation is not None:
            _want_a_person(transaction, conversation, event, moment)
    transaction.put_events([event])
    return event.state


def give_up(transaction: Transaction, key: str, error: str) -> None:
    """Note that a NEW event cannot be booked, because of *error*, unless another did so."""
    event = transaction.event(key)
    if event is not None and event.state is EventState.NEW:
        transaction.put_events([event._replace(state=EventState.DEAD, error=error)])


def replay(transaction: Transaction, key: str, admin_id: str, moment: Moment) -> bool:
    """Let a handler have a DEAD event again; return whether there was one."""
    event = transaction.event(key)
    if event is None or event.state is not EventState.DEAD:
        return False
    booked = event.conversation_id is not None
    state = EventState.DUE if booked else EventState.NEW
    again = event._replace(state=state, attempts=0, retry_at=None, error=None)
    transaction.put_events([again])
    conversation = _conversation_of(transaction, event)
    if conversation is not None:
        deed = Deed(admin_id=admin_id, action="replay", details={"event": key})
        record(transaction, conversation.id, deed, moment)
    return True


def want_a_person(
    transaction: Transaction,
    conversation: Conversation,
    message: Message | None,
    reason: str,
    moment: Moment,
) -> Conversation:
    """Escalate the conversation, because of *message*; return it as it is now."""
    now = conversation.escalate(reason, at=moment.now)
    hand_on(transaction, conversation, now, moment)
    if message is not None and not message.requires_human:
        transaction.put_messages([replace(message, requires_human=True)])
        transaction.add_changes([changed(conversation.id, moment, message.id)])
    return now


def _want_a_person(
    transaction: Transaction, conversation: Conversation, event: InboxEvent, moment: Moment
) -> None:
    want_a_person(transaction, conversation, _message_of(transaction, event), _FAILED, moment)


def _conversation_of(transaction: Transaction, event: InboxEvent) -> Conversation | None:
    known = event.conversation_id
    return None if known is None else transaction.conversation(known)


def _message_of(transaction: Transaction, event: InboxEvent) -> Message | None:
    return None if event.message_id is None else transaction.message(event.message_id)
