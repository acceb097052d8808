"""Floor 6: what people do at a desk: reply, take, give back, decide; all of it is audited."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar, Unpack
from uuid import UUID

from messengerkit.client import MessengerClient
from messengerkit.errors import (
    IdempotencyKeyError,
    InvalidInputError,
    OutsideWindowError,
    TransitionError,
)

from .controlling import (
    Command,
    Control,
    Controlled,
    Settlement,
    control,
    mark_human_replied,
    set_priority,
    settle,
)
from .conversation import Conversation
from .handing import Moment, refuse
from .looking import Looking
from .posting import Content, parts_of
from .privacy import erase, export
from .records import Message
from .replying import PersonsReply, Replied, ReplyOptions, person_replies
from .sends import PATIENCE
from .settings import DeskSettings
from .store import Store, Transaction
from .taking import replay

T = TypeVar("T")

_PASSES = PATIENCE.total_seconds() + 0.01
_REFUSALS = (TransitionError, OutsideWindowError, IdempotencyKeyError, InvalidInputError)


class Acting(Looking):
    """What people do at a desk."""

    def __init__(
        self,
        store: Store,
        settings: DeskSettings,
        moment: Callable[[], Moment],
        client_for: Callable[[str], MessengerClient],
    ) -> None:
        super().__init__(store, settings, moment)
        self._client_for = client_for

    def client_for(self, page_id: str) -> MessengerClient:
        """Return a page's client."""
        return self._client_for(page_id)

    async def reply(
        self,
        admin_id: str,
        conversation_id: UUID,
        content: Content | Sequence[Content],
        *,
        idempotency_key: str | None = None,
        fingerprint: str | None = None,
        **options: Unpack[ReplyOptions],
    ) -> Replied:
        """Answer a person; the conversation is the admin's from now on, and the bot is silent.

        It is on disk when this returns, and sent in its turn: `outcome` tells how that ends.
        Several messages are sent one after the other; after one that is refused no other is.

        Args:
            admin_id: Who answers, as authenticated.
            conversation_id: In which conversation.
            content: Text of any length, a message such as an `Image`, or several of them.
            idempotency_key: The same key with the same content is one reply.
            fingerprint: What tells the content from another, where that need not look the same
                again, as when a file is uploaded anew.
            **options: See `ReplyOptions`.

        Raises:
            NotFoundError: If there is no such conversation.
            HeldError: If another admin holds it.
            StaleVersionError: If it changed hands since the version that the admin saw.
            WrongPersonError: If it is another person's than `recipient_id`.
            OutsideWindowError: If the reply window is over; its text is for the admin.
            IdempotencyKeyError: If the key was used for another reply.
            InvalidInputError: If the content breaks a limit.
            StoreError: If the store failed; nothing was written.
        """
        conversation = await self.conversation(conversation_id)
        reply = PersonsReply(
            conversation_id=conversation_id,
            admin_id=admin_id,
            parts=parts_of(content),
            key=idempotency_key,
            fingerprint=fingerprint,
            options=options,
            human_agent=self._client_for(conversation.page_id).human_agent,
        )
        writing = self._write(partial(person_replies, reply=reply, moment=self._moment()))
        replied = await self._audited(writing, admin_id, "reply", conversation_id)
        # By then it may pass what the bot has sent and nobody knows of.
        asyncio.get_running_loop().call_later(_PASSES, self._wake)
        return replied

    async def control(self, conversation_id: UUID, command: Command) -> Controlled:
        """Take a conversation, give it back, end it, or switch the bot in it.

        Raises:
            NotFoundError: If there is no such conversation.
            StaleVersionError: If it changed hands since the version that the admin saw.
            HeldError: If another admin holds it.
            TransitionError: If it cannot be done there.
            StoreError: If the store failed; nothing was changed.
        """
        step = partial(
            control, conversation_id=conversation_id, command=command, moment=self._moment()
        )
        what = command.control.value
        return await self._audited(self._write(step), command.admin_id, what, conversation_id)

    async def assign(self, admin_id: str, conversation_id: UUID) -> Controlled:
        """Give a conversation into an admin's hands; otherwise as `control`."""
        command = Command(control=Control.ASSIGN_HUMAN, admin_id=admin_id)
        return await self.control(conversation_id, command)

    async def release(self, admin_id: str, conversation_id: UUID) -> Controlled:
        """Give a conversation back to the bot; otherwise as `control`."""
        command = Command(control=Control.RELEASE_HUMAN, admin_id=admin_id)
        return await self.control(conversation_id, command)

    async def set_priority(
        self, admin_id: str, conversation_id: UUID, priority: int
    ) -> Conversation:
        """Give a conversation another priority, 1 to 5; 5 is the most urgent.

        Raises:
            NotFoundError: If there is no such conversation.
            InvalidInputError: If it is no priority.
        """
        step = partial(
            set_priority,
            conversation_id=conversation_id,
            admin_id=admin_id,
            priority=priority,
            moment=self._moment(),
        )
        return await self._audited(self._write(step), admin_id, "set_priority", conversation_id)

    async def mark_human_replied(self, admin_id: str, message_id: UUID) -> Message:
        """Note that a person has answered a message, here or elsewhere.

        Raises:
            NotFoundError: If there is no such message.
        """
        return await self._write(
            partial(
                mark_human_replied,
                message_id=message_id,
                admin_id=admin_id,
                moment=self._moment(),
            )
        )

    async def settle(self, admin_id: str, message_id: UUID, settlement: Settlement) -> Message:
        """Decide about a message of which nobody knows, or send one again that failed.

        Returns:
            The message; after `Settlement.RESEND` the new one.

        Raises:
            NotFoundError: If there is no such message, or it was not sent from here.
            TransitionError: If there is nothing to decide.
            MessengerError: As `reply`, if it is to be sent again.
        """
        message = await self.message(message_id)
        conversation = await self.conversation(message.conversation_id)
        step = partial(
            settle,
            message_id=message_id,
            admin_id=admin_id,
            settlement=settlement,
            moment=self._moment(),
            human_agent=self._client_for(conversation.page_id).human_agent,
        )
        return await self._audited(self._write(step), admin_id, settlement.value, conversation.id)

    async def replay(self, admin_id: str, key: str) -> bool:
        """Give a dead event to the handler again; return whether there was one."""
        again = partial(replay, key=key, admin_id=admin_id, moment=self._moment())
        return await self._write(again)

    async def erase(self, admin_id: str, page_id: str, psid: str) -> bool:
        """Delete all that is known of a person; return whether anything was.

        What admins did stays, without any word of the person's, and so does its chain.
        """
        return await self._write(
            partial(erase, page_id=page_id, psid=psid, admin_id=admin_id, moment=self._moment())
        )

    async def export(self, page_id: str, psid: str) -> dict[str, object]:
        """Return all that is known of a person, as JSON can hold it.

        Raises:
            NotFoundError: If nothing is.
        """
        return await self._store.read(partial(export, page_id=page_id, psid=psid))

    async def _write(self, work: Callable[[Transaction], T]) -> T:
        done = await self._store.write(work)
        self._wake()
        return done

    def _wake(self) -> None:
        """Let whoever works or looks know that something was written."""
        self._changed.ring()

    async def _audited(
        self, acting: Awaitable[T], admin_id: str, action: str, conversation_id: UUID
    ) -> T:
        try:
            return await acting
        except _REFUSALS as error:
            refused = partial(
                refuse,
                conversation_id=conversation_id,
                admin_id=admin_id,
                action=action,
                error=error,
                moment=self._moment(),
            )
            await self._store.write(refused)
            raise
