"""The panel's conversation, of which only a part is loaded, while more is said and changed."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Route
from proofs.panels import Scene, Window, expect, scene, silent
from proofs.serving import PATIENCE

from messengerkit.demo.scene import ANA

pytestmark = pytest.mark.slow

ANAS_NAME = "Ana Example"
STEPS = ("const STEP = 50;", "const STEP = 5;")
"""So few messages are in an answer that there soon is a gap."""
EARLIER = "**/messages?*before=*"


async def test_what_changes_in_a_message_that_is_not_loaded_is_not_out_of_place(
    tmp_path: Path,
) -> None:
    """It comes with what lies between, as it is by then, though it changed on the way."""
    async with scene(tmp_path, silent) as here:
        ana = here.demo.sandbox.person(psid=ANA)
        mids = [await says(here, number) for number in range(1, 13)]
        window = await opened(here)
        before = await window.texts()
        await ana.reacts(mids[5], "🎉")
        await says(here, 13)
        await window.heard("Line 13.")
        after = await window.texts()
        earlier = window.button("Show earlier messages")
        async with held(window) as answer:
            await earlier.click()
            await asyncio.wait_for(answer.wait(), PATIENCE)
            await ana.reacts(mids[6], "🥳")
            await says(here, 14)
            await window.heard("Line 14.")
        await expect(window.conversation.get_by_role("article")).to_have_count(12)
        await expect(await window.heard("Line 6.")).to_contain_text("🎉")
        await expect(await window.heard("Line 7.")).to_contain_text("🥳")
        texts = await window.texts()

    assert before == lines(8, 12)
    assert after == lines(8, 13)
    assert texts == lines(3, 14)


async def test_what_is_said_while_a_gap_is_found_stays(tmp_path: Path) -> None:
    """The newest messages are loaded in several answers: what came after the first is newer."""
    async with scene(tmp_path, silent) as here:
        await says(here, 1)
        window = await opened(here)
        await window.page.context.set_offline(offline=True)
        await expect(window.page.get_by_text("Connection lost")).to_be_visible()
        for number in range(2, 40):
            await says(here, number)
        async with held(window) as answer:
            await window.page.context.set_offline(offline=False)
            await asyncio.wait_for(answer.wait(), PATIENCE)
            await says(here, 40)
            await window.heard("Line 40.")
        await expect(window.button("Show earlier messages")).to_be_visible()
        await window.heard("Line 40.")
        await window.heard("Line 20.")
        texts = await window.texts()

    assert texts == lines(20, 40)


async def says(here: Scene, number: int) -> str:
    """Let Ana say something, once what she said before is known; return its mid."""
    mid = await here.demo.sandbox.person(psid=ANA).writes(f"Line {number}.")
    await here.handled()
    return mid


def lines(first: int, last: int) -> list[str]:
    """Return what was said."""
    return [f"Line {number}." for number in range(first, last + 1)]


async def opened(here: Scene) -> Window:
    """Open Ana's conversation in a panel that loads few messages at once."""
    await here.handled()
    context = await here.context()

    async def serve(route: Route) -> None:
        answer = await route.fetch()
        script = await answer.text()
        assert STEPS[0] in script
        await route.fulfill(response=answer, body=script.replace(*STEPS))

    await context.route("**/thread.js", serve)
    window = await here.admin("alice", context)
    await window.choose(ANAS_NAME)
    return window


@asynccontextmanager
async def held(window: Window) -> AsyncGenerator[asyncio.Event]:
    """Hold back answers with earlier messages until the end; the event says that there is one."""
    is_there, go_on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        is_there.set()
        await go_on.wait()
        await route.fulfill(response=answer)

    await window.page.route(EARLIER, hold)
    try:
        yield is_there
    finally:
        go_on.set()
        await window.page.unroute_all(behavior="wait")
