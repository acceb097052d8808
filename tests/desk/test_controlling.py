"""What admins do: take, give back, end, decide; each with its audit."""

from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from desk.kit import ALICE, BOB, PAGE, Office, wrote
from once.graph_play import ANA

from messengerkit import (
    HeldError,
    Image,
    InvalidInputError,
    NotFoundError,
    OutsideWindowError,
    StaleVersionError,
    TransitionError,
)
from messengerkit.delivery import Evidence, State
from messengerkit.desk import (
    INTERNAL,
    Command,
    Control,
    Controlled,
    Message,
    MessageStatus,
    ReplyOptions,
    Settlement,
    Status,
    broken_links,
)
from messengerkit.desk.controlling import control, mark_human_replied, set_priority, settle

NOBODY = UUID(int=999)


async def with_ana() -> Office:
    """Return an office to which Ana has just written."""
    office = Office()
    await office.book(wrote())
    return office


async def does(office: Office, what: Control, admin: str = ALICE, **about: object) -> Controlled:
    """Let an admin do something with Ana's conversation."""
    command = replace(Command(control=what, admin_id=admin), **about)  # type: ignore[arg-type]  # what a test changes of it, it knows
    known = await office.conversation()
    step = partial(control, conversation_id=known.id, command=command, moment=office.moment)
    return await office.do(step)


async def decides(
    office: Office, message: Message, what: Settlement, admin: str = ALICE
) -> Message:
    """Let an admin decide about a message."""
    step = partial(settle, message_id=message.id, admin_id=admin, settlement=what)
    return await office.do(partial(step, moment=office.moment))


async def audit(office: Office) -> list[tuple[str, str, str]]:
    """Return what the audit says, oldest first; its chain is whole."""
    known = await office.conversation()
    chain = await office.do(lambda it: it.chain(known.id))
    assert broken_links(chain) == ()
    return [(one.admin_id, one.action, one.outcome) for one in chain]


@pytest.mark.parametrize(
    ("steps", "status", "bot"),
    [
        ([Control.ASSIGN_HUMAN], Status.ACTIVE, False),
        ([Control.ASSIGN_HUMAN, Control.RELEASE_HUMAN], Status.ACTIVE, True),
        ([Control.DISABLE_RAG], Status.ACTIVE, False),
        ([Control.DISABLE_RAG, Control.ENABLE_RAG], Status.ACTIVE, True),
        ([Control.RESOLVE_CONVERSATION], Status.RESOLVED, True),
        ([Control.CLOSE_CONVERSATION], Status.CLOSED, True),
        ([Control.ESCALATE], Status.ESCALATED, True),
    ],
)
async def test_each_control_does_what_it_says(
    steps: list[Control],
    status: Status,
    bot: bool,  # noqa: FBT001
) -> None:
    """And is in the audit."""
    office = await with_ana()
    for step in steps:
        done = await does(office, step)
        assert done.conversation == await office.conversation()

    known = await office.conversation()
    assert (known.status, known.bot_may_answer) == (status, bot)
    assert await audit(office) == [(ALICE, one.value, "done") for one in steps]


@pytest.mark.parametrize("what", [one for one in Control if one is not Control.ESCALATE])
async def test_whatever_gives_it_into_other_hands_cancels_what_the_bot_has_queued(
    what: Control,
) -> None:
    """What is out already is shown."""
    office = await with_ana()
    if what is Control.ENABLE_RAG:
        known = replace(await office.conversation(), rag_enabled=True)
        await office.do(lambda it: it.put_conversations([known]))
    out, queued = await office.bot("out", "1"), await office.bot("queued", "2")
    await office.move(out, State.IN_FLIGHT)
    if what is Control.ENABLE_RAG:
        known = replace(await office.conversation(), rag_enabled=False)
        await office.do(lambda it: it.put_conversations([known]))
    if what is Control.RELEASE_HUMAN:
        known = replace(await office.conversation(), human_handling=True)
        await office.do(lambda it: it.put_conversations([known]))

    done = await does(office, what)

    assert [one.id for one in done.in_flight] == [out.id]
    assert (await office.seen(queued)).status is MessageStatus.CANCELLED


