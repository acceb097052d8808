"""Time: it is moved by a call, and all that depends on it follows."""

import asyncio
import time
from datetime import timedelta

import pytest
from sandbox.kit import PERSON, START, VERIFY_TOKEN, Backend, Clock, Graph, as_object, until

from messengerkit.sandbox import App, Sandbox
from messengerkit.sandbox.clock import Clock as MovingClock
from messengerkit.sandbox.clock import Span, seconds_of

DAY = 86_400


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        ("250ms", 0.25),
        ("90s", 90),
        ("2m", 120),
        ("25h", 90_000),
        ("1d12h", 129_600),
        ("1.5d", 129_600),
        ("1w", 604_800),
        (0, 0),
        (12.5, 12.5),
        (timedelta(days=90), 90 * DAY),
    ],
)
def test_a_span_is_read(span: Span, seconds: float) -> None:
    """Texts with units, seconds, and timedeltas."""
    assert seconds_of(span) == seconds


@pytest.mark.parametrize(
    "span",
    ["", "25", "h", "25 h", "-1h", "1h!", -1, float("nan"), float("inf"), 10**400, "999999999w"],
)
def test_what_is_no_span_is_an_error(span: Span) -> None:
    """A clock moves forward, by a length of time that it can be told."""
    with pytest.raises(ValueError, match=r"no length of time|moves forward"):
        seconds_of(span)


def test_the_clock_never_leaves_the_calendar() -> None:
    """Many long spans are refused together, as one of their length would be."""
    clock = MovingClock(Clock())
    clock.advance(3_000_000_000)

    with pytest.raises(ValueError, match="a hundred years at most"):
        clock.advance(3_000_000_000)

    assert clock() == START + 3_000_000_000


async def test_whoever_sleeps_wakes_when_time_is_skipped() -> None:
    """A week is over at once; half of it is not enough."""
    clock = MovingClock(Clock())
    sleeping = asyncio.create_task(clock.sleep(7 * DAY))
    other = asyncio.create_task(clock.sleep(8 * DAY))
    await asyncio.sleep(0)

    clock.advance("3d")
    await asyncio.sleep(0)
    assert not sleeping.done()
    clock.advance("4d")
    async with asyncio.timeout(5):
        await sleeping

    assert not other.done()
    other.cancel()


async def test_whoever_sleeps_wakes_by_itself(clock: Clock) -> None:
    """Real seconds count too, even when the clock itself stands still."""
    began = time.monotonic()

    await MovingClock(clock).sleep(0.02)

    assert time.monotonic() - began >= 0.02


async def test_the_window_is_24_hours(sandbox: Sandbox, graph: Graph) -> None:
    """A second before its end a text is delivered; at its end it is refused."""
    began = time.monotonic()
    await sandbox.person_writes(PERSON, "Hi")

    sandbox.advance(DAY - 1)
    inside = await graph.say("Good evening")
    sandbox.advance(1)
    outside = await graph.say("Too late")

    assert "message_id" in str(inside)
    assert "'code': 10" in str(outside)
    assert "2018278" in str(outside)
    sandbox.ledger.assert_in_order(PERSON, ["Good evening"])
    assert time.monotonic() - began < 1


async def test_an_act_of_the_person_opens_the_window_again(sandbox: Sandbox, graph: Graph) -> None:
    """A tap counts as a text does."""
    await sandbox.person_writes(PERSON, "Hi")
    sandbox.advance("30h")
    await sandbox.person_taps(PERSON, "MENU", "Menu")

    assert "message_id" in str(await graph.say())


async def test_people_may_answer_for_7_days(sandbox: Sandbox, graph: Graph) -> None:
    """With HUMAN_AGENT a text is delivered until the last second of the week."""
    began = time.monotonic()
    await sandbox.person_writes(PERSON, "Hi")
    tag = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}

    sandbox.advance(7 * DAY - 1)
    inside = await graph.say("Sorry for the wait", **tag)
    sandbox.advance(1)
    outside = await graph.say("Too late", **tag)

    assert "message_id" in str(inside)
    assert "2018278" in str(outside)
    assert [one.tag for one in sandbox.delivered] == ["HUMAN_AGENT"]
    assert time.monotonic() - began < 1


async def test_an_attachment_id_dies_after_90_days(sandbox: Sandbox, graph: Graph) -> None:
    """It is good until the last second, and unknown then."""
    payload = {"url": "https://cdn.example.com/a.png", "is_reusable": True}
    _, _, saved = await graph.post(
        {"message": {"attachment": {"type": "image", "payload": payload}}},
        path="/v26.0/me/message_attachments",
    )
    again = {"type": "image", "payload": {"attachment_id": saved["attachment_id"]}}
    body = {"recipient": {"id": PERSON}, "message": {"attachment": again}}

    sandbox.advance(90 * DAY - 1)
    await sandbox.person_writes(PERSON, "Still there?")
    _, _, alive = await graph.post(body)
    sandbox.advance(1)
    _, _, dead = await graph.post(body)

    assert "message_id" in alive
    assert "error" in dead
    assert len(sandbox.delivered) == 1


async def test_a_silent_thread_is_idle_after_24_hours(graph: Graph) -> None:
    """The app that was given it has lost it, and another one may answer again."""
    other = App(id=555, secret="s" * 32, name="Other")
    async with Sandbox(apps=[other]) as sandbox:
        theirs = Graph(graph.http, sandbox)
        await sandbox.person_writes(PERSON, "Hi")
        body = {"recipient": {"id": PERSON}, "target_app_id": str(other.id)}
        await theirs.post(body, path="/v26.0/me/pass_thread_control")

        refused = await theirs.say("Mine?")
        sandbox.advance("24h")
        owner = await theirs.get("/v26.0/me/thread_owner", recipient=PERSON)
        await sandbox.person_writes(PERSON, "Anybody?")
        accepted = await theirs.say("Here I am")
        still = await theirs.get("/v26.0/me/thread_owner", recipient=PERSON)

    assert "2018300" in str(refused)
    assert owner == still == {"data": []}
    assert "message_id" in str(accepted)


async def test_redeliveries_come_when_time_is_skipped(backend: Backend, clock: Clock) -> None:
    """An hour before the second POST passes by one call."""
    backend.statuses = [500]
    async with Sandbox(now=clock, redelivery_delays=(3600,)) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        writing = asyncio.create_task(sandbox.person_writes(PERSON, "Hi"))
        await until(lambda: len(sandbox.webhooks) == 1)
        assert not writing.done()

        sandbox.advance("1h")
        async with asyncio.timeout(5):
            await writing

    assert [(one.status, one.attempt) for one in sandbox.webhooks] == [(500, 1), (200, 2)]
    assert [one.at for one in sandbox.webhooks] == [START, START + 3600]


async def test_a_move_of_the_clock_is_a_change(sandbox: Sandbox) -> None:
    """Whoever watches sees the new time."""
    number = sandbox._world.changes.last

    sandbox.advance("1h")

    async for _, change in sandbox._world.changes.after(number):
        assert as_object(change) == {"kind": "clock", "now": START + 3600}
        break
