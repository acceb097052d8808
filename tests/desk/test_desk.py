"""A desk from outside: what Meta, the panel and whoever runs it may rely on."""

import asyncio
import json
from functools import partial
from uuid import UUID

import pytest
from desk.kit import ALICE, BOB, PAGE, SECRET, wrote
from desk.playing import (
    TryingStore,
    audit,
    client_of,
    comes,
    conversation,
    messages,
    opened,
    says_hi,
    settled,
)
from once.graph_play import ANA, TinyGraph
from once.virtual_clock import utc, virtual

from messengerkit import (
    ConfigurationError,
    EventsNotTakenError,
    HandshakeError,
    HeldError,
    MessageReceived,
    NotFoundError,
    SignatureError,
    StoreError,
    TransitionError,
)
from messengerkit import testing as meta
from messengerkit.desk import (
    ActionQuery,
    Command,
    Control,
    Desk,
    DeskSettings,
    MessageStatus,
    Settlement,
)
from messengerkit.desk.handing import refuse
from messengerkit.webhook import MAX_BODY


@virtual
async def test_what_meta_posts_is_on_disk_before_it_is_answered() -> None:
    """What is not signed is refused; when the store is down, Meta delivers again."""
    graph, store = TinyGraph(), TryingStore()
    async with opened(graph, store, says_hi) as desk:
        posted = meta.webhook(meta.item(MessageReceived, sender_id=ANA, text="a"), secret=SECRET)
        store.down = True
        with pytest.raises(StoreError):
            await desk.receive(posted.headers, posted.body)
        store.down = False
        forged = meta.webhook(MessageReceived, secret="not ours")
        with pytest.raises(SignatureError):
            await desk.receive(forged.headers, forged.body)
        await desk.receive(posted.headers, posted.body)
        await desk.receive(posted.headers, posted.body)
        await settled(desk)
        assert desk.challenge(
            {"hub.mode": "subscribe", "hub.verify_token": "t", "hub.challenge": "7"}
        )
        with pytest.raises(HandshakeError):
            desk.challenge({"hub.mode": "subscribe", "hub.verify_token": "x"})
        assert desk.max_body == MAX_BODY
    with pytest.raises(EventsNotTakenError):
        await desk.receive(posted.headers, posted.body)

    assert graph.texts() == ["You said a"]


@virtual
async def test_a_desk_without_a_webhook_takes_events_alone() -> None:
    """Whoever has verified them elsewhere."""
    desk = Desk(client_of(TinyGraph()), TryingStore(), clock=utc)
    assert desk.max_body == MAX_BODY
    with pytest.raises(ConfigurationError, match="no webhook"):
        await desk.receive({}, b"")


@virtual
async def test_an_admin_answers_once_by_key() -> None:
    """The answer leaves, the outcome is told, and all of it is audited."""
    graph = TinyGraph()
    async with opened(graph, TryingStore(), says_hi) as desk:
        await desk.take([wrote("a")])
        await settled(desk)
        known = await conversation(desk)
        first = await desk.reply(ALICE, known.id, ["one", "two"], idempotency_key="k")
        again = await desk.reply(ALICE, known.id, ["one", "two"], idempotency_key="k")
        assert (first.replayed, again.replayed) == (False, True)
        sent = await desk.outcome(first.messages[1].id, within=5)
        assert sent.status is MessageStatus.SENT
        with pytest.raises(HeldError):
            await desk.reply(BOB, known.id, "no")
        assert await audit(desk) == [
            (ALICE, "reply", "queued", "RESPONSE"),
            (ALICE, "delivery", "sent", None),
            (ALICE, "delivery", "sent", None),
            (BOB, "reply", "refused", "HeldError"),
        ]
        with pytest.raises(NotFoundError):
            await desk.reply(ALICE, UUID(int=1), "no")

    assert graph.texts() == ["You said a", "one", "two"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reply_whose_store_fails_is_asked_for_again(when: str) -> None:
    """With the same key it is one, whether it was written or not."""

    @virtual
    async def scene() -> None:
        graph, store = TinyGraph(), TryingStore()
        async with opened(graph, store) as desk:
            await desk.take([wrote("a")])
            known = await comes(lambda: desk.conversation_of(PAGE, ANA))
            assert known is not None
            (store.before if when == "before" else store.after).append("person_replies")
            with pytest.raises(StoreError):
                await desk.reply(ALICE, known.id, "one", idempotency_key="k")
            done = await desk.reply(ALICE, known.id, "one", idempotency_key="k")
            assert done.replayed is (when == "after")
            await desk.outcome(done.messages[0].id, within=5)
        assert graph.texts() == ["one"]

    scene()


@virtual
async def test_admins_do_what_they_may() -> None:
    """And what is refused is audited, too, unless it is nobody's conversation."""
    async with opened(TinyGraph(), TryingStore()) as desk:
        await desk.take([wrote("a")])
        known = await comes(lambda: desk.conversation_of(PAGE, ANA))
        assert known is not None
        (message,) = await messages(desk)
        assert (await desk.assign(ALICE, known.id)).conversation.assigned_admin_id == ALICE
        assert (await desk.set_priority(ALICE, known.id, 5)).priority == 5
        assert (await desk.mark_human_replied(ALICE, message.id)).human_replied
        assert (await desk.release(ALICE, known.id)).conversation.bot_may_answer
        with pytest.raises(TransitionError):
            await desk.control(known.id, Command(control=Control.RELEASE_HUMAN, admin_id=BOB))
        with pytest.raises(NotFoundError):
            await desk.assign(ALICE, UUID(int=1))
        with pytest.raises(NotFoundError):
            await desk.settle(ALICE, message.id, Settlement.CONFIRM)

        assert [one[1:3] for one in await audit(desk)] == [
            ("assign_human", "done"),
            ("set_priority", "done"),
            ("mark_human_replied", "done"),
            ("release_human", "done"),
            ("release_human", "refused"),
        ]


@virtual
async def test_a_person_decides_what_nobody_could_find_out() -> None:
    """The one that is sent again is a new one."""
    graph = TinyGraph()
    async with opened(graph, TryingStore(), says_hi, DeskSettings(look=20)) as desk:
        await desk.take([wrote("a")])
        await settled(desk)
        graph.steps.append("dropped")
        graph.unreadable = 10_000
        known = await conversation(desk)
        (lost,) = (await desk.reply(ALICE, known.id, "lost")).messages
        async with asyncio.timeout(5000):
            while (await desk.message(lost.id)).status is not MessageStatus.UNCONFIRMED:
                await desk.outcome(lost.id, within=60)
        again = await desk.settle(ALICE, lost.id, Settlement.RESEND)
        assert (await desk.outcome(again.id, within=5)).status is MessageStatus.SENT

    assert graph.texts() == ["You said a", "lost"]


@virtual
async def test_a_refusal_is_erased_with_its_conversation() -> None:
    """It is not audited in a conversation that is gone by then."""
    store = TryingStore()
    async with opened(TinyGraph(), store) as desk:
        await desk.take([wrote("a")])
        known = await comes(lambda: desk.conversation_of(PAGE, ANA))
        assert known is not None
        assert json.dumps(await desk.export(PAGE, ANA))
        refused = partial(
            refuse,
            conversation_id=known.id,
            admin_id=BOB,
            action="reply",
            error=TransitionError("no"),
            moment=desk._moment(),
        )
        assert await desk.erase(ALICE, PAGE, ANA)
        await store.write(refused)
        done = await desk.actions(ActionQuery())
        assert [one.action for one in done] == ["erase"]
        with pytest.raises(NotFoundError):
            await desk.export(PAGE, ANA)
