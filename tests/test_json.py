"""JSON off the wire."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messengerkit._json import decode, integer


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"\ude00 cut"', "\ufffd cut"),
        (rb'"\uD83D\uD83D\uDE00"', "\ufffd😀"),
        (rb'["\ud83d", "\\ud83d", "\\\ud83d"]', ["\ufffd", "\\ud83d", "\\\ufffd"]),
    ],
)
def test_half_an_emoji_is_read_as_a_replacement(body: bytes, value: object) -> None:
    """A text that was cut in two is text all the same; what only looks so is left alone."""
    assert decode(body) == value


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"\xff", b"[" * 300, rb'"\ud83d" x', rb'"\ud8"']
)
def test_what_is_not_json_is_a_value_error(body: bytes) -> None:
    """Broken, foreign, and nested beyond reason."""
    with pytest.raises(ValueError, match=r"."):
        decode(body)


@given(text=st.text(alphabet=st.characters(codec=None)))
def test_any_text_that_json_can_hold_is_read(text: str) -> None:
    """Whatever was escaped, lone surrogates included, comes back as proper text."""
    value = decode(json.dumps(text).encode())

    assert isinstance(value, str)
    assert value.encode().decode() == value
    assert len(value) == len(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        ("-5", None),
        ("5.0", None),
        (5.0, None),
        (True, None),
        (None, None),
        ("9" * 21, None),
    ],
)
def test_integers_may_be_spelled(value: object, number: int | None) -> None:
    """A number, or text of up to 20 digits that spells one."""
    assert integer(value) == number
