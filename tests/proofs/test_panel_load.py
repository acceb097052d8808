"""The panel under load: a thousand who wait, twenty messages a second, and somebody at work."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import pytest
from proofs.panels import Scene, Window, escalates, expect, scene
from proofs.tracing import CATEGORIES, long_tasks

from messengerkit import parse_events
from messengerkit.sandbox import Person

pytestmark = pytest.mark.slow

WAITING = 1000
EACH_SECOND = 20
SECONDS = 12
LIMIT = 200  # ms
NAMES = ("Ana", "Ben", "Chloé", "Dewi", "မြမြ", "Farah", "Goran", "أمل", "Ivo", "Zoë 👩🏽‍🍳")
COUNTED = """
window.heard = 0;
window.EventSource = class extends EventSource {
  constructor(...given) {
    super(...given);
    for (const kind of ["conversation", "message"])
      this.addEventListener(kind, () => window.heard += 1);
  }
};
"""


async def test_a_thousand_wait_and_no_task_is_long(tmp_path: Path) -> None:
    """No task of the page is at work for 200 ms while one scrolls, searches and opens."""
    async with scene(tmp_path, escalates) as here:
        people = [here.demo.sandbox.person(name) for name in islice(names(), WAITING)]
        await all_wait(here, people)
        context = await here.context()
        await context.add_init_script(COUNTED)
        alice = await here.admin("alice", context)
        lists = alice.page.get_by_role("navigation", name="Lists")
        await expect(lists.get_by_role("button", name="Waiting")).to_contain_text("999")
        await here.browser.start_tracing(page=alice.page, categories=CATEGORIES)
        before, began = await heard(alice), time.monotonic()
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(talk(people, SECONDS))
            rows = await work(alice, talking)
        after, took = await heard(alice), time.monotonic() - began
        tasks = long_tasks(await here.browser.stop_tracing())
        ran, said = await alice.ran(), alice.said

    events = after - before
    print(f"\n{WAITING} wait, {rows} rows; {events} events in {took:.1f} s. The longest tasks:")
    for task in tasks:
        print(f"  {task}")
    assert rows >= WAITING
    assert events / took >= EACH_SECOND
    # For what waits for the processor waits for the sandbox, the desk, and whoever else is here.
    assert tasks[0].cpu_ms <= LIMIT
    assert (ran, said) == ([], [])


def names() -> Iterator[str]:
    """Return names without end."""
    return (f"{name} {number}" for number, name in enumerate(cycle(NAMES), 1))


async def all_wait(here: Scene, people: Sequence[Person]) -> None:
    """Let all of *people* have asked for a person."""
    page_id, now = here.demo.sandbox.page.id, int(here.demo.sandbox.now() * 1000)
    for first in range(0, len(people), 100):
        messaging = [
            {
                "sender": {"id": one.psid},
                "recipient": {"id": page_id},
                "timestamp": now,
                "message": {"mid": f"m_of_{one.psid}", "text": "A person, please"},
            }
            for one in people[first : first + 100]
        ]
        entry = [{"id": page_id, "time": now, "messaging": [one]} for one in messaging]
        await here.demo.desk.take(parse_events({"object": "page", "entry": entry}))
    await here.handled()


async def talk(people: Sequence[Person], seconds: float) -> None:
    """Let people write, so many each second, whether or not all is kept up with."""
    begin = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(round(EACH_SECOND * seconds)):
            await asyncio.sleep(begin + number / EACH_SECOND - time.monotonic())
            group.create_task(people[number * 7 % len(people)].writes(f"Message {number}"))


async def work(window: Window, talking: asyncio.Task[None]) -> int:
    """Scroll, search and open conversations while others talk; return how many rows there were."""
    # By role each row would be asked for its name, which is work for the page, and not its own.
    page = window.page
    search, rows = page.locator("#list input[type=search]"), page.locator("#list .rows > li")
    waiting, all_of_them = page.locator("#list .tab").nth(0), page.locator("#list .tab").nth(2)
    composer = page.locator("#conversation textarea").first
    drawn = 0
    while not talking.done():
        await rows.first.hover()
        for _ in range(WAITING // 50):
            await page.mouse.wheel(0, 8000)
            await page.wait_for_timeout(50)
        drawn = max(drawn, await rows.count())
        await search.press_sequentially("goran 7", delay=60)
        await expect(rows.first).to_contain_text("Goran")
        await rows.first.click()
        await composer.press_sequentially("Hello", delay=40)
        await search.fill("")
        await all_of_them.click()
        await waiting.click()
    return drawn


async def heard(window: Window) -> int:
    """Return how many events the page has heard."""
    return int(await window.page.evaluate("window.heard"))
