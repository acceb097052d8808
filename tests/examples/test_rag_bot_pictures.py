"""The pictures of the café's bot, on the sandbox: the words come first, and come in any case."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from conftest import PSID
from desk.kit import wrote
from examples.rag_bot import CafeBot
from examples.rag_bot.pages import load
from examples.rag_bot.pictures import Pictures
from waits import Waits

from messengerkit import MessengerClient
from messengerkit.desk import Conversation, Desk, MemoryStore, MessageStatus, Sender, Turn
from messengerkit.desk import Message as Kept
from messengerkit.sandbox import Fault, Sandbox
from messengerkit.uploads import Uploaded

WHERE, WIFI = "Where are you?", "Do you have wifi?"
SAID = {it.entry: it.text for it in load() if it.part == 0}
SENT, REJECTED = MessageStatus.SENT, MessageStatus.REJECTED
PATIENCE = 10.0


@dataclass
class Cafe:
    """A desk with the bot, and a guest.

    Attributes:
        sandbox: Where the guest is.
        desk: The desk.
        done: Is told of each message that the bot is done with.
    """

    sandbox: Sandbox
    desk: Desk
    done: asyncio.Queue[str]
    _asked: list[str] = field(default_factory=list[str])

    async def asked(self, text: str) -> list[Kept]:
        """Let the guest write; return what the bot has said, with how its sending has ended."""
        self._asked.append(await self.sandbox.person_writes(PSID, text))
        page, now = self.sandbox.page.id, datetime.now(UTC)
        told = wrote(text, {"person": PSID, "page": page, "at": now}, mid=self._asked[-1])
        before = await self._said()
        await self.desk.take([told])
        async with asyncio.timeout(PATIENCE):
            await self.done.get()
        new = [one for one in await self._said() if one not in before]
        return [await self.desk.outcome(one.id, within=PATIENCE) for one in new]

    async def _said(self) -> list[Kept]:
        known = await self.desk.conversation_of(self.sandbox.page.id, PSID)
        said = () if known is None else await self.desk.messages(known.id)
        return [one for one in said if one.sender is Sender.BOT][::-1]

    @property
    def uploads(self) -> int:
        """How often a picture was uploaded."""
        return len(self.sandbox.ledger.calls("POST", ends="/message_attachments"))


@pytest.fixture
async def cafe(sandbox: Sandbox, waits: Waits) -> AsyncIterator[Cafe]:
    """Open the café."""
    bot, done = CafeBot(), asyncio.Queue[str]()

    async def noted(turn: Turn) -> None:
        await bot(turn)
        done.put_nowait(turn.text)

    async with (
        MessengerClient(
            page_access_token=sandbox.page.access_token, graph_url=sandbox.url, sleep=waits
        ) as client,
        Desk(client, MemoryStore(), handler=noted) as desk,
    ):
        yield Cafe(sandbox, desk, done)


async def test_the_words_come_first_and_then_the_picture(cafe: Cafe) -> None:
    """It is uploaded once, however often it is sent."""
    first, again = await cafe.asked(WHERE), await cafe.asked("What is your address?")

    assert [one.text for one in first] == [SAID[WHERE], None]
    assert [one.attachments[0]["type"] for one in first[1:]] == ["image"]
    assert {one.status for one in [*first, *again]} == {SENT}
    assert [one.text for one in cafe.sandbox.delivered] == [SAID[WHERE], "", SAID[WHERE], ""]
    assert cafe.uploads == 1


@pytest.mark.parametrize(
    ("question", "entry"),
    [("menu", "Menu"), ("How much is the mohinga?", "Mohinga"), ("မြေပုံ", "ဆိုင် ဘယ်မှာလဲ")],
)
async def test_each_picture_can_be_sent(cafe: Cafe, question: str, entry: str) -> None:
    """The cup, the bowl and the map."""
    words, picture = await cafe.asked(question)

    assert (words.text, words.status, picture.status) == (SAID[entry], SENT, SENT)


async def test_without_a_picture_there_are_the_words(cafe: Cafe) -> None:
    """Meta does not take the file; the next time it does."""
    cafe.sandbox.script(Fault.graph_error(100, 2018047), path="message_attachments")

    assert [one.text for one in await cafe.asked(WHERE)] == [SAID[WHERE]]
    assert [one.text for one in await cafe.asked(WHERE)] == [SAID[WHERE], None]
    assert [one.text for one in cafe.sandbox.delivered] == [SAID[WHERE], SAID[WHERE], ""]


async def test_a_picture_that_meta_refuses_takes_no_words_with_it(cafe: Cafe) -> None:
    """It is forgotten, and uploaded anew for the next one who asks in this conversation."""
    await cafe.asked(WHERE)
    cafe.sandbox.advance("91d")  # Meta has forgotten it by then, and the bot does not know

    assert [one.status for one in await cafe.asked(WHERE)] == [SENT, REJECTED]
    assert [one.text for one in await cafe.asked(WIFI)] == [SAID[WIFI]]
    assert [one.status for one in await cafe.asked(WHERE)] == [SENT, SENT]
    texts = [one.text for one in cafe.sandbox.delivered]
    assert texts == [SAID[WHERE], "", SAID[WHERE], SAID[WIFI], SAID[WHERE], ""]
    assert cafe.uploads == 2


@dataclass
class Asking:
    """What a turn has that a picture needs; what is uploaded has the next number.

    Attributes:
        page_id: Whose turn it is.
    """

    page_id: str

    @property
    def conversation(self) -> Conversation:
        """The guest's."""
        return Conversation(id=uuid4(), page_id=self.page_id, psid=PSID)

    @property
    def client(self) -> "Asking":
        """What uploads."""
        return self

    async def upload(self, _kind: str, *, path: Path) -> Uploaded:
        """Take a file."""
        assert path.name == "map.png"
        return Uploaded(kind="image", attachment_id=str(next(_NUMBERS)))

    async def history(self) -> Sequence[Kept]:
        """Say that nothing was said yet."""
        return ()


_NUMBERS = count(1)


async def test_each_page_has_an_upload_of_its_own_and_a_new_one_in_time() -> None:
    """An id is good on the page that uploaded it, and for 90 days."""
    now = [0.0]
    pictures = Pictures(clock=lambda: now[0])

    async def got(page_id: str) -> object:
        return await pictures.get(cast("Turn", Asking(page_id)), "map.png")

    one, other = await got("1"), await got("2")
    assert one != other
    now[0] = 59 * 24 * 3600.0
    assert (await got("1"), await got("2")) == (one, other)
    now[0] = 61 * 24 * 3600.0
    assert await got("1") not in {one, other}
