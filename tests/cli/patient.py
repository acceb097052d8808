"""What the tests of doctor share: a sandbox, a backend before it, and what doctor says of both."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from aiohttp import web
from typer.testing import CliRunner, Result

from messengerkit import MessengerClient, Webhook
from messengerkit._environment import PURPOSES
from messengerkit.admin import (
    AdminFace,
    AdminRequest,
    DirectBackend,
    InBackground,
    JsonLinesAuditLog,
    face_from_env,
)
from messengerkit.cli.app import app
from messengerkit.cli.doctor.settings import NAMES
from messengerkit.desk.sql import SqlStore
from messengerkit.sandbox import Sandbox

PANEL = "https://panel.example.com"
Handler = Callable[[web.Request], Awaitable[web.Response]]

VERIFY_TOKEN = "a-word-that-somebody-chose"
ADMIN_KEY = "an-admin-key-of-nobody"


class Told(TypedDict):
    """A finding, as JSON has it."""

    check: str
    state: str
    told: str
    means: str
    cure: str


@dataclass
class Patient:
    """A set-up that doctor looks at; all is right with it, until a test changes something.

    Attributes:
        sandbox: Meta.
        folder: A folder of the test's own.
        environ: The environment of doctor.
        backends: The environment of the backend.
        url: Where the backend is.
        options: The options that doctor is called with.
        without: The paths that the backend has not.
        instead: What answers at a path instead of the backend.
    """

    sandbox: Sandbox
    folder: Path
    environ: dict[str, str] = field(default_factory=dict[str, str])
    backends: dict[str, str] = field(default_factory=dict[str, str])
    url: str = ""
    options: dict[str, str] = field(default_factory=dict[str, str])
    without: set[str] = field(default_factory=set[str])
    instead: dict[str, web.Response] = field(default_factory=dict[str, web.Response])

    @property
    def store(self) -> str:
        """The URL of the desk's store."""
        return f"sqlite:///{self.folder / 'desk.db'}"

    def subscribe(self, *fields: str) -> None:
        """Let the app hear of *fields*; as Meta has it, not as the backend does."""
        page = self.sandbox.page
        self.sandbox._world.subscribe(page.id, page.app_id, frozenset(fields))

    async def examined(self, *arguments: str) -> list[Told]:
        """Return what doctor finds, by its command."""
        done = await self.run("--json", *arguments)
        (line,) = done.stdout.splitlines()
        findings: list[Told] = json.loads(line)["findings"]
        assert done.exit_code == any(one["state"] == "fault" for one in findings)
        return findings

    async def run(self, *arguments: str) -> Result:
        """Run the command beside the loop in which sandbox and backend are."""
        options = [part for pair in self.options.items() for part in pair]
        others = dict.fromkeys([*NAMES, "MESSENGERKIT_STORE", "FACEBOOK_APP_ID"])
        environ = {**others, **self.environ}
        everything = ["doctor", *options, *arguments]
        return await asyncio.to_thread(CliRunner().invoke, app, everything, env=environ)


@asynccontextmanager
async def healthy(sandbox: Sandbox, folder: Path) -> AsyncGenerator[Patient]:
    """Give a set-up with which all is well; the sandbox listens."""
    page = sandbox.page
    values = (page.access_token, page.app_secret, VERIFY_TOKEN, ADMIN_KEY, "alice")
    environ = dict(zip(PURPOSES, values, strict=True))
    patient = Patient(sandbox, folder, environ | {"MESSENGER_GRAPH_URL": sandbox.url})
    patient.backends = patient.environ | {"ADMIN_ORIGINS": PANEL}
    patient.subscribe(*EVERY_FIELD)
    store = SqlStore(patient.store)
    await store.create()
    await store.aclose()
    patient.options = {"--origin": PANEL, "--store": patient.store}
    yield patient


EVERY_FIELD = (
    "messages",
    "messaging_postbacks",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "messaging_handovers",
    "standby",
)


@asynccontextmanager
async def served(patient: Patient) -> AsyncGenerator[Patient]:
    """Serve the backend of *patient*, as its environment says."""
    runner = web.AppRunner(await _backend(patient), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        patient.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        patient.options = {"--backend": patient.url} | patient.options
        yield patient
    finally:
        await runner.cleanup()


async def _backend(patient: Patient) -> web.Application:
    client = MessengerClient.from_env(patient.backends)
    events = InBackground(Webhook.from_env(patient.backends), _nothing)
    audit = JsonLinesAuditLog(patient.folder / "actions.jsonl")
    backend = DirectBackend(client, audit=audit)
    face = face_from_env(backend, events=events, environ=patient.backends)

    async def running(_app: web.Application) -> AsyncGenerator[None]:
        async with client:
            yield
            await events.drain()

    app = web.Application()
    app.cleanup_ctx.append(running)
    for path in _left(face.paths, {*patient.without, *patient.instead}):
        app.router.add_route("*", path, _endpoint(face, path))
    for path, answer in patient.instead.items():
        app.router.add_route("*", path, _always(answer))
    return app


def _endpoint(face: AdminFace, path: str) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        incoming = AdminRequest(
            method=request.method,
            path=request.path,
            query=request.rel_url.raw_query_string,
            headers=list(request.headers.items()),
            body=await request.read(),
            peer=request.remote,
        )
        done = await face.respond(path, incoming)
        return web.Response(status=done.status, headers=done.headers, body=done.body)

    return serve


def _left(paths: Iterable[str], without: set[str]) -> list[str]:
    return [path for path in paths if path not in without]


def _always(answer: web.Response) -> Handler:
    async def answered(_request: web.Request) -> web.Response:
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    return answered


async def _nothing(_event: object) -> None:
    pass
