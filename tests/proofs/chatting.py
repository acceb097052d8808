"""What the chat page is tried with: a bot behind a webhook, and a browser that looks on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from playwright.async_api import BrowserContext, Locator, Route, expect
from proofs.onlooker import Onlooker

from messengerkit import MessageReceived, MessengerClient, Postback, QuickReply, Text, Webhook
from messengerkit.buttons import PostbackButton, WebUrlButton
from messengerkit.messages import Element, GenericTemplate
from messengerkit.sandbox import Sandbox

VERIFY = "verify-me"
FACE = "https://pictures.example.com/alice.svg"
"""Where a persona's picture is: nowhere but in the browser of the proofs."""


async def _face(route: Route) -> None:
    circle = '<circle xmlns="http://www.w3.org/2000/svg" r="8"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-9 -9 18 18">{circle}</svg>'
    await route.fulfill(body=svg, content_type="image/svg+xml")


class Bot:
    """A bot that offers quick replies and cards, and tells what it heard."""

    def __init__(self, client: MessengerClient, webhook: Webhook) -> None:
        self.heard: list[str] = []
        self._client = client
        self._webhook = webhook

    async def shake(self, request: web.Request) -> web.Response:
        """Answer the handshake."""
        return web.Response(text=self._webhook.challenge(request.query))

    async def take(self, request: web.Request) -> web.Response:
        """Take what people wrote and tapped."""
        for event in self._webhook.receive(request.headers, await request.read()):
            match event:
                case MessageReceived(sender_id=str(psid), text=str(text)):
                    await self._answer(psid, text)
                case Postback(sender_id=str(psid), payload=str(payload)):
                    self.heard.append(f"postback {payload}")
                    await self._client.send_text(psid, f"You tapped {payload}")
                case _:
                    pass
        return web.Response()

    async def _answer(self, psid: str, text: str) -> None:
        self.heard.append(text)
        await self._client.typing_on(psid)
        if "menu" in text:
            await self._client.send(psid, CARDS)
        elif "table" in text:
            await self._client.send(psid, OFFER)
        else:
            await self._client.send_text(psid, f"You wrote: {text}")


OFFER = Text(
    "Of course! For how many people?",
    quick_replies=[QuickReply("Two", "TWO"), QuickReply("Four", "FOUR")],
)
CARDS = GenericTemplate(
    [
        Element(
            "Flat white",
            "Two shots, little foam",
            buttons=[PostbackButton("Order it", "ORDER_1")],
        ),
        Element(
            "Lahpet thoke · လက်ဖက်သုပ်",
            "Tea leaf salad",
            buttons=[
                PostbackButton("Order it", "ORDER_2"),
                WebUrlButton("Read more", "https://example.com/lahpet"),
            ],
        ),
    ]
)


@asynccontextmanager
async def chatting(sandbox: Sandbox) -> AsyncGenerator[tuple[Bot, MessengerClient]]:
    """Give a bot that talks to the people of *sandbox*, and the client that it uses."""
    async with MessengerClient(
        page_access_token=sandbox.page.access_token, graph_url=sandbox.url
    ) as client:
        bot = Bot(client, Webhook(app_secrets=[sandbox.page.app_secret], verify_token=VERIFY))
        app = web.Application()
        app.add_routes([web.get("/webhook", bot.shake), web.post("/webhook", bot.take)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0]
            await sandbox.subscribe(f"http://{host}:{port}/webhook", VERIFY)
            yield bot, client
        finally:
            await sandbox.settled()
            await runner.cleanup()


@dataclass
class Chat(Onlooker):
    """The chat page, open in a browser."""

    @classmethod
    async def open(cls, context: BrowserContext, url: str) -> "Chat":
        """Open the page, and wait until it is live."""
        await context.route(FACE, _face)
        chat = cls(await context.new_page())
        await chat.look()
        await chat.page.goto(url)
        await expect(chat.page.get_by_text("Live", exact=True)).to_be_visible()
        return chat

    async def meet(self, name: str) -> Locator:
        """Make a person; return the log of the conversation with them."""
        await self.page.get_by_role("textbox", name="Name of a new person").fill(name)
        await self.page.keyboard.press("Enter")
        log = self.page.get_by_role("log", name=f"Messages with {name}")
        await expect(log).to_be_visible()
        return log

    async def write(self, text: str) -> None:
        """Write *text* as the person whose conversation is used, by the keyboard alone."""
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Enter")

    def psid(self) -> str:
        """Return the PSID of the person who was met last; the address has them all."""
        return self.page.url.rpartition(":")[2]
