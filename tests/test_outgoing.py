"""What goes out beside the words: options, signs of life, any call, the fallback, the pace."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from networks import ACCEPTED, LOST, REFUSED, Network, Step, client_on, error
from typing_extensions import override
from waits import Waits

from messengerkit import (
    Audio,
    Author,
    ClientOptions,
    Delivery,
    DeliveryUnknownError,
    File,
    Image,
    InvalidInputError,
    InvalidRequestError,
    Message,
    MessageOptions,
    MessengerClient,
    MessengerError,
    OutsideWindowError,
    PageLimiter,
    Rate,
    RateLimitError,
    RetiredTagError,
    Send,
    Text,
    ThreadNotOwnedError,
    TokenError,
    TransportError,
    UnreadableAnswerError,
    Uploaded,
    Usage,
    Video,
)
from messengerkit._graph import Request, Response
from messengerkit._multipart import Streamed
from messengerkit.any_call import Method
from messengerkit.edges import Greeting
from messengerkit.outgoing import UploadOptions

PSID = "24"
DONE: Step = (200, {"success": True})
SHOWN: Step = (200, {"recipient_id": PSID})
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PICTURE = Image("https://cdn.example.com/menu.png")
WORDS = Text("Soup, salad, cake.")


def now() -> datetime:
    """Return the time of all tests."""
    return NOW


def any_options(**options: object) -> MessageOptions:
    """Return *options* as a caller without a type checker hands them over."""
    return cast("MessageOptions", options)


def path_of(request: Request) -> str:
    """Return the path of *request* after the version."""
    return urlsplit(request.url).path.partition("/v26.0/")[2]


def query_of(request: Request) -> dict[str, str]:
    """Return the query of *request*; no name comes twice."""
    return {name: one for name, (one,) in parse_qs(urlsplit(request.url).query).items()}


# What a message has beside its words.


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        (MessageOptions(reply_to="m_AbC=$-7"), {"reply_to": {"mid": "m_AbC=$-7"}}),
        (MessageOptions(reply_to="x" * 1000), {"reply_to": {"mid": "x" * 1000}}),
        (MessageOptions(persona_id="1967"), {"persona_id": "1967"}),
        (MessageOptions(notification_type="REGULAR"), {"notification_type": "REGULAR"}),
        (MessageOptions(notification_type="SILENT_PUSH"), {"notification_type": "SILENT_PUSH"}),
        (MessageOptions(notification_type="NO_PUSH"), {"notification_type": "NO_PUSH"}),
        (MessageOptions(author=Author.HUMAN), {}),
        (MessageOptions(retry=None, timeout=5.0), {}),
        (
            MessageOptions(
                reply_to=None,
                persona_id=None,
                notification_type=None,
                last_user_message_at=None,
            ),
            {},
        ),
        (
            MessageOptions(
                reply_to="m_1",
                persona_id="1967",
                notification_type="NO_PUSH",
                author=Author.HUMAN,
                last_user_message_at=NOW - HOUR,
                delivery=Delivery.AT_LEAST_ONCE,
            ),
            {"reply_to": {"mid": "m_1"}, "persona_id": "1967", "notification_type": "NO_PUSH"},
        ),
    ],
)
async def test_the_options_of_a_message_stand_beside_it(
    options: MessageOptions, fields: dict[str, object], waits: Waits
) -> None:
    """Each in the field of the Send API; what is of the call, or None, stays here."""
    network = Network([ACCEPTED])
    await client_on(network, waits, now=now).send_text(PSID, "Hi", **options)

    assert network.sent() == {
        "recipient": {"id": PSID},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hi"},
        **fields,
    }


@pytest.mark.parametrize("human_agent", [False, True])
@pytest.mark.parametrize("author", Author)
@pytest.mark.parametrize("age", [-HOUR, timedelta(), DAY - TICK])
async def test_inside_24_hours_a_message_is_a_response(
    author: Author, age: timedelta, waits: Waits, *, human_agent: bool
) -> None:
    """Whoever wrote it: no tag is sent where none is needed."""
    network = Network([ACCEPTED])
    client = client_on(network, waits, now=now, human_agent=human_agent)
    await client.send(PSID, WORDS, author=author, last_user_message_at=NOW - age)

    assert network.sent()["messaging_type"] == "RESPONSE"
    assert "tag" not in network.sent()


@pytest.mark.parametrize("age", [DAY, 3 * DAY, 7 * DAY - TICK])
async def test_a_person_may_answer_for_7_days_with_the_feature(
    age: timedelta, waits: Waits
) -> None:
    """From 24 hours on, a human agent's words go out under HUMAN_AGENT."""
    network = Network([ACCEPTED])
    client = client_on(network, waits, now=now, human_agent=True)
    await client.send_text(PSID, "Hi", author=Author.HUMAN, last_user_message_at=NOW - age)

    assert network.sent() == {
        "recipient": {"id": PSID},
        "messaging_type": "MESSAGE_TAG",
        "tag": "HUMAN_AGENT",
        "message": {"text": "Hi"},
    }


