"""The inbox at work: each event once, whatever fails: the handler, the store, the process."""

import asyncio

import pytest
from desk.kit import PAGE, event, wrote
from desk.playing import TryingStore, comes, conversation, messages, opened, says_hi, settled
from once.graph_play import ANA, BEN, TinyGraph
from once.virtual_clock import VirtualLoop, until, utc, virtual

from messengerkit import StoreError, events
from messengerkit.desk import (
    ActionQuery,
    DeskSettings,
    EventState,
    InboxEvent,
    MemoryStore,
    Status,
    Transaction,
    Turn,
    booking,
    webhook_json,
)
from messengerkit.desk import inbox as module
from messengerkit.desk.booking import Booked


class Bot:
    """A handler that does what it is told, and says what it was given."""

    def __init__(self, *steps: BaseException | float | None) -> None:
        self.steps = list(steps)
        self.given: list[str] = []

    async def __call__(self, turn: Turn) -> None:
        """Take the next step."""
        self.given.append(turn.text)
        step = self.steps.pop(0) if self.steps else None
        if isinstance(step, BaseException):
            raise step
        await asyncio.sleep(step or 0)
        await says_hi(turn)


@virtual
async def test_a_person_is_answered_once() -> None:
    """However often Meta tells of it."""
    graph, bot = TinyGraph(), Bot()
    async with opened(graph, TryingStore(), bot) as desk:
        assert await desk.take([wrote("a"), wrote("a")]) == 1
        await settled(desk)
        assert await desk.take([wrote("a")]) == 0
        assert await desk.take([]) == 0
        await settled(desk)

    assert graph.texts() == ["You said a"]
    assert bot.given == ["a"]


