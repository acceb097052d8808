"""What changes, as a browser's EventSource is told it; and how a desk is, as a monitor is."""

import asyncio
import json
from dataclasses import replace
from itertools import count

import pytest
from admin.desk_kit import ALICE, EVENTS, MESSAGES, METRICS, NOW, OTHER_PAGE, PAGE, Play, rows
from admin.kit import read

from messengerkit import MessengerClient
from messengerkit.admin import DeskBackend
from messengerkit.admin.desk_metrics import exposition
from messengerkit.delivery import State
from messengerkit.desk import Change, ChangeKind, Counts, EventState, Status
from messengerkit.desk.store import Store
from messengerkit.errors import StoreError, TokenError
from messengerkit.sandbox import Fault, Sandbox
from messengerkit.stats import Stats


@pytest.fixture
def play(client: MessengerClient, kept: Store) -> Play:
    """A desk that is not open, whose answers wait for nothing."""
    return Play(client, kept)


@pytest.fixture
def patient(client: MessengerClient, kept: Store) -> Play:
    """One that waits for something to happen."""
    return Play(client, kept, events_wait=30.0)


class Browser:
    """Asks for events as an EventSource does: with the id of the last one that it had."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.last: str | None = None
        self.retry: int | None = None

    async def hears(self) -> list[tuple[str, dict[str, object]]]:
        """Return what it is told by one request."""
        headers = () if self.last is None else (("Last-Event-ID", self.last),)
        answer = await self.play.ask("GET", EVENTS, headers=headers)
        assert (answer.status, dict(answer.headers)) == (
            200,
            {"Content-Type": "text/event-stream", "Cache-Control": "no-store"},
        )
        return [one for block in self._blocks(answer.body) if (one := self._event(block))]

    def _blocks(self, body: bytes) -> list[dict[str, str]]:
        blocks = body.decode().split("\n\n")
        assert blocks.pop() == ""
        return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]

    def _event(self, block: dict[str, str]) -> tuple[str, dict[str, object]] | None:
        self.last = block.get("id", self.last)
        self.retry = int(block["retry"]) if "retry" in block else self.retry
        return (block["event"], json.loads(block["data"])) if "data" in block else None


async def test_it_begins_now(play: Play) -> None:
    """What was before, a panel has listed; it is told where to go on from."""
    await play.control(await play.conversation(), "escalate")
    browser = Browser(play)

    assert await browser.hears() == [("ready", {})]
    assert await browser.hears() == []
    assert (browser.last, browser.retry) not in {(None, 2000), ("start", 2000)}


async def test_before_anything_has_happened(play: Play) -> None:
    """It begins all the same, and misses nothing."""
    browser = Browser(play)
    assert await browser.hears() == [("ready", {})]
    assert browser.last == "start"
    one = await play.conversation()
    await play.control(one, "escalate")

    ((kind, data),) = await browser.hears()
    assert (kind, data["id"], data["status"]) == ("conversation", str(one.id), "escalated")


async def test_what_changes_is_told_once(play: Play) -> None:
    """As it is now, however often it has changed; conversations and messages."""
    one = await play.conversation()
    browser = Browser(play)
    await browser.hears()
    done = await play.send(one)
    await play.control(one, "release_human")
    told = await browser.hears()

    written = done.data["messages"]
    assert isinstance(written, list)
    assert [(kind, data["id"]) for kind, data in told] == [
        ("message", written[0]),
        ("conversation", str(one.id)),
    ]
    assert told[1][1]["human_handling"] is False
    assert await browser.hears() == []


async def test_it_can_begin_in_the_query(play: Play) -> None:
    """For whoever opens the stream anew; the header counts more, for it is newer."""
    one = await play.conversation()
    first = await play.ask("GET", EVENTS, query="after=start")
    await play.control(one, "escalate")
    second = await play.ask("GET", EVENTS, query="after=start")
    last = second.body.decode().rpartition("id: ")[2].strip()
    third = await play.ask("GET", EVENTS, query="after=start", headers=[("Last-Event-ID", last)])

    assert first.body == b"retry: 2000\n\nid: start\n\n"
    assert b"event: conversation\n" in second.body
    assert third.body == f"retry: 2000\n\nid: {last}\n\n".encode()


@pytest.mark.parametrize("last", ["", "x", "1 2", "1,2", "a" * 81, "\n", "ü"])
async def test_what_is_no_cursor_is_refused(play: Play, last: str) -> None:
    """A browser then stops; the panel has to begin anew."""
    done = read(await play.ask("GET", EVENTS, headers=[("Last-Event-ID", last)]))

    assert (done.status, done.error["field"]) == (422, "after")


async def test_a_place_beyond_the_feed_begins_anew(play: Play) -> None:
    """As after a restart in memory: waiting there, one would miss all until it is as long again."""
    await play.control(await play.conversation(), "escalate")
    browser = Browser(play)
    await browser.hears()
    browser.last = f"{browser.last}9"  # in each store the number stands last

    assert await browser.hears() == [("ready", {})]
    one = await play.conversation()
    await play.control(one, "escalate")
    assert [data["id"] for _, data in await browser.hears()] == [str(one.id)]
    assert await browser.hears() == []


async def test_what_comes_between_two_looks_is_told(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place that was the last one a moment ago is not beyond the feed."""
    browser = Browser(play)
    await browser.hears()
    one = await play.conversation()
    newest = play.desk.newest_change

    async def later() -> str:
        await play.control(one, "escalate")
        return await newest()

    monkeypatch.setattr(play.desk, "newest_change", later)

    assert [data["id"] for _, data in await browser.hears()] == [str(one.id)]


