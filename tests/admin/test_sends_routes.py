"""The routes that send: media, and the test that must be asked for; and what a request may say."""

import asyncio
import hashlib
import json
from pathlib import Path

import pytest
from admin.kit import (
    ADMIN,
    CONVERSATION,
    KEY,
    PERSON,
    SEND,
    Accepting,
    Always,
    Clock,
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

from messengerkit import MessengerClient, SendResult
from messengerkit.admin import (
    MAX_BODY,
    ROUTES,
    TEST_MESSAGE,
    ActionsQuery,
    AdminAttachmentRequest,
    AdminFace,
    AdminIdentity,
    AdminMessageRequest,
    AdminRequest,
    DirectBackend,
    JsonLinesAuditLog,
    Role,
    SharedKeyAuth,
)
from messengerkit.admin.page_check import STATUS_LIFE
from messengerkit.admin.schemas import body_of, query_of
from messengerkit.errors import InvalidInputError, OutsideWindowError, RateLimitError, TokenError
from messengerkit.messages import Text
from messengerkit.sandbox import Fault, Sandbox

ATTACH, TEST = "/admin/send-attachment", "/test-message"
URL = "https://cdn.example.com/a%20cat.jpg?size=2&v=1#top"
KINDS = ("image", "video", "audio", "file")
MARK = "marked-input-4711"
ALICE = AdminIdentity(admin_id=ADMIN, role=Role.SUPERVISOR)
PAGED = AdminIdentity(admin_id=ADMIN, pages=frozenset({"1", "2"}))


class TakesMedia(Accepting):
    """A backend that accepts messages and media."""

    def __init__(self) -> None:
        super().__init__()
        self.media: list[tuple[AdminIdentity, AdminAttachmentRequest]] = []

    async def send_attachment(
        self, admin: AdminIdentity, attachment: AdminAttachmentRequest, /
    ) -> SendResult:
        """Take the attachment."""
        self.media.append((admin, attachment))
        return SendResult(recipient_id=attachment.recipient_id, message_id="m_1")


@pytest.fixture
def taking() -> TakesMedia:
    """Return a backend that accepts everything."""
    return TakesMedia()


def media_body(**changes: object) -> dict[str, object]:
    """Return the body that sends a picture, with *changes*."""
    body = {**guide_body(), "type": "image", "url": URL, **changes}
    del body["message_text"]
    return body


async def attach(panel: Panel, *more: tuple[str, str], **changes: object) -> Envelope:
    """Send an attachment, with *more* headers and *changes* of the body."""
    body = json.dumps(media_body(**changes)).encode()
    return read(await panel.ask(body, (*guide_headers(), *more), ATTACH))


@pytest.mark.parametrize("kind", KINDS)
async def test_media_of_each_type_arrives_as_such(
    panel: Panel, sandbox: Sandbox, kind: str
) -> None:
    """The person gets a preview and not a link, and the answer tells what went out."""
    done = await attach(panel, type=kind)

    (delivered,) = sandbox.delivered
    assert [(one.type, one.url) for one in delivered.attachments] == [(kind, URL)]
    assert (delivered.psid, delivered.text) == (PERSON, "")
    assert (done.status, done.success, done.message) == (200, True, "Message sent.")
    assert done.data == {
        "recipient_id": PERSON,
        "attachment": {"type": kind, "url": URL},
        "message_id": delivered.mid,
        "attempts": 1,
        "delivery": "sent",
    }


async def test_an_attachment_is_recorded_with_a_digest_of_its_url(
    panel: Panel, journal: Path, sandbox: Sandbox
) -> None:
    """A URL may carry a person's name or a token, so the log has what it was and no more."""
    await attach(panel, type="video")

    assert records(journal) == [
        {
            "at": "2026-11-22T09:30:00Z",
            "admin_id": ADMIN,
            "key_id": None,
            "action": "send_attachment",
            "conversation_id": CONVERSATION,
            "recipient_id": PERSON,
            "outcome": "sent",
            "message_id": sandbox.delivered[0].mid,
            "error": None,
            "details": {
                "type": "video",
                "length": len(URL),
                "sha256": hashlib.sha256(URL.encode()).hexdigest(),
            },
        }
    ]


async def test_what_was_sent_is_kept_on_request(client: MessengerClient, journal: Path) -> None:
    """`keep_text=True` keeps text and URL, and then no digest is needed."""
    audit = JsonLinesAuditLog(journal)
    panel = Panel(DirectBackend(client, audit=audit, keep_text=True))
    await attach(panel)
    await panel.send(message_text="Look!")

    assert [(one["action"], one["details"]) for one in records(journal)] == [
        ("send_attachment", {"type": "image", "url": URL}),
        ("send_message", {"message": "Look!"}),
    ]


async def test_a_message_is_recorded_with_a_digest(panel: Panel, journal: Path) -> None:
    """A text's length is in characters, and its digest is of its UTF-8."""
    await panel.send(message_text="Zoë 👋")

    digest = hashlib.sha256("Zoë 👋".encode()).hexdigest()
    assert records(journal)[0]["details"] == {"length": 5, "sha256": digest}


async def test_the_record_names_the_key_that_was_used(
    client: MessengerClient, journal: Path
) -> None:
    """Of two keys of one admin, the log tells which one sent."""
    admin = AdminIdentity(admin_id=ADMIN, key_id="alice-2")
    backend = DirectBackend(client, audit=JsonLinesAuditLog(journal))
    await attach(Panel(backend, verifier=Always(admin)))

    assert [one["key_id"] for one in records(journal)] == ["alice-2"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"http://{MARK}.example.com/a.jpg",
        f"ftp://{MARK}.example.com/a.jpg",
        f"https://{MARK}/a.jpg",
        f"https://{MARK}@example.com/a.jpg",
        f"https://admin:{MARK}@example.com/a.jpg",
        f"https://example.com:65536/{MARK}",
        f"https://example.com/a cat/{MARK}",
        f"https://example.com/{MARK}\n",
        f"https://exämple.com/{MARK}",
        f"https://[::1]/{MARK}",
        f"javascript:{MARK}",
        f"https://example.com/{MARK}".ljust(8001, "x"),
    ],
    ids=lambda url: url[:40],
)
async def test_a_url_that_meta_must_not_fetch_is_named_and_not_repeated(
    panel: Panel, sandbox: Sandbox, journal: Path, url: str
) -> None:
    """A 422 before anything goes to Meta, and without a trace in the log of what was done."""
    done = await attach(panel, url=url)

    assert (done.status, done.error["code"], done.error["field"]) == (422, "invalid_input", "url")
    assert MARK not in done.message + json.dumps(done.data)
    assert sandbox.requests == ()
    assert records(journal) == []


