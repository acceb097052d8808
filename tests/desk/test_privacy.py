"""One person's right: all that is known is told, or deleted, whatever is under way."""

import json
from functools import partial

import pytest
from desk.kit import ALICE, PAGE, Office, Told, event, wrote
from once.graph_play import ANA, BEN

from messengerkit import NotFoundError, events
from messengerkit.delivery import State
from messengerkit.desk import EventState, broken_links
from messengerkit.desk.privacy import erase, export


async def erased(office: Office, person: str = ANA) -> bool:
    """Erase a person."""
    step = partial(erase, page_id=PAGE, psid=person, admin_id=ALICE, moment=office.moment)
    return await office.do(step)


async def test_all_that_is_known_is_told() -> None:
    """As JSON can hold it, oldest first."""
    office = Office()
    await office.book(wrote("a"), wrote("b", {"person": BEN}))
    await office.human(["one", "two"])

    told = await office.store.read(partial(export, page_id=PAGE, psid=ANA))

    told = json.loads(json.dumps(told))
    assert [one["text"] for one in told["messages"]] == ["a", "one", "two"]
    assert told["conversation"]["assigned_admin_id"] == ALICE
    assert told["conversation"]["status"] == "active"
    assert [one["state"] for one in told["events"]] == ["due"]
    assert [one["action"] for one in told["actions"]] == ["reply"]
    sends = told["sends"]
    assert [one["parameters"]["message"]["text"] for one in sends] == ["one", "two"]
    assert [(one["state"], one["sender"], one["lane"]) for one in sends] == [
        ("queued", "human", ANA)
    ] * 2
    with pytest.raises(NotFoundError):
        await office.store.read(partial(export, page_id=PAGE, psid="nobody"))


async def test_a_person_without_a_conversation_is_told_what_came() -> None:
    """It was not booked yet, or nothing but a receipt is known."""
    office = Office()
    await office.book(event(events.MessageDelivered, {"person": BEN}))
    await office.take(wrote("secret"))

    for person, state in ((ANA, "new"), (BEN, "done")):
        told = await office.store.read(partial(export, page_id=PAGE, psid=person))
        told = json.loads(json.dumps(told))
        assert [(one["psid"], one["state"]) for one in told.pop("events")] == [(person, state)]
        assert told == {"conversation": None, "messages": [], "sends": [], "actions": []}


async def test_nothing_of_a_person_stays() -> None:
    """But what admins did, whose chain stays whole and has no word of the person's."""
    office = Office()
    await office.book(wrote("secret"), wrote("b", {"person": BEN}))
    known = await office.conversation()
    (reply,) = (await office.human("private", key="k")).messages

    assert await erased(office)

    assert await office.do(lambda it: it.conversations_of([(PAGE, ANA)])) == {}
    assert await office.do(lambda it: it.message(reply.id)) is None
    assert await office.do(lambda it: it.send_of(reply.id)) is None
    assert await office.do(lambda it: it.events_of(PAGE, ANA)) == []
    chain = await office.do(lambda it: it.chain(known.id))
    assert [one.action for one in chain] == ["reply", "erase"]
    assert broken_links(chain) == ()
    assert not {"secret", "private", ANA} & set(json.dumps([str(one) for one in chain]).split('"'))
    change = (await office.do(lambda it: it.changes("", 9)))[-1]
    assert change.conversation_id == known.id
    assert not await erased(office)
    assert len(await office.messages(BEN)) == 1


async def test_what_was_not_booked_yet_is_not_booked_any_more() -> None:
    """Nor is what is about a person who has no conversation."""
    office = Office()
    await office.book(wrote("a"))
    await office.take(wrote("b"))
    await erased(office)
    assert (await office.book()).events == 0

    await office.book(event(events.MessageDelivered, {"person": BEN}))
    assert await erased(office, BEN)
    assert not await erased(office, BEN)


async def test_what_meta_delivers_again_brings_nobody_back() -> None:
    """It was here before; what is new is new."""
    office = Office()
    await office.book(wrote("a"))
    await erased(office)

    assert (await office.book(wrote("a"))).events == 0
    kept = await office.do(lambda it: it.event(wrote("a").key))
    assert kept is not None
    assert (kept.state, kept.json, kept.psid) == (EventState.DONE, {}, "")

    assert (await office.book(wrote("new"))).turns == 1
    assert [one.text for one in await office.messages()] == ["new"]


async def test_what_is_in_flight_ends_without_a_trace() -> None:
    """Its row is gone, and its echo is nobody's."""
    office = Office()
    await office.book(wrote("a"))
    message = await office.bot()
    await office.move(message, State.IN_FLIGHT)
    await erased(office)

    metadata = f"mk1:{message.id.hex}"
    await office.book(event(events.MessageEcho, Told(at=office.now), mid="m_1", metadata=metadata))

    assert await office.do(lambda it: it.conversations_of([(PAGE, ANA)])) == {}
