"""The sandbox's chat page in a real browser: a person, a bot, and somebody who answers."""

import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect
from proofs.browsers import browsing
from proofs.chatting import FACE, Chat, chatting
from proofs.onlooker import SPOTLESS

from messengerkit import GraphError, OutsideWindowError
from messengerkit.buttons import PostbackButton
from messengerkit.messages import ButtonTemplate, QuickReply, Text
from messengerkit.sandbox import Page as FacebookPage
from messengerkit.sandbox import Sandbox

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>"
SCRIPT = "javascript:alert(1)"
TURNED = "\u202egnp.exe"
EVIL_PICTURE = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 8">
<script>alert(1)</script><rect width="12" height="8" fill="#b98b5e" onload="alert(1)"/></svg>"""
EVIL_PAGE = b"<script>alert(1)</script>"
PICTURES = os.environ.get("MESSENGERKIT_SCREENSHOTS")
"""A folder to put screenshots into, if they are wanted."""


@pytest.fixture
async def context() -> AsyncGenerator[BrowserContext]:
    """Yield a browser that has been nowhere yet, or skip the test loudly."""
    async with browsing() as context:
        yield context


@pytest.fixture
async def sandbox() -> AsyncGenerator[Sandbox]:
    """Yield a sandbox."""
    async with Sandbox(FacebookPage(name="Bean & Leaf"), seed="the chat page") as sandbox:
        yield sandbox


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot, if they are wanted."""
    if PICTURES is not None:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def test_a_person_talks_with_a_bot_and_with_somebody(
    sandbox: Sandbox, context: BrowserContext
) -> None:
    """They write, tap a quick reply, and see the admin's reply arrive, all without a reload."""
    async with chatting(sandbox) as (bot, client):
        chat = await Chat.open(context, sandbox.chat_url)
        log = await chat.meet("Ana Example")
        await chat.write("A table, please")
        await expect(log.get_by_text("For how many people?")).to_be_visible()
        await log.get_by_role("button", name="Two").click()
        await expect(log.get_by_text("You wrote: Two")).to_be_visible()
        await expect(log.get_by_role("button", name="Two")).to_have_count(0)

        alice = await client.personas.create("Alice", profile_picture_url=FACE)
        psid = chat.psid()
        await client.typing_on(psid)
        await expect(log.get_by_text("is typing")).to_be_visible()
        await client.send_text(psid, "Alice here. By the window?", persona_id=alice.id)
        await expect(log.get_by_role("article", name="Alice")).to_contain_text("By the window?")
        await expect(log.get_by_text("is typing")).to_have_count(0)
        await expect(log.get_by_role("img", name="Read", exact=True).last).to_be_visible()
        verdict = await chat.verdict()

    assert bot.heard == ["A table, please", "Two"]
    assert sandbox.ledger.assert_delivered("Alice here. By the window?")[0].persona_id == alice.id
    assert verdict == SPOTLESS


async def test_cards_reactions_files_and_several_people(
    sandbox: Sandbox, context: BrowserContext
) -> None:
    """Two people side by side; one taps a card, reacts, and sends a file that the bot gets."""
    async with chatting(sandbox) as (bot, client):
        chat = await Chat.open(context, sandbox.chat_url)
        await chat.page.set_viewport_size({"width": 1440, "height": 800})
        first = await chat.meet("Ana Example")
        await chat.write("A table, please")
        await expect(first.get_by_role("button", name="Four")).to_be_visible()
        second = await chat.meet("မြတ်မိုး ဦး")
        await chat.write("The menu, please")
        card = second.get_by_role("group", name="Card 2 of 2")
        await card.get_by_role("button", name="Order it").click()
        answer = second.get_by_role("article").filter(has_text="You tapped ORDER_2")
        await answer.hover()
        await answer.get_by_role("button", name="React").click()
        await chat.page.get_by_role("button", name="Love ❤").click()
        await expect(answer.get_by_role("button", name="Take back ❤")).to_be_visible()
        region = chat.page.get_by_role("region", name="Conversation with မြတ်မိုး")
        await region.get_by_label("Files", exact=True).set_input_files(
            {"name": "photo.svg", "mimeType": "image/svg+xml", "buffer": EVIL_PICTURE}
        )
        await region.get_by_role("button", name="Send", exact=True).click()
        await expect(second.get_by_role("img", name="photo.svg")).to_be_visible()
        await expect(first.get_by_role("article")).to_have_count(2)
        await client.send_text(chat.psid(), "How nice!")
        await expect(second.get_by_text("How nice!")).to_be_visible()
        await chat.still()
        await chat.page.get_by_role("heading", name="Messenger sandbox").click()
        await picture(chat.page, "chat-light")
        verdict = await chat.verdict()
        await chat.page.emulate_media(color_scheme="dark")
        await picture(chat.page, "chat-dark")
        dark = await chat.verdict()
        await chat.page.set_viewport_size({"width": 360, "height": 740})
        await picture(chat.page, "chat-phone")
        phone = await chat.verdict()

    assert bot.heard == ["A table, please", "The menu, please", "postback ORDER_2"]
    assert (verdict, dark, phone) == (SPOTLESS, SPOTLESS, SPOTLESS)


