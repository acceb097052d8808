"""`examples/fastapi/app.py`, loaded from its path and served by uvicorn, as a user would."""

import asyncio
import gc
import importlib.util
import json
import logging
import socket
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import aiohttp
import pytest
import uvicorn
from floods import announced
from typing_extensions import override

from messengerkit import ClientClosedError
from messengerkit.admin import MAX_BODY
from messengerkit.sandbox import Sandbox, SubscriptionError
from messengerkit.signature import sign
from messengerkit.webhook import MAX_BODY as MAX_WEBHOOK

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastapi" / "app.py"
PSID = "24000000000000007"  # has written to the sandbox of `tests/conftest.py`
KEY = "key-of-the-panel-4711"
ADMIN = "admin-uuid"
VERIFY_TOKEN = "the-word-for-the-handshake"
PATIENCE = 20.0  # seconds for a thread that should take a few milliseconds
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Admin-User-ID": ADMIN}

Got = tuple[int, str]


class Server(uvicorn.Server):
    """A server that says when it has started, or given up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


@dataclass
class Served:
    """The example at work, and a way to ask it."""

    module: ModuleType
    url: str
    http: aiohttp.ClientSession

    async def post(self, path: str, body: object, headers: dict[str, str]) -> Got:
        """Return status and text of the answer to a POST of *body*, as JSON or as it is."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(self.url + path, data=stream(content), headers=headers) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str) -> Got:
        """Return status and text of the answer to a GET."""
        async with self.http.get(self.url + path) as answer:
            return answer.status, await answer.text()


async def stream(content: bytes) -> AsyncIterator[bytes]:
    """Yield *content* in pieces, so that its length is not announced."""
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


def reply(**changes: object) -> dict[str, object]:
    """Return the guide's body, with *changes*."""
    return {
        "conversation_id": "test-uuid",
        "recipient_id": PSID,
        "message_text": "Test message from HITL",
        "admin_id": ADMIN,
        **changes,
    }


def webhook_of(*texts_by: tuple[str, str]) -> bytes:
    """Return a webhook's body in which people write texts."""
    items = [
        {
            "sender": {"id": psid},
            "recipient": {"id": "104000000000815"},
            "message": {"mid": f"m_{number}", "text": text},
        }
        for number, (psid, text) in enumerate(texts_by)
    ]
    entry = {"id": "104000000000815", "messaging": items}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


@pytest.fixture
def module(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the example, loaded anew, in an environment that talks to the sandbox."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACEBOOK_PAGE_ACCESS_TOKEN", sandbox.page.access_token)
    monkeypatch.setenv("FACEBOOK_APP_SECRET", sandbox.page.app_secret)
    monkeypatch.setenv("FACEBOOK_VERIFY_TOKEN", VERIFY_TOKEN)
    monkeypatch.setenv("ADMIN_API_KEY", KEY)
    monkeypatch.setenv("ADMIN_USER_ID", ADMIN)
    monkeypatch.setenv("MESSENGER_GRAPH_URL", sandbox.url)
    spec = importlib.util.spec_from_file_location("fastapi_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def served(module: ModuleType, sandbox: Sandbox) -> AsyncIterator[Served]:
    """Yield the example, served on a free port by a thread of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config = uvicorn.Config(module.app, lifespan="on", ws="none", log_config=None)
        server = Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert await asyncio.to_thread(server.ready.wait, PATIENCE)
            assert server.started
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as http:
                yield Served(module, f"http://127.0.0.1:{port}", http)
                await sandbox.settled()
        finally:
            server.should_exit = True
            await asyncio.to_thread(thread.join, PATIENCE)
    assert not thread.is_alive()


@pytest.fixture
async def subscribed(served: Served, sandbox: Sandbox) -> Served:
    """Return the example, once Meta's handshake has succeeded."""
    await sandbox.subscribe(f"{served.url}/webhook", VERIFY_TOKEN)
    return served


async def test_a_person_is_answered(subscribed: Served, sandbox: Sandbox) -> None:
    """A signed webhook is acknowledged at once, and the bot answers afterwards."""
    await sandbox.person_writes(PSID, "Good morning! ☕")
    answered = await sandbox.wait_for_delivery(PSID)

    assert answered.text == "You wrote: Good morning! ☕"
    assert sandbox.webhooks[0].status == 200
    assert (await subscribed.get("/status"))[0] == 200


async def test_a_wrong_verify_token_is_refused(served: Served, sandbox: Sandbox) -> None:
    """Who does not know the word may not subscribe."""
    with pytest.raises(SubscriptionError, match="403"):
        await sandbox.subscribe(f"{served.url}/webhook", "another word")


async def test_an_admin_sends(served: Served, sandbox: Sandbox, tmp_path: Path) -> None:
    """The guide's headers and body deliver, and the action is in the audit log."""
    status, text = await served.post("/admin/send-message", reply(), HEADERS)
    journal = await asyncio.to_thread((tmp_path / "admin-actions.jsonl").read_text)

    assert (status, json.loads(text)["success"]) == (200, True)
    assert [(one.psid, one.text) for one in sandbox.delivered] == [(PSID, "Test message from HITL")]
    assert json.loads(journal)["message_id"] == sandbox.delivered[0].mid


@pytest.mark.parametrize(
    "headers",
    [
        {},
        HEADERS | {"Authorization": "Bearer wrong"},
        HEADERS | {"X-Admin-User-ID": "wrong"},
        HEADERS | {"Authorization": f"Bearer {KEY}é"},
    ],
    ids=["none", "key", "admin", "not ASCII"],
)
async def test_a_stranger_is_refused(
    served: Served, sandbox: Sandbox, headers: dict[str, str]
) -> None:
    """Whatever is wrong, the answer is the same 401, challenge and all."""
    url = f"{served.url}/admin/send-message"
    async with served.http.post(url, json=reply(), headers=headers) as answer:
        envelope = await answer.json()

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert envelope["data"]["error"]["code"] == "admin_auth"
    assert sandbox.delivered == ()


async def test_a_header_that_was_sent_twice_is_refused(served: Served, sandbox: Sandbox) -> None:
    """The adapter hands over every header, so that the core sees both."""
    headers = [*HEADERS.items(), ("Authorization", f"Bearer {KEY}")]
    url = f"{served.url}/admin/send-message"
    async with served.http.post(url, json=reply(), headers=headers) as answer:
        assert answer.status == 401

    assert sandbox.delivered == ()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"admin_id": "admin-2"}, 403),
        ({"conversation_id": "a/b"}, 422),
        ({"message_text": ""}, 422),
        ({"recipient_id": "24999999999999999"}, 502),
    ],
)
async def test_every_status_is_the_cores(
    served: Served, changes: dict[str, object], status: int
) -> None:
    """FastAPI validates nothing itself: its own 422 would have another body."""
    got, text = await served.post("/admin/send-message", reply(**changes), HEADERS)

    assert got == status
    assert set(json.loads(text)) == {"success", "message", "data"}


