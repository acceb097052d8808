"""The panel in a real browser: a person, a bot, and two admins, each in a window of their own."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Route
from proofs.onlooker import SPOTLESS
from proofs.panels import (
    BAD_GATEWAY,
    BOWL,
    CONFLICT,
    Person,
    Scene,
    Window,
    expect,
    picture,
    scene,
)
from proofs.received import lose_answer

from messengerkit import MessengerClient
from messengerkit.demo.scene import ANA
from messengerkit.desk import ActionQuery, Status
from messengerkit.sandbox import Fault

pytestmark = pytest.mark.slow

ANAS_NAME = "Ana Example"
PLEA = "Can I talk to a person, please?"
BREAK = "error: Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
FAILED = "error: Failed to load resource: net::ERR_FAILED"
RESET = "error: Failed to load resource: net::ERR_CONNECTION_RESET"


async def escalated(here: Scene) -> Person:
    """Let Ana ask for a person in the chat page."""
    ana = Person(await here.chat())
    await ana.writes(PLEA)
    await here.handled()
    return ana


async def test_a_person_a_bot_and_alice(tmp_path: Path) -> None:
    """A question, a plea, a take-over, a silent bot, words and pictures: all without a reload."""
    async with scene(tmp_path) as here:
        ana = Person(await here.chat())
        alice = await here.admin("alice")
        await alice.page.evaluate("window.sameDocument = true")
        await ana.writes("When do you open?")
        await expect(ana.log.get_by_role("article")).to_have_count(2)
        await expect(alice.row(ANAS_NAME)).to_have_count(0)  # in "Waiting", where nobody waits
        await ana.writes(PLEA)
        row = alice.row(ANAS_NAME)
        await expect(row).to_contain_text("asked for a person")
        await row.click()
        log = alice.log(ANAS_NAME)
        await expect(log.get_by_text("When do you open?")).to_be_visible()
        await alice.take_over()

        await here.handled()
        before = here.sent_to()
        await ana.writes("Is there a table by the window?")
        await alice.heard("Is there a table by the window?")
        await here.handled()
        silent = here.sent_to()

        await alice.write("Hello Ana, Alice here. There is!")
        await expect(ana.got("Alice here. There is!")).to_be_visible()
        await alice.choose_file(BOWL)
        await expect(alice.conversation.get_by_role("list", name="Files to send")).to_be_visible()
        await alice.button("Send").click()
        await shown(ana.log.get_by_role("img", name="bowl.png"))
        await shown(log.get_by_role("img", name="Picture"))
        await expect(log.get_by_text("Read", exact=True).last).to_be_visible()
        await picture(ana.chat, "panel-takeover-chat")
        await picture(alice, "panel-takeover")
        await alice.give("paste", "pasted.png", BOWL.read_bytes())
        await alice.button("Send").click()
        await shown(ana.log.get_by_role("img", name="pasted.png"))
        await alice.give("drop", "dropped.png", BOWL.read_bytes())
        await alice.composer.press("Enter")
        await shown(ana.log.get_by_role("img", name="dropped.png"))
        for at in range(3):
            await shown(log.get_by_role("img", name="Picture").nth(at))
        await expect(log.get_by_text("Read", exact=True).last).to_be_visible()

        same = await alice.page.evaluate("window.sameDocument")
        verdicts = [await ana.chat.verdict(), await alice.verdict()]
        sent = here.demo.sandbox.ledger.messages(psid=ANA)

    assert silent == before
    assert [one.attachments[0].type for one in sent if one.attachments] == ["image"] * 3
    assert same is True
    assert verdicts == [SPOTLESS, SPOTLESS]


async def shown(image: Locator) -> None:
    """Return once a picture is there, and is one."""
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("complete", value=True)
    assert int(await image.evaluate("image => image.naturalWidth")) > 0


async def test_the_window_closes_and_opens(tmp_path: Path) -> None:
    """A day later it is a human agent's answer, a week later none; until the person writes."""
    async with scene(tmp_path) as here:
        ana = await escalated(here)
        alice = await here.admin("alice")
        await alice.choose(ANAS_NAME)
        await ana.jumps("+25 h")
        line = alice.conversation.get_by_text("Only people may answer, until")
        await expect(line).to_contain_text("(Human Agent)")
        await expect(alice.conversation.get_by_text("Waiting for 1 d 1 h")).to_be_visible()
        await alice.write("Sorry that it took so long!")
        await expect(ana.got("Sorry that it took so long!")).to_be_visible()
        [late] = here.demo.sandbox.ledger.assert_delivered("Sorry that it took so long!")

        async with unaware(alice):
            await ana.jumps("+8 d")
            await alice.write("Are you still there?")
            no = alice.conversation.get_by_role("alert").filter(has_text="Not sent.")
            await expect(no).to_contain_text("7 days")
            told = await no.inner_text()
        over = alice.conversation.get_by_text("Nobody may answer any more until they write")
        await expect(over).to_be_visible()
        await expect(alice.composer).to_be_disabled()
        closed = await alice.verdict()
        await ana.writes("Hello again")
        await expect(alice.conversation.get_by_text("The bot may answer for")).to_be_visible()
        await expect(alice.composer).to_be_enabled()
        await alice.button("Discard").click()
        await alice.write("Welcome back!")
        await expect(ana.got("Welcome back!")).to_be_visible()
        verdict = await alice.verdict()
        actions = await here.demo.desk.actions(ActionQuery())

    print(f"The panel says: {told}")
    assert (late.messaging_type, late.tag) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert "Are you still there?" not in here.sent_to()
    assert ("reply", "OutsideWindowError", "refused") in [
        (one.action, one.decision, one.outcome) for one in actions
    ]
    assert closed == verdict == ([], [], [BAD_GATEWAY])