async def test_what_changes_no_hands_cancels_nothing() -> None:
    """The bot goes on until somebody takes it."""
    office = await with_ana()
    queued = await office.bot()

    assert (await does(office, Control.ESCALATE, reason="is angry")).in_flight == ()
    assert (await does(office, Control.ENABLE_RAG)).in_flight == ()

    assert (await office.seen(queued)).status is MessageStatus.QUEUED
    assert (await office.conversation()).escalation_reason == "is angry"
    known = await office.conversation()
    assert "angry" not in str(await office.do(lambda it: it.chain(known.id)))


async def test_what_is_refused_changes_nothing() -> None:
    """Another admin's, an old version, a step that is none, nobody's conversation."""
    office = await with_ana()
    await does(office, Control.ASSIGN_HUMAN)
    before = await office.conversation()

    with pytest.raises(HeldError):
        await does(office, Control.RELEASE_HUMAN, BOB)
    with pytest.raises(StaleVersionError):
        await does(office, Control.RELEASE_HUMAN, version=before.version - 1)
    with pytest.raises(InvalidInputError):
        await does(office, Control.ESCALATE, reason=" ")
    command = Command(control=Control.ESCALATE, admin_id=ALICE)
    step = partial(control, conversation_id=NOBODY, command=command, moment=office.moment)
    with pytest.raises(NotFoundError):
        await office.do(step)

    assert await office.conversation() == before
    await does(office, Control.RELEASE_HUMAN, BOB, take_over=True, version=before.version)


async def test_a_priority_is_audited() -> None:
    """With what it was."""
    office = await with_ana()
    known = await office.conversation()
    step = partial(set_priority, conversation_id=known.id, admin_id=ALICE, moment=office.moment)

    assert (await office.do(partial(step, priority=4))).priority == 4

    (action,) = await office.do(lambda it: it.chain(known.id))
    assert action.details == {"from": 1, "to": 4}
    with pytest.raises(InvalidInputError):
        await office.do(partial(step, priority=6))


async def test_a_message_is_marked_as_answered() -> None:
    """Wherever that was done."""
    office = await with_ana()
    (message,) = await office.messages()
    mark = partial(mark_human_replied, admin_id=ALICE, moment=office.moment)

    assert (await office.do(partial(mark, message_id=message.id))).human_replied

    assert (await office.seen(message)).human_replied
    assert await audit(office) == [(ALICE, "mark_human_replied", "done")]
    with pytest.raises(NotFoundError):
        await office.do(partial(mark, message_id=NOBODY))


async def unconfirmed(**options: str) -> tuple[Office, Message]:
    """Return an office with a reply of which nobody could find out."""
    office = await with_ana()
    manner = ReplyOptions(**options)  # type: ignore[typeddict-item]  # of text alone
    (message,) = (await office.human("Hi", **manner)).messages
    for state in (State.IN_FLIGHT, State.UNKNOWN, State.UNCONFIRMED):
        await office.move(message, state)
    return office, message


async def test_somebody_has_seen_it() -> None:
    """Then it is sent, and nobody needs its words for that any more."""
    office, message = await unconfirmed()

    assert (await decides(office, message, Settlement.CONFIRM, BOB)).status is MessageStatus.SENT

    row = (await office.send_of(message)).row
    assert (row.state, row.evidence, row.parameters) == (State.SENT, Evidence.OPERATOR, {})
    assert await audit(office) == [
        (ALICE, "reply", "queued"),
        (ALICE, "delivery", "unconfirmed"),
        (ALICE, "delivery", "sent"),
        (BOB, "confirm", "done"),
    ]


async def test_somebody_gives_it_up() -> None:
    """It is not sent again for that."""
    office, message = await unconfirmed()

    done = await decides(office, message, Settlement.DISCARD)

    assert done.status is MessageStatus.CANCELLED
    with pytest.raises(TransitionError, match="cancelled: there is nothing to decide"):
        await decides(office, message, Settlement.DISCARD)
    assert len(await office.messages()) == 2


async def test_it_is_sent_again_as_a_new_message() -> None:
    """With the same words, in the same manner, and once, whoever asks for it and how often."""
    office, message = await unconfirmed(reply_to="m_1", persona_id="7")

    again = await decides(office, message, Settlement.RESEND)
    await does(office, Control.RELEASE_HUMAN)
    twice = await decides(office, message, Settlement.RESEND, BOB)

    assert twice.id == again.id != message.id
    assert (again.text, again.status, again.sent_by) == ("Hi", MessageStatus.QUEUED, ALICE)
    assert (await office.seen(message)).status is MessageStatus.CANCELLED
    parameters = (await office.send_of(again)).row.parameters
    assert (parameters["reply_to"], parameters["persona_id"]) == ({"mid": "m_1"}, "7")
    assert parameters["message"] == {"text": "Hi", "metadata": f"mk1:{again.id.hex}"}
    assert len(await office.messages()) == 3


