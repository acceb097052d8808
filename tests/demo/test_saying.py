"""How the demo tells what it does, also to an output that is not made for it."""

import os
import sys
from io import BytesIO, TextIOWrapper

import pytest

from messengerkit.demo.saying import say_at_once


def test_a_letter_that_the_output_lacks_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a file Windows writes a code page, which has no arrow and no Burmese."""
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(written, encoding="cp1252", newline=""))
    say_at_once("the café's bot → မြမြ")

    assert written.getvalue() == "the café's bot ? ????\n".encode("cp1252")


def test_nobody_need_read_it_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """`messengerkit demo --once | head -3` is no error, not at the exit either."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        say_at_once("one")
        say_at_once("two")
        monkeypatch.undo()

    assert pipe.closed
