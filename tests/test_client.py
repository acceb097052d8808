"""The client on a fake network: what is called, repeated, counted and raised."""

import asyncio
import logging
from collections.abc import Sequence
from typing import cast

import pytest
from networks import ACCEPTED, LOST, REFUSED, Network, Step, client_on, error
from waits import Waits

from messengerkit import (
    Audio,
    ClientClosedError,
    ConfigurationError,
    Delivery,
    DeliveryUnknownError,
    ExponentialBackoff,
    Failure,
    File,
    FixedDelays,
    Image,
    InvalidInputError,
    MemoryOutboundLog,
    Message,
    MessengerClient,
    MessengerError,
    RateLimitError,
    Retry,
    RetryPolicy,
    SendOptions,
    TemporaryError,
    Text,
    TokenError,
    TransportError,
    UnreadableAnswerError,
    UserNotFoundError,
    Video,
    WrongLoopError,
)
from messengerkit._graph import Request, Response


async def test_a_text_is_sent_as_the_guide_sends_it(waits: Waits) -> None:
    """One POST to me/messages, with the person, the type and the text."""
    network = Network([ACCEPTED])
    async with client_on(network, waits) as client:
        sent = await client.send_text("24", "Hi")

    assert (sent.recipient_id, sent.message_id, sent.attempts) == ("24", "m_1", 1)
    assert network.sent(0) == {
        "recipient": {"id": "24"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hi"},
    }
    assert network.asked[0].timeout == 30.0
    assert network.closed == 1


async def test_a_message_with_metadata(waits: Waits) -> None:
    """`send` takes any message."""
    network = Network([ACCEPTED])
    await client_on(network, waits).send("24", Text("Hi", metadata="mine"))

    assert network.sent()["message"] == {"text": "Hi", "metadata": "mine"}


@pytest.mark.parametrize("first", [REFUSED, error(613), error(2), error(1200, 2018024), (429, "")])
async def test_what_surely_did_not_arrive_is_repeated_after_two_seconds(
    first: Step, waits: Waits
) -> None:
    """Refused connections, throttles and Meta's "try again": two attempts, 2 s apart."""
    network = Network([first, ACCEPTED])
    sent = await client_on(network, waits).send_text("24", "Hi")

    assert sent.attempts == 2
    assert waits == [7.0 if isinstance(first, tuple) and first[0] == 429 else 2.0]


@pytest.mark.parametrize(
    "first", [LOST, (502, "<html>"), (200, {"error": "text"}), (200, {}), error(1), error(999)]
)
async def test_what_may_have_arrived_is_not_repeated(first: Step, waits: Waits) -> None:
    """One attempt, and an error that says that nobody knows."""
    network = Network([first, ACCEPTED])
    with pytest.raises(DeliveryUnknownError) as caught:
        await client_on(network, waits).send_text("24", "Hi")

    assert len(network.asked) == 1
    assert (caught.value.recipient_id, caught.value.attempts) == ("24", 1)
    assert isinstance(caught.value.__cause__, MessengerError)
    assert waits == []


@pytest.mark.parametrize("first", [LOST, (502, "<html>"), error(1)])
async def test_at_least_once_repeats_the_unknown(first: Step, waits: Waits) -> None:
    """By explicit choice, for the client or for one call."""
    for at_client in (True, False):
        network = Network([first, ACCEPTED])
        mode = SendOptions(delivery=Delivery.AT_LEAST_ONCE)
        none = SendOptions()
        client = client_on(network, waits, **(mode if at_client else none))
        sent = await client.send_text("24", "Hi", **(none if at_client else mode))

        assert sent.attempts == 2


async def test_metas_word_can_be_distrusted(waits: Waits) -> None:
    """Without believe_transient, code 2 is one attempt and unknown."""
    network = Network([error(2), ACCEPTED])
    with pytest.raises(DeliveryUnknownError):
        await client_on(network, waits).send_text("24", "Hi", believe_transient=False)

    assert len(network.asked) == 1


def ever(_failure: Failure) -> float | None:
    """Repeat for ever."""
    return 0.0


@pytest.mark.parametrize("mode", list(Delivery))
@pytest.mark.parametrize("policy", [ever, Retry(attempts=9)])
@pytest.mark.parametrize(
    ("first", "cls"), [(error(190), TokenError), (error(100, 2018001), UserNotFoundError)]
)
async def test_a_refusal_is_never_repeated(
    mode: Delivery, policy: RetryPolicy, first: Step, cls: type[MessengerError], waits: Waits
) -> None:
    """A dead token is one attempt in every mode, whatever the policy says."""
    network, log = Network([first]), MemoryOutboundLog()
    client = client_on(network, waits, retry=policy, delivery=mode, outbound=log)
    with pytest.raises(cls):
        await client.send_text("24", "Hi")

    assert len(network.asked) == 1


@pytest.mark.parametrize("mode", [Delivery.AT_MOST_ONCE, Delivery.AT_LEAST_ONCE])
async def test_a_lost_answer_is_never_repeated(mode: Delivery, waits: Waits) -> None:
    """Code 1/1357046: the message is out; without looking, it is in no mode sent again."""
    network = Network([error(1, 1357046)])
    with pytest.raises(DeliveryUnknownError):
        await client_on(network, waits, delivery=mode).send_text("24", "Hi")

    assert len(network.asked) == 1


async def test_no_policy_can_make_at_most_once_repeat_the_unknown(waits: Waits) -> None:
    """The mode decides what, the policy only when: it is not even asked."""
    asked: list[Failure] = []

    def curious(failure: Failure) -> float | None:
        asked.append(failure)
        return 0.0

    with pytest.raises(DeliveryUnknownError):
        await client_on(Network([LOST]), waits, retry=curious).send_text("24", "Hi")

    assert asked == []


async def test_one_doubtful_attempt_leaves_the_send_in_doubt(waits: Waits) -> None:
    """Unknown, then refused: the first one may have arrived, and the error says so."""
    network = Network([LOST, error(190)])
    with pytest.raises(DeliveryUnknownError) as caught:
        await client_on(network, waits, delivery=Delivery.AT_LEAST_ONCE).send_text("24", "Hi")

    assert isinstance(caught.value.__cause__, TokenError)
    assert caught.value.attempts == 2


@pytest.mark.parametrize(
    ("first", "cls"),
    [(REFUSED, TransportError), (error(613), RateLimitError), (error(2), TemporaryError)],
)
async def test_when_the_policy_gives_up_the_last_error_is_raised(
    first: Step, cls: type[MessengerError], waits: Waits
) -> None:
    """Three attempts by default, and then what the last one said."""
    network = Network([first])
    with pytest.raises(cls):
        await client_on(network, waits).send_text("24", "Hi")

    assert len(network.asked) == 3
    assert waits == [2.0, 2.0]


def twice(failure: Failure) -> float | None:
    """Repeat twice."""
    return 0.1 if failure.attempt < 3 else None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, []),
        (FixedDelays((0.5, 4.0, 8.0)), [0.5, 4.0, 8.0]),
        (ExponentialBackoff(base=1.0, uniform=lambda _low, high: high), [1.0, 2.0]),
        (twice, [0.1, 0.1]),
    ],
)
@pytest.mark.parametrize("for_one_call", [True, False])
async def test_any_policy_plugs_in(
    policy: RetryPolicy | None, expected: list[float], waits: Waits, *, for_one_call: bool
) -> None:
    """For the client or for one call, a class or a function."""
    network = Network([REFUSED])
    plugged, none = SendOptions(retry=policy), SendOptions()
    client = client_on(network, waits, **(none if for_one_call else plugged))
    with pytest.raises(TransportError):
        await client.send_text("24", "Hi", **(plugged if for_one_call else none))

    assert waits == expected


