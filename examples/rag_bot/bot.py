"""The bot: answers guests from the café's own pages, and calls a colleague where it should.

The desk runs it at least once for each message. Its n-th reply to a message is sent once, so
whatever it is run for, its replies come in the same order: words first, a picture last. It says
that a colleague will come before it calls one; if it dies in between, it is run again.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from messengerkit import MessageReceived, Postback
from messengerkit.desk import Message, Turn
from messengerkit.events import Attachment

from .asking import wants_a_person
from .model import write_answer
from .passage import Passage
from .phrases import GREETING, phrases_for
from .pictures import Pictures
from .retrieval import Retrieval
from .words import words

GET_STARTED = "GET_STARTED"
"""The payload of your page's Get Started button."""

LEAST = 0.5
"""How sure the bot must be of an answer: see `Retrieval`."""

Writer: TypeAlias = Callable[[str, Sequence[Passage], Sequence[Message]], Awaitable[str]]
"""Makes an answer: see `write_answer`."""


class CafeBot:
    """A handler for a `Desk`.

    Args:
        retrieval: What finds passages; by default in the files beside this one.
        write: What makes an answer of them.
        least: How sure it must be.
    """

    def __init__(
        self,
        retrieval: Retrieval | None = None,
        *,
        write: Writer = write_answer,
        least: float = LEAST,
    ) -> None:
        self._retrieval = retrieval or Retrieval()
        self._write = write
        self._least = least
        self._pictures = Pictures()

    async def __call__(self, turn: Turn) -> None:
        """Answer one message, or call a colleague."""
        if not turn.bot_may_answer:
            return  # a person has the conversation; the desk has kept the message
        say = phrases_for(turn.text)
        match turn.event:
            case Postback(payload=payload) if payload == GET_STARTED:
                await turn.reply(GREETING)
            case MessageReceived(attachments=attachments) if any(map(_needs_eyes, attachments)):
                await self._call(turn, say.attachment, "sent something to look at")
            case MessageReceived() | Postback() if wants_a_person(turn.text):
                await self._call(turn, say.person, "asked for a person")
            case MessageReceived() | Postback() if words(turn.text):
                await self._answer(turn)
            case MessageReceived() | Postback():  # a sticker, a thumb, "???"
                await turn.reply(say.wordless)
            case _:
                pass

    async def _answer(self, turn: Turn) -> None:
        unsure = phrases_for(turn.text).unsure
        found = self._retrieval.find(turn.text)
        if found.confidence < self._least:
            await self._call(turn, unsure, f"low confidence: {found.confidence:.2f}")
            return
        answer = await self._write(turn.text, found.passages, await turn.history())
        if not answer.strip():
            await self._call(turn, unsure, "the café's pages do not say")
            return
        await turn.reply(answer)
        await self._show(turn, found.passages[0].picture)

    async def _show(self, turn: Turn, name: str | None) -> None:
        # A reply of its own, after the words. What is replied is only queued here, and Meta may
        # refuse a picture when nobody listens any more: in one reply with it, and behind it, the
        # words would be cancelled. So they have left before, and can do without it.
        if name is not None and (picture := await self._pictures.get(turn, name)) is not None:
            await turn.reply(picture)

    async def _call(self, turn: Turn, said: str, reason: str) -> None:
        await turn.reply(said)
        await turn.escalate(reason)


def _needs_eyes(attachment: Attachment) -> bool:
    # A "fallback" is the preview of a link, and the link stands in the text.
    return attachment.type not in {"fallback", "sticker"} and attachment.sticker_id is None
