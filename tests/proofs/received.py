"""All that a page in a browser receives, by the browser's own word: headers, bodies, events."""

import asyncio
import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, cast
from urllib.parse import urlsplit

from playwright.async_api import Error, Page

Told: TypeAlias = dict[str, object]

_ROOM = 100_000_000  # bytes for what is received, so that little is forgotten
_HOOK = """
const ask = window.fetch;
window.fetch = async (...asked) => {
  const answer = await ask(...asked);
  await window.answered(await answer.clone().text());
  return answer;
};
"""


class Devtools(Protocol):
    """What the browser's own tools are asked, by the Chrome DevTools Protocol."""

    async def send(self, method: str, params: Told | None = None, /) -> Told:
        """Ask the browser for something."""
        ...

    def on(self, event: str, f: Callable[[Told], None], /) -> None:
        """Be told of something."""


async def devtools(page: Page) -> Devtools:
    """Return the tools of *page*."""
    return cast("Devtools", await page.context.new_cdp_session(page))


async def lose_answer(page: Page, url: str) -> None:
    """Let the next request to *url* be answered, and *page* never hear of it."""
    browser = await devtools(page)
    pattern = {"urlPattern": url, "requestStage": "Response"}
    going: set[asyncio.Task[Told]] = set()

    def lose(told: Told) -> None:
        lost = {"requestId": told["requestId"], "errorReason": "ConnectionReset"}
        going.add(asyncio.create_task(browser.send("Fetch.failRequest", lost)))
        going.add(asyncio.create_task(browser.send("Fetch.disable")))

    browser.on("Fetch.requestPaused", lose)
    await browser.send("Fetch.enable", {"patterns": [pattern]})


class _Page(Protocol):
    async def expose_function(self, name: str, callback: Callable[[str], None], /) -> object:
        """Let scripts of the page call *callback*."""
        ...


@dataclass
class Received:
    """What a page receives, from its next load on.

    Attributes:
        parts: What was received so far.
    """

    parts: list[str] = field(default_factory=list[str])
    _paths: dict[str, str] = field(default_factory=dict[str, str])
    _bodies: list[asyncio.Task[None]] = field(default_factory=list["asyncio.Task[None]"])

    @classmethod
    async def by(cls, page: Page) -> "Received":
        """Listen to what *page* receives, which begins anew for that."""
        received = cls()
        browser = await devtools(page)
        await browser.send("Network.enable", {"maxTotalBufferSize": _ROOM})
        browser.on("Network.responseReceivedExtraInfo", received._headers)
        browser.on("Network.responseReceived", received._begin)
        browser.on("Network.eventSourceMessageReceived", received._event)
        browser.on("Network.loadingFinished", lambda told: received._end(browser, told))
        await cast("_Page", page).expose_function("answered", received._answer)
        await page.add_init_script(_HOOK)
        await page.reload()
        return received

    async def all(self) -> str:
        """Return all of it."""
        await asyncio.gather(*self._bodies)
        return "\n".join(self.parts)

    def _headers(self, told: Told) -> None:
        headers = cast("dict[str, str]", told["headers"])
        self.parts.extend(f"{name}: {value}" for name, value in headers.items())

    def _answer(self, text: str) -> None:
        self.parts.append(text)

    def _event(self, told: Told) -> None:
        self.parts.append(f"event: {told['eventName']} {told['data']}")

    def _begin(self, told: Told) -> None:
        if told["type"] != "EventSource":
            url = cast("dict[str, str]", told["response"])["url"]
            self._paths[str(told["requestId"])] = urlsplit(url).path

    def _end(self, browser: Devtools, told: Told) -> None:
        request_id = str(told["requestId"])
        if request_id in self._paths:
            self._bodies.append(asyncio.create_task(self._body(browser, request_id)))

    async def _body(self, browser: Devtools, request_id: str) -> None:
        # The browser forgets the answer to an upload, which the page's own function has told.
        is_told = self._paths[request_id].startswith("/admin/")
        with suppress(*[Error] if is_told else []):
            told = await browser.send("Network.getResponseBody", {"requestId": request_id})
            body = str(told["body"])
            packed = bool(told["base64Encoded"])
            self.parts.append(base64.b64decode(body).decode("latin-1") if packed else body)
