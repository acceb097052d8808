"""The inbox: who has which event, how often, and what follows when a handler fails."""

from datetime import timedelta
from functools import partial

from desk.kit import AT, Office, wrote
from once.graph_play import BEN

from messengerkit.desk import EventState, InboxEvent, Status
from messengerkit.desk.entries import LONG_AGO
from messengerkit.desk.privacy import erase
from messengerkit.desk.taking import Claimed, Taker, fail, finish, give_back, replay

RETRIES = (1.0, 5.0)
MOST = len(RETRIES) + 1
SECOND = timedelta(seconds=1)


async def with_ana(*texts: str) -> Office:
    """Return an office in which Ana's messages are due, and two processes live."""
    office = Office()
    await office.book(*(wrote(text) for text in texts or ("Hello",)))
    await office.do(lambda it: it.alive("one", AT + 60 * SECOND))
    await office.do(lambda it: it.alive("two", AT + 60 * SECOND))
    return office


async def claim(
    office: Office,
    owner: str = "one",
    *,
    busy: tuple[str, ...] = (),
    in_doubt: bool = False,
    limit: int = 9,
) -> list[Claimed]:
    """Return what a process takes."""
    taker = Taker(owner, busy, 60.0, in_doubt=in_doubt)
    step = partial(taker.claim, moment=office.moment, limit=limit, most=MOST)
    return await office.do(step)


async def kept(office: Office, claimed: Claimed) -> InboxEvent:
    """Return an event as it is now."""
    event = await office.do(lambda it: it.event(claimed.event.key))
    assert event is not None
    return event


async def failing(office: Office, claimed: Claimed, owner: str = "one") -> EventState:
    """Let a handler fail."""
    key = claimed.event.key
    step = partial(fail, key=key, owner=owner, error="KeyError", retries=RETRIES)
    return await office.do(partial(step, moment=office.moment))


async def test_an_event_is_one_process_s_and_a_conversation_has_one_at_a_time() -> None:
    """The next one comes when the first is done."""
    office = await with_ana("a", "b")
    await office.book(wrote("c", {"person": BEN}))

    first, other = await claim(office)
    assert [one.message and one.message.text for one in (first, other)] == ["a", "c"]
    assert await claim(office, "two") == []
    await office.do(partial(finish, key=first.event.key, owner="one"))

    (second,) = await claim(office, "two")
    assert second.message is not None
    assert (second.message.text, second.event.attempts) == ("b", 1)


async def test_what_a_dead_process_had_is_anothers() -> None:
    """Its own end of it counts no more."""
    office = await with_ana()
    (first,) = await claim(office)
    await office.do(lambda it: it.alive("one", LONG_AGO))

    (second,) = await claim(office, "two")
    await office.do(partial(finish, key=first.event.key, owner="one"))
    await office.do(partial(give_back, key=first.event.key, owner="one"))
    assert await failing(office, first) is EventState.DONE

    event = await kept(office, second)
    assert (event.owner, event.attempts, event.state) == ("two", 2, EventState.DUE)


async def test_a_handler_that_fails_has_it_again_later() -> None:
    """After the last time it is dead, and a person is wanted for its message."""
    office = await with_ana()
    for wait in RETRIES:
        (claimed,) = await claim(office)
        assert await failing(office, claimed) is EventState.DUE
        office.later(seconds=wait - 0.1)
        assert await claim(office) == []
        office.later(seconds=0.1)
    (claimed,) = await claim(office)
    assert await failing(office, claimed) is EventState.DEAD

    (dead,) = await office.do(lambda it: it.dead_events(9))
    assert (dead.error, dead.owner, dead.attempts) == ("KeyError", None, MOST)
    assert (await office.conversation()).status is Status.ESCALATED
    assert (await office.messages())[0].requires_human
    assert await claim(office) == []


async def test_one_that_handlers_die_of_is_dead() -> None:
    """They never came to an end."""
    office = await with_ana()
    for number in range(MOST):
        owner = f"process {number}"
        assert len(await claim(office, owner)) == 1

    assert await claim(office) == []

    assert len(await office.do(lambda it: it.dead_events(9))) == 1
    assert (await office.conversation()).status is Status.ESCALATED


