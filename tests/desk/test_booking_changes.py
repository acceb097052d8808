"""Booking what follows a message: reactions, edits, and what is taken back."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from desk.kit import AT, PAGE, Office, Told, event, wrote
from once.graph_play import ANA

from messengerkit import events
from messengerkit._json import is_object
from messengerkit.desk import EventState, Status
from messengerkit.desk.webhook_json import event_of

IMAGE = {"type": "image", "payload": {"url": "https://cdn.example/1", "more": [1]}}
LIKE = {"type": "like_heart"}
SECOND = timedelta(seconds=1)


async def test_a_reaction_opens_the_window_and_asks_for_nothing() -> None:
    """Nobody waits for an answer to a heart, and what is settled stays so."""
    office = Office()
    await office.book(wrote())
    one = replace(await office.conversation(), status=Status.RESOLVED, waiting_since=None)
    await office.do(lambda it: it.put_conversations([one]))
    office.later(hours=1)

    told: Told = {"at": office.now}
    await office.book(event(events.MessageReaction, told, mid="m_Hello", emoji="❤"))

    now, (message,) = await office.conversation(), await office.messages()
    assert now == replace(one, last_user_message_at=office.now)
    assert message.metadata["reaction"] == "❤"


@pytest.mark.parametrize(
    ("told", "action"), [(Told(), "unreact"), (Told(sender=PAGE, recipient=ANA), "react")]
)
async def test_a_reaction_that_is_taken_back_or_the_pages_opens_nothing(
    told: Told, action: str
) -> None:
    """Only what a person does lets the page write."""
    office = Office()
    await office.book(wrote())
    told["at"] = AT + SECOND
    office.later(hours=1)

    await office.book(event(events.MessageReaction, told, mid="m_Hello", action=action))

    assert (await office.conversation()).last_user_message_at == AT


async def test_a_reaction_to_what_nobody_knows_opens_the_window() -> None:
    """The message may be from before the desk."""
    office = Office()
    await office.book(event(events.MessageReaction, mid="m_old"))

    assert (await office.conversation()).last_user_message_at == AT


async def test_edits_come_in_any_order() -> None:
    """An older one, told late, changes nothing."""
    office = Office()
    await office.book(wrote("one"))
    for text, number in (("three", 2), ("two", 1)):
        await office.book(event(events.MessageEdited, mid="m_one", text=text, num_edit=number))

    (message,) = await office.messages()
    assert (message.text, message.metadata["edits"]) == ("three", 2)


async def test_an_edit_may_come_before_its_message() -> None:
    """The message then brings what came with it, and the turn; its old words are old."""
    office = Office()
    later: Told = {"at": AT + SECOND}
    office.later(hours=1)
    await office.book(event(events.MessageEdited, later, mid="m_one", text="new", num_edit=1))
    assert (await office.conversation()).waiting_since is None

    booked = await office.book(wrote("one", attachments=[IMAGE]))

    (message,) = await office.messages()
    assert (message.text, message.attachments, booked.turns) == ("new", (IMAGE,), 1)
    assert message.created_at == AT  # where it stands among the others
    assert (await office.conversation()).waiting_since == AT


async def test_what_is_taken_back_is_not_kept() -> None:
    """Also where that is told before the message, in one go or not, and an edit after it."""
    for batches in (
        [[0], [1], [2]],
        [[1], [0], [2]],
        [[2], [1], [0]],
        [[0, 1, 2]],
        [[1, 0, 2]],
    ):
        office = Office()
        told = [
            wrote("one", attachments=[IMAGE]),
            event(events.MessageDeleted, mid="m_one"),
            event(events.MessageEdited, mid="m_one", text="new", num_edit=1),
        ]
        for batch in batches:
            await office.book(*(told[number] for number in batch))

        (message,) = await office.messages()
        assert (message.text, message.attachments) == (None, ())
        assert message.metadata["deleted"]
        kept = await office.do(lambda it: it.events_of(PAGE, ANA))
        assert len(kept) == len(told)
        words = json.dumps([one.json for one in kept])
        assert not any(word in words for word in ('"one"', "new", "image"))


async def test_a_turn_for_what_is_taken_back_has_no_words() -> None:
    """Its event tells so; what other messages say stays, and when it was."""
    office = Office()
    await office.book(wrote("one"), wrote("other"), event(events.Postback, mid="m_p"))
    await office.book(event(events.MessageDeleted, mid="m_one"))

    first, other, _, gone = await office.do(lambda it: it.events_of(PAGE, ANA))
    assert (first.state, gone.state) == (EventState.DUE, EventState.DONE)
    now = event_of(first)
    assert isinstance(now, events.MessageDeleted)
    assert (now.mid, now.page_id, now.sender_id, now.timestamp) == ("m_one", PAGE, ANA, AT)
    assert event_of(other) == wrote("other")


async def test_what_the_page_takes_back_is_not_kept() -> None:
    """Nor when another app overhears it later, or Meta tells no time of it."""
    office = Office()
    echo = event(events.MessageEcho, mid="m_e", text="secret", app_id=5)
    await office.book(echo)
    told = Told(sender=PAGE, recipient=ANA)
    await office.book(event(events.MessageDeleted, told, mid="m_e"))
    assert is_object(echo.raw)
    item = {name: value for name, value in echo.raw.items() if name != "timestamp"}
    body = {"object": "page", "entry": [{"id": PAGE, "standby": [item]}]}
    await office.book(*events.parse_events(body))

    first, _, overheard = await office.do(lambda it: it.events_of(PAGE, ANA))
    assert "secret" not in json.dumps([first.json, overheard.json])
    again = event_of(overheard)
    assert isinstance(again, events.Standby)
    assert isinstance(again.event, events.MessageDeleted)
    assert again.timestamp is None


async def test_what_the_page_takes_back_and_nobody_knows_is_nothing() -> None:
    """It was never here."""
    office = Office()
    await office.book(wrote())
    told = Told(sender=PAGE, recipient=ANA)

    await office.book(
        event(events.MessageDeleted, told, mid="m_page"), event(events.MessageDeleted, mid=None)
    )

    assert len(await office.messages()) == 1
