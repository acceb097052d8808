"""The demo's bot at work: each event answered once, in order, unless a person has it."""

import pytest
from demo.kit import PSID, events_of, message

from messengerkit import Event, UserNotFoundError
from messengerkit.demo.bot import Bot
from messengerkit.demo.conversations import Conversations
from messengerkit.sandbox import Sandbox

STRANGER = "24999999999999999"
HOURS = "We are open every day from 8 to 18."


async def answer(bot: Bot, *events: Event) -> None:
    """Let *bot* have *events*, one after the other."""
    for event in events:
        await bot.answer(event)


async def test_an_event_delivered_again_is_answered_once(
    bot: Bot, sandbox: Sandbox, conversations: Conversations
) -> None:
    """Meta delivers some events twice; their key is the same, and the person hears it once."""
    (event,) = events_of(message("open?"))
    await answer(bot, event, event, *events_of(message("open?")))

    assert [(one.psid, one.text) for one in sandbox.delivered] == [(PSID, HOURS)]
    assert [(one.sender_type, one.text) for one in conversations.of(PSID).entries] == [
        ("user", "open?"),
        ("bot", HOURS),
    ]


async def test_the_same_words_again_are_another_event(bot: Bot, sandbox: Sandbox) -> None:
    """Who asks twice is answered twice."""
    await answer(bot, *events_of(message("open?"), message("open?", mid="m_2")))

    assert [one.text for one in sandbox.delivered] == [HOURS, HOURS]


async def test_events_are_answered_in_their_order(bot: Bot, sandbox: Sandbox) -> None:
    """A person is answered in the order of the questions."""
    await answer(bot, *events_of(message("wifi?"), message("open?", mid="m_2")))

    assert [one.text.split()[0] for one in sandbox.delivered] == ["Yes,", "We"]


async def test_what_meta_refuses_was_not_said(bot: Bot, conversations: Conversations) -> None:
    """An answer that was not accepted is raised, and is no part of the conversation."""
    with pytest.raises(UserNotFoundError):
        await answer(bot, *events_of(message("open?", psid=STRANGER)))

    assert [one.sender_type for one in conversations.of(STRANGER).entries] == ["user"]


async def test_who_asks_for_a_person_is_told_once_and_then_waits(
    bot: Bot, sandbox: Sandbox, conversations: Conversations
) -> None:
    """The bot announces a person and is silent from then on."""
    await answer(bot, *events_of(message("A person, please"), message("open?", mid="m_2")))

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
    await answer(bot, *events_of(message("open?")))

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
    await answer(bot, *events_of(item, message("open?", mid="m_2")))

    assert [one.text for one in sandbox.delivered] == [HOURS]
