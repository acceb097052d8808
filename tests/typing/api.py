"""Never run: the type checkers read it, and must infer of every public name what it says."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias, assert_type

import messengerkit
from messengerkit import (
    Absent,
    AccountLinkButton,
    AccountUnlinkButton,
    Attempt,
    Audio,
    Author,
    Background,
    Breaker,
    Button,
    ButtonTemplate,
    ConstantBackoff,
    DefaultAction,
    Delivery,
    DeliveryUnknownError,
    Element,
    EmailQuickReply,
    Event,
    ExponentialBackoff,
    Failure,
    FeedChange,
    File,
    FixedDelays,
    GamePlayButton,
    GenericTemplate,
    Hooks,
    Image,
    Images,
    Limiter,
    LoopThread,
    MediaTemplate,
    MemoryOutboundLog,
    MemorySeen,
    Message,
    MessageEcho,
    MessageOptions,
    MessageReceived,
    MessengerClient,
    MessengerError,
    Outbound,
    OutboundLog,
    Page,
    PageLimiter,
    PartialSendError,
    Permit,
    Phase,
    PhoneNumberButton,
    PhoneQuickReply,
    Postback,
    PostbackButton,
    QuickReply,
    Rate,
    Reaction,
    Result,
    Retry,
    RetryBudget,
    Router,
    Seen,
    Send,
    SenderAction,
    SendOptions,
    SendOutcome,
    SendResult,
    Settling,
    Standby,
    Stats,
    Text,
    TransportError,
    Unconfirmed,
    UnknownEvent,
    Uploaded,
    Usage,
    Verdict,
    Video,
    Webhook,
    WebUrlButton,
    edges,
    parse_events,
    permit,
    split_text,
    testing,
)
from messengerkit import Delivered as Evidenced
from messengerkit._graph import Call
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
from messengerkit.messages import AnyQuickReply
from messengerkit.sandbox import Delivered, Sandbox
from messengerkit.testing import check_outbound_log

Outcomes: TypeAlias = AsyncGenerator[SendOutcome, None]

assert_type(messengerkit.__version__, str)
assert_type(messengerkit.MessengerClient, type[MessengerClient])


async def sends(client: MessengerClient, messages: Iterable[Message], when: datetime) -> None:
    """Every verb gives its own type, whatever is sent, and however."""
    assert_type(await client.send_text("24", "Hi"), SendResult)
    assert_type(await client.send("24", Text("Hi", metadata="m"), retry=None), SendResult)
    assert_type(await client.send("24", Image("https://example.com/a.png")), SendResult)
    assert_type(await client.send_message("24", "Hi"), bool)
    assert_type(await client.send_long_text("24", "Hi"), tuple[SendResult, ...])
    options = MessageOptions(author=Author.HUMAN, last_user_message_at=when, reply_to="m_1")
    options |= MessageOptions(persona_id="19", notification_type="NO_PUSH", timeout=(5, 10))
    for message in messages:
        assert_type(await client.send("24", message, **options), SendResult)
        again = await client.send_with_fallback("24", message, Text("Hi"), **options)
        assert_type(again, SendResult)
        assert_type(again.recipient_id, str | None)
        assert_type(again.message_id, str)
    assert_type(await client.typing_on("24"), None)
    assert_type(await client.typing_on("24", persona_id="19", retry=None), None)
    assert_type(await client.typing_off("24"), None)
    assert_type(await client.mark_seen("24"), None)
    assert_type(await client.react("24", "m_1", "👍"), None)
    assert_type(await client.unreact("24", "m_1"), None)
    assert_type(await client.me(), Page)
    assert_type(await client.call("DELETE", "me/x", {"fields": ["a"]}), Mapping[str, object])
    assert_type(client.stats, Stats)
    assert_type(await client.aclose(), None)
    async with MessengerClient.from_env() as same:
        assert_type(same, MessengerClient)


async def sends_many(client: MessengerClient, sends: AsyncIterable[Send]) -> None:
    """Sends come in any way, and go out as outcomes, each of one of two kinds."""
    assert_type(client.send_many([Send(recipient_id="24", message="Hi")]), Outcomes)
    assert_type(client.send_many(one for one in [Send(recipient_id="24", message="Hi")]), Outcomes)
    outcomes = client.send_many(sends, concurrency=4, most=100)
    assert_type(outcomes, Outcomes)
    async for outcome in outcomes:
        assert_type(outcome, SendOutcome)
        assert_type(outcome.result, SendResult | None)
        assert_type(outcome.error, MessengerError | None)
        assert_type(outcome.send, Send)
        assert_type(outcome.send.message, Message | str)
        assert_type(outcome.send.author, Author)
        assert_type(outcome.send.last_user_message_at, datetime | None)
        assert_type(outcome.send.key, object)


async def uploads(client: MessengerClient, stream: AsyncIterable[bytes]) -> None:
    """What was uploaded knows the message that shows it."""
    uploaded = await client.upload("image", path="menu.png", filename="a.png", timeout=5.0)
    assert_type(uploaded, Uploaded)
    assert_type(await client.upload("file", stream=stream, size=3, platform="instagram"), Uploaded)
    assert_type(await client.upload("audio", data=b"", progress=lambda _sent, _of: None), Uploaded)
    assert_type(uploaded.kind, Literal["image", "video", "audio", "file"])
    assert_type(uploaded.attachment_id, str)
    assert_type(uploaded.message(metadata="m"), Image | Video | Audio | File)
    assert_type(await client.send("24", uploaded.message()), SendResult)


async def settles(client: MessengerClient, call: Call) -> None:
    """An answer is what its reader makes of it."""
    assert_type(await client.settle(call, SendOptions(), len), tuple[int, int])


async def finds_out(
    client: MessengerClient, log: OutboundLog, unknown: DeliveryUnknownError, event: Event
) -> None:
    """What became of a message, and what remembers it."""
    match await client.reconcile(unknown):
        case Evidenced(mid=mid):
            assert_type(mid, str)
        case Absent() | Unconfirmed():
            pass
    assert_type(await client.reconcile(unknown), Verdict)
    await client.observe(event)
    assert_type(await client.recover(), int)
    assert_type(client.lags.echoes, list[float])
    assert_type(await log.find("mk1:a"), Outbound | None)
    assert_type(await log.put(Outbound(id="1", lane="24", nonce="mk1:a", psid="24")), bool)
    assert_type(await log.left(0.0), Sequence[Outbound])
    await client.aclose(drain=25)
    await check_outbound_log(MemoryOutboundLog)
    await check_outbound_log(lambda: log, shared=True)


class Watches:
    """A class with these two methods observes; nothing is inherited."""

    def on_attempt(self, attempt: Attempt, /) -> None:
        """Take note of an attempt."""
        assert_type(attempt.status, int | None)

    def on_result(self, result: Result, /) -> None:
        """Take note of a result."""
        assert_type(result.tried, tuple[Attempt, ...])


def surely(log: OutboundLog, hooks: Hooks) -> MessengerClient:
    """What a client is told to send once."""
    return MessengerClient(
        page_access_token="EAA",
        outbound=log,
        delivery=Delivery.EFFECTIVELY_ONCE,
        settling=Settling(settle=60),
        breaker=Breaker(least=10),
        budget=RetryBudget(capacity=50),
        hooks=[hooks, Watches()],
        deadline=20,
    )


def messages(quick: Sequence[AnyQuickReply]) -> Iterator[Message]:
    """Each kind of message is a `Message`, and each kind of button a `Button`."""
    buttons: list[Button] = [
        WebUrlButton("Shop", "https://example.com", webview_height_ratio="tall"),
        PostbackButton("Soup", "SOUP"),
        PhoneNumberButton("Call", "+15105550123"),
        AccountLinkButton("https://example.com"),
        AccountUnlinkButton(),
        GamePlayButton("Play", player_id="1"),
    ]
    opened = DefaultAction("https://example.com", fallback_url="https://example.com")
    card = Element("Soup", "Hot", image_url=None, default_action=opened, buttons=buttons)
    yield Text("Hi", quick_replies=[QuickReply("Soup", "SOUP"), PhoneQuickReply()])
    yield Text("Hi", quick_replies=[EmailQuickReply()], metadata="m")
    yield Image("https://example.com/a.png", is_reusable=True, quick_replies=quick)
    yield Video(attachment_id="1")
    yield Audio(attachment_id="1", metadata="m")
    yield File("https://example.com/a.pdf")
    yield Images(["https://example.com/a.png", Image(attachment_id="1")], quick_replies=quick)
    yield GenericTemplate([card], sharable=True, image_aspect_ratio="square")
    yield ButtonTemplate("Soup?", buttons, quick_replies=quick)
    yield MediaTemplate("video", attachment_id="1", buttons=buttons)
    assert_type(card.buttons, tuple[Button, ...])
    assert_type(Text("Hi").quick_replies, tuple[AnyQuickReply, ...])
    assert_type(Text("Hi").to_graph(), dict[str, object])
    assert_type(Image("https://example.com/a.png").fetches, bool)
    assert_type(Reaction("m_1", "👍").reaction, str)
    assert_type(SenderAction.TYPING_ON, Literal[SenderAction.TYPING_ON])
    assert_type(split_text("Hi", limit=20), tuple[str, ...])


def window(when: datetime) -> None:
    """A permit says what a message goes out as, and until when."""
    permitted = permit(author=Author.BOT, last_user_message_at=None, now=when, human_agent=True)
    assert_type(permitted, Permit)
    assert_type(permitted.messaging_type, Literal["RESPONSE", "MESSAGE_TAG"])
    assert_type(permitted.tag, Literal["HUMAN_AGENT"] | None)
    assert_type(permitted.until, datetime | None)
    assert_type(permitted.to_graph(), dict[str, object])


def paces(own: Limiter, when: Callable[[], datetime]) -> None:
    """A limiter of one's own, the package's, or none."""
    limiter = PageLimiter(rates={Rate.MESSAGES: (100, 1.0), Rate.AUDIO_VIDEO: None})
    assert_type(limiter, PageLimiter)
    assert_type(limiter.enter(Rate.MESSAGES, urgent=True), Awaitable[None] | None)
    assert_type(limiter.observe(Usage(percent=80.0, wait=None)), None)
    assert_type(own.enter(Rate.OTHER, urgent=False), Awaitable[None] | None)
    assert_type(Rate.OTHER.calls, int | None)
    for one in (own, limiter, None):
        MessengerClient(page_access_token="t", limiter=one, human_agent=True, now=when)


async def reads(client: MessengerClient) -> None:
    """Each group of the platform gives its own values."""
    assert_type(client.users, edges.Users)
    assert_type(await client.users.get("24", ["name"]), edges.Person | edges.ProfileUnavailable)
    personas = client.personas
    assert_type(personas, edges.Personas)
    picture = "https://example.com/a.png"
    assert_type(await personas.create("Alice", profile_picture_url=picture), edges.Persona)
    assert_type(await personas.get("19"), edges.Persona)
    assert_type(personas.list(), AsyncIterator[edges.Persona])
    assert_type(await personas.delete("19"), None)
    conversations = client.conversations
    assert_type(conversations, edges.Conversations)
    assert_type(conversations.list(folder="spam"), AsyncIterator[edges.Conversation])
    assert_type(await conversations.of("24"), edges.Conversation | None)
    said = conversations.messages("24", platform="instagram")
    assert_type(said, AsyncIterator[edges.ConversationMessage])
    assert_type(client.subscriptions, edges.Subscriptions)
    assert_type(await client.subscriptions.subscribe(["messages"]), None)
    assert_type(client.subscriptions.list(), AsyncIterator[edges.SubscribedApp])
    assert_type(await client.subscriptions.unsubscribe(), None)
    assert_type(client.profile, edges.Profile)
    assert_type(client.tokens, edges.Tokens)
    assert_type(await client.tokens.debug("t"), edges.TokenInfo)


async def hands_over(client: MessengerClient) -> None:
    """Only who asks for the owner gets a value."""
    control = client.thread_control
    assert_type(control, edges.ThreadControl)
    assert_type(await control.pass_to("24", app_id=edges.PAGE_INBOX, metadata="m"), None)
    assert_type(await control.take("24"), None)
    assert_type(await control.request("24"), None)
    assert_type(await control.release("24"), None)
    assert_type(await control.extend("24", 3600), None)
    assert_type(await control.owner("24"), edges.ThreadOwner | None)


async def shows(profile: edges.Profile, menus: Sequence[edges.Menu]) -> None:
    """A property with languages takes one value, or one for each."""
    link = edges.MenuLink("Shop", "https://example.com")
    menu = edges.Menu([edges.MenuPostback("Soup", "SOUP"), link], composer_input_disabled=True)
    assert_type(
        await profile.set(
            get_started="START",
            greeting=[edges.Greeting("Hello!"), edges.Greeting("Hallo!", locale="de_DE")],
            persistent_menu=menu,
            ice_breakers=edges.IceBreakers([edges.IceBreaker("Open?", "OPEN")]),
            commands=edges.Commands([edges.Command("menu", "Shows the menu")]),
            whitelisted_domains=["https://example.com"],
        ),
        None,
    )
    assert_type(await profile.get("greeting", platform="instagram"), edges.MessengerProfile)
    assert_type(await profile.delete("greeting", "commands"), None)
    assert_type(await profile.set_user_menu("24", menus), None)
    assert_type(await profile.user_menu("24"), edges.UserMenu)
    assert_type(await profile.delete_user_menu("24"), None)


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


def breaks(partial: PartialSendError) -> None:
    """What was sent, what is left, and what is in doubt."""
    assert_type(partial.sent, tuple[str, ...])
    assert_type(partial.rest, str)
    assert_type(partial.in_doubt, str | None)


async def plays(sandbox: Sandbox) -> None:
    """The sandbox is typed, too."""
    assert_type(await sandbox.person_writes("24", "Hi"), str)
    assert_type(sandbox.delivered, tuple[Delivered, ...])
