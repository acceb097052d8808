"""An admin signs out of the panel while something is still being sent."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Dialog, Route
from proofs.panels import expect, scene, silent
from proofs.serving import PATIENCE

from messengerkit.demo.scene import ANA

pytestmark = pytest.mark.slow


async def test_who_stays_on_the_page_can_sign_in_again(tmp_path: Path) -> None:
    """The browser asks whether to leave; who does not is signed out, and the page goes on."""
    asked: list[str] = []
    is_held, go_on = asyncio.Event(), asyncio.Event()

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    async def hold(route: Route) -> None:
        is_held.set()
        await go_on.wait()
        await route.continue_()

    async with scene(tmp_path, silent) as here:
        await here.demo.sandbox.person(psid=ANA).writes("Is anybody there?")
        await here.handled()
        alice = await here.admin("alice")
        await alice.choose("Ana Example")
        alice.page.on("dialog", stay)
        await alice.page.route("**/admin/send-message", hold)
        await alice.write("I am.")
        await asyncio.wait_for(is_held.wait(), PATIENCE)
        await alice.page.get_by_role("button", name="Sign out").click()
        await expect(alice.page.get_by_role("dialog", name="Sign in")).to_be_visible()
        go_on.set()
        await alice.page.unroute_all(behavior="wait")
        await alice.enter("alice", here.key("alice"))

    assert asked == ["beforeunload"]