@pytest.mark.parametrize("end", [State.REJECTED, State.FAILED])
async def test_what_failed_may_be_sent_again(end: State) -> None:
    """Whatever it was: the row has all of it."""
    office = await with_ana()
    (message,) = (await office.human(Image(url="https://cdn.example/1"))).messages
    await office.move(message, State.IN_FLIGHT)
    await office.move(message, end)

    (before,) = await office.do(lambda it: it.changes(None, 1))
    again = await decides(office, message, Settlement.RESEND)
    changes = await office.do(lambda it: it.changes(before.cursor, 100))
    assert changes[-1].message_id == message.id  # other panels no longer offer it

    assert again.attachments == message.attachments
    assert (await office.send_of(again)).row.fetches


async def test_a_resend_is_refused_as_a_reply_is() -> None:
    """Then nothing is decided either."""
    office, message = await unconfirmed()
    office.later(hours=25)
    with pytest.raises(OutsideWindowError):
        await decides(office, message, Settlement.RESEND)
    with pytest.raises(HeldError):
        await decides(office, message, Settlement.RESEND, BOB)

    assert (await office.seen(message)).status is MessageStatus.UNCONFIRMED


async def test_what_is_no_send_cannot_be_decided() -> None:
    """Nor what has not come to its end."""
    office = await with_ana()
    (theirs,) = await office.messages()
    queued = await office.bot()
    with pytest.raises(NotFoundError, match="not sent from here"):
        await decides(office, theirs, Settlement.CONFIRM)
    with pytest.raises(NotFoundError, match="no such message"):
        await decides(office, replace(theirs, id=NOBODY), Settlement.CONFIRM)
    for what in Settlement:
        with pytest.raises(TransitionError, match="queued: there is nothing"):
            await decides(office, queued, what)


async def test_the_words_of_a_caller_stay_beside_the_nonce() -> None:
    """Metadata of one's own is sent again as well."""
    office, message = await unconfirmed()
    send = await office.send_of(message)
    content = {"text": "Hi", "metadata": f"mine {send.row.nonce}"}
    row = send.row._replace(parameters={"message": content})
    await office.do(lambda it: it.put_send(send._replace(row=row)))

    again = await decides(office, message, Settlement.RESEND)

    sent = (await office.send_of(again)).row
    assert sent.parameters["message"] == {"text": "Hi", "metadata": f"mine {sent.nonce}"}
    assert (sent.lane, (await office.conversation()).page_id) == (ANA, PAGE)


async def test_a_note_is_kept_for_admins_alone() -> None:
    """In the conversation, and not in the audit, which outlives its person; nothing is sent."""
    office = await with_ana()
    done = await does(office, Control.RESOLVE_CONVERSATION, note="Wants oat milk, always.")
    _, note = await office.messages()
    (action,) = await office.do(lambda it: it.chain(done.conversation.id))

    assert (note.text, note.sent_by, note.status) == ("Wants oat milk, always.", ALICE, None)
    assert note.metadata == {INTERNAL: True}
    assert action.details["note"] == str(note.id)
    assert "oat milk" not in repr(action)
    assert "oat milk" not in repr(
        Command(control=Control.ESCALATE, admin_id=ALICE, note="oat milk")
    )
    assert await office.do(lambda it: it.send_of(note.id)) is None
    assert await office.do(lambda it: it.open_sends(done.conversation.id)) == []


async def test_a_note_is_told_to_the_panels_that_are_open() -> None:
    """As each message is."""
    office = await with_ana()
    await does(office, Control.DISABLE_RAG, note="Allergic to nuts.")
    _, note = await office.messages()
    changes = await office.do(lambda it: it.changes("", 100))

    assert note.id in {one.message_id for one in changes}


async def test_a_note_of_what_was_refused_is_not_kept() -> None:
    """Nothing of it has happened."""
    office = await with_ana()
    with pytest.raises(TransitionError):
        await does(office, Control.RELEASE_HUMAN, note="never mind")

    assert len(await office.messages()) == 1
