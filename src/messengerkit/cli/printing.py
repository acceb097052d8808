"""Floor 9: how the commands print: JSON in one line, tables, an error as a sentence with advice."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, TypeAlias

import typer

from messengerkit.demo.saying import plain
from messengerkit.errors import MessengerError

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show(told: object) -> None:
    """Print *told* as JSON, in one line."""
    typer.echo(json.dumps(told))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print *rows* below *head*, in columns."""
    lines = [[plain(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def sentence(error: MessengerError) -> str:
    """Return what went wrong, and what to do about it."""
    return f"{str(error).removesuffix('.')}. {error.advice}"


def when(moment: datetime) -> str:
    """Return *moment* as a table shows it."""
    return moment.isoformat(" ", "seconds")
