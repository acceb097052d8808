"""Floor 9: `python -m messengerkit.demo`: everything on one machine, without Facebook.

Without --once it stays up: you are the person in the chat page, and the admin in the panel.
--live runs the same backend against Meta, with the variables that the README lists.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .options import MOST_PORT, Options
from .running import run
from .saying import Say, say_at_once


def main(
    argv: Sequence[str] | None = None,
    *,
    say: Say = say_at_once,
    environ: Mapping[str, str] | None = None,
) -> int:
    """Run the demo, and return its exit code."""
    plain = Options()
    parser = argparse.ArgumentParser(prog="python -m messengerkit.demo", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="play the ten steps, then leave")
    how.add_argument("--live", action="store_true", help="talk to Meta, not to the sandbox")
    parser.add_argument("--host", default=plain.host, help="where the backend listens")
    parser.add_argument("--port", type=_port, default=0, help="its port; 0 takes a free one")
    parser.add_argument("--chat-port", type=_port, default=0, help="the port of the chat page")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the database stays")
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="open no page in a browser"
    )
    given: dict[str, object] = vars(parser.parse_args(argv))
    return run(Options(**given), say=say, environ=environ)  # type: ignore[arg-type]  # by name


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= MOST_PORT:
        msg = f"it must be of 0 to {MOST_PORT}, not {port}"
        raise argparse.ArgumentTypeError(msg)
    return port


if __name__ == "__main__":
    sys.exit(main())