@pytest.mark.parametrize(
    ("author", "human_agent", "age"),
    [
        (Author.BOT, True, DAY),
        (Author.BOT, False, DAY),
        (Author.HUMAN, False, DAY),
        (Author.HUMAN, True, 7 * DAY),
        (None, True, DAY),
    ],
)
async def test_what_is_outside_the_window_never_leaves(
    author: Author | None, age: timedelta, waits: Waits, *, human_agent: bool
) -> None:
    """No bot's words after 24 hours, a person's only with the feature, nobody's after 7 days."""
    network = Network([ACCEPTED])
    client = client_on(network, waits, now=now, human_agent=human_agent)
    late = MessageOptions(last_user_message_at=NOW - age)
    if author is not None:
        late["author"] = author
    for send in (
        lambda: client.send(PSID, PICTURE, **late),
        lambda: client.send_text(PSID, "Hi", **late),
        lambda: client.send_long_text(PSID, "Hi", **late),
        lambda: client.send_with_fallback(PSID, PICTURE, WORDS, **late),
    ):
        with pytest.raises(OutsideWindowError, match="The person last wrote") as caught:
            await send()

        assert caught.value.code is None
    assert await client.send_message(PSID, "Hi", **late) is False
    assert network.asked == []
    assert client.stats.total == 0


async def test_the_window_is_judged_when_the_message_is_sent(waits: Waits) -> None:
    """What may be said at one moment is too late at the next."""
    network, moments = Network([ACCEPTED]), [NOW + DAY - TICK]
    client = client_on(network, waits, now=lambda: moments[-1])
    await client.send_text(PSID, "Hi", last_user_message_at=NOW)
    moments.append(NOW + DAY)

    with pytest.raises(OutsideWindowError):
        await client.send_text(PSID, "Hi", last_user_message_at=NOW)
    assert len(network.asked) == 1


async def test_the_clock_is_the_real_one_by_default(waits: Waits) -> None:
    """Nobody has to hand one in."""
    network = Network([ACCEPTED])
    client = client_on(network, waits)
    await client.send_text(PSID, "Hi", last_user_message_at=datetime.now(UTC) - HOUR)

    with pytest.raises(OutsideWindowError):
        await client.send_text(PSID, "Hi", last_user_message_at=datetime.now(UTC) - DAY)
    assert len(network.asked) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("author", value) for value in ("human", "bot", None, True, 1)),
        *(("last_user_message_at", value) for value in ("2026-06-10", 0, NOW.replace(tzinfo=None))),
        *(("reply_to", value) for value in ("", "x" * 1001, "a\nb", "\ud800", 5, ["m_1"], b"m_1")),
        *(("persona_id", value) for value in ("", "../me", "a b", "x" * 129, 5)),
        *(("notification_type", value) for value in ("", "LOUD", "no_push", 5, ["NO_PUSH"])),
    ],
)
async def test_an_option_that_is_none_never_leaves(name: str, value: object, waits: Waits) -> None:
    """The error names the field, and nothing was called."""
    network = Network([ACCEPTED])
    client = client_on(network, waits, now=now, human_agent=True)
    with pytest.raises(InvalidInputError, match=f"^{name}: must be ") as caught:
        await client.send_text(PSID, "Hi", **any_options(**{name: value}))

    assert caught.value.field == name
    assert network.asked == []


@pytest.mark.parametrize("message", [None, 5, {"text": "Hi"}, ["Hi"], b"Hi", Text, object()])
async def test_what_is_no_message_never_leaves(message: object, waits: Waits) -> None:
    """It is one of our errors, so that one bad send does not end many."""
    network = Network([ACCEPTED])
    client = client_on(network, waits)
    with pytest.raises(InvalidInputError, match=r"^message: must be text, or a message"):
        await client.send(PSID, cast("Message", message))
    with pytest.raises(InvalidInputError):
        await client.send_text(PSID, cast("str", message))

    assert network.asked == []


@pytest.mark.parametrize("text", ["", "x" * 2001, "\ud800"])
async def test_text_that_breaks_its_limit_never_leaves(text: str, waits: Waits) -> None:
    """The error names the field, as for a `Text`."""
    network = Network([ACCEPTED])
    with pytest.raises(InvalidInputError) as caught:
        await client_on(network, waits).send_text(PSID, text)

    assert caught.value.field == "text"
    assert network.asked == []


def loosely(verb: object) -> Callable[..., Awaitable[object]]:
    """Return *verb* as those call it whom no type checker tells that it has no such option."""
    return cast("Callable[..., Awaitable[object]]", verb)


