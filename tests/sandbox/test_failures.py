"""Backends that fail: redelivery, and the end of the subscription after an hour."""

import pytest
from sandbox.kit import PERSON, VERIFY_TOKEN, Backend, Clock, Graph

from messengerkit.sandbox import Page, Sandbox


@pytest.mark.parametrize("failure", [500, 204, 302])
async def test_a_body_that_is_not_acknowledged_comes_again(
    sandbox: Sandbox, subscribed: Backend, failure: int
) -> None:
    """Anything but 200, a redirect too, brings the same bytes again."""
    subscribed.statuses = [failure]

    await sandbox.person_writes(PERSON, "Hi")

    assert len({body for _, body in subscribed.posts}) == 1
    assert [(one.status, one.attempt) for one in sandbox.webhooks] == [(failure, 1), (200, 2)]


async def test_redelivery_ends_when_its_delays_are_used_up(
    sandbox: Sandbox, subscribed: Backend
) -> None:
    """Two delays are three POSTs in all, and then the body is given up."""
    subscribed.statuses = [500, 500, 500]

    await sandbox.person_writes(PERSON, "Hi")

    assert [one.attempt for one in sandbox.webhooks] == [1, 2, 3]


async def test_an_answer_that_is_late_is_none(backend: Backend, clock: Clock) -> None:
    """A backend slower than the timeout gets the body again."""
    backend.statuses = [None, None]
    async with Sandbox(now=clock, redelivery_delays=[0], webhook_timeout=0.01) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        await sandbox.person_writes(PERSON, "Hi")

        assert [(one.status, one.attempt) for one in sandbox.webhooks] == [(None, 1), (None, 2)]


async def fail_for_an_hour(sandbox: Sandbox, backend: Backend) -> None:
    """Let a backend fail twice, an hour apart."""
    for span in (0, "1h"):
        sandbox.advance(span)
        backend.statuses = [500] * 3
        await sandbox.person_writes(PERSON, "Hi")


async def test_an_hour_of_failures_ends_the_subscription(
    sandbox: Sandbox, subscribed: Backend
) -> None:
    """Nothing comes any more, no redelivery either, until the backend subscribes again."""
    await fail_for_an_hour(sandbox, subscribed)
    assert [one.attempt for one in sandbox.webhooks] == [1, 2, 3, 1]

    subscribed.statuses = []
    await sandbox.person_writes(PERSON, "Into the void")
    await sandbox.subscribe(subscribed.url, VERIFY_TOKEN)
    await sandbox.person_writes(PERSON, "Back")

    assert subscribed.texts() == ["Hi"] * 4 + ["Back"]


async def test_whoever_comes_back_starts_anew(sandbox: Sandbox, subscribed: Backend) -> None:
    """A failure right after it is the first one of a new hour."""
    await fail_for_an_hour(sandbox, subscribed)
    await sandbox.subscribe(subscribed.url, VERIFY_TOKEN)

    subscribed.statuses = [500]
    await sandbox.person_writes(PERSON, "Hi again")

    assert [one.status for one in sandbox.webhooks][-2:] == [500, 200]


async def test_whoever_left_by_themselves_starts_anew_too(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """What failed before an app let go of the page is forgotten when it comes back."""
    subscribed.statuses = [500] * 3
    await sandbox.person_writes(PERSON, "Hi")
    path = f"{sandbox.url}/v26.0/me/subscribed_apps?access_token={sandbox.page.access_token}"
    async with graph.http.delete(path) as gone:
        assert gone.status == 200
    sandbox.advance("2h")
    await graph.post({"subscribed_fields": ["messages"]}, path="/v26.0/me/subscribed_apps")

    subscribed.statuses = [500]
    await sandbox.person_writes(PERSON, "Hi again")

    assert [one.status for one in sandbox.webhooks][-2:] == [500, 200]


async def test_a_success_in_between_is_no_hour_of_failures(
    sandbox: Sandbox, subscribed: Backend
) -> None:
    """An hour counts from the last time that all was well."""
    subscribed.statuses = [500, 200]
    await sandbox.person_writes(PERSON, "One")
    sandbox.advance("1h")
    subscribed.statuses = [500, 200]

    await sandbox.person_writes(PERSON, "Two")

    assert [one.status for one in sandbox.webhooks] == [500, 200, 500, 200]


async def test_failures_of_one_page_are_not_those_of_another(backend: Backend) -> None:
    """Each page has an hour of its own."""
    second = Page(id="104000000000816", access_token="EAAOther", app_id=Page().app_id)
    async with Sandbox(pages=[second], redelivery_delays=()) as sandbox:
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)
        here, there = sandbox.person(psid="1"), sandbox.person(psid="2", page=second)
        backend.statuses = [500]
        await here.writes("One")
        sandbox.advance("1h")
        backend.statuses = [500, 500]
        await there.writes("Two")
        await here.writes("Three")
        await here.writes("Not told")
        await there.writes("Four")

    assert backend.texts() == ["One", "Two", "Three", "Four"]


async def test_a_backend_that_is_gone_has_no_status(sandbox: Sandbox, backend: Backend) -> None:
    """Nobody listens: each POST fails, and the person has written all the same."""
    await sandbox.subscribe(backend.url, VERIFY_TOKEN)
    sandbox._world.callbacks[sandbox.page.app_id] = "http://127.0.0.1:1/webhook"

    assert (await sandbox.person_writes(PERSON, "Hi")).startswith("m_")

    assert [one.status for one in sandbox.webhooks] == [None] * 3
