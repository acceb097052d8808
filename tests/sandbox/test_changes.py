"""The feed of what changes, as a page in a browser follows it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from sandbox.kit import PERSON, START, Graph, as_object, until

from messengerkit.sandbox import Fault, Sandbox
from messengerkit.sandbox.control import feed
from messengerkit.sandbox.world.changes import Changes

Change = tuple[int, dict[str, object]]


async def some(changes: Changes, after: int, count: int) -> list[Change]:
    """Return the next *count* changes."""
    found = list[Change]()
    stream = changes.after(after)
    async with asyncio.timeout(5):
        while len(found) < count:
            found.append(await anext(stream))
    await stream.aclose()
    return found


@asynccontextmanager
async def following(graph: Graph, last: str | None = None) -> AsyncGenerator[aiohttp.StreamReader]:
    """Give the stream of changes, from after *last* or from now on."""
    headers = {} if last is None else {"Last-Event-ID": last}
    url = f"{graph.sandbox.url}/_sandbox/changes"
    async with graph.http.get(url, headers=headers) as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert await response.content.readuntil(b"\n\n") == b"retry: 500\n\n"
        yield response.content


async def event(stream: aiohttp.StreamReader) -> Change:
    """Return the next change of a stream."""
    async with asyncio.timeout(5):
        number, data = (await stream.readuntil(b"\n\n")).decode().strip().split("\n")
    return int(number.removeprefix("id: ")), as_object(json.loads(data.removeprefix("data: ")))


async def test_changes_come_in_order() -> None:
    """Those that are kept first, and then each as it comes."""
    changes = Changes(10)
    changes.tell("clock", now=1)
    changes.tell("clock", now=2)
    stream = changes.after(0)
    assert [await anext(stream), await anext(stream)] == [
        (1, {"kind": "clock", "now": 1}),
        (2, {"kind": "clock", "now": 2}),
    ]

    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)
    changes.tell("faults", count=1)

    assert await waiting == (3, {"kind": "faults", "count": 1})
    await stream.aclose()


@pytest.mark.parametrize("after", [0, 4, 99])
async def test_a_gap_is_told(after: int) -> None:
    """Too much was missed, or it was another sandbox: all must be loaded anew."""
    changes = Changes(3)
    for now in range(1, 9):
        changes.tell("clock", now=now)

    found = await some(changes, after, 1)

    assert found == [(8, {"kind": "reset"})]


async def test_no_gap_is_told_where_there_is_none() -> None:
    """Whoever saw the last one that is gone has missed nothing."""
    changes = Changes(3)
    for now in range(1, 9):
        changes.tell("clock", now=now)

    found = await some(changes, 5, 3)

    assert [number for number, _ in found] == [6, 7, 8]


async def test_whoever_reads_too_slowly_has_a_gap() -> None:
    """More comes than is kept while the stream stands still."""
    changes = Changes(2)
    changes.tell("clock", now=1)
    stream = changes.after(0)
    await anext(stream)
    for now in range(2, 9):
        changes.tell("clock", now=now)

    assert await anext(stream) == (8, {"kind": "reset"})
    await stream.aclose()


async def test_what_comes_while_others_are_read_is_not_lost() -> None:
    """A change between two steps of the stream comes after those that it had found."""
    changes = Changes(10)
    changes.tell("clock", now=1)
    changes.tell("clock", now=2)
    stream = changes.after(0)
    await anext(stream)
    changes.tell("clock", now=3)

    assert [(await anext(stream))[0], (await anext(stream))[0]] == [2, 3]
    await stream.aclose()


async def test_a_browser_follows_all_that_happens(sandbox: Sandbox, graph: Graph) -> None:
    """People, messages of both sides, marks, reactions, typing, faults and the clock."""
    async with following(graph) as stream:
        ana = sandbox.person("Ana Example", psid=PERSON)
        mid = await ana.writes("Hi")
        await graph.post({"recipient": {"id": PERSON}, "sender_action": "typing_on"})
        await graph.say("Hello")
        await ana.reads()
        await ana.reacts(mid, "❤")
        ana.blocks()
        sandbox.script(Fault.reset())
        sandbox.clear_faults()
        sandbox.advance("1h")
        changes = [await event(stream) for _ in range(11)]

    told = [change for _, change in changes]
    numbers = [number for number, _ in changes]
    assert [one["kind"] for one in told] == [
        *("person", "message", "typing", "message", "marks", "marks"),
        *("reaction", "person", "faults", "faults", "clock"),
    ]
    assert numbers == list(range(numbers[0], numbers[0] + 11))
    assert all(one["psid"] == PERSON for one in told if "psid" in one)
    assert as_object(told[1]["message"])["mid"] == mid
    assert as_object(told[3]["message"])["text"] == "Hello"
    assert (told[4]["delivered_at"], told[4]["read_at"]) == (START, None)
    assert told[5]["read_at"] == START
    assert (told[6]["mid"], as_object(told[7]["person"])["blocked"]) == (mid, True)
    assert [told[8]["count"], told[9]["count"], told[10]["now"]] == [1, 0, START + 3600]


async def test_a_browser_comes_back_where_it_was(sandbox: Sandbox, graph: Graph) -> None:
    """With the number of the last change that it has seen, it misses none."""
    async with following(graph) as stream:
        sandbox.advance(1)
        number, _ = await event(stream)
    sandbox.advance(1)
    sandbox.advance(1)

    async with following(graph, str(number)) as stream:
        changes = [await event(stream) for _ in range(2)]

    assert [one for one, _ in changes] == [number + 1, number + 2]


@pytest.mark.parametrize("last", ["", "x", "-1", "1" * 5000, "\u0661"])
async def test_a_number_that_is_none_means_from_now_on(
    sandbox: Sandbox, graph: Graph, last: str
) -> None:
    """Whatever stands in the header, the stream begins."""
    sandbox.advance(1)
    async with following(graph, last) as stream:
        sandbox.advance(2)

        assert (await event(stream))[1] == {"kind": "clock", "now": START + 3}


async def test_a_browser_of_an_earlier_sandbox_starts_anew(graph: Graph) -> None:
    """Its number is of another time."""
    async with following(graph, "1000") as stream:
        assert (await event(stream))[1] == {"kind": "reset"}


async def test_a_stream_ends_when_its_browser_leaves(sandbox: Sandbox) -> None:
    """The next change finds nobody there, and no task is left."""
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as http, following(Graph(http, sandbox)):
        assert asyncio.all_tasks() != before

    for _ in range(3):
        sandbox.advance(1)
        await asyncio.sleep(0)

    await until(lambda: asyncio.all_tasks() == before)


async def test_a_stream_without_changes_ends_too(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beat that changes nothing finds out that nobody is there."""
    monkeypatch.setattr(feed, "_BEAT", 0.001)
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as http, following(Graph(http, sandbox)) as stream:
        assert await stream.readuntil(b"\n\n") == b":\n\n"

    await until(lambda: asyncio.all_tasks() == before)


async def test_a_stream_ends_when_the_sandbox_closes(sandbox: Sandbox, graph: Graph) -> None:
    """At once, with a proper end."""
    async with following(graph) as stream:
        async with asyncio.timeout(1):
            await sandbox.aclose()

        assert await stream.read() == b""
