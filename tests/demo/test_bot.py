"""The demo's bot at work: each event answered once, in order, unless a person has it."""

import asyncio
import logging

import pytest
from demo.kit import PSID, events_of, message
from typing_extensions import override

from messengerkit import MessengerClient
from messengerkit.demo import bot as bot_module
from messengerkit.demo import faq
from messengerkit.demo.bot import Bot
from messengerkit.demo.conversations import Conversation, Conversations
from messengerkit.sandbox import Fault, Sandbox

STRANGER = "24999999999999999"
HOURS = "We are open every day from 8 to 18."


async def test_an_event_delivered_again_is_answered_once(
    bot: Bot, sandbox: Sandbox, conversations: Conversations
) -> None:
    """Meta delivers some events twice; their key is the same, and the person hears it once."""
    (event,) = events_of(message("open?"))
    bot.take([event, event])
    bot.take(events_of(message("open?")))
    await bot.drain()

    assert [(one.psid, one.text) for one in sandbox.delivered] == [(PSID, HOURS)]
    assert [(one.sender_type, one.text) for one in conversations.of(PSID).entries] == [
        ("user", "open?"),
        ("bot", HOURS),
    ]


async def test_the_same_words_again_are_another_event(bot: Bot, sandbox: Sandbox) -> None:
    """Who asks twice is answered twice."""
    bot.take(events_of(message("open?"), message("open?", mid="m_2")))
    await bot.drain()

    assert [one.text for one in sandbox.delivered] == [HOURS, HOURS]


async def test_events_are_answered_in_their_order(bot: Bot, sandbox: Sandbox) -> None:
    """A person is answered in the order of the questions."""
    bot.take(events_of(message("wifi?"), message("open?", mid="m_2")))
    await bot.drain()

    assert [one.text.split()[0] for one in sandbox.delivered] == ["Yes,", "We"]


async def test_one_failure_stops_no_other_answer(
    bot: Bot, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, conversations: Conversations
) -> None:
    """A send that Meta refuses is logged with what to do, and the next event is answered."""
    bot.take(events_of(message("open?", psid=STRANGER), message("open?")))
    await bot.drain()

    assert [one.psid for one in sandbox.delivered] == [PSID]
    (record,) = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.name == "messengerkit.demo"
    assert "ids are page-scoped" in record.getMessage() or "sender id" in record.getMessage()
    assert [one.sender_type for one in conversations.of(STRANGER).entries] == ["user"]


async def test_who_asks_for_a_person_is_told_once_and_then_waits(
    bot: Bot, sandbox: Sandbox, conversations: Conversations
) -> None:
    """The bot announces a person and is silent from then on."""
    bot.take(events_of(message("A person, please"), message("open?", mid="m_2")))
    await bot.drain()

    assert [one.text.split(",")[0] for one in sandbox.delivered] == ["One moment"]
    assert conversations.of(PSID).status == "escalated"
    assert [one.text for one in conversations.of(PSID).entries if one.sender_type == "user"] == [
        "A person, please",
        "open?",
    ]


async def test_the_bot_is_silent_while_a_person_has_it(
    bot: Bot, sandbox: Sandbox, conversations: Conversations
) -> None:
    """What the person writes is kept for the admin, and answered by the admin alone."""
    conversations.of(PSID).human_wrote("Alice here")
    bot.take(events_of(message("open?")))
    await bot.drain()

    assert sandbox.delivered == ()
    assert [one.text for one in conversations.of(PSID).entries] == ["Alice here", "open?"]


@pytest.mark.parametrize(
    "item",
    [
        {"sender": {"id": PSID}, "postback": {"payload": "p"}},
        {"sender": {"id": PSID}, "message": {"mid": "m_1", "text": "Hi", "is_echo": True}},
        {"message": {"mid": "m_1", "text": "Nobody's"}},
        {"sender": {"id": PSID}, "delivery": {"watermark": 1}},
    ],
    ids=["postback", "echo", "nobody's", "delivery"],
)
async def test_only_what_a_person_writes_is_answered(
    bot: Bot, sandbox: Sandbox, item: dict[str, object]
) -> None:
    """Everything else passes, and so does what comes after it."""
    bot.take(events_of(item, message("open?", mid="m_2")))
    await bot.drain()

    assert [one.text for one in sandbox.delivered] == [HOURS]


async def test_shutting_down_does_not_wait_for_ever(
    bot: Bot, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Meta does not answer holds the shutdown for `DRAIN` seconds, not longer."""
    monkeypatch.setattr(bot_module, "DRAIN", 0.0)
    sandbox.script(Fault.commit_then_silence())
    bot.take(events_of(message("open?")))
    await sandbox.wait_for_delivery(PSID)

    with pytest.raises(TimeoutError):
        await bot.drain()


class Forgetful(Conversations):
    """Conversations that break for a stranger."""

    @override
    def of(self, psid: str) -> Conversation:
        """Return the conversation with *psid*, unless it breaks."""
        if psid == STRANGER:
            raise ZeroDivisionError
        return super().of(psid)


async def test_a_crash_stops_no_other_answer(client: MessengerClient, sandbox: Sandbox) -> None:
    """`run` promises that one event's failure stops no other; a bug of the bot's is a failure."""
    bot = Bot(client, Forgetful(), faq.load())
    bot.take(events_of(message("open?", psid=STRANGER), message("open?")))
    work = asyncio.create_task(bot.run())
    await asyncio.wait({work, asyncio.create_task(bot.drain())}, return_when="FIRST_COMPLETED")
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)

    assert [one.psid for one in sandbox.delivered] == [PSID]
