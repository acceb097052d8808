"""Floor 9: the command line; without its extra it says in a sentence what to install."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

__all__ = ("main",)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command `messengerkit`, and leave with its exit code.

    Args:
        arguments: What stands after the command, or None for what the process was given.
    """
    if not all(map(find_spec, ("typer", "rich"))):
        sys.exit('The command line needs its extra: pip install "messengerkit[cli]"')
    from .app import run  # noqa: PLC0415  # it imports typer, which may not be there

    run(arguments)