@pytest.mark.parametrize("name", ["Desk.take", "book", "Taker.claim", "finish", "bot_replies"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_call_of_the_store_fails_the_person_is_answered_once(name: str, when: str) -> None:
    """Whether it was done or not; what Meta was not told of, it delivers again."""

    @virtual
    async def scene() -> None:
        graph, store = TinyGraph(), TryingStore()
        async with opened(graph, store, says_hi) as desk:
            names = store.before if when == "before" else store.after
            names.append(name)
            for _ in range(2):
                try:
                    await desk.take([wrote("a"), wrote("b")])
                except StoreError:
                    continue
                break
            await settled(desk)
            assert not names
            assert await desk.dead_events() == []
        assert sorted(map(str, graph.texts())) == ["You said a", "You said b"]

    scene()


@virtual
async def test_what_a_process_took_in_doubt_is_no_attempt() -> None:
    """However often it fails, the handler has had it once."""
    graph, store = TinyGraph(), TryingStore()
    async with opened(graph, store, says_hi) as desk:
        store.after += ["Taker.claim"] * 9
        await desk.take([wrote("a")])
        await settled(desk)
        assert await desk.dead_events() == []
        assert (await conversation(desk)).status is Status.ACTIVE

    assert graph.texts() == ["You said a"]


@virtual
async def test_a_taking_that_is_done_late_is_not_forgotten() -> None:
    """It was told to have failed, and was done after the next look."""
    graph, store = TinyGraph(), TryingStore()
    async with opened(graph, store, says_hi, DeskSettings(lease=6)) as desk:
        store.before.append("Taker.claim")
        await until(lambda: not store.before)
        await asyncio.sleep(0.6)  # the next look found nothing
        owner = desk._owner

        def late(transaction: Transaction) -> None:
            (due,) = transaction.due_events(utc(), 9)
            transaction.put_events([due._replace(owner=owner, attempts=1)])

        await desk.take([wrote("a")])
        await store.write(lambda it: booking.book(it, desk._settings, desk._moment(), 9))
        await store.write(late)
        await settled(desk)

    assert graph.texts() == ["You said a"]


@pytest.mark.parametrize("error", [KeyError(), asyncio.CancelledError()])
def test_a_handler_that_fails_is_tried_again(error: BaseException) -> None:
    """Also where only what it waited for was cancelled; its errors stop nobody else."""

    @virtual
    async def scene() -> None:
        graph, bot = TinyGraph(), Bot(error)
        async with opened(graph, TryingStore(), bot) as desk:
            await desk.take([wrote("a"), wrote("b", {"person": BEN})])
            await settled(desk)
        assert (graph.texts(), graph.texts(BEN)) == (["You said a"], ["You said b"])
        assert sorted(bot.given) == ["a", "a", "b"]

    scene()


@pytest.mark.parametrize("error", [KeyError, asyncio.CancelledError])
def test_a_handler_that_always_fails_ends_as_a_dead_letter(error: type[BaseException]) -> None:
    """A person is wanted, and the next message goes on; given again, it may do better."""

    @virtual
    async def scene() -> None:
        graph, bot = TinyGraph(), Bot(error(), error(), error())
        settings = DeskSettings(retries=(1, 2))
        async with opened(graph, TryingStore(), bot, settings) as desk:
            await desk.take([wrote("a"), wrote("b")])
            dead = await comes(desk.dead_events)
            assert dead[0].error == error.__name__
            assert (await conversation(desk)).status is Status.ESCALATED
            await asyncio.sleep(5)
            assert bot.given in (["a", "a", "a", "b"], ["b", "b", "b", "a"])

            assert await desk.replay("alice", dead[0].key)
            assert not await desk.replay("alice", dead[0].key)
            await settled(desk)
            (did,) = await desk.actions(ActionQuery())
            assert (did.action, did.details) == ("replay", {"event": dead[0].key})
        assert sorted(map(str, graph.texts())) == ["You said a", "You said b"]

    scene()


@virtual
async def test_a_handler_that_fails_at_once_again_has_one_task() -> None:
    """It is not taken before its own task has ended."""
    graph, bot = TinyGraph(), Bot(KeyError(), KeyError(), 3.0)
    async with opened(graph, MemoryStore(), bot, DeskSettings(retries=(0, 0))) as desk:
        await desk.take([wrote("a")])
        await until(lambda: len(bot.given) == 3)
        assert len(desk._inbox.tasks.names) == 1
        await settled(desk)

    assert graph.texts() == ["You said a"]


@virtual
async def test_one_handler_at_a_time_takes_no_longer_than_it_must() -> None:
    """When one has ended, the next one begins, and nobody waits for the next look."""
    bot = Bot(*(0.1 for _ in range(20)))
    graph, settings = TinyGraph(), DeskSettings(handlers=1, sends=1, look=60)
    async with opened(graph, TryingStore(), bot, settings) as desk:
        await desk.take([wrote(f"{number}", {"person": f"24{number}"}) for number in range(20)])
        await settled(desk)
        assert asyncio.get_running_loop().time() < 5

    assert graph.sends() == 20


@virtual
async def test_many_events_at_once_are_all_taken() -> None:
    """More than are booked in one transaction."""
    graph = TinyGraph()
    async with opened(graph, TryingStore(), says_hi, DeskSettings(look=60)) as desk:
        await desk.take([wrote(f"{number}", {"person": f"24{number}"}) for number in range(210)])
        await settled(desk)
    assert graph.sends() == 210


def test_an_event_that_cannot_be_booked_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found among its neighbours, and given up; once it can be, it is booked."""
    bad = [True]
    rightly = booking.book

    def book(transaction: Transaction, *args: object, **about: object) -> Booked:
        done = rightly(transaction, *args, **about)  # type: ignore[arg-type]  # handed through
        known = transaction.conversations_of([(PAGE, ANA)]).get((PAGE, ANA))
        if bad[0] and known and transaction.message_of(known.id, "m_bad"):
            raise KeyError
        return done

    monkeypatch.setattr(module, "book", book)

    @virtual
    async def scene() -> None:
        graph = TinyGraph()
        async with opened(graph, TryingStore(), says_hi) as desk:
            await desk.take([wrote("a"), wrote("bad"), wrote("c", {"person": BEN})])
            dead = await comes(desk.dead_events)
            await asyncio.sleep(5)
            assert (graph.texts(), graph.texts(BEN)) == (["You said a"], ["You said c"])
            assert (dead[0].error, dead[0].state) == ("KeyError", EventState.DEAD)
            bad[0] = False
            await desk.replay("alice", dead[0].key)
            await settled(desk)
            assert (await messages(desk))[-1].text == "You said bad"

    scene()


@virtual
async def test_two_processes_give_up_what_cannot_be_booked_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both meet it before one of them gives it up."""

    def event_of(kept: InboxEvent) -> events.Event:
        if "m_bad" in kept.key:
            raise KeyError
        return webhook_json.event_of(kept)

    monkeypatch.setattr(booking, "event_of", event_of)
    store, told = TryingStore(), [wrote(f"good {n}", {"person": f"24{n}"}) for n in range(6)]
    async with opened(TinyGraph(), store) as one, opened(TinyGraph(), store) as other:
        await one.take([wrote("bad"), *told])
        other._new.ring()
        await comes(lambda: one.conversation_of(PAGE, "245"))
        assert [it.key for it in await one.dead_events()] == [wrote("bad").key]
        assert (await one.counts()).events[EventState.DUE] == len(told)


@virtual
async def test_a_turn_that_went_stale_is_given_again_if_the_bot_has_it() -> None:
    """An admin took the conversation and gave it back, while the bot still thought."""
    graph, bot = TinyGraph(), Bot(5.0)
    async with opened(graph, TryingStore(), bot) as desk:
        await desk.take([wrote("a")])
        await asyncio.sleep(2)
        known = await conversation(desk)
        await desk.assign("alice", known.id)
        await desk.release("alice", known.id)
        await settled(desk)
    assert bot.given == ["a", "a"]
    assert graph.texts() == ["You said a"]


@virtual
async def test_while_a_person_holds_it_the_bot_is_silent_and_all_is_kept() -> None:
    """It is told of every message all the same."""
    graph, bot = TinyGraph(), Bot()
    async with opened(graph, TryingStore(), bot) as desk:
        await desk.take([wrote("a")])
        await settled(desk)
        await desk.assign("alice", (await conversation(desk)).id)
        attachment = {"type": "image", "payload": {"url": "https://cdn.example/1"}}
        await desk.take([wrote("b", attachments=[attachment])])
        await settled(desk)
        assert (await messages(desk))[-1].attachments == (attachment,)

    assert graph.texts() == ["You said a"]
    assert bot.given == ["a", "b"]


@virtual
async def test_two_processes_do_the_work_once() -> None:
    """Each event has one turn, and each answer leaves once."""
    graph, store, bot = TinyGraph(), TryingStore(), Bot()
    async with opened(graph, store, bot) as one, opened(graph, store, bot) as two:
        for number in range(30):
            desk = (one, two)[number % 2]
            person = f"2400000000000000{number % 3}"
            await desk.take([wrote(f"{number}", {"person": person})])
            await asyncio.sleep(0.01)
        await settled(one)
    assert len(bot.given) == len(set(bot.given)) == 30
    assert graph.sends() == 30


@virtual
async def test_a_machine_that_slept_goes_on_with_what_it_was_at() -> None:
    """Its own turn is not begun a second time beside itself."""
    graph, bot = TinyGraph(), Bot(30.0)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    async with opened(graph, TryingStore(), bot) as desk:
        await desk.take([wrote("a")])
        await asyncio.sleep(2)
        loop.jump(600)
        await settled(desk)

    assert bot.given == ["a"]
    assert graph.texts() == ["You said a"]


@virtual
async def test_events_wait_for_a_process_that_has_a_handler() -> None:
    """Without one they are booked alone."""
    graph, store = TinyGraph(), TryingStore()
    async with opened(graph, store) as silent:
        await silent.take([wrote("a"), event(events.MessageRead)])
        await asyncio.sleep(5)
        assert (await silent.counts()).events[EventState.DUE] == 1
        async with opened(graph, store, says_hi) as desk:
            await settled(desk)

    assert graph.texts() == ["You said a"]