async def test_a_policy_sees_what_it_needs(waits: Waits) -> None:
    """The error, the attempt, Meta's wait and the last wait."""
    seen: list[Failure] = []

    def policy(failure: Failure) -> float | None:
        seen.append(failure)
        return 1.5 if failure.attempt < 2 else None

    with pytest.raises(RateLimitError):
        await client_on(Network([(429, "")]), waits, retry=policy).send_text("24", "Hi")

    assert [(one.attempt, one.retry_after, one.previous_wait) for one in seen] == [
        (1, 7.0, 0.0),
        (2, 7.0, 7.0),
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"), [(5.0, [5.0, 5.0, 5.0]), ((5.0, 10.0), [5.0, 10.0, 10.0])]
)
async def test_timeouts_may_grow(
    seconds: float | Sequence[float], expected: list[float], waits: Waits
) -> None:
    """A sequence gives each attempt its own, the last one serves the rest."""
    network = Network([REFUSED])
    with pytest.raises(TransportError):
        await client_on(network, waits).send_text("24", "Hi", timeout=seconds)

    assert [request.timeout for request in network.asked] == expected


MEDIA = [kind("https://cdn.example.com/x") for kind in (Image, Video, Audio, File)]


@pytest.mark.parametrize("message", [Text("Hi"), *MEDIA], ids=lambda one: type(one).__name__)
async def test_meta_has_time_to_fetch(message: Message, waits: Waits) -> None:
    """Each attempt has 90 s where Meta must fetch a URL before it answers, and else 30 s."""
    network = Network([REFUSED])
    with pytest.raises(TransportError):
        await client_on(network, waits).send("24", message)

    expected = 30.0 if isinstance(message, Text) else 90.0
    assert [request.timeout for request in network.asked] == [expected] * 3


