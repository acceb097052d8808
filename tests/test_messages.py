"""What goes out: limits are checked when a message is made."""

import pytest
from pydantic import ValidationError

from messengerkit import InvalidInputError, Text
from messengerkit._model import utf16_length

EMOJI = "😀"


def test_text_as_the_send_api_has_it() -> None:
    """What is not set is not sent."""
    assert Text("Hi").to_graph() == {"text": "Hi"}
    assert Text("Hi", metadata="m").to_graph() == {"text": "Hi", "metadata": "m"}


@pytest.mark.parametrize("text", ["x", "x" * 2000, EMOJI * 1000, "မြန်မာ"])
def test_text_within_the_limit(text: str) -> None:
    """1 to 2000 UTF-16 code units are accepted."""
    assert Text(text).text == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1 to 2000 characters, and has 0"),
        ("x" * 2001, "1 to 2000 characters, and has 2001"),
        (EMOJI * 1000 + "x", "1 to 2000 characters, and has 2001"),
        ("private \ud83d", "lone surrogates"),
    ],
)
def test_text_beyond_the_limit(text: str, said: str) -> None:
    """The error names the field, the limit and what was given, and not the text itself."""
    with pytest.raises(InvalidInputError) as caught:
        Text(text)

    assert caught.value.field == "text"
    assert said in str(caught.value)
    assert "private" not in str(caught.value)
    assert caught.value.__context__ is None


def test_metadata_has_a_limit_of_its_own() -> None:
    """1000 characters, and the field is named."""
    with pytest.raises(InvalidInputError, match=r"^metadata: must have 0 to 1000 .* 1001"):
        Text("Hi", metadata="m" * 1001)


def test_a_message_is_frozen() -> None:
    """What was checked cannot be changed afterwards."""
    message = Text("Hi")

    with pytest.raises(ValidationError):
        message.text = "x" * 3000  # type: ignore[misc]  # the type checker knows it, too


def test_what_is_not_text_is_refused() -> None:
    """A number is no message."""
    with pytest.raises(InvalidInputError, match=r"^text: "):
        Text(5)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("a", 1), ("ä", 1), (EMOJI, 2), ("\ud800", 1)]
)
def test_length_is_counted_in_utf16(text: str, length: int) -> None:
    """Characters beyond the BMP count two."""
    assert utf16_length(text) == length