async def test_two_headers_are_refused(play: Play) -> None:
    """Neither is to be believed."""
    headers = [("Last-Event-ID", "1"), ("Last-Event-ID", "1")]

    assert read(await play.ask("GET", EVENTS, headers=headers)).status == 422


async def test_a_wrong_query_is_refused(play: Play) -> None:
    """A token in it, for one: it would stand in every log."""
    assert read(await play.ask("GET", EVENTS, query="token=x")).status == 422


async def test_only_their_pages_are_told(play: Play) -> None:
    """And of a person who was erased nothing but that."""
    one, other = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    play.admin = replace(ALICE, pages=frozenset({PAGE}))
    browser = Browser(play)
    await browser.hears()
    for each in (other, one, other):
        await play.desk.set_priority("alice", each.id, 5)
    told = await browser.hears()
    assert [data["id"] for _, data in told] == [str(one.id)]

    await play.desk.set_priority("alice", other.id, 4)
    await play.desk.erase("sue", other.page_id, other.psid)
    assert await browser.hears() == [("conversation", {"id": str(other.id), "erased": True})]


async def test_it_waits_for_something_to_happen(patient: Play) -> None:
    """And is told at once."""
    one = await patient.conversation()
    browser = Browser(patient)
    await browser.hears()
    hearing = asyncio.create_task(browser.hears())
    await asyncio.sleep(0)
    await patient.control(one, "escalate")

    ((kind, _),) = await hearing
    assert (kind, browser.retry) == ("conversation", 100)


async def test_what_they_may_not_see_ends_no_waiting(patient: Play) -> None:
    """Else whoever has one page would come again for whatever happens on the others."""
    one, other = await patient.conversation(), await patient.conversation(page_id=OTHER_PAGE)
    patient.admin = replace(ALICE, pages=frozenset({PAGE}))
    browser = Browser(patient)
    await browser.hears()
    hearing = asyncio.create_task(browser.hears())
    for each in (other, one):
        await asyncio.sleep(0)
        await patient.desk.set_priority("alice", each.id, 5)

    assert [data["id"] for _, data in await hearing] == [str(one.id)]


async def test_it_does_not_wait_for_ever(client: MessengerClient) -> None:
    """A proxy would cut it off."""
    play = Play(client, events_wait=0.01)
    browser = Browser(play)
    await browser.hears()

    assert await browser.hears() == []
    assert (browser.last, browser.retry) == ("start", 100)