@pytest.mark.parametrize(("chosen", "first"), [(30.0, 30.0), (120.0, 120.0), ((5.0, 30.0), 5.0)])
@pytest.mark.parametrize("for_one_call", [True, False])
async def test_a_timeout_that_was_chosen_is_kept(
    chosen: float | Sequence[float], first: float, waits: Waits, *, for_one_call: bool
) -> None:
    """For media too, and also if it is the default of a text."""
    network = Network([ACCEPTED])
    mine, none = SendOptions(timeout=chosen), SendOptions(retry=None)
    client = client_on(network, waits, **(none if for_one_call else mine))
    await client.send("24", MEDIA[0], **(mine if for_one_call else none))

    assert network.asked[0].timeout == first


async def test_a_call_chooses_over_its_client(waits: Waits) -> None:
    """And what it leaves out, the client chose."""
    network = Network([ACCEPTED])
    client = client_on(network, waits, timeout=10.0)
    await client.send("24", MEDIA[0], timeout=20.0)
    await client.send("24", MEDIA[0], retry=None)

    assert [request.timeout for request in network.asked] == [20.0, 10.0]


@pytest.mark.parametrize(
    "timeout", [0, -1.0, (), (5.0, 0.0), float("nan"), float("inf"), "30", None, 10**400, True]
)
def test_a_timeout_that_makes_no_sense_is_refused(timeout: object, waits: Waits) -> None:
    """Zero seconds would fail every call."""
    with pytest.raises(ConfigurationError):
        client_on(Network([]), waits, **untyped(timeout=timeout))


@pytest.mark.parametrize("psid", ["", "../me", "a/b", "24 ", "x" * 129, "ä", None, 24])
async def test_an_id_that_is_none_never_leaves(psid: str, waits: Waits) -> None:
    """The error names the field, and nothing was called."""
    network = Network([ACCEPTED])
    with pytest.raises(InvalidInputError, match="recipient_id") as caught:
        await client_on(network, waits).send_text(psid, "Hi")

    assert caught.value.field == "recipient_id"
    assert network.asked == []


@pytest.mark.parametrize(
    ("step", "psid", "accepted"),
    [
        (ACCEPTED, "24", True),
        (error(190), "24", False),
        (REFUSED, "24", False),
        (LOST, "24", False),
        (ACCEPTED, "../24", False),
    ],
)
async def test_the_guides_verb_tells_yes_or_no(
    step: Step, psid: str, waits: Waits, caplog: pytest.LogCaptureFixture, *, accepted: bool
) -> None:
    """False when refused, not sent or unknown; the log has the reason and the advice."""
    client = client_on(Network([step]), waits)

    assert await client.send_message(psid, "Hi") is accepted
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == (0 if accepted else 1)


@pytest.mark.parametrize("action", ["typing_on", "typing_off", "mark_seen"])
async def test_sender_actions_may_be_repeated(action: str, waits: Waits) -> None:
    """Twice typing is typing: an unknown outcome is repeated, and is nobody's message."""
    network = Network([LOST, (200, {"recipient_id": "24"})])
    client = client_on(network, waits)
    await getattr(client, action)("24")

    assert network.sent(1) == {
        "recipient": {"id": "24"},
        "sender_action": action,
    }
    assert client.stats.total == 0


async def test_a_sender_action_that_fails_says_why(waits: Waits) -> None:
    """It raises what happened, not that a delivery is unknown."""
    with pytest.raises(TransportError):
        await client_on(Network([LOST]), waits).typing_on("24")


async def test_me_is_the_page_of_the_token(waits: Waits) -> None:
    """The identity check asks for id and name, and repeats what fails."""
    network = Network([LOST, (503, ""), (200, {"id": "104", "name": "Café"})])
    page = await client_on(network, waits).me()

    assert (page.id, page.name) == ("104", "Café")
    assert network.asked[0].method == "GET"
    assert network.asked[0].url.endswith("/me?fields=id%2Cname")
    assert len(network.asked) == 3


