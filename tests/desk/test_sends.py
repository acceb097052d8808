"""The outbox: whose turn a send is, who is fenced off, who passes, what follows from an end."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from desk.kit import ALICE, AT, BOB, Office, wrote
from once.graph_play import ANA, BEN

from messengerkit import Image, Text, TransitionError
from messengerkit.delivery import State
from messengerkit.desk import ActionQuery, Message, MessageStatus, OutboxRow, Sender, Status
from messengerkit.desk.entries import LONG_AGO
from messengerkit.desk.outbox_log import OutboxLog
from messengerkit.desk.sends import PATIENCE, due, owner_of, put
from messengerkit.messages import QuickReply

SECOND = timedelta(seconds=1)


async def answered(*, state: State = State.IN_FLIGHT) -> tuple[Office, Message]:
    """Return an office in which the bot's answer is out, and a person holds the conversation."""
    office = Office()
    await office.book(wrote())
    bots = await office.bot("from the bot")
    await office.move(bots, State.IN_FLIGHT)
    if state is State.UNKNOWN:
        await office.move(bots, state)
    return office, bots


async def taken(office: Office, owner: str = "one", limit: int = 9) -> list[OutboxRow]:
    """Return what a process takes."""
    return await office.do(partial(due, owner=owner, moment=office.moment, limit=limit))


async def outcomes(office: Office) -> list[tuple[str, str]]:
    """Return what the audit says of deliveries, oldest first."""
    known = await office.conversation()
    chain = await office.do(lambda it: it.chain(known.id))
    return [(one.admin_id, one.outcome) for one in chain if one.action == "delivery"]


async def test_each_send_is_taken_once_and_page_by_page() -> None:
    """By one process, as long as it lives."""
    office = Office()
    await office.book(wrote(), wrote("b", {"person": BEN}))
    message = await office.bot()
    (first,) = await taken(office)
    name = owner_of("one", first.page_id)
    assert (first.row.owner, first.row.version) == (name, 1)
    assert await office.do(lambda it: it.send(first.row.nonce)) == first

    await office.do(lambda it: it.alive(name, AT + SECOND))
    assert await taken(office, "two") == []
    assert not await office.do(partial(put, row=first.row, moment=office.moment))

    await office.do(lambda it: it.alive(name, LONG_AGO))
    assert [one.message_id for one in await taken(office, "two")] == [message.id]


async def test_no_more_is_taken_than_there_is_room_for() -> None:
    """Also where much is left out, because it is under way already."""
    office = Office()
    for number in range(9):
        person = f"2400000000000010{number}"
        await office.book(wrote(f"{number}", {"person": person}))
        known = await office.conversation(person)
        await office.human_in(known.id, "Hi")
    every = await taken(office, limit=9)
    busy = [one.row.nonce for one in every[:4]]

    take = partial(due, owner="two", moment=office.moment, limit=2, but=busy)
    again = await office.do(take)

    assert [one.row.nonce for one in again] == [one.row.nonce for one in every[4:6]]


@pytest.mark.parametrize("step", [State.IN_FLIGHT, State.QUEUED])
async def test_what_is_fenced_off_does_not_leave(step: State) -> None:
    """The bot had decided to say it in a conversation that is in other hands by now."""
    office = Office()
    await office.book(wrote())
    message = await office.bot()
    (send,) = await taken(office)
    # As by a process that was at it when the conversation changed hands.
    fenced = send._replace(fence=7)
    await office.do(lambda it: it.put_send(fenced))

    assert not await office.move(message, step)

    assert (await office.send_of(message)).row.state is State.CANCELLED
    assert (await office.seen(message)).status is MessageStatus.CANCELLED


