"""A file as the body of `POST /admin/send-attachment`: what is taken, and what Meta gets."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from admin.kit import (
    ADMIN,
    CONVERSATION,
    NOW,
    PERSON,
    Accepting,
    Envelope,
    Headers,
    Panel,
    guide_body,
    guide_headers,
    read,
    records,
)
from hypothesis import given
from hypothesis import strategies as st
from networks import ACCEPTED, LOST, REFUSED, Network, Step, client_on, error
from waits import Waits

from messengerkit import MessengerClient, SendResult
from messengerkit._graph import Request, Response
from messengerkit._multipart import Streamed
from messengerkit.admin import (
    MAX_BODY,
    ROUTES,
    AdminAttachmentRequest,
    AdminIdentity,
    AdminRequest,
    AdminUpload,
    DirectBackend,
    JsonLinesAuditLog,
    Role,
    SendsAttachments,
    SendsUploads,
    document,
)
from messengerkit.admin.openapi import FILES
from messengerkit.rates import Rate
from messengerkit.uploads import MAX_UPLOAD
from messengerkit.usage import Usage

ATTACH = "/admin/send-attachment"
PNG, URL = "image/png", "https://cdn.example.com/a"
DATA = bytes(range(256)) + b"\r\n--\r\nmarked-bytes-4711"
MARK = "marked-input-4711"
UPLOADED: Step = (200, {"attachment_id": "77"})
ALICE = AdminIdentity(admin_id=ADMIN, role=Role.SUPERVISOR)
UPLOAD = AdminUpload(
    conversation_id=CONVERSATION,
    recipient_id=PERSON,
    admin_id=ADMIN,
    type="image",
    filename="menu.png",
    content_type=PNG,
    data=DATA,
)


class TakesUrls(Accepting):
    """A backend that accepts messages, and media by its URL."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    async def send_attachment(
        self, _admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Take the attachment."""
        self.urls.append(attachment.url)
        return SendResult(recipient_id=attachment.recipient_id, message_id="m_1")


class TakesFiles(TakesUrls):
    """A backend that accepts files, too."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[AdminIdentity, AdminUpload]] = []

    async def send_upload(self, admin: AdminIdentity, upload: AdminUpload, /) -> SendResult:
        """Take the file."""
        self.files.append((admin, upload))
        return SendResult(recipient_id=upload.recipient_id, message_id="m_1")


@dataclass
class Lanes:
    """A limiter that lets everything go, and keeps what it was asked."""

    entered: list[tuple[Rate, bool]] = field(default_factory=list[tuple[Rate, bool]])

    def enter(self, rate: Rate, *, urgent: bool) -> Awaitable[None] | None:
        """Note the call, which may go at once."""
        self.entered.append((rate, urgent))
        return None

    def observe(self, usage: Usage) -> None:
        """Take no note."""


@pytest.fixture
def taking() -> TakesFiles:
    """Return a backend that accepts everything."""
    return TakesFiles()


def query_of(**changes: str | None) -> str:
    """Return the query beside a picture, with *changes*; a parameter that is None is left out."""
    fields = {
        "conversation_id": CONVERSATION,
        "recipient_id": PERSON,
        "admin_id": ADMIN,
        "type": "image",
        **changes,
    }
    return urlencode({name: value for name, value in fields.items() if value is not None})


def url_body(kind: str) -> bytes:
    """Return the JSON that sends what is at `URL`."""
    body = {**guide_body(), "type": kind, "url": URL}
    del body["message_text"]
    return json.dumps(body).encode()


def typed(*types: str) -> Headers:
    """Return the headers of the panel, with *types* as its body's."""
    return (*guide_headers()[1:], *(("Content-Type", one) for one in types))


async def upload(
    panel: Panel,
    data: bytes = DATA,
    content_type: str = PNG,
    *more: tuple[str, str],
    **changes: str | None,
) -> Envelope:
    """Send the file *data*, with *more* headers and *changes* of the query."""
    headers, query = (*typed(content_type), *more), query_of(**changes)
    return read(await panel.ask(data, headers, ATTACH, query=query))


