"""A turn: what a handler sees of an event, and what it says once, however often it is run."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from desk.kit import Office, event, wrote
from desk.playing import TryingStore, client_of
from once.graph_play import TinyGraph

from messengerkit import InvalidInputError, StaleVersionError, StoreError, Text, events
from messengerkit.desk import Command, Control, DeskSettings, Status, Turn
from messengerkit.desk.controlling import control
from messengerkit.desk.taking import Taker
from messengerkit.desk.turn import Around


async def turns(office: Office, rings: list[str] | None = None) -> Callable[[], Turn]:
    """Return what makes the turn of the one event that is due, as often as it is called."""
    taker = Taker("one", (), 60.0)
    (claimed,) = await office.do(partial(taker.claim, moment=office.moment, limit=9, most=5))
    around = Around(
        store=office.store,
        client=client_of(TinyGraph()),
        moment=lambda: office.moment,
        written=lambda: (rings if rings is not None else []).append("ring"),
    )
    return lambda: Turn(claimed, around)


async def with_ana(store: TryingStore | None = None) -> Office:
    """Return an office to which Ana has just written."""
    office = Office() if store is None else Office(store)
    attachment = {"type": "image", "payload": {"url": "https://cdn.example/1"}}
    await office.book(wrote("Hello", attachments=[attachment]))
    return office


async def said(office: Office) -> list[str | None]:
    """Return what the bot has said."""
    return [one.text for one in (await office.messages())[1:]]


async def test_a_handler_sees_all_of_it() -> None:
    """The event, its message, its conversation, and what was said before."""
    office = await with_ana()
    turn = (await turns(office))()

    assert isinstance(turn.event, events.MessageReceived)
    assert turn.message is not None
    assert (turn.text, turn.attempt, turn.message.text) == ("Hello", 1, "Hello")
    assert turn.attachments == turn.message.attachments != ()
    assert turn.bot_may_answer
    assert turn.conversation == await office.conversation()
    assert turn.client.human_agent is False
    await turn.reply("Hi")
    assert [one.text for one in await turn.history()] == ["Hello", "Hi"]
    assert [one.text for one in await turn.history(1)] == ["Hi"]


async def noted(office: Office, note: str) -> None:
    """Let an admin note something."""
    command = Command(control=Control.DISABLE_RAG, admin_id="alice", note=note)
    known = await office.conversation()
    await office.do(
        partial(control, conversation_id=known.id, command=command, moment=office.moment)
    )


async def test_a_bot_does_not_see_what_admins_note() -> None:
    """What it knows, it may say."""
    office = await with_ana()
    turn = (await turns(office))()
    await noted(office, "between us")

    assert [one.text for one in await office.messages()] == ["Hello", "between us"]
    assert [one.text for one in await turn.history()] == ["Hello"]


async def test_notes_take_no_place_in_what_a_bot_sees() -> None:
    """However many there are, it sees as much of the conversation as it asked for."""
    office = await with_ana()
    turn = (await turns(office))()
    await turn.reply("Hi")
    for text in ("one", "two", "three"):
        await noted(office, text)

    assert [one.text for one in await turn.history(2)] == ["Hello", "Hi"]
    assert [one.text for one in await turn.history(1)] == ["Hi"]


async def test_an_event_without_a_message_has_no_words() -> None:
    """A desk may give such to its handler."""
    office = Office(rules=DeskSettings(turns=(events.AccountLinked,)))
    await office.book(event(events.AccountLinked))
    turn = (await turns(office))()

    assert (turn.text, turn.attachments, turn.message) == ("", (), None)
    await turn.escalate("wants to link")
    assert turn.conversation.status is Status.ESCALATED


async def test_a_handler_that_runs_again_says_nothing_twice() -> None:
    """Whatever it says the second time; what it had not said yet, it says."""
    office = await with_ana()
    again = await turns(office)
    first = again()
    one = await first.reply("one")

    second = again()
    assert await second.reply("other words") == one
    await second.reply("two")

    assert await said(office) == ["one", "two"]


async def test_a_reply_that_failed_has_its_number_again() -> None:
    """Its store may have written it all the same, and then it is not written once more."""
    store = TryingStore()
    office = await with_ana(store)
    turn = (await turns(office))()
    store.after.append("bot_replies")
    with pytest.raises(StoreError):
        await turn.reply("one")

    await turn.reply("one")
    with pytest.raises(InvalidInputError):
        await turn.reply(Text("x" * 3000))
    await turn.reply("two")

    assert await said(office) == ["one", "two"]


async def test_replies_side_by_side_are_each_one() -> None:
    """None is taken for another."""
    office = await with_ana(TryingStore())
    turn = (await turns(office))()

    await asyncio.gather(*(turn.reply(f"{number}") for number in range(3)))

    assert await said(office) == ["0", "1", "2"]


async def test_a_handler_is_refused_once_a_person_has_taken_over() -> None:
    """Though its own turn began before."""
    office = await with_ana()
    turn = (await turns(office))()
    await office.human()

    with pytest.raises(StaleVersionError):
        await turn.reply("too late")
    assert await said(office) == ["I am Alice"]


async def test_a_handler_asks_for_a_person() -> None:
    """The message requires one; the bot may go on meanwhile."""
    office, rings = await with_ana(), list[str]()
    turn = (await turns(office, rings))()

    await turn.escalate("asked for a person")
    await turn.escalate("again")
    await turn.reply("Somebody will come")

    known, (asked, _) = await office.conversation(), await office.messages()
    assert (known.status, known.escalation_reason) == (Status.ESCALATED, "again")
    assert turn.conversation.status is Status.ESCALATED
    assert asked.requires_human
    assert known.waiting_since is not None
    assert rings == ["ring"] * 3
    changes = await office.do(lambda it: it.changes("", 99))
    assert [one.message_id for one in changes].count(asked.id) == 2
    with pytest.raises(InvalidInputError):
        await turn.escalate(" ")
