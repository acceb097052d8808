"""Floor 9: how a terminal is told something, in any encoding and whoever's words they are."""

import os
import sys
from collections.abc import Callable

Say = Callable[[str], None]


def say_at_once(line: str) -> None:
    """Print *line*, also into a pipe, as soon as it is told.

    A letter that the output's encoding lacks, as that of Windows may, is printed as "?".
    """
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(line.encode(encoding, "replace").decode(encoding), flush=True)  # noqa: T201  # what it is for
    except BrokenPipeError:
        # Nobody reads it any more. What is left in the buffer would fail again at the exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def plain(text: str) -> str:
    """Return *text* without what could be a terminal's own commands."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
