"""What others write cannot run in the panel, nor disguise; and the browser never has a secret."""

import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import Page
from proofs.panels import BOWL, CONFLICT, Person, Scene, Window, expect, scene
from proofs.received import Received

from messengerkit import parse_events
from messengerkit.desk import Turn
from messengerkit.sandbox import Person as Guest

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>"
SCRIPT = "javascript:alert(1)"
TURNED = "\u202egnp.exe"
SPELT = "[U+202E]gnp.exe"
EVIL_PAGE = b"<script>alert(1)</script>"
KINDS = ("image", "video", "audio", "file")
BUTTONS: list[dict[str, object]] = [
    {"type": "web_url", "title": HOSTILE, "url": SCRIPT},
    {"type": "phone_number", "title": TURNED, "payload": SCRIPT},
    {"type": "postback", "title": TURNED, "payload": HOSTILE},
]
ELEMENT: dict[str, object] = {
    "title": HOSTILE,
    "subtitle": SCRIPT,
    "image_url": SCRIPT,
    "default_action": {"type": "web_url", "url": SCRIPT},
    "buttons": BUTTONS,
}
ATTACHMENTS: list[dict[str, object]] = [
    {"type": "template", "payload": {"template_type": "generic", "elements": [ELEMENT]}},
    {"type": "template", "payload": {"template_type": HOSTILE, "text": SCRIPT, "buttons": BUTTONS}},
    {
        "type": "template",
        "payload": {"template_type": "media", "url": SCRIPT, "media_type": "image"},
    },
    {"type": "fallback", "title": HOSTILE, "url": SCRIPT, "payload": None},
    {"type": "location", "title": TURNED, "url": SCRIPT, "payload": {"coordinates": HOSTILE}},
    {"type": HOSTILE, "payload": {"title": HOSTILE, "url": f"data:text/html,{HOSTILE}"}},
    {"type": "file", "payload": {"url": "https://example.com/a%E2%80%AEgnp.exe"}},
]
ATTACHMENTS.extend({"type": kind, "payload": {"url": SCRIPT}} for kind in KINDS)
KEPT = """
async () => {
  const all = store => Array.from({length: store.length},
    (_, at) => [store.key(at), store.getItem(store.key(at))]);
  return JSON.stringify([all(localStorage), all(sessionStorage), document.cookie, history.state,
    location.href, await indexedDB.databases(), await caches.keys()]);
}
"""
UNSAFE = """
() => [...document.querySelectorAll("[href], [src], [action], [formaction]")]
  .map(node => node.href || node.src || node.action)
  .filter(url => !["http:", "https:", "blob:", "tel:"].includes(new URL(url).protocol))
"""


async def bot(turn: Turn) -> None:
    """Want a person, for the reason that the person themselves names."""
    await turn.escalate(turn.text or HOSTILE)


async def test_nothing_that_anybody_writes_can_run(tmp_path: Path) -> None:
    """Names, texts, files, templates, reasons, notes and canned answers are just shown."""
    async with scene(tmp_path, bot) as here:
        evil = here.demo.sandbox.person(HOSTILE)
        turned = here.demo.sandbox.person(f"Jo {TURNED}")
        await evil.writes(f"{HOSTILE} {SCRIPT} https://example.com/{HOSTILE}")
        await turned.uploads(EVIL_PAGE, f"a{TURNED}", "text/html")
        await says(here, evil, ATTACHMENTS)
        await here.handled()
        alice, bob = await here.admin("alice"), await here.admin("bob")
        names = await alice.page.get_by_role("list", name="Conversations").inner_text()
        await bob.choose(HOSTILE)
        log = await alice.choose(f"Jo {SPELT}")
        file = log.get_by_role("link", name="agnp.exe")
        await expect(file).to_be_visible()
        heading = await alice.conversation.get_by_role("heading").inner_text()
        names += heading + await file.inner_text()
        log = await alice.choose(HOSTILE)
        await expect(log.get_by_text(SCRIPT).first).to_be_visible()
        await expect(log.get_by_role("link", name=f"a{SPELT}")).to_be_visible()
        names += await log.get_by_role("link", name=f"a{SPELT}").inner_text()
        await chooses_a_file(alice)
        await alice.take_over()
        await keeps_an_answer(alice, f"{HOSTILE} {SCRIPT} {TURNED}")
        await escalates(alice, reason=f"{HOSTILE} {TURNED}", note=f"{HOSTILE} {SCRIPT} {TURNED}")
        await expect(bob.conversation.get_by_text(f"{HOSTILE} {SCRIPT}").last).to_be_visible()
        await bob.write(f"{SCRIPT} {HOSTILE}")
        await bob.button("Take it over and send").click()
        await alice.heard(f"{SCRIPT} {HOSTILE}")
        found = [await seen(alice), await seen(bob)]
        await sees_the_audit(alice)
        found.append(await seen(alice))
        policy = (await alice.page.request.get(alice.page.url)).headers["content-security-policy"]
        said = [list(alice.said), list(bob.said)]
        # All this time the looking was no dream: what is planted by force is seen, and refused.
        await bob.page.evaluate("html => { document.body.innerHTML += html }", HOSTILE)
        await expect(bob.page.locator("img[src=x]")).to_have_count(1)
        await bob.page.wait_for_function("window.ran.length > 0")
        planted = str(await bob.ran())

    print(f"The policy: {policy}\nWhat was planted: {planted}")
    assert "\u202e" not in names
    assert [(unsafe, ran) for unsafe, ran, _ in found] == [([], [])] * 3
    assert all("<img src=x" not in html for _, _, html in found)
    assert said == [[], [CONFLICT]]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "refused: script-src-attr inline" in planted
    assert "alert" not in planted


