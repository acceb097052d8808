"""Floor 9: `messengerkit person`: all that is known of one person, told or deleted."""

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from messengerkit.desk.privacy import erase as erase_all
from messengerkit.desk.privacy import export as export_all

from .printing import Json, show
from .stores import By, Url, moment, with_store

person: typer.Typer = typer.Typer(
    no_args_is_help=True, help="Export or erase all that is known of one person."
)

Page: TypeAlias = Annotated[str, typer.Option("--page", help="The page's id.")]
Psid: TypeAlias = Annotated[str, typer.Option("--psid", help="The person's id on that page.")]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_OURS_ALONE = 0o600


@person.command()
def export(
    *,
    store: Url,
    page: Page,
    psid: Psid,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A new file that others may not read.", show_default="stdout"),
    ] = None,
) -> None:
    """Print all that is known of a person, as JSON."""
    known = with_store(store, lambda it: it.read(partial(export_all, page_id=page, psid=psid)))
    # Half of an emoji, which a person may write, is written as JSON's own \\ud83d.
    text = json.dumps(known, ensure_ascii=False, indent=2).encode(errors="backslashreplace")
    if out is None:
        typer.echo(text)
    else:
        _write(out, text + b"\n")
        typer.echo(f"All that is known is in {out}.", err=True)


@person.command()
def erase(
    *,
    store: Url,
    page: Page,
    psid: Psid,
    by: By,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete all that is known of a person; what admins did stays, without any word of theirs."""
    if not yes:
        _ask(f"Delete all that is known of person {psid} of page {page}?")
    work = partial(erase_all, page_id=page, psid=psid, admin_id=by, moment=moment())
    erased = with_store(store, lambda it: it.write(work))
    if as_json:
        show({"erased": erased})
    else:
        typer.echo("All is deleted." if erased else "Nothing is known of this person.")
    raise typer.Exit(0 if erased else 1)


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        msg = "nobody is here to be asked: it must be given"
        raise typer.BadParameter(msg, param_hint="--yes")
    typer.confirm(question, abort=True, err=True)


def _write(file: Path, text: bytes) -> None:
    try:
        with os.fdopen(os.open(file, _NEW, _OURS_ALONE), "wb") as opened:
            opened.write(text)
    except OSError as error:
        msg = f"{file} cannot be made: {error.strerror}"
        raise typer.BadParameter(msg, param_hint="--out") from None
