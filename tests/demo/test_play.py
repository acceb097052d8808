"""The play: ten steps, each seen to happen, or the play says which one did not."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from demo.kit import HOURS, KEY, small_bot, staging, tamper

from messengerkit.demo.play import MORE, PLEA, QUESTION, REPLY, STEPS, play
from messengerkit.demo.stage import Stage, StepFailedError
from messengerkit.desk import Desk, Handler, Message, Turn
from messengerkit.sandbox import Fault

SHORT = 0.1
SURE = "I know it all."


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


async def failing(stage: Stage, say: Script) -> tuple[int, str]:
    """Play; return the number of the step that did not happen, and why."""
    assert not await play(stage, say)
    assert say.lines[-1].startswith("      This did not happen: ")
    return len(say.titles), say.lines[-1].removeprefix("      This did not happen: ")


async def test_all_ten_steps_happen(stage: Stage, say: Script) -> None:
    """Each step is announced by number, and what it shows is what went over the wire."""
    happened = await play(stage, say)
    told = "\n".join(say.lines)
    conversation = await stage.conversation()
    sent = [one for one in stage.sandbox.ledger.calls("POST") if b'"text"' in one.body]

    assert happened
    assert say.titles == [f"{number:2}. {title}" for number, (title, _) in enumerate(STEPS, 1)]
    assert len(STEPS) == 10
    assert stage.ana.inbox[-1].text == REPLY
    assert f'Ana: "{QUESTION}"' in told
    assert stage.sandbox.webhooks[0].body.decode() in told
    for call in (sent[0], sent[-1]):
        body, _, proof = call.body.decode().partition(',"appsecret_proof":')
        assert body in told
        assert proof not in told
    assert f'Ana: "{PLEA}"' in told
    assert "message: requires_human = True" in told
    assert f"conversation {conversation.id}: escalated, asked for a person" in told
    assert f'Ana reads: "{REPLY}" (mid {stage.ana.inbox[-1].mid})' in told
    assert "human_handling = True, assigned_admin_id = alice" in say.lines[-1]


async def test_what_is_shown_holds_no_secret(stage: Stage, say: Script) -> None:
    """Tokens and keys are starred where a call shows them."""
    await play(stage, say)
    told = "\n".join(say.lines)

    assert told.count("Authorization: Bearer ***") == 5
    assert told.count('"appsecret_proof":"***"') == 2
    assert KEY not in told
    assert stage.sandbox.page.access_token not in told
    assert stage.sandbox.page.app_secret not in told


async def test_the_audit_is_the_admins(stage: Stage, say: Script) -> None:
    """Both of its lines are of the message that Ana has: that it was written, and that it left."""
    await play(stage, say)
    shown = [json.loads(line) for line in say.lines if line.startswith('        {"id"')]
    (replied,) = [one for one in await messages(stage) if one.text == REPLY]

    assert [(one["admin_id"], one["action"], one["outcome"]) for one in shown] == [
        ("alice", "reply", "queued"),
        ("alice", "delivery", "sent"),
    ]
    assert shown[0]["details"]["messages"] == [shown[1]["details"]["message_id"]]
    assert shown[1]["details"]["message_id"] == str(replied.id)


async def messages(stage: Stage) -> list[Message]:
    """Return what was said."""
    return list(await stage.desk.messages((await stage.conversation()).id))


async def test_it_can_be_played_again(stage: Stage) -> None:
    """On a desk that was kept, too: each time it is another Ana."""
    again = dataclasses.replace(stage, ana=stage.sandbox.person())

    assert await play(stage, Script())
    assert await play(again, Script())


async def mute(_turn: Turn) -> None:
    """Say nothing."""


async def unsure(turn: Turn) -> None:
    """Call for a person at once."""
    await turn.escalate("not sure")
    await turn.reply("A colleague will come.")


async def stubborn(turn: Turn) -> None:
    """Call for nobody."""
    await turn.reply(SURE if turn.text == PLEA else HOURS)


async def talkative(turn: Turn) -> None:
    """Talk into what is a person's."""
    await small_bot(turn)
    if turn.text == MORE:
        await turn.client.send_text(turn.conversation.psid, "I know it better!")


async def slow(turn: Turn) -> None:
    """Take for ever over the last question."""
    await small_bot(turn)
    if turn.text == MORE:
        msg = "it is tried again in a second"
        raise OSError(msg)


@pytest.mark.parametrize(
    ("bot", "until", "step", "why"),
    [
        (mute, " 3.", 3, f"Ana Example got no message that matches in {SHORT} s"),
        (unsure, "never", 3, "the bot did not find it in its knowledge"),
        (stubborn, f'      Ana reads: "{SURE}', 4, "the conversation was not escalated"),
        (talkative, "never", 9, "the bot was not silent"),
        (slow, " 9.", 9, "the bot's turn did not end"),
    ],
)
async def test_a_bot_that_does_otherwise_is_found_out(
    say: Script, tmp_path: Path, bot: Handler, until: str, step: int, why: str
) -> None:
    """Nothing is shown that was not seen; nobody is patient any more from *until* on."""
    async with staging(tmp_path, bot) as stage:
        say.at, say.act = until, lambda: object.__setattr__(stage, "patience", SHORT)
        found = await failing(stage, say)

    assert found == (step, why)


