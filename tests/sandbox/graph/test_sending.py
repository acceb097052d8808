"""The send edge: whom, with what beside the message, when; and the order of the checks."""

import json

import pytest
from sandbox.graph.kit import (
    DAY,
    HI,
    OUT,
    OWN_APP,
    PSID,
    START,
    TO,
    Api,
    granted,
    message,
    numbers,
    refused,
    template,
)

from messengerkit.sandbox import Delivered
from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.page import PAGE_INBOX
from messengerkit.sandbox.world.meters import Rate, Rates

TAG = {"messaging_type": "MESSAGE_TAG"}
SURVEY = template(
    "customer_feedback",
    title="How was it?",
    subtitle="Tell us",
    button_title="Rate",
    feedback_screens=[{"questions": [{"id": "q", "type": "csat"}]}],
    business_privacy={"url": "https://a.example/privacy"},
)
STRANGER = {"id": "2"}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"message": HI, "sender_action": "typing_on"}, (100, 2018014)),
        ({}, (100, 2018015)),
        ({"message": None, "sender_action": None}, (100, 2018015)),
        ({"message": "Hi"}, (100, None)),
        ({"message": HI, "messaging_type": "LETTER"}, (100, None)),
        ({"message": HI, "messaging_type": ["RESPONSE"]}, (100, None)),
        ({"message": HI, "messaging_type": "UTILITY"}, (100, None)),
        ({"message": HI, "messaging_type": "MESSAGE_TAG"}, (100, None)),
        ({"message": HI, "messaging_type": "RESPONSE", "tag": "HUMAN_AGENT"}, (100, None)),
        ({"message": HI, **TAG, "tag": "SHIPPING_UPDATE"}, (100, None)),
        ({"message": HI, **TAG, "tag": ["HUMAN_AGENT"]}, (100, None)),
        ({"message": HI, **TAG, "tag": "CUSTOMER_FEEDBACK"}, (100, None)),
        ({"message": HI, "notification_type": "LOUD"}, (100, None)),
        ({"message": HI, "persona_id": "5"}, (100, None)),
        ({"message": HI, "persona_id": [5]}, (100, None)),
        ({"message": HI, "reply_to": "m_1"}, (100, None)),
        ({"message": HI, "reply_to": {}}, (100, None)),
        ({"message": HI, "folder": "PARTNERSHIP"}, (100, None)),
    ],
)
def test_what_stands_beside_a_message_is_checked(
    params: JsonObject, expected: tuple[int, int | None]
) -> None:
    """Each fault has its code and subcode."""
    assert numbers(Api().send({"recipient": TO, **params})) == expected


@pytest.mark.parametrize(
    ("extra", "elapsed", "expected"),
    [
        ({}, DAY - 1, None),
        ({}, DAY, (10, 2018278)),
        ({}, None, (10, 2018278)),
        ({"messaging_type": "RESPONSE"}, DAY - 1, None),
        ({"messaging_type": "RESPONSE"}, DAY, (10, 2018278)),
        ({"messaging_type": "UPDATE"}, DAY, (10, 2018278)),
        ({**TAG, "tag": "HUMAN_AGENT"}, 7 * DAY - 1, None),
        ({**TAG, "tag": "HUMAN_AGENT"}, 7 * DAY, (10, 2018278)),
        ({**TAG, "tag": "ACCOUNT_UPDATE"}, 0, (100, 1893061)),
        ({**TAG, "tag": "CONFIRMED_EVENT_UPDATE"}, 0, (100, 1893061)),
        ({**TAG, "tag": "POST_PURCHASE_UPDATE"}, 0, (100, 1893061)),
        ({"tag": "HUMAN_AGENT"}, 2 * DAY, None),
        ({"notification_type": "SILENT_PUSH"}, 0, None),
    ],
)
def test_the_window_depends_on_type_and_tag(
    extra: JsonObject, elapsed: float | None, expected: tuple[int, int] | None
) -> None:
    """24 hours for all, 7 days for HUMAN_AGENT, and never for the tags that ended."""
    answer = Api(elapsed=elapsed).say(HI, **extra)

    if expected is None:
        assert "message_id" in granted(answer)
    else:
        assert numbers(answer) == expected


@pytest.mark.parametrize(("elapsed", "allowed"), [(7 * DAY - 1, True), (7 * DAY, False)])
def test_a_survey_has_seven_days(elapsed: float, *, allowed: bool) -> None:
    """CUSTOMER_FEEDBACK stretches the window for its own template."""
    content = {"attachment": {"type": "template", "payload": SURVEY}}

    answer = Api(elapsed=elapsed).say(content, **TAG, tag="CUSTOMER_FEEDBACK")

    assert isinstance(answer, dict) is allowed
    if not allowed:
        assert numbers(answer) == (10, 2018278)


def test_the_agents_tag_needs_a_feature() -> None:
    """Without it the code is 3, a capability that is missing, and not that of the window."""
    answer = Api(lacking=["human_agent"]).say(HI, **TAG, tag="HUMAN_AGENT")

    assert numbers(answer) == (3, None)
    assert "does not have the capability Human Agent" in message(answer)


