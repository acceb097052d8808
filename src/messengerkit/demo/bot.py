"""Floor 9: the demo's bot at work: events in, answers out, and silence while a person has it."""

import asyncio
import logging
from collections.abc import Sequence

from messengerkit.client import MessengerClient
from messengerkit.errors import MessengerError
from messengerkit.events import Event, MessageReceived

from .conversations import Conversations, Entry
from .faq import Faq, reply_to

_log = logging.getLogger("messengerkit.demo")

DRAIN = 10.0
"""Seconds that the events under way have on shutdown."""


class Bot:
    """Takes events at once and answers them one after another, in their order."""

    def __init__(self, client: MessengerClient, conversations: Conversations, faq: Faq) -> None:
        self._client = client
        self._conversations = conversations
        self._faq = faq
        self._waiting: asyncio.Queue[Event] = asyncio.Queue()

    def take(self, events: Sequence[Event]) -> None:
        """Take *events*, to answer them after Meta has been told that they arrived."""
        for event in events:
            self._waiting.put_nowait(event)

    async def run(self) -> None:
        """Answer until cancelled; one event's failure is logged and stops no other."""
        while True:
            event = await self._waiting.get()
            try:
                await self._answer(event)
            except MessengerError as error:
                _log.error("The bot could not answer: %s %s", error, error.advice)
            except Exception:  # noqa: BLE001  # a bug met by one event is no reason to leave the next
                _log.exception("The bot failed on one event.")
            finally:
                self._waiting.task_done()

    async def drain(self) -> None:
        """Wait until everything taken is answered.

        Raises:
            TimeoutError: If that takes too long.
        """
        async with asyncio.timeout(DRAIN):
            await self._waiting.join()

    async def _answer(self, event: Event) -> None:
        if not isinstance(event, MessageReceived) or event.sender_id is None:
            return
        conversation = self._conversations.of(event.sender_id)
        if event.key in conversation.seen:
            return  # delivered again by Meta
        conversation.seen.add(event.key)
        reply = reply_to(self._faq, event.text)
        answers = conversation.bot_may_answer
        conversation.user_wrote(event.text, requires_human=reply.requires_human)
        if answers:
            await self._client.send_text(event.sender_id, reply.text)
            conversation.entries.append(Entry(sender_type="bot", text=reply.text))
