"""Events to their handlers: by class, in order, once, and no failure in another's way."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from messengerkit import (
    CommentChange,
    ConfigurationError,
    Dispatched,
    Event,
    EventsNotTakenError,
    MemorySeen,
    MessageDelivered,
    MessageEcho,
    MessageReceived,
    MessageUnsupported,
    Postback,
    Router,
    Standby,
    TokenError,
    UnknownEvent,
    events,
    parse_events,
    testing,
)
from messengerkit.events import PluginOptIn
from messengerkit.seen import Taken

OURS, THEIRS = 815000000000001, 263902037430900
PATIENCE = 10.0  # seconds; what is awaited here comes at once, or never


def made(
    kind: type[Event], *, person: str | None = None, standby: bool = False, **fields: object
) -> Event:
    """Return an event of class *kind*."""
    item = testing.item(kind, sender_id=person, recipient_id=None, timestamp=1, **fields)
    request = testing.webhook(item.in_standby() if standby else item, secret="secret")
    (event,) = parse_events(json.loads(request.body))
    return event


class Log:
    """Handlers that note what they were called with."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def named(self, name: str) -> Callable[[Event], Awaitable[None]]:
        """Return a handler that notes its name."""

        async def handler(event: Event) -> None:
            self.calls.append(f"{name}:{type(event).__name__}")

        return handler

    def failing(self, failure: BaseException) -> Callable[[Event], Awaitable[None]]:
        """Return a handler that raises *failure*."""

        async def handler(_event: Event) -> None:
            self.calls.append("failing")
            raise failure

        return handler


@pytest.fixture
def log() -> Log:
    """An empty log."""
    return Log()


async def test_by_class_and_its_parents_in_order_of_registration(log: Log) -> None:
    """A handler of a parent class gets its children's events, too."""
    router = Router()
    router.on(MessageReceived)(log.named("message"))
    router.on(Postback)(log.named("tap"))
    router.on(Event)(log.named("all"))
    router.on(MessageUnsupported)(log.named("unsupported"))

    assert await router.dispatch(made(MessageUnsupported)) is Dispatched.HANDLED
    assert log.calls == [
        "message:MessageUnsupported",
        "all:MessageUnsupported",
        "unsupported:MessageUnsupported",
    ]
    assert len(router.handlers(made(Postback))) == 2


async def test_one_function_may_handle_several_kinds(log: Log) -> None:
    """The decorator gives it back, to be called and registered again."""
    router = Router()

    async def start(event: Event) -> None:
        log.calls.append(type(event).__name__)

    assert router.on(Postback, lambda tap: tap.payload == "START")(start) is start
    assert router.on(MessageReceived, lambda message: message.text == "start")(start) is start
    await router.dispatch(made(Postback))
    await router.dispatch(made(MessageReceived, text="start"))
    await router.dispatch(made(MessageReceived, text="stop"))
    await start(made(MessageDelivered))

    assert log.calls == ["Postback", "MessageReceived", "MessageDelivered"]


async def test_filters_must_all_agree(log: Log) -> None:
    """Plain functions of the event."""
    router = Router()
    router.on(MessageReceived, lambda m: m.text, lambda m: len(m.text or "") > 3)(log.named("long"))

    for text in ("long enough", "no", None):
        assert await router.dispatch(made(MessageReceived, text=text)) is Dispatched.HANDLED
    assert log.calls == ["long:MessageReceived"]
    assert router.handlers(made(MessageReceived, text="no")) == ()


async def test_what_nobody_wants(log: Log) -> None:
    """It is told, and not remembered: a handler may come later."""
    seen = MemorySeen()
    router = Router(seen=seen)
    router.on(Postback)(log.named("tap"))
    event = made(MessageDelivered)

    assert await router.dispatch(event) is Dispatched.UNWANTED
    assert isinstance(await seen.claim(event.key), str)