async def test_an_admin_body_larger_than_the_limit_is_refused(served: Served) -> None:
    """FastAPI has no cap: the example stops reading, and the core answers."""
    body = json.dumps(reply()).encode().ljust(MAX_BODY + 1)
    status, text = await served.post("/admin/send-message", body, HEADERS)

    assert (status, json.loads(text)["data"]["error"]["code"]) == (413, "body_too_large")


async def test_a_webhook_larger_than_the_limit_is_refused(served: Served, sandbox: Sandbox) -> None:
    """However well it is signed; one byte less is acknowledged."""
    got: list[int] = []
    for size in (MAX_WEBHOOK, MAX_WEBHOOK + 1):
        body = b"{}".ljust(size)
        headers = {"X-Hub-Signature-256": sign(body, sandbox.page.app_secret)}
        got.append((await served.post("/webhook", body, headers))[0])

    assert got == [200, 413]


@pytest.mark.parametrize(
    ("path", "limit"), [("/admin/send-message", MAX_BODY), ("/webhook", MAX_WEBHOOK)]
)
async def test_a_body_is_not_read_beyond_the_limit(served: Served, path: str, limit: int) -> None:
    """A gigabyte that is announced is refused after the limit, and need not be sent."""
    status = await announced(served.url, path, sent=limit + 1, headers=HEADERS)

    assert status == b"413"


@pytest.mark.parametrize("secret", ["another secret", ""])
async def test_what_meta_did_not_sign_is_refused(
    served: Served, sandbox: Sandbox, secret: str
) -> None:
    """A body with a wrong signature, or with none, is a 401 and is answered by nobody."""
    body = webhook_of((PSID, "Hi"))
    headers = {"X-Hub-Signature-256": sign(body, secret)} if secret else {}
    status, _ = await served.post("/webhook", body, headers)

    assert status == 401
    assert sandbox.delivered == ()


async def test_one_failure_stops_no_other_answer(
    served: Served, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Meta was told that both arrived, so the second is answered whatever becomes of the first."""
    body = webhook_of(("24999999999999999", "I am nobody"), (PSID, "I am somebody"))
    headers = {"X-Hub-Signature-256": sign(body, sandbox.page.app_secret)}
    with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
        status, _ = await served.post("/webhook", body, headers)

    assert status == 200
    assert (await sandbox.wait_for_delivery(PSID, 1.0)).text == "You wrote: I am somebody"


async def test_the_status_is_public(served: Served) -> None:
    """Anybody may ask whether the backend can send."""
    status, text = await served.get("/status")

    assert (status, json.loads(text)["data"]["status"]) == (200, "ok")


async def test_the_page_of_the_api_lists_the_routes(served: Served) -> None:
    """FastAPI's own documentation knows both routes, and what to send."""
    _, text = await served.get("/openapi.json")
    paths = json.loads(text)["paths"]
    send, status = paths["/admin/send-message"]["post"], paths["/status"]["get"]
    schema = send["requestBody"]["content"]["application/json"]["schema"]

    assert set(schema["properties"]) == set(reply())
    assert set(schema["required"]) == set(reply())
    assert send["summary"] == "Send an admin's message to a person."
    assert "requestBody" not in status


async def test_the_client_lives_as_long_as_the_app(module: ModuleType) -> None:
    """It is open within the lifespan, closed after it, and nothing of it is left behind."""
    async with module.lifespan(module.app) as state:
        page = await state["client"].me()

    assert page.name
    with pytest.raises(ClientClosedError):
        await state["client"].me()
    gc.collect()  # a session that was left open would warn, and a warning is an error


async def test_nothing_starts_without_its_settings(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing variable stops the start, by name."""
    monkeypatch.delenv("ADMIN_API_KEY")

    with pytest.raises(Exception, match="ADMIN_API_KEY"):
        async with module.lifespan(module.app):
            pass
