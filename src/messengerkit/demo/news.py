"""Floor 9: what happens at the desk, told in short lines, each thing once."""

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from uuid import UUID

from messengerkit.admin.desk_ended import ARRIVED
from messengerkit.desk import (
    Conversation,
    Desk,
    Message,
    MessageStatus,
    Sender,
    Status,
    Update,
)

from .saying import Say, plain

_ON_ITS_WAY = frozenset({MessageStatus.QUEUED, MessageStatus.IN_FLIGHT})
_LONGEST = 100  # characters of a line that are a message's
_MOST = 10_000  # things of which it is remembered what was told last

NameOf = Callable[[str], str]


class News:
    """Makes lines of what changes.

    Args:
        name_of: Returns what to call a person, by their PSID.
        words: Whether what was said may be told; otherwise only that something was.
    """

    def __init__(self, name_of: NameOf, *, words: bool) -> None:
        self._name_of = name_of
        self._words = words
        self._told: dict[UUID, object] = {}

    async def tell(self, changes: AsyncGenerator[Update], say: Say) -> None:
        """Tell what *changes*, until there is nothing to come."""
        async with aclosing(changes):
            async for update in changes:
                for line in self.lines(update):
                    say(line)

    def lines(self, update: Update) -> Iterator[str]:
        """Yield what is new about *update*."""
        conversation, message = update.conversation, update.message
        if conversation is None:
            yield "All that was known of a person was erased."
        elif message is not None:
            yield from self._new(message.id, self._of_message(conversation, message))
        else:
            yield from self._new(conversation.id, self._of_conversation(conversation))

    def _new(self, about: UUID, line: str | None) -> Iterator[str]:
        if line is not None and self._told.get(about) != line:
            self._told[about] = line
            if len(self._told) > _MOST:
                del self._told[next(iter(self._told))]
            yield line

    def _of_message(self, conversation: Conversation, message: Message) -> str | None:
        person, status = self._called(conversation), message.status
        said = self._said(message)
        if message.sender is Sender.USER:
            return f"{person}{said}"
        by = message.sent_by or ("the bot" if message.sender is Sender.BOT else "the Page inbox")
        if status is None:
            return f"{by} notes about {person}{said}"
        if status in ARRIVED:
            return f"{by} → {person}{said}"
        if status in _ON_ITS_WAY:
            return None
        why = "" if message.error is None else f", {message.error}"
        return f"{by} → {person}: {status.value}{why}"

    def _of_conversation(self, conversation: Conversation) -> str | None:
        person = self._called(conversation)
        if conversation.human_handling:
            return f"{conversation.assigned_admin_id or 'the Page inbox'} has {person}"
        if conversation.status is Status.ESCALATED:
            return f"{person} waits for a person: {plain(conversation.escalation_reason or '')}"
        if conversation.status is not Status.ACTIVE:
            return f"{person}: {conversation.status.value}"
        return f"the bot has {person} again" if conversation.id in self._told else None

    def _called(self, conversation: Conversation) -> str:
        return plain(self._name_of(conversation.psid))

    def _said(self, message: Message) -> str:
        if not self._words:
            return ""
        kinds = " ".join(f"[{one.get('type')}]" for one in message.attachments)
        text = plain(" ".join((message.text or kinds).split()))
        return f": {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}"


async def tell_news(desk: Desk, name_of: NameOf, say: Say, *, words: bool) -> None:
    """Tell what happens at *desk* from now on, until it closes."""
    await News(name_of, words=words).tell(desk.changes(), say)