def test_what_is_sent_is_there() -> None:
    """The person, the ledger and the echo have all that was in the call."""
    api = Api()
    persona = granted(
        api.post("me/personas", {"name": "Bo", "profile_picture_url": "https://a.example/b.png"})
    )["id"]
    said = {**HI, "metadata": "order-1"}

    answer = granted(
        api.say(said, messaging_type="RESPONSE", persona_id=persona, reply_to={"mid": "m_9"})
    )

    mid = str(answer["message_id"])
    assert api.delivered == Delivered(
        PSID,
        mid,
        "Hi",
        "order-1",
        "RESPONSE",
        START,
        page_id=api.page.page.id,
        app_id=OWN_APP,
        persona_id=str(persona),
        reply_to="m_9",
    )
    assert api.delivered.message == said
    entry = api.conversation.entries[mid]
    assert (entry.from_page, entry.text) == (True, "Hi")
    assert entry.persona == api.page.personas[str(persona)]
    echo = api.world.told()[0]
    assert (echo.field, echo.event["message"]) == (
        "message_echoes",
        {"mid": mid, "is_echo": True, "app_id": OWN_APP, "metadata": "order-1", "text": "Hi"},
    )


def test_whoever_is_offline_gets_it_later() -> None:
    """Meta accepts the message: an answer of 200 is no delivery."""
    api = Api()
    api.person.online = False

    assert "message_id" in granted(api.send(OUT))
    assert [one.field for one in api.world.told()] == ["message_echoes"]


def test_a_blocked_page_is_code_551() -> None:
    """And so is its typing."""
    api = Api()
    api.person.blocked = True

    assert numbers(api.send(OUT)) == (551, 1545041)
    assert numbers(api.send({"recipient": TO, "sender_action": "typing_on"})) == (551, 1545041)


def test_an_app_in_development_writes_to_its_testers() -> None:
    """Anybody else is 200/2018028."""
    api = Api(development=True)

    assert numbers(api.send(OUT)) == (200, 2018028)
    api.person.has_role = True
    assert "message_id" in granted(api.send(OUT))


def test_the_first_fault_in_metas_order_is_told() -> None:
    """With every fault at once, each one that is mended shows the next."""
    api = Api(
        elapsed=None, development=True, rates=Rates(messages=Rate(1, 60)), lacking=["human_agent"]
    )
    api.person.blocked = True
    api.page.default_app = PAGE_INBOX
    everything: JsonObject = {"message": {"text": ""}, "sender_action": "dance"}
    told = [numbers(api.send(everything, "wrong")), numbers(api.send(everything))]
    everything["recipient"] = STRANGER
    told.append(numbers(api.send(everything)))
    del everything["sender_action"]
    told.append(numbers(api.send(everything)))
    everything["message"] = HI
    told.append(numbers(api.send(everything)))
    everything["recipient"] = TO
    told.append(numbers(api.send(everything)))
    api.person.has_role = True
    told.append(numbers(api.send(everything)))
    api.person.blocked = False
    told.append(numbers(api.send(everything)))
    api.page.default_app = None
    told.append(numbers(api.send(everything)))
    api.person.acts(START)
    granted(api.send(everything))
    told.append(numbers(api.send(everything)))

    assert told == [
        (190, None),
        (100, None),
        (100, 2018014),
        (100, 2018034),
        (100, 2018001),
        (200, 2018028),
        (551, 1545041),
        (10, 2018300),
        (10, 2018278),
        (613, None),
    ]


def test_too_many_calls_say_how_long_to_wait() -> None:
    """Code 613, with the page and the minutes for the usage header."""
    api = Api(rates=Rates(messages=Rate(2, 600)))
    granted(api.send(OUT))
    granted(api.send(OUT))

    refusal = refused(api.send(OUT))

    assert (refusal.code, refusal.page_id, refusal.minutes) == (613, api.page.page.id, 6)
    api.time += 300
    assert "message_id" in granted(api.send(OUT))


def test_audio_and_video_are_counted_apart() -> None:
    """They have 10 a second, and leave the texts alone."""
    api = Api(rates=Rates(messages=Rate(1, 1), audio_video=Rate(1, 1)))

    granted(api.send(OUT))
    granted(api.attach({"url": "https://a.example/a.mp3"}, "audio"))

    assert numbers(api.attach({"url": "https://a.example/a.mp4"}, "video")) == (613, None)


def test_a_form_carries_json_in_its_fields() -> None:
    """Objects are written as JSON, and everything else as text."""
    api = Api()

    answer = api.form("me/messages", {"recipient": TO, "message": HI, "messaging_type": "UPDATE"})

    assert granted(answer)["recipient_id"] == PSID
    assert (api.delivered.text, api.delivered.messaging_type) == ("Hi", "UPDATE")


def test_a_call_may_stand_in_the_query() -> None:
    """Query and body are merged, and the body wins."""
    api = Api()

    answer = api.call(
        "POST",
        "me/messages",
        {"message": HI},
        {"recipient": json.dumps(TO), "message": "{", "tag": "HUMAN_AGENT"},
    )

    assert "message_id" in granted(answer)
    assert (api.delivered.text, api.delivered.tag) == ("Hi", "HUMAN_AGENT")


def test_half_json_in_a_form_is_no_object() -> None:
    """What begins like an object and is none stays text."""
    answer = Api().form("me/messages", {"recipient": '{"id":', "message": HI})

    assert message(answer) == "(#100) Param recipient must be a JSON object"