@pytest.mark.parametrize("kind", ["link", "Image", "template", "", None, 1, ["image"]], ids=repr)
async def test_a_type_that_meta_has_not_is_named(taking: TakesMedia, kind: object) -> None:
    """What it is must be one of the four: a wrong one would fail only when Meta fetches it."""
    done = await attach(Panel(taking), type=kind)

    assert (done.status, done.error["field"]) == (422, "type")
    assert taking.media == []


@pytest.mark.parametrize("field", ["conversation_id", "recipient_id", "admin_id", "type", "url"])
async def test_every_field_of_an_attachment_is_required(taking: TakesMedia, field: str) -> None:
    """A body that lacks a field is a 422 that names it."""
    body = {name: value for name, value in media_body().items() if name != field}
    done = read(await Panel(taking).ask(json.dumps(body).encode(), guide_headers(), ATTACH))

    assert (done.status, done.error["field"]) == (422, field)
    assert taking.media == []


@pytest.mark.parametrize("field", ["message_text", "attachments", "Url", "metadata"])
async def test_an_unknown_field_of_an_attachment_is_a_mistake(
    taking: TakesMedia, field: str
) -> None:
    """A field that would be ignored is refused by name: it was meant to do something."""
    body = {**media_body(), field: MARK}
    done = read(await Panel(taking).ask(json.dumps(body).encode(), guide_headers(), ATTACH))

    assert (done.status, done.error["field"]) == (422, field)
    assert MARK not in done.message + json.dumps(done.data)
    assert taking.media == []


@pytest.mark.parametrize(("path", "body"), [(SEND, guide_body), (ATTACH, media_body)])
async def test_nobody_sends_in_another_admins_name(
    taking: TakesMedia, path: str, body: type[dict[str, object]]
) -> None:
    """The body's admin must be the one whom the key is."""
    content = json.dumps(body(admin_id="admin-2")).encode()
    done = read(await Panel(taking).ask(content, guide_headers(), path))

    assert (done.status, done.error["code"]) == (403, "admin_forbidden")
    assert (taking.sent, taking.media) == ([], [])


