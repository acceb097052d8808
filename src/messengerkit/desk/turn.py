"""Floor 6: a turn: one event of one conversation, and what the bot may do about it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from messengerkit._json import JsonObject
from messengerkit.client import MessengerClient
from messengerkit.events import Event

from .conversation import Conversation
from .handing import Moment, found
from .posting import Content, parts_of
from .records import INTERNAL, Message
from .replying import bot_replies
from .store import Store, Transaction
from .taking import Claimed, want_a_person
from .webhook_json import event_of

_NEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a turn acts on.

    Attributes:
        store: Where everything is kept.
        client: The page's client.
        moment: Returns the time and the chance of one transaction.
        written: Is called when something was written.
    """

    store: Store
    client: MessengerClient
    moment: Callable[[], Moment]
    written: Callable[[], None]


class Turn:
    """One event of a person's, for a handler to answer; it may be given more than once.

    What was replied is kept with the event: a handler that runs again, after a crash perhaps,
    sends nothing twice. Its n-th reply is the n-th that was written down, whatever it says.
    """

    def __init__(self, claimed: Claimed, around: Around) -> None:
        self._claimed = claimed
        self._around = around
        self._replies = 0
        self._replying = asyncio.Lock()
        self._conversation = claimed.conversation
        self._event: Event | None = None

    @property
    def event(self) -> Event:
        """The event."""
        if self._event is None:
            self._event = event_of(self._claimed.event)
        return self._event

    @property
    def attempt(self) -> int:
        """How often a handler was given it, this time included."""
        return self._claimed.event.attempts

    @property
    def conversation(self) -> Conversation:
        """The conversation, as it was when the turn began, or after its own last step."""
        return self._conversation

    @property
    def message(self) -> Message | None:
        """The message that the person wrote, if it was one."""
        return self._claimed.message

    @property
    def text(self) -> str:
        """What the person wrote, or what the button said that was tapped; it may be empty."""
        message = self._claimed.message
        return "" if message is None else message.text or ""

    @property
    def attachments(self) -> tuple[JsonObject, ...]:
        """All that came with it, as Meta told it."""
        return () if self._claimed.message is None else self._claimed.message.attachments

    @property
    def bot_may_answer(self) -> bool:
        """Whether the bot may answer: not while a person has the conversation, or it is off."""
        return self._conversation.bot_may_answer

    @property
    def client(self) -> MessengerClient:
        """The page's client, for what is no message: typing, the person's name, uploads."""
        return self._around.client

    async def reply(self, content: Content | Sequence[Content]) -> tuple[Message, ...]:
        """Answer the person: it is on disk when this returns, and sent in its turn.

        Args:
            content: Text of any length, a message such as an `Image`, or several of them.

        Returns:
            The messages; if a handler had written this reply before, those.

        Raises:
            StaleVersionError: If a person took the conversation since the turn began.
            TransitionError: If the bot may not answer here.
            OutsideWindowError: If the reply window is over.
            InvalidInputError: If the content breaks a limit.
            StoreError: If the store failed; nothing was written.
        """
        parts = parts_of(content)
        # One after the other, and only what was written counts: a reply that failed, and may
        # have been written all the same, has its own number when it is tried again.
        async with self._replying:
            write = partial(
                bot_replies,
                conversation_id=self._conversation.id,
                version=self._claimed.conversation.version,
                key=f"{self._claimed.event.key} {self._replies + 1}",
                parts=parts,
                moment=self._around.moment(),
            )
            messages = await self._around.store.write(write)
            self._replies += 1
        self._around.written()
        return messages

    async def escalate(self, reason: str) -> None:
        """Ask for a person: the message requires one, and the conversation is escalated.

        Raises:
            InvalidInputError: If there is no reason, or it is too long.
            StoreError: If the store failed.
        """
        message, moment = self._claimed.message, self._around.moment()

        def write(transaction: Transaction) -> Conversation:
            conversation = found(transaction, self._conversation.id)
            now = None if message is None else transaction.message(message.id)
            return want_a_person(transaction, conversation, now, reason, moment)

        self._conversation = await self._around.store.write(write)
        self._around.written()

    async def history(self, limit: int = _NEWEST) -> Sequence[Message]:
        """Return the newest messages of the conversation, oldest first.

        Notes of admins are left out of them: what a bot knows, it may say.
        """

        def read(transaction: Transaction) -> Sequence[Message]:
            newest: list[Message] = []
            place = None
            while len(newest) < limit:
                older = transaction.messages(self._conversation.id, place, limit)
                newest += [one for one in older if INTERNAL not in one.metadata]
                if len(older) < limit:
                    break
                place = older[-1].created_at, older[-1].id
            return newest[:limit]

        return (await self._around.store.read(read))[::-1]


Handler: TypeAlias = Callable[[Turn], Awaitable[None]]
"""A bot: is given one turn after the other in each conversation, at least once each."""