async def test_the_clock_and_a_fault(sandbox: Sandbox, context: BrowserContext) -> None:
    """The window closes by a button; a fault that was scripted here is met by the bot."""
    async with chatting(sandbox) as (_, client):
        chat = await Chat.open(context, sandbox.chat_url)
        log = await chat.meet("Ana Example")
        await chat.write("Hello")
        await expect(log.get_by_text("You wrote: Hello")).to_be_visible()
        await chat.page.get_by_role("button", name="Script fault").click()
        waiting = chat.page.get_by_role("list", name="Faults that wait")
        await expect(waiting.get_by_role("listitem")).to_have_count(1)
        with pytest.raises(GraphError):
            await client.send_text(chat.psid(), "Not this one", retry=None)
        await expect(waiting.get_by_role("listitem")).to_have_count(0)
        await chat.page.get_by_role("button", name="+25 h").click()
        await expect(chat.page.get_by_text("Window closed")).to_be_visible()
        with pytest.raises(OutsideWindowError):
            await client.send_text(chat.psid(), "Too late")
        verdict = await chat.verdict()

    assert verdict == SPOTLESS


async def test_nothing_that_anybody_writes_can_run(
    sandbox: Sandbox, context: BrowserContext
) -> None:
    """Names, texts, titles and files that look like code, or hide how they end, are just shown."""
    async with chatting(sandbox) as (_, client):
        chat = await Chat.open(context, sandbox.chat_url)
        log = await chat.meet(HOSTILE)
        await chat.write(f"{HOSTILE} {SCRIPT}")
        await expect(log.get_by_text(f"You wrote: {HOSTILE} {SCRIPT}")).to_be_visible()
        psid = chat.psid()
        await client.send(psid, Text(HOSTILE, quick_replies=[QuickReply("<b>x</b>", SCRIPT)]))
        await log.get_by_role("button", name="<b>x</b>").click()
        await client.send(psid, ButtonTemplate(SCRIPT, [PostbackButton("<i onclick=1>", HOSTILE)]))
        await log.get_by_role("button", name="<i onclick=1>").click()
        await sandbox.person(psid=psid).uploads(EVIL_PAGE, f"a{TURNED}", "text/html")
        file = log.get_by_role("link", name="gnp.exe")
        await expect(file).to_be_visible()
        address = await file.get_attribute("href")
        html = await chat.page.evaluate("document.body.innerHTML")
        sandbox.person(f"Jo {TURNED}")
        people = chat.page.get_by_role("list", name="People")
        await expect(people.get_by_text("Jo [U+202E]gnp.exe")).to_be_visible()
        names = await people.inner_text() + await file.inner_text()
        verdict = await chat.verdict()
        opened = await chat.page.context.new_page()
        async with opened.expect_download() as saved:
            await opened.evaluate("url => { location = url }", address)
        name = (await saved.value).suggested_filename

    assert "<img src=x" not in html
    assert "\u202e" not in names
    assert name == "agnp.exe"
    assert verdict == SPOTLESS


async def test_what_is_unread_stays_so_when_its_conversation_is_closed(
    sandbox: Sandbox, context: BrowserContext
) -> None:
    """The list of people goes on telling of it, until somebody looks."""
    async with chatting(sandbox) as (_, client):
        chat = await Chat.open(context, sandbox.chat_url)
        log = await chat.meet("Ana Example")
        await chat.write("Hello")
        await expect(log.get_by_text("You wrote: Hello")).to_be_visible()
        ana = chat.psid()
        await chat.meet("Bo Example")
        people = chat.page.get_by_role("list", name="People")
        await client.send_text(ana, "Are you there?")
        await expect(people.get_by_text("1 unread message")).to_be_attached()
        await chat.page.get_by_role("button", name="Close conversation with Ana").click()
        await expect(log).to_have_count(0)
        await expect(people.get_by_text("1 unread message")).to_be_attached()
        await client.send_text(ana, "Hm.")
        await expect(people.get_by_text("2 unread messages")).to_be_attached()
        await people.get_by_role("button", name="Ana Example").click()
        await expect(people.get_by_text("unread")).to_have_count(0)
        verdict = await chat.verdict()

    assert verdict == SPOTLESS


async def test_a_lost_connection_comes_back(sandbox: Sandbox, context: BrowserContext) -> None:
    """What was written meanwhile is there, once, without a reload."""
    async with chatting(sandbox) as (_, client):
        chat = await Chat.open(context, sandbox.chat_url)
        log = await chat.meet("Ana Example")
        await chat.write("Hello")
        await expect(log.get_by_text("You wrote: Hello")).to_be_visible()
        psid = chat.psid()
        await chat.page.context.set_offline(offline=True)
        await client.send_text(psid, "Are you there?")
        await chat.page.context.set_offline(offline=False)
        await expect(log.get_by_text("Are you there?")).to_have_count(1)
        await client.send_text(psid, "Good.")
        await expect(log.get_by_text("Good.")).to_have_count(1)
        await expect(log.get_by_role("article")).to_have_count(4)
        ran = await chat.page.evaluate("window.ran")

    assert ran == []