@pytest.mark.parametrize("answer", [{}, {"id": 5, "name": "x"}, {"id": "104"}])
async def test_me_without_a_page_is_unreadable(answer: object, waits: Waits) -> None:
    """A 200 that names no page proves nothing."""
    with pytest.raises(UnreadableAnswerError):
        await client_on(Network([(200, answer)]), waits, retry=None).me()


async def test_a_person_without_id_in_the_answer(waits: Waits) -> None:
    """Meta leaves recipient_id out for some recipients; the message is accepted all the same."""
    sent = await client_on(Network([(200, {"message_id": "m"})]), waits).send_text("24", "Hi")

    assert sent.recipient_id is None


async def test_the_ends_are_counted(waits: Waits) -> None:
    """Sent, refused, not sent and unknown, by the class of their error."""
    network = Network([])
    client = client_on(network, waits, retry=None)
    assert (client.stats.success_rate, client.stats.mean_seconds) == (None, None)

    for step in (ACCEPTED, error(190), REFUSED, LOST):
        network.steps = [step]
        await client.send_message("24", "Hi")
    stats = client.stats

    assert (stats.sent, stats.refused, stats.not_sent, stats.unknown, stats.total) == (
        1,
        1,
        1,
        1,
        4,
    )
    assert stats.errors == {"TokenError": 1, "TransportError": 2}
    assert stats.success_rate == 0.25
    assert stats.mean_seconds is not None
    assert 0 < stats.mean_seconds * 4 == stats.seconds


async def test_a_closed_client_says_so(waits: Waits) -> None:
    """It does not open a new session in silence."""
    client = client_on(Network([ACCEPTED]), waits)
    await client.aclose()
    await client.aclose()

    with pytest.raises(ClientClosedError):
        await client.send_text("24", "Hi")


def test_a_second_loop_is_told_at_once(waits: Waits) -> None:
    """A client that is carried to another loop would hang; it raises instead."""
    client = client_on(Network([ACCEPTED]), waits)
    asyncio.run(_send(client))

    with pytest.raises(WrongLoopError):
        asyncio.run(_send(client))


async def _send(client: MessengerClient) -> None:
    await client.send_text("24", "Hi")


