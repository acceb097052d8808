"""Admins see that another one is about to answer, and nobody else does."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from admin.desk_kit import ALICE, BEA, EVENTS, OTHER_PAGE, PAGE, SUE, TYPING, Play

from messengerkit import MessengerClient
from messengerkit.admin import AdminIdentity
from messengerkit.desk import Conversation
from messengerkit.errors import StoreError


@pytest.fixture
def play(client: MessengerClient) -> Play:
    """A desk whose answers wait for something to happen."""
    return Play(client, events_wait=30.0)


async def types(play: Play, one: Conversation, by: AdminIdentity, *, typing: bool = True) -> None:
    """Let an admin type, or end, in a conversation."""
    play.admin = by
    body = {"admin_id": by.admin_id, "typing": typing}
    assert (await play.told("POST", TYPING, body, of=one.id)).status == 200


async def hears(play: Play, admin: AdminIdentity) -> str:
    """Return what the next answer tells *admin* of what happens from now on."""
    play.admin = admin
    answer = await play.ask("GET", EVENTS, query="after=start")
    return answer.body.decode()


async def test_it_is_told_at_once(play: Play) -> None:
    """To whoever waits; as it is now, once."""
    one = await play.conversation()
    hearing = asyncio.create_task(hears(play, BEA))
    await asyncio.sleep(0.01)
    await types(play, one, ALICE)
    told = await hearing

    data = f'{{"conversation_id":"{one.id}","admin_id":"alice","typing":true}}'
    assert told == f"retry: 100\n\nid: start\nevent: typing\ndata: {data}\n\nid: start\n\n"


async def test_one_who_was_away_for_a_moment_hears_it(client: MessengerClient) -> None:
    """A browser that comes again has missed nothing; later it is no news any more."""
    play, now = Play(client), [100.0]
    play.backend._presence._monotonic = lambda: now[0]
    play.backend._monotonic = lambda: now[0]
    one = await play.conversation()
    await types(play, one, ALICE)
    await types(play, one, ALICE, typing=False)
    now[0] += 2.9
    assert (await hears(play, BEA)).count("event: typing") == 1
    assert "event: typing" not in await hears(play, BEA)
    now[0] += 0.2
    assert "event: typing" not in await hears(play, SUE)


async def test_what_was_told_between_two_answers_is_heard_at_once(play: Play) -> None:
    """The browser is on its way back for a moment, and would else wait for something else."""
    one = await play.conversation()
    hearing = asyncio.create_task(hears(play, BEA))
    await asyncio.sleep(0.01)
    await types(play, one, ALICE)
    await hearing
    await types(play, one, ALICE, typing=False)

    told = await asyncio.wait_for(hears(play, BEA), 10)
    assert '"typing":false' in told
    again = asyncio.create_task(hears(play, BEA))
    await asyncio.sleep(0.01)
    assert not again.done()  # it has been heard
    again.cancel()


async def test_who_has_waited_hears_no_old_news(client: MessengerClient) -> None:
    """It was told with the answer before, and counts for five seconds from then on."""
    play, now = Play(client, events_wait=0.01), [100.0]
    play.backend._presence._monotonic = lambda: now[0]
    play.backend._monotonic = lambda: now[0]
    one = await play.conversation()
    await types(play, one, ALICE)
    assert "event: typing" in await hears(play, BEA)
    hearing = asyncio.create_task(hears(play, BEA))
    await asyncio.sleep(0)
    now[0] += 0.5

    assert "event: typing" not in await hearing


async def test_nobody_hears_themselves_or_of_pages_that_are_not_theirs(
    client: MessengerClient,
) -> None:
    """What they may not see, they do not hear of either."""
    play = Play(client)
    one, other = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    await types(play, one, ALICE)
    await types(play, other, ALICE)

    assert "event: typing" not in await hears(play, ALICE)
    told = await hears(play, replace(BEA, pages=frozenset({PAGE})))
    assert (str(one.id) in told, str(other.id) in told) == (True, False)


async def test_a_store_that_fails_meanwhile_is_told(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits learns of it, and comes again."""

    async def failing(_cursor: str) -> None:
        msg = "It is gone."
        raise StoreError(msg)

    hearing = asyncio.create_task(hears(play, BEA))
    await asyncio.sleep(0.01)
    monkeypatch.setattr(play.desk, "changes_since", failing)
    play.desk._wake()

    assert '"code":"store"' in await hearing


async def test_each_window_of_an_admin_hears_it(play: Play) -> None:
    """They are answered one after the other."""
    one = await play.conversation()
    hearing = [asyncio.create_task(hears(play, BEA)) for _ in range(3)]
    await asyncio.sleep(0.01)
    await types(play, one, ALICE)

    assert [told.count("event: typing") for told in await asyncio.gather(*hearing)] == [1, 1, 1]


async def test_what_is_not_for_an_admin_ends_no_waiting(play: Play) -> None:
    """What they do themselves, and what happens on other pages: it would tell of it."""
    one, other = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    bea = replace(BEA, pages=frozenset({PAGE}))
    hearing = [asyncio.create_task(hears(play, each)) for each in (ALICE, bea)]
    await asyncio.sleep(0.01)
    await types(play, other, ALICE)
    await asyncio.sleep(0.01)
    assert not any(each.done() for each in hearing)

    await types(play, one, SUE)
    for told in await asyncio.gather(*hearing):
        assert told.count("event: typing") == 1
        assert '"admin_id":"sue"' in told


async def test_nobody_types_in_the_name_of_another(client: MessengerClient) -> None:
    """The others would wait for somebody who is not there."""
    play = Play(client)
    one = await play.conversation()
    body = {"admin_id": "bea", "typing": True}

    assert (await play.told("POST", TYPING, body, of=one.id)).status == 403
    assert "event: typing" not in await hears(play, SUE)


async def test_nobody_types_where_they_see_nothing(client: MessengerClient) -> None:
    """A conversation of another page is as one that is not there."""
    play = Play(client)
    other = await play.conversation(page_id=OTHER_PAGE)
    play.admin = replace(ALICE, pages=frozenset({PAGE}))
    body = {"admin_id": "alice", "typing": True}

    assert (await play.told("POST", TYPING, body, of=other.id)).status == 404
    assert (await play.told("POST", TYPING, body, of=uuid4())).status == 404
    assert "event: typing" not in await hears(play, SUE)