async def test_a_uuid_of_an_admin_may_be_spelled_in_any_way(taking: TakesMedia) -> None:
    """It is one admin, and the backend gets the one whom the verifier found."""
    done = await attach(Panel(taking), admin_id=ADMIN.upper())

    assert done.status == 200
    assert [admin for admin, _ in taking.media] == [ALICE]


@pytest.mark.parametrize(
    "types",
    [
        (),
        ("",),
        ("application/json", "application/json"),
        ("application/json, application/json",),
        ("text/plain",),
        ("text/plain; application/json",),
        ("application/x-www-form-urlencoded",),
        ("multipart/form-data; boundary=x",),
        ("application/jsonp",),
        ("application/problem+json",),
        ("\xa0application/json",),
        ("application/json\x0b",),
    ],
    ids=repr,
)
@pytest.mark.parametrize(("path", "body"), [(SEND, guide_body()), (ATTACH, media_body())])
async def test_what_a_form_of_any_page_can_send_is_refused(
    taking: TakesMedia, path: str, body: dict[str, object], types: tuple[str, ...]
) -> None:
    """A browser sends it without asking first, so only JSON that says so, once, is read."""
    headers = (*guide_headers()[1:], *(("Content-Type", one) for one in types))
    done = read(await Panel(taking).ask(json.dumps(body).encode(), headers, path))

    assert (done.status, done.error["code"]) == (415, "media_type")
    assert (taking.sent, taking.media) == ([], [])


@pytest.mark.parametrize(
    "content_type",
    [
        "Application/JSON; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ; x=y",
        " application/json ",
        "APPLICATION/JSON",
    ],
)
async def test_json_may_be_named_in_any_way(taking: TakesMedia, content_type: str) -> None:
    """Case and parameters of a media type mean nothing here (RFC 9110, section 8.3.1)."""
    headers = (*guide_headers()[1:], ("content-type", content_type))
    done = read(await Panel(taking).ask(json.dumps(media_body()).encode(), headers, ATTACH))

    assert done.status == 200
    assert len(taking.media) == 1


async def test_what_is_too_large_is_not_looked_at(taking: TakesMedia) -> None:
    """The size comes before the type, and the limit itself is allowed."""
    body = json.dumps(media_body()).encode()
    panel = Panel(taking)
    largest = await panel.ask(body.ljust(MAX_BODY), guide_headers(), ATTACH)
    larger = await panel.ask(body.ljust(MAX_BODY + 1), guide_headers()[1:], ATTACH)

    assert (largest.status, larger.status) == (200, 413)
    assert len(taking.media) == 1


@pytest.mark.parametrize(
    ("fault", "times", "status", "outcome", "error"),
    [
        (Fault.graph_error(10, 2018278), 1, 502, "refused", "OutsideWindowError"),
        (Fault.graph_error(190), 1, 502, "refused", "TokenError"),
        (Fault.graph_error(613), 3, 429, "not_sent", "RateLimitError"),
        (Fault.commit_then_close(), 1, 202, "unknown", "DeliveryUnknownError"),
        (Fault.html(502), 1, 202, "unknown", "DeliveryUnknownError"),
    ],
    ids=["window", "token", "limit", "closed", "html"],
)
async def test_how_an_attachment_ended_is_told_and_recorded(  # fixtures
    panel: Panel,
    sandbox: Sandbox,
    journal: Path,
    fault: Fault,
    times: int,
    status: int,
    outcome: str,
    error: str,
) -> None:
    """Media fail as text does; of an unknown outcome nobody makes a second picture."""
    sandbox.script(fault, times=times)
    done = await attach(panel)

    assert done.status == status
    assert done.data.get("delivery") == ("unknown" if status == 202 else None)
    assert len(sandbox.requests) == times
    (record,) = records(journal)
    assert (record["outcome"], record["error"], record["message_id"]) == (outcome, error, None)


