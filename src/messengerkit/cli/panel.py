"""Floor 9: `messengerkit panel`: the demo's panel as files, for a backend of your own."""

from pathlib import Path
from typing import Annotated

import typer

from messengerkit.demo.panel import copy_to, headers
from messengerkit.errors import ConfigurationError

_HOW = """\
Serve them at a path of your backend that ends with a slash, like /panel/, each with its own
media type, in UTF-8, and with these headers:
"""
_MORE = """\
The backend that it calls is the one that serves it. For another one, name its origin in
index.html, <meta name="backend" content="https://api.example.com">, and in connect-src above;
and there, name the panel's in ADMIN_ORIGINS. Admins sign in with their keys; that needs
ADMIN_SESSION_SECRET and ADMIN_ORIGINS."""


def panel(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write them.")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Write over what is there already.")
    ] = False,
) -> None:
    """Write the panel's files, for you to change and to serve."""
    try:
        if not force and folder.exists() and any(folder.iterdir()):
            msg = f"{folder} is not empty. Choose another folder, or say --force"
            raise ConfigurationError(msg)
        names = copy_to(folder)
    except OSError as error:
        msg = f"{folder}: {error.strerror}"
        raise ConfigurationError(msg) from None
    typer.echo(f"{len(names)} files are in {folder}. {_HOW}")
    for name, value in headers().items():
        typer.echo(f"  {name}: {value}")
    typer.echo(f"\n{_MORE}")
