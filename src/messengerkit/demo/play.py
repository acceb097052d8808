"""Floor 9: the ten steps from a person's question to a person's answer, as they really happen.

Each step shows what went over the wire, as the sandbox and the backend saw it. A step
that did not happen raises; nothing is shown that was not seen.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import aiohttp

from messengerkit.desk import Conversation, EventState, Sender, Status
from messengerkit.errors import MessengerError

from .saying import Say
from .stage import Stage, StepFailedError, require

QUESTION = "When do you open?"
PLEA = "Can I talk to a person, please?"
REPLY = "Hi Ana, Alice here. What can I do for you? 👋"
MORE = "When do you close?"

Step = Callable[[Stage], AsyncIterator[str]]

_DUE = frozenset({EventState.NEW, EventState.DUE})
_SOON = 0.02  # seconds
_FAILURES = (StepFailedError, TimeoutError, aiohttp.ClientError, MessengerError, OSError)


async def play(stage: Stage, say: Say) -> bool:
    """Play all steps, and return whether every one happened."""
    for number, (title, step) in enumerate(STEPS, 1):
        say(f"{number:2}. {title}")
        try:
            async for line in step(stage):
                say(f"      {line}")
        except _FAILURES as error:
            say(f"      This did not happen: {error}")
            return False
    return True


async def _person_writes(stage: Stage) -> AsyncIterator[str]:
    mid = await stage.ana.writes(QUESTION)
    yield f'Ana: "{QUESTION}" (mid {mid})'


async def _meta_posts(stage: Stage) -> AsyncIterator[str]:
    require(bool(stage.sandbox.webhooks), "no webhook was sent")
    webhook = stage.sandbox.webhooks[0]
    yield f"→ POST /webhook  X-Hub-Signature-256: {webhook.signature[:19]}…"
    yield f"  {webhook.body.decode()}"
    yield f"← {webhook.status}"
    require(webhook.status == 200, "the backend did not acknowledge the webhook")  # noqa: PLR2004  # what Meta asks for


async def _bot_answers(stage: Stage) -> AsyncIterator[str]:
    answered = await stage.ana.receives(timeout=stage.patience)
    for line in stage.graph_call(answered.text):
        yield line
    yield f'Ana reads: "{answered.text}"'
    conversation = await stage.until(_is_there, "the desk does not have the conversation")
    require(conversation.status is Status.ACTIVE, "the bot did not find it in its knowledge")


async def _bot_escalates(stage: Stage) -> AsyncIterator[str]:
    await stage.ana.writes(PLEA)
    yield f'Ana: "{PLEA}"'
    answered = await stage.ana.receives(timeout=stage.patience)
    yield f'Ana reads: "{answered.text}"'
    waiting = await stage.until(_is_escalated, "the conversation was not escalated")
    said = await stage.desk.messages(waiting.id)
    flagged = [one.text for one in said if one.sender is Sender.USER and one.requires_human]
    require(flagged == [PLEA], "the message was not flagged for a person")
    yield "message: requires_human = True"
    yield f"conversation {waiting.id}: {waiting.status.value}, {waiting.escalation_reason}"


async def _admin_sees(stage: Stage) -> AsyncIterator[str]:
    conversation = await stage.conversation()
    seen = await stage.call("GET", "/admin/conversations/escalated")
    for line in seen.lines:
        yield line
    require(str(conversation.id) in seen.text, "the panel does not show the conversation")


async def _admin_types(stage: Stage) -> AsyncIterator[str]:
    yield f'{stage.admin.id} types: "{REPLY}"'


async def _panel_calls(stage: Stage) -> AsyncIterator[str]:
    conversation = await stage.conversation()
    body = {
        "conversation_id": str(conversation.id),
        "recipient_id": stage.ana.psid,
        "message_text": REPLY,
        "admin_id": stage.admin.id,
        "version": conversation.version,
    }
    sent = await stage.call("POST", "/admin/send-message", body, key=f"play-{conversation.id}")
    for line in sent.lines:
        yield line
    require(sent.status == 200, "the backend did not send the admin's message")  # noqa: PLR2004  # sent


async def _backend_calls(stage: Stage) -> AsyncIterator[str]:
    for line in stage.graph_call(REPLY):
        yield line


async def _person_gets(stage: Stage) -> AsyncIterator[str]:
    got = stage.ana.inbox
    require(bool(got) and got[-1].text == REPLY, "Ana has another message")
    yield f'Ana reads: "{REPLY}" (mid {got[-1].mid})'
    await stage.ana.writes(MORE)
    yield f'Ana: "{MORE}"'
    await _nothing_is_due(stage)
    require(stage.ana.inbox == got, "the bot was not silent")
    yield f"The bot says nothing: {stage.admin.id} has the conversation."


async def _backend_logs(stage: Stage) -> AsyncIterator[str]:
    conversation = await stage.conversation()
    path = f"/admin/actions?conversation_id={conversation.id}"
    audit = await stage.call("GET", path)
    yield audit.lines[0]
    yield f"← {audit.status}"
    actions = list(reversed(audit.listed("actions")))
    for one in actions:
        yield f"  {json.dumps(one)}"
    done = [(one["admin_id"], one["action"], one["outcome"]) for one in actions]
    require((stage.admin.id, "reply", "queued") in done, "the audit does not have the reply")
    require((stage.admin.id, "delivery", "sent") in done, "the audit does not tell how it ended")
    broken = await stage.desk.verify(conversation.id)
    require(not broken, "the chain of the audit is broken")
    yield "The audit's chain of hashes is whole."
    require(conversation.assigned_admin_id == stage.admin.id, "the conversation was not taken")
    yield (
        f"conversation: status = {conversation.status.value}, human_handling = "
        f"{conversation.human_handling}, assigned_admin_id = {conversation.assigned_admin_id}"
    )


STEPS: tuple[tuple[str, Step], ...] = (
    ("A person writes to the Page.", _person_writes),
    ("Meta posts a signed webhook to the backend.", _meta_posts),
    ("The backend's bot answers, from its knowledge.", _bot_answers),
    ("The person asks for a person: the bot escalates.", _bot_escalates),
    ("An admin sees it in the panel.", _admin_sees),
    ("The admin types a reply.", _admin_types),
    ("The panel calls its own backend.", _panel_calls),
    ("The backend calls the Graph API.", _backend_calls),
    ("The person gets it, and the bot is silent.", _person_gets),
    ("The action is in the audit, the conversation is updated.", _backend_logs),
)


def _is_there(_conversation: Conversation) -> bool:
    return True


def _is_escalated(conversation: Conversation) -> bool:
    return conversation.status is Status.ESCALATED


async def _nothing_is_due(stage: Stage) -> None:
    """Wait until every event has had its turn."""
    try:
        async with asyncio.timeout(stage.patience):
            while any(map((await stage.desk.counts()).events.get, _DUE)):  # noqa: ASYNC110  # no event tells the end of a turn
                await asyncio.sleep(_SOON)
    except TimeoutError:
        msg = "the bot's turn did not end"
        raise StepFailedError(msg) from None
