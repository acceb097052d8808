"""The adapters as files to copy: small, alike, and unable to start half configured.

What they answer is the matter of `tests/contract`.
"""

import ast
import asyncio
import gc
import importlib.util
import inspect
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest

from messengerkit import ClientClosedError, ConfigurationError, MessengerClient
from messengerkit.sandbox import Sandbox

EXAMPLES = Path(__file__).parents[2] / "examples"
ADAPTERS = ("fastapi", "flask", "aiohttp")
LONGEST = 150
FUNCTIONS = {"answer", "create_app", "mount", "endpoint", "incoming", "outgoing"}
NEEDED = (
    "FACEBOOK_PAGE_ACCESS_TOKEN",
    "FACEBOOK_APP_SECRET",
    "FACEBOOK_VERIFY_TOKEN",
    "ADMIN_API_KEY",
    "ADMIN_USER_ID",
)


def load(name: str) -> ModuleType:
    """Return the adapter *name*, loaded anew."""
    spec = importlib.util.spec_from_file_location(f"adapter_{name}", EXAMPLES / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def settings(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[str, str]:
    """Set what an adapter needs to talk to the sandbox."""
    monkeypatch.chdir(tmp_path)
    values = (
        sandbox.page.access_token,
        sandbox.page.app_secret,
        "the-word-for-the-handshake",
        "key-of-the-panel-4711",
        "alice",
    )
    settings: dict[str, str] = dict(zip(NEEDED, values, strict=True))
    for name, value in {**settings, "MESSENGER_GRAPH_URL": sandbox.url}.items():
        monkeypatch.setenv(name, value)
    return settings


async def made(module: ModuleType) -> object:
    """Return what `create_app` makes, whether it is a coroutine function or not."""
    app: object = module.create_app()
    return await app if inspect.isawaitable(app) else app


@pytest.mark.parametrize("name", ADAPTERS)
def test_each_is_one_small_file_with_the_same_functions(name: str) -> None:
    """Whoever knows one of them knows all."""
    source = (EXAMPLES / name / "app.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    functions = {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert functions == FUNCTIONS
    assert len(source.splitlines()) <= LONGEST


@pytest.mark.parametrize("missing", NEEDED)
@pytest.mark.parametrize("name", ADAPTERS)
async def test_nothing_starts_without_its_settings(
    name: str, missing: str, settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing variable stops the start, by name, and no value is told."""
    monkeypatch.delenv(missing)
    with pytest.raises(ConfigurationError, match=missing) as caught:
        await made(load(name))

    assert not any(value in str(caught.value) for value in settings.values())


@pytest.mark.usefixtures("settings")
async def test_the_client_lives_as_long_as_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is open within the lifespan, closed after it, and nothing of it is left behind."""
    clients: list[MessengerClient] = []
    original = MessengerClient.from_env

    def noted() -> MessengerClient:
        clients.append(original())
        return clients[-1]

    monkeypatch.setattr(MessengerClient, "from_env", noted)
    app = load("fastapi").create_app()
    async with app.router.lifespan_context(app):
        page = await clients[0].me()

    assert page.name
    with pytest.raises(ClientClosedError):
        await clients[0].me()
    gc.collect()  # a session that was left open would warn, and a warning is an error
    await asyncio.sleep(0)


@pytest.mark.usefixtures("settings")
def test_the_page_of_the_api_lists_the_routes() -> None:
    """FastAPI's own documentation knows every route that is there, and what to send."""
    described = load("fastapi").create_app().openapi()
    paths = cast("dict[str, dict[str, dict[str, object]]]", described["paths"])
    send = paths["/admin/send-message"]["post"]
    body = cast("dict[str, dict[str, dict[str, dict[str, object]]]]", send["requestBody"])
    schema = body["content"]["application/json"]["schema"]

    assert {path: set(methods) for path, methods in paths.items()} == {
        "/admin/send-message": {"post"},
        "/admin/send-attachment": {"post"},
        "/admin/health": {"get"},
        "/admin/actions": {"get"},
        "/status": {"get"},
        "/webhook": {"get", "post"},
    }
    assert schema["required"] == ["conversation_id", "recipient_id", "admin_id", "message_text"]
    assert send["summary"] == "Send an admin's message to a person."
    assert send["security"] == [{"AdminKey": []}]
    assert "security" not in paths["/status"]["get"]
