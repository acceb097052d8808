"""The guests: there when the demo opens, they really write, and a desk that was kept knows them."""

import asyncio
from pathlib import Path

import pytest
from demo.kit import HOURS, small_bot, staging

from messengerkit.demo import scene
from messengerkit.demo.scene import ANA, chat_url, meet, open_scene, settled
from messengerkit.demo.stage import Stage
from messengerkit.desk import ConversationQuery, Turn
from messengerkit.sandbox import Sandbox

GUESTS = {"Ana Example", "Ben Sample", "Carla Test", "မြမြ"}


def answered(sandbox: Sandbox) -> set[str]:
    """Return the names of those who have a message."""
    return {sandbox.person(psid=one.psid).name for one in sandbox.delivered}


async def test_each_guest_writes_and_is_answered(stage: Stage) -> None:
    """So that the panel is not empty, and nothing in it is made up."""
    known = await meet(stage.sandbox, stage.desk)
    await open_scene(stage.sandbox, asyncio.Event())

    assert not known
    assert answered(stage.sandbox) == GUESTS
    assert [one.text for one in stage.sandbox.person(psid=ANA).inbox] == [HOURS]
    assert await meet(stage.sandbox, stage.desk)


async def test_whoever_leaves_at_once_need_not_wait(stage: Stage) -> None:
    """Ctrl-C while they write is heard after the next one."""
    leaving = asyncio.Event()
    leaving.set()
    await open_scene(stage.sandbox, leaving)

    assert stage.sandbox.delivered == ()


async def test_a_bot_that_says_nothing_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one writes all the same."""

    async def mute(_turn: Turn) -> None:
        """Say nothing."""

    monkeypatch.setattr(scene, "_PATIENCE", 0.0)
    async with staging(tmp_path, mute) as stage:
        await meet(stage.sandbox, stage.desk)
        await open_scene(stage.sandbox, asyncio.Event())
        posted = len(stage.sandbox.webhooks)

    assert posted == len(GUESTS)


async def test_a_desk_that_was_kept_finds_its_people(tmp_path: Path) -> None:
    """Those whom the visitor had made are there again, under another name, and can be answered."""
    async with staging(tmp_path, small_bot) as stage:
        await stage.ana.writes("When do you open?")
        await stage.ana.receives()
        psid = stage.ana.psid
    async with staging(tmp_path, small_bot) as stage:
        known = await meet(stage.sandbox, stage.desk)
        conversations = await stage.desk.conversations(ConversationQuery())

        assert not known
        assert [one.psid for one in conversations] == [psid]
        assert stage.sandbox.person(psid=psid).name == f"Guest {psid[-4:]}"


async def test_what_is_said_to_a_desk_that_was_kept_is_the_newest(tmp_path: Path) -> None:
    """Also after a run in which the clock was moved: it goes on from there."""
    async with staging(tmp_path, small_bot) as stage:
        stage.sandbox.advance("25h")
        await stage.ana.writes("When do you open?")
        await stage.ana.receives()
        psid = stage.ana.psid
    async with staging(tmp_path, small_bot) as stage:
        await meet(stage.sandbox, stage.desk)
        ana = stage.sandbox.person(psid=psid)
        await ana.writes("And on Sundays?")
        await ana.receives()
        (one,) = await stage.desk.conversations(ConversationQuery())
        said = [each.text for each in await stage.desk.messages(one.id)]

    assert said == [HOURS, "And on Sundays?", HOURS, "When do you open?"]


async def test_the_chat_page_opens_with_ana(sandbox: Sandbox) -> None:
    """Its address names the conversation."""
    assert chat_url(sandbox) == f"{sandbox.url}/_sandbox/chat/?open={sandbox.page.id}:{ANA}"


async def test_a_backend_that_never_answers_does_not_hold_up_the_end() -> None:
    """A webhook under way is waited for, and not for ever."""
    posted, silence = asyncio.Event(), asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line.startswith(b"GET"):
            challenge = line.partition(b"hub.challenge=")[2].partition(b"&")[0].split()[0]
            head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            writer.write(head % len(challenge) + challenge)
        else:
            posted.set()
            await silence.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Sandbox(redelivery_delays=()) as sandbox:
        await sandbox.subscribe(f"http://127.0.0.1:{port}/webhook", "word")
        writing = asyncio.create_task(sandbox.person().writes("Hello?"))
        await posted.wait()
        await settled(sandbox, seconds=0.01)
        assert not writing.done()
        silence.set()
        await writing
        await settled(sandbox)
