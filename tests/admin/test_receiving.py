"""What Meta posts: taken at once, handled in each person's order, and never lost in silence."""

import asyncio
import gc
import json
import logging
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from admin.kit import ADMIN, KEY, Accepting, Headers, read
from hypothesis import given
from hypothesis import strategies as st

from messengerkit import (
    Event,
    MessageEcho,
    MessageReceived,
    TokenError,
    UnknownEvent,
    Webhook,
    background,
)
from messengerkit.admin import (
    ROUTES,
    AdminAnswer,
    AdminFace,
    AdminRequest,
    EventReceiver,
    InBackground,
    SharedKeyAuth,
)
from messengerkit.errors import (
    EventsNotTakenError,
    HandshakeError,
    MalformedBodyError,
    MessengerError,
)
from messengerkit.signature import sign

SECRET, WORD = "app-secret", "verify-me"
PAGE, ANA, BEN = "104", "24", "25"
WEBHOOK = "/webhook"
PATIENCE = 10.0  # seconds; what is awaited here comes at once, or never
Handle = Callable[[Event], Awaitable[None]]


def item(text: str, *, person: str = ANA, echo: bool = False) -> dict[str, object]:
    """Return what Meta sends when *person* writes *text*, or the page does."""
    ends = [{"id": person}, {"id": PAGE}]
    sender, recipient = reversed(ends) if echo else ends
    message = {"mid": f"m_{text}", "text": text, **({"is_echo": True} if echo else {})}
    return {"sender": sender, "recipient": recipient, "timestamp": 1, "message": message}


def body_of(*items: object, page: str = PAGE) -> bytes:
    """Return a body with *items*."""
    entry = {"id": page, "time": 1, "messaging": items}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def signed(body: bytes) -> Headers:
    """Return the headers with which Meta sends *body*."""
    return (("Content-Type", "application/json"), ("X-Hub-Signature-256", sign(body, SECRET)))


def text_of(event: Event) -> str:
    """Return what was written."""
    assert isinstance(event, MessageReceived | MessageEcho)
    return event.text or ""


@dataclass
class Bot:
    """A handler whose events wait until each is let go."""

    begun: list[str] = field(default_factory=list[str])
    done: list[str] = field(default_factory=list[str])
    cancelled: list[str] = field(default_factory=list[str])
    gates: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    cleanup: int = 0

    async def answer(self, event: Event) -> None:
        """Wait for the gate of the event; on cancellation, take *cleanup* steps to end."""
        text = text_of(event)
        self.begun.append(text)
        self.changed.set()
        try:
            await self.gate(text).wait()
        except asyncio.CancelledError:
            for _ in range(self.cleanup):
                await asyncio.sleep(0)
            self.cancelled.append(text)
            raise
        self.done.append(text)
        self.changed.set()

    def gate(self, text: str) -> asyncio.Event:
        """Return the gate of the event with *text*."""
        return self.gates.setdefault(text, asyncio.Event())

    def let_go(self, *texts: str) -> None:
        """Let the events with *texts* go."""
        for text in texts:
            self.gate(text).set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
def bot() -> Bot:
    """Return a bot whose gates are shut."""
    return Bot()


def webhook_of(max_body: int = 100_000) -> Webhook:
    """Return the webhook."""
    return Webhook(app_secrets=[SECRET], verify_token=WORD, max_body=max_body)


def receiver_of(handle: Handle, *, most: int = 10_000) -> InBackground:
    """Return a receiver of *handle*."""
    return InBackground(webhook_of(), handle, most=most)


async def receive(receiver: InBackground, *items: object, page: str = PAGE) -> None:
    """Have *receiver* take a body with *items*."""
    body = body_of(*items, page=page)
    await receiver.receive(signed(body), body)


def face_of(receiver: EventReceiver) -> AdminFace:
    """Return a face with `/webhook`."""
    verifier = SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)
    return AdminFace(backend=Accepting(), verifier=verifier, events=receiver)


async def post(receiver: EventReceiver, body: bytes, headers: Headers | None = None) -> AdminAnswer:
    """Post *body* as Meta does."""
    request = AdminRequest(
        method="POST",
        path=WEBHOOK,
        headers=signed(body) if headers is None else headers,
        body=body,
    )
    return await face_of(receiver).respond(WEBHOOK, request)