VERBS: Mapping[str, Callable[[MessengerClient, MessageOptions], Awaitable[object]]] = {
    "send": lambda client, given: client.send(PSID, WORDS, **given),
    "send_text": lambda client, given: client.send_text(PSID, "Hi", **given),
    "send_message": lambda client, given: client.send_message(PSID, "Hi", **given),
    "send_long_text": lambda client, given: client.send_long_text(PSID, "Hi", **given),
    "send_with_fallback": lambda client, given: client.send_with_fallback(
        PSID, PICTURE, WORDS, **given
    ),
    "typing_on": lambda client, given: loosely(client.typing_on)(PSID, **given),
    "typing_off": lambda client, given: loosely(client.typing_off)(PSID, **given),
    "mark_seen": lambda client, given: loosely(client.mark_seen)(PSID, **given),
    "react": lambda client, given: loosely(client.react)(PSID, "m_1", "👍", **given),
    "unreact": lambda client, given: loosely(client.unreact)(PSID, "m_1", **given),
    "upload": lambda client, given: loosely(client.upload)("file", data=b"x", **given),
    "call": lambda client, given: loosely(client.call)("GET", "me", **given),
    "me": lambda client, given: loosely(client.me)(**given),
}
OTHERS = {
    **dict.fromkeys(VERBS, ("retries", "reply_too")),
    **dict.fromkeys(("send", "send_text", "send_message"), ("filename", "progress", "retries")),
    **dict.fromkeys(("send_long_text", "send_with_fallback"), ("platform", "key")),
    **dict.fromkeys(("mark_seen", "react", "unreact", "call", "me"), ("persona_id", "author")),
    "upload": ("reply_to", "author", "file_name"),
}


@pytest.mark.parametrize(
    ("verb", "option"), [(verb, option) for verb, options in OTHERS.items() for option in options]
)
async def test_an_unknown_keyword_is_refused(verb: str, option: str, waits: Waits) -> None:
    """As for any other function; also where another verb has such an option."""
    network = Network([ACCEPTED])
    with pytest.raises(TypeError, match=f"unexpected keyword arguments: {option}"):
        await VERBS[verb](client_on(network, waits), any_options(**{option: "x"}))

    assert network.asked == []


# Signs of life.


@pytest.mark.parametrize("action", ["typing_on", "typing_off"])
async def test_a_persona_types(action: Literal["typing_on", "typing_off"], waits: Waits) -> None:
    """The person sees her name; what is of the call works beside it."""
    network = Network([SHOWN])
    client = client_on(network, waits)
    show = client.typing_on if action == "typing_on" else client.typing_off
    await show(PSID, persona_id="1967", timeout=5.0)

    assert network.sent() == {
        "recipient": {"id": PSID},
        "sender_action": action,
        "persona_id": "1967",
    }
    assert network.asked[0].timeout == 5.0


@pytest.mark.parametrize("persona_id", ["", "../me"])
async def test_a_persona_that_is_none_does_not_type(persona_id: str, waits: Waits) -> None:
    """The error names the field, and nothing was called."""
    network = Network([SHOWN])
    for show in (client_on(network, waits).typing_on, client_on(network, waits).typing_off):
        with pytest.raises(InvalidInputError) as caught:
            await show(PSID, persona_id=persona_id)

        assert caught.value.field == "persona_id"
    assert network.asked == []


async def test_a_reaction_and_its_end(waits: Waits) -> None:
    """Both carry the message's id in `payload`; after an unknown outcome both are repeated."""
    network = Network([LOST, SHOWN, LOST, SHOWN])
    client = client_on(network, waits)
    await client.react(PSID, "m_1", "😊")
    await client.unreact(PSID, "m_1")

    whom = {"recipient": {"id": PSID}}
    assert [network.sent(number) for number in (1, 3)] == [
        {**whom, "sender_action": "react", "payload": {"message_id": "m_1", "reaction": "😊"}},
        {**whom, "sender_action": "unreact", "payload": {"message_id": "m_1"}},
    ]
    assert client.stats.total == 0


async def test_a_reaction_that_is_none_never_leaves(waits: Waits) -> None:
    """Neither without an emoji, nor without a message, nor to nobody."""
    network = Network([SHOWN])
    client = client_on(network, waits)
    for attempt, name in (
        (client.react(PSID, "m_1", ""), "reaction"),
        (client.react(PSID, "", "😊"), "message_id"),
        (client.react("../me", "m_1", "😊"), "recipient_id"),
        (client.unreact(PSID, ""), "message_id"),
        (client.unreact("", "m_1"), "recipient_id"),
    ):
        with pytest.raises(InvalidInputError) as caught:
            await attempt

        assert caught.value.field == name
    assert network.asked == []


# Any call.


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("me/subscribed_apps", "me/subscribed_apps"),
        ("/me/", "me"),
        ("m_AbC=$/..x", "m_AbC%3D%24/..x"),
        ("me/a b#c&d%2e", "me/a%20b%23c%26d%252e"),
    ],
)
async def test_any_path_can_be_called(path: str, asked: str, waits: Waits) -> None:
    """Each name in it is escaped, so that it stays one; the answer comes back as it is."""
    network = Network([(200, {"data": [1, {"x": None}]})])
    answer = await client_on(network, waits).call("GET", path)

    assert answer == {"data": [1, {"x": None}]}
    assert network.asked[0].url == f"https://graph.facebook.com/v26.0/{asked}"
    assert (network.asked[0].method, network.asked[0].body) == ("GET", None)


@pytest.mark.parametrize(
    "path",
    ["", "/", "..", ".", "me/../104", "me/.", "me//x", "me?x=1", "https://x", "me/\ud800", None, 5],
)
async def test_a_path_that_is_none_never_leaves(path: str, waits: Waits) -> None:
    """Nothing climbs out of the version, and no query is smuggled in."""
    network = Network([DONE])
    with pytest.raises(InvalidInputError, match=r"^path: ") as caught:
        await client_on(network, waits).call("GET", path)

    assert caught.value.field == "path"
    assert network.asked == []


