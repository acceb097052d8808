"""A desk behind the face: what is sent is written down first, and told as far as it has come."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from admin.desk_kit import ALICE, BEA, OTHER_PAGE, PAGE, Play, ids, rows
from admin.kit import Envelope

from messengerkit import MessengerClient
from messengerkit.admin import (
    AdminAttachmentRequest,
    AdminMessageRequest,
    AdminUpload,
    AttachedMedia,
)
from messengerkit.desk import Conversation, MessageStatus
from messengerkit.desk.sql import SqlStore
from messengerkit.desk.store import Store
from messengerkit.errors import (
    DeliveryUnknownError,
    OutsideWindowError,
    PartialSendError,
    StoreError,
)
from messengerkit.sandbox import Fault, Sandbox

ATTACH = "/admin/send-attachment"
URL = "https://cdn.example.com/a.png"


@pytest.fixture
def play(client: MessengerClient, kept: Store) -> Play:
    """A desk that is not open."""
    return Play(client, kept)


@pytest.fixture
def patient(client: MessengerClient, kept: Store) -> Play:
    """One whose answers wait until a send has ended."""
    return Play(client, kept, within=30.0)


async def ended(
    play: Play, to: Conversation, *ends: tuple[MessageStatus, str | None], **changes: object
) -> Envelope:
    """Return the answer to a send whose messages end so, one after the other."""
    sending = asyncio.create_task(play.send(to, "Hi", key=None, **changes))
    messages = await play.written(to)
    for message, (status, error) in zip(reversed(messages), ends, strict=True):
        await play.ends(str(message.id), status, error)
    return await sending


SENT, REJECTED = MessageStatus.SENT, MessageStatus.REJECTED


@pytest.mark.parametrize("status", [SENT, MessageStatus.DELIVERED, MessageStatus.READ])
async def test_what_has_arrived_is_told_as_today(patient: Play, status: MessageStatus) -> None:
    """The guide's data, and beside it what a panel needs to go on."""
    to = await patient.conversation()
    done = await ended(patient, to, (status, None))

    (message,) = await patient.desk.messages(to.id)
    now = rows([done.data.pop("conversation")])[0]
    assert (done.status, done.success, done.message) == (200, True, "Message sent.")
    assert done.data == {
        "recipient_id": to.psid,
        "message": "Hi",
        "message_id": f"m_{message.id}",
        "attempts": 0,
        "delivery": "sent",
        "messages": [str(message.id)],
        "statuses": [status.value],
        "bot_in_flight": [],
    }
    assert (now["assigned_admin_id"], now["version"]) == ("alice", to.version + 1)


async def test_what_has_not_ended_is_a_202(play: Play) -> None:
    """It is on disk, so that nobody may send it again; its id is there to look at later."""
    to = await play.conversation()
    done = await play.send(to)

    (message,) = await play.desk.messages(to.id)
    assert (done.status, done.success, done.data["delivery"]) == (202, True, "queued")
    assert done.data["messages"] == [str(message.id)]
    assert "message_id" not in done.data


@pytest.mark.parametrize("status", [MessageStatus.UNCONFIRMED])
async def test_what_nobody_knows_is_a_202(patient: Play, status: MessageStatus) -> None:
    """A person decides about it, by `settle`; whoever read a failure would send it again."""
    done = await ended(patient, await patient.conversation(), (status, None))

    assert (done.status, done.data["delivery"]) == (202, status.value)