async def test_meta_does_not_wait_for_the_bot(bot: Bot) -> None:
    """The 200 is there while the event is being handled; Meta gives up after some seconds."""
    receiver = receiver_of(bot.answer)
    body = body_of(item("a"), item("b", person=BEN))
    done = read(await post(receiver, body))
    await bot.until(lambda: len(bot.begun) == 2)

    assert (done.status, done.message) == (200, "EVENT_RECEIVED")
    assert bot.done == []
    bot.let_go("a", "b")
    await receiver.drain()
    assert sorted(bot.done) == ["a", "b"]


async def test_a_body_without_events_is_taken(bot: Bot) -> None:
    """It is signed, so it is Meta's."""
    receiver = receiver_of(bot.answer)

    assert (await post(receiver, b"{}")).status == 200
    assert (await post(receiver, body_of())).status == 200
    assert bot.begun == []


async def test_an_item_that_is_unknown_is_an_event() -> None:
    """The bot may look at it; nothing that Meta sends is dropped here."""
    seen: list[Event] = []

    async def keep(event: Event) -> None:
        seen.append(event)

    receiver = receiver_of(keep)
    await post(receiver, body_of({"sender": 5}, 17, item("a")))
    await receiver.drain()

    assert Counter(map(type, seen)) == {UnknownEvent: 2, MessageReceived: 1}


async def test_one_persons_events_keep_their_order(bot: Bot) -> None:
    """Across bodies: the second is not begun before the first is done."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("1"), item("2"))
    await receive(receiver, item("3"))
    bot.let_go("3", "2")
    await bot.until(lambda: bot.begun == ["1"])
    for _ in range(20):
        await asyncio.sleep(0)

    assert (bot.begun, bot.done) == (["1"], [])
    bot.let_go("1")
    await receiver.drain()
    assert bot.done == ["1", "2", "3"]


async def test_nobody_waits_for_somebody_else(bot: Bot) -> None:
    """One person's slow answer is no other's."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("ana"), item("ben", person=BEN))
    bot.let_go("ben")
    await bot.until(lambda: bot.done == ["ben"])

    assert bot.begun == ["ana", "ben"]
    bot.let_go("ana")
    await receiver.drain()


async def test_an_echo_stands_in_the_persons_order(bot: Bot) -> None:
    """What the page wrote to Ana is hers, and not the page's: it comes between her own two."""
    receiver = receiver_of(bot.answer)
    await receive(
        receiver, item("1"), item("2", echo=True), item("3"), item("ben", person=BEN, echo=True)
    )
    bot.let_go("2", "3", "ben")
    await bot.until(lambda: bot.done == ["ben"])

    assert bot.begun == ["1", "ben"]
    bot.let_go("1")
    await receiver.drain()
    assert bot.done == ["ben", "1", "2", "3"]


async def test_the_same_id_on_another_page_is_another_person(bot: Bot) -> None:
    """Ids are page-scoped."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("one"))
    await receive(receiver, item("two"), page="105")
    bot.let_go("two")
    await bot.until(lambda: bot.done == ["two"])

    bot.let_go("one")
    await receiver.drain()
    assert bot.done == ["two", "one"]


@given(
    bodies=st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), max_size=5), max_size=5
    )
)
async def test_order_holds_however_long_each_takes(bodies: list[list[tuple[str, int]]]) -> None:
    """For each person the events end in the order in which they came, and none is missing."""
    done: list[tuple[str, int]] = []

    async def answer(event: Event) -> None:
        person, number, steps = text_of(event).split("-")
        for _ in range(int(steps)):
            await asyncio.sleep(0)
        done.append((person, int(number)))

    receiver = receiver_of(answer)
    came: list[tuple[str, int]] = []
    for body in bodies:
        items: list[object] = []
        for person, steps in body:
            items.append(item(f"{person}-{len(came)}-{steps}", person=person))
            came.append((person, len(came)))
        await receive(receiver, *items)
        await asyncio.sleep(0)
    await receiver.drain()

    assert sorted(done, key=lambda one: one[1]) == came
    for person in "abc":
        assert [one for one in done if one[0] == person] == [
            one for one in came if one[0] == person
        ]


@pytest.mark.parametrize("failure", [ZeroDivisionError("4711"), TokenError("Dead.", code=190)])
async def test_an_event_that_fails_stops_no_other(
    caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    """Neither the next of the same person nor anybody else's; the log has why."""
    done: list[str] = []

    async def answer(event: Event) -> None:
        if text_of(event) == "bad":
            raise failure
        done.append(text_of(event))

    receiver = receiver_of(answer)
    await receive(receiver, item("bad"), item("next"), item("ben", person=BEN))
    await receiver.drain()
    (record,) = caplog.records

    assert sorted(done) == ["ben", "next"]
    assert (record.name, record.levelno) == ("messengerkit", logging.ERROR)
    assert str(failure) in caplog.text
    assert isinstance(failure, MessengerError) is (record.exc_info is None)
    if isinstance(failure, MessengerError):
        assert failure.advice in record.getMessage()


