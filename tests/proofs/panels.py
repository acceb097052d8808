"""The demo with its panel in a real browser: each of its people in a window of their own."""

import asyncio
import base64
import os
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Expect, Locator
from proofs.browsers import browsing
from proofs.chatting import Chat
from proofs.onlooker import Onlooker
from proofs.serving import EXAMPLES, PATIENCE

from messengerkit.demo.example_bot import example_bot
from messengerkit.demo.opening import Opened, opened
from messengerkit.demo.options import Options
from messengerkit.demo.panel_pages import PANEL
from messengerkit.demo.scene import ANA, chat_url, meet
from messengerkit.desk import Conversation, EventState, Handler, Turn

BOWL = EXAMPLES / "rag_bot" / "knowledge" / "pictures" / "bowl.png"
SIZE = (1280, 800)
PHONE = (390, 844)
NARROW = (360, 740)
PICTURES = os.environ.get("MESSENGERKIT_SCREENSHOTS")
"""A folder to put screenshots into, if they are wanted."""

expect = Expect()
expect.set_options(timeout=PATIENCE / 2 * 1000)  # for the machine may be busy

_SOON = 0.02  # seconds
_GIVEN = """
(node, [kind, name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, {type}));
  const given = {bubbles: true, cancelable: true};
  node.dispatchEvent(kind === "paste"
    ? new ClipboardEvent("paste", {...given, clipboardData: carried})
    : new DragEvent(kind, {...given, dataTransfer: carried}));
}
"""


def _told_of(status: int, reason: str) -> str:
    """Return what the browser itself says in the console of an answer that is no success."""
    told = f"the server responded with a status of {status} ({reason})"
    return f"error: Failed to load resource: {told}"


CONFLICT = _told_of(409, "Conflict")
BAD_GATEWAY = _told_of(502, "Bad Gateway")


@dataclass
class Window(Onlooker):
    """The panel, open in a browser of its own, by the names that its index.html lists."""

    @classmethod
    async def open(cls, context: BrowserContext, url: str) -> "Window":
        """Open the panel; nobody is signed in."""
        window = cls(await context.new_page())
        await window.look()
        await window.page.goto(url)
        await expect(window.page.get_by_role("dialog", name="Sign in")).to_be_visible()
        return window

    async def enter(self, admin_id: str, key: str) -> None:
        """Sign in, and wait until the panel is live."""
        dialog = self.page.get_by_role("dialog", name="Sign in")
        await dialog.get_by_role("textbox", name="Your ID").fill(admin_id)
        await dialog.get_by_label("Key", exact=True).fill(key)
        await dialog.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_text("Live", exact=True)).to_be_visible()
        await expect(dialog).to_have_count(0)

    @property
    def conversation(self) -> Locator:
        """The conversation that is open."""
        return self.page.get_by_role("region", name="Conversation", exact=True)

    def button(self, name: str) -> Locator:
        """Return a button of the conversation that is open."""
        return self.conversation.get_by_role("button", name=name, exact=True)

    def row(self, name: str) -> Locator:
        """Return the row of a person in the list."""
        rows = self.page.get_by_role("list", name="Conversations")
        return rows.get_by_role("link", name=re.compile(f"^{re.escape(name)}"))

    def log(self, name: str) -> Locator:
        """Return what was said to and by *name*, whose conversation is open."""
        return self.conversation.get_by_role("log", name=f"Messages with {name}", exact=True)

    async def show(self, title: str) -> None:
        """Show the list of this title."""
        lists = self.page.get_by_role("navigation", name="Lists")
        await lists.get_by_role("button", name=title).click()

    async def choose(self, name: str, title: str = "All") -> Locator:
        """Open the conversation with *name* from the list of this title; return its log."""
        await self.show(title)
        await self.row(name).click()
        log = self.log(name)
        await expect(log).to_have_attribute("aria-busy", "false")
        return log

    async def take_over(self) -> None:
        """Take the conversation that is open."""
        await self.button("Take over").click()
        await expect(self.button("Release")).to_be_visible()

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.conversation.get_by_role("textbox", name=re.compile("^Message to "))

    async def write(self, text: str) -> None:
        """Write *text* and send it by Enter."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def choose_file(self, path: Path) -> None:
        """Choose a file to send."""
        files = self.conversation.get_by_label("Files", exact=True)
        await files.set_input_files(path)

    async def give(self, how: str, name: str, data: bytes) -> None:
        """Paste a picture into the conversation, or drop it: *how* is the event's name."""
        told = [how, name, "image/png", base64.b64encode(data).decode()]
        await self.composer.evaluate(_GIVEN, told)

    async def heard(self, text: str) -> Locator:
        """Return the article that has *text*, which must be there once."""
        article = self.conversation.get_by_role("article").filter(has_text=text)
        await expect(article).to_have_count(1)
        return article

    async def texts(self) -> list[str]:
        """Return the texts of the conversation that is open, in their order."""
        return await self.conversation.locator("article p.bubble").all_inner_texts()


