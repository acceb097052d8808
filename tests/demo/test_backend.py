"""The demo's backend over real sockets: Meta's webhook, the panel's routes, and the panel."""

import asyncio
import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from demo.kit import ADMIN, HOURS, KEY, settings_for, small_bot, staging
from floods import announced

from messengerkit import ConfigurationError
from messengerkit.admin import MAX_BODY
from messengerkit.demo.backend import Surroundings, backend
from messengerkit.demo.stage import Stage
from messengerkit.sandbox import Sandbox, SubscriptionError
from messengerkit.signature import sign
from messengerkit.webhook import MAX_BODY as MAX_WEBHOOK

PSID = "24000000000000007"
HEADERS = {
    "Content-Type": "application/json",
    "Authorization": f"Bearer {KEY}",
    "X-Admin-User-ID": ADMIN,
}

Got = tuple[int, str]


async def post(stage: Stage, path: str, body: bytes, headers: Mapping[str, str]) -> Got:
    """Return status and text of the backend's answer to a POST."""
    url, content = stage.backend_url + path, io.BytesIO(body)
    async with stage.session.post(url, data=content, headers=headers) as response:
        return response.status, await response.text()


async def test_a_person_is_answered(stage: Stage) -> None:
    """A signed webhook is acknowledged, and then the bot answers."""
    await stage.ana.writes("When do you open?")

    assert (await stage.ana.receives()).text == HOURS
    assert stage.sandbox.webhooks[0].status == 200


async def test_a_wrong_verify_token_is_refused(stage: Stage) -> None:
    """Who does not know the word may not subscribe."""
    with pytest.raises(SubscriptionError, match="403"):
        await stage.sandbox.subscribe(f"{stage.backend_url}/webhook", "another word")


async def test_what_meta_did_not_sign_is_refused(stage: Stage) -> None:
    """A body signed with another secret is a 401, and nobody ever sees it."""
    headers = {"X-Hub-Signature-256": sign(b"{}", "another secret")}
    status, text = await post(stage, "/webhook", b"{}", headers)

    assert status == 401
    assert json.loads(text)["message"] == "X-Hub-Signature-256 matches none of the app secrets."


async def test_a_webhook_larger_than_the_limit_is_refused(stage: Stage) -> None:
    """More than 4 MiB are not kept, however well they are signed; 4 MiB are."""
    got: list[int] = []
    for size in (MAX_WEBHOOK, MAX_WEBHOOK + 1):
        body = b"{}".ljust(size)
        headers = {"X-Hub-Signature-256": sign(body, stage.sandbox.page.app_secret)}
        got.append((await post(stage, "/webhook", body, headers))[0])

    assert got == [200, 413]


async def test_a_packed_body_is_not_unpacked(stage: Stage) -> None:
    """The signature is over the bytes that came; aiohttp would answer a broken pack with a 500."""
    headers = {"Content-Encoding": "gzip"}
    unsigned, _ = await post(stage, "/webhook", b"no gzip", headers)
    packed = gzip.compress(b"{}")
    signature = {"X-Hub-Signature-256": sign(packed, stage.sandbox.page.app_secret)}
    signed, _ = await post(stage, "/webhook", packed, headers | signature)

    assert (unsigned, signed) == (401, 400)


@pytest.mark.parametrize(
    ("path", "limit"), [("/admin/send-message", MAX_BODY), ("/webhook", MAX_WEBHOOK)]
)
async def test_a_body_is_not_read_beyond_the_limit(stage: Stage, path: str, limit: int) -> None:
    """A gigabyte that is announced is refused after the limit, and need not be sent."""
    assert await announced(stage.backend_url, path, sent=limit + 1, headers=HEADERS) == b"413"


async def answered(stage: Stage, text: str) -> Got:
    """Let the admin answer Ana; return the backend's answer."""
    body = {
        "conversation_id": str((await stage.conversation()).id),
        "recipient_id": stage.ana.psid,
        "message_text": text,
        "admin_id": ADMIN,
    }
    return await post(stage, "/admin/send-message", json.dumps(body).encode(), HEADERS)


async def test_the_desk_lives_by_the_sandboxs_clock(stage: Stage) -> None:
    """A day later in the chat page is a day later for the desk: it answers as a human agent."""
    await stage.ana.writes("When do you open?")
    await stage.ana.receives()
    stage.sandbox.advance("25h")
    status, text = await answered(stage, "Good morning!")

    assert (status, stage.ana.inbox[-1].tag) == (200, "HUMAN_AGENT"), text
    stage.sandbox.advance("7d")
    status, text = await answered(stage, "Still there?")
    assert (status, json.loads(text)["data"]["error"]["code"]) == (502, "outside_window"), text
    assert (await stage.conversation()).assigned_admin_id == ADMIN


