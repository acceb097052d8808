"""Floor 9: all commands in one; an error of ours is a sentence with advice, no traceback."""

import re
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperGroup
from typing_extensions import override

from messengerkit.errors import MessengerError

from .audit import audit
from .dead import dead
from .demo import demo
from .doctor.command import doctor
from .keys import keys
from .outbox import outbox
from .panel import panel
from .person import person
from .printing import sentence
from .sandbox import sandbox
from .worker import worker

_URL = re.compile("://.*", re.DOTALL)


class _Commands(TyperGroup):
    """The commands, whose errors show no URL that was given at a wrong place."""

    @override
    def invoke(self, ctx: Any) -> Any:
        """Invoke a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            # A wrong call's class is Click's, or Typer's own copy of it, by Typer's version.
            told: object = getattr(error, "message", None)
            if isinstance(told, str):
                vars(error)["message"] = _URL.sub("://…", told)
            raise


# Typer's own tracebacks can show the variables of frames, and some of ours hold keys.
app: typer.Typer = typer.Typer(
    cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command()(sandbox)
app.command()(worker)
app.command()(demo)
app.command()(panel)
app.command()(doctor)
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")
app.add_typer(person, name="person")
app.add_typer(dead, name="dead")
app.add_typer(outbox, name="outbox")


@app.callback()
def about() -> None:
    """Facebook Messenger with the human in the loop."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code.

    It is 0, 1 for an error of ours, 2 for usage, and for a desk whose store cannot be had.
    """
    for stream in (sys.stdout, sys.stderr):
        # People's names are in all scripts, and a terminal's encoding, as on Windows, may be not.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(arguments, prog_name="messengerkit")
    except MessengerError as error:
        typer.echo(sentence(error), err=True)
        sys.exit(1)