async def test_an_event_that_gives_itself_up_stops_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A handler whose own work was cancelled ends its event, and no other, and not in silence."""
    done: list[str] = []

    async def answer(event: Event) -> None:
        if text_of(event) == "bad":
            raise asyncio.CancelledError
        done.append(text_of(event))

    receiver = receiver_of(answer)
    await receive(receiver, item("bad"), item("next"))
    await receiver.drain()

    assert done == ["next"]
    assert caplog.messages == ["An event was not handled."]


async def test_nothing_is_remembered_of_who_is_gone(bot: Bot) -> None:
    """A page has millions of people; the order of those who are done needs no memory."""
    receiver = receiver_of(bot.answer)
    for number in range(50):
        bot.let_go(str(number))
        await receive(receiver, item(str(number), person=str(number)))
    await bot.until(lambda: len(bot.done) == 50)
    await asyncio.sleep(0)

    assert (receiver._last, receiver._work) == ({}, set())


async def test_a_lane_is_remembered_as_long_as_it_is_used(bot: Bot) -> None:
    """The end of an earlier event does not forget the later one."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("1"), item("2"))
    bot.let_go("1")
    await bot.until(lambda: bot.begun == ["1", "2"])
    await receive(receiver, item("3"))
    bot.let_go("3")
    for _ in range(20):
        await asyncio.sleep(0)

    assert bot.begun == ["1", "2"]
    bot.let_go("2")
    await receiver.drain()
    assert bot.done == ["1", "2", "3"]


async def test_events_under_way_are_not_collected() -> None:
    """The loop keeps only weak references to tasks; an event must not vanish for it."""
    waiting: list[weakref.ref[asyncio.Future[None]]] = []
    done: list[str] = []

    async def answer(event: Event) -> None:
        # Only the task refers to this future, and only the future to the task.
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(weakref.ref(future))
        await future
        done.append(text_of(event))

    receiver = receiver_of(answer)
    await receive(receiver, item("1"))
    await asyncio.sleep(0)
    gc.collect()
    future = waiting[0]()

    assert future is not None
    future.set_result(None)
    await receiver.drain()
    assert done == ["1"]


# The end.


async def test_a_drain_waits_for_what_was_taken(bot: Bot) -> None:
    """Also for what waits in line; what comes meanwhile is left with Meta, signed or not."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("1"), item("2"))
    draining = asyncio.create_task(receiver.drain())
    await bot.until(lambda: bot.begun == ["1"])
    late = read(await post(receiver, body_of(item("ben", person=BEN))))
    forged = await post(receiver, body_of(item("ben", person=BEN)), ())
    bot.let_go("1", "ben")
    await bot.until(lambda: bot.begun == ["1", "2"])

    assert (late.status, late.error["code"]) == (503, "events_not_taken")
    assert forged.status == 401
    assert not draining.done()
    bot.let_go("2")
    await draining
    assert bot.done == ["1", "2"]


async def test_who_has_drained_takes_nothing_any_more(bot: Bot) -> None:
    """What would be taken now would be lost with the process."""
    receiver = receiver_of(bot.answer)
    await receiver.drain()

    assert (await post(receiver, body_of(item("1")))).status == 503
    assert receiver._work == set()


async def test_a_drain_of_nothing_is_over_at_once(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """And may be asked for again."""
    receiver = receiver_of(bot.answer)
    async with asyncio.timeout(PATIENCE):
        await receiver.drain()
        await receiver.drain(seconds=0)

    assert caplog.messages == []


@pytest.mark.parametrize("cleanup", [0, 5])
async def test_what_takes_too_long_is_cut_off(
    bot: Bot, caplog: pytest.LogCaptureFixture, cleanup: int
) -> None:
    """What is under way is cancelled, what waits is not begun, and the log counts them."""
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    bot.cleanup = cleanup
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("1"), item("2"), item("ben", person=BEN))
    await bot.until(lambda: len(bot.begun) == 2)
    await receiver.drain(seconds=0.01)
    await asyncio.sleep(0)

    assert caplog.messages == ["3 events were cut off by the shutdown."]
    assert sorted(bot.cancelled) == ["1", "ben"]
    assert sorted(bot.begun) == ["1", "ben"]
    assert bot.done == []
    assert complaints == []
    assert (receiver._last, receiver._work) == ({}, set())


async def test_what_is_done_in_time_is_not_cut_off(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """Only the late ones are counted."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("late"), item("ben", person=BEN))
    bot.let_go("ben")
    await receiver.drain(seconds=0.01)

    assert bot.done == ["ben"]
    assert caplog.messages == ["1 events were cut off by the shutdown."]


