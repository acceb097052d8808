"""The demo's backend over HTTP: the handshake, signed events, the panel, the status."""

import asyncio
import gzip
import io
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from demo.kit import ADMIN, KEY, PSID, VERIFY_TOKEN, message, settings_for, webhook_of
from floods import announced

from messengerkit import ConfigurationError
from messengerkit.admin import MAX_BODY
from messengerkit.demo import backend as backend_module
from messengerkit.demo.backend import CONVERSATIONS, create_app
from messengerkit.demo.play import Stage
from messengerkit.demo.server import serving
from messengerkit.sandbox import Fault, Sandbox, SubscriptionError
from messengerkit.signature import sign
from messengerkit.webhook import MAX_BODY as MAX_WEBHOOK

HEADERS = {
    "Content-Type": "application/json",
    "Authorization": f"Bearer {KEY}",
    "X-Admin-User-ID": ADMIN,
}
HOURS = "We are open every day from 8 to 18."

Got = tuple[int, str]


async def post(stage: Stage, path: str, body: bytes, headers: Mapping[str, str]) -> Got:
    """Return status and text of the backend's answer to a POST."""
    url, content = stage.backend_url + path, io.BytesIO(body)
    async with stage.session.post(url, data=content, headers=headers) as response:
        return response.status, await response.text()


async def get(stage: Stage, path: str, headers: Mapping[str, str]) -> Got:
    """Return status and text of the backend's answer to a GET."""
    async with stage.session.get(stage.backend_url + path, headers=headers) as response:
        return response.status, await response.text()


def reply(recipient_id: str, conversation_id: object = "test-uuid") -> bytes:
    """Return the body with which the panel answers."""
    body = {
        "conversation_id": str(conversation_id),
        "recipient_id": recipient_id,
        "message_text": "Alice here",
        "admin_id": ADMIN,
    }
    return json.dumps(body).encode()


@pytest.fixture
def secret(sandbox: Sandbox) -> str:
    """Return the app's secret."""
    return sandbox.page.app_secret


async def test_a_person_is_answered(stage: Stage, sandbox: Sandbox) -> None:
    """A signed webhook is acknowledged, and then the bot answers."""
    await sandbox.person_writes(PSID, "When do you open?")
    answered = await sandbox.wait_for_delivery(PSID)

    assert answered.text == HOURS
    assert [one.status for one in sandbox.webhooks][:1] == [200]
    assert stage.conversations.of(PSID).bot_may_answer


async def test_a_wrong_verify_token_is_refused(stage: Stage, sandbox: Sandbox) -> None:
    """Who does not know the word may not subscribe."""
    with pytest.raises(SubscriptionError, match="403"):
        await sandbox.subscribe(f"{stage.backend_url}/webhook", "another word")


async def test_what_meta_did_not_sign_is_refused(stage: Stage, sandbox: Sandbox) -> None:
    """A body signed with another secret is a 401, and the bot never sees it."""
    body = webhook_of(message("open?"))
    headers = {"X-Hub-Signature-256": sign(body, "another secret")}
    status, text = await post(stage, "/webhook", body, headers)

    assert status == 401
    assert json.loads(text)["message"] == "X-Hub-Signature-256 matches none of the app secrets."
    assert stage.conversations.of(PSID).entries == []
    assert sandbox.delivered == ()


async def test_a_webhook_larger_than_the_limit_is_refused(stage: Stage, secret: str) -> None:
    """More than 4 MiB are not kept, however well they are signed; 4 MiB are."""
    got: list[int] = []
    for size in (MAX_WEBHOOK, MAX_WEBHOOK + 1):
        body = b"{}".ljust(size)
        headers = {"X-Hub-Signature-256": sign(body, secret)}
        got.append((await post(stage, "/webhook", body, headers))[0])

    assert got == [200, 413]