async def seen(window: Window) -> tuple[object, object, str]:
    """Return the URLs that are none of the web, what ran, and the page's HTML."""
    html = str(await window.page.evaluate("document.body.innerHTML"))
    return await window.page.evaluate(UNSAFE), await window.ran(), html


async def says(here: Scene, guest: Guest, attachments: Sequence[object]) -> None:
    """Let *guest* send what no app of Meta's could, as Meta would tell it."""
    page_id, now = here.demo.sandbox.page.id, int(here.demo.sandbox.now() * 1000)
    message = {"mid": f"m_{secrets.token_hex(8)}", "attachments": attachments}
    item = {
        "sender": {"id": guest.psid},
        "recipient": {"id": page_id},
        "timestamp": now,
        "message": message,
    }
    entry = [{"id": page_id, "time": now, "messaging": [item]}]
    await here.demo.desk.take(parse_events({"object": "page", "entry": entry}))


async def chooses_a_file(window: Window) -> None:
    """Choose a file that hides how it ends, and think better of it."""
    await window.give("drop", f"a{TURNED}", EVIL_PAGE)
    tray = window.conversation.get_by_role("list", name="Files to send")
    await expect(tray.get_by_role("listitem")).to_have_text(f"a{SPELT}")
    await tray.get_by_role("button", name=f"Remove a{SPELT}").click()


async def sees_the_audit(window: Window) -> None:
    """Look at the audit, after an address that is none."""
    await window.page.evaluate(f"location.hash = '#/audit/' + encodeURIComponent({HOSTILE!r})")
    await expect(window.conversation.get_by_text("Choose a conversation")).to_be_visible()
    await window.page.evaluate("location.hash = '#/audit'")
    table = window.page.get_by_role("table", name="Actions")
    await expect(table.get_by_text(HOSTILE).first).to_be_visible()


async def keeps_an_answer(window: Window, text: str) -> None:
    """Keep *text* as a canned answer, and find it by typing "/"."""
    await window.composer.fill(text)
    await window.button("Canned answers").click()
    group = window.conversation.get_by_role("group", name="Canned answers")
    await group.get_by_role("button", name="Keep the text as an answer").click()
    await expect(group.get_by_text(HOSTILE).first).to_be_visible()
    await window.page.keyboard.press("Escape")
    await window.composer.fill("/img")
    offered = window.conversation.get_by_role("listbox", name="Canned answers")
    await expect(offered.get_by_role("option").first).to_contain_text(HOSTILE)
    await window.composer.fill("")


async def escalates(window: Window, *, reason: str, note: str) -> None:
    """Ask for a person, in the dialog."""
    await window.button("More").click()
    await window.button("Escalate…").click()
    dialog = window.page.get_by_role("dialog", name="Escalate this conversation")
    await dialog.get_by_role("textbox", name="Reason").fill(reason)
    await dialog.get_by_role("textbox", name="Note").fill(note)
    await dialog.get_by_role("button", name="Escalate").click()
    await expect(dialog).to_have_count(0)


async def test_the_browser_has_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in one answer, header or event that it received, and not in what it stores."""
    made: list[str] = []

    def remembered(size: int) -> str:
        made.append(make(size))
        return made[-1]

    make = secrets.token_urlsafe
    monkeypatch.setattr(secrets, "token_urlsafe", remembered)
    async with scene(tmp_path) as here:
        monkeypatch.undo()
        page = here.demo.sandbox.page
        keys = [here.key("alice"), here.key("bob")]
        hidden = {*made, *keys, page.access_token, page.app_secret}
        chat, alice = await here.chat(), await here.panel()
        received = [await Received.by(one.page) for one in (chat, alice)]
        ana = Person(chat)
        await alice.enter("alice", here.key("alice"))
        await ana.writes("Can I talk to a person? I am the one in blue.")
        await alice.choose("Ana Example")
        await alice.take_over()
        await alice.write("Hello, one in blue.")
        await expect(ana.got("Hello, one in blue.")).to_have_count(1)
        await alice.choose_file(BOWL)
        await alice.button("Send").click()
        await expect(ana.log.get_by_role("img", name="bowl.png")).to_be_visible()
        await alice.page.get_by_role("link", name="Audit").click()
        await expect(
            alice.page.get_by_role("table", name="Actions").get_by_role("row").nth(2)
        ).to_be_visible()
        stored = [await kept(one.page) for one in (chat, alice)]
        cookies = await alice.page.context.cookies()
        await alice.page.get_by_role("button", name="Sign out").click()
        await expect(alice.page.get_by_role("dialog", name="Sign in")).to_be_visible()
        stored.append(await kept(alice.page))
        texts = [await one.all() for one in received]

    count = sum(len(one.parts) for one in received)
    print(f"{len(hidden)} secrets in {count} parts, {sum(map(len, texts))} characters: none")
    assert len(hidden) >= 6  # of the demo's own making: the verify token, the session's secret
    for text, known in zip(texts, ("event: ", "event: "), strict=True):
        assert known in text
        assert "I am the one in blue." in text
    assert "__Host-messengerkit=" in texts[1]
    assert [(one.get("name"), one.get("httpOnly")) for one in cookies] == [
        ("__Host-messengerkit", True)
    ]
    assert '"delivery": "sent"' in texts[1].replace('":"', '": "')
    for text in (*texts, *stored):
        assert [secret[:6] for secret in hidden if secret in text] == []


async def kept(page: Page) -> str:
    """Return what scripts of *page* can read of what its browser stores."""
    return str(await page.evaluate(KEPT))