def panel_of(client: MessengerClient, journal: Path, *, keep_text: bool = False) -> Panel:
    """Return the panel of a backend that sends by *client*."""
    audit = JsonLinesAuditLog(journal)
    return Panel(DirectBackend(client, audit=audit, keep_text=keep_text, now=lambda: NOW))


async def form_of(request: Request) -> bytes:
    """Return the whole form that *request* carries."""
    assert isinstance(request.body, Streamed)
    return request.body.head + b"".join([one async for one in request.body.pieces()])


# What Meta gets.


async def test_a_file_is_uploaded_and_sent(waits: Waits, journal: Path) -> None:
    """Meta gets every byte with name and type; the person gets what Meta then has."""
    network = Network([UPLOADED, ACCEPTED])
    done = await upload(panel_of(client_on(network, waits), journal), filename="menu.png")

    form = await form_of(network.asked[0])
    assert [one.url.partition("/v26.0/")[2] for one in network.asked] == [
        "me/message_attachments",
        "me/messages",
    ]
    assert b'{"attachment":{"type":"image","payload":{"is_reusable":true}}}' in form
    assert b'name="filedata"; filename="menu.png"\r\nContent-Type: image/png\r\n\r\n' in form
    assert form.endswith(DATA)
    assert network.sent(1) == {
        "recipient": {"id": PERSON},
        "messaging_type": "RESPONSE",
        "message": {"attachment": {"type": "image", "payload": {"attachment_id": "77"}}},
    }
    assert (done.status, done.success, done.message) == (200, True, "Message sent.")
    assert done.data == {
        "recipient_id": PERSON,
        "attachment": {"type": "image", "size": len(DATA)},
        "message_id": "m_1",
        "attempts": 1,
        "delivery": "sent",
    }


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
async def test_a_file_without_a_name_is_called_what_it_is(
    waits: Waits, journal: Path, kind: str
) -> None:
    """Meta wants a name of every file, and each kind is sent as such."""
    network = Network([UPLOADED, ACCEPTED])
    panel = panel_of(client_on(network, waits), journal)
    content_type = "application/pdf" if kind == "file" else f"{kind}/x"
    done = await upload(panel, b"x", content_type, type=kind)

    form = await form_of(network.asked[0])
    assert f'filename="{kind}"\r\nContent-Type: {content_type}\r\n'.encode() in form
    assert f'"type":"{kind}"'.encode() in form
    assert (done.status, done.data["attachment"]) == (200, {"type": kind, "size": 1})


async def test_what_an_admin_sends_goes_out_as_a_persons(waits: Waits, journal: Path) -> None:
    """People do not wait behind bots, whatever they send."""
    lanes = Lanes()
    client = client_on(Network([ACCEPTED, ACCEPTED, UPLOADED, ACCEPTED]), waits, limiter=lanes)
    panel = panel_of(client, journal)
    await panel.send()
    await panel.ask(url_body("audio"), guide_headers(), ATTACH)
    await upload(panel)

    assert [one["outcome"] for one in records(journal)] == ["sent"] * 3
    assert lanes.entered == [
        (Rate.MESSAGES, True),
        (Rate.AUDIO_VIDEO, True),
        (Rate.OTHER, False),  # the upload: Meta counts it with no messages
        (Rate.MESSAGES, True),
    ]


# What is recorded.


async def test_a_file_is_recorded_with_a_digest(waits: Waits, journal: Path) -> None:
    """What a name tells of a person stays out of the log; the bytes can be told by their digest."""
    panel = panel_of(client_on(Network([UPLOADED, ACCEPTED]), waits), journal)
    await upload(panel, filename="תפריט.png")

    assert records(journal) == [
        {
            "at": "2026-11-22T09:30:00Z",
            "admin_id": ADMIN,
            "key_id": None,
            "action": "send_attachment",
            "conversation_id": CONVERSATION,
            "recipient_id": PERSON,
            "outcome": "sent",
            "message_id": "m_1",
            "error": None,
            "details": {
                "type": "image",
                "size": len(DATA),
                "sha256": hashlib.sha256(DATA).hexdigest(),
                "filename_length": 9,
            },
        }
    ]


