"""How conversations look in a list: who they are with, and what was said last."""

import asyncio
from dataclasses import replace
from itertools import count
from uuid import uuid4

import pytest
from admin.desk_kit import ALICE, NOW, OTHER_PAGE, PAGE, PREVIEWS, Play, rows

from messengerkit import MessengerClient
from messengerkit.admin.names import Named, Names
from messengerkit.desk import Conversation
from messengerkit.desk.store import Store
from messengerkit.sandbox import Fault, Sandbox


@pytest.fixture
def play(client: MessengerClient, kept: Store) -> Play:
    """A desk that is not open."""
    return Play(client, kept)


@pytest.fixture
async def ana(play: Play, sandbox: Sandbox) -> Conversation:
    """Return the conversation with somebody whose name Meta knows."""
    return await play.conversation(psid=sandbox.person("Ana Example").psid)


async def test_they_have_a_name_a_picture_and_what_was_said_last(
    play: Play, ana: Conversation
) -> None:
    """Of a person without a profile there is only what was said, or nothing at all."""
    await play.message(ana, text="first")
    await play.message(ana, text="last", created_at=NOW.replace(minute=1))
    nobody = await play.conversation()
    done = await play.told("GET", PREVIEWS, query=f"ids={ana.id},{uuid4()},x,{nobody.id},{ana.id}")
    one, other = rows(done.data["previews"])

    assert (one["conversation_id"], one["name"]) == (str(ana.id), "Ana Example")
    assert str(one["picture"]).startswith("http")
    assert rows([one["last_message"]])[0]["text"] == "last"
    assert other == {
        "conversation_id": str(nobody.id),
        "name": None,
        "picture": None,
        "last_message": None,
    }


async def test_only_their_pages_are_told(play: Play) -> None:
    """All others are left out, as if they were not there."""
    one, other = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    play.admin = replace(ALICE, pages=frozenset({PAGE}))
    done = await play.told("GET", PREVIEWS, query=f"ids={other.id},{one.id}")

    assert [each["conversation_id"] for each in rows(done.data["previews"])] == [str(one.id)]


async def test_a_name_is_asked_for_once(
    ana: Conversation, client: MessengerClient, sandbox: Sandbox
) -> None:
    """For an hour; what Meta did not tell, for a minute, so that it is told soon."""
    now = [0.0]
    names = Names(lambda: now[0])
    sandbox.script(Fault.graph_error(100), path="people")
    assert await names.of(client, PAGE, ana.psid) == Named()
    asked = len(sandbox.requests)
    now[0] = 59.0
    assert await names.of(client, PAGE, ana.psid) == Named()
    assert len(sandbox.requests) == asked
    now[0] = 60.0
    assert (await names.of(client, PAGE, ana.psid)).name == "Ana Example"
    asked = len(sandbox.requests)
    now[0] = 3659.0
    assert (await names.of(client, PAGE, ana.psid)).name == "Ana Example"
    assert len(sandbox.requests) == asked
    now[0] = 3660.0
    await names.of(client, PAGE, ana.psid)
    assert len(sandbox.requests) == asked + 1


async def test_not_all_names_are_kept(
    client: MessengerClient, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    """A desk that knows millions has room for the last ones."""
    monkeypatch.setattr("messengerkit.admin.names._MOST", 1)
    ticks = count()
    names = Names(lambda: next(ticks) / 1000)
    one, other = (sandbox.person(name).psid for name in ("Ana Example", "Ben Example"))
    for psid in (one, other, one):
        await names.of(client, PAGE, psid)

    assert len(sandbox.requests) == 3


async def test_a_long_list_waits_for_names_once(
    client: MessengerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Graph API that says nothing holds it up for some seconds, and not for each few again."""
    asked: list[str] = []

    async def say_nothing(_users: object, psid: str) -> None:
        asked.append(psid)
        await asyncio.Event().wait()

    # One end for all: on a busy machine one that began later would get a place of the first ones.
    ends = [asyncio.get_running_loop().time() + 0.05]

    def until(_seconds: float) -> asyncio.Timeout:
        return asyncio.timeout_at(ends[0])

    monkeypatch.setattr(asyncio, "timeout", until)
    monkeypatch.setattr(type(client.users), "get", say_nothing)
    names = Names(lambda: 0.0)
    everybody = [str(number) for number in range(20)]
    first = await asyncio.gather(*(names.of(client, PAGE, one) for one in everybody))
    assert first == [Named()] * 20
    assert asked == everybody[:8]

    assert await names.of(client, PAGE, asked[0]) == Named()
    assert len(asked) == 8
    ends[0] += 0.05
    await names.of(client, PAGE, everybody[-1])
    assert asked[8:] == everybody[-1:]


async def test_who_waits_for_a_place_need_not_ask_again(
    client: MessengerClient, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    """Somebody else has asked for the same person by then."""
    monkeypatch.setattr("messengerkit.admin.names._AT_ONCE", 1)
    names, ana = Names(lambda: 0.0), sandbox.person("Ana Example").psid
    both = await asyncio.gather(*(names.of(client, PAGE, ana) for _ in range(2)))

    assert [one.name for one in both] == ["Ana Example"] * 2
    assert len(sandbox.requests) == 1


async def test_a_page_that_has_no_client_any_more_has_no_names(
    client: MessengerClient, kept: Store
) -> None:
    """Its conversations are in the list all the same, beside the others."""
    play = Play(client, kept)
    play.desk._client_for = {PAGE: client}.__getitem__
    one, other = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    done = await play.told("GET", PREVIEWS, query=f"ids={one.id},{other.id}")

    assert [each["name"] for each in rows(done.data["previews"])] == [None, None]
