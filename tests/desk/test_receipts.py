"""Receipts and echoes: what moves a message of the page on, in whatever order it is told."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import permutations

import pytest
from desk.kit import AT, Office, Told, event, wrote
from once.graph_play import ANA

from messengerkit import Image, events
from messengerkit.delivery import Evidence, State
from messengerkit.desk import DeskSettings, Message, MessageStatus, Sender
from messengerkit.threads import PAGE_INBOX

SECOND = timedelta(seconds=1)
LATER = int((AT + 60 * SECOND).timestamp() * 1000)


async def sending(state: State, mid: str | None = None) -> tuple[Office, Message]:
    """Return an office in which the bot's answer is so far."""
    office = Office()
    await office.book(wrote())
    message = await office.bot("Hi")
    await office.move(message, State.IN_FLIGHT)
    if state is not State.IN_FLIGHT:
        await office.move(message, state, mid)
    office.later(seconds=90)
    return office, message


def echo(office: Office, message: Message, mid: str = "m_1", **fields: object) -> events.Event:
    """Return the echo of our own send."""
    metadata = f"mk1:{message.id.hex}"
    about = {"mid": mid, "metadata": metadata, "text": "Hi", **fields}
    return event(events.MessageEcho, Told(at=office.now), **about)


async def test_an_echo_before_the_answer_settles_the_send() -> None:
    """It makes no second message, and whoever waits for it is to be told."""
    office, message = await sending(State.IN_FLIGHT)

    booked = await office.book(echo(office, message))

    row = (await office.send_of(message)).row
    assert (row.state, row.evidence, row.mid) == (State.SENT, Evidence.ECHO, "m_1")
    assert row.parameters == {}
    assert booked.echoes == [("104000000000001", row.nonce, "m_1")]
    held = await office.seen(message)
    assert (held.status, held.mid, held.sender) == (MessageStatus.SENT, "m_1", Sender.BOT)
    assert len(await office.messages()) == 2


async def test_an_echo_after_the_answer_changes_nothing() -> None:
    """The answer was proof enough."""
    office, message = await sending(State.SENT, "m_1")
    before = await office.send_of(message)
    held = await office.seen(message)

    await office.book(echo(office, message))

    assert await office.send_of(message) == before
    assert await office.seen(message) == held


async def test_an_echo_of_one_person_is_not_believed_of_another() -> None:
    """Whoever could write metadata could settle what is not theirs."""
    office, message = await sending(State.IN_FLIGHT)
    told = Told(person="24000000000000999", at=office.now)
    await office.book(wrote("I am another", told))
    metadata = f"mk1:{message.id.hex}"

    await office.book(event(events.MessageEcho, told, mid="m_x", metadata=metadata))

    assert (await office.send_of(message)).row.state is State.IN_FLIGHT


async def test_a_late_echo_wins_over_unconfirmed() -> None:
    """However late it comes."""
    office, message = await sending(State.UNKNOWN)
    await office.move(message, State.UNCONFIRMED)

    await office.book(echo(office, message))

    assert (await office.seen(message)).status is MessageStatus.SENT


async def test_on_instagram_an_echo_is_known_by_what_it_says() -> None:
    """It carries no nonce, and may be here before the answer: nobody took the conversation."""
    for content, said in (
        ("Hi", {"text": "Hi"}),
        (Image(url="https://cdn.example/1"), {"text": None, "attachments": [{"type": "image"}]}),
    ):
        office = Office()
        told = Told(platform="instagram", at=AT)
        await office.book(wrote("Hello", told))
        first, second = await office.bot(content, "1"), await office.bot(content, "2")
        await office.move(first, State.IN_FLIGHT)

        about = {"metadata": None, "app_id": None, "mid": "m_1", **said}
        booked = await office.book(event(events.MessageEcho, told, **about))

        assert (await office.seen(first)).mid == "m_1"
        assert (await office.seen(second)).status is MessageStatus.QUEUED
        assert not (await office.conversation()).human_handling
        assert len(await office.messages()) == 3
        assert len(booked.echoes) == 1


@pytest.mark.parametrize(
    ("platform", "fields", "rules"),
    [
        ("instagram", {"text": "other"}, DeskSettings()),
        ("instagram", {"app_id": PAGE_INBOX}, DeskSettings()),
        ("instagram", {"app_id": 5}, DeskSettings(app_id=99)),
        ("messenger", {}, DeskSettings()),
    ],
)
async def test_what_a_person_writes_meanwhile_is_theirs(
    platform: str, fields: dict[str, object], rules: DeskSettings
) -> None:
    """The same words from another app, other words, or an echo that should carry a nonce."""
    office, message = await sending(State.IN_FLIGHT)
    office.rules = rules
    about = {"metadata": None, "app_id": None, "mid": "m_1", "text": "Hi", **fields}

    await office.book(event(events.MessageEcho, Told(platform=platform, at=office.now), **about))

    assert (await office.seen(message)).status is MessageStatus.IN_FLIGHT
    assert (await office.conversation()).human_handling