@pytest.mark.parametrize(
    ("status", "error", "answered", "code"),
    [
        (REJECTED, "OutsideWindowError", 502, "outside_window"),
        (REJECTED, "InvalidInputError", 422, "invalid_input"),
        (REJECTED, "WrongLoopError", 502, "graph"),
        (REJECTED, "NobodyKnowsError", 502, "graph"),
        (REJECTED, "GraphError", 502, "graph"),
        (REJECTED, None, 502, "graph"),
        (REJECTED, "annotations", 502, "graph"),
        (MessageStatus.FAILED, "TransportError", 503, "transport"),
        (MessageStatus.FAILED, "RateLimitError", 503, "transport"),
        (MessageStatus.FAILED, "ClientClosedError", 503, "client_closed"),
        (MessageStatus.FAILED, None, 503, "transport"),
        (MessageStatus.CANCELLED, None, 409, "transition"),
        (MessageStatus.EXPIRED, None, 503, "deadline"),
    ],
)
async def test_what_came_to_nothing_is_a_failure(
    patient: Play, status: MessageStatus, error: str | None, answered: int, code: str
) -> None:
    """Its class says which; the words of Meta's were not kept. The message is named."""
    to = await patient.conversation()
    done = await ended(patient, to, (status, error))

    (message,) = await patient.desk.messages(to.id)
    assert (done.status, done.error["code"]) == (answered, code)
    assert done.error["retryable"] is (code in {"transport", "deadline"})
    assert (done.data["delivery"], done.data["messages"]) == (status.value, [str(message.id)])


async def test_attachments_follow_the_text(patient: Play) -> None:
    """All of them in one go: one answer, and one key."""
    to = await patient.conversation()
    media = [{"type": "image", "url": URL}, {"type": "file", "url": URL}]
    done = await ended(patient, to, *[(SENT, None)] * 3, attachments=media)

    *files, text = await patient.desk.messages(to.id)
    assert text.text == "Hi"
    assert [rows(one.attachments)[0]["type"] for one in reversed(files)] == ["image", "file"]
    assert (done.status, done.data["message_id"]) == (200, f"m_{text.id}")
    assert ids(done.data["messages"])[0] == str(text.id)


async def test_only_the_first_arrived(patient: Play) -> None:
    """A 202 that tells what became of each: the text must not be sent again."""
    to = await patient.conversation()
    cancelled = (MessageStatus.CANCELLED, None)
    media = [{"type": "image", "url": URL}] * 2
    ends = ((SENT, None), (REJECTED, "InvalidRequestError"), cancelled)
    done = await ended(patient, to, *ends, attachments=media)

    assert (done.status, done.data["delivery"]) == (202, "partial")
    assert done.data["statuses"] == ["sent", "rejected", "cancelled"]
    assert rows([done.data["problem"]])[0]["code"] == "invalid_request"


async def test_the_first_was_refused(patient: Play) -> None:
    """Then nothing is out, and it is a failure."""
    media = [{"type": "image", "url": URL}]
    ends = ((REJECTED, "TokenError"), (MessageStatus.CANCELLED, None))
    done = await ended(patient, await patient.conversation(), *ends, attachments=media)

    assert (done.status, done.error["code"]) == (502, "token")


async def test_of_the_first_nobody_knows(patient: Play) -> None:
    """Then nobody knows, whatever became of the others."""
    media = [{"type": "image", "url": URL}]
    ends = ((MessageStatus.UNCONFIRMED, None), (MessageStatus.CANCELLED, None))
    done = await ended(patient, await patient.conversation(), *ends, attachments=media)

    assert (done.status, done.data["delivery"]) == (202, "unconfirmed")


async def test_the_bots_messages_that_left_are_told(play: Play) -> None:
    """They may arrive after the takeover: the admin must see them."""
    to = await play.conversation()
    bots = await play.flying(to)
    done = await play.send(to)

    assert done.data["bot_in_flight"] == [str(bots)]


