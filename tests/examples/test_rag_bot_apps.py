"""The café's bot behind each of the three adapters: one scene, by signed webhooks and by HTTP."""

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from typing import cast

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from examples.rag_bot import on_aiohttp, on_fastapi, on_flask
from examples.rag_bot.pages import load
from examples.rag_bot.phrases import phrases_for
from werkzeug.serving import make_server

from messengerkit import loop_thread
from messengerkit.desk.sql import SqlStore
from messengerkit.sandbox import Sandbox

WORD, KEY = "the-word-for-the-handshake", "key-of-the-panel-4711"
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Admin-User-ID": "alice"}
EVENTS = "messengerkit_events{"
PATIENCE = 10.0
SAID = {it.entry: it.text for it in load() if it.part == 0}


@asynccontextmanager
async def fastapi() -> AsyncGenerator[str]:
    """Serve by uvicorn."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(on_fastapi.create_app(), log_level="warning")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task


@asynccontextmanager
async def flask() -> AsyncGenerator[str]:
    """Serve by threads; the desk is in a loop of its own."""
    server = make_server("127.0.0.1", 0, on_flask.create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    await asyncio.to_thread(server.shutdown)
    server.server_close()
    thread.join()
    for loop in list(loop_thread._every):
        await asyncio.to_thread(loop.close)


@asynccontextmanager
async def plain() -> AsyncGenerator[str]:
    """Serve by aiohttp itself."""
    runner = web.AppRunner(await on_aiohttp.create_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def environment(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set the variables, and return the desk's database."""
    values = {
        "FACEBOOK_PAGE_ACCESS_TOKEN": sandbox.page.access_token,
        "FACEBOOK_APP_SECRET": sandbox.page.app_secret,
        "FACEBOOK_VERIFY_TOKEN": WORD,
        "ADMIN_API_KEY": KEY,
        "ADMIN_USER_ID": "alice",
        "MESSENGER_GRAPH_URL": sandbox.url,
        "MESSENGERKIT_STORE": f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return values["MESSENGERKIT_STORE"]


class Panel:
    """An admin's panel: asks the backend by HTTP."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def get(self, path: str) -> dict[str, object]:
        """Return the data of a GET."""
        async with self._http.get(path, headers=HEADERS) as answer:
            return await self._data(answer)

    async def idle(self) -> None:
        """Return once the bot is done with all that has come."""
        open_ = f"{EVENTS} 1"
        async with asyncio.timeout(PATIENCE):
            while open_:
                async with self._http.get("/admin/metrics", headers=HEADERS) as answer:
                    lines = (await answer.text()).splitlines()
                counts = [line for line in lines if line.startswith(EVENTS)]
                assert counts
                open_ = "".join(line for line in counts if not line.endswith(" 0"))

    async def post(self, path: str, **body: object) -> dict[str, object]:
        """Return the data of a POST by Alice."""
        async with self._http.post(
            path, headers=HEADERS, json={"admin_id": "alice", **body}
        ) as answer:
            return await self._data(answer)

    async def _data(self, answer: aiohttp.ClientResponse) -> dict[str, object]:
        assert answer.status == 200, await answer.text()
        envelope = cast("dict[str, dict[str, object]]", await answer.json())
        return envelope["data"]


@pytest.mark.parametrize("serving", [fastapi, flask, plain], ids=lambda it: it.__name__)
async def test_a_guest_a_bot_and_a_colleague(
    serving: Callable[[], AbstractAsyncContextManager[str]], sandbox: Sandbox, environment: str
) -> None:
    """The bot answers, calls, is silent while Alice has the conversation, and goes on then."""
    ana = sandbox.person("Ana Example")
    async with serving() as url, aiohttp.ClientSession(url) as http:
        panel = Panel(http)
        await sandbox.subscribe(f"{url}/webhook", WORD)
        await ana.writes("When do you open?")
        assert (await ana.receives()).text == SAID["When are you open?"]
        await ana.writes("Can I talk to a person?")
        assert (await ana.receives()).text == phrases_for("").person

        waiting = await panel.get("/admin/conversations/escalated")
        (known,) = cast("list[dict[str, object]]", waiting["conversations"])
        assert known["escalation_reason"] == "asked for a person"
        where = {"conversation_id": known["id"]}
        await panel.post("/admin/conversation/control", action="assign_human", **where)
        await ana.writes("Do you have wifi?")
        await panel.idle()
        sent = {"recipient_id": ana.psid, "message_text": "Hi Ana, Alice here."}
        await panel.post("/admin/send-message", **where, **sent)
        assert (await ana.receives()).text == "Hi Ana, Alice here."

        await panel.post("/admin/conversation/control", action="release_human", **where)
        await ana.writes("Is there parking?")
        assert (await ana.receives()).text == SAID["Is there parking?"]
        kept = await panel.get(f"/admin/conversation/{known['id']}/messages")
        messages = cast("list[dict[str, object]]", kept["messages"])
        assert "Do you have wifi?" in [one["text"] for one in messages]
        await sandbox.settled()  # echoes are still on their way

    assert len(ana.inbox) == 4
    store = SqlStore(environment)
    async with aclosing(store):
        conversations = await store.read(
            lambda it: it.conversations_of([(sandbox.page.id, ana.psid)])
        )
    assert [str(one.id) for one in conversations.values()] == [known["id"]]
    sandbox.ledger.assert_acknowledged_once()
