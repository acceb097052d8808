"""Replies: what the bot may still say, what a person says, its key, its window, its audit."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from desk.kit import ALICE, BOB, Office, wrote
from once.graph_play import ANA

from messengerkit import (
    HeldError,
    IdempotencyKeyError,
    Image,
    InvalidInputError,
    NotFoundError,
    OutsideWindowError,
    StaleVersionError,
    TransitionError,
    WrongPersonError,
)
from messengerkit.delivery import State
from messengerkit.desk import Content, MessageStatus, ReplyOptions, Sender, broken_links
from messengerkit.desk.posting import MOST_PARTS, parts_of
from messengerkit.desk.replying import PersonsReply, bot_replies, person_replies


async def with_ana() -> Office:
    """Return an office to which Ana has just written."""
    office = Office()
    await office.book(wrote())
    return office


async def chain(office: Office) -> list[tuple[str, str, str | None, str]]:
    """Return the audit of the conversation, which is whole."""
    known = await office.conversation()
    actions = await office.do(lambda it: it.chain(known.id))
    assert broken_links(actions) == ()
    return [(one.admin_id, one.action, one.decision, one.outcome) for one in actions]


async def test_a_persons_reply_takes_the_conversation() -> None:
    """It is written down with its audit, in which no word of it is."""
    office = await with_ana()

    replied = await office.human(["Hi", Image(url="https://cdn.example/1")])

    known, (first, second) = await office.conversation(), replied.messages
    assert (known.assigned_admin_id, known.human_handling, known.waiting_since) == (
        ALICE,
        True,
        None,
    )
    assert (first.sender, first.sent_by, first.status) == (
        Sender.HUMAN,
        ALICE,
        MessageStatus.QUEUED,
    )
    assert (first.text, second.text) == ("Hi", None)
    assert second.attachments[0]["type"] == "image"
    assert first.created_at < second.created_at
    assert first.metadata["batch"] == second.metadata["batch"]
    assert await chain(office) == [(ALICE, "reply", "RESPONSE", "queued")]
    (action,) = await office.do(lambda it: it.chain(known.id))
    assert "Hi" not in str(action.details)
    assert action.details["took_over"]


async def test_one_key_is_one_reply() -> None:
    """However often it is asked for; what is told then is how far it has come."""
    office = await with_ana()
    (first,) = (await office.human(key="k")).messages
    await office.move(first, State.IN_FLIGHT)

    again = await office.human(key="k")

    assert again.replayed
    assert [(one.id, one.status) for one in again.messages] == [(first.id, MessageStatus.IN_FLIGHT)]
    assert len(await office.messages()) == 2
    assert len(await chain(office)) == 1


async def test_one_key_for_two_replies_is_refused() -> None:
    """Other words, or another manner."""
    office = await with_ana()
    await office.human(key="k")
    others: list[tuple[Content, ReplyOptions]] = [
        ("other", {}),
        ("I am Alice", {"reply_to": "m_1"}),
        ("I am Alice", {"persona_id": "7"}),
    ]
    for content, options in others:
        with pytest.raises(IdempotencyKeyError):
            await office.human(content, key="k", **options)


async def test_a_key_is_its_admins_own() -> None:
    """Whatever the names of admins and keys are."""
    office = await with_ana()
    await office.human(admin="a", key="b c")

    other = await office.human(admin="a b", key="c", take_over=True)

    assert not other.replayed


async def test_a_replay_is_for_the_same_person() -> None:
    """Who asks for another one has made a mistake, whatever the key is."""
    office = await with_ana()
    await office.human(key="k", recipient_id=ANA)
    for key in ("k", "l"):
        with pytest.raises(WrongPersonError):
            await office.human(key=key, recipient_id="24000000000000999")


async def test_another_admin_is_refused_unless_they_take_over() -> None:
    """Nothing is written then."""
    office = await with_ana()
    await office.human()
    before = await office.messages()

    with pytest.raises(HeldError):
        await office.human(admin=BOB)
    assert await office.messages() == before

    await office.human(admin=BOB, take_over=True)
    assert (await office.conversation()).assigned_admin_id == BOB


async def test_who_saw_an_older_version_is_refused() -> None:
    """It changed hands meanwhile."""
    office = await with_ana()
    version = (await office.conversation()).version
    await office.human(version=version)

    with pytest.raises(StaleVersionError, match=f"version {version + 1}"):
        await office.human(version=version)


@pytest.mark.parametrize(
    ("hours", "human_agent", "decision"),
    [(23, False, "RESPONSE"), (25, True, "HUMAN_AGENT"), (25, False, None), (169, True, None)],
)
async def test_the_window_decides(hours: int, human_agent: bool, decision: str | None) -> None:  # noqa: FBT001
    """A tag or a refusal with a sentence for the agent; a refused reply takes nothing over."""
    office = await with_ana()
    office.later(hours=hours)
    known = await office.conversation()
    reply = PersonsReply(
        conversation_id=known.id,
        admin_id=ALICE,
        parts=parts_of("Hi"),
        human_agent=human_agent,
    )
    write = partial(person_replies, reply=reply, moment=office.moment)
    if decision is None:
        with pytest.raises(OutsideWindowError, match="The person last wrote"):
            await office.do(write)
        assert await office.conversation() == known
        assert await chain(office) == []
        return
    (message,) = (await office.do(write)).messages

    parameters = (await office.send_of(message)).row.parameters
    assert parameters.get("tag") == (None if decision == "RESPONSE" else decision)
    assert (await chain(office))[0][2] == decision


async def test_a_reply_answers_those_that_wanted_a_person() -> None:
    """They are marked, and once."""
    office = await with_ana()
    (asked,) = await office.messages()
    await office.do(lambda it: it.put_messages([replace(asked, requires_human=True)]))
    await office.human("one")
    assert (await office.seen(asked)).human_replied
    newest = await office.do(lambda it: it.changes(None, 1))

    await office.human("two")

    changes = await office.do(lambda it: it.changes(newest[0].cursor, 99))
    assert asked.id not in {one.message_id for one in changes}


async def test_a_reply_says_how_it_is_sent() -> None:
    """As an answer to a message, by a persona."""
    office = await with_ana()
    (message,) = (await office.human(reply_to="m_1", persona_id="7")).messages

    parameters = (await office.send_of(message)).row.parameters
    assert (parameters["reply_to"], parameters["persona_id"]) == ({"mid": "m_1"}, "7")


async def test_the_bots_reply_is_written_once() -> None:
    """The first words count, whatever it would say now, and whoever holds it by now."""
    office = await with_ana()
    first = await office.bot("one", "k")
    await office.human()

    assert (await office.bot("two", "k")).id == first.id

    with pytest.raises(TransitionError):
        await office.bot("two", "l")


async def test_the_bot_is_refused_outside_its_fence() -> None:
    """Also where it may answer again by now."""
    office = await with_ana()
    known = await office.conversation()
    await office.do(lambda it: it.put_conversations([replace(known, version=known.version + 1)]))
    reply = partial(bot_replies, version=known.version, key="k", parts=parts_of("Hi"))

    with pytest.raises(StaleVersionError):
        await office.do(partial(reply, conversation_id=known.id, moment=office.moment))
    with pytest.raises(NotFoundError):
        await office.do(partial(reply, conversation_id=UUID(int=999), moment=office.moment))
    assert len(await office.messages()) == 1


async def test_a_bot_may_not_answer_after_a_day() -> None:
    """It has no tag for that."""
    office = await with_ana()
    office.later(hours=24)

    with pytest.raises(OutsideWindowError, match="24 hours only"):
        await office.bot()


async def test_long_text_makes_several_messages_in_their_order() -> None:
    """With one key, and one batch."""
    office = await with_ana()
    whole = " ".join(f"word{number}" for number in range(700))
    first = await office.bot(whole)

    messages = (await office.messages())[1:]
    assert messages[0].id == first.id
    assert " ".join(one.text or "" for one in messages).split() == whole.split()
    assert len(messages) > 1
    assert {one.metadata["batch"] for one in messages} == {first.metadata["batch"]}


@pytest.mark.parametrize("content", [[], ["x"] * (MOST_PARTS + 1)])
def test_a_reply_has_so_many_messages(content: list[Content]) -> None:
    """Neither none nor too many."""
    with pytest.raises(InvalidInputError, match="content: must make 1 to 20"):
        parts_of(content)


async def test_a_person_whose_last_word_is_not_known_may_be_answered() -> None:
    """Meta decides then."""
    office = await with_ana()
    known = replace(await office.conversation(), last_user_message_at=None)
    await office.do(lambda it: it.put_conversations([known]))
    office.now += timedelta(days=30)

    await office.human()

    assert (await chain(office))[0][2] == "RESPONSE"
