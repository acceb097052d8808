"""What the backend hears: the handshake, signed bodies, redelivery."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from aiohttp import web
from sandbox.kit import (
    PERSON,
    START,
    VERIFY_TOKEN,
    Backend,
    Clock,
    Graph,
    as_object,
    as_objects,
)

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


async def test_a_message_is_echoed_and_delivered(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """Two webhooks: the echo, and that the person's device has it."""
    await sandbox.person_writes(PERSON, "Hi")
    await graph.say()
    await sandbox.settled()

    (delivered,) = sandbox.delivered
    (echo,), (event,) = subscribed.echoes(), subscribed.events("delivery")
    assert echo["mid"] == delivered.mid
    assert (event["sender"], event["recipient"]) == ({"id": PERSON}, {"id": sandbox.page.id})
    assert event["delivery"] == {"mids": [delivered.mid], "watermark": MS}


async def test_an_echo_has_numbers_where_meta_has_them(
    sandbox: Sandbox, subscribed: Backend, graph: Graph
) -> None:
    """The app's id, and the id of a saved attachment, in a template too; that comes whole."""
    await sandbox.person_writes(PERSON, "Hi")
    payload = {"url": "https://cdn.example.com/a.png", "is_reusable": True}
    _, _, saved = await graph.post(
        {"message": {"attachment": {"type": "image", "payload": payload}}},
        path="/v26.0/me/message_attachments",
    )
    again = {"type": "image", "payload": {"attachment_id": saved["attachment_id"]}}
    template = {
        "template_type": "button",
        "text": "Which?",
        "buttons": [{"type": "postback", "title": "Menu", "payload": "MENU"}],
    }
    element = {"media_type": "image", "attachment_id": saved["attachment_id"]}
    media = {"template_type": "media", "elements": [element]}
    attachments: list[object] = [again]
    attachments += [{"type": "template", "payload": one} for one in (template, media)]
    for attachment in attachments:
        await graph.post({"recipient": {"id": PERSON}, "message": {"attachment": attachment}})
        await sandbox.settled()

    image, buttons, shown_media = subscribed.echoes()
    assert isinstance(image["app_id"], int)
    (attached,) = as_objects(image["attachments"])
    assert as_object(attached["payload"])["attachment_id"] == int(str(saved["attachment_id"]))
    (shown,) = as_objects(buttons["attachments"])
    assert (shown["type"], as_object(shown["payload"])["text"]) == ("template", "Which?")
    assert "text" not in buttons
    (shown,) = as_objects(shown_media["attachments"])
    number = int(str(saved["attachment_id"]))
    assert shown["payload"] == {**media, "elements": [{**element, "attachment_id": number}]}
    assert sandbox.delivered[-1].message["attachment"] == {"type": "template", "payload": media}


async def test_only_the_fields_that_were_asked_for_come(
    sandbox: Sandbox, backend: Backend, graph: Graph
) -> None:
    """A backend of echoes alone hears of nothing else."""
    await sandbox.subscribe(backend.url, VERIFY_TOKEN, fields=["message_echoes"])

    await sandbox.person_writes(PERSON, "Hi")
    await sandbox.person_taps(PERSON, "MENU", "Menu")
    await graph.say()
    await sandbox.settled()

    assert len(backend.posts) == 1
    assert [one["text"] for one in backend.echoes()] == ["Hello"]


async def test_a_handshake_by_the_graph_api_is_told_if_it_fails(
    sandbox: Sandbox, backend: Backend, graph: Graph
) -> None:
    """An app subscribes its callback itself; what the callback did wrong is in the error."""
    app = sandbox.page.app
    fields = {
        "object": "page",
        "callback_url": backend.url,
        "verify_token": VERIFY_TOKEN,
        "fields": "messages",
    }
    path, token = f"/v26.0/{app.id}/subscriptions", f"{app.id}|{app.secret}"

    backend.handshake = forbidden
    status, _, refused = await graph.post(fields, path=path, token=token)
    backend.handshake = None
    accepted, _, answer = await graph.post(fields, path=path, token=token)

    assert status == 400
    assert "answered the handshake with 403, not with 200" in str(refused)
    assert (accepted, answer) == (200, {"success": True})
