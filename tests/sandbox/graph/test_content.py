"""What a message says: its text, its media, its quick replies; Meta's limits and words."""

import pytest
from sandbox.graph.kit import (
    URL,
    Api,
    medium,
    message,
    numbers,
)

from messengerkit.sandbox.jsontext import JsonObject

IMAGE = medium()
UNSUPPORTED = (
    "Param message[attachment][type] is not supported. Please check developer docs for details"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({}, (100, 2018034)),
        ({"text": ""}, (100, 2018034)),
        ({"text": None, "attachment": None}, (100, 2018034)),
        ({"quick_replies": []}, (100, 2018034)),
        ({"text": ["Hi"]}, (100, None)),
        ({"text": "Hi", "metadata": 7}, (100, None)),
        ({"text": "Hi", "attachment": IMAGE}, (100, None)),
        ({"text": "Hi", "attachment": {}}, (100, None)),
        ({"text": "Hi", "attachments": [IMAGE]}, (100, None)),
        ({"attachment": IMAGE, "attachments": [IMAGE]}, (100, None)),
        ({"text": "Hi", "attachment": []}, (100, None)),
        ({"attachment": IMAGE, "metadata": 7}, (100, None)),
        ({"text": "Hi", "sticker_id": "369239263222822"}, (100, None)),
    ],
)
def test_a_wrong_message_is_refused_by_metas_numbers(
    content: JsonObject, expected: tuple[int, int | None]
) -> None:
    """Each fault of a message has its code and subcode."""
    assert numbers(Api().say(content)) == expected


@pytest.mark.parametrize(
    ("attachment", "words"),
    [
        (URL, "Param message[attachment] must be a JSON object"),
        ({"payload": {"url": URL}}, "The parameter message[attachment][type] is required"),
        ({"type": None, "payload": 7}, "The parameter message[attachment][type] is required"),
        ({"type": "sticker"}, UNSUPPORTED),
        ({"type": ["image"]}, "Param message[attachment][type] must be a string"),
        ({"type": "image"}, "The parameter message[attachment][payload] is required"),
        (
            {"type": "image", "payload": URL},
            "Param message[attachment][payload] must be a JSON object",
        ),
        (
            {"type": "image", "payload": {}},
            "The parameter message[attachment][payload][url] is required",
        ),
        (
            {"type": "image", "payload": {"url": [URL]}},
            "Param message[attachment][payload][url] must be a string",
        ),
        (
            medium(is_reusable="perhaps"),
            "Param message[attachment][payload][is_reusable] must be a boolean",
        ),
        (
            medium(is_reusable=[]),
            "Param message[attachment][payload][is_reusable] must be a boolean",
        ),
        ({**IMAGE, "title": "Menu"}, "The sandbox does not model message[attachment][title] yet"),
        (
            medium(title="Menu"),
            "The sandbox does not model message[attachment][payload][title] yet",
        ),
    ],
)
def test_a_wrong_attachment_is_refused_in_metas_words(attachment: object, words: str) -> None:
    """The first fault is told, from the outside in; its code is 100 without a subcode."""
    answer = Api().say({"attachment": attachment})

    assert numbers(answer) == (100, None)
    assert message(answer) == f"(#100) {words}"


def test_a_refusal_repeats_no_more_than_the_beginning() -> None:
    """However long the URL, the refusal stays short."""
    answer = Api().attach({"url": "x" * 100_000}, "file")

    assert message(answer) == f"(#100) {'x' * 80} should represent a valid URL"


@pytest.mark.parametrize(("text", "allowed"), [("a" * 2000, True), ("a" * 2001, False)])
def test_a_text_has_at_most_2000_characters(text: str, *, allowed: bool) -> None:
    """2000 pass, 2001 do not, and the refusal has Meta's words."""
    answer = Api().say({"text": text})

    assert isinstance(answer, dict) is allowed
    if not allowed:
        words = "(#100) Length of param message[text] must be less than or equal to 2000"
        assert message(answer) == words


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("🙂" * 1000, True), ("🙂" * 1001, False), ("\ud83d" * 2000, True), ("\ud83d" * 2001, False)],
)
def test_length_is_counted_in_utf_16_units(text: str, *, allowed: bool) -> None:
    """A character outside the BMP counts twice, and half of one once."""
    assert isinstance(Api().say({"text": text}), dict) is allowed


@pytest.mark.parametrize(("length", "allowed"), [(1000, True), (1001, False)])
def test_metadata_has_at_most_1000_characters(length: int, *, allowed: bool) -> None:
    """1000 pass, 1001 do not."""
    answer = Api().say({"text": "Hi", "metadata": "m" * length})

    assert isinstance(answer, dict) is allowed
    if not allowed:
        assert "param message[metadata] must be less than or equal to 1000" in message(answer)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"text": "Hi", "attachment": IMAGE}, "text or attachment"),
        ({"text": "Hi", "attachments": [IMAGE]}, "text or attachment"),
        ({"attachment": IMAGE, "attachments": [IMAGE]}, "attachment or attachments"),
    ],
)
def test_a_message_says_one_thing(content: JsonObject, words: str) -> None:
    """Text, one attachment or several: nothing of it is dropped in silence."""
    assert message(Api().say(content)) == f"(#100) Only one of {words} can be specified"
