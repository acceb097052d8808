"""Floor 9: `messengerkit demo`: everything on one machine, without Facebook."""

from pathlib import Path
from typing import Annotated

import typer

from messengerkit.demo.options import MOST_PORT, Options
from messengerkit.demo.running import run


def demo(  # each is an option of the command
    *,
    once: Annotated[bool, typer.Option("--once", help="Play the ten steps, then leave.")] = False,
    live: Annotated[
        bool, typer.Option("--live", help="Talk to Meta, with the environment's variables.")
    ] = False,
    host: Annotated[str, typer.Option("--host", help="Where the backend listens.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=MOST_PORT, help="Its port, and the panel's; 0: any.")
    ] = 0,
    chat_port: Annotated[
        int, typer.Option("--chat-port", min=0, max=MOST_PORT, help="The chat page's port; 0: any.")
    ] = 0,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep", metavar="FOLDER", help="Where the database stays.", show_default="nowhere"
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open both pages in a browser.")
    ] = True,
) -> None:
    """Run Messenger, a bot, a desk and its panel on this machine, to try them."""
    if once and live:
        msg = "it plays on this machine alone"
        raise typer.BadParameter(msg, param_hint="--once")
    options = Options(
        once=once,
        live=live,
        host=host,
        port=port,
        chat_port=chat_port,
        keep=keep,
        browser=browser,
    )
    raise typer.Exit(run(options))