@asynccontextmanager
async def unaware(window: Window) -> AsyncGenerator[None]:
    """Keep from the panel how its conversation stands, until the end of the block."""
    gate = asyncio.Event()

    async def hold(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    await window.page.route("**/status", hold)
    try:
        yield
    finally:
        gate.set()
        await window.page.unroute_all(behavior="wait")


async def test_nothing_is_missing_after_a_break(tmp_path: Path) -> None:
    """What others did meanwhile is there, once; what was written meanwhile is sent, once."""
    async with scene(tmp_path) as here:
        ana = await escalated(here)
        ben = here.demo.sandbox.person(psid="24000000000000002")
        await ben.writes("Can I talk to a person?")
        outside = await here.context()
        alice, bob = await here.admin("alice", outside), await here.admin("bob")
        await alice.choose(ANAS_NAME)
        await alice.take_over()
        await outside.set_offline(offline=True)
        await expect(alice.page.get_by_text("Connection lost")).to_be_visible()
        await alice.write("One moment, I am looking.")
        again = alice.conversation.get_by_text("Trying again, and it is sent once.")
        await expect(again).to_be_visible()
        await ana.writes("Are you there?")
        await ana.writes("Hello?")
        await bob.choose("Ben Sample")
        await bob.take_over()
        await bob.write("Hello Ben, Bob here.")
        await bob.choose(ANAS_NAME)
        await bob.conversation.get_by_role("combobox", name="Priority").select_option("5")
        await expect(bob.row(ANAS_NAME)).to_contain_text("priority 5")
        away = await alice.texts()
        await outside.set_offline(offline=False)
        await expect(alice.page.get_by_text("Live", exact=True)).to_be_visible()
        for text in ("Are you there?", "Hello?", "One moment, I am looking."):
            await alice.heard(text)
        async with deaf(alice):
            await lose_answer(alice.page, "*/admin/send-message")
            async with alice.page.expect_response("**/admin/send-message"):
                await alice.write("Here I am.")
                await expect(again).to_be_visible()
        await expect(ana.got("Here I am.")).to_have_count(1)
        await alice.heard("Here I am.")
        await alice.write("How can I help?")
        await expect(ana.got("How can I help?")).to_have_count(1)
        await expect(again).to_have_count(0)
        await expect(alice.row(ANAS_NAME)).to_contain_text("priority 5")
        await expect(alice.row("Ben Sample")).to_contain_text("bob")
        await expect(alice.row("Ben Sample")).to_contain_text("Hello Ben, Bob here.")
        texts, conversation = await alice.texts(), await here.of()
        kept = await here.demo.desk.messages(conversation.id)
        verdict = await alice.verdict()

    assert "Are you there?" not in away
    assert texts == [one.text for one in reversed(kept)]
    assert here.sent_to()[-2:] == ["Here I am.", "How can I help?"]
    assert here.sent_to().count("One moment, I am looking.") == 1
    assert here.sent_to().count("Here I am.") == 1
    assert verdict[:2] == ([], [])
    assert set(alice.said) == {BREAK, RESET, FAILED}
    assert bob.said == []


@asynccontextmanager
async def deaf(window: Window) -> AsyncGenerator[None]:
    """Let the panel hear nothing, though it can speak, until the end of the block."""
    hears = re.compile("/admin/(events|session)")
    await window.page.route(hears, lambda route: route.abort())
    try:
        await expect(window.page.get_by_text("Connection lost")).to_be_visible()
        yield
    finally:
        await window.page.unroute_all(behavior="wait")


async def test_doubt_is_settled_and_failure_sent_again(tmp_path: Path) -> None:
    """No answer comes from Meta, and the message is found; another fails, and goes at a click."""
    async with scene(tmp_path) as here:
        ana = await escalated(here)
        alice = await here.admin("alice")
        log = await alice.choose(ANAS_NAME)
        await alice.take_over()
        await without_echoes(here)
        await alice.page.evaluate(STATES)
        here.demo.sandbox.script(Fault.commit_then_reset())
        await alice.write("Table four is yours.")
        await expect(log.get_by_text("No clear answer from Meta")).to_be_visible()
        await expect(log.get_by_text("Do not send it again.")).to_be_visible()
        doubt = await alice.verdict()
        await expect(ana.got("Table four is yours.")).to_have_count(1)
        said = await alice.heard("Table four is yours.")
        await expect(said.get_by_text("Read", exact=True)).to_be_visible()
        states = await alice.page.evaluate("window.states")

        here.demo.sandbox.script(Fault.graph_error(551, 1545041, "Not available"))
        await alice.write("At eight?")
        failed = await alice.heard("At eight?")
        await expect(failed).to_contain_text("Refused")
        await failed.get_by_role("button", name="Send again").click()
        await expect(ana.got("At eight?")).to_have_count(1)
        await expect(failed.first).to_contain_text("It was sent again.")
        verdict = await alice.verdict()

    print(f"Its states: {states}")
    assert [one for one in states if one in WORDS] == WORDS
    assert list(here.sent_to())[-2:] == ["Table four is yours.", "At eight?"]
    assert doubt == SPOTLESS
    assert verdict == ([], [], [BAD_GATEWAY])


WORDS = ["No clear answer from Meta", "Read"]
STATES = """
() => {
  window.states = [];
  const look = () => {
    const all = document.querySelectorAll(".message.mine .state span");
    const now = all.length > 0 ? all[all.length - 1].textContent : "";
    if (now !== "" && now !== window.states.at(-1)) window.states.push(now);
  };
  new MutationObserver(look).observe(document.querySelector("[role=log]"),
    {subtree: true, childList: true, characterData: true});
}
"""


async def without_echoes(here: Scene) -> None:
    """Let Meta tell of all but of what the page sends, so that this must be looked for."""
    page = here.demo.sandbox.page
    fields = "messages,messaging_postbacks,message_deliveries,message_reads"
    async with MessengerClient(
        page_access_token=page.access_token, graph_url=here.demo.sandbox.url
    ) as client:
        await client.call("POST", "me/subscribed_apps", {"subscribed_fields": fields})


async def test_two_admins(tmp_path: Path) -> None:
    """Bob sees alice's claim, and her typing; his answer is refused, until he takes over."""
    async with scene(tmp_path) as here:
        ana = await escalated(here)
        alice, bob = await here.admin("alice"), await here.admin("bob")
        await bob.choose(ANAS_NAME, "Waiting")
        await alice.choose(ANAS_NAME, "Waiting")
        await alice.take_over()
        await expect(bob.row(ANAS_NAME)).to_contain_text("alice")
        await expect(bob.conversation.get_by_text("alice has it")).to_be_visible()
        await alice.composer.press_sequentially("Hello")
        await expect(bob.conversation.get_by_text("alice is typing…")).to_be_visible()
        await bob.write("Hello Ana, Bob here.")
        no = bob.conversation.get_by_role("alert").filter(has_text="Not sent.")
        await expect(no).to_contain_text("alice has this conversation.")
        between = here.sent_to()
        await picture(bob, "panel-held")
        refusal = await bob.verdict()
        await bob.button("Take it over and send").click()
        await expect(ana.got("Hello Ana, Bob here.")).to_have_count(1)
        await expect(alice.conversation.get_by_text("bob has it")).to_be_visible()
        await expect(alice.button("Take over from bob")).to_be_visible()
        verdicts = [await alice.verdict(), await bob.verdict()]
        conversation = await here.of()

    assert "Hello Ana, Bob here." not in between
    assert here.sent_to()[-1] == "Hello Ana, Bob here."
    assert conversation.assigned_admin_id == "bob"
    assert refusal == ([], [], [CONFLICT])
    assert verdicts == [SPOTLESS, ([], [], [CONFLICT])]


async def test_a_double_click_takes_a_conversation_and_does_not_release_it(tmp_path: Path) -> None:
    """The button that was pressed means something else by the second click of the two."""
    async with scene(tmp_path) as here:
        await escalated(here)
        alice = await here.admin("alice")
        await alice.choose(ANAS_NAME)
        await alice.button("Take over").hover()
        for count in (1, 2):
            await alice.page.mouse.down(click_count=count)
            await alice.page.mouse.up(click_count=count)
            await expect(alice.button("Release")).to_be_visible()
        await alice.write("Hello Ana, Alice here.")
        await alice.heard("Hello Ana, Alice here.")
        await here.handled()
        conversation = await here.of()
        asked = ActionQuery(conversation_id=conversation.id)
        done = [one.action for one in await here.demo.desk.actions(asked)]

    assert conversation.assigned_admin_id == "alice"
    assert done.count("assign_human") == 1
    assert "release_human" not in done
    assert alice.said == []


async def test_an_answer_that_stands_ready_a_note_and_the_audit(tmp_path: Path) -> None:
    """A canned answer, the bot's switch, a note for bob alone; and the audit has all but words."""
    async with scene(tmp_path) as here:
        ana = await escalated(here)
        alice, bob = await here.admin("alice"), await here.admin("bob")
        log = await alice.choose(ANAS_NAME)
        await bob.choose(ANAS_NAME)
        await alice.button("Canned answers").click()
        await alice.conversation.get_by_role("button", name="Greeting").click()
        await expect(alice.composer).to_have_value(
            "Hello Ana, thank you for your message. I am looking into it."
        )
        await alice.composer.press("Enter")
        await expect(ana.got("Hello Ana, thank you")).to_have_count(1)
        bot = alice.conversation.get_by_role("switch", name="Bot may answer")
        await bot.click()
        await expect(bot).not_to_be_checked()
        await expect(
            bob.conversation.get_by_role("switch", name="Bot may answer")
        ).not_to_be_checked()
        await alice.button("Resolve…").click()
        dialog = alice.page.get_by_role("dialog", name="Resolve this conversation")
        await dialog.get_by_role("textbox", name="Note for other admins (optional)").fill(NOTE)
        await dialog.get_by_role("button", name="Resolve").click()
        await expect(dialog).to_have_count(0)
        await expect(bob.conversation.get_by_role("article", name="Note by alice")).to_contain_text(
            NOTE
        )
        await expect(log.get_by_role("article", name="Your note")).to_contain_text(NOTE)
        resolved = await here.of()
        await alice.page.get_by_role("link", name="Audit").click()
        table = alice.page.get_by_role("table", name="Actions")
        rows = table.get_by_role("row")
        actions = await here.demo.desk.actions(ActionQuery(conversation_id=resolved.id))
        await expect(rows).to_have_count(len(actions) + 1)
        told = [await row.inner_text() for row in await rows.all()]
        verdicts = [await alice.verdict(), await bob.verdict()]
        broken = await here.demo.desk.verify(resolved.id)

    for one in told[1:]:
        print("  ".join(one.split()))
    assert resolved.status is Status.RESOLVED
    assert all(NOTE not in text for text in here.sent_to())
    assert NOTE not in json.dumps([one.details for one in actions], default=str)
    assert NOTE not in "".join(told)
    for words in (
        "Answered",
        "Switched the bot off",
        "Resolved it",
        "with a note",
        "s delivery",
    ):
        assert any(words in one for one in told), words
    assert broken == ()
    assert verdicts == [SPOTLESS, SPOTLESS]


NOTE = "Was about the window table; all is well."
