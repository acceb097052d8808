"""What a person gets from a page, as a test waits for it."""

import asyncio

import pytest
from sandbox.kit import PERSON, Backend, Graph

from messengerkit.sandbox import Delivered, Person, Sandbox


@pytest.fixture
async def ana(sandbox: Sandbox) -> Person:
    """Return somebody who has written."""
    ana = sandbox.person("Ana Example", psid=PERSON)
    await ana.writes("Hi")
    return ana


async def test_what_comes_is_received_once_and_in_order(ana: Person, graph: Graph) -> None:
    """Each message is the next one but once; one that is looked for skips those before it."""
    for text in ("One", "Two", "Three", "Four"):
        await graph.say(text)

    assert (await ana.receives()).text == "One"
    assert (await ana.receives(lambda one: one.text == "Three")).text == "Three"
    assert (await ana.receives()).text == "Four"


async def test_whoever_waits_gets_what_comes_later(ana: Person, graph: Graph) -> None:
    """A message that comes after the question is its answer."""
    waiting = asyncio.create_task(ana.receives(lambda one: one.text == "Later"))
    await asyncio.sleep(0)
    await graph.say("Sooner")
    await graph.say("Later")

    assert (await waiting).text == "Later"


async def test_whoever_waits_in_vain_is_told(ana: Person, graph: Graph) -> None:
    """The error names the person and the time."""
    await graph.say("One")

    with pytest.raises(TimeoutError, match=r"Ana Example got no message that matches in 0\.01 s"):
        await ana.receives(lambda one: one.text == "Two", timeout=0.01)


async def test_what_comes_is_received_beyond_what_is_kept(graph: Graph) -> None:
    """The records forget the oldest messages, and those that come are received all the same."""
    async with Sandbox(retention=3) as sandbox:
        theirs, ana = Graph(graph.http, sandbox), sandbox.person(psid=PERSON)
        await ana.writes("Hi")
        got = list[Delivered]()
        for number in range(9):
            await theirs.say(str(number))
            got.append(await ana.receives(timeout=1))
        for number in range(9, 14):
            await theirs.say(str(number))

        assert [one.text for one in got] == [str(number) for number in range(9)]
        # Of five that nobody took, the last three are kept.
        assert (await ana.receives()).text == "11"


async def test_an_answer_by_hand_is_received(
    ana: Person, sandbox: Sandbox, subscribed: Backend
) -> None:
    """What somebody at the page writes is in the inbox, by no app, and echoed under standby.

    It is so where the page has a default app, which then loses the thread.
    """
    sandbox.set_default_app(sandbox.page.app)
    mid = await sandbox.inbox_writes(PERSON, "Let me look")

    (got,) = ana.inbox
    assert (got.mid, got.text, got.app_id) == (mid, "Let me look", None)
    assert subscribed.echoes() == []
    assert subscribed.echoes(under="standby") == [
        {"mid": mid, "is_echo": True, "text": "Let me look"}
    ]
