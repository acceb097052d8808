"""Floor 7: what admins do at a desk: send, take, give back, decide; each for what they may see."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from messengerkit.desk import (
    Command,
    Content,
    Control,
    Conversation,
    Desk,
    Message,
    Replied,
    ReplyOptions,
    Settlement,
)
from messengerkit.errors import StoreError
from messengerkit.messages import SendResult, Text
from messengerkit.uploads import Uploaded

from .backend import Data, Sendable, Written
from .desk_ended import ARRIVED, delivery_of, problem_of
from .desk_json import conversation_json, message_json
from .desk_looking import DeskLooking
from .desk_schemas import ControlRequest, SettleRequest
from .identity import AdminIdentity
from .media import media
from .schemas import AdminAttachmentRequest, AdminMessageRequest
from .upload import AdminUpload
from .uploading import uploaded

_MOST_FILES = 1000  # of which it is remembered under which id Meta has them


class DeskActing(DeskLooking):
    """What admins do at a desk."""

    def __init__(
        self,
        desk: Desk,
        *,
        clock: Callable[[], datetime],
        within: float,
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(desk, clock=clock, monotonic=monotonic)
        self._within = within
        self._files: OrderedDict[tuple[str, str], Uploaded] = OrderedDict()

    async def send_once(self, admin: AdminIdentity, asked: Sendable, key: str | None, /) -> Written:
        """Write down what is *asked*, and tell how far it has come, after a few seconds at most.

        Raises:
            MessengerError: As `Desk.reply`: nothing was written down.
        """
        conversation = await self._seen(admin, asked.conversation_id)
        options = ReplyOptions(
            recipient_id=asked.recipient_id,
            version=asked.version,
            take_over=asked.take_over,
            reply_to=asked.reply_to,
        )
        content, fingerprint = await self._content(conversation, asked)
        replied = await self.desk.reply(
            admin.admin_id,
            conversation.id,
            content,
            idempotency_key=key,
            fingerprint=fingerprint,
            **options,
        )
        return await self._written(conversation, replied)

    async def control(self, admin: AdminIdentity, asked: ControlRequest, /) -> Data:
        """Do what is *asked* with a conversation; the bot's messages that left are told."""
        conversation = await self._seen(admin, asked.conversation_id)
        command = Command(
            control=Control(asked.action),
            admin_id=admin.admin_id,
            note=asked.note,
            version=asked.version,
            take_over=asked.take_over,
        )
        if asked.reason is not None:
            command = replace(command, reason=asked.reason)
        done = await self.desk.control(conversation.id, command)
        return {
            "conversation": conversation_json(done.conversation),
            "bot_in_flight": _ids(done.in_flight),
        }

    async def set_priority(
        self, admin: AdminIdentity, conversation_id: str, priority: int, /
    ) -> Data:
        """Give a conversation another priority."""
        conversation = await self._seen(admin, conversation_id)
        now = await self.desk.set_priority(admin.admin_id, conversation.id, priority)
        return {"conversation": conversation_json(now)}

    async def mark_human_replied(self, admin: AdminIdentity, message_id: str, /) -> Data:
        """Note that a person has answered a message."""
        _, message = await self._seen_message(admin, message_id)
        now = await self.desk.mark_human_replied(admin.admin_id, message.id)
        return {"message": message_json(now)}

    async def settle(self, admin: AdminIdentity, message_id: str, asked: SettleRequest, /) -> Data:
        """Decide about a message of which nobody could find out; a new one comes of `resend`."""
        _, message = await self._seen_message(admin, message_id)
        settlement = Settlement(asked.settlement)
        now = await self.desk.settle(admin.admin_id, message.id, settlement)
        return {"message": message_json(now)}

    async def _content(
        self, conversation: Conversation, asked: Sendable
    ) -> tuple[Sequence[Content], str | None]:
        """Return what is sent, and what tells it from another if it does not itself."""
        match asked:
            case AdminMessageRequest():
                return [Text(asked.message_text), *map(media, asked.attachments)], None
            case AdminAttachmentRequest():
                return [media(asked)], None
            case _:
                # Its id at Meta is another one each time that it is uploaded.
                fingerprint = await asyncio.to_thread(_fingerprint, asked)
                known = await self._uploaded(conversation.page_id, asked, fingerprint)
                return [known.message()], fingerprint

    async def _uploaded(self, page_id: str, upload: AdminUpload, fingerprint: str) -> Uploaded:
        known = self._files.get((page_id, fingerprint))
        if known is None:
            known = await uploaded(self.desk.client_for(page_id), upload)
            self._files[page_id, fingerprint] = known
            if len(self._files) > _MOST_FILES:
                self._files.popitem(last=False)
        return known

    async def _written(self, conversation: Conversation, replied: Replied) -> Written:
        messages, result = replied.messages, None
        try:
            messages = await self._ended(replied)
            conversation = await self.desk.conversation(conversation.id)
            result = await self._result(conversation, messages[0])
        except StoreError:
            pass  # it is written down, and will be sent: an error would have it sent again
        return Written(
            delivery=delivery_of(messages),
            result=result,
            problem=problem_of(messages),
            data={
                "messages": _ids(messages),
                "statuses": [one.status and one.status.value for one in messages],
                "bot_in_flight": _ids(replied.in_flight),
                "conversation": conversation_json(conversation),
            },
            replayed=replied.replayed,
        )

    async def _ended(self, replied: Replied) -> tuple[Message, ...]:
        *before, last = replied.messages
        ended = await self.desk.outcome(last.id, within=self._within)
        return (*[await self.desk.message(one.id) for one in before], ended)

    async def _result(self, conversation: Conversation, message: Message) -> SendResult | None:
        if message.mid is None or message.status not in ARRIVED:
            return None
        send = await self.desk.send_of(message.id)
        attempts = 1 if send is None else send.row.attempts
        return SendResult(recipient_id=conversation.psid, message_id=message.mid, attempts=attempts)


def _fingerprint(upload: AdminUpload) -> str:
    # A type has no blank, and a name may have any: it stands last.
    digest = hashlib.sha256(upload.data).hexdigest()
    return f"file {digest} {upload.type} {upload.content_type} {upload.filename or ''}"


def _ids(messages: Sequence[Message]) -> list[str]:
    return [str(one.id) for one in messages]