async def test_a_desk_that_closes_lets_nobody_wait(patient: Play) -> None:
    """Else it would hold up the end of its process; the browser goes on where it was."""
    await patient.control(await patient.conversation(), "escalate")
    browser = Browser(patient)
    await browser.hears()
    last = browser.last
    hearing = asyncio.create_task(browser.hears())
    await asyncio.sleep(0.01)
    await patient.desk.aclose()

    assert await asyncio.wait_for(hearing, 10) == []
    assert await asyncio.wait_for(browser.hears(), 10) == []
    assert browser.last == last


async def test_head_waits_for_nothing(patient: Play) -> None:
    """Its answer is that to a browser that comes for the first time."""
    waiting = patient.ask("HEAD", EVENTS, headers=[("Last-Event-ID", "start")])
    answer = await asyncio.wait_for(waiting, 10)
    wrong = await patient.ask("HEAD", EVENTS, headers=[("Last-Event-ID", "?")])

    assert (answer.status, wrong.status) == (200, 422)
    assert dict(answer.headers)["Content-Type"] == "text/event-stream"


async def test_what_they_may_not_see_is_not_looked_through_for_ever(play: Play) -> None:
    """However much there is of it; the browser comes again soon, and goes on from there."""
    one, other = await play.conversation(), await play.conversation(page_id=OTHER_PAGE)
    seconds = count()
    play.backend = DeskBackend(play.desk, events_wait=0, monotonic=lambda: 3.0 * next(seconds))
    play.admin = replace(ALICE, pages=frozenset({PAGE}))
    browser = Browser(play)
    browser.last = "start"
    for number in range(150):
        await play.desk.set_priority("alice", other.id, 1 + number % 2)
    await play.desk.set_priority("alice", one.id, 5)

    assert await browser.hears() == []
    assert browser.last != "start"
    assert browser.retry == 100
    ((_, data),) = await browser.hears()
    assert data["id"] == str(one.id)


async def test_half_of_an_emoji_is_told(play: Play) -> None:
    """A person may write it, and JSON may not have it: one message would spoil all of a list."""
    one = await play.conversation()
    message = await play.message(one, text="Hi \ud83d", attachments=({"url": "\udc00"},))
    change = Change(ChangeKind.MESSAGE, one.id, message.id, NOW)
    await play.store.write(lambda it: it.add_changes([change]))
    browser = Browser(play)
    browser.last = "start"
    ((_, told),) = await browser.hears()
    (listed,) = rows((await play.told("GET", MESSAGES, of=one.id)).data["messages"])

    assert told == listed
    assert (told["text"], told["attachments"]) == ("Hi \ufffd", [{"url": "\ufffd"}])


async def test_figures_for_a_monitor(play: Play) -> None:
    """In the text format of Prometheus, and of nobody in particular."""
    await play.flying(await play.conversation(status=Status.ESCALATED, human_handling=True))
    answer = await play.ask("GET", METRICS)

    assert answer.status == 200
    assert dict(answer.headers)["Content-Type"] == "text/plain; version=0.0.4"
    assert answer.body.decode() == (
        "# HELP messengerkit_escalated Conversations where a person is wanted.\n"
        "# TYPE messengerkit_escalated gauge\n"
        "messengerkit_escalated 1\n"
        "# HELP messengerkit_held Conversations that a person has.\n"
        "# TYPE messengerkit_held gauge\n"
        "messengerkit_held 1\n"
        "# HELP messengerkit_events Events that are not done.\n"
        "# TYPE messengerkit_events gauge\n"
        'messengerkit_events{state="new"} 0\n'
        'messengerkit_events{state="due"} 0\n'
        'messengerkit_events{state="dead"} 0\n'
        "# HELP messengerkit_sends Sends that are not settled.\n"
        "# TYPE messengerkit_sends gauge\n"
        'messengerkit_sends{state="queued"} 0\n'
        'messengerkit_sends{state="in_flight"} 1\n'
        'messengerkit_sends{state="unknown"} 0\n'
    )