@pytest.mark.parametrize(
    ("kept", "filename", "told"),
    [
        ({"keep_text": True}, "menu.png", {"filename": "menu.png"}),
        ({"keep_text": True}, None, {}),
        ({}, None, {}),
    ],
)
async def test_a_name_is_kept_on_request(
    waits: Waits,
    journal: Path,
    kept: dict[str, bool],
    filename: str | None,
    told: dict[str, object],
) -> None:
    """`keep_text=True` keeps it; where there is none, nothing is told of it."""
    client = client_on(Network([UPLOADED, ACCEPTED]), waits)
    await upload(panel_of(client, journal, **kept), b"x", filename=filename)

    digest = hashlib.sha256(b"x").hexdigest()
    (record,) = records(journal)
    assert record["details"] == {"type": "image", "size": 1, "sha256": digest, **told}


# How it ends.

EMPTY: Step = (200, dict[str, object]())
WINDOW, BAD_FILE, LIMIT, NEW = error(10, 2018278), error(100, 2018047), error(613), error(999)


@pytest.mark.parametrize(
    ("steps", "status", "outcome", "named"),
    [
        ([BAD_FILE], 502, "refused", "InvalidRequestError"),
        ([LIMIT], 429, "not_sent", "RateLimitError"),
        ([REFUSED], 503, "not_sent", "TransportError"),
        ([LOST], 503, "not_sent", "TransportError"),
        ([NEW], 503, "not_sent", "TransportError"),
        ([EMPTY], 503, "not_sent", "TransportError"),
        ([UPLOADED, WINDOW], 502, "refused", "OutsideWindowError"),
        ([UPLOADED, REFUSED], 503, "not_sent", "TransportError"),
    ],
    ids=["bad", "limit", "refused", "lost", "new", "no id", "window", "not sent"],
)
async def test_a_file_that_was_not_sent_may_be_sent_again(
    waits: Waits, journal: Path, steps: Sequence[Step], status: int, outcome: str, named: str
) -> None:
    """Whatever becomes of an upload, the person has nothing: the key is free, nobody doubts."""
    network = Network(steps)
    panel = panel_of(client_on(network, waits), journal)
    face, key = panel.face, ("Idempotency-Key", "key-1")
    request = AdminRequest(
        method="POST", path=ATTACH, query=query_of(), headers=(*typed(PNG), key), body=DATA
    )
    done = read(await face.respond(ATTACH, request))
    network.steps, network.asked = [UPLOADED, ACCEPTED], []
    again = read(await face.respond(ATTACH, request))

    assert done.status == status
    assert "delivery" not in done.data
    assert [one["outcome"] for one in records(journal)] == [outcome, "sent"]
    assert records(journal)[0]["error"] == named
    assert again.status == 200
    assert "Idempotent-Replayed" not in again.headers


async def test_what_hid_an_upload_is_told(waits: Waits, journal: Path) -> None:
    """The reason and the advice are those of what went wrong, and it may be tried again."""
    done = await upload(panel_of(client_on(Network([NEW]), waits), journal))

    assert done.message == "Nothing was sent: nobody knows whether Meta has the file. (#999) no"
    assert done.error["advice"] == "Look the code up in Meta's error reference."
    assert (done.error["code"], done.error["retryable"]) == ("transport", True)