async def test_an_attachment_whose_admin_has_gone_is_recorded(
    panel: Panel, sandbox: Sandbox, journal: Path
) -> None:
    """A browser that hangs up does not unsend: the record says that nobody knows."""
    sandbox.script(Fault.commit_then_silence())
    sending = asyncio.create_task(attach(panel))
    await sandbox.wait_for_delivery(PERSON)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    (record,) = records(journal)
    assert (record["action"], record["outcome"]) == ("send_attachment", "unknown")
    assert record["error"] == "CancelledError"


@pytest.mark.parametrize(
    ("path", "query", "body"),
    [
        (SEND, "", guide_body()),
        (ATTACH, "", media_body()),
        (TEST, f"recipient_id={PERSON}", None),
    ],
)
async def test_a_send_that_comes_twice_acts_once(
    panel: Panel, sandbox: Sandbox, path: str, query: str, body: object
) -> None:
    """Every route that sends takes an `Idempotency-Key`."""
    panel.routes = (*ROUTES, TEST_MESSAGE)
    face = panel.face
    headers = (*guide_headers(), ("Idempotency-Key", "key-1"))
    request = AdminRequest(
        method="POST", path=path, query=query, headers=headers, body=json.dumps(body).encode()
    )
    first, again = await face.respond(path, request), await face.respond(path, request)

    assert (first.status, first.body) == (again.status, again.body)
    assert first.status == 200
    assert dict(again.headers)["Idempotent-Replayed"] == "true"
    assert len(sandbox.delivered) == 1


def test_a_backend_without_media_has_no_such_route(
    accepting: Accepting, taking: TakesMedia
) -> None:
    """What could only fail is not there; whoever has the one method has the route."""
    assert ATTACH not in Panel(accepting).face.paths
    assert ATTACH in Panel(taking).face.paths


def test_the_test_message_must_be_asked_for(accepting: Accepting) -> None:
    """A route that sends what its URL says is there only where somebody wants it."""
    verifier = SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)
    usual = AdminFace(backend=accepting, verifier=verifier)
    asked = AdminFace(backend=accepting, verifier=verifier, routes=(*ROUTES, TEST_MESSAGE))

    assert TEST_MESSAGE not in ROUTES
    assert TEST not in usual.paths
    assert set(asked.paths) == {*usual.paths, TEST}


async def try_out(
    backend: Accepting | DirectBackend, query: str, headers: Headers | None = None
) -> Envelope:
    """Ask for a test message by *query*."""
    panel = Panel(backend, routes=(TEST_MESSAGE,))
    sent = guide_headers() if headers is None else headers
    return read(await panel.ask(b"", sent, TEST, query=query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("recipient_id=24", "Hello from messengerkit!"),
        ("recipient_id=24&message=Hi", "Hi"),
        ("message=Hi&recipient_id=%32%34", "Hi"),
        ("recipient_id=24&message=a+b%20c%2Bd%26e%3D", "a b c+d&e="),
        ("recipient_id=24&message=%F0%9F%91%8B", "👋"),
        ("recipient_id=24&message=one&message=two", "two"),
        ("recipient_id=1&recipient_id=24&message=x", "x"),
    ],
)
async def test_a_test_says_what_its_query_says(accepting: Accepting, query: str, text: str) -> None:
    """It is decoded as a form is, the last of a repeated one counts, and it has a default."""
    done = await try_out(accepting, query)

    assert done.status == 200
    assert (done.data["recipient_id"], done.data["message"]) == ("24", text)
    assert accepting.sent == [
        (
            ALICE,
            AdminMessageRequest(
                conversation_id="test-message",
                recipient_id="24",
                message_text=text,
                admin_id=ADMIN,
            ),
        )
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "recipient_id"),
        ("recipient_id", "recipient_id"),
        ("recipient_id=", "recipient_id"),
        ("message=Hi", "recipient_id"),
        (f"recipient_id={MARK}/..", "recipient_id"),
        ("recipient_id=24&message=", "message"),
        (f"recipient_id=24&message={MARK}{'x' * 2000}", "message"),
        ("recipient_id=24&message=%ED%A0%80&message=\ud800", "message"),
        (f"recipient_id=24&text={MARK}", "text"),
        (f"recipient_id=24&admin_id={MARK}", "admin_id"),
        (f"recipient_id=24&\ud800={MARK}", "query"),
    ],
)
async def test_a_query_that_is_wrong_is_named(accepting: Accepting, query: str, field: str) -> None:
    """A 422 names the parameter, also one that nobody knows, and repeats no value."""
    done = await try_out(accepting, query)

    assert (done.status, done.error["code"], done.error["field"]) == (422, "invalid_input", field)
    assert MARK not in done.message + json.dumps(done.data)
    assert accepting.sent == []


