"""Who waits still waits where what was written to them will not arrive."""

from functools import partial

import pytest
from desk.kit import ALICE, AT, BOB, Office, event, wrote

from messengerkit.delivery import State
from messengerkit.desk import Alert, Command, Control, Status
from messengerkit.desk.controlling import control
from messengerkit.events import MessageReaction


async def controlled(office: Office, what: Control) -> None:
    """Let Alice do something with Ana's conversation; she sees what is kept."""
    command = Command(control=what, admin_id=ALICE)
    known = (await office.conversation()).id
    step = partial(control, conversation_id=known, command=command, moment=office.moment)
    assert (await office.do(step)).conversation == await office.conversation()


@pytest.mark.parametrize("state", [State.REJECTED, State.FAILED])
async def test_an_answer_that_is_refused_is_none(state: State) -> None:
    """The bot's or a person's; who holds the conversation does not change."""
    for by_person in (False, True):
        office = Office()
        await office.book(wrote())
        message = (await office.human()).messages[0] if by_person else await office.bot()
        before = await office.conversation()
        assert before.waiting_since is None

        await office.move(message, State.IN_FLIGHT)
        await office.move(message, state)

        office.later(hours=25)
        now = await office.conversation()
        assert (now.waiting_since, now.alert(office.now)) == (AT, Alert.DAY)
        assert (now.version, now.assigned_admin_id) == (before.version, before.assigned_admin_id)


async def test_what_the_bot_had_queued_is_no_answer() -> None:
    """Also if it was in flight when somebody took over, and came back."""
    office = Office()
    await office.book(wrote())
    first = await office.bot()
    await office.bot(key="second")
    await office.move(first, State.IN_FLIGHT)

    await controlled(office, Control.ASSIGN_HUMAN)
    assert (await office.conversation()).waiting_since is None
    assert not await office.move(first, State.QUEUED)
    assert (await office.conversation()).waiting_since == AT

    await office.human()
    assert (await office.conversation()).waiting_since is None


async def test_who_has_some_of_it_has_an_answer() -> None:
    """Or may have, or will; what was written before they wrote does not count."""
    office = Office()
    await office.book(wrote())
    one, two = (await office.human(["one", "two"])).messages
    await office.move(one, State.IN_FLIGHT)
    await office.move(one, State.SENT, "m_1")
    await office.move(two, State.IN_FLIGHT)
    await office.move(two, State.REJECTED)
    assert (await office.conversation()).waiting_since is None

    office.later(minutes=1)
    await office.book(wrote("again", {"at": office.now}))
    await office.human("three", admin=BOB, take_over=True)
    (three,) = [one for one in await office.messages() if one.text == "three"]
    await office.move(three, State.IN_FLIGHT)
    await office.move(three, State.FAILED)
    assert (await office.conversation()).waiting_since == office.now


async def test_where_nobody_asked_nobody_waits() -> None:
    """Nor where it is settled, and a reaction is no question."""
    office = Office()
    await office.book(wrote())
    message = await office.bot()
    await office.move(message, State.IN_FLIGHT)
    await controlled(office, Control.RESOLVE_CONVERSATION)
    await office.move(message, State.REJECTED)
    settled = await office.conversation()
    assert (settled.status, settled.waiting_since) == (Status.RESOLVED, None)

    office.later(minutes=1)
    await office.book(event(MessageReaction, {"at": office.now}, mid="m_1", action="react"))
    await controlled(office, Control.ASSIGN_HUMAN)
    assert (await office.conversation()).waiting_since is None