@pytest.mark.parametrize("method", ["PUT", "post", "get", "", None, 5])
async def test_a_method_that_is_none_never_leaves(method: Method, waits: Waits) -> None:
    """In lower case, a send would count as harmless to repeat."""
    network = Network([ACCEPTED])
    with pytest.raises(InvalidInputError, match=r"^method: must be one of GET, POST, DELETE$"):
        await client_on(network, waits).call(method, "me/messages", {"message": {"text": "Hi"}})

    assert network.asked == []


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_parameters_go_into_the_query(method: Method, waits: Waits) -> None:
    """Text as it is, and everything else as JSON, which is how Meta reads it there."""
    network = Network([DONE])
    given = {"fields": "id,näme", "limit": 5, "flag": True, "ids": ["a", 1], "of": {"x": None}}
    await client_on(network, waits).call(method, "me/personas", given)

    assert path_of(network.asked[0]) == "me/personas"
    assert query_of(network.asked[0]) == {
        "fields": "id,näme",
        "limit": "5",
        "flag": "true",
        "ids": '["a",1]',
        "of": '{"x":null}',
    }
    assert (network.asked[0].method, network.asked[0].body) == (method, None)


async def test_parameters_of_a_post_go_into_its_body(waits: Waits) -> None:
    """As JSON, and nothing is in the query."""
    network = Network([DONE])
    given = {"subscribed_fields": ["messages"], "flag": True, "none": None}
    assert await client_on(network, waits).call("POST", "me/subscribed_apps", given) == {
        "success": True
    }

    assert network.sent() == given
    assert urlsplit(network.asked[0].url).query == ""