async def test_what_was_given_back_was_not_begun() -> None:
    """The handler had no chance to end."""
    office = await with_ana()
    for _ in range(MOST + 1):
        (claimed,) = await claim(office)
        await office.do(partial(give_back, key=claimed.event.key, owner="one"))
        assert (await kept(office, claimed)).attempts == 0


async def test_a_taking_that_failed_and_was_done_is_no_attempt() -> None:
    """The process takes again what it has and is not at, however often that happens."""
    office = await with_ana()
    for _ in range(MOST + 2):
        await claim(office, in_doubt=True)

    (claimed,) = await claim(office, in_doubt=True)

    assert claimed.event.attempts == 1
    assert await claim(office, in_doubt=True, busy=(claimed.event.key,)) == []
    assert await claim(office, "two") == []


async def test_a_machine_that_slept_does_not_take_what_it_is_at() -> None:
    """Its lease was over meanwhile; and it takes no more than it has room for."""
    office = await with_ana()
    (claimed,) = await claim(office)
    await office.book(wrote("b", {"person": BEN}), wrote("c", {"person": BEN + "0"}))
    await office.do(lambda it: it.alive("one", LONG_AGO))

    again = await claim(office, busy=(claimed.event.key,), limit=1)

    assert [one.message and one.message.text for one in again] == ["b"]


async def test_a_bot_that_was_fenced_off_has_it_again_once_it_is_the_bots() -> None:
    """Otherwise nobody would ever answer the person."""
    office = await with_ana()
    (claimed,) = await claim(office)
    done = partial(finish, key=claimed.event.key, owner="one", stale=True)
    await office.do(done)
    assert (await kept(office, claimed)).state is EventState.DUE

    (claimed,) = await claim(office)
    assert claimed.event.attempts == 2
    await office.human()
    await office.do(done)
    assert (await kept(office, claimed)).state is EventState.DONE


async def test_a_dead_event_is_given_again() -> None:
    """From the start; only dead ones are, and one that was never booked is booked."""
    office = await with_ana()
    (claimed,) = await claim(office)
    key = claimed.event.key
    again = partial(replay, admin_id="alice", moment=office.moment)
    assert not await office.do(partial(again, key=key))
    assert not await office.do(partial(again, key="nobody's"))
    dead = claimed.event._replace(state=EventState.DEAD, attempts=MOST, owner=None)
    await office.do(lambda it: it.put_events([dead]))

    assert await office.do(partial(again, key=key))
    assert (await claim(office))[0].event.attempts == 1

    await office.do(lambda it: it.put_events([dead._replace(conversation_id=None)]))
    await office.do(partial(again, key=key))
    assert (await kept(office, claimed)).state is EventState.NEW


async def test_what_is_erased_meanwhile_is_over() -> None:
    """For whoever has it, and whoever would take it."""
    office = await with_ana("a", "b")
    (claimed,) = await claim(office)
    event, known = claimed.event, await office.conversation()
    gone = partial(erase, page_id=event.page_id, psid=event.psid, admin_id="alice")
    await office.do(partial(gone, moment=office.moment))

    assert await failing(office, claimed) is EventState.DONE
    await office.do(partial(finish, key=event.key, owner="one"))
    await office.do(partial(give_back, key=event.key, owner="one"))
    assert await claim(office, "two") == []

    await office.book(wrote("later", {"person": BEN}))
    (left,) = await claim(office)
    orphan = left.event._replace(conversation_id=known.id, owner=None)
    await office.do(lambda it: it.put_events([orphan]))
    assert await claim(office) == []
    assert (await kept(office, left)).state is EventState.DONE
    dead = orphan._replace(owner="one", attempts=MOST)
    await office.do(lambda it: it.put_events([dead]))
    assert await failing(office, left) is EventState.DEAD


async def test_an_event_that_is_given_again_waits_for_a_later_one_at_work() -> None:
    """Two handlers would answer one person side by side."""
    office = await with_ana("a", "b")
    (first,) = await claim(office)
    dead = first.event._replace(state=EventState.DEAD, attempts=MOST, owner=None)
    await office.do(lambda it: it.put_events([dead]))
    (second,) = await claim(office)
    assert second.event.key != first.event.key
    again = partial(replay, key=first.event.key, admin_id="alice", moment=office.moment)
    assert await office.do(again)

    assert await claim(office, "two") == []
    await office.do(partial(finish, key=second.event.key, owner="one"))

    (claimed,) = await claim(office, "two")
    assert claimed.event.key == first.event.key