async def test_an_instagram_echo_that_is_known_already_settles_no_other() -> None:
    """The same words may be said twice."""
    office, first = await sending(State.SENT, "m_1")
    second = await office.bot("Hi", "2")
    await office.move(second, State.IN_FLIGHT)
    about = {"metadata": None, "app_id": None, "mid": "m_1", "text": "Hi"}

    await office.book(event(events.MessageEcho, Told(platform="instagram", at=office.now), **about))

    assert (await office.seen(second)).status is MessageStatus.IN_FLIGHT
    assert (await office.seen(first)).status is MessageStatus.SENT


async def test_the_echo_of_a_person_who_was_erased_brings_nobody_back() -> None:
    """The message was on its way; the person is not known any more."""
    office = Office()
    await office.book(event(events.MessageEcho, mid="m_1", metadata="mk1:" + 32 * "a"))
    assert await office.do(lambda it: it.conversations_of([("104000000000001", ANA)])) == {}

    await office.book(event(events.MessageEcho, mid="m_2", metadata="mk1:of_another_client"))
    assert len(await office.messages()) == 1


Step = Callable[[Office, Message], Awaitable[object]]

STEPS: dict[str, Step] = {
    "answer": lambda office, message: office.move(message, State.SENT, "m_1"),
    "echo": lambda office, message: office.book(echo(office, message)),
    "delivered": lambda office, _: office.book(
        event(events.MessageDelivered, mids=["m_1"], watermark=LATER)
    ),
    "read": lambda office, _: office.book(event(events.MessageRead, watermark=LATER)),
}


@pytest.mark.parametrize("order", list(permutations(STEPS)), ids=" ".join)
async def test_in_whatever_order_it_is_told_it_was_read(order: tuple[str, ...]) -> None:
    """An answer after the echo, a receipt before either: the end is the same."""
    office, message = await sending(State.IN_FLIGHT)
    seen: list[MessageStatus | None] = []
    for step in order:
        await STEPS[step](office, message)
        seen.append((await office.seen(message)).status)

    assert seen[-1] is MessageStatus.READ
    rank = [
        MessageStatus.IN_FLIGHT,
        MessageStatus.SENT,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
    ]
    places = [rank.index(one) for one in seen if one is not None]
    assert places == sorted(places)
    assert (await office.seen(message)).metadata.keys() == {"sent_at"}


@pytest.mark.parametrize("state", [State.IN_FLIGHT, State.UNKNOWN, State.UNCONFIRMED])
async def test_a_receipt_proves_nothing_of_what_may_not_be_out(state: State) -> None:
    """A time is no proof; it counts once the message is known to be there."""
    office, message = await sending(State.UNKNOWN if state is not State.IN_FLIGHT else state)
    if state is State.UNCONFIRMED:
        await office.move(message, state)
    await office.book(event(events.MessageRead, watermark=LATER))
    assert (await office.seen(message)).status is MessageStatus(state.value)

    await office.book(echo(office, message))

    assert (await office.seen(message)).status is MessageStatus.READ


async def test_a_receipt_of_before_the_message_is_not_about_it() -> None:
    """Neither at once nor later, nor where it was sent again after the receipt."""
    before = int((AT - SECOND).timestamp() * 1000)
    office, message = await sending(State.IN_FLIGHT)
    await office.book(event(events.MessageRead, watermark=before))
    await office.book(event(events.MessageRead, Told(at=AT + SECOND), watermark=LATER))
    await office.move(message, State.QUEUED)
    await office.move(message, State.IN_FLIGHT)
    await office.move(message, State.SENT, "m_1")
    assert (await office.seen(message)).status is MessageStatus.SENT

    await office.book(event(events.MessageDelivered, mids=None, watermark=LATER))

    assert (await office.seen(message)).status is MessageStatus.SENT


async def test_instagram_tells_which_message_was_read() -> None:
    """Also before anybody knows the message."""
    read = event(events.MessageRead, Told(platform="instagram"), watermark=None, mid="m_1")
    for steps in (("answer", "read"), ("read", "answer")):
        office, message = await sending(State.IN_FLIGHT)
        for step in steps:
            if step == "read":
                await office.book(read)
            else:
                await office.move(message, State.SENT, "m_1")
            await office.book(event(events.MessageRead, watermark=None, mid="m_2"))

        assert (await office.seen(message)).status is MessageStatus.READ


async def test_a_receipt_that_names_nothing_tells_nothing() -> None:
    """Nor does one about what a person wrote."""
    office, message = await sending(State.SENT, "m_1")
    await office.book(
        event(events.MessageDelivered, mids=["m_Hello"], watermark=None),
        event(events.MessageRead, watermark=None),
    )

    assert (await office.seen(message)).status is MessageStatus.SENT
    assert (await office.messages())[0].status is None
