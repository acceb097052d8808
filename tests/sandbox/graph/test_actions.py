"""Sender actions: typing, seen, and reactions."""

import pytest
from sandbox.graph.kit import DAY, PSID, START, TO, Answer, Api, granted, message, numbers

from messengerkit.sandbox.jsontext import JsonObject
from messengerkit.sandbox.world.meters import Rate, Rates


def act(api: Api, action: object, **beside: object) -> Answer:
    """Return the answer to a sender action."""
    return api.send({"recipient": TO, "sender_action": action, **beside})


@pytest.mark.parametrize("action", ["typing_on", "typing_off", "mark_seen", "TYPING_ON"])
def test_an_action_is_answered_with_the_recipient_alone(action: str) -> None:
    """Nothing is sent, so there is no message id; the SDK's upper case will do."""
    api = Api()

    assert granted(act(api, action)) == {"recipient_id": PSID}
    assert not api.world.ledger.delivered
    assert api.conversation.typing is (action.lower() == "typing_on")


@pytest.mark.parametrize("action", ["dance", "", ["typing_on"], 7])
def test_an_unknown_action_is_code_100(action: object) -> None:
    """Only the five are known."""
    assert numbers(act(Api(), action)) == (100, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reply_to", {"mid": "m_1"}),
        ("tag", "HUMAN_AGENT"),
        ("thread_control", {"control_type": "release"}),
    ],
)
def test_what_would_do_nothing_beside_an_action_is_refused(name: str, value: object) -> None:
    """A thread that is not passed must not look as if it were."""
    answer = act(Api(), "typing_on", **{name: value})

    assert message(answer) == f"(#100) The sandbox does not model {name} beside sender_action yet"


def test_typing_ends_with_a_message() -> None:
    """Under whose name it was is told to whoever watches."""
    api = Api()
    made = {"name": "Bo", "profile_picture_url": "https://a.example/b.png"}
    persona_id = granted(api.post("me/personas", made))["id"]

    granted(act(api, "typing_on", persona_id=persona_id))

    assert (api.conversation.typing, api.conversation.typing_persona) == (True, persona_id)
    granted(api.say({"text": "Hi"}))
    assert not api.conversation.typing


def test_nobody_types_as_a_persona_that_is_not_there() -> None:
    """It is refused as it is beside a message."""
    api = Api()

    answer = act(api, "typing_on", persona_id="5")

    assert message(answer) == "(#100) Param persona_id must be the id of a persona of the page"
    assert not api.conversation.typing


@pytest.mark.parametrize(
    ("elapsed", "allowed"), [(0.0, True), (DAY - 1, True), (DAY, False), (None, False)]
)
def test_an_action_has_a_window_too(elapsed: float | None, *, allowed: bool) -> None:
    """24 hours, without any tag."""
    answer = act(Api(elapsed=elapsed), "mark_seen")

    assert isinstance(answer, dict) is allowed
    if not allowed:
        assert numbers(answer) == (10, 2018278)


def test_an_action_reaches_nobody_who_is_not_there() -> None:
    """100/2018001, as for a message."""
    answer = Api().send({"recipient": {"id": "2"}, "sender_action": "typing_on"})

    assert numbers(answer) == (100, 2018001)


def test_a_reaction_is_replaced_and_taken_back() -> None:
    """There is one emoji of the page at each message."""
    api = Api()
    entry = api.writes()

    granted(act(api, "react", payload={"message_id": entry.mid, "reaction": "😊"}))
    granted(act(api, "react", payload={"message_id": entry.mid, "reaction": "❤"}))
    assert entry.reactions == {"page": "❤"}

    last = api.world.changes.last
    for _ in range(2):
        answer = act(api, "unreact", payload={"message_id": entry.mid})
        assert granted(answer) == {"recipient_id": PSID}
    assert entry.reactions == {}
    assert api.world.changes.last == last + 2


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (None, "The parameter payload is required"),
        ("m_1", "Param payload must be a JSON object"),
        ({"reaction": "❤"}, "The parameter payload[message_id] is required"),
        ({"message_id": "m_1"}, "The parameter payload[reaction] is required"),
        ({"message_id": "m_1", "reaction": ""}, "param payload[reaction] must be non-empty."),
        ({"message_id": 7, "reaction": "❤"}, "Param payload[message_id] must be a string"),
    ],
)
def test_a_reaction_says_to_what_and_which(payload: object, expected: str) -> None:
    """Both are needed."""
    assert message(act(Api(), "react", payload=payload)) == f"(#100) {expected}"


@pytest.mark.parametrize("action", ["react", "unreact"])
def test_nobody_reacts_to_what_is_not_in_the_conversation(action: str) -> None:
    """The message is an object that is not there, and the call does not count."""
    api = Api(rates=Rates(messages=Rate(1, 60)))
    other = api.meet("2")
    other.acts(START)
    stranger: JsonObject = {"message_id": "m_elsewhere", "reaction": "❤"}

    assert numbers(act(api, action, payload=stranger)) == (100, 33)
    assert granted(act(api, "mark_seen")) == {"recipient_id": PSID}


def test_actions_count_as_messages() -> None:
    """They share one meter; a reaction that comes too often is not made."""
    api = Api(rates=Rates(messages=Rate(1, 60)))
    entry = api.writes()
    granted(act(api, "typing_on"))

    assert numbers(act(api, "typing_off")) == (613, None)
    answer = act(api, "react", payload={"message_id": entry.mid, "reaction": "❤"})
    assert numbers(answer) == (613, None)
    assert entry.reactions == {}
    assert api.conversation.typing
