"""Quick replies: what a person may tap, and how many there are."""

import pytest
from sandbox.graph.kit import (
    HI,
    URL,
    Answer,
    Api,
    granted,
    medium,
    message,
    numbers,
)

from messengerkit.sandbox.jsontext import JsonObject

IMAGE = medium()


def replies(*quick_replies: object) -> Answer:
    """Return the answer to a text with quick replies."""
    return Api().say({**HI, "quick_replies": list(quick_replies)})


TEXT = {"content_type": "text", "title": "Yes", "payload": "YES"}


@pytest.mark.parametrize(
    "reply",
    [
        TEXT,
        {**TEXT, "title": "t" * 20, "payload": "p" * 1000},
        {**TEXT, "title": "", "image_url": URL},
        {**TEXT, "payload": "", "image_url": URL},
        {"content_type": "user_phone_number"},
        {"content_type": "user_email"},
    ],
)
def test_a_quick_reply_stands_beside_a_text(reply: JsonObject) -> None:
    """Text with title and payload, an image in place of either, or what Meta knows."""
    api = Api()

    granted(api.say({**HI, "quick_replies": [reply]}))

    (entry,) = api.conversation.entries.values()
    assert entry.quick_replies == (reply,)


def test_quick_replies_stand_beside_media() -> None:
    """And beside a template, too."""
    assert isinstance(Api().say({"attachment": IMAGE, "quick_replies": [TEXT] * 13}), dict)


@pytest.mark.parametrize(
    ("reply", "expected", "words"),
    [
        (7, (100, None), "Param message[quick_replies][0] must be a JSON object"),
        ({}, (100, None), "The parameter message[quick_replies][0][content_type] is required"),
        (
            {"content_type": "location"},
            (100, None),
            (
                "Param message[quick_replies][0][content_type] must be one of "
                "{text, user_email, user_phone_number}"
            ),
        ),
        ({**TEXT, "title": ""}, (100, 2018098), "Quick reply title is missing"),
        ({**TEXT, "payload": None}, (100, 2018099), "Quick reply payload is missing"),
        (
            {**TEXT, "title": "t" * 21},
            (100, None),
            "Length of param message[quick_replies][0][title] must be less than or equal to 20",
        ),
        (
            {**TEXT, "payload": "p" * 1001},
            (100, None),
            "Length of param message[quick_replies][0][payload] must be less than or equal to 1000",
        ),
        (
            {"content_type": "user_email", "title": 7},
            (100, None),
            "Param message[quick_replies][0][title] must be a string",
        ),
        ({**TEXT, "image_url": "x"}, (100, None), "x should represent a valid URL"),
        (
            {**TEXT, "color": "red"},
            (100, None),
            "The sandbox does not model message[quick_replies][0][color] yet",
        ),
    ],
)
def test_a_wrong_quick_reply_is_refused(
    reply: object, expected: tuple[int, int | None], words: str
) -> None:
    """Its path has an index."""
    answer = replies(reply)

    assert (numbers(answer), message(answer)) == (expected, f"(#100) {words}")


@pytest.mark.parametrize(("value", "code"), [([TEXT] * 14, 105), ({"0": TEXT}, 100), ("[]", 100)])
def test_there_are_at_most_13_quick_replies(value: object, code: int) -> None:
    """And they are an array."""
    assert numbers(Api().say({**HI, "quick_replies": value})) == (code, None)
