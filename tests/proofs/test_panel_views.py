"""Every view of the panel: to a reader of screens, in the dark, on a phone, by keyboard alone."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Page
from proofs.onlooker import SPOTLESS
from proofs.panels import BOWL, NARROW, PHONE, SIZE, Scene, Window, expect, picture, scene

from messengerkit.demo.scene import ANA, open_scene
from messengerkit.desk import Command, Control, Status

pytestmark = pytest.mark.slow

ANAS_NAME = "Ana Example"
SHOWN = {
    ("conversation", "light"): "panel-light",
    ("conversation", "dark"): "panel-dark",
    ("audit", "light"): "panel-audit",
}
"""What is worth a screenshot, by its view and look."""
OTHERS = {
    "أمل خالد": "هل يمكنني التحدث إلى شخص؟ Can I talk to a person?",
    "Zoë 👩🏽‍🍳": "Do you cater for weddings? I want to speak to somebody 🎂",
}


async def lively(here: Scene) -> None:
    """Let the guests of the demo write, and some more; Ana wants to see a person in the end."""
    sandbox, desk = here.demo.sandbox, here.demo.desk
    await open_scene(sandbox, asyncio.Event())
    for name, text in OTHERS.items():
        await sandbox.person(name).writes(text)
    ana = sandbox.person(psid=ANA)
    await ana.receives()
    await ana.writes("Can I see the menu?")
    await ana.receives(match=lambda one: bool(one.attachments))
    await ana.writes("Can I talk to a person about a table for ten?")
    await ana.receives()
    await here.handled()
    note = "Ten is fine in the back room; Monday is taken."
    wanted = Command(control=Control.ESCALATE, admin_id="bob", reason="a table for ten", note=note)
    urgent = (await desk.control((await here.of()).id, wanted)).conversation
    await desk.set_priority("bob", urgent.id, 4)


async def test_every_view_in_every_look(tmp_path: Path) -> None:
    """Axe finds no serious fault: light, dark, and 360 px wide, where nothing overflows."""
    async with scene(tmp_path) as here:
        await lively(here)
        window = await here.panel()
        found = {f"sign-in, {look}": await window.verdict() async for look in looks(window.page)}
        await window.enter("alice", here.key("alice"))
        log = await window.choose(ANAS_NAME)
        await window.take_over()
        await window.write("Hello Ana, Alice here. Would Friday at seven be all right?")
        await window.choose_file(BOWL)
        await window.button("Send").click()
        await expect(log.get_by_role("img", name="Picture")).to_have_count(2)
        await here.demo.sandbox.person(psid=ANA).writes("Friday is perfect, thank you! 🎉")
        await window.heard("Friday is perfect")
        wide: dict[str, int] = {}
        async for look in looks(window.page):
            async for view in views(window):
                found[f"{view}, {look}"] = await window.verdict()
                wide[f"{view}, {look}"] = await overflow(window.page)
                if (view, look) in SHOWN:
                    await picture(window, SHOWN[view, look])

        width, height = PHONE
        await window.page.set_viewport_size({"width": width, "height": height})
        await window.page.evaluate("location.hash = '#/'")
        await window.choose(ANAS_NAME)
        await picture(window, "panel-phone")

    assert len(found) == 3 * 10
    assert {view: one for view, one in found.items() if one != SPOTLESS} == {}
    assert {view: one for view, one in wide.items() if one > 0} == {}


async def looks(page: Page) -> AsyncGenerator[str]:
    """Let the page look in every way."""
    for name, scheme, (width, height) in (
        ("light", "light", SIZE),
        ("dark", "dark", SIZE),
        ("360 px", "light", NARROW),
    ):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await page.set_viewport_size({"width": width, "height": height})
        yield name


async def views(window: Window) -> AsyncGenerator[str]:
    """Go to each view of the panel; it is shown while the name is looked at."""
    page, here = window.page, window.page.url.partition("#")[0]
    await page.goto(f"{here}#/")
    await expect(page.get_by_role("list", name="Conversations")).to_be_visible()
    yield "list"
    await page.get_by_role("button", name="Filters").click()
    await expect(page.get_by_role("group", name="Filters")).to_be_visible()
    yield "filters"
    await page.get_by_role("button", name="Filters").click()
    await window.choose(ANAS_NAME)
    yield "conversation"
    if not await window.button("Resolve…").is_visible():
        await window.button("More").click()  # on a phone it is there
    await window.button("Resolve…").click()
    await expect(page.get_by_role("dialog", name="Resolve this conversation")).to_be_visible()
    yield "resolve"
    await page.keyboard.press("Escape")
    await window.button("More").click()
    await expect(window.conversation.get_by_role("group", name="More")).to_be_visible()
    yield "more"
    await window.button("Escalate…").click()
    await expect(page.get_by_role("dialog", name="Escalate this conversation")).to_be_visible()
    yield "escalate"
    await page.keyboard.press("Escape")
    await window.button("Canned answers").click()
    await expect(window.conversation.get_by_role("group", name="Canned answers")).to_be_visible()
    yield "canned answers"
    await page.keyboard.press("Escape")
    await page.goto(f"{here}#/audit")
    await expect(
        page.get_by_role("table", name="Actions").get_by_role("row").nth(2)
    ).to_be_visible()
    yield "audit"
    await page.get_by_role("heading", name="Audit").click()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    yield "shortcuts"
    await page.keyboard.press("Escape")


async def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen."""
    return int(await page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


async def test_by_keyboard_alone(tmp_path: Path) -> None:
    """Sign in, search, choose with the arrows, answer and resolve, without a mouse."""
    async with scene(tmp_path) as here:
        await lively(here)
        window = await here.panel()
        page, keys = window.page, window.page.keyboard
        await keys.type("alice")
        await keys.press("Tab")
        await keys.type(here.key("alice"))
        await keys.press("Enter")
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await expect(window.row("Carla Test")).to_be_visible()
        await keys.press("3")  # all of them
        await keys.press("/")
        await keys.type("back room")
        rows = page.get_by_role("list", name="Conversations").get_by_role("link")
        await expect(rows).to_have_count(1)
        await keys.press("Escape")
        await expect(rows).to_have_count(6)
        await tab_to(page, "a.row")
        for _ in range(6):
            await keys.press("ArrowUp")
        await keys.press("ArrowDown")
        await expect(rows.nth(1)).to_be_focused()
        await keys.press("ArrowUp")
        await expect(window.row(ANAS_NAME)).to_be_focused()
        await keys.press("Enter")
        await expect(window.log(ANAS_NAME)).to_be_visible()
        await expect(window.composer).to_be_focused()
        await keys.type("Hello Ana, ")
        await keys.press("Shift+Enter")
        await keys.type("Alice here.")
        await keys.press("Enter")
        await window.heard("Alice here.")
        await tab_to(page, "button:text-is('Resolve…')", "Shift+Tab")
        await keys.press("Enter")
        await expect(page.get_by_role("dialog", name="Resolve this conversation")).to_be_visible()
        await keys.type("Said hello.")
        await tab_to(page, "dialog[open] button.primary")
        await keys.press("Enter")
        await expect(window.conversation.get_by_text("Resolved", exact=True)).to_be_visible()
        await keys.press("Escape")
        await expect(window.row(ANAS_NAME)).to_be_focused()
        conversation = await here.of()
        verdict = await window.verdict()

    assert here.sent_to()[-1] == "Hello Ana, \nAlice here."
    assert conversation.status is Status.RESOLVED
    assert verdict == SPOTLESS


async def tab_to(page: Page, what: str, key: str = "Tab") -> None:
    """Press *key* until something has the focus that matches *what*."""
    wanted = page.locator(f"{what}:focus")
    for _ in range(40):
        if await wanted.count():
            return
        await page.keyboard.press(key)
    pytest.fail(f"the keyboard does not lead to {what}")
