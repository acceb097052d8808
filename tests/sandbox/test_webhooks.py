"""What the backend hears: the handshake, signed bodies, redelivery."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from aiohttp import web
from sandbox.kit import PERSON, START, VERIFY_TOKEN, Backend, Clock, Graph

from messengerkit.sandbox import Sandbox, SubscriptionError

MS = 1_767_225_600_250


def forbidden(_: web.Request) -> web.Response:
    """Answer that the verify token is not known."""
    return web.Response(status=403)


def redirect(_: web.Request) -> web.Response:
    """Answer with a redirect to the very same place."""
    return web.Response(status=302, headers={"Location": "/webhook"})


def padded(request: web.Request) -> web.Response:
    """Answer with the challenge and a line's end."""
    return web.Response(text=request.query["hub.challenge"] + "\n")


@pytest.mark.parametrize(
    ("handshake", "reason"),
    [
        (forbidden, "with 403, not with 200"),
        (redirect, "with 302, not with 200"),
        (padded, "other than the challenge"),
    ],
)
async def test_a_callback_that_fails_the_handshake_is_not_subscribed(
    sandbox: Sandbox,
    backend: Backend,
    handshake: Callable[[web.Request], web.Response],
    reason: str,
) -> None:
    """Only 200 with exactly the challenge will do."""
    backend.handshake = handshake

    with pytest.raises(SubscriptionError, match=reason):
        await sandbox.subscribe(backend.url, VERIFY_TOKEN)

    await sandbox.person_writes(PERSON, "Hi")
    assert backend.posts == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/webhook", "nowhere", "http://a:b:c/"])
async def test_a_callback_that_cannot_be_reached_is_a_clear_error(
    sandbox: Sandbox, url: str
) -> None:
    """The error tells that no answer came, and never the verify token."""
    with pytest.raises(SubscriptionError, match="did not answer the handshake") as caught:
        await sandbox.subscribe(url, VERIFY_TOKEN)

    assert VERIFY_TOKEN not in str(caught.value)


async def test_a_written_text_arrives_as_meta_writes_it(
    sandbox: Sandbox, subscribed: Backend
) -> None:
    """The body is escaped ASCII in Meta's envelope, times in milliseconds."""
    mid = await sandbox.person_writes(PERSON, "Grüße a/b")

    ((_, body),) = subscribed.posts
    page = sandbox.page.id
    assert body == (
        f'{{"object":"page","entry":[{{"id":"{page}","time":{MS},"messaging":['
        f'{{"sender":{{"id":"{PERSON}"}},"recipient":{{"id":"{page}"}},"timestamp":{MS},'
        f'"message":{{"mid":"{mid}","text":"Gr\\u00fc\\u00dfe a\\/b"}}}}]}}]}}'
    ).encode("ascii")


async def test_a_webhook_is_signed_twice(sandbox: Sandbox, subscribed: Backend) -> None:
    """Both signatures cover the bytes as sent, under the app secret."""
    await sandbox.person_writes(PERSON, "Grüße")

    ((headers, body),) = subscribed.posts
    key = sandbox.page.app_secret.encode()
    new = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Hub-Signature-256"] == new
    assert headers["X-Hub-Signature"] == "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest()
    (recorded,) = sandbox.webhooks
    assert (recorded.body, recorded.signature) == (body, new)
    assert (recorded.status, recorded.attempt, recorded.at) == (200, 1, START)


async def test_a_tap_is_a_postback(sandbox: Sandbox, subscribed: Backend) -> None:
    """A button's title and payload come with a mid."""
    mid = await sandbox.person_taps(PERSON, "MENU", "Menu")

    (event,) = subscribed.events()
    assert event["sender"] == {"id": PERSON}
    assert event["postback"] == {"mid": mid, "title": "Menu", "payload": "MENU"}


async def test_a_delivered_message_is_echoed(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """The echo has the app's number and the metadata, and goes from page to person."""
    await sandbox.person_writes(PERSON, "Hi")
    await graph.post(
        {"recipient": {"id": PERSON}, "message": {"text": "Hello", "metadata": "key-1"}}
    )
    await graph.say("Bye")

    await sandbox.settled()

    page = sandbox.page
    first, second = sandbox.delivered
    echoes = [event for event in subscribed.events() if event["sender"] == {"id": page.id}]
    assert {json.dumps(echo["message"]) for echo in echoes} == {
        json.dumps(
            {
                "mid": first.mid,
                "is_echo": True,
                "app_id": page.app_id,
                "metadata": "key-1",
                "text": "Hello",
            }
        ),
        json.dumps({"mid": second.mid, "is_echo": True, "app_id": page.app_id, "text": "Bye"}),
    }
    assert all(echo["recipient"] == {"id": PERSON} for echo in echoes)


async def test_the_echo_of_media_has_attachments_in_place_of_text(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """A list of type and payload, after the metadata; Meta leaves the text out."""
    await sandbox.person_writes(PERSON, "Hi")
    image = {"type": "image", "payload": {"url": "https://cdn.example.com/menu.png"}}
    await graph.post(
        {"recipient": {"id": PERSON}, "message": {"attachment": image, "metadata": "key-1"}}
    )

    await sandbox.settled()

    (echo,) = (one for one in subscribed.events() if one["recipient"] == {"id": PERSON})
    assert json.dumps(echo["message"]) == json.dumps(
        {
            "mid": sandbox.delivered[0].mid,
            "is_echo": True,
            "app_id": sandbox.page.app_id,
            "metadata": "key-1",
            "attachments": [image],
        }
    )


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


async def test_closing_gives_up_a_webhook_under_way(backend: Backend, clock: Clock) -> None:
    """A backend that never answers holds up neither the close nor the one who wrote."""
    backend.statuses = [None]
    async with asyncio.timeout(5):
        async with Sandbox(now=clock) as sandbox:
            await sandbox.subscribe(backend.url, VERIFY_TOKEN)
            writing = asyncio.create_task(sandbox.person_writes(PERSON, "Hi"))
            await backend.reached.wait()

        assert (await writing).startswith("m_")


async def test_whoever_stops_waiting_does_not_stop_the_webhook(
    sandbox: Sandbox, subscribed: Backend
) -> None:
    """A cancelled `person_writes` has still written."""
    subscribed.statuses = [None]
    writing = asyncio.create_task(sandbox.person_writes(PERSON, "Hi"))
    await subscribed.reached.wait()
    writing.cancel()
    await asyncio.wait({writing})

    subscribed.released.set()
    await sandbox.settled()

    assert [one.status for one in sandbox.webhooks] == [200]
