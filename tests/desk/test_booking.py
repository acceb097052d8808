"""Booking: what each event of the webhook changes, once, and in whatever order they come."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from desk.kit import APP, AT, Office, Told, event, wrote
from once.graph_play import ANA, BEN

from messengerkit import events
from messengerkit.desk import DeskSettings, EventState, MessageStatus, Sender
from messengerkit.desk.taking import give_up
from messengerkit.threads import INSTAGRAM_INBOX, PAGE_INBOX

IMAGE = {"type": "image", "payload": {"url": "https://cdn.example/1", "more": [1]}}
LIKE = {"type": "like_heart"}
SECOND = timedelta(seconds=1)


async def test_a_message_is_kept_whole_and_its_conversation_made() -> None:
    """With every attachment, what was tapped, and what it answers."""
    office = Office()

    booked = await office.book(
        wrote(
            "Yes",
            attachments=[IMAGE, LIKE],
            quick_reply={"payload": "YES"},
            reply_to={"mid": "m_0"},
        )
    )

    (message,) = await office.messages()
    assert (booked.events, booked.turns) == (1, 1)
    assert message.attachments == (IMAGE, LIKE)
    assert (message.sender, message.text, message.mid) == (Sender.USER, "Yes", "m_Yes")
    assert message.metadata["payload"] == "YES"
    assert message.metadata["reply_to"] == "m_0"
    one = await office.conversation()
    assert (one.last_user_message_at, one.waiting_since) == (AT, AT)


async def test_attachments_of_a_change_are_kept_too() -> None:
    """Some Instagram accounts get their messages as changes."""
    office = Office()
    told = {
        "sender": {"id": ANA},
        "recipient": {"id": "17"},
        "timestamp": int(AT.timestamp() * 1000),
        "message": {"mid": "m_1", "attachments": [IMAGE]},
    }
    body = {
        "object": "instagram",
        "entry": [{"id": "17", "changes": [{"field": "messages", "value": told}]}],
    }

    await office.book(*events.parse_events(body))

    one = await office.conversation(page="17")
    (message,) = await office.do(lambda it: it.messages(one.id, None, 9))
    assert message.attachments == (IMAGE,)


async def test_every_event_is_booked_once() -> None:
    """Meta delivers again what it got no answer for."""
    office = Office()
    assert await office.take(wrote(), wrote()) == 1
    await office.book(wrote())

    booked = await office.book(wrote())

    assert booked.events == 0
    assert len(await office.messages()) == 1


async def test_what_is_told_twice_in_two_ways_is_one_message() -> None:
    """A postback that was overheard has no payload; told again, it has."""
    office = Office()
    overheard = event(events.Postback, {"standby": True}, mid="m_1", title="Tea", payload="TEA")
    told = event(events.Postback, mid="m_1", title="Tea", payload="TEA")

    quiet = await office.book(overheard)
    first = (await office.messages())[0]
    loud = await office.book(told)

    (message,) = await office.messages()
    assert (quiet.turns, loud.turns) == (0, 1)
    assert "payload" not in first.metadata
    assert (message.id, message.text, message.metadata["payload"]) == (first.id, "Tea", "TEA")


async def test_a_message_without_an_id_is_a_new_one_each_time() -> None:
    """Hand-made tests have none; two taps on an old button neither."""
    office = Office()
    await office.book(wrote("a", mid=None), wrote("b", mid=None))

    assert [one.text for one in await office.messages()] == ["a", "b"]


async def test_what_is_about_nobody_is_done() -> None:
    """It makes no conversation, and no handler has it."""
    office = Office()

    booked = await office.book(
        event(events.PolicyEnforced),
        event(events.MessageDelivered, mids=["m_1"]),
        wrote("x", {"person": "é"}),
    )

    assert (booked.events, booked.turns) == (3, 0)
    counts = await office.do(lambda it: it.counts())
    assert not any(counts.events.values())


async def test_other_events_of_a_person_are_done_without_a_message() -> None:
    """They belong to the conversation all the same."""
    office = Office()
    optin = event(events.AccountLinked)
    await office.book(wrote(), optin)

    kept = await office.do(lambda it: it.event(optin.key))
    assert kept is not None
    assert (kept.state, kept.conversation_id) == (
        EventState.DONE,
        (await office.conversation()).id,
    )


async def test_a_desk_may_give_other_events_to_its_handler() -> None:
    """Also of people who never wrote."""
    office = Office(rules=DeskSettings(turns=(events.AccountLinked,)))

    assert (await office.book(event(events.AccountLinked))).turns == 1
    assert (await office.book(wrote())).turns == 0
    assert (await office.messages())[0].text == "Hello"


async def test_a_message_from_the_future_came_now() -> None:
    """No clock that is ahead keeps the window open."""
    office = Office()
    await office.book(wrote("x", {"at": AT + timedelta(days=9)}))

    assert (await office.conversation()).last_user_message_at == AT


@pytest.mark.parametrize(
    ("told", "rules", "sender"),
    [
        ({"app_id": PAGE_INBOX}, DeskSettings(), Sender.HUMAN),
        ({"app_id": INSTAGRAM_INBOX}, DeskSettings(), Sender.HUMAN),
        ({"app_id": None}, DeskSettings(), Sender.HUMAN),
        ({"app_id": 5}, DeskSettings(), Sender.BOT),
        ({"app_id": 5}, DeskSettings(app_id=APP), Sender.HUMAN),
        ({"app_id": APP}, DeskSettings(app_id=APP), Sender.BOT),
    ],
)
async def test_whose_an_echo_is(
    told: dict[str, object], rules: DeskSettings, sender: Sender
) -> None:
    """A person's takes the conversation, and what the bot had queued is cancelled with it."""
    office = Office(rules=rules)
    await office.book(wrote())
    await office.bot()
    version = (await office.conversation()).version

    echo = event(events.MessageEcho, mid="m_e", text="from elsewhere", metadata=None, **told)
    await office.book(wrote("while", {"at": AT - SECOND}), echo)

    one, messages = await office.conversation(), await office.messages()
    by_person = sender is Sender.HUMAN
    found = next(it for it in messages if it.mid == "m_e")
    assert (found.sender, found.status) == (sender, MessageStatus.SENT)
    assert one.human_handling is by_person
    assert one.version == version + by_person
    queued = next(it for it in messages if it.text == "Hi")
    assert queued.status is (MessageStatus.CANCELLED if by_person else MessageStatus.QUEUED)


