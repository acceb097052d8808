"""What a panel sees: what changes, how a reply ended, what the bot has again."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import UUID

import pytest
from desk.kit import ALICE, PAGE, Office, event, wrote
from desk.playing import (
    TryingStore,
    audit,
    comes,
    conversation,
    messages,
    opened,
    says_hi,
    settled,
)
from once.graph_play import ANA, BEN, TinyGraph
from once.virtual_clock import until, virtual

from messengerkit import (
    NotFoundError,
    OutsideWindowError,
)
from messengerkit.delivery import State
from messengerkit.desk import (
    Command,
    Control,
    Conversation,
    ConversationQuery,
    DeskSettings,
    MessageStatus,
    Transaction,
    Update,
)
from messengerkit.desk import desk as desk_module
from messengerkit.desk.controlling import control
from messengerkit.events import MessageEcho
from messengerkit.threads import PAGE_INBOX


@virtual
async def test_the_window_is_over_for_whoever_is_late() -> None:
    """With a sentence for the agent."""
    store, calm = TryingStore(), DeskSettings(back_to_bot=None, look=3600, lease=3600)
    async with opened(TinyGraph(), store, settings=calm) as desk:
        await desk.take([wrote("a")])
        await asyncio.sleep(25 * 3600)
        known = await conversation(desk)
        with pytest.raises(OutsideWindowError, match="Without Meta's"):
            await desk.reply(ALICE, known.id, "late")
        assert [one[3] for one in await audit(desk)] == ["OutsideWindowError"]


@virtual
async def test_the_bot_has_it_again_when_nobody_writes() -> None:
    """Not while the person waits; and what is old is forgotten."""
    settings = DeskSettings(
        back_to_bot=timedelta(hours=2), keep=timedelta(hours=3), look=600, lease=900
    )
    async with opened(TinyGraph(), TryingStore(), settings=settings) as desk:
        await desk.take([wrote("a"), wrote("b", {"person": BEN})])
        await comes(lambda: desk.conversation_of(PAGE, BEN))
        await desk.reply(ALICE, (await conversation(desk)).id, "Hi")
        await desk.assign(ALICE, (await conversation(desk, BEN)).id)
        await asyncio.sleep(3 * 3600)
        assert (await conversation(desk)).bot_may_answer
        assert not (await conversation(desk, BEN)).bot_may_answer
        assert (await audit(desk))[-1][:2] == ("desk", "back_to_bot")
        assert await desk.changes_since("")
        await asyncio.sleep(4 * 3600)
        assert not await desk.changes_since("")


@virtual
async def test_the_panel_follows_what_changes() -> None:
    """From now on, or from where it was; what was erased is told without what it was."""
    async with opened(TinyGraph(), TryingStore(), says_hi) as desk:
        assert await desk.newest_change() == ""
        seen: list[tuple[str | None, bool]] = []

        def saw(one: Update) -> None:
            text = None if one.message is None else one.message.text
            seen.append((text, one.conversation is None))

        async def watch() -> None:
            async for one in desk.changes():
                saw(one)

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0.1)
        await desk.take([wrote("a")])
        await until(lambda: ("You said a", False) in seen)
        await settled(desk)
        cursor = await desk.newest_change()
        await desk.erase(ALICE, PAGE, ANA)
        await until(lambda: (None, True) in seen)
        watching.cancel()
        await asyncio.wait({watching})
        updates = await desk.changes_since(cursor)
        assert [one.conversation for one in updates] == [None]
        changes = desk.changes(cursor)
        assert await anext(changes) == updates[0]
        await changes.aclose()


@virtual
async def test_an_outcome_is_told_when_it_is_known_or_after_a_while() -> None:
    """Whatever has become of it until then."""
    graph = TinyGraph()
    async with opened(graph, TryingStore()) as desk:
        await desk.take([wrote("a")])
        known = await comes(lambda: desk.conversation_of(PAGE, ANA))
        assert known is not None
        graph.steps.append("slow")
        (message,) = (await desk.reply(ALICE, known.id, "Hi")).messages
        began = asyncio.get_running_loop().time()
        assert (await desk.outcome(message.id, within=3)).status is MessageStatus.IN_FLIGHT
        assert asyncio.get_running_loop().time() - began == pytest.approx(3, abs=0.1)
        assert [one.message_id for one in await desk.open_sends(known.id)] == [message.id]
        assert (await desk.outcome(message.id, within=30)).status is MessageStatus.SENT
        with pytest.raises(NotFoundError):
            await desk.outcome(UUID(int=1), within=1)
        with pytest.raises(NotFoundError):
            await desk.conversation(UUID(int=1))


@virtual
async def test_a_panel_finds_what_it_looks_for() -> None:
    """A conversation by its person or in a list, a send by its message, the page's client."""
    async with opened(TinyGraph(), TryingStore(), says_hi) as desk:
        await desk.take([wrote("a")])
        await settled(desk)
        (known,) = await desk.conversations(ConversationQuery())
        assert known == await desk.conversation(known.id) == await conversation(desk)
        assert await desk.conversation_of(PAGE, BEN) is None
        theirs, bots = await messages(desk)
        send = await desk.send_of(bots.id)
        assert send is not None
        assert send.message_id == bots.id
        assert await desk.send_of(theirs.id) is None
        assert not desk.client_for(PAGE).human_agent


async def test_what_was_quiet_is_whose_who_takes_it() -> None:
    """For as long again as after a word; and what the Page inbox has is the bot's sooner."""
    office, day = Office(), timedelta(hours=24)
    await office.book(wrote(), wrote("b", {"person": BEN}))
    answer = await office.bot()
    await office.move(answer, State.IN_FLIGHT)
    await office.move(answer, State.SENT, "m_answer")
    await office.book(event(MessageEcho, {"person": BEN}, mid="m_echo", app_id=PAGE_INBOX))
    office.later(hours=30)
    take = Command(control=Control.ASSIGN_HUMAN, admin_id=ALICE)
    known = (await office.conversation()).id
    taken = partial(control, conversation_id=known, command=take, moment=office.moment)
    held = (await office.do(taken)).conversation
    assert (await office.conversation(BEN)).human_handling

    office.later(hours=23)
    await office.do(partial(desk_module._give_back, after=day, moment=office.moment))
    assert await office.conversation() == held
    assert not (await office.conversation(BEN)).human_handling

    office.later(hours=1)
    await office.do(partial(desk_module._give_back, after=day, moment=office.moment))
    assert not (await office.conversation()).human_handling


async def test_a_conversation_in_which_somebody_has_just_written_is_not_given_back() -> None:
    """What was listed may be old when it is locked; or it is gone."""
    office = Office()
    await office.book(wrote())
    await office.human()
    old = await office.conversation()
    office.later(hours=30)
    await office.book(wrote("again", {"at": office.now}))
    now = await office.conversation()

    def give_back(transaction: Transaction) -> None:
        gone = replace(old, id=UUID(int=999))
        stale = cast("Transaction", _Stale(transaction, [old, gone]))
        desk_module._give_back(stale, timedelta(hours=24), office.moment)

    await office.do(give_back)

    assert await office.conversation() == now


class _Stale:
    """A transaction that lists what was."""

    def __init__(self, transaction: Transaction, listed: list[Conversation]) -> None:
        self.conversation = transaction.conversation
        self._listed = listed

    def idle(self, _: datetime, __: int, /) -> list[Conversation]:
        """Return what was listed."""
        return self._listed