async def test_without_any_time_all_is_cut_off(bot: Bot) -> None:
    """What is not done by now is not done."""
    receiver = receiver_of(bot.answer)
    await receive(receiver, item("1"))
    await receiver.drain(seconds=0)

    assert (bot.done, receiver._work) == ([], set())


async def test_what_will_not_be_cut_off_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler that swallows its cancellation is left behind; the process ends without it."""
    monkeypatch.setattr(background, "_CUT_OFF", 0.01)
    stubborn, released = asyncio.Event(), asyncio.Event()

    async def answer(_event: Event) -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                stubborn.set()

    receiver = receiver_of(answer)
    await receive(receiver, item("1"))
    await asyncio.sleep(0)
    async with asyncio.timeout(3.0):
        await receiver.drain(seconds=0)
        await stubborn.wait()

    assert len(receiver._work) == 1
    released.set()
    await asyncio.wait(receiver._work)


# Refusals.


BODY = body_of(item("a"))


async def test_too_many_events_are_left_with_meta(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """503 and a line in the log, and not one event is taken: Meta delivers all again, later."""
    receiver = receiver_of(bot.answer, most=2)
    first = await post(receiver, body_of(item("1")))
    second = read(await post(receiver, body_of(item("2"), item("3"))))
    third = await post(receiver, body_of(item("4", person=BEN)))
    await bot.until(lambda: len(bot.begun) == 2)

    assert (first.status, second.status, third.status) == (200, 503, 200)
    assert second.error["code"] == "events_not_taken"
    assert caplog.messages == ["Events could not be taken: More than 2 events would wait."]
    bot.let_go("1", "4", "5", "6")
    await bot.until(lambda: len(bot.done) == 2)
    await asyncio.sleep(0)
    assert (await post(receiver, body_of(item("5"), item("6")))).status == 200
    await receiver.drain()
    assert bot.done == ["1", "4", "5", "6"]


async def test_the_default_holds_ten_thousand(bot: Bot) -> None:
    """Ten of Meta's largest batches."""
    receiver = InBackground(webhook_of(10_000_000), bot.answer)
    await receive(receiver, *(item(str(number)) for number in range(10_000)))
    with pytest.raises(EventsNotTakenError, match="10000"):
        await receive(receiver, item("more"))

    assert len(receiver._work) == 10_000
    await receiver.drain(seconds=0)


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (BODY, (), 401, "signature"),
        (BODY, signed(body_of(item("b"))), 401, "signature"),
        (
            body_of(item("a")),
            (*signed(body_of(item("a"))), *signed(body_of(item("a")))),
            401,
            "signature",
        ),
        (b"{", signed(b"{"), 400, "malformed_body"),
        (b" " * 100_001, signed(b" " * 100_001), 413, "body_too_large"),
    ],
    ids=["unsigned", "another body's", "twice", "not JSON", "large"],
)
async def test_what_is_not_metas_is_refused(
    bot: Bot, body: bytes, headers: Headers, status: int, code: str
) -> None:
    """With the status of the webhook's error, and no event of it reaches the bot."""
    receiver = receiver_of(bot.answer)
    done = read(await post(receiver, body, headers))
    await receiver.drain()

    assert (done.status, done.error["code"]) == (status, code)
    assert bot.begun == []


async def test_a_flood_of_forgeries_takes_no_place(bot: Bot) -> None:
    """What is not signed is refused as such, however full it is."""
    receiver = receiver_of(bot.answer, most=1)
    await post(receiver, body_of(item("1")))

    assert (await post(receiver, body_of(item("2")), ())).status == 401
    await receiver.drain(seconds=0)