async def test_a_takeover_cancels_what_is_queued_and_shows_what_is_out() -> None:
    """In one transaction with the new version; a process that is at one learns it at its claim."""
    office, out = await answered()
    queued = [await office.bot(f"more {number}", f"{number}") for number in range(2)]
    version = (await office.conversation()).version

    replied = await office.human()

    assert (await office.conversation()).version == version + 1
    assert [one.id for one in replied.in_flight] == [out.id]
    for one in queued:
        assert (await office.seen(one)).status is MessageStatus.CANCELLED
        assert not await office.move(one, State.IN_FLIGHT)
    assert (await office.seen(out)).status is MessageStatus.IN_FLIGHT
    assert await outcomes(office) == []


async def test_what_comes_back_after_a_takeover_is_not_sent_again() -> None:
    """It surely did not arrive, and nobody wants it any more."""
    office, out = await answered()
    await office.human()

    assert not await office.move(out, State.QUEUED)

    assert (await office.send_of(out)).row.state is State.CANCELLED
    assert (await office.seen(out)).status is MessageStatus.CANCELLED


@pytest.mark.parametrize("state", [State.IN_FLIGHT, State.UNKNOWN])
async def test_a_persons_reply_waits_a_little_and_passes(state: State) -> None:
    """What it passes is never sent again, and may still be found to have arrived."""
    office, bots = await answered(state=state)
    (reply,) = (await office.human()).messages
    office.later(seconds=1.8)
    assert await taken(office) == []
    assert not await office.move(reply, State.IN_FLIGHT)
    office.later(seconds=0.1)

    (send,) = await taken(office)
    assert send.message_id == reply.id
    assert await office.move(reply, State.IN_FLIGHT)

    assert (await office.send_of(bots)).passed
    assert timedelta(seconds=2) > PATIENCE
    if state is State.UNKNOWN:
        assert await office.move(bots, State.SENT, "m_1")
    else:
        assert not await office.move(bots, State.QUEUED)
        assert (await office.send_of(bots)).row.state is State.CANCELLED


async def test_what_was_passed_is_not_sent_again_in_whatever_hands_it_is() -> None:
    """Also where the bot has the conversation again, and its own fence would hold."""
    office, bots = await answered(state=State.UNKNOWN)
    send = await office.send_of(bots)
    now = await office.conversation()
    await office.do(lambda it: it.put_send(send._replace(passed=True, fence=now.version)))

    assert not await office.move(bots, State.QUEUED)

    assert (await office.seen(bots)).status is MessageStatus.CANCELLED


async def test_a_reply_passes_all_of_the_bots_that_are_out_or_none() -> None:
    """Each is marked once."""
    office, first = await answered(state=State.UNKNOWN)
    second = await office.bot("two", "2")
    send = await office.send_of(second)
    out = send._replace(row=send.row._replace(state=State.UNKNOWN), passed=True)
    await office.do(lambda it: it.put_send(out))
    (reply,) = (await office.human()).messages
    office.later(seconds=2)

    assert await office.move(reply, State.IN_FLIGHT)

    assert (await office.send_of(first)).passed
    assert (await office.send_of(second)).passed


@pytest.mark.parametrize(
    ("bots", "persons"),
    [
        ("Hi", "Hi"),
        (Text("Hi", quick_replies=[QuickReply("A", "A")]), "Hi"),
        (Image(url="https://cdn.example/1"), Image(url="https://cdn.example/2")),
    ],
)
async def test_what_looks_the_same_does_not_pass(bots: Text | str, persons: Text | str) -> None:
    """In the conversation nobody could tell which of the two has arrived."""
    office = Office()
    await office.book(wrote())
    out = await office.bot(bots)
    await office.move(out, State.IN_FLIGHT)
    await office.move(out, State.UNKNOWN)
    (reply,) = (await office.human(persons)).messages
    office.later(minutes=1)

    assert await taken(office) == []
    assert not await office.move(reply, State.IN_FLIGHT)


async def test_a_persons_reply_does_not_pass_a_persons() -> None:
    """Nor does a bot's pass anybody's."""
    office = Office()
    await office.book(wrote())
    (first,) = (await office.human("one")).messages
    (second,) = (await office.human("two")).messages
    await office.move(first, State.IN_FLIGHT)
    await office.move(first, State.UNKNOWN)
    office.later(minutes=1)

    assert await taken(office) == []
    assert not await office.move(second, State.IN_FLIGHT)

    office, _ = await answered(state=State.UNKNOWN)
    bots = await office.bot("two", "2")
    office.later(minutes=1)
    assert not await office.move(bots, State.IN_FLIGHT)


