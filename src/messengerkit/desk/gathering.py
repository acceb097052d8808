"""Floor 6: what a booking has gathered, to be written in one go: one by one it costs the most."""

from dataclasses import dataclass, field
from uuid import UUID

from .conversation import Conversation
from .entries import InboxEvent
from .handing import Moment, changed, hand_on
from .records import Message
from .store import Transaction


@dataclass(slots=True)
class Gathered:
    """The conversations and messages of one transaction, as they are by now.

    Attributes:
        transaction: Where they are written.
        moment: When it is.
        conversations: The conversations, by page and PSID.
        moved: Those that are still to be written.
        new: The messages that are.
    """

    transaction: Transaction
    moment: Moment
    conversations: dict[tuple[str, str], Conversation]
    moved: dict[UUID, Conversation] = field(default_factory=dict[UUID, Conversation])
    new: dict[UUID, Message] = field(default_factory=dict[UUID, Message])

    def conversation(self, kept: InboxEvent, *, makes: bool) -> Conversation | None:
        """Return the conversation that *kept* belongs to; if it *makes* one, a new one."""
        person = (kept.page_id, kept.psid)
        if makes and person not in self.conversations:
            made = Conversation(id=self.moment.new_id(), page_id=kept.page_id, psid=kept.psid)
            self.conversations[person] = self.transaction.add_conversation(made)
        return self.conversations.get(person)

    def move(self, before: Conversation, now: Conversation) -> None:
        """Take note of a conversation as it is now."""
        if now.version == before.version:
            self.moved[now.id] = now
        else:
            self.moved.pop(now.id, None)
            hand_on(self.transaction, before, now, self.moment)
        self.conversations[now.page_id, now.psid] = now

    def message(self, conversation: Conversation, mid: str | None) -> Message | None:
        """Return the message of the conversation with this mid."""
        if mid is None:
            return None
        new = (one for one in self.new.values() if one.mid == mid)
        here = next((one for one in new if one.conversation_id == conversation.id), None)
        return here or self.transaction.message_of(conversation.id, mid)

    def put(self, message: Message) -> None:
        """Replace a message, that is there or is still to be written."""
        if message.id in self.new:
            self.new[message.id] = message
            return
        self.transaction.put_messages([message])
        self.transaction.add_changes([changed(message.conversation_id, self.moment, message.id)])

    def flush(self) -> None:
        """Write down what has gathered."""
        changes = [changed(one, self.moment) for one in self.moved]
        changes += [changed(one.conversation_id, self.moment, one.id) for one in self.new.values()]
        self.transaction.put_conversations(self.moved.values())
        self.transaction.add_messages(self.new.values())
        self.transaction.add_changes(changes)
        self.moved.clear()
        self.new.clear()