@pytest.mark.parametrize(
    "parameters",
    ["text", [1], 5, {"x": object()}, {"x": float("nan")}, {"x": "\ud800"}, {"\ud800": 1}],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_parameters_that_json_cannot_hold_never_leave(
    method: Method, parameters: Mapping[str, object], waits: Waits
) -> None:
    """It is one of our errors, and names the argument."""
    network = Network([DONE])
    with pytest.raises(InvalidInputError, match=r"^parameters: ") as caught:
        await client_on(network, waits).call(method, "me", parameters)

    assert caught.value.field == "parameters"
    assert network.asked == []


async def test_each_attempt_says_the_same(waits: Waits) -> None:
    """What is changed, or used up, after the call was made is not sent."""
    given: dict[str, object] = {"several": (number for number in (1, 2)), "list": [1]}

    async def meanwhile() -> None:
        given["list"] = "changed"

    waits.meanwhile = meanwhile
    network = Network([REFUSED, DONE])
    await client_on(network, waits).call("POST", "me/x", given)

    assert network.sent(0) == network.sent(1) == {"several": [1, 2], "list": [1]}


@pytest.mark.parametrize("lost", [LOST, (502, "<html>"), error(1)])
@pytest.mark.parametrize(
    ("method", "repeatable"), [("GET", None), ("DELETE", None), ("POST", True), ("DELETE", True)]
)
async def test_a_call_is_repeated_if_it_may_be_done_twice(
    method: Method, lost: Step, waits: Waits, *, repeatable: bool | None
) -> None:
    """Reads and deletions are; in the end the error itself is raised."""
    network = Network([lost, DONE])
    await client_on(network, waits).call(method, "me/x", repeatable=repeatable)

    assert (len(network.asked), waits) == (2, [2.0])
    with pytest.raises(MessengerError) as caught:
        await client_on(Network([lost]), waits).call(method, "me/x", repeatable=repeatable)
    assert not isinstance(caught.value, DeliveryUnknownError)


@pytest.mark.parametrize("lost", [LOST, (502, "<html>"), error(1), error(999)])
@pytest.mark.parametrize(
    ("method", "repeatable"), [("POST", None), ("POST", False), ("GET", False)]
)
async def test_an_unknown_outcome_of_any_other_call_is_an_error(
    method: Method, lost: Step, waits: Waits, *, repeatable: bool | None
) -> None:
    """A POST may have been done, so it is one attempt; the error says so, and names nobody."""
    network = Network([lost])
    client = client_on(network, waits)
    with pytest.raises(DeliveryUnknownError, match="Nobody knows whether it was done") as caught:
        await client.call(method, "me/x", repeatable=repeatable)

    assert (caught.value.recipient_id, caught.value.attempts) == ("", 1)
    assert isinstance(caught.value.__cause__, MessengerError)
    assert (len(network.asked), waits, client.stats.total) == (1, [], 0)


async def test_a_call_has_options_of_its_own(waits: Waits) -> None:
    """The retries, the timeout and the mode of one call, as for a send."""
    network = Network([LOST, ACCEPTED])
    await client_on(network, waits).call(
        "POST", "me/x", delivery=Delivery.AT_LEAST_ONCE, timeout=5.0, retry=lambda _failure: 0.5
    )

    assert ([one.timeout for one in network.asked], waits) == ([5.0, 5.0], [0.5])


async def test_a_call_that_meta_refuses(waits: Waits) -> None:
    """The same errors as everywhere."""
    with pytest.raises(TokenError):
        await client_on(Network([error(190)]), waits).call("GET", "me")


@pytest.mark.parametrize(
    ("tag", "since"),
    [
        ("ACCOUNT_UPDATE", "2026-04-27"),
        ("CONFIRMED_EVENT_UPDATE", "2026-04-27"),
        ("POST_PURCHASE_UPDATE", "2026-04-27"),
        ("NON_PROMOTIONAL_SUBSCRIPTION", "2020-03"),
        ("SHIPPING_UPDATE", "2020-03"),
    ],
)
async def test_a_retired_tag_never_leaves(tag: str, since: str, waits: Waits) -> None:
    """The error says since when Meta refuses it."""
    network = Network([ACCEPTED])
    for path in ("me/messages", "104000/messages"):
        with pytest.raises(RetiredTagError, match=f"{tag} since {since}"):
            await client_on(network, waits).call(
                "POST", path, {"messaging_type": "MESSAGE_TAG", "tag": tag}
            )

    assert network.asked == []


@pytest.mark.parametrize("tag", ["", "human_agent", "UPDATE"])
async def test_a_tag_that_never_was_one_never_leaves(tag: str, waits: Waits) -> None:
    """A misspelt tag is told here, by its field."""
    network = Network([ACCEPTED])
    with pytest.raises(InvalidInputError) as caught:
        await client_on(network, waits).call("POST", "me/messages", {"tag": tag})

    assert caught.value.field == "tag"
    assert network.asked == []


@pytest.mark.parametrize(
    ("method", "path", "tag"),
    [
        ("POST", "me/messages", "HUMAN_AGENT"),
        ("POST", "me/messages", "CUSTOMER_FEEDBACK"),
        ("POST", "me/messages", 5),
        ("POST", "me/custom_labels", "SHIPPING_UPDATE"),
        ("GET", "t_1/messages", "SHIPPING_UPDATE"),
    ],
)
async def test_any_other_tag_is_metas_affair(
    method: Method, path: str, tag: object, waits: Waits
) -> None:
    """The living ones pass, and so does what is no tag of a send."""
    network = Network([DONE])
    await client_on(network, waits).call(method, path, {"tag": tag})

    assert len(network.asked) == 1


# The fallback.


async def test_no_fallback_where_none_is_needed(waits: Waits) -> None:
    """One message is one message."""
    network = Network([ACCEPTED])
    sent = await client_on(network, waits).send_with_fallback(PSID, PICTURE, WORDS)

    assert (sent.message_id, len(network.asked)) == ("m_1", 1)
    assert network.sent()["message"] == PICTURE.to_graph()


async def test_the_fallback_follows_what_meta_finds_wrong(
    waits: Waits, caplog: pytest.LogCaptureFixture
) -> None:
    """A picture that cannot be fetched becomes words, on the same terms; the log tells why."""
    network = Network([error(100, 2018008), ACCEPTED])
    sent = await client_on(network, waits).send_with_fallback(
        PSID, PICTURE, WORDS, persona_id="1967", timeout=5.0
    )

    assert sent.message_id == "m_1"
    assert [network.sent(number)["message"] for number in (0, 1)] == [
        PICTURE.to_graph(),
        WORDS.to_graph(),
    ]
    assert [network.sent(number)["persona_id"] for number in (0, 1)] == ["1967", "1967"]
    assert [one.timeout for one in network.asked] == [5.0, 5.0]
    told = [record for record in caplog.records if "The fallback is sent" in record.message]
    assert [record.levelno for record in told] == [logging.WARNING]
    assert "cdn.example.com" not in caplog.text
    assert "Soup" not in caplog.text


@pytest.mark.parametrize(
    ("steps", "cls"),
    [
        ([LOST], DeliveryUnknownError),
        ([error(1, 1357046)], DeliveryUnknownError),
        ([error(999)], DeliveryUnknownError),
        ([REFUSED], TransportError),
        ([error(613)], RateLimitError),
        ([error(190)], TokenError),
        ([error(10, 2018278)], OutsideWindowError),
        ([error(10, 2018300)], ThreadNotOwnedError),
    ],
)
async def test_no_fallback_after_anything_else(
    steps: list[Step], cls: type[MessengerError], waits: Waits
) -> None:
    """Least of all after an unknown outcome: the person may have the message."""
    network = Network(steps)
    with pytest.raises(cls):
        await client_on(network, waits, retry=None).send_with_fallback(PSID, PICTURE, WORDS)

    assert len(network.asked) == 1


async def test_no_fallback_if_an_earlier_attempt_is_in_doubt(waits: Waits) -> None:
    """Unknown, then found wrong: the first attempt may have arrived all the same."""
    network = Network([LOST, error(100)])
    with pytest.raises(DeliveryUnknownError) as caught:
        await client_on(network, waits).send_with_fallback(
            PSID, PICTURE, WORDS, delivery=Delivery.AT_LEAST_ONCE
        )

    assert isinstance(caught.value.__cause__, InvalidRequestError)
    assert len(network.asked) == 2


async def test_a_fallback_may_fail_as_well(waits: Waits) -> None:
    """Then its own error is raised."""
    network = Network([error(100), LOST])
    with pytest.raises(DeliveryUnknownError):
        await client_on(network, waits).send_with_fallback(PSID, PICTURE, WORDS)

    assert len(network.asked) == 2


# The pace.


@dataclass
class Pace:
    """A limiter that lets everybody go at once, and notes what it hears."""

    entered: list[tuple[Rate, bool]] = field(default_factory=list[tuple[Rate, bool]])
    told: list[Usage] = field(default_factory=list[Usage])

    def enter(self, rate: Rate, *, urgent: bool) -> Awaitable[None] | None:
        """Note who comes."""
        self.entered.append((rate, urgent))
        return None

    def observe(self, usage: Usage) -> None:
        """Note what an answer told."""
        self.told.append(usage)


def paced(network: Network, pace: Pace, waits: Waits) -> MessengerClient:
    """Return a client on *network* that keeps *pace*."""
    return client_on(network, waits, limiter=pace, now=now)


@pytest.mark.parametrize(
    ("options", "urgent"),
    [
        (MessageOptions(), False),
        (MessageOptions(author=Author.BOT), False),
        (MessageOptions(last_user_message_at=NOW), False),
        (MessageOptions(author=Author.HUMAN), True),
        (MessageOptions(author=Author.HUMAN, last_user_message_at=NOW, retry=None), True),
    ],
)
async def test_people_go_before_bots(
    options: MessageOptions, waits: Waits, *, urgent: bool
) -> None:
    """The limiter learns that a person's words are urgent, and a bot's are not."""
    pace = Pace()
    client = paced(Network([ACCEPTED]), pace, waits)
    await client.send_text(PSID, "Hi", **options)
    await client.send(PSID, PICTURE, **options)

    assert pace.entered == [(Rate.MESSAGES, urgent)] * 2


async def test_people_go_before_bots_among_many(waits: Waits) -> None:
    """Each of many sends has its own author."""
    pace = Pace()
    sends = [Send(recipient_id=PSID, message="Hi", author=author) for author in Author]
    async for outcome in paced(Network([ACCEPTED]), pace, waits).send_many(sends):
        assert outcome.result is not None

    assert pace.entered == [(Rate.MESSAGES, False), (Rate.MESSAGES, True)]


@pytest.mark.parametrize(
    ("message", "rate"),
    [
        (Audio("https://cdn.example.com/x.mp3"), Rate.AUDIO_VIDEO),
        (Video(attachment_id="1854"), Rate.AUDIO_VIDEO),
        (Image("https://cdn.example.com/x.png"), Rate.MESSAGES),
        (File("https://cdn.example.com/x.pdf"), Rate.MESSAGES),
        (WORDS, Rate.MESSAGES),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_audio_and_video_have_a_rate_of_their_own(
    message: Message, rate: Rate, waits: Waits
) -> None:
    """Meta takes fewer of them."""
    pace = Pace()
    await paced(Network([ACCEPTED]), pace, waits).send(PSID, message)

    assert pace.entered == [(rate, False)]


async def test_every_verb_keeps_the_pace(waits: Waits) -> None:
    """Signs of life count as messages, all else as what it is; whoever asks `me` waits for it."""
    pace = Pace()
    answer: Step = (200, {"id": "104", "name": "Café", "attachment_id": "7", "data": []})
    client = paced(Network([answer]), pace, waits)
    await client.typing_on(PSID)
    await client.react(PSID, "m_1", "👍")
    await client.me()
    await client.upload("file", data=b"x")
    await client.conversations.of(PSID)
    await client.profile.get()

    assert pace.entered == [
        (Rate.MESSAGES, False),
        (Rate.MESSAGES, False),
        (Rate.OTHER, True),
        (Rate.OTHER, False),
        (Rate.CONVERSATIONS, False),
        (Rate.MESSENGER_PROFILE, False),
    ]


@pytest.mark.parametrize(
    ("method", "path", "parameters", "rate"),
    [
        ("POST", "me/messages", {"message": {"text": "Hi"}}, Rate.MESSAGES),
        ("POST", "me/messages", None, Rate.MESSAGES),
        ("POST", "me/messages", {"recipient": "24", "message": "{}"}, Rate.MESSAGES),
        ("POST", "me/messages", {"message": {"attachment": {"type": "audio"}}}, Rate.AUDIO_VIDEO),
        ("POST", "me/messages", {"message": {"attachment": {"type": "video"}}}, Rate.AUDIO_VIDEO),
        ("POST", "me/messages", {"message": {"attachment": {"type": "image"}}}, Rate.MESSAGES),
        ("POST", "me/messages", {"message": {"attachment": {"type": ["x"]}}}, Rate.MESSAGES),
        ("POST", "me/messages", {"recipient": {"comment_id": "1_2"}}, Rate.PRIVATE_REPLIES),
        ("POST", "me/messages", {"recipient": {"post_id": "1_2"}}, Rate.PRIVATE_REPLIES),
        ("GET", "me/conversations", {"user_id": PSID}, Rate.CONVERSATIONS),
        ("GET", "t_1/messages", None, Rate.CONVERSATIONS),
        ("GET", "me/messenger_profile", {"fields": "greeting"}, Rate.MESSENGER_PROFILE),
        ("POST", "me/messenger_profile", {"greeting": []}, Rate.MESSENGER_PROFILE),
        ("DELETE", "me/messenger_profile", {"fields": ["greeting"]}, Rate.MESSENGER_PROFILE),
        ("GET", "me/subscribed_apps", None, Rate.OTHER),
    ],
)
async def test_any_call_counts_as_what_it_does(
    method: Method, path: str, parameters: Mapping[str, object], rate: Rate, waits: Waits
) -> None:
    """Meta counts what is called, not by which verb of ours."""
    pace = Pace()
    await paced(Network([DONE]), pace, waits).call(method, path, parameters)

    assert pace.entered == [(rate, False)]


async def test_each_attempt_takes_a_place(waits: Waits) -> None:
    """A repetition is a call like any other to Meta."""
    pace = Pace()
    await paced(Network([REFUSED, ACCEPTED]), pace, waits).send_text(
        PSID, "Hi", author=Author.HUMAN
    )

    assert pace.entered == [(Rate.MESSAGES, True)] * 2


async def test_nothing_leaves_before_the_limiter_says_so(waits: Waits) -> None:
    """Who has no place waits for it."""
    network = Network([ACCEPTED])
    asked: list[int] = []

    class Slow(Pace):
        @override
        def enter(self, rate: Rate, *, urgent: bool) -> Awaitable[None]:
            super().enter(rate, urgent=urgent)
            return self._let_in()

        async def _let_in(self) -> None:
            await asyncio.sleep(0)
            asked.append(len(network.asked))

    await paced(network, Slow(), waits).send_text(PSID, "Hi")

    assert (asked, len(network.asked)) == ([0], 1)


async def test_what_is_refused_here_takes_no_place(waits: Waits) -> None:
    """Only what is sent counts."""
    pace = Pace()
    client = paced(Network([ACCEPTED]), pace, waits)
    for attempt in (
        client.send_text(PSID, ""),
        client.send_text("", "Hi"),
        client.send_text(PSID, "Hi", last_user_message_at=NOW - DAY),
        client.call("GET", ".."),
    ):
        with pytest.raises(MessengerError):
            await attempt

    assert pace.entered == []


class Busy(Network):
    """A network whose answers tell how much of the limits is used."""

    @override
    async def send(self, request: Request, /) -> Response:
        answer = await super().send(request)
        headers = {"x-app-usage": json.dumps({"call_count": 93}), "retry-after": "9"}
        return answer._replace(headers=headers)


@pytest.mark.parametrize("step", [ACCEPTED, error(190), (502, "<html>")])
async def test_what_an_answer_tells_of_the_limits_reaches_the_limiter(
    step: Step, waits: Waits
) -> None:
    """Whatever became of the message."""
    pace = Pace()
    await paced(Busy([step]), pace, waits).send_message(PSID, "Hi")

    assert pace.told == [Usage(percent=93.0, wait=9.0)]


async def test_no_answer_tells_nothing(waits: Waits) -> None:
    """There is nothing to note without one."""
    pace = Pace()
    await paced(Network([LOST]), pace, waits).send_message(PSID, "Hi")

    assert pace.told == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [(ClientOptions(), PageLimiter), (ClientOptions(limiter=None), type(None))],
)
async def test_the_pace_is_kept_unless_it_is_switched_off(
    options: ClientOptions, kind: type
) -> None:
    """By default each client has a limiter of its own; None lets every call go at once."""
    network = Network([ACCEPTED])
    first, second = (
        MessengerClient(page_access_token="EAATest", transport=network, **options) for _ in range(2)
    )
    await first.send_text(PSID, "Hi")

    assert isinstance(first._sending.limiter, kind)
    assert first._sending.limiter is not second._sending.limiter or kind is type(None)
    assert len(network.asked) == 1


# The groups of the platform.


async def first_of(several: AsyncIterator[object]) -> object:
    """Return the first of *several*."""
    return await anext(several)


ROW: Mapping[str, object] = {"id": "t_1"}
GROUPS: Iterable[tuple[str, Callable[[MessengerClient], Awaitable[object]], object, str]] = (
    ("users", lambda client: client.users.get(PSID), {"name": "Ana", "id": PSID}, "GET 24"),
    ("personas", lambda client: client.personas.delete("19"), {"success": True}, "DELETE 19"),
    (
        "conversations",
        lambda client: first_of(client.conversations.list()),
        {"data": [ROW]},
        "GET me/conversations",
    ),
    (
        "thread_control",
        lambda client: client.thread_control.owner(PSID),
        {"data": []},
        "GET me/thread_owner",
    ),
    (
        "profile",
        lambda client: client.profile.set(greeting=Greeting("Hello!")),
        {"result": "success"},
        "POST me/messenger_profile",
    ),
    (
        "subscriptions",
        lambda client: first_of(client.subscriptions.list()),
        {"data": [ROW]},
        "GET me/subscribed_apps",
    ),
    (
        "tokens",
        lambda client: client.tokens.debug("EAAOther"),
        {"data": {"is_valid": True}},
        "GET debug_token",
    ),
)


@pytest.mark.parametrize(
    ("call", "answer", "asked"), [pytest.param(*rest, id=name) for name, *rest in GROUPS]
)
async def test_each_group_calls_through_its_client(
    call: Callable[[MessengerClient], Awaitable[object]], answer: object, asked: str, waits: Waits
) -> None:
    """With the client's retries, timeout and token."""
    network = Network([LOST, (503, ""), (200, answer)])
    await call(client_on(network, waits, timeout=7.0))

    assert [f"{one.method} {path_of(one)}" for one in network.asked] == [asked] * 3
    assert [one.timeout for one in network.asked] == [7.0] * 3
    assert {one.headers["Authorization"] for one in network.asked} == {"Bearer EAATest"}
    assert waits == [2.0, 2.0]


@pytest.mark.parametrize(
    "call", [pytest.param(call, id=name) for name, call, _answer, _asked in GROUPS]
)
async def test_each_group_raises_what_its_client_raises(
    call: Callable[[MessengerClient], Awaitable[object]], waits: Waits
) -> None:
    """A dead token is one attempt."""
    network = Network([error(190)])
    with pytest.raises(TokenError):
        await call(client_on(network, waits))

    assert len(network.asked) == 1


async def test_a_group_does_not_repeat_what_would_be_done_twice(waits: Waits) -> None:
    """A conversation that was perhaps handed over is an unknown outcome."""
    network = Network([LOST])
    with pytest.raises(DeliveryUnknownError):
        await client_on(network, waits).thread_control.pass_to(PSID, app_id=26)

    assert (len(network.asked), waits) == (1, [])


# Uploads, as far as the client has a part in them.


async def stream() -> AsyncIterator[bytes]:
    """Give a file in two pieces."""
    yield b"ab"
    yield b"c"


async def test_an_upload_is_a_form_and_gives_an_id(waits: Waits) -> None:
    """It has 90 seconds, is repeated, and counts as no send."""
    network = Network([LOST, (200, {"attachment_id": 1854})])
    client = client_on(network, waits)
    about = UploadOptions(filename="menu.png", platform="instagram", retry=lambda _failure: 0.5)
    uploaded = await client.upload("image", data=b"abc", **about)

    assert uploaded == Uploaded(kind="image", attachment_id="1854")
    request = network.asked[1]
    assert isinstance(request.body, Streamed)
    assert b'name="platform"\r\n\r\ninstagram\r\n' in request.body.head
    assert b'{"attachment":{"type":"image","payload":{"is_reusable":true}}}' in request.body.head
    assert b"".join([piece async for piece in request.body.pieces()]) == b"abc"
    assert (path_of(request), request.timeout, waits) == ("me/message_attachments", 90.0, [0.5])
    assert client.stats.total == 0


async def test_a_stream_is_uploaded_once(waits: Waits) -> None:
    """It cannot be read again, so no policy has it repeated."""
    network = Network([REFUSED])
    with pytest.raises(TransportError):
        await client_on(network, waits).upload("file", stream=stream(), retry=lambda _failure: 0.5)

    assert (len(network.asked), waits) == (1, [])


@pytest.mark.parametrize("answer", [{}, {"attachment_id": None}, {"attachment_id": ["1"]}])
async def test_an_upload_without_an_id_is_unreadable(answer: object, waits: Waits) -> None:
    """There is nothing to send it by."""
    with pytest.raises(UnreadableAnswerError):
        await client_on(Network([(200, answer)]), waits, retry=None).upload("file", data=b"x")


@pytest.mark.parametrize("verb", ["typing_on", "typing_off", "mark_seen"])
@pytest.mark.parametrize("option", ["reply_to", "filename", "nonsense"])
async def test_an_action_takes_no_option_of_another_verb(
    verb: str, option: str, waits: Waits
) -> None:
    """It would be dropped in silence."""
    network = Network([ACCEPTED])
    client = client_on(network, waits)

    with pytest.raises(TypeError, match=f"unexpected keyword arguments: {option}"):
        await getattr(client, verb)("24", **{option: "x"})
    assert network.asked == []


async def test_an_upload_goes_to_a_platform_that_there_is(waits: Waits) -> None:
    """Another word is refused before anything is read."""
    client = client_on(Network([ACCEPTED]), waits)

    with pytest.raises(InvalidInputError, match="platform: must be one of messenger, instagram"):
        await client.upload("image", data=b"x", filename="a.png", platform="telegram")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the mistake that is tested


async def test_a_send_that_is_cancelled_while_it_waits_for_its_place_did_not_leave(
    waits: Waits,
) -> None:
    """Nobody need look whether the person has it."""
    limiter = PageLimiter(rates={Rate.MESSAGES: (1, 3600.0)})
    client = client_on(Network([ACCEPTED]), waits, limiter=limiter)
    await client.send_text("24", "Hi")
    task = asyncio.create_task(client.send_text("24", "Hi again"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert (client.stats.sent, client.stats.not_sent, client.stats.unknown) == (1, 1, 0)
