"""What happens is told in short lines, each thing once, and no word too many."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from demo.kit import HOURS, PATIENCE

from messengerkit.demo.news import News, tell_news
from messengerkit.demo.stage import Stage
from messengerkit.desk import (
    Change,
    ChangeKind,
    Conversation,
    Message,
    MessageStatus,
    Sender,
    Status,
    Update,
)

NOW = datetime(2027, 1, 1, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)
ANA = Conversation(id=ONE, page_id="1", psid="24000000000000001")


def of(conversation: Conversation | None, message: Message | None = None) -> Update:
    """Return an update of *conversation*, or of *message* in it."""
    kind = ChangeKind.CONVERSATION if message is None else ChangeKind.MESSAGE
    about = None if message is None else message.id
    return Update(Change(kind, ONE, about, NOW), conversation, message)


def said(sender: Sender, status: MessageStatus | None = None, **more: str) -> Message:
    """Return a message."""
    text, by, error = more.get("text", "Hi"), more.get("by"), more.get("error")
    return Message(
        id=OTHER,
        conversation_id=ONE,
        sender=sender,
        text=text or None,
        attachments=() if text else ({"type": "image"}, {"type": "file"}),
        status=status,
        sent_by=by,
        error=error,
        created_at=NOW,
    )


def news(*, words: bool = True) -> News:
    """Return news in which everybody is called Ana."""
    return News(lambda _psid: "Ana", words=words)


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (said(Sender.USER), "Ana: Hi"),
        (said(Sender.USER, text=""), "Ana: [image] [file]"),
        (said(Sender.USER, text="a\n\n b\x1b[2J"), "Ana: a b\N{REPLACEMENT CHARACTER}[2J"),
        (said(Sender.USER, text="x" * 101), f"Ana: {'x' * 100}…"),
        (said(Sender.BOT, MessageStatus.SENT), "the bot → Ana: Hi"),
        (said(Sender.HUMAN, MessageStatus.READ, by="bob"), "bob → Ana: Hi"),
        (said(Sender.HUMAN, MessageStatus.SENT), "the Page inbox → Ana: Hi"),
        (said(Sender.HUMAN, by="bob"), "bob notes about Ana: Hi"),
        (said(Sender.BOT, MessageStatus.CANCELLED), "the bot → Ana: cancelled"),
        (
            said(Sender.BOT, MessageStatus.REJECTED, error="OutsideWindowError"),
            "the bot → Ana: rejected, OutsideWindowError",
        ),
    ],
)
def test_a_message_is_a_line(message: Message, line: str) -> None:
    """Who, to whom, and what; and how it ended, if it did not arrive."""
    assert list(news().lines(of(ANA, message))) == [line]


def test_a_message_is_told_when_it_has_left_and_once() -> None:
    """Not that it is on its way, nor each mark that follows."""
    told = news()
    statuses = (
        MessageStatus.QUEUED,
        MessageStatus.IN_FLIGHT,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
    )

    assert [line for one in statuses for line in told.lines(of(ANA, said(Sender.BOT, one)))] == [
        "the bot → Ana: Hi"
    ]


def test_without_words_it_tells_that_something_was_said() -> None:
    """At Meta people are real, and a terminal's lines may be kept."""
    told = news(words=False)

    assert list(told.lines(of(ANA, said(Sender.USER)))) == ["Ana"]
    assert list(told.lines(of(ANA, said(Sender.HUMAN, MessageStatus.SENT, by="bob")))) == [
        "bob → Ana"
    ]


def test_a_conversation_is_a_line_when_it_changes_hands() -> None:
    """From the bot to somebody, and back; that it began is told by its first message."""
    told = news()
    waiting = ANA.escalate("asked for a person", at=NOW)
    held = waiting.assign("bob")
    steps = (
        ANA,
        waiting,
        waiting.set_priority(5),
        held,
        held.release("bob"),
        ANA.page_wrote(at=NOW),
        held.resolve("bob"),
        held.close("bob"),
    )

    assert held.status is Status.ESCALATED
    assert [line for one in steps for line in told.lines(of(one))] == [
        "Ana waits for a person: asked for a person",
        "bob has Ana",
        "the bot has Ana again",
        "the Page inbox has Ana",
        "Ana: resolved",
        "Ana: closed",
    ]


def test_what_was_erased_has_no_name() -> None:
    """Nothing is known of them any more."""
    assert list(news().lines(of(None))) == ["All that was known of a person was erased."]


async def test_it_tells_until_the_desk_closes(stage: Stage) -> None:
    """What really happens, as it happens; and it ends."""
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith("the bot"):
            closing.append(asyncio.create_task(stage.desk.aclose()))

    closing: list[asyncio.Task[None]] = []
    telling = asyncio.create_task(
        tell_news(stage.desk, lambda _psid: stage.ana.name, say, words=True)
    )
    await stage.ana.writes("When do you open?")
    async with asyncio.timeout(PATIENCE):
        await telling
        await asyncio.gather(*closing)

    assert lines == ["Ana Example: When do you open?", f"the bot → Ana Example: {HOURS}"]


def test_not_all_that_was_told_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend that runs for months has room for the last things."""
    monkeypatch.setattr("messengerkit.demo.news._MOST", 1)
    told = news()
    first, second = (replace(said(Sender.USER), id=UUID(int=number)) for number in (3, 4))
    lines = [list(told.lines(of(ANA, one))) for one in (first, first, second, second, first)]

    assert lines == [["Ana: Hi"], [], ["Ana: Hi"], [], ["Ana: Hi"]]