@pytest.mark.parametrize("app_id", [PAGE_INBOX, APP])
async def test_only_what_was_written_after_a_message_answers_it(app_id: int) -> None:
    """In whatever order it is told; the conversation is as old as its newest message."""
    office = Office(now=AT + 3 * SECOND)
    office.rules = DeskSettings(app_id=APP)
    before, after = (
        event(events.MessageEcho, Told(at=AT + second), mid=f"m_{second}", app_id=app_id)
        for second in (-SECOND, SECOND)
    )
    await office.book(wrote(), before)
    assert (await office.conversation()).waiting_since == AT

    await office.book(after)
    one = await office.conversation()
    assert one.waiting_since is None
    assert one.last_message_at == AT + SECOND


async def test_an_echo_of_a_message_that_is_known_adds_none() -> None:
    """Told in standby as well, it is the same one."""
    office = Office()
    echo = event(events.MessageEcho, mid="m_e", metadata=None, app_id=5)
    await office.book(echo, event(events.MessageEcho, {"standby": True}, mid="m_e", app_id=5))

    assert len(await office.messages()) == 1


async def test_many_events_of_many_people_are_booked_in_one_go() -> None:
    """Each finds what those before it in the same go have made."""
    office = Office()
    await office.book(
        wrote("a"),
        wrote("b", {"person": BEN}),
        event(events.MessageReaction, mid="m_a", emoji="❤"),
        event(events.MessageDelivered, mids=["m_a"]),
        event(events.MessageRead),
        wrote("c"),
    )

    assert [one.text for one in await office.messages()] == ["a", "c"]
    assert [one.text for one in await office.messages(BEN)] == ["b"]


async def test_a_conversation_that_somebody_else_made_is_taken() -> None:
    """Two processes may meet the same person for the first time."""
    office = Office()
    await office.book(wrote())
    one = await office.conversation()

    again = await office.do(lambda it: it.add_conversation(replace(one, id=UUID(int=7))))

    assert again.id == one.id


async def test_an_event_that_cannot_be_booked_is_dead() -> None:
    """And the next one is next; two processes may find out, or it is erased before they do."""
    office = Office()
    await office.take(wrote("bad"), wrote("good"))
    for key in (wrote("bad").key, wrote("bad").key, "erased"):
        await office.do(partial(give_up, key=key, error="KeyError"))
    await office.book()

    (dead,) = await office.do(lambda it: it.dead_events(9))
    assert (dead.error, [one.text for one in await office.messages()]) == ("KeyError", ["good"])


async def test_what_is_told_twice_in_the_same_words_changes_nothing() -> None:
    """The panel need not look again."""
    office = Office()
    await office.book(wrote())
    newest = (await office.do(lambda it: it.changes(None, 1)))[0].cursor

    await office.book(event(events.MessageReceived, Told(standby=True), mid="m_Hello", text="x"))

    assert not await office.do(lambda it: it.changes(newest, 9))
