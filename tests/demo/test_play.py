"""The play: ten steps, each seen to happen, or the play says which one did not."""

import asyncio
import dataclasses
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web
from demo.kit import KEY, VERIFY_TOKEN, staging
from typing_extensions import override

from messengerkit.demo.backend import Handler
from messengerkit.demo.conversations import Conversation, Conversations
from messengerkit.demo.play import ANA, PLEA, QUESTION, REPLY, STEPS, Stage, play
from messengerkit.demo.server import serving
from messengerkit.sandbox import Delivered, Fault, Sandbox

HOURS = "We are open every day from 8 to 18."


@dataclasses.dataclass
class Script:
    """A `say` that remembers, and does something when a step begins."""

    lines: list[str] = dataclasses.field(default_factory=list[str])
    at: str = "never"
    act: Callable[[], object] = list

    def __call__(self, line: str) -> None:
        """Remember *line*."""
        self.lines.append(line)
        if line.startswith(self.at):
            self.act()

    @property
    def titles(self) -> list[str]:
        """The titles of the steps that began."""
        return [line for line in self.lines if not line.startswith("      ")]


@pytest.fixture
def say() -> Script:
    """Return a `say` that remembers."""
    return Script()


async def failing(stage: Stage, say: Script, **changes: object) -> tuple[int, str]:
    """Play with *changes*; return the number of the step that did not happen, and why."""
    assert not await play(dataclasses.replace(stage, **changes), say)  # type: ignore[arg-type]  # any field may be changed
    assert say.lines[-1].startswith("      This did not happen: ")
    return len(say.titles), say.lines[-1].removeprefix("      This did not happen: ")


async def test_all_ten_steps_happen(stage: Stage, say: Script, sandbox: Sandbox) -> None:
    """Each step is announced by number, and what it shows is what went over the wire."""
    happened = await play(stage, say)
    told = "\n".join(say.lines)

    assert happened
    assert say.titles == [f"{number:2}. {title}" for number, (title, _) in enumerate(STEPS, 1)]
    assert len(STEPS) == 10
    assert [one.text for one in sandbox.delivered if one.psid == ANA][0::2] == [HOURS, REPLY]
    (question, *_, reply) = [one for one in sandbox.requests if one.method == "POST"]
    assert f'Ana: "{QUESTION}"' in told
    assert sandbox.webhooks[0].body.decode() in told
    assert question.body.decode() in told
    assert reply.body.decode() in told
    assert f'Ana: "{PLEA}"' in told
    assert "message: requires_human = True" in told
    assert f"conversation {stage.conversation.id}: escalated" in told
    assert f'Ana reads: "{REPLY}" (mid {sandbox.delivered[-1].mid})' in told
    assert "conversation: status = active, human_handling = True, the bot is silent" in told


async def test_what_is_shown_holds_no_secret(stage: Stage, say: Script, sandbox: Sandbox) -> None:
    """Tokens and keys are starred where a call shows them."""
    await play(stage, say)
    told = "\n".join(say.lines)

    assert told.count("Authorization: Bearer ***") == 4
    assert KEY not in told
    assert sandbox.page.access_token not in told
    assert sandbox.page.app_secret not in told


async def test_the_last_record_is_the_admins(stage: Stage, say: Script, sandbox: Sandbox) -> None:
    """The audit line that is shown is the one of the message that Ana has."""
    await play(stage, say)
    (line,) = [line for line in say.lines if line.startswith("      audit: ")]

    assert json.loads(line.removeprefix("      audit: "))["message_id"] == sandbox.delivered[-1].mid


class Impatient(Sandbox):
    """A sandbox that does not wait long for what will not come."""

    @override
    async def wait_for_delivery(
        self, match: str | Callable[[Delivered], bool], timeout: float | None = 0.0
    ) -> Delivered:
        """Return the first delivered message that matches."""
        return await super().wait_for_delivery(match, timeout)


class Garbling(Sandbox):
    """A sandbox in which the admin's words arrive otherwise than they were sent."""

    @property
    @override
    def delivered(self) -> tuple[Delivered, ...]:
        """The messages that reached people."""
        return tuple(
            dataclasses.replace(one, text="Hi Ben") if one.text == REPLY else one
            for one in super().delivered
        )


async def deaf(_request: web.Request) -> web.Response:
    """Break down."""
    return web.Response(status=500)


async def mute(_request: web.Request) -> web.Response:
    """Acknowledge, and do nothing."""
    return web.Response()


async def shake(request: web.Request) -> web.Response:
    """Answer the handshake."""
    return web.Response(text=request.query["hub.challenge"])


@pytest.mark.parametrize(
    ("receive", "step", "why"),
    [
        (deaf, 2, "the backend did not acknowledge the webhook"),
        (mute, 3, "of 0 delivered messages none matched in 0.0 s"),
    ],
    ids=["deaf", "mute"],
)
async def test_a_backend_that_does_not_answer_is_found_out(
    say: Script, tmp_path: Path, receive: Handler, step: int, why: str
) -> None:
    """Nothing is shown that was not seen: no acknowledgement, or no answer, ends the play."""
    app = web.Application()
    app.router.add_get("/webhook", shake)
    app.router.add_post("/webhook", receive)
    async with (
        Impatient(redelivery_delays=()) as sandbox,
        staging(sandbox, tmp_path) as stage,
        serving(app) as url,
    ):
        await sandbox.subscribe(f"{url}/webhook", VERIFY_TOKEN)

        assert await failing(stage, say) == (step, why)


