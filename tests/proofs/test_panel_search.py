"""The panel's search, of a backend that has more conversations than the panel has loaded."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Route
from proofs.onlooker import SPOTLESS
from proofs.panels import Scene, escalates, expect, scene

from messengerkit import parse_events

pytestmark = pytest.mark.slow

PEOPLE = 90
WANTED = 71
"""Neither of the ten who wait longest, nor of the ten who wrote last, nor of the next fifty."""
PAGES = {"const PAGE = 200;": "const PAGE = 10;", "const AT_FIRST = 5;": "const AT_FIRST = 1;"}
UNREAD = "There are more conversations, in which nothing was searched yet."
OVER = 25 * 3600  # seconds


async def test_what_was_not_searched_is_said_and_can_be(tmp_path: Path) -> None:
    """It says that there is more, and searches further, in the names of those who come, too."""
    async with scene(tmp_path, escalates) as here:
        await many_wait(here)
        context = await here.context()
        await in_small_pages(context)
        alice = await here.admin("alice", context)
        page = alice.page
        lists = page.get_by_role("navigation", name="Lists")
        waiting = lists.get_by_role("button", name="Waiting")
        rows = page.get_by_role("list", name="Conversations").get_by_role("link")
        unread = page.get_by_text(UNREAD)
        further = page.get_by_role("button", name="Search further")
        long = page.get_by_text("people have waited for over 24 h.")
        await expect(waiting).to_have_text("Waiting20+, 20 conversations and more")
        await expect(long).to_have_text("At least 20 people have waited for over 24 h.")
        await expect(unread).to_be_hidden()
        await page.get_by_role("searchbox", name="Search conversations").fill("Zelda")
        await expect(page.get_by_text("Nothing found.")).to_be_visible()
        await expect(unread).to_be_visible()
        verdict = await alice.verdict()
        await further.press("Enter")
        await expect(waiting).to_contain_text("70+")
        await expect(further).to_be_focused()
        await expect(unread).to_be_visible()
        nothing = await rows.count()
        await further.press("Enter")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("Zelda")
        await expect(page.get_by_role("region", name="Conversations")).to_be_focused()
        await expect(unread).to_be_hidden()
        await expect(further).to_be_hidden()
        await expect(waiting).to_have_text(f"Waiting{PEOPLE}, {PEOPLE} conversations")
        await page.get_by_role("searchbox", name="Search conversations").fill("Nobody")
        await expect(page.get_by_text("Nothing found.")).to_be_visible()
        await expect(unread).to_be_hidden()

    assert nothing == 0
    assert verdict == SPOTLESS
    assert alice.said == []


async def many_wait(here: Scene) -> None:
    """Let people have asked for a person, one after the other, and all of them long ago."""
    page_id, now = here.demo.sandbox.page.id, int(here.demo.sandbox.now() * 1000)
    for number in range(1, PEOPLE + 1):
        name = "Zelda Sample" if number == WANTED else f"Guest {number}"
        person = here.demo.sandbox.person(name)
        messaging = {
            "sender": {"id": person.psid},
            "recipient": {"id": page_id},
            "timestamp": now + number,
            "message": {"mid": f"m_of_{person.psid}", "text": "A person, please"},
        }
        entry = [{"id": page_id, "time": now, "messaging": [messaging]}]
        await here.demo.desk.take(parse_events({"object": "page", "entry": entry}))
    await here.handled()
    here.demo.sandbox.advance(OVER)


async def in_small_pages(context: BrowserContext) -> None:
    """Let the panel load so little at once that a few conversations are many."""

    async def serve(route: Route) -> None:
        answer = await route.fetch()
        script = await answer.text()
        for much, little in PAGES.items():
            assert much in script
            script = script.replace(much, little)
        await route.fulfill(response=answer, body=script)

    await context.route("**/loading.js", serve)
