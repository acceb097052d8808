"""Never run: the type checkers read it, and must infer of every public name what it says."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import assert_type

import messengerkit
from messengerkit import (
    Background,
    ConstantBackoff,
    Delivery,
    DeliveryUnknownError,
    Event,
    ExponentialBackoff,
    Failure,
    FeedChange,
    FixedDelays,
    Image,
    LoopThread,
    MemorySeen,
    MessageEcho,
    MessageReceived,
    MessengerClient,
    Page,
    Phase,
    Postback,
    Retry,
    Router,
    Seen,
    SendResult,
    Standby,
    Stats,
    Text,
    TransportError,
    UnknownEvent,
    Webhook,
    parse_events,
    testing,
)
from messengerkit.admin import (
    AdminAnswer,
    AdminAuthVerifier,
    AdminBackend,
    AdminFace,
    AdminIdentity,
    AdminRequest,
    AnyOf,
    DirectBackend,
    EventReceiver,
    IdempotencyKeys,
    InBackground,
    JsonLinesAuditLog,
    JWTAuth,
    KeyFile,
    KeyRingAuth,
    MemoryIdempotencyKeys,
    Route,
    SessionAuth,
    SharedKeyAuth,
    Throttled,
    document,
    face_from_env,
    verifier_from_env,
)
from messengerkit.events import Attachment, OrderPlaced, ReplyTo
from messengerkit.sandbox import Delivered, Sandbox

assert_type(messengerkit.__version__, str)
assert_type(messengerkit.MessengerClient, type[MessengerClient])


async def sends(client: MessengerClient) -> None:
    """Every verb gives its own type."""
    assert_type(await client.send_text("24", "Hi"), SendResult)
    assert_type(await client.send("24", Text("Hi", metadata="m"), retry=None), SendResult)
    assert_type(await client.send("24", Image("https://example.com/a.png")), SendResult)
    assert_type(await client.send_message("24", "Hi"), bool)
    assert_type(await client.typing_on("24"), None)
    assert_type(await client.me(), Page)
    assert_type(client.stats, Stats)
    async with MessengerClient.from_env() as same:
        assert_type(same, MessengerClient)


def plugs(failure: Failure) -> None:
    """Strategies, functions and lambdas are policies."""
    MessengerClient(page_access_token="t", retry=Retry(5, ConstantBackoff(1.0)))
    MessengerClient(page_access_token="t", retry=ExponentialBackoff())
    MessengerClient(page_access_token="t", retry=FixedDelays((1.0, 2.0)), timeout=(10, 20))
    MessengerClient(page_access_token="t", retry=lambda failed: failed.attempt * 1.0)
    MessengerClient(page_access_token="t", delivery=Delivery.AT_LEAST_ONCE)
    assert_type(Retry()(failure), float | None)


def receives(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> None:
    """Events narrow by their class."""
    assert_type(webhook.challenge({}), str)
    found = webhook.receive(headers, body)
    assert_type(found, tuple[Event, ...])
    assert_type(parse_events({}), tuple[Event, ...])
    for event in found:
        assert_type(event.timestamp, datetime | None)
        match event:
            case MessageReceived(text=text, attachments=attachments, reply_to=reply_to):
                assert_type(text, str | None)
                assert_type(attachments, tuple[Attachment, ...])
                assert_type(reply_to, ReplyTo | None)
            case MessageEcho(app_id=app_id):
                assert_type(app_id, int | None)
            case Postback(payload=payload):
                assert_type(payload, str | None)
            case Standby(event=inner):
                assert_type(inner, Event)
            case FeedChange(author_id=author_id, is_hidden=is_hidden):
                assert_type(author_id, str | None)
                assert_type(is_hidden, bool)
            case OrderPlaced(products=products):
                assert_type(products[0].unit_price, Decimal | None)
            case UnknownEvent(raw=raw, reason=reason):
                assert_type(raw, object)
                assert_type(reason, str)
            case _:
                assert_type(event.key, str)


def routes(router: Router, webhook: Webhook, headers: Mapping[str, str], body: bytes) -> None:
    """A handler gets the class that it asked for."""

    @router.on(MessageReceived, lambda message: message.text == "start")
    async def start(message: MessageReceived) -> None:
        assert_type(message.text, str | None)

    @router.on(Postback)
    async def tapped(event: Event) -> None:
        assert_type(event.key, str)

    assert_type(start, Callable[[MessageReceived], Awaitable[object]])
    assert_type(tapped, Callable[[Postback], Awaitable[object]])
    seen: Seen = MemorySeen()
    assert_type(Router(seen=seen, own_app_id=815), Router)
    background = router.run_in_background()
    assert_type(background, Background)
    background.take(webhook.receive(headers, body))
    receiver: EventReceiver = InBackground(webhook, router.dispatch)
    assert_type(receiver.max_body, int)
    request = testing.webhook(testing.item(Postback, payload="START"), secret="s")
    assert_type(request.headers, dict[str, str])


def fails(unknown: DeliveryUnknownError, transport: TransportError) -> None:
    """Errors carry typed data."""
    assert_type(unknown.recipient_id, str)
    assert_type(unknown.retry_after, float | None)
    assert_type(transport.phase, Phase)
    assert_type(transport.advice, str)


async def answers(request: AdminRequest, client: MessengerClient, webhook: Webhook) -> None:
    """What comes with the package fits the ports."""

    async def handle(event: Event) -> None:
        assert_type(event.key, str)

    verifier: AdminAuthVerifier = AnyOf(
        verifier_from_env(),
        Throttled(SharedKeyAuth(api_key="k", admin_user_id="alice")),
        KeyRingAuth(KeyFile("admin-keys.json")),
        JWTAuth(key="k", algorithms=["HS256"], audience="a", issuer="i"),
    )
    sessions = SessionAuth(secrets=["s"], origins=["https://panel.example.com"])
    backend: AdminBackend = DirectBackend(client, audit=JsonLinesAuditLog())
    events: EventReceiver = InBackground(webhook, handle)
    keys: IdempotencyKeys = MemoryIdempotencyKeys()
    face = AdminFace(
        backend=backend, verifier=verifier, sessions=sessions, events=events, idempotency=keys
    )
    assert_type(await verifier.verify(request), AdminIdentity)
    assert_type(await face.respond("/status", request), AdminAnswer)
    assert_type(face.routes, tuple[Route, ...])
    assert_type(document(face.routes), dict[str, object])
    assert_type(face_from_env(backend), AdminFace)


async def in_a_thread(client: MessengerClient) -> None:
    """A thread gets what the coroutine returns."""
    loop = LoopThread(lambda: client)
    assert_type(loop.run(client.me), Page)


async def plays(sandbox: Sandbox) -> None:
    """The sandbox is typed, too."""
    assert_type(await sandbox.person_writes("24", "Hi"), str)
    assert_type(sandbox.delivered, tuple[Delivered, ...])