async def test_a_second_process_is_told_at_once(
    waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forked child must not share its parent's connections."""
    client = client_on(Network([ACCEPTED]), waits)
    await client.send_text("24", "Hi")
    monkeypatch.setattr("os.getpid", lambda: -1)

    with pytest.raises(WrongLoopError):
        await client.send_text("24", "Hi")


async def test_the_log_tells_of_attempts_without_text_or_person(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """A warning for a failed attempt, an info for the end; no words, no PSID."""
    caplog.set_level(logging.DEBUG, "messengerkit")
    await client_on(Network([REFUSED, ACCEPTED]), waits).send_text("2400012345", "private words")

    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "INFO"]
    assert "Repeated in 2 s." in caplog.text
    assert "private" not in caplog.text
    assert "2400012345" not in caplog.text


def test_from_env_reads_host_version_and_the_first_secret(waits: Waits) -> None:
    """What is set is used; what is not has Meta's defaults."""
    environ = {
        "FACEBOOK_PAGE_ACCESS_TOKEN": " EAATest ",
        "FACEBOOK_APP_SECRET": "new, old",
        "MESSENGER_GRAPH_URL": "http://127.0.0.1:9",
        "MESSENGER_GRAPH_VERSION": "v25.0",
    }
    client = MessengerClient.from_env(environ, timeout=5.0)
    graph = client._sending.graph

    assert (graph.url, graph.version) == ("http://127.0.0.1:9", "v25.0")
    assert graph.app_secret is not None
    assert graph.app_secret.get_secret_value() == "new"
    plain = MessengerClient.from_env({"FACEBOOK_PAGE_ACCESS_TOKEN": "EAATest"})._sending.graph
    assert (plain.url, plain.version, plain.app_secret) == (
        "https://graph.facebook.com",
        "v26.0",
        None,
    )
    assert waits == []


@pytest.mark.parametrize(
    "environ",
    [
        {"MESSENGER_GRAPH_URL": "http://graph.facebook.com"},
        {"MESSENGER_GRAPH_VERSION": "26"},
    ],
)
def test_from_env_refuses_what_is_unsafe(environ: dict[str, str]) -> None:
    """A setting of the environment is checked like one of the code."""
    with pytest.raises(ConfigurationError):
        MessengerClient.from_env({"FACEBOOK_PAGE_ACCESS_TOKEN": "EAATest", **environ})


@pytest.mark.parametrize("mode", list(Delivery))
@pytest.mark.parametrize("verb", ["me", "typing_on"])
async def test_a_refusal_is_never_repeated_on_any_call(
    verb: str, mode: Delivery, waits: Waits
) -> None:
    """A dead token is one attempt also where a repetition would do no harm."""
    network = Network([error(190)])
    client = client_on(network, waits, retry=ever, delivery=mode)
    with pytest.raises(TokenError):
        await (client.me() if verb == "me" else client.typing_on("24"))

    assert len(network.asked) == 1


def broken(_failure: Failure) -> float | None:
    """Fail to decide."""
    raise ZeroDivisionError


def nonsense(_failure: Failure) -> float | None:
    """Decide on a wait that is none."""
    return -1.0


def text(_failure: Failure) -> float | None:
    """Answer with what is no number."""
    return "soon"  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # on purpose


@pytest.mark.parametrize("policy", [broken, nonsense, text])
@pytest.mark.parametrize(
    ("first", "cls"), [(LOST, DeliveryUnknownError), (error(613), RateLimitError)]
)
async def test_a_policy_that_fails_hides_nothing(
    policy: RetryPolicy,
    first: Step,
    cls: type[MessengerError],
    waits: Waits,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The call is not repeated, the log says why, and the error is the message's own."""
    network = Network([first])
    client = client_on(network, waits, retry=policy, delivery=Delivery.AT_LEAST_ONCE)
    with pytest.raises(cls):
        await client.send_text("24", "Hi")

    assert len(network.asked) == 1
    assert client.stats.total == 1
    assert "the retry policy failed" in caplog.text


async def test_a_send_in_doubt_is_counted_as_unknown(waits: Waits) -> None:
    """Unknown, then refused: the statistics say what the error says."""
    network = Network([LOST, error(190)])
    client = client_on(network, waits, delivery=Delivery.AT_LEAST_ONCE)
    with pytest.raises(DeliveryUnknownError):
        await client.send_text("24", "Hi")

    assert (client.stats.unknown, client.stats.refused) == (1, 0)


async def test_a_cancelled_send_is_counted_as_unknown(waits: Waits) -> None:
    """Whoever cancels does not learn what became of the message; nobody does."""
    reached = asyncio.Event()

    class Silent(Network):
        async def send(self, request: Request, /) -> Response:
            reached.set()
            await asyncio.Event().wait()
            return await super().send(request)

    client = client_on(Silent([]), waits)
    task = asyncio.create_task(client.send_text("24", "Hi"))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (client.stats.unknown, client.stats.total) == (1, 1)


@pytest.mark.parametrize("mid", [None, 5, "", ["m"]])
async def test_an_answer_without_a_message_id_leaves_the_send_unknown(
    mid: object, waits: Waits
) -> None:
    """Only an id proves that Meta made a message."""
    with pytest.raises(DeliveryUnknownError):
        await client_on(Network([(200, {"message_id": mid})]), waits).send_text("24", "Hi")


def untyped(**options: object) -> SendOptions:
    """Return *options* as a caller without a type checker hands them over."""
    return cast("SendOptions", options)


@pytest.mark.parametrize("option", ["author", "retires", "app_secert"])
def test_a_misspelt_keyword_is_refused(option: str, waits: Waits) -> None:
    """A typo must not switch something off in silence."""
    with pytest.raises(TypeError, match=option):
        client_on(Network([]), waits, **untyped(**{option: "x"}))


async def test_a_mode_may_be_named_by_its_word(waits: Waits) -> None:
    """Settings files hold words."""
    client = client_on(Network([LOST, ACCEPTED]), waits, **untyped(delivery="at_least_once"))

    assert (await client.send_text("24", "Hi")).attempts == 2


@pytest.mark.parametrize("mode", ["sometimes", None, 1])
def test_a_word_that_is_no_mode_is_refused(mode: object, waits: Waits) -> None:
    """It is never taken for the default."""
    with pytest.raises(ConfigurationError, match="at_most_once"):
        client_on(Network([]), waits, **untyped(delivery=mode))


@pytest.mark.parametrize("policy", [3, "always", [1.0]])
def test_what_cannot_be_called_is_no_policy(policy: object, waits: Waits) -> None:
    """A number is not a policy, and says so at once."""
    with pytest.raises(ConfigurationError, match="retry"):
        client_on(Network([]), waits, **untyped(retry=policy))