@dataclass
class Failing:
    """A receiver whose database is away."""

    error: Exception
    max_body: int = 1000

    def challenge(self, _query: Mapping[str, str], /) -> str:
        """Fail."""
        raise self.error

    async def receive(self, _headers: object, _body: bytes, /) -> None:
        """Fail."""
        raise self.error


@pytest.mark.parametrize(
    "error", [RuntimeError("database is locked"), TokenError("Dead.", code=190)]
)
async def test_what_cannot_be_taken_comes_again(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Whatever a receiver raises: 503, logged, and Meta delivers it again."""
    done = read(await post(Failing(error), b"{}"))

    assert (done.status, done.error["code"]) == (503, "events_not_taken")
    assert str(error) not in done.message
    assert str(error) in caplog.text


async def test_a_refusal_of_the_receivers_own_keeps_its_status(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A 503 would bring a body again that will never be good; and it is nobody's mistake here."""
    done = await post(Failing(MalformedBodyError("Not JSON.")), b"{}")

    assert done.status == 400
    assert caplog.messages == []


async def test_a_request_that_is_given_up_is_no_failure() -> None:
    """The cancellation goes through."""

    class Given(Failing):
        async def receive(self, _headers: object, _body: bytes, /) -> None:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await post(Given(RuntimeError()), b"{}")


# The handshake.


AGREED = {"mode": "subscribe", "verify_token": WORD, "challenge": "1158201444"}


async def shake(
    receiver: EventReceiver, changes: Mapping[str, str | None] | None = None, method: str = "GET"
) -> AdminAnswer:
    """Return the answer to Meta's handshake, with *changes*; None leaves a parameter out."""
    asked = {**AGREED, **(changes or {})}
    query = urlencode({f"hub.{name}": value for name, value in asked.items() if value is not None})
    request = AdminRequest(method=method, path=WEBHOOK, query=query)
    return await face_of(receiver).respond(WEBHOOK, request)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_challenge_comes_back_as_it_is(bot: Bot, method: str) -> None:
    """Plain text without an envelope: Meta compares it."""
    done = await shake(receiver_of(bot.answer), method=method)

    assert (done.status, done.body) == (200, b"1158201444")
    assert dict(done.headers) == {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "unsubscribe"},
        {"mode": None},
        {"verify_token": "wrong"},
        {"verify_token": ""},
        {"verify_token": None},
        {"challenge": None},
        {"challenge": "<script>"},
    ],
    ids=repr,
)
async def test_a_handshake_that_is_not_as_agreed(bot: Bot, changes: dict[str, str | None]) -> None:
    """403, and nothing of the query is said back."""
    done = read(await shake(receiver_of(bot.answer), changes))

    assert (done.status, done.error["code"]) == (403, "handshake")
    assert "script" not in done.message


async def test_a_receiver_of_ones_own_answers_the_handshake() -> None:
    """By its own error, or by a failure that is logged."""
    refused = await shake(Failing(HandshakeError("No.")))
    broken = await shake(Failing(RuntimeError("!")))

    assert (refused.status, broken.status) == (403, 500)


def test_a_receiver_tells_how_large_a_body_may_be(bot: Bot) -> None:
    """As its webhook does; an adapter reads no more."""
    receiver = InBackground(webhook_of(77), bot.answer)

    assert receiver.max_body == 77
    assert face_of(receiver).max_body(WEBHOOK) == 77
    assert (
        receiver.challenge(
            {"hub.mode": "subscribe", "hub.verify_token": WORD, "hub.challenge": "a"}
        )
        == "a"
    )


def test_without_a_receiver_there_is_no_webhook() -> None:
    """Neither the handshake nor the events."""
    verifier = SharedKeyAuth(api_key=KEY, admin_user_id=ADMIN)

    assert WEBHOOK not in AdminFace(backend=Accepting(), verifier=verifier).paths


def test_the_routes_are_metas() -> None:
    """Public, for Meta has no key of ours: the signature and the verify token are its own."""
    found = [route for route in ROUTES if route.path == WEBHOOK]

    assert [(route.method, route.public, route.signed, route.media_type) for route in found] == [
        ("GET", True, False, "text/plain"),
        ("POST", True, True, "application/json"),
    ]
