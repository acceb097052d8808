"""Floor 9: the ten steps from a person's question to a person's answer, as they really happen.

Each step shows what went over the wire, as the sandbox and the backend saw it. A step
that did not happen raises; nothing is shown that was not seen.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from messengerkit.sandbox import Recorded, Sandbox

from .conversations import Conversation, Conversations

ANA = "24000000000000001"
"""The PSID of the person in the play."""

QUESTION = "When do you open?"
PLEA = "Can I talk to a person, please?"
REPLY = "Hi Ana, Alice here. What can I do for you? 👋"


class StepFailedError(Exception):
    """A step of the play did not happen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the play is played.

    Attributes:
        sandbox: Messenger.
        conversations: The backend's own.
        backend_url: The backend.
        admin_headers: What the panel sends with every call.
        admin_id: Who sits at the panel.
        audit: The audit log's file.
        session: The panel's way to the backend.
    """

    sandbox: Sandbox
    conversations: Conversations
    backend_url: str
    admin_headers: dict[str, str]
    admin_id: str
    audit: Path
    session: aiohttp.ClientSession

    @property
    def conversation(self) -> Conversation:
        """The conversation with Ana."""
        return self.conversations.of(ANA)


Step = Callable[[Stage], AsyncIterator[str]]


async def play(stage: Stage, say: Callable[[str], None]) -> bool:
    """Play all steps, and return whether every one happened."""
    for number, (title, step) in enumerate(STEPS, 1):
        say(f"{number:2}. {title}")
        try:
            async for line in step(stage):
                say(f"      {line}")
        except (StepFailedError, TimeoutError, aiohttp.ClientError, OSError) as error:
            say(f"      This did not happen: {error}")
            return False
    return True


async def _person_writes(stage: Stage) -> AsyncIterator[str]:
    mid = await stage.sandbox.person_writes(ANA, QUESTION)
    yield f'Ana: "{QUESTION}" (mid {mid})'


async def _meta_posts(stage: Stage) -> AsyncIterator[str]:
    _require(bool(stage.sandbox.webhooks), "no webhook was sent")
    webhook = stage.sandbox.webhooks[0]
    yield f"→ POST /webhook  X-Hub-Signature-256: {webhook.signature[:19]}…"
    yield f"  {webhook.body.decode()}"
    yield f"← {webhook.status}"
    _require(webhook.status == 200, "the backend did not acknowledge the webhook")  # noqa: PLR2004  # what Meta asks for


async def _bot_answers(stage: Stage) -> AsyncIterator[str]:
    answered = await stage.sandbox.wait_for_delivery(ANA)
    for line in _graph_call(stage.sandbox.requests[-1]):
        yield line
    yield f'Ana reads: "{answered.text}"'


async def _bot_escalates(stage: Stage) -> AsyncIterator[str]:
    told = set(stage.sandbox.delivered)
    await stage.sandbox.person_writes(ANA, PLEA)
    yield f'Ana: "{PLEA}"'
    answered = await stage.sandbox.wait_for_delivery(lambda message: message not in told)
    yield f'Ana reads: "{answered.text}"'
    flagged = [entry for entry in stage.conversation.entries if entry.requires_human]
    _require(
        [entry.text for entry in flagged] == [PLEA], "the message was not flagged for a person"
    )
    yield "message: requires_human = True"
    _require(stage.conversation.status == "escalated", "the conversation was not escalated")
    yield f"conversation {stage.conversation.id}: {stage.conversation.status}"


async def _admin_sees(stage: Stage) -> AsyncIterator[str]:
    path = "/admin/conversations/escalated"
    yield f"→ GET {path}  Authorization: Bearer ***  X-Admin-User-ID: {stage.admin_id}"
    async with stage.session.get(stage.backend_url + path, headers=stage.admin_headers) as response:
        text = await response.text()
    yield f"← {response.status} {text}"
    _require(str(stage.conversation.id) in text, "the panel does not show the conversation")


async def _admin_types(stage: Stage) -> AsyncIterator[str]:
    yield f'{stage.admin_id} types: "{REPLY}"'


async def _panel_calls(stage: Stage) -> AsyncIterator[str]:
    path = "/admin/send-message"
    body = admin_message(stage, REPLY)
    yield f"→ POST {path}  Authorization: Bearer ***  X-Admin-User-ID: {stage.admin_id}"
    yield f"  {json.dumps(body, ensure_ascii=False)}"
    async with stage.session.post(
        stage.backend_url + path, headers=stage.admin_headers, json=body
    ) as response:
        text = await response.text()
    yield f"← {response.status} {text}"
    _require(response.ok, "the backend refused the admin's message")


async def _backend_calls(stage: Stage) -> AsyncIterator[str]:
    for line in _graph_call(stage.sandbox.requests[-1]):
        yield line


async def _person_gets(stage: Stage) -> AsyncIterator[str]:
    delivered = stage.sandbox.delivered[-1]
    _require(delivered.text == REPLY, "Ana has another message")
    yield f'Ana reads: "{delivered.text}" (mid {delivered.mid})'


async def _backend_logs(stage: Stage) -> AsyncIterator[str]:
    records = await asyncio.to_thread(stage.audit.read_text)
    yield f"audit: {records.splitlines()[-1]}"
    _require(stage.sandbox.delivered[-1].mid in records, "the audit log does not have the message")
    conversation = stage.conversation
    _require(conversation.human_handling, "the conversation was not taken over")
    yield f"conversation: status = {conversation.status}, human_handling = True, the bot is silent"


STEPS: tuple[tuple[str, Step], ...] = (
    ("A person writes to the Page.", _person_writes),
    ("Meta posts a signed webhook to the backend.", _meta_posts),
    ("The backend's bot answers.", _bot_answers),
    ("The person asks for a person: the bot escalates.", _bot_escalates),
    ("An admin sees it in the panel.", _admin_sees),
    ("The admin types a reply.", _admin_types),
    ("The panel calls its own backend.", _panel_calls),
    ("The backend calls the Graph API.", _backend_calls),
    ("The person gets it.", _person_gets),
    ("The action is in the audit log, the conversation is updated.", _backend_logs),
)


def admin_message(stage: Stage, text: str) -> dict[str, str]:
    """Return the body with which the panel sends *text* to Ana."""
    return {
        "conversation_id": str(stage.conversation.id),
        "recipient_id": ANA,
        "message_text": text,
        "admin_id": stage.admin_id,
    }


def _graph_call(call: Recorded) -> list[str]:
    authorization = call.headers.get("authorization", "none")
    _require(call.status == 200, f"the Graph API answered {call.status}")  # noqa: PLR2004  # accepted
    return [
        f"→ {call.method} {call.path}  Authorization: {authorization}",
        f"  {call.body.decode()}",
        f"← {call.status}",
    ]


def _require(happened: bool, otherwise: str) -> None:  # noqa: FBT001  # an assertion with words
    if not happened:
        raise StepFailedError(otherwise)