async def test_a_packed_body_is_not_unpacked(stage: Stage, secret: str) -> None:
    """The signature is over the bytes that came; aiohttp would answer a broken pack with a 500."""
    headers = {"Content-Encoding": "gzip"}
    unsigned, _ = await post(stage, "/webhook", b"no gzip", headers)
    packed = gzip.compress(b"{}")
    signed, _ = await post(
        stage, "/webhook", packed, {**headers, "X-Hub-Signature-256": sign(packed, secret)}
    )

    assert (unsigned, signed) == (401, 400)


async def test_the_panel_sends(stage: Stage, sandbox: Sandbox) -> None:
    """A conversation that the backend does not keep is the panel's affair: it is delivered."""
    status, text = await post(stage, "/admin/send-message", reply(PSID), HEADERS)

    assert (status, json.loads(text)["success"]) == (200, True)
    assert [one.text for one in sandbox.delivered] == ["Alice here"]
    assert stage.conversations.of(PSID).entries == []
    assert ADMIN in await asyncio.to_thread(stage.audit.read_text)


async def test_an_admins_picture_is_noted(stage: Stage, sandbox: Sandbox) -> None:
    """It is delivered as a picture, and the conversation is a person's from now on."""
    conversation = stage.conversations.of(PSID)
    picture = {"type": "image", "url": "https://example.com/menu.png"}
    for conversation_id in (str(conversation.id), "test-uuid"):
        body = {"conversation_id": conversation_id, "recipient_id": PSID, "admin_id": ADMIN}
        raw = json.dumps(body | picture).encode()
        assert (await post(stage, "/admin/send-attachment", raw, HEADERS))[0] == 200

    assert [one.attachments[0].type for one in sandbox.delivered] == ["image", "image"]
    assert [one.text for one in conversation.entries] == ["[image] https://example.com/menu.png"]
    assert conversation.human_handling


@pytest.mark.parametrize("spell", [str.lower, str.upper])
async def test_an_admins_answer_is_noted(stage: Stage, spell: type[str]) -> None:
    """The conversation that is answered is a person's from now on."""
    conversation = stage.conversations.of(PSID)
    body = reply(PSID, spell(str(conversation.id)))
    status, _ = await post(stage, "/admin/send-message", body, HEADERS)

    assert status == 200
    assert [(one.sender_type, one.text) for one in conversation.entries] == [
        ("human", "Alice here")
    ]
    assert conversation.human_handling


async def test_a_refused_answer_is_not_noted(stage: Stage, sandbox: Sandbox) -> None:
    """What Meta refused was not said, and the bot keeps the conversation."""
    sandbox.script(Fault.graph_error(10, 2018278))
    conversation = stage.conversations.of(PSID)
    body = reply(PSID, conversation.id)
    status, _ = await post(stage, "/admin/send-message", body, HEADERS)

    assert status == 502
    assert conversation.entries == []
    assert conversation.bot_may_answer


async def test_a_message_for_somebody_else_is_a_conflict(stage: Stage, sandbox: Sandbox) -> None:
    """A reply to Ana's conversation never reaches Ben."""
    conversation = stage.conversations.of("24000000000000001")
    body = reply(PSID, conversation.id)
    status, text = await post(stage, "/admin/send-message", body, HEADERS)

    assert status == 409
    assert json.loads(text)["data"]["error"]["code"] == "admin_conflict"
    assert sandbox.delivered == ()
    assert conversation.entries == []


async def test_the_panel_lists_who_waits(stage: Stage) -> None:
    """The list is the demo's panel, and is for admins only."""
    stage.conversations.of(PSID).user_wrote("Help", requires_human=True)
    path = "/admin/conversations/escalated"
    stranger, (status, text) = await get(stage, path, {}), await get(stage, path, HEADERS)

    assert stranger[0] == 401
    assert status == 200
    assert json.loads(text)["message"] == "1 waiting for a person."
    assert [one["recipient_id"] for one in json.loads(text)["data"]["conversations"]] == [PSID]