@pytest.mark.parametrize("headers", [(), guide_headers(key="wrong"), guide_headers()[:2]])
async def test_a_test_needs_the_key(accepting: Accepting, headers: Headers) -> None:
    """It sends to any person, so it is for admins as every other send is."""
    done = await try_out(accepting, "recipient_id=24", headers)

    assert done.status == 401
    assert accepting.sent == []


async def test_a_test_goes_to_meta_and_into_the_log(
    client: MessengerClient, sandbox: Sandbox, journal: Path
) -> None:
    """It is a message like any other, under a conversation of its own."""
    backend = DirectBackend(client, audit=JsonLinesAuditLog(journal))
    await try_out(backend, f"recipient_id={PERSON}&message=Hi")

    (record,) = records(journal)
    assert [one.text for one in sandbox.delivered] == ["Hi"]
    assert (record["conversation_id"], record["admin_id"]) == ("test-message", ADMIN)


@given(query=st.text(st.characters(exclude_categories=()), max_size=80))
async def test_no_query_breaks_the_answer(query: str) -> None:
    """Whatever stands behind the question mark is sent or is the caller's mistake."""
    accepting = Accepting()
    done = await try_out(accepting, f"recipient_id=24&{query}")

    assert done.status in {200, 422}
    assert len(accepting.sent) == (done.status == 200)


def test_what_was_wrong_does_not_ride_along() -> None:
    """Pydantic's error holds the whole input; neither of ours leads to it."""
    headers = guide_headers()
    request = AdminRequest(method="POST", path="/", query="limit=0", headers=headers, body=b"{}")
    with pytest.raises(InvalidInputError) as body:
        body_of(request, AdminMessageRequest)
    with pytest.raises(InvalidInputError) as query:
        query_of(request, ActionsQuery)

    assert (body.value.field, query.value.field) == ("conversation_id", "limit")
    for error in (body.value, query.value):
        assert (error.__context__, error.__cause__) == (None, None)


def test_what_is_right_is_returned() -> None:
    """The model, with its defaults where nothing was said."""
    body = json.dumps(media_body()).encode()
    request = AdminRequest(method="POST", path="/", headers=guide_headers(), body=body)

    found = body_of(request, AdminAttachmentRequest)

    assert found.model_dump(exclude_unset=True) == media_body()
    assert (found.reply_to, found.version, found.take_over) == (None, None, False)
    assert query_of(request, ActionsQuery) == ActionsQuery(limit=50)


def paged(client: MessengerClient, *, page_id: str | None = None, clock: Clock) -> DirectBackend:
    """Return a backend that goes by *clock*."""
    return DirectBackend(client, page_id=page_id, monotonic=clock)


@pytest.mark.parametrize("page_id", [None, "3"])
async def test_an_admin_of_all_pages_needs_no_look(
    client: MessengerClient, sandbox: Sandbox, page_id: str | None
) -> None:
    """Without a limit there is nothing to ask Meta for."""
    assert await paged(client, page_id=page_id, clock=Clock()).admits(ALICE)
    assert sandbox.requests == ()


@pytest.mark.parametrize(("page_id", "admitted"), [("1", True), ("2", True), ("12", False)])
async def test_a_page_that_is_given_is_believed(
    client: MessengerClient,
    sandbox: Sandbox,
    page_id: str,
    admitted: bool,  # noqa: FBT001  # a parameter of pytest's
) -> None:
    """The admin has it or has it not, and Meta is not asked."""
    assert await paged(client, page_id=page_id, clock=Clock()).admits(PAGED) is admitted
    assert sandbox.requests == ()


async def test_no_page_at_all_is_none_of_ours(client: MessengerClient) -> None:
    """An empty list is no leave for all."""
    nowhere = AdminIdentity(admin_id=ADMIN, pages=frozenset())

    assert not await paged(client, page_id="1", clock=Clock()).admits(nowhere)