@pytest.mark.parametrize("end", [State.REJECTED, State.FAILED])
async def test_after_a_part_that_is_refused_no_other_follows(end: State) -> None:
    """Parts of another reply do; and the audit tells of every part."""
    office = Office()
    await office.book(wrote())
    first, second, third = (await office.human(["one", "two", "three"])).messages
    (other,) = (await office.human("other")).messages
    await office.move(first, State.IN_FLIGHT)
    await office.move(first, State.SENT, "m_1")
    await office.move(second, State.IN_FLIGHT)
    await office.move(second, end)

    assert (await office.seen(third)).status is MessageStatus.CANCELLED
    assert (await office.seen(other)).status is MessageStatus.QUEUED
    cancelled = [(ALICE, "sent"), (ALICE, "cancelled"), (ALICE, end.value)]
    assert sorted(await outcomes(office)) == sorted(cancelled)


async def test_one_that_nobody_could_find_out_about_asks_for_a_person() -> None:
    """And the next one goes on."""
    office, bots = await answered(state=State.UNKNOWN)
    await office.move(bots, State.UNCONFIRMED)

    known = await office.conversation()
    assert known.status is Status.ESCALATED
    assert known.bot_may_answer
    assert (await office.seen(bots)).status is MessageStatus.UNCONFIRMED
    next_one = await office.bot("next", "2")
    assert await office.move(next_one, State.IN_FLIGHT)
    assert await office.do(lambda it: it.actions(ActionQuery())) == []


async def test_who_is_not_the_next_version_is_refused() -> None:
    """Nor is anything of a send that nobody knows."""
    office, bots = await answered()
    row = (await office.send_of(bots)).row
    for wrong in (row, row._replace(version=row.version + 2), row._replace(nonce="mk1:x")):
        assert not await office.do(partial(put, row=wrong, moment=office.moment))
    assert (await office.send_of(bots)).row == row


async def test_a_message_that_is_gone_does_not_stop_its_send() -> None:
    """Whoever deletes messages by hand has deleted them."""
    office, bots = await answered()
    send = (await office.send_of(bots))._replace(message_id=(await office.conversation()).id)
    await office.do(lambda it: it.put_send(send))
    row = send.row._replace(version=send.row.version + 1, state=State.SENT, mid="m_1")

    assert await office.do(partial(put, row=row, moment=office.moment))


async def test_a_bots_send_is_a_bots() -> None:
    """And a person's goes before others at the pace of the page."""
    office, bots = await answered()
    (reply,) = (await office.human(admin=BOB)).messages
    first, second = await office.send_of(bots), await office.send_of(reply)

    assert (first.sender, first.row.urgent, first.fence) == (Sender.BOT, False, 0)
    assert (second.sender, second.row.urgent, second.fence) == (Sender.HUMAN, True, None)
    assert first.row.psid == ANA


async def test_a_log_of_the_outbox_adds_nothing_by_itself() -> None:
    """A send belongs to a message, and both are written down together."""
    office, bots = await answered()
    moment = office.moment
    log = OutboxLog(
        store=office.store, page_id="1", owner="one", moment=lambda: moment, written=lambda: None
    )
    with pytest.raises(TransitionError, match="belongs to no message"):
        await log.add((await office.send_of(bots)).row)
    assert await log.known("nobody") == frozenset()


async def test_a_message_without_a_status_gets_its_sends() -> None:
    """Whoever wrote it by hand."""
    office, bots = await answered()
    message = replace(await office.seen(bots), status=None)
    await office.do(lambda it: it.put_messages([message]))

    await office.move(bots, State.SENT, "m_1")

    assert (await office.seen(bots)).status is MessageStatus.SENT