async def picture(seen: Onlooker, name: str) -> None:
    """Keep a screenshot, if they are wanted."""
    if PICTURES is not None:
        await seen.still()
        await seen.page.screenshot(path=Path(PICTURES) / f"{name}.png")


@dataclass
class Scene:
    """The demo at work, and a browser.

    Attributes:
        demo: The sandbox, the desk, and who may sign in.
        browser: The browser; each window is a context of its own in it.
    """

    demo: Opened
    browser: Browser

    async def context(self) -> BrowserContext:
        """Return a browser that has been nowhere yet."""
        width, height = SIZE
        context = await self.browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE * 1000)
        return context

    async def chat(self, context: BrowserContext | None = None) -> Chat:
        """Open the chat page, with Ana's conversation."""
        return await Chat.open(context or await self.context(), chat_url(self.demo.sandbox))

    async def panel(self, context: BrowserContext | None = None) -> Window:
        """Open the panel; nobody is signed in."""
        return await Window.open(context or await self.context(), self.demo.url + PANEL)

    async def admin(self, admin_id: str, context: BrowserContext | None = None) -> Window:
        """Open the panel, and sign in."""
        window = await self.panel(context)
        await window.enter(admin_id, self.key(admin_id))
        return window

    def key(self, admin_id: str) -> str:
        """Return the key of an admin."""
        found = {one.id: one.key.get_secret_value() for one in self.demo.admins}
        return found[admin_id]

    async def of(self, psid: str = ANA) -> Conversation:
        """Return a conversation, Ana's if it is not said whose."""
        found = await self.demo.desk.conversation_of(self.demo.sandbox.page.id, psid)
        assert found is not None, f"nobody has heard of {psid}"
        return found

    async def handled(self) -> None:
        """Return once every event has had its turn."""
        due = {EventState.NEW, EventState.DUE}
        async with asyncio.timeout(PATIENCE):
            while any(map((await self.demo.desk.counts()).events.get, due)):  # noqa: ASYNC110  # nothing tells the end of a turn
                await asyncio.sleep(_SOON)

    def sent_to(self, psid: str = ANA) -> Sequence[str]:
        """Return the texts that a person has got."""
        return [one.text for one in self.demo.sandbox.ledger.messages(psid=psid)]


async def silent(_turn: Turn) -> None:
    """Say nothing, where the bot is not what is looked at."""


async def escalates(turn: Turn) -> None:
    """Want a person, whatever was said."""
    await turn.escalate("asked for a person")


@asynccontextmanager
async def scene(folder: Path, bot: Handler | None = None) -> AsyncGenerator[Scene]:
    """Give the demo, with its guests and its own bot, or another; skip without a browser."""
    async with (
        browsing() as first,
        opened(Options(), folder, bot or example_bot(), {}) as demo,
    ):
        assert first.browser is not None
        await meet(demo.sandbox, demo.desk)
        here = Scene(demo, first.browser)
        try:
            yield here
        finally:
            for context in here.browser.contexts:
                await context.close()  # so that nobody waits for events any more


class Person:
    """Ana, who writes in the chat page."""

    def __init__(self, chat: Chat, name: str = "Ana Example") -> None:
        self.chat = chat
        self.log = chat.page.get_by_role("log", name=f"Messages with {name}")
        self._input = chat.page.get_by_role("textbox", name=f"Message as {name}")

    async def writes(self, text: str) -> None:
        """Write *text*."""
        await self._input.fill(text)
        await self._input.press("Enter")
        await expect(self.got(text)).to_have_count(1)

    def got(self, text: str) -> Locator:
        """Return the messages in the chat page that are *text*."""
        return self.log.get_by_role("article").filter(has_text=text)

    async def jumps(self, by: str) -> None:
        """Move the clock by a button of the chat page."""
        async with self.chat.page.expect_response("**/_sandbox/clock"):
            await self.chat.page.get_by_role("button", name=by, exact=True).click()