async def test_of_a_file_that_may_be_out_nobody_makes_a_second(waits: Waits, journal: Path) -> None:
    """Once the message is on its way, all is as for any other."""
    network = Network([UPLOADED, LOST])
    panel = panel_of(client_on(network, waits), journal)
    face, key = panel.face, ("Idempotency-Key", "key-1")
    request = AdminRequest(
        method="POST", path=ATTACH, query=query_of(), headers=(*typed(PNG), key), body=DATA
    )
    done, again = [read(await face.respond(ATTACH, request)) for _ in range(2)]

    assert (done.status, done.data["delivery"]) == (202, "unknown")
    assert (again.status, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert len(network.asked) == 2
    assert [one["outcome"] for one in records(journal)] == ["unknown"]


@dataclass
class Silent(Network):
    """A network that never answers."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, request: Request, /) -> Response:
        """Wait for ever."""
        self.asked.append(request)
        self.reached.set()
        await asyncio.Event().wait()
        raise LOST


async def test_an_upload_whose_admin_has_gone_is_recorded(waits: Waits, journal: Path) -> None:
    """A browser that hangs up leaves a record, whichever of the two calls was under way."""
    network = Silent([])
    sending = asyncio.create_task(upload(panel_of(client_on(network, waits), journal)))
    await network.reached.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    assert [(one["outcome"], one["error"]) for one in records(journal)] == [
        ("unknown", "CancelledError")
    ]


# What is taken.


@pytest.mark.parametrize(
    ("kind", "content_type", "bare"),
    [
        ("image", "image/png", "image/png"),
        ("image", "IMAGE/SVG+XML", "image/svg+xml"),
        ("audio", "audio/ogg; codecs=opus", "audio/ogg"),
        ("video", " video/mp4\t;x", "video/mp4"),
        ("file", "application/octet-stream", "application/octet-stream"),
        ("file", "application/json-seq", "application/json-seq"),
        ("file", "text/html", "text/html"),
        ("file", "video/mp4", "video/mp4"),
        ("file", "x/y", "x/y"),
    ],
)
async def test_a_type_of_its_kind_is_taken(
    taking: TakesFiles, kind: str, content_type: str, bare: str
) -> None:
    """The backend gets it without case and parameters; a file may be anything."""
    done = await upload(Panel(taking), DATA, content_type, type=kind, filename="menu.png")

    assert done.status == 200
    ((admin, got),) = taking.files
    assert admin == ALICE
    assert got == UPLOAD.model_copy(update={"type": kind, "content_type": bare})
    assert got.data == DATA


@pytest.mark.parametrize(
    "types",
    [
        (),
        ("",),
        ("text/plain",),
        ("TEXT/PLAIN; image/png",),
        ("application/x-www-form-urlencoded",),
        ("multipart/form-data; boundary=x",),
        ("text/ping",),
        ("image",),
        ("image/",),
        ("image/*",),
        ("image/png, image/png",),
        ("image/png", "image/png"),
        ("image/png", "text/plain"),
        ("\xa0image/png",),
        ("image/png\x0b",),
        (f"image/{'x' * 65}",),
    ],
    ids=repr,
)
@pytest.mark.parametrize("kind", ["image", "file"])
@pytest.mark.parametrize("size", [9, MAX_BODY + 1])
async def test_what_any_page_can_send_is_no_file(
    taking: TakesFiles, types: tuple[str, ...], kind: str, size: int
) -> None:
    """A browser sends it without asking first; a panel that sends a form learns what to send."""
    query = query_of(type=kind)
    done = read(await Panel(taking).ask(bytes(size), typed(*types), ATTACH, query=query))

    assert (done.status, done.error["code"]) == (415, "media_type")
    assert "application/octet-stream" in str(done.error["advice"])
    assert taking.files == []


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("image", "video/mp4"),
        ("image", "imagex/png"),
        ("video", "image/png"),
        ("audio", "application/octet-stream"),
        ("audio", "video/audio"),
    ],
)
async def test_a_type_of_another_kind_is_named(
    taking: TakesFiles, kind: str, content_type: str
) -> None:
    """Meta would refuse it once it has it all."""
    done = await upload(Panel(taking), DATA, content_type, type=kind)

    assert (done.status, done.error["field"]) == (422, "content_type")
    assert done.message == f"content_type: must be {kind}/… for the type {kind}"
    assert taking.files == []


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        *(({one: None}, one) for one in ("conversation_id", "recipient_id", "admin_id", "type")),
        ({"conversation_id": f"{MARK}/"}, "conversation_id"),
        ({"recipient_id": f"{MARK} "}, "recipient_id"),
        ({"admin_id": ""}, "admin_id"),
        ({"type": "Image"}, "type"),
        ({"type": MARK}, "type"),
        *(
            ({"filename": one}, "filename")
            for one in ("", f"../{MARK}", f"{MARK}\\a", f"{MARK}\n", "\0", "x" * 256, "\x7f")
        ),
        ({"url": f"https://{MARK}.example.com"}, "url"),
        ({"message_text": MARK}, "message_text"),
    ],
    ids=repr,
)
async def test_a_query_that_is_wrong_is_named(
    taking: TakesFiles, changes: dict[str, str | None], name: str
) -> None:
    """A 422 names the parameter, also one that nobody knows, and repeats no value."""
    query = query_of(**changes)
    done = read(await Panel(taking).ask(DATA, typed(PNG), ATTACH, query=query))

    assert (done.status, done.error["code"], done.error["field"]) == (422, "invalid_input", name)
    assert MARK not in done.message + json.dumps(done.data)
    assert taking.files == []


async def test_an_empty_file_is_refused(taking: TakesFiles) -> None:
    """Meta takes none."""
    done = await upload(Panel(taking), b"")

    assert (done.status, done.error["field"]) == (422, "body")
    assert taking.files == []


async def test_nobody_sends_a_file_in_another_admins_name(taking: TakesFiles) -> None:
    """The query's admin must be the one whom the key is; a UUID may be spelled in any way."""
    other = await upload(Panel(taking), admin_id="admin-2")
    same = await upload(Panel(taking), admin_id=ADMIN.upper())

    assert (other.status, other.error["code"]) == (403, "admin_forbidden")
    assert same.status == 200
    assert [admin for admin, _ in taking.files] == [ALICE]


async def test_a_stranger_sends_no_file(taking: TakesFiles) -> None:
    """Who has no key learns nothing of sizes and types."""
    answer = await Panel(taking).ask(bytes(MAX_BODY + 1), typed("text/plain")[2:], ATTACH)

    assert answer.status == 401


async def test_the_largest_file_is_taken(taking: TakesFiles) -> None:
    """25 MiB are what Meta takes; one byte more is refused before the query is read."""
    panel = Panel(taking)
    largest = await upload(panel, bytes(MAX_UPLOAD))
    larger = await upload(panel, bytes(MAX_UPLOAD + 1), type="x")

    assert panel.face.max_body(ATTACH) == MAX_UPLOAD == 25 * 2**20
    assert (largest.status, larger.status) == (200, 413)
    assert str(MAX_UPLOAD) in larger.message
    assert larger.error["advice"] == "Send a smaller file."
    assert [len(one.data) for _, one in taking.files] == [MAX_UPLOAD]


@pytest.mark.parametrize("most", [MAX_BODY - 1, MAX_BODY, MAX_BODY + 1])
async def test_a_backend_may_take_less(taking: TakesFiles, most: int) -> None:
    """The limit is the route's: adapters read no more of a body, or what JSON may have."""
    routes = [replace(one, max_upload=most) if one.upload else one for one in ROUTES]
    panel = Panel(taking, routes=routes)
    done = [(await upload(panel, bytes(size))).status for size in (most, most + 1)]

    assert panel.face.max_body(ATTACH) == max(MAX_BODY, most)
    assert done == [200, 413]


async def test_a_backend_may_take_none(taking: TakesFiles) -> None:
    """A route that is not for files is as it is for a backend that takes only URLs."""
    panel = Panel(taking, routes=[replace(one, upload=None) for one in ROUTES])
    done = await upload(panel)

    assert panel.face.max_body(ATTACH) == MAX_BODY
    assert (done.status, taking.files) == (415, [])


@pytest.mark.parametrize("size", [9, MAX_BODY + 1])
async def test_a_backend_that_takes_urls_refuses_files(size: int) -> None:
    """It says so at once, whatever the size, and advises JSON; its limit is that of JSON."""
    backend = TakesUrls()
    panel = Panel(backend)
    done = await upload(panel, bytes(size))

    assert isinstance(backend, SendsAttachments)
    assert not isinstance(backend, SendsUploads)
    assert panel.face.max_body(ATTACH) == MAX_BODY
    assert (done.status, done.error["code"]) == (415, "media_type")
    assert "URL" in done.message
    assert done.error["advice"] == "Send JSON, with Content-Type: application/json."


def test_files_alone_are_no_route(accepting: Accepting) -> None:
    """A backend has the route by taking URLs; files come beside them."""
    assert ATTACH not in Panel(accepting).face.paths


async def test_json_is_what_it_was(taking: TakesFiles) -> None:
    """Beside it no query is read, and it has its own limit."""
    raw, panel = url_body("image"), Panel(taking)
    query = query_of(type="x", admin_id="admin-2")
    done = [
        (await panel.ask(one, guide_headers(), ATTACH, query=query)).status
        for one in (raw, raw.ljust(MAX_BODY), raw.ljust(MAX_BODY + 1), DATA)
    ]

    assert done == [200, 200, 413, 422]
    assert (taking.urls, taking.files) == ([URL, URL], [])


@pytest.mark.parametrize(
    ("data", "changes", "status", "sent"),
    [
        (DATA, {}, 200, 1),
        (DATA + b"x", {}, 422, 1),
        (DATA, {"filename": "menu.png"}, 422, 1),
    ],
    ids=["same", "bytes", "query"],
)
async def test_a_file_that_comes_twice_is_sent_once(
    taking: TakesFiles, data: bytes, changes: dict[str, str | None], status: int, sent: int
) -> None:
    """The key is of the bytes and of the query."""
    face = Panel(taking).face
    headers = (*typed(PNG), ("Idempotency-Key", "key-1"))
    first, second = [
        read(
            await face.respond(
                ATTACH,
                AdminRequest(method="POST", path=ATTACH, query=query, headers=headers, body=body),
            )
        )
        for body, query in ((DATA, query_of()), (data, query_of(**changes)))
    ]

    assert (first.status, second.status) == (200, status)
    assert ("Idempotent-Replayed" in second.headers) is (status == 200)
    assert len(taking.files) == sent


def test_no_bytes_and_no_name_of_a_folder_are_shown() -> None:
    """An upload may be logged; its bytes are not."""
    assert "menu.png" in repr(UPLOAD)
    assert "marked-bytes" not in repr(UPLOAD) + str(UPLOAD)


@given(value=st.text(max_size=30) | st.binary(max_size=30).map(lambda one: one.decode("latin-1")))
def test_any_header_is_one_type_or_none(value: str) -> None:
    """What is no media type of RFC 6838 is none, so that no form is taken for a file."""
    request = AdminRequest(method="POST", path=ATTACH, headers=(("Content-Type", value),))
    found = request.media_type

    assert found == found.lower()
    assert found.isascii()
    assert not found or (found.count("/") == 1 and value.strip(" \t").lower().startswith(found))


# What is described.


def described_by(panel: Panel) -> Any:  # noqa: ANN401  # any JSON
    """Return the operation of the route in the document of *panel*."""
    found: Any = json.loads(json.dumps(document(panel.face.routes)))
    return found["paths"][ATTACH]["post"]


def test_the_document_tells_of_files(taking: TakesFiles) -> None:
    """Each kind with its limit; its query is optional, for JSON has none."""
    routes = [replace(one, max_upload=7) if one.upload else one for one in ROUTES]
    described = described_by(Panel(taking, routes=routes))
    query = [one for one in described["parameters"] if one["in"] == "query"]

    assert list(described["requestBody"]["content"]) == ["application/json", *FILES]
    for media_type in FILES:
        schema = described["requestBody"]["content"][media_type]["schema"]
        assert schema == {"minLength": 1, "maxLength": 7}
    assert {one["name"]: one["required"] for one in query} == dict.fromkeys(
        (
            "conversation_id",
            "recipient_id",
            "admin_id",
            "reply_to",
            "version",
            "take_over",
            "type",
            "filename",
        ),
        False,
    )
    assert [one["name"] for one in query if "then required" in one["description"]] == [
        "conversation_id",
        "recipient_id",
        "admin_id",
        "type",
    ]


def test_the_document_of_a_backend_without_files_has_none() -> None:
    """Nobody is told to send what is refused."""
    described = described_by(Panel(TakesUrls()))

    assert list(described["requestBody"]["content"]) == ["application/json"]
    assert [one for one in described["parameters"] if one["in"] == "query"] == []