async def test_a_repeated_request_is_one_message(play: Play) -> None:
    """The key is kept with the message: another process knows it, too, and how it went on."""
    to = await play.conversation()
    first = await play.send(to, key="k-1")
    again = await Play(play.client, play.store).send(to, key="k-1")

    assert "Idempotent-Replayed" not in first.headers
    assert (again.status, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert again.data["messages"] == first.data["messages"]

    await play.ends(ids(first.data["messages"])[0], SENT)
    later = await play.send(to, key="k-1")
    assert (later.status, later.headers["Idempotent-Replayed"]) == (200, "true")
    assert len(await play.desk.messages(to.id)) == 1


async def test_a_repeated_request_after_a_restart(client: MessengerClient, tmp_path: Path) -> None:
    """Another process opens the file, and finds the key in it."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store, reopened = SqlStore(url), SqlStore(url)
    await store.create()
    to = await Play(client, store).conversation()
    first = await Play(client, store).send(to, key="k-1")
    await store.aclose()
    again = await Play(client, reopened).send(to, key="k-1")
    other = await Play(client, reopened).send(to, "Bye", key="k-1")
    await reopened.aclose()

    assert (first.status, again.status, other.status) == (202, 202, 422)
    assert again.data["messages"] == first.data["messages"]
    assert again.headers["Idempotent-Replayed"] == "true"


async def test_whoever_gives_up_waiting_finds_the_message_again(patient: Play) -> None:
    """The request has gone, and what it asked for is written down."""
    to = await patient.conversation()
    sending = asyncio.create_task(patient.send(to, key="k-1"))
    (message,) = await patient.written(to)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await patient.ends(str(message.id), SENT)
    again = await patient.send(to, key="k-1")

    assert (again.status, again.data["messages"]) == (200, [str(message.id)])


async def test_a_repeated_request_that_was_refused_stays_so(play: Play) -> None:
    """Sending it again takes a new key, or `resend`."""
    to = await play.conversation()
    first = await play.send(to, key="k-1")
    await play.ends(ids(first.data["messages"])[0], REJECTED, "OutsideWindowError")
    again = await play.send(to, key="k-1")

    assert (again.status, again.headers["Idempotent-Replayed"]) == (502, "true")


async def test_a_key_of_another_message_is_refused(play: Play) -> None:
    """As without a desk."""
    to = await play.conversation()
    await play.send(to, key="k-1")
    other = await play.send(to, "Other", key="k-1")
    malformed = await play.send(to, key=",")

    assert (other.status, other.error["code"]) == (422, "idempotency_key")
    assert (malformed.status, malformed.error["code"]) == (422, "idempotency_key")


async def test_two_admins_may_choose_one_key(play: Play) -> None:
    """It belongs to whoever sent it."""
    to = await play.conversation()
    await play.send(to, key="k-1")
    play.admin = BEA
    other = await play.send(to, "Mine", key="k-1", take_over=True)

    assert (other.status, "Idempotent-Replayed" in other.headers) == (202, False)


@pytest.mark.parametrize("given", ["test-uuid", str(uuid4()), "c" * 128, "1" * 32 + "-"])
async def test_what_is_no_conversation_is_not_found(play: Play, given: str) -> None:
    """An id of another form is none, as is one that nobody has."""
    done = await play.send(await play.conversation(), conversation_id=given)

    assert (done.status, done.error["code"]) == (404, "not_found")


async def test_an_answer_to_a_message_is_one(play: Play) -> None:
    """What `reply_to` names goes out with it."""
    to = await play.conversation()
    done = await play.send(to, reply_to="m_0")
    send = await play.desk.send_of(UUID(ids(done.data["messages"])[0]))

    assert send is not None
    assert send.row.parameters["reply_to"] == {"mid": "m_0"}


async def test_a_store_that_fails_afterwards_is_no_failure(
    patient: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written down, and will be sent: a 503 would have it sent again."""
    to = await patient.conversation()

    async def fail(*_: object, **__: object) -> object:
        msg = "The store is gone."
        raise StoreError(msg)

    monkeypatch.setattr(patient.desk, "outcome", fail)
    done = await patient.send(to)

    assert (done.status, done.data["delivery"]) == (202, "queued")


async def test_a_store_that_fails_before_is(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was written: it may be sent again."""
    to = await play.conversation()

    async def fail(_: object) -> object:
        msg = "The store is gone."
        raise StoreError(msg)

    monkeypatch.setattr(play.store, "write", fail)
    done = await play.send(to)

    assert (done.status, done.error["code"], done.error["retryable"]) == (503, "store", True)


async def test_media_by_url(play: Play) -> None:
    """As a text; what was sent is told."""
    to = await play.conversation()
    body = {
        "conversation_id": str(to.id),
        "recipient_id": to.psid,
        "admin_id": "alice",
        "type": "video",
        "url": URL,
    }
    done = await play.told("POST", ATTACH, body)

    (message,) = await play.desk.messages(to.id)
    assert (done.status, done.data["attachment"]) == (202, {"type": "video", "url": URL})
    assert rows(message.attachments)[0]["type"] == "video"


async def file(play: Play, to: Conversation, data: bytes, key: str = "k-1") -> Envelope:
    """Return the answer to a file that is sent as the body."""
    query = (
        f"conversation_id={to.id}&recipient_id={to.psid}&admin_id=alice&type=image"
        f"&filename=a.png&take_over=true&version={to.version}"
    )
    return await play.upload(ATTACH, query, data, key)


async def test_a_file_is_uploaded_once(play: Play) -> None:
    """Who sends it again with its key sends the same; another file is another request."""
    to = await play.conversation()
    first = await file(play, to, b"one")
    again = await file(play, to, b"one")
    other = await file(play, to, b"two")

    assert (first.status, again.status, other.status) == (202, 202, 422)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.data["attachment"] == {"type": "image", "size": 3}
    (message,) = await play.desk.messages(to.id)
    payload = rows([rows(message.attachments)[0]["payload"]])[0]
    assert payload.keys() == {"attachment_id"}
    assert len(play.backend._files) == 2


async def test_a_file_with_its_key_in_another_process(play: Play) -> None:
    """It is the same request though Meta has the file under another id by now."""
    to = await play.conversation()
    first = await file(play, to, b"one")
    elsewhere = Play(play.client, play.store)
    again = await file(elsewhere, to, b"one")
    other = await file(elsewhere, to, b"two")

    assert (first.status, again.status, other.status) == (202, 202, 422)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.data["messages"] == first.data["messages"]
    assert len(await play.desk.messages(to.id)) == 1


async def test_a_file_with_its_key_twice_at_once(play: Play) -> None:
    """Whoever clicks twice sends one message."""
    to = await play.conversation()
    both = await asyncio.gather(file(play, to, b"one"), file(play, to, b"one"))

    assert [one.status for one in both] == [202, 202]
    assert both[0].data["messages"] == both[1].data["messages"]


async def test_a_key_of_another_route_is_refused(play: Play) -> None:
    """Also with what is shown by its URL there."""
    to = await play.conversation()
    await file(play, to, b"one")
    text = await play.send(to, key="k-1", take_over=True)
    body = {**to_media(to), "url": URL}
    url = await play.told("POST", ATTACH, body, headers=[("Idempotency-Key", "k-1")])

    assert (text.status, url.status) == (422, 422)
    assert len(await play.desk.messages(to.id)) == 1


async def test_files_are_remembered_up_to_a_limit(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest goes first, and is uploaded again."""
    monkeypatch.setattr("messengerkit.admin.desk_sending._MOST_FILES", 1)
    to = await play.conversation()
    for key, data in enumerate([b"one", b"two"]):
        assert (await file(play, to, data, str(key))).status == 202
        to = await play.desk.conversation(to.id)

    assert len(play.backend._files) == 1


async def test_a_file_that_does_not_reach_meta(play: Play, sandbox: Sandbox) -> None:
    """Then nothing is written down, and the conversation is nobody's still."""
    sandbox.script(Fault.reset(), times=None, path="message_attachments")
    to = await play.conversation()
    done = await file(play, to, b"one")

    assert (done.status, done.error["retryable"]) == (503, True)
    assert await play.desk.conversation(to.id) == to


async def test_a_test_belongs_to_no_conversation(play: Play) -> None:
    """So there is no such route."""
    assert "/test-message" not in play.face.paths


async def test_the_plain_port_serves_as_well(patient: Play) -> None:
    """Whoever calls the backend from code gets a result, or an error."""
    to = await patient.conversation()
    text = AdminMessageRequest(
        conversation_id=str(to.id), recipient_id=to.psid, message_text="Hi", admin_id="alice"
    )
    image = AdminAttachmentRequest(**to_media(to), url=URL)
    upload = AdminUpload(**to_media(to), content_type="image/png", data=b"one")

    backend = patient.backend
    sends = (
        backend.send_message(ALICE, text),
        backend.send_attachment(ALICE, image),
        backend.send_upload(ALICE, upload),
    )
    for number, send in enumerate(sends, 1):
        sending = asyncio.create_task(send)
        messages = await patient.written(to, number)
        newest = next(one for one in messages if one.status is MessageStatus.QUEUED)
        await patient.ends(str(newest.id), SENT)
        assert (await sending).message_id == f"m_{newest.id}"


def to_media(to: Conversation) -> Any:  # noqa: ANN401  # as of the models
    """Return what media is sent with."""
    return {
        "conversation_id": str(to.id),
        "recipient_id": to.psid,
        "admin_id": "alice",
        "type": "image",
    }


async def test_the_plain_port_raises_what_came_of_it(play: Play) -> None:
    """What is not known is not known, and a refusal is raised."""
    to = await play.conversation()
    text = AdminMessageRequest(
        conversation_id=str(to.id), recipient_id=to.psid, message_text="Hi", admin_id="alice"
    )
    with pytest.raises(DeliveryUnknownError, match="queued"):
        await play.backend.send_message(ALICE, text)

    patient = Play(play.client, play.store, within=30.0)
    sending = asyncio.create_task(patient.backend.send_message(ALICE, text))
    for one in await patient.written(to, 2):
        await patient.ends(str(one.id), REJECTED, "OutsideWindowError")
    with pytest.raises(OutsideWindowError):
        await sending


async def test_the_plain_port_tells_that_only_the_first_arrived(patient: Play) -> None:
    """Else whoever calls it would send all of it again."""
    to = await patient.conversation()
    text = AdminMessageRequest(
        conversation_id=str(to.id),
        recipient_id=to.psid,
        message_text="Hi",
        attachments=(AttachedMedia(type="image", url=URL),),
        admin_id="alice",
    )
    sending = asyncio.create_task(patient.backend.send_message(ALICE, text))
    image, first = await patient.written(to, 2)
    await patient.ends(str(first.id), SENT)
    await patient.ends(str(image.id), REJECTED, "OutsideWindowError")
    with pytest.raises(PartialSendError) as caught:
        await sending

    assert caught.value.sent == (f"m_{first.id}",)
    assert isinstance(caught.value.__cause__, OutsideWindowError)


async def test_a_desk_that_is_open_sends(patient: Play, sandbox: Sandbox) -> None:
    """The whole way: written down, sent, and told."""
    play = patient
    to = await play.conversation(psid="24000000000000007", page_id=sandbox.page.id)
    async with play.desk:
        done = await play.send(to, "Hi, Alice here.")

    assert (done.status, done.data["statuses"]) == (200, ["sent"])
    assert done.data["attempts"] == 1
    assert [one.text for one in sandbox.delivered] == ["Hi, Alice here."]
    assert done.data["message_id"] == sandbox.delivered[0].mid


async def test_pages_that_are_not_theirs_are_not_there(play: Play) -> None:
    """Neither the conversation nor that it is there."""
    play.admin = replace(ALICE, pages=frozenset({OTHER_PAGE}))
    to = await play.conversation()
    assert (await play.send(to)).status == 404

    play.admin = replace(ALICE, pages=frozenset({PAGE}))
    assert (await play.send(to)).status == 202