@pytest.mark.parametrize("failure", [ValueError("4711"), TokenError("expired")])
async def test_a_failure_stops_no_neighbour(
    log: Log, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are called, and the log says what happened."""
    router = Router()
    router.on(Event)(log.failing(failure))
    router.on(Event)(log.named("next"))

    assert await router.dispatch(made(Postback)) is Dispatched.FAILED
    assert log.calls == ["failing", "next:Postback"]
    assert str(failure) in caplog.text
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("messengerkit", "ERROR")


async def test_a_failing_filter_is_a_failing_handler(log: Log) -> None:
    """It stops no neighbour either."""
    told: list[BaseException] = []
    router = Router(on_error=lambda _event, error: told.append(error))
    router.on(MessageReceived, lambda m: m.text.upper())(log.named("never"))  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]  # the mistake that is tested
    router.on(Event)(log.named("next"))

    assert await router.dispatch(made(MessageReceived, text=None)) is Dispatched.FAILED
    assert log.calls == ["next:MessageReceived"]
    assert [type(error) for error in told] == [AttributeError]


async def test_a_hook_that_fails_stops_nothing(log: Log, caplog: pytest.LogCaptureFixture) -> None:
    """It is told of failures, and must not make more."""

    def hook(_event: Event, _error: BaseException) -> None:
        raise RuntimeError

    router = Router(on_error=hook)
    router.on(Event)(log.failing(ValueError()))
    router.on(Event)(log.named("next"))

    assert await router.dispatch(made(Postback)) is Dispatched.FAILED
    assert log.calls == ["failing", "next:Postback"]
    assert caplog.messages == ["on_error failed itself."]


async def test_what_a_handler_waits_for_may_be_cancelled(log: Log) -> None:
    """That is a failure of the handler; a cancelled dispatch is none, and ends at once."""
    router = Router()
    router.on(Event)(log.failing(asyncio.CancelledError()))
    router.on(Event)(log.named("next"))
    assert await router.dispatch(made(Postback)) is Dispatched.FAILED
    assert log.calls == ["failing", "next:Postback"]

    stuck = Router(seen=(seen := MemorySeen()))

    @stuck.on(Event)
    async def wait(_event: Event) -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(stuck.dispatch(made(Postback)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert isinstance(await seen.claim(made(Postback).key), str)


async def test_an_event_that_comes_again_is_handled_once(log: Log) -> None:
    """Meta delivers again what was not acknowledged in time."""
    router = Router(seen=MemorySeen())
    router.on(Postback)(log.named("tap"))

    assert await router.dispatch(made(Postback)) is Dispatched.HANDLED
    assert await router.dispatch(made(Postback)) is Dispatched.REPEATED
    assert await router.dispatch(made(Postback, mid="m_5")) is Dispatched.HANDLED
    assert log.calls == ["tap:Postback", "tap:Postback"]


async def test_an_event_whose_handler_failed_is_handled_again(log: Log) -> None:
    """It is marked only after it succeeded."""
    router = Router(seen=MemorySeen())
    failures = [ValueError("at first")]

    @router.on(Postback)
    async def handler(_event: Event) -> None:
        if failures:
            raise failures.pop()
        log.calls.append("handled")

    results = [await router.dispatch(made(Postback)) for _ in range(3)]

    assert results == [Dispatched.FAILED, Dispatched.HANDLED, Dispatched.REPEATED]
    assert log.calls == ["handled"]


async def test_an_event_is_not_handled_twice_at_once() -> None:
    """The second delivery meets the first one's lease."""
    router, inside = Router(seen=MemorySeen()), asyncio.Event()
    released = asyncio.Event()

    @router.on(Postback)
    async def handler(_event: Event) -> None:
        inside.set()
        await released.wait()

    first = asyncio.create_task(router.dispatch(made(Postback)))
    await asyncio.wait_for(inside.wait(), PATIENCE)
    assert await router.dispatch(made(Postback)) is Dispatched.IN_PROGRESS
    released.set()

    assert await first is Dispatched.HANDLED


@pytest.mark.parametrize("own_app_id", [OURS, str(OURS)])
@pytest.mark.parametrize("standby", [False, True])
async def test_our_own_echoes_wake_no_bot(
    log: Log, own_app_id: int | str, *, standby: bool
) -> None:
    """Only who asks gets them; others' echoes reach who names the class."""
    router = Router(own_app_id=own_app_id)
    router.on(Event)(log.named("all"))
    router.on(events.MessageEvent)(log.named("messages"))
    router.on(MessageEcho)(log.named("echoes"))
    router.on(Standby)(log.named("standby"))
    router.on(Event, own_echoes=True)(log.named("own"))

    kind = "Standby" if standby else "MessageEcho"
    named = "standby" if standby else "echoes"
    await router.dispatch(made(MessageEcho, standby=standby, app_id=OURS))
    assert log.calls == [f"own:{kind}"]

    log.calls.clear()
    await router.dispatch(made(MessageEcho, standby=standby, app_id=THEIRS))
    await router.dispatch(made(MessageEcho, standby=standby, app_id=None))
    assert log.calls == [f"{named}:{kind}", f"own:{kind}"] * 2


async def test_without_our_app_id_every_echo_reaches_who_names_it(log: Log) -> None:
    """And still no bot that only listens to messages, or to everything."""
    router = Router()
    router.on(Event)(log.named("all"))
    router.on(MessageReceived)(log.named("messages"))
    router.on(MessageEcho)(log.named("echoes"))

    await router.dispatch(made(MessageEcho, app_id=OURS))
    await router.dispatch(made(MessageEcho, app_id=None))

    assert log.calls == ["echoes:MessageEcho"] * 2


@pytest.mark.parametrize("own_app_id", ["", "the bot", "8150000000000010000000000000"])
def test_an_app_id_is_a_number(own_app_id: str) -> None:
    """One that could never match is refused; as text, as settings have it, it is read."""
    with pytest.raises(ConfigurationError):
        Router(own_app_id=own_app_id)


class FailingSeen(MemorySeen):
    """A memory that fails in one of its methods."""

    def __init__(self, method: str) -> None:
        super().__init__()
        self._method = method

    async def claim(self, key: str, /) -> str | Taken:
        """Fail, or claim."""
        if self._method == "claim":
            raise OSError
        return await super().claim(key)

    async def done(self, key: str, token: str, /) -> None:
        """Fail, or note."""
        if self._method == "done":
            raise OSError
        await super().done(key, token)

    async def release(self, key: str, token: str, /) -> None:
        """Fail, or give back."""
        if self._method == "release":
            raise OSError
        await super().release(key, token)


async def test_a_memory_that_cannot_be_asked_lets_nobody_handle(log: Log) -> None:
    """Handled perhaps twice would be worse."""
    router = Router(seen=FailingSeen("claim"))
    router.on(Postback)(log.named("tap"))

    with pytest.raises(OSError):  # noqa: PT011  # the memory's own error, as it is
        await router.dispatch(made(Postback))
    assert log.calls == []


@pytest.mark.parametrize(
    ("method", "failure", "result"),
    [("done", None, Dispatched.HANDLED), ("release", ValueError(), Dispatched.FAILED)],
)
async def test_a_memory_that_cannot_note_hides_nothing(
    log: Log,
    method: str,
    failure: Exception | None,
    result: Dispatched,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What became of the event is told, and the log has the rest."""
    router = Router(seen=FailingSeen(method))
    router.on(Postback)(log.named("tap") if failure is None else log.failing(failure))

    assert await router.dispatch(made(Postback)) is result
    assert caplog.messages[-1] == "What became of an event could not be noted."


async def test_after_a_cut_off_no_other_handler_begins(log: Log) -> None:
    """Also if the one that was cut off makes another error of it."""
    router, inside = Router(), asyncio.Event()

    @router.on(Postback)
    async def stubborn(_event: Event) -> None:
        inside.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError from None

    router.on(Postback)(log.named("next"))
    task = asyncio.create_task(router.dispatch(made(Postback)))
    await asyncio.wait_for(inside.wait(), PATIENCE)
    task.cancel()

    assert await task is Dispatched.FAILED
    assert log.calls == []


async def test_another_apps_conversation_is_not_answered(log: Log) -> None:
    """A handler of messages is not called for standby."""
    router = Router()
    router.on(MessageReceived)(log.named("messages"))
    router.on(Standby)(log.named("standby"))

    await router.dispatch(made(MessageReceived, standby=True))

    assert log.calls == ["standby:Standby"]


async def test_in_the_background_each_conversation_is_in_order() -> None:
    """One person's slow event holds up that person's next, and nobody else's."""
    router, order, two = Router(), list[str](), asyncio.Event()
    gates = {"ana": asyncio.Event(), "ben": asyncio.Event()}

    @router.on(MessageReceived)
    async def handler(event: MessageReceived) -> None:
        if event.text == "first":
            await gates[event.sender_id or ""].wait()
        order.append(f"{event.sender_id} {event.text}")
        if len(order) == 2:
            two.set()

    async with router.run_in_background() as background:
        for person in ("ana", "ben"):
            background.take(
                made(MessageReceived, person=person, text=text) for text in ("first", "second")
            )
        gates["ben"].set()
        await asyncio.wait_for(two.wait(), PATIENCE)
        assert order == ["ben first", "ben second"]
        gates["ana"].set()

    assert order[2:] == ["ana first", "ana second"]


async def test_in_the_background_one_stuck_handler_holds_up_one_lane() -> None:
    """Comments of others, and people without a PSID, are no one's conversation together."""
    router, begun, never = Router(), list[str](), asyncio.Event()

    @router.on(Event)
    async def handler(event: Event) -> None:
        begun.append(str(event.user_ref or getattr(event, "author_id", None)))
        await never.wait()

    background = router.run_in_background(seconds=0.0)
    background.take(made(CommentChange, person=person) for person in ("a", "b", "a"))
    background.take(made(PluginOptIn, user_ref=name) for name in ("cart-1", "cart-2"))
    await asyncio.sleep(0)
    await background.drain()

    assert begun == ["a", "b", "cart-1", "cart-2"]


async def test_the_background_has_bounds() -> None:
    """All events of a body are taken, or none; and none once it drains."""
    router, never = Router(), asyncio.Event()

    @router.on(Event)
    async def handler(_event: Event) -> None:
        await never.wait()

    background = router.run_in_background(most=2, seconds=0.0)
    with pytest.raises(EventsNotTakenError):
        background.take([made(Postback)] * 3)
    background.take([made(Postback)] * 2)
    with pytest.raises(EventsNotTakenError):
        background.take([made(Postback)])
    await background.drain()
    with pytest.raises(EventsNotTakenError):
        background.take([])


async def test_unknown_events_can_be_asked_for(log: Log) -> None:
    """Like any other class."""
    router = Router()
    router.on(UnknownEvent)(log.named("unknown"))
    (event,) = parse_events({"entry": [{"messaging": [{"brand_new": 1}]}]})

    assert await router.dispatch(event) is Dispatched.HANDLED
