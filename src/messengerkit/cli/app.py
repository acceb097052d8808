"""Floor 9: all commands in one; an error of ours is a sentence with advice, no traceback."""

import sys
from collections.abc import Sequence

import typer

from messengerkit.errors import MessengerError

from .keys import keys
from .sandbox import sandbox

# Typer's own tracebacks can show the variables of frames, and some of ours hold keys.
app: typer.Typer = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.add_typer(keys, name="keys")
app.command()(sandbox)


@app.callback()
def about() -> None:
    """Facebook Messenger with the human in the loop."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0, 1 for an error of ours, 2 for usage."""
    try:
        app(arguments, prog_name="messengerkit")
    except MessengerError as error:
        typer.echo(f"{error} {error.advice}", err=True)
        sys.exit(1)
