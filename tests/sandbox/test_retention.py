"""What is kept, and that it does not grow; and the same ids from the same seed."""

import asyncio

import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Graph, as_objects

from messengerkit.sandbox import Habits, Page, Rates, Sandbox
from messengerkit.sandbox.world.media import Media, Medium
from messengerkit.sandbox.world.meters import _KEPT, Meters

KEPT = 10


def test_something_must_be_kept() -> None:
    """A sandbox that forgets all at once would be of no use."""
    with pytest.raises(ValueError, match="retention must be 1 or more"):
        Sandbox(retention=0)


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_backend_must_have_time(seconds: float) -> None:
    """No time at all would be endless time to the client below."""
    with pytest.raises(ValueError, match="webhook_timeout above 0"):
        Sandbox(webhook_timeout=seconds)


async def test_nothing_grows_beyond_what_is_kept(backend: Backend, graph: Graph) -> None:
    """Messages, people, records, files, uploads, activities, changes: ten of each."""
    async with Sandbox(retention=KEPT, rates=Rates.unlimited()) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        theirs, world = Graph(graph.http, sandbox), sandbox._world
        for number in range(3 * KEPT):
            person = sandbox.person(psid=str(number))
            await person.writes("Hi")
            await person.uploads(b"x", "a.png", "image/png")
            person.comments()
            body = {"recipient": {"id": person.psid}, "message": {"text": "Hello"}}
            _, _, answer = await theirs.post(body)
            assert "message_id" in answer
            payload = {"url": "https://cdn.example.com/a.png", "is_reusable": True}
            await theirs.post(
                {"message": {"attachment": {"type": "image", "payload": payload}}},
                path="/v26.0/me/message_attachments",
            )
        await sandbox.settled()
        (page,) = world.pages.values()
        entries = [one.conversation.entries for one in page.people.values()]

        assert [len(sandbox.delivered), len(sandbox.requests), len(sandbox.webhooks)] == [KEPT] * 3
        assert list(page.people) == [str(number) for number in range(2 * KEPT, 3 * KEPT)]
        assert [len(page.uploads), len(page.activities)] == [KEPT, KEPT]
        assert [len(world._mids), len(world._messages), len(world._threads)] == [KEPT] * 3
        assert sum(map(len, entries)) == KEPT
        assert [len(world.media._kept), len(world.changes._kept)] == [KEPT, KEPT]
        assert (world.tellings, page.menus) == ([], {})


async def test_whoever_is_new_is_not_the_one_forgotten(graph: Graph) -> None:
    """Somebody who was only met, and has not yet written, is the newest of all."""
    async with Sandbox(retention=2) as sandbox:
        theirs = Graph(graph.http, sandbox)
        for psid in ("1", "2"):
            await sandbox.person_writes(psid, "Hi")
        await sandbox.person_writes("1", "Again")

        sandbox.person(psid="3")

        _, told = await theirs.control("people", method="GET")
        assert [one["psid"] for one in as_objects(told["people"])] == ["1", "3"]


async def test_whoever_was_forgotten_and_writes_is_known_again(graph: Graph) -> None:
    """A test may hold on to a person for longer than the sandbox."""
    async with Sandbox(retention=2) as sandbox:
        theirs, ana = Graph(graph.http, sandbox), sandbox.person(psid=PERSON)
        await ana.writes("Hi")
        for psid in ("1", "2"):
            await sandbox.person_writes(psid, "Hi")
        unknown = await theirs.say("Hello?")
        await ana.writes("I am back")

        assert "error" in str(unknown)
        assert "message_id" in str(await theirs.say("Hello"))
        assert [one.text for one in ana.inbox] == ["Hello"]