async def test_a_backend_that_never_subscribed_is_found_out(stage: Stage, say: Script) -> None:
    """Without a webhook, step 2 did not happen, and the play says so."""
    stage.sandbox.ledger.webhooks.clear()
    say.at, say.act = " 2.", stage.sandbox.ledger.webhooks.clear

    assert await failing(stage, say) == (2, "no webhook was sent")


async def test_a_webhook_that_is_not_acknowledged_is_found_out(stage: Stage, say: Script) -> None:
    """The bot may have answered, and Meta would post it again all the same."""

    def refuse() -> None:
        webhooks = stage.sandbox.ledger.webhooks
        webhooks[0] = dataclasses.replace(webhooks[0], status=500)

    say.at, say.act = " 2.", refuse

    assert await failing(stage, say) == (2, "the backend did not acknowledge the webhook")


async def test_a_plea_that_is_not_flagged_is_found_out(
    stage: Stage, say: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escalation begins with the message that asks for it."""

    async def none(_desk: Desk, _id: UUID) -> list[Message]:
        return []

    monkeypatch.setattr(Desk, "messages", none)

    assert await failing(stage, say) == (4, "the message was not flagged for a person")


async def test_a_refusal_is_shown_and_found_out(stage: Stage, say: Script) -> None:
    """It is shown as it came, and ends the play."""
    say.at, say.act = " 7.", lambda: stage.sandbox.script(Fault.graph_error(10, 2018278))

    assert await failing(stage, say) == (7, "the backend did not send the admin's message")
    assert any(line.startswith("      ← 502") for line in say.lines)


async def test_a_backend_that_is_gone_is_found_out(stage: Stage, say: Script) -> None:
    """A connection that is refused is no traceback, but a step that did not happen."""
    gone = dataclasses.replace(stage, backend_url="http://127.0.0.1:9")
    step, why = await failing(gone, say)

    assert step == 5
    assert "Cannot connect" in why


async def test_a_graph_api_that_was_not_called_is_found_out(stage: Stage, say: Script) -> None:
    """What the backend says is not believed alone; nor is a call that has no such text."""

    def forget() -> None:
        requests = stage.sandbox.ledger.requests
        kept = [dataclasses.replace(requests[0], body=body) for body in (b"GIF", b"[]", b"{}")]
        requests.clear()
        requests.extend(dataclasses.replace(one, method="POST") for one in kept)

    say.at, say.act = " 8.", forget

    assert await failing(stage, say) == (8, "the backend did not call the Graph API")


async def test_a_call_that_was_refused_is_found_out(stage: Stage, say: Script) -> None:
    """Only what Meta has accepted was sent."""

    def refuse() -> None:
        requests = stage.sandbox.ledger.requests
        for place, one in enumerate(requests):
            requests[place] = dataclasses.replace(one, status=500)

    say.at, say.act = " 8.", refuse

    assert await failing(stage, say) == (8, "the Graph API answered 500")


async def test_a_message_that_did_not_arrive_is_found_out(stage: Stage, say: Script) -> None:
    """What Ana reads is what the admin typed."""
    say.at, say.act = " 9.", stage.sandbox.ledger.delivered.clear

    assert await failing(stage, say) == (9, "Ana has another message")


ACTIONS = "UPDATE messengerkit_actions SET "
CONVERSATIONS = "UPDATE messengerkit_conversations SET "


@pytest.mark.parametrize(
    ("at", "statement", "why"),
    [
        (5, CONVERSATIONS + "urgency = NULL", "the panel does not show the conversation"),
        (5, "DELETE FROM messengerkit_conversations", "there is no conversation with Ana"),
        (10, ACTIONS + "admin_id = 'bob'", "the audit does not have the reply"),
        (10, ACTIONS + "outcome = 'queued'", "the audit does not tell how it ended"),
        (10, ACTIONS + "decision = NULL", "the chain of the audit is broken"),
        (10, CONVERSATIONS + "assigned_admin_id = 'bob'", "the conversation was not taken"),
    ],
)
async def test_a_desk_that_tells_otherwise_is_found_out(
    stage: Stage, say: Script, tmp_path: Path, at: int, statement: str, why: str
) -> None:
    """What the desk keeps is looked at, and not only what it answered."""
    say.at, say.act = f"{at:2}.", lambda: tamper(tmp_path, statement)

    assert await failing(stage, say) == (at, why)


async def test_a_desk_that_closes_ends_the_wait(stage: Stage) -> None:
    """Nothing more comes of it."""
    await stage.desk.aclose()

    with pytest.raises(StepFailedError, match="it never came"):
        await stage.until(lambda _: True, "it never came")