def test_figures_of_clients_are_added_up() -> None:
    """Whatever pages they are of; errors are told by their class."""
    one, other = Stats(sent=2, seconds=1.5), Stats(sent=1, refused=1, seconds=0.5)
    one.errors["TokenError"] += 1
    other.errors["TokenError"] += 1
    counts = Counts(events={EventState.DEAD: 2, EventState.DONE: 9}, sends={State.QUEUED: 3})
    lines = exposition(counts, [one, other]).splitlines()

    assert [line for line in lines if not line.startswith("#")][2:] == [
        'messengerkit_events{state="new"} 0',
        'messengerkit_events{state="due"} 0',
        'messengerkit_events{state="dead"} 2',
        'messengerkit_sends{state="queued"} 3',
        'messengerkit_sends{state="in_flight"} 0',
        'messengerkit_sends{state="unknown"} 0',
        'messengerkit_ended_total{outcome="sent"} 3',
        'messengerkit_ended_total{outcome="refused"} 1',
        'messengerkit_ended_total{outcome="not_sent"} 0',
        'messengerkit_ended_total{outcome="unknown"} 0',
        'messengerkit_errors_total{class="TokenError"} 2',
        "messengerkit_seconds_total 2.0",
    ]


async def test_how_the_backend_is(client: MessengerClient, sandbox: Sandbox) -> None:
    """All see that it can send; admins see more; nobody sees a person."""
    play = Play(client)
    await client.send_text("24000000000000007", "Hi")
    play.backend = DeskBackend(play.desk, clients=[client])
    await play.flying(await play.conversation(status=Status.ESCALATED))
    public, inside = await play.told("GET", "/status"), await play.told("GET", "/admin/health")

    figures = {"success_rate": 1.0, "sends": 1, "sent": 1, "unknown": 0}
    assert public.data == {"status": "ok", **figures}
    assert inside.data == {
        **public.data,
        "pages": [sandbox.page.id],
        "refused": 0,
        "not_sent": 0,
        "errors": {},
        "escalated": 1,
        "held": 0,
        "open_events": {"new": 0, "due": 0, "dead": 0},
        "open_sends": {"queued": 0, "in_flight": 1, "unknown": 0},
    }


async def test_without_clients_there_is_nothing_to_tell_of_them(play: Play) -> None:
    """The store can be reached, and that is all that is known."""
    done = await play.told("GET", "/status")

    assert (done.status, done.data["success_rate"]) == (200, None)


async def test_who_asks_often_is_told_what_was_counted(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The route is public: it costs the store one look a second, whoever asks."""
    asked: list[object] = []
    count = play.desk.counts

    async def counted() -> Counts:
        asked.append(None)
        return await count()

    monkeypatch.setattr(play.desk, "counts", counted)
    clock = [0.0]
    play.backend = DeskBackend(play.desk, monotonic=lambda: clock[0])
    for now in (0.0, 0.5, 0.9, 1.0, 1.5):
        clock[0] = now
        assert (await play.told("GET", "/status")).status == 200
    assert len(asked) == 2


async def test_a_dead_token_is_told(client: MessengerClient, sandbox: Sandbox) -> None:
    """As without a desk."""
    sandbox.script(Fault.graph_error(190), times=None, path="me")
    play = Play(client)
    play.backend = DeskBackend(play.desk, clients=[client])
    done = await play.told("GET", "/status")

    assert (done.status, done.error["code"]) == (503, "token")
    assert done.error["advice"] == TokenError.advice


async def test_a_store_that_is_gone_is_told(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be answered without it."""

    async def fail(_: object) -> object:
        msg = "The store is gone."
        raise StoreError(msg)

    monkeypatch.setattr(play.store, "read", fail)
    done = await play.told("GET", "/status")

    assert (done.status, done.error["code"]) == (503, "store")
    for path in (METRICS, EVENTS):
        assert read(await play.ask("GET", path)).status == 503