async def test_two_of_one_id_do_not_forget_each_other() -> None:
    """Who was forgotten, and came anew under the same id, is there as whoever acted last."""
    async with Sandbox(retention=1) as sandbox:
        old = sandbox.person("Old", psid="1")
        sandbox.person(psid="2")
        sandbox.person("New", psid="1")
        await old.writes("Hi")

        (page,) = sandbox._world.pages.values()
        assert [one.name for one in page.people.values()] == ["Old"]
        assert len(sandbox._world._threads) == 1


async def test_the_menu_of_whoever_is_forgotten_goes_with_them() -> None:
    """It would never be asked for again."""
    async with Sandbox(retention=1) as sandbox:
        await sandbox.person_writes("1", "Hi")
        (page,) = sandbox._world.pages.values()
        page.menus["1"] = []

        await sandbox.person_writes("2", "Hi")

        assert (list(page.people), page.menus) == (["2"], {})


async def test_people_of_all_pages_count_together(backend: Backend) -> None:
    """So many people are kept, wherever they are."""
    second = Page(id="104000000000816", access_token="EAAOther", app_id=816)
    async with Sandbox(pages=[second], retention=2) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.person(psid="1").writes("Hi")
        await sandbox.person(psid="1", page=second).writes("Hi")
        await sandbox.person(psid="2", page=second).writes("Hi")

        first_page, second_page = sandbox._world.pages.values()
        assert (list(first_page.people), list(second_page.people)) == ([], ["1", "2"])
        assert len(backend.posts) == 3


def medium(number: int, size: int) -> Medium:
    """Return a file of this size."""
    return Medium(str(number), "image/png", "a.png", b"x" * size)


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [([1, 1, 1, 1], [1, 2, 3]), ([5, 5, 5], [1, 2]), ([1, 9, 20], [2]), ([20, 1], [1])],
)
def test_files_are_forgotten_oldest_first(sizes: list[int], kept: list[int]) -> None:
    """Three of them, or ten bytes; the last one is kept whatever its size."""
    media = Media(10, 3)
    for number, size in enumerate(sizes):
        media.keep(medium(number, size))

    assert [number for number in range(len(sizes)) if media.find(str(number))] == kept


async def test_a_sandbox_without_a_seed_has_ids_of_its_own() -> None:
    """A backend that stores mids does not meet the same ones after a restart."""
    mids = list[str]()
    for _ in range(2):
        async with Sandbox() as sandbox:
            mids.append(await sandbox.person_writes(PERSON, "Hi"))

    assert len(set(mids)) == 2


async def test_the_same_seed_has_the_same_late_and_double_webhooks(backend: Backend) -> None:
    """Chance depends on the order of what happens, and not on the time that it takes."""
    runs = list[list[tuple[bytes, int]]]()
    for slow in (False, True):
        habits = Habits(duplicates=0.5)
        async with Sandbox(habits=habits, seed="one", now=lambda: 1.0) as sandbox:
            await sandbox.subscribe(backend.url, VERIFY_TOKEN)
            if slow:
                backend.statuses = [None, *([200] * 3)]
            writing = [
                asyncio.create_task(sandbox.person_writes(PERSON, str(number)))
                for number in range(12)
            ]
            await asyncio.wait(writing[1:])
            backend.released.set()
            await asyncio.wait(writing)
            runs.append(sorted((one.body, one.attempt) for one in sandbox.webhooks))

    assert runs[0] == runs[1]
    assert 12 < len(runs[0]) < 24


def test_no_limit_is_no_meter() -> None:
    """Load tests call as often as they can."""
    meters = Meters(Rates.unlimited(), lambda: 0.0)

    assert {meters.count("1", "messages") for _ in range(1000)} == {None}
    assert meters._levels == {}


def test_meters_of_people_long_gone_are_forgotten() -> None:
    """There is one for each person, and the oldest goes."""
    meters = Meters(Rates(), lambda: 0.0)
    for number in range(_KEPT + 5):
        meters.count(str(number), "user_settings")

    assert len(meters._levels) == _KEPT
    assert ("4", "user_settings") not in meters._levels