async def test_an_admin_body_larger_than_the_limit_is_refused(stage: Stage) -> None:
    """Aiohttp's own limit is not asked: the core refuses, in the envelope."""
    body = reply(PSID) + b" " * MAX_BODY
    status, text = await post(stage, "/admin/send-message", body, HEADERS)

    assert (status, json.loads(text)["success"]) == (413, False)


@pytest.mark.parametrize(
    ("path", "limit"), [("/admin/send-message", MAX_BODY), ("/webhook", MAX_WEBHOOK)]
)
async def test_a_body_is_not_read_beyond_the_limit(stage: Stage, path: str, limit: int) -> None:
    """A gigabyte that is announced is refused after the limit, and need not be sent."""
    status = await announced(stage.backend_url, path, sent=limit + 1, headers=HEADERS)

    assert status == b"413"


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
async def test_the_url_that_is_given_can_be_used(host: str, shown: str) -> None:
    """The colons of an IPv6 address are not those of a port."""
    try:
        async with serving(web.Application(), host=host) as url:
            pass
    except OSError as error:  # a machine may have no IPv6
        pytest.skip(f"THIS MACHINE CANNOT LISTEN ON {host}: {error}")

    assert url.startswith(f"http://{shown}:")
    assert urlsplit(url).port


async def test_the_status_is_public(stage: Stage) -> None:
    """Anybody may ask whether the backend can send, and gets the core's answer, headers and all."""
    async with stage.session.get(stage.backend_url + "/status") as response:
        envelope = await response.json()

    assert (response.status, envelope["data"]["status"]) == (200, "ok")
    assert response.headers["Cache-Control"] == "no-store"


async def test_stopping_does_not_wait_for_meta(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that Meta never answers is given up, and the client closed all the same."""
    monkeypatch.setattr(backend_module, "DRAIN", 0.0)
    app = create_app(settings_for(sandbox), audit=tmp_path / "audit.jsonl")
    sandbox.script(Fault.commit_then_silence())
    async with asyncio.timeout(10):
        async with serving(app) as url:
            await sandbox.subscribe(f"{url}/webhook", VERIFY_TOKEN)
            await sandbox.person_writes(PSID, "open?")
            await sandbox.wait_for_delivery(PSID)
            await sandbox.settled()

    assert app[CONVERSATIONS].of(PSID).bot_may_answer
    assert [one.sender_type for one in app[CONVERSATIONS].of(PSID).entries] == ["user"]


async def test_stopping_finishes_what_was_taken(sandbox: Sandbox, tmp_path: Path) -> None:
    """What Meta was told had arrived is answered before the backend goes."""
    app = create_app(settings_for(sandbox), audit=tmp_path / "audit.jsonl")
    async with serving(app) as url:
        await sandbox.subscribe(f"{url}/webhook", VERIFY_TOKEN)
        await sandbox.person_writes(PSID, "open?")

    assert [one.text for one in sandbox.delivered] == [HOURS]


NEEDED = (
    "FACEBOOK_PAGE_ACCESS_TOKEN",
    "FACEBOOK_APP_SECRET",
    "FACEBOOK_VERIFY_TOKEN",
    "ADMIN_API_KEY",
    "ADMIN_USER_ID",
)


@pytest.mark.parametrize("missing", [NEEDED, *((name,) for name in NEEDED)], ids=len)
async def test_every_missing_variable_is_named_at_once(
    sandbox: Sandbox, missing: tuple[str, ...]
) -> None:
    """One start, one error, and all the names; nothing that is there is named."""
    settings = settings_for(sandbox)
    for name in missing:
        del settings[name]
    with pytest.raises(ConfigurationError) as caught:
        create_app(settings)

    assert tuple(name for name in NEEDED if name in str(caught.value)) == missing


async def test_a_port_that_is_taken_leaves_nothing_open(sandbox: Sandbox) -> None:
    """The error says so, and the client that had been opened is closed."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        app = create_app(settings_for(sandbox))

        with pytest.raises(OSError, match="address already in use"):
            async with serving(app, port=other.getsockname()[1]):
                pass
