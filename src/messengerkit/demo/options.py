"""Floor 9: how the demo is run: the options of both of its commands."""

from dataclasses import dataclass
from pathlib import Path

MOST_PORT = 65535
"""The highest port that there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the demo is run.

    Attributes:
        once: Whether it plays the ten steps, and leaves.
        live: Whether it talks to Meta, and not to a sandbox.
        host: Where the backend listens, whose the panel is.
        port: Its port; 0 takes a free one.
        chat_port: The port of the sandbox, whose the chat page is; 0 takes a free one.
        keep: The folder in which the desk's database stays; with None it goes at the end.
        browser: Whether pages may be opened in a browser.
    """

    once: bool = False
    live: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    chat_port: int = 0
    keep: Path | None = None
    browser: bool = True