async def test_the_page_is_asked_for_once(client: MessengerClient, sandbox: Sandbox) -> None:
    """A token's page does not change, so that it is remembered for ever."""
    clock = Clock()
    backend = paged(client, clock=clock)
    ours = AdminIdentity(admin_id=ADMIN, pages=frozenset({sandbox.page.id}))
    found: list[bool] = []
    for admin in (ours, PAGED, ours):
        found.append(await backend.admits(admin))
        clock.seconds += STATUS_LIFE

    assert found == [True, False, True]
    assert [one.path for one in sandbox.requests] == ["/v26.0/me"]


async def test_a_page_that_is_given_stays(client: MessengerClient, sandbox: Sandbox) -> None:
    """What Meta tells for the status changes nothing of what was set."""
    backend = paged(client, page_id="1", clock=Clock())
    status = await backend.status()

    assert len(sandbox.requests) == 1
    assert status.details["page_id"] == "1"
    assert await backend.admits(PAGED)


async def test_a_look_that_failed_is_no_leave_and_is_made_again(
    client: MessengerClient, sandbox: Sandbox
) -> None:
    """Meta's refusal comes out as its error; it lasts as long as a look, and no longer."""
    clock = Clock()
    backend = paged(client, clock=clock)
    ours = AdminIdentity(admin_id=ADMIN, pages=frozenset({sandbox.page.id}))
    sandbox.script(Fault.graph_error(190), path="me")
    for _ in range(2):
        with pytest.raises(TokenError):
            await backend.admits(ours)

    assert len(sandbox.requests) == 1
    clock.seconds += STATUS_LIFE
    assert await backend.admits(ours)
    assert len(sandbox.requests) == 2


async def test_an_error_that_is_raised_again_does_not_grow(
    client: MessengerClient, sandbox: Sandbox
) -> None:
    """One look's error serves many, and keeps no frame of any of them."""
    backend = paged(client, clock=Clock())
    sandbox.script(Fault.graph_error(613), path="me")
    depths: list[int] = []
    for _ in range(3):
        with pytest.raises(RateLimitError) as caught:
            await backend.admits(PAGED)
        depths.append(len(caught.traceback))

    assert len(set(depths)) == 1


async def test_pages_are_looked_at_before_anything_is_sent(
    client: MessengerClient, sandbox: Sandbox, journal: Path
) -> None:
    """An admin of other pages sends nothing; nor does anybody whose page Meta does not tell."""
    clock = Clock()
    backend = DirectBackend(client, audit=JsonLinesAuditLog(journal), monotonic=clock)
    panel = Panel(backend, verifier=Always(PAGED))
    sandbox.script(Fault.graph_error(613, headers={"Retry-After": "7"}), path="me")
    untold = await attach(panel)
    clock.seconds += STATUS_LIFE
    elsewhere = await attach(panel)

    assert (untold.status, untold.headers["Retry-After"]) == (429, "7")
    assert (elsewhere.status, elsewhere.error["code"]) == (403, "admin_forbidden")
    assert sandbox.delivered == ()
    assert [one["action"] for one in records(journal)] == ["refused_request"]


async def test_the_status_tells_figures_and_details(
    client: MessengerClient, sandbox: Sandbox, journal: Path
) -> None:
    """Everybody may know how often it works; what failed, and on which page, is for admins."""
    backend = DirectBackend(client, audit=JsonLinesAuditLog(journal))
    message = AdminMessageRequest.model_validate(guide_body())
    await backend.send_message(ALICE, message)
    sandbox.script(Fault.graph_error(10, 2018278))
    with pytest.raises(OutsideWindowError):
        await backend.send_message(ALICE, message)
    status = await backend.status()

    assert status.problem is None
    assert status.data == {"success_rate": 0.5, "sends": 2, "sent": 1, "unknown": 0}
    mean = status.details.pop("mean_seconds")
    assert isinstance(mean, float)
    assert mean > 0
    assert status.details == {
        "page_id": sandbox.page.id,
        "refused": 1,
        "not_sent": 0,
        "errors": {"OutsideWindowError": 1},
    }


def test_a_test_says_something_that_can_be_sent() -> None:
    """The default text is a message; a default is not validated by itself."""
    query = query_of(
        AdminRequest(method="POST", path="/", query="recipient_id=24"),
        TEST_MESSAGE.query or ActionsQuery,
    )

    assert Text(query.model_dump()["message"]).text == "Hello from messengerkit!"