async def test_a_call_without_an_answer_is_found_out(
    stage: Stage, say: Script, sandbox: Sandbox
) -> None:
    """Ana has the bot's answer, and yet the Graph API did not say so."""
    sandbox.script(Fault.commit_then_close())

    assert await failing(stage, say) == (3, "the Graph API answered None")


class Otherwise(Conversations):
    """The backend's conversations, seen with *changes*."""

    def __init__(self, own: Conversations, **changes: object) -> None:
        super().__init__()
        self._own, self._changes = own, changes

    @override
    def of(self, psid: str) -> Conversation:
        """Return a changed copy of the conversation."""
        return dataclasses.replace(self._own.of(psid), **self._changes)  # type: ignore[arg-type]  # any field may be changed


class Unflagged(Conversations):
    """The backend's conversations, in which no message is flagged."""

    def __init__(self, own: Conversations) -> None:
        super().__init__()
        self._own = own

    @override
    def of(self, psid: str) -> Conversation:
        """Return a copy of the conversation without flags."""
        one = self._own.of(psid)
        plain = [dataclasses.replace(entry, requires_human=False) for entry in one.entries]
        return dataclasses.replace(one, entries=plain)


async def test_a_plea_that_is_not_flagged_is_found_out(stage: Stage, say: Script) -> None:
    """Escalation begins with the message that asks for it."""
    seen = Unflagged(stage.conversations)

    assert await failing(stage, say, conversations=seen) == (
        4,
        "the message was not flagged for a person",
    )


@pytest.mark.parametrize(
    ("changes", "step", "why"),
    [
        ({"status": "active"}, 4, "the conversation was not escalated"),
        (
            {"human_handling": False, "status": "escalated"},
            10,
            "the conversation was not taken over",
        ),
    ],
    ids=["escalated", "taken over"],
)
async def test_a_conversation_that_did_not_change_is_found_out(
    stage: Stage, say: Script, changes: dict[str, object], step: int, why: str
) -> None:
    """What the backend keeps must have changed, not only what it says."""
    seen = Otherwise(stage.conversations, **changes)

    assert await failing(stage, say, conversations=seen) == (step, why)


@pytest.mark.parametrize(
    ("changes", "step", "why"),
    [
        ({"admin_headers": {}}, 5, "the panel does not show the conversation"),
        ({"admin_id": "admin-2"}, 7, "the backend refused the admin's message"),
    ],
    ids=["no key", "another admin"],
)
async def test_a_backend_that_refuses_is_found_out(
    stage: Stage, say: Script, changes: dict[str, object], step: int, why: str
) -> None:
    """A refusal is shown as it came, and ends the play."""
    assert await failing(stage, say, **changes) == (step, why)
    assert any(line.startswith("      ← 40") for line in say.lines)


async def test_a_backend_that_is_gone_is_found_out(stage: Stage, say: Script) -> None:
    """A connection that is refused is no traceback, but a step that did not happen."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        step, why = await failing(
            stage, say, backend_url=f"http://127.0.0.1:{held.getsockname()[1]}"
        )

    assert step == 5
    assert "Cannot connect" in why


async def test_a_backend_that_hangs_up_is_found_out(stage: Stage, say: Script) -> None:
    """A connection that is closed without an answer is no traceback either."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        step, why = await failing(stage, say, backend_url=f"http://127.0.0.1:{port}")

    assert step == 5
    # As a FIN or as a RST, whichever the kernel makes of it.
    assert "disconnected" in why or "reset by peer" in why


async def test_an_unknown_delivery_is_found_out(
    stage: Stage, say: Script, sandbox: Sandbox
) -> None:
    """The panel was answered with 202, and the play does not take that for a 200."""
    say.at, say.act = " 7.", lambda: sandbox.script(Fault.commit_then_close())

    assert await failing(stage, say) == (8, "the Graph API answered None")
    assert any(line.startswith("      ← 202") for line in say.lines)


async def test_a_message_that_arrives_otherwise_is_found_out(say: Script, tmp_path: Path) -> None:
    """What Ana reads is what the admin typed."""
    async with Garbling() as sandbox, staging(sandbox, tmp_path) as stage:
        assert await failing(stage, say) == (9, "Ana has another message")


async def test_a_missing_audit_log_is_found_out(stage: Stage, say: Script, tmp_path: Path) -> None:
    """The step reads the file that the backend wrote."""
    step, why = await failing(stage, say, audit=tmp_path / "none.jsonl")

    assert step == 10
    assert "No such file" in why


async def test_an_audit_log_without_the_message_is_found_out(
    stage: Stage, say: Script, tmp_path: Path
) -> None:
    """Some record is not enough: it is the one of this message."""
    other = tmp_path / "other.jsonl"
    other.write_text('{"message_id": "m_other"}\n')

    assert await failing(stage, say, audit=other) == (
        10,
        "the audit log does not have the message",
    )


async def test_a_backend_that_keeps_nothing_is_found_out(stage: Stage, say: Script) -> None:
    """A conversation without the plea is a step that did not happen, not a traceback."""
    step, _ = await failing(stage, say, conversations=Conversations())

    assert step == 4


async def test_a_backend_that_never_subscribed_is_found_out(stage: Stage, say: Script) -> None:
    """Without a webhook, step 2 did not happen, and the play says so."""
    async with Sandbox() as lonely:
        step, _ = await failing(stage, say, sandbox=lonely)

    assert step == 2
