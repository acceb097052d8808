"""How webhooks come: together, twice, late, before the answer."""

import asyncio
import json
from collections.abc import Callable

import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Graph

from messengerkit.sandbox import Habits, Sandbox


def entries(backend: Backend) -> list[int]:
    """Return how many entries each POST had."""
    return [len(json.loads(body)["entry"]) for _, body in backend.posts]


async def test_events_come_together(backend: Backend) -> None:
    """Three that come at once are one POST of three entries; each has one event."""
    async with Sandbox(habits=Habits(batch=3, batch_window=60)) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        people = [sandbox.person(psid=str(number)) for number in range(6)]
        await asyncio.gather(*(person.writes(f"Hi from {person.psid}") for person in people))

    assert entries(backend) == [3, 3]
    assert backend.texts() == [f"Hi from {number}" for number in range(6)]
    assert [len(json.loads(body)["entry"][0]["messaging"]) for _, body in backend.posts] == [1, 1]
    sandbox.ledger.assert_acknowledged_once()


async def test_a_batch_that_does_not_fill_goes_after_its_window(backend: Backend) -> None:
    """Whoever wrote alone waits for nobody for ever; a full batch before it is not disturbed."""
    async with Sandbox(habits=Habits(batch=2, batch_window=0.01)) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        two, three = sandbox.person(psid="2"), sandbox.person(psid="3")
        await asyncio.gather(two.writes("One"), three.writes("Two"))

        async with asyncio.timeout(5):
            await two.writes("Three")

    assert entries(backend) == [2, 1]


async def test_settled_waits_for_no_window(backend: Backend, graph: Graph) -> None:
    """What waits for others goes at once."""
    async with Sandbox(habits=Habits(batch=100, batch_window=3600)) as sandbox:
        await sandbox.person_writes(PERSON, "Before")
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await Graph(graph.http, sandbox).say()
        assert backend.posts == []

        async with asyncio.timeout(5):
            await sandbox.settled()

        assert entries(backend) == [2]  # the echo, and the delivery


async def test_closing_drops_a_batch_that_waits(backend: Backend) -> None:
    """Whoever waits for it is let go."""
    async with Sandbox(habits=Habits(batch=2, batch_window=3600)) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        writing = asyncio.create_task(sandbox.person_writes(PERSON, "Hi"))
        await asyncio.sleep(0)

    async with asyncio.timeout(5):
        assert (await writing).startswith("m_")
    assert backend.posts == []


async def test_events_come_twice(backend: Backend) -> None:
    """The same bytes again, although they were acknowledged, and counted as another attempt."""
    async with Sandbox(habits=Habits(duplicates=1)) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.person_writes(PERSON, "Hi")

    assert len(backend.posts) == 2
    assert len({body for _, body in backend.posts}) == 1
    assert [(one.status, one.attempt) for one in sandbox.webhooks] == [(200, 1), (200, 2)]


async def test_what_was_given_up_does_not_come_twice(backend: Backend) -> None:
    """Only what was acknowledged has a duplicate."""
    backend.statuses = [500]
    async with Sandbox(habits=Habits(duplicates=1), redelivery_delays=()) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.person_writes(PERSON, "Hi")

    assert [one.status for one in sandbox.webhooks] == [500]


async def test_late_events_are_overtaken(backend: Backend) -> None:
    """What is held back comes after what was written later, and nothing is lost."""
    habits = Habits(late=0.5, late_by=600)
    async with Sandbox(habits=habits, seed="one") as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        writing = [
            asyncio.create_task(sandbox.person_writes(PERSON, str(number))) for number in range(20)
        ]
        async with asyncio.timeout(5):
            await asyncio.wait(writing, return_when=asyncio.FIRST_COMPLETED)
            sandbox.advance("10m")
            await asyncio.wait(writing)

    texts = backend.texts()
    written = [str(number) for number in range(20)]
    assert texts != written
    assert sorted(texts, key=str) == sorted(written)


@pytest.mark.parametrize("echo_first", [True, False])
async def test_an_echo_comes_before_the_answer(
    backend: Backend, graph: Graph, *, echo_first: bool
) -> None:
    """Where that is the habit, the answer waits until the echo is acknowledged."""
    async with Sandbox(habits=Habits(echo_first=echo_first)) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.person_writes(PERSON, "Hi")
        backend.statuses = [None, None]  # the echo, and the delivery
        sending = asyncio.create_task(Graph(graph.http, sandbox).say())
        await sandbox.wait_for_delivery(PERSON)
        backend.reached.clear()
        if echo_first:
            await backend.reached.wait()
            assert not sending.done()
            backend.released.set()

        assert "message_id" in str(await asyncio.wait_for(sending, 5))
        assert backend.released.is_set() == echo_first


async def test_nobody_waits_for_an_echo_that_is_not_sent(graph: Graph) -> None:
    """Without a backend the answer comes at once."""
    async with Sandbox(habits=Habits(echo_first=True)) as sandbox:
        await sandbox.person_writes(PERSON, "Hi")

        assert "message_id" in str(await Graph(graph.http, sandbox).say())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Habits(batch=0),
        lambda: Habits(batch=1001),
        lambda: Habits(duplicates=1.1),
        lambda: Habits(late=-0.1),
        lambda: Habits(late=float("nan")),
        lambda: Habits(batch_window=-1),
        lambda: Habits(late_by=-1),
        lambda: Habits(late_by=float("nan")),
    ],
)
def test_habits_have_ends(make: Callable[[], Habits]) -> None:
    """What Meta could not do is refused."""
    with pytest.raises(ValueError, match=r"1 to 1000 events|a share is|seconds are"):
        make()
