"""A real browser: the guide's own function, and a session, from this page and from that one."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Error
from proofs.browsers import Panel, browsing, open_panel, page_server, throwaway_tls
from proofs.serving import (
    ADAPTERS,
    ADMIN,
    EXAMPLES,
    HERE,
    KEY,
    PSID,
    Served,
    Tls,
    command,
    serving,
    settings,
)

from messengerkit.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("adapter", ADAPTERS)]

ELSEWHERE = "https://elsewhere.example.com"
TEXT = "Hello from the panel 👋"
CONVERSATION = "3f203e6d-b68c-5224-953b-b77203724042"
MESSAGE = {
    "conversation_id": CONVERSATION,
    "recipient_id": PSID,
    "message_text": TEXT,
    "admin_id": ADMIN,
}
GUIDE = (HERE / "guide.js").read_text()
SESSION = (HERE / "session.js").read_text()


@asynccontextmanager
async def backend(
    adapter: str, folder: Path, graph: Sandbox, *, origins: str, tls: Tls | None = None
) -> AsyncGenerator[Served]:
    """Give the example of *adapter* at work, that pages of *origins* may call."""
    more = {
        "ADMIN_ORIGINS": origins,
        "ADMIN_SESSION_SECRET": "the-secret-of-the-cookies-0123456789",
    }
    environ = settings(graph.page, graph.url, **more)
    async with serving(command(adapter, tls=tls), folder, environ, EXAMPLES / adapter) as served:
        yield served


async def run_guide(context: BrowserContext, origin: str, backend_url: str) -> tuple[object, Panel]:
    """Call the guide's function on the page of *origin*; return what it returned."""
    old = "fetch('/admin/send-message'"
    assert GUIDE.count(old) == 1
    panel = await open_panel(context, origin)
    await panel.page.add_script_tag(content=f"const adminApiKey = {json.dumps(KEY)};")
    new = f"fetch('{backend_url}/admin/send-message'"
    await panel.page.add_script_tag(content=GUIDE.replace(old, new))
    arguments = [PSID, TEXT, CONVERSATION, ADMIN]
    done = await panel.page.evaluate("(given) => sendMessageToFacebook(...given)", arguments)
    return done, panel


async def test_the_guides_function_sends(adapter: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """Word for word, on a page of another origin that the backend knows."""
    async with (
        browsing() as context,
        page_server("") as origin,
        backend(adapter, tmp_path, sandbox, origins=origin) as served,
    ):
        done, panel = await run_guide(context, origin, served.url)

    assert done is True
    assert panel.said == ["log: Message sent successfully"]
    assert [(one.psid, one.text) for one in sandbox.delivered] == [(PSID, TEXT)]


async def test_a_page_that_is_not_named_sends_nothing(
    adapter: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The browser asks first, is not told yes, and says what stopped it: CORS."""
    async with (
        browsing() as context,
        page_server("") as origin,
        backend(adapter, tmp_path, sandbox, origins=ELSEWHERE) as served,
    ):
        done, panel = await run_guide(context, origin, served.url)

    told = "\n".join(panel.said)
    assert done is False
    assert f"from origin '{origin}' has been blocked by CORS policy" in told
    assert "No 'Access-Control-Allow-Origin' header is present" in told
    assert "error: Error sending message: TypeError: Failed to fetch" in told
    assert sandbox.delivered == ()
    assert sandbox.requests == ()


@asynccontextmanager
async def signed_in(
    adapter: str, folder: Path, graph: Sandbox, *, scheme: str
) -> AsyncGenerator[tuple[Panel, str]]:
    """Give a panel that has signed in, and the URL of its backend."""
    tls = throwaway_tls(folder) if scheme == "https" else None
    async with (
        browsing() as context,
        page_server(SESSION, tls) as origin,
        backend(adapter, folder, graph, origins=origin, tls=tls) as served,
    ):
        panel = await open_panel(context, origin)
        await introduce(panel, served.url)

        assert await panel.page.evaluate("(admin) => signIn(admin)", ADMIN) == 200
        yield panel, served.url


async def introduce(panel: Panel, backend_url: str) -> None:
    """Tell the page where the backend is, and the key."""
    names = f"const backend = {json.dumps(backend_url)}, adminApiKey = {json.dumps(KEY)};"
    await panel.page.add_script_tag(content=names)


def reasons(folder: Path) -> list[object]:
    """Return why each refused request was refused, as the audit log has it."""
    lines = (folder / "admin-actions.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return [one["details"]["reason"] for one in records if one["action"] == "refused_request"]


@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_a_cookie_is_enough(
    adapter: str, sandbox: Sandbox, tmp_path: Path, scheme: str
) -> None:
    """It is sent and not read; whoever signs out has none.

    Chromium takes a Secure cookie from http, too, if that is this machine.
    """
    async with signed_in(adapter, tmp_path, sandbox, scheme=scheme) as (panel, _):
        [cookie] = await panel.page.context.cookies()
        readable = await panel.page.evaluate("document.cookie")
        sent = await panel.page.evaluate("(message) => send(message)", MESSAGE)
        left = await panel.page.evaluate("signOut()")
        afterwards = await panel.page.evaluate("(message) => send(message)", MESSAGE)
        kept = await panel.page.context.cookies()

    assert cookie.get("name") == "__Host-messengerkit"
    assert (cookie.get("httpOnly"), cookie.get("secure"), cookie.get("sameSite")) == (
        True,
        True,
        "Strict",
    )
    assert readable == ""
    assert (sent, left, afterwards, kept) == (200, 200, 401, [])
    assert [one.text for one in sandbox.delivered] == [TEXT]


async def test_a_foreign_page_cannot_use_the_cookie(
    adapter: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Not even one on the same host, with whose requests the browser sends the cookie."""
    async with (
        signed_in(adapter, tmp_path, sandbox, scheme="http") as (panel, url),
        page_server(SESSION) as origin,
    ):
        foreign = await open_panel(panel.page.context, origin)
        await introduce(foreign, url)
        for what in ("send(message)", "signOut()", f"signIn({json.dumps(ADMIN)})"):
            with pytest.raises(Error, match="Failed to fetch"):
                await foreign.page.evaluate(f"(message) => {what}", MESSAGE)
        forged = await foreign.page.evaluate("(message) => forge(message)", MESSAGE)
        readable = await foreign.page.evaluate("document.cookie")
        sent = await panel.page.evaluate("(message) => send(message)", MESSAGE)

    assert any("has been blocked by CORS policy" in line for line in foreign.said)
    assert (forged, readable) == ("opaque", "")
    # The forged one did bring the cookie, and was refused for where it came from.
    assert reasons(tmp_path) == ["wrong origin; wrong key"]
    assert sent == 200
    assert [one.text for one in sandbox.delivered] == [TEXT]


async def test_a_page_of_another_site_has_no_session(
    adapter: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The browser neither keeps nor sends the cookie there, although the backend knows the page."""
    async with (
        browsing() as context,
        page_server(SESSION, host="localhost") as origin,
        backend(adapter, tmp_path, sandbox, origins=origin) as served,
    ):
        panel = await open_panel(context, origin)
        await introduce(panel, served.url)
        entered = await panel.page.evaluate("(admin) => signIn(admin)", ADMIN)
        kept = await context.cookies()
        sent = await panel.page.evaluate("(message) => send(message)", MESSAGE)

    assert (entered, kept, sent) == (200, [], 401)
    assert sandbox.delivered == ()
