"""Floor 6: books events of the webhook: what each one changes, exactly once, whatever its order.

Events are booked before any handler sees them, so that an admin sees what a person writes
while the bot still thinks about the message before it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from messengerkit._json import JsonObject
from messengerkit.delivery import TRANSITIONS, Evidence, Step
from messengerkit.delivery import after as state_after
from messengerkit.events import (
    Event,
    MessageDeleted,
    MessageDelivered,
    MessageEcho,
    MessageEdited,
    MessageReaction,
    MessageRead,
    MessageReceived,
    Postback,
    Standby,
)

from .booking_echoes import attachments_of, is_a_persons, is_of_a_desk, placed, sent_by_us
from .booking_receipts import delivered, read
from .conversation import Conversation
from .entries import EventState, InboxEvent
from .gathering import Gathered
from .handing import Moment
from .message import MessageStatus, Sender
from .ordering import Ordering
from .records import Message
from .sends import put
from .settings import DeskSettings
from .store import Transaction
from .webhook_json import event_of, without_words


@dataclass(slots=True)
class Booked:
    """What came of booking.

    Attributes:
        events: How many were booked.
        turns: How many of them a handler is to have.
        echoes: Our own sends that have arrived, by page, nonce and mid.
    """

    events: int = 0
    turns: int = 0
    echoes: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


def book(
    transaction: Transaction,
    settings: DeskSettings,
    moment: Moment,
    limit: int,
    tried: Callable[[list[str]], object] = list,
) -> Booked:
    """Book the next NEW events, whose keys *tried* is told; return what came of it."""
    events = transaction.new_events(limit)
    tried([one.key for one in events])
    people = {(one.page_id, one.psid) for one in events if one.page_id and one.psid}
    known = transaction.conversations_of(people) if people else {}
    gathered = Gathered(transaction, moment, dict(known))
    booking = _Booking(transaction, settings, moment, gathered, Ordering(moment.now, len(events)))
    transaction.put_events([booking.book(one) for one in events])
    gathered.flush()
    for (page_id, psid), mids in booking.taken_back.items():
        booked = [one for one in transaction.events_of(page_id, psid) if one.conversation_id]
        transaction.put_events([without_words(one, mids) for one in booked])
    booking.done.events = len(events)
    return booking.done


@dataclass(slots=True)
class _Booking:
    """One transaction's events, and the conversations that they are about."""

    transaction: Transaction
    settings: DeskSettings
    moment: Moment
    gathered: Gathered
    ordering: Ordering
    done: Booked = field(default_factory=Booked)
    taken_back: dict[tuple[str, str], set[str | None]] = field(
        default_factory=dict[tuple[str, str], set[str | None]]
    )

    def book(self, kept: InboxEvent) -> InboxEvent:
        """Book one event, and return it as it is afterwards."""
        if not (kept.page_id and kept.psid):
            return kept._replace(state=EventState.DONE)
        event = event_of(kept)
        match event:
            case Standby():
                return self._booked(kept, event.event, has_turn=False)
            case _:
                return self._booked(kept, event, has_turn=isinstance(event, self.settings.turns))

    def _booked(self, kept: InboxEvent, event: Event, *, has_turn: bool) -> InboxEvent:
        at = self.ordering.when(event, kept)
        # A person's own event makes the conversation; a receipt without one tells of nothing.
        makes = isinstance(event, _MAKES) and not is_of_a_desk(event)
        conversation = self.gathered.conversation(kept, makes=has_turn or makes)
        if conversation is None:
            return kept._replace(state=EventState.DONE)
        message_id = None
        match event:
            case MessageReceived() | Postback():
                message_id = self._wrote(conversation, event, at, kept)
            case MessageEcho():
                message_id = self._echoed(conversation, event, at, kept)
            case MessageDelivered():
                self.gathered.flush()
                delivered(self.transaction, conversation, event, self.moment)
            case MessageRead():
                self.gathered.flush()
                read(self.transaction, conversation, event, self.moment)
            case MessageReaction():
                if event.action != "unreact" and event.sender_id == kept.psid:
                    self.gathered.move(conversation, conversation.user_reacted(at=at))
                self._note(conversation, event.mid, reaction=event.emoji or event.reaction)
            case MessageEdited() | MessageDeleted():
                self._rewrite(conversation, event, at, kept)
            case _:
                pass
        self.done.turns += has_turn
        return kept._replace(
            state=EventState.DUE if has_turn else EventState.DONE,
            conversation_id=conversation.id,
            message_id=message_id,
        )

    def _wrote(
        self,
        conversation: Conversation,
        event: MessageReceived | Postback,
        at: datetime,
        kept: InboxEvent,
    ) -> UUID:
        known = self.gathered.message(conversation, event.mid)
        if known is not None:  # told twice, also as an event of another kind
            if "event" not in known.metadata:  # only its edit, or its end, was told so far
                self.gathered.move(conversation, conversation.user_wrote(at=at))
            self._complete(known, event, at, kept)
            return known.id
        self.gathered.move(conversation, conversation.user_wrote(at=at))
        text = event.title if isinstance(event, Postback) else event.text
        message = self._by_person(conversation, event.mid, at, text)
        metadata = _more(event, kept)
        self.gathered.new[message.id] = replace(
            message, attachments=attachments_of(event), metadata=metadata
        )
        return message.id

    def _complete(
        self,
        known: Message,
        event: MessageReceived | Postback,
        at: datetime,
        kept: InboxEvent,
    ) -> None:
        """Add what was not told the first time: to who overhears it, or hears of its edit."""
        attachments = known.attachments or attachments_of(event)
        if "deleted" in known.metadata:
            attachments = ()
            self._take_back(kept, event.mid)
        metadata = {**_more(event, kept), **known.metadata}
        now = replace(known, attachments=attachments, metadata=metadata)
        now = replace(now, created_at=min(known.created_at, at))  # it was written before its edit
        if now != known:
            self.gathered.put(now)

    def _by_person(
        self, conversation: Conversation, mid: str | None, at: datetime, text: str | None
    ) -> Message:
        return Message(
            id=self.moment.new_id(),
            conversation_id=conversation.id,
            sender=Sender.USER,
            text=text,
            mid=mid,
            created_at=at,
        )

    def _echoed(
        self, conversation: Conversation, event: MessageEcho, at: datetime, kept: InboxEvent
    ) -> UUID | None:
        known = self.gathered.message(conversation, event.mid)
        app_id = self.settings.app_id
        sent = sent_by_us(self.transaction, conversation, event, known, app_id)
        if sent is not None and event.mid is not None:
            self.done.echoes.append((sent.page_id, sent.row.nonce, event.mid))
            if (sent.row.state, Step.FIND) in TRANSITIONS:
                row = sent.row._replace(
                    state=state_after(sent.row.state, Step.FIND),
                    version=sent.row.version + 1,
                    mid=event.mid,
                    evidence=Evidence.ECHO,
                    parameters={},
                )
                self.gathered.flush()
                put(self.transaction, row, self.moment)
            message = self.transaction.message(sent.message_id)
            if message is not None and (shown := placed(message, event)) != message:
                self.gathered.put(shown)
            return sent.message_id
        if known is not None:
            if "deleted" in known.metadata:
                self._take_back(kept, event.mid)
            return known.id
        by_person = is_a_persons(event, app_id)
        now = conversation.page_wrote(at=at) if by_person else conversation.app_wrote(at=at)
        waits = conversation.waiting_since
        if waits is not None and at < waits:  # what was written before is no answer
            now = replace(now, waiting_since=waits)
        self.gathered.move(conversation, now)
        message = Message(
            id=self.moment.new_id(),
            conversation_id=conversation.id,
            sender=Sender.HUMAN if by_person else Sender.BOT,
            text=event.text,
            attachments=attachments_of(event),
            mid=event.mid,
            status=MessageStatus.SENT,
            created_at=at,
            metadata={"app_id": event.app_id, "sent_at": at.timestamp()},
        )
        self.gathered.new[message.id] = message
        return message.id

    def _note(self, conversation: Conversation, mid: str | None, **told: object) -> None:
        message = self.gathered.message(conversation, mid)
        if message is not None:
            self.gathered.put(replace(message, metadata={**message.metadata, **told}))

    def _rewrite(
        self,
        conversation: Conversation,
        event: MessageEdited | MessageDeleted,
        at: datetime,
        kept: InboxEvent,
    ) -> None:
        message = self.gathered.message(conversation, event.mid)
        if message is None:
            if event.mid is None or event.sender_id != kept.psid:
                return
            # The message itself may come later, and is known then.
            message = self._by_person(conversation, event.mid, at, None)
            self.gathered.new[message.id] = message
        if isinstance(event, MessageDeleted) or "deleted" in message.metadata:
            self._take_back(kept, event.mid)
        if isinstance(event, MessageDeleted):
            metadata = {**message.metadata, "deleted": True}
            self.gathered.put(replace(message, text=None, attachments=(), metadata=metadata))
        elif "deleted" not in message.metadata and (event.number or 0) >= _edits(message):
            # An older one may come later.
            metadata = {**message.metadata, "edits": event.number}
            self.gathered.put(replace(message, text=event.text, metadata=metadata))

    def _take_back(self, kept: InboxEvent, mid: str | None) -> None:
        """Let no event of this person keep the words of a message that is not to be kept."""
        self.taken_back.setdefault((kept.page_id, kept.psid), set()).add(mid)


_MAKES = (
    MessageReceived,
    Postback,
    MessageEcho,
    MessageReaction,
    MessageEdited,
    MessageDeleted,
)


def _edits(message: Message) -> int:
    edits = message.metadata.get("edits")
    return edits if isinstance(edits, int) else 0


def _more(event: MessageReceived | Postback, kept: InboxEvent) -> JsonObject:
    told: dict[str, object] = {"event": kept.key}
    if isinstance(event, Postback):
        told["payload"] = event.payload
    else:
        told["payload"] = event.quick_reply_payload
        told["reply_to"] = None if event.reply_to is None else event.reply_to.mid
    return {name: value for name, value in told.items() if value is not None}