async def test_the_status_is_public(stage: Stage) -> None:
    """Anybody may ask whether the backend can send, and gets the core's answer, headers and all."""
    async with stage.session.get(stage.backend_url + "/status") as response:
        envelope = await response.json()

    assert (response.status, envelope["data"]["status"]) == (200, "ok")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/panel"])
async def test_whoever_comes_is_led_to_the_panel(stage: Stage, path: str) -> None:
    """The address that is easiest to type is enough."""
    async with stage.session.get(stage.backend_url + path) as response:
        page = await response.text()

    assert urlsplit(str(response.url)).path == "/panel/"
    assert page.startswith("<!doctype html>")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_the_panel_shows_pictures_of_the_sandbox(stage: Stage) -> None:
    """They come without https; nothing else does."""
    async with stage.session.get(f"{stage.backend_url}/panel/api.js") as response:
        policy = response.headers["Content-Security-Policy"]

    assert f"img-src 'self' blob: https: {stage.sandbox.url};" in policy
    assert "connect-src 'self';" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["none.js", "../backend.py", "%2e%2e/backend.py", ".hidden.js"])
async def test_nothing_but_the_panel_is_there(stage: Stage, name: str) -> None:
    """What is no file of the panel is a 404."""
    async with stage.session.get(f"{stage.backend_url}/panel/{name}") as response:
        assert response.status == 404


async def sign_in(stage: Stage, origin: str) -> aiohttp.ClientResponse:
    """Return the answer to the panel's sign-in."""
    headers = HEADERS | {"Origin": origin}
    async with stage.session.post(f"{stage.backend_url}/admin/session", headers=headers) as answer:
        return answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
async def test_an_admin_signs_in_on_this_machine(stage: Stage, host: str) -> None:
    """By whatever name a browser calls it; the cookie opens the rest."""
    port = urlsplit(stage.backend_url).port
    answer = await sign_in(stage, f"http://{host}:{port}")
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    url = f"{stage.backend_url}/admin/conversations"
    async with stage.session.get(url, headers={"Cookie": cookie}) as conversations:
        assert (answer.status, conversations.status) == (200, 200)


async def test_a_page_of_somebody_elses_signs_nobody_in(stage: Stage) -> None:
    """Its origin is another."""
    assert (await sign_in(stage, "https://example.com")).status == 403


async def test_closing_waits_for_nobody_who_waits_for_events(tmp_path: Path) -> None:
    """The panel is always asking for what is new; that must not hold up Ctrl-C."""
    async with staging(tmp_path) as stage, aiohttp.ClientSession() as session:
        url = f"{stage.backend_url}/admin/events"
        async with session.get(url, headers=HEADERS) as first:
            newest = (await first.text()).partition("id: ")[2].split()[0]
        waiting = asyncio.create_task(session.get(f"{url}?after={newest}", headers=HEADERS))
        await asyncio.sleep(0)
        began = asyncio.get_running_loop().time()
        await stage.desk.aclose()
        async with await waiting as answer:
            assert answer.status in {200, 503}
        took = asyncio.get_running_loop().time() - began

    assert took < 4  # an answer takes 5 seconds if nothing happens


NEEDED = (
    "FACEBOOK_PAGE_ACCESS_TOKEN",
    "FACEBOOK_APP_SECRET",
    "FACEBOOK_VERIFY_TOKEN",
    "ADMIN_API_KEY",
    "ADMIN_USER_ID",
)


def surroundings(folder: Path) -> Surroundings:
    """Return what a backend needs beside the environment."""
    origins = ("http://127.0.0.1:8000",)
    return Surroundings(database=folder / "desk.db", origins=origins, bot=small_bot)


@pytest.mark.parametrize("missing", [NEEDED, *((name,) for name in NEEDED)], ids=len)
async def test_every_missing_variable_is_named_at_once(
    sandbox: Sandbox, tmp_path: Path, missing: tuple[str, ...]
) -> None:
    """One start, one error, and all the names; nothing that is there is named."""
    settings = settings_for(sandbox)
    for name in missing:
        del settings[name]
    with pytest.raises(ConfigurationError) as caught:
        async with backend(settings, surroundings(tmp_path)):
            pass

    assert tuple(name for name in NEEDED if name in str(caught.value)) == missing


async def test_the_process_environment_counts(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without other variables those of the process are read; its own origins are added to ours."""
    for name, value in (settings_for(sandbox) | {"ADMIN_ORIGINS": "not an origin"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match="not an origin"):
        async with backend(None, surroundings(tmp_path)):
            pass

    monkeypatch.setenv("ADMIN_ORIGINS", "https://panel.example.com")
    monkeypatch.setenv("ADMIN_SESSION_SECRET", "too short")
    with pytest.raises(ConfigurationError, match="32 or more characters"):
        async with backend(None, surroundings(tmp_path)):
            pass
