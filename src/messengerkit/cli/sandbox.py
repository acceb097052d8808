"""Floor 9: `messengerkit sandbox`: Messenger on this machine, for a backend in any language."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from messengerkit.demo.interrupts import set_when_interrupted
from messengerkit.demo.options import MOST_PORT
from messengerkit.errors import ConfigurationError
from messengerkit.sandbox import Page, Person, Sandbox, SubscriptionError

Say = Callable[[str], None]

_WORD = "verify-me"  # fictitious, and printed


def sandbox(  # each is an option of the command
    *,
    port: Annotated[
        int, typer.Option("--port", min=0, max=MOST_PORT, help="Its port; 0: any.")
    ] = 8815,
    host: Annotated[str, typer.Option("--host", help="Where it listens.")] = "127.0.0.1",
    expose: Annotated[
        bool, typer.Option("--expose", help="Let --host be reachable from elsewhere.")
    ] = False,
    page: Annotated[
        list[str] | None,
        typer.Option("--page", help="A page's name; more than once for more pages."),
    ] = None,
    person: Annotated[
        list[str] | None, typer.Option("--person", help="The name of somebody who is there.")
    ] = None,
    callback: Annotated[
        str | None, typer.Option("--callback", help="Your backend's webhook, as a URL.")
    ] = None,
    verify_token: Annotated[
        str, typer.Option("--verify-token", help="What your backend knows it by.")
    ] = _WORD,
    seed: Annotated[str | None, typer.Option("--seed", help="For the same ids each time.")] = None,
) -> None:
    """Run Messenger and its Graph API on this machine, with a chat page in the browser."""
    if callback is not None and not _is_url(callback):
        msg = "--callback must be a whole URL, as http://127.0.0.1:8000/webhook"
        raise typer.BadParameter(msg)
    first, *others = [_page(number, name) for number, name in enumerate(page or ["Sandbox Page"])]
    try:
        running = Sandbox(first, pages=others, host=host, port=port, expose=expose, seed=seed)
    except ValueError as error:
        raise typer.BadParameter(str(error).replace("expose=True", "--expose")) from None
    people = [running.person(name) for name in person or ["Ana Example"]]
    serving = serve(
        running, callback, verify_token, people=people, say=_printer(), stop=set_when_interrupted
    )
    try:
        asyncio.run(serving)
    except OSError as error:
        msg = f"It cannot listen: {error.strerror}. Choose another --host or --port."
        raise ConfigurationError(msg) from None


async def serve(
    running: Sandbox,
    callback: str | None,
    verify_token: str,
    *,
    people: Sequence[Person] = (),
    say: Say,
    stop: Callable[[asyncio.Event], None],
    again: float = 1.0,
) -> None:
    """Run a sandbox until it is stopped, and tell how to reach it.

    Args:
        running: The sandbox, not started yet.
        callback: Where webhooks go, or None.
        verify_token: What the backend knows.
        people: Who is told of.
        say: Tells a line.
        stop: Given an event; sees to it that it is set when it is time to leave.
        again: Seconds between two handshakes with a backend that is not up yet.
    """
    stopped = asyncio.Event()
    stop(stopped)
    async with running:
        for line in _introduction(running, verify_token, people):
            say(line)
        subscribing = asyncio.create_task(_subscribe(running, callback, verify_token, say, again))
        try:
            await stopped.wait()
        finally:
            subscribing.cancel()
            await asyncio.wait({subscribing})


async def _subscribe(
    running: Sandbox, callback: str | None, verify_token: str, say: Say, again: float
) -> None:
    """Shake hands with the backend, as soon as it is up."""
    told = ""
    while callback is not None:
        try:
            await running.subscribe(callback, verify_token)
        except SubscriptionError as error:
            if str(error) != told:
                told = str(error)
                say(f"Not subscribed yet: {told}. It is tried again until it works.")
            await asyncio.sleep(again)
        else:
            say(f"Webhooks go to {callback}")
            return


def _introduction(running: Sandbox, verify_token: str, people: Sequence[Person]) -> list[str]:
    """Return how to reach *running*; what looks like secrets is the sandbox's, and fictitious."""
    lines = [f"Chat, as the person   {running.chat_url}", f"Graph API             {running.url}"]
    for page in running.pages:
        lines += [
            "",
            f"# {page.name}, {page.id}",
            f"MESSENGER_GRAPH_URL={running.url}",
            f"FACEBOOK_PAGE_ACCESS_TOKEN={page.access_token}",
            f"FACEBOOK_APP_SECRET={page.app_secret}",
            f"FACEBOOK_VERIFY_TOKEN={verify_token}",
        ]
    if people:
        lines += ["", "# People, by their PSID", *(f"{one.psid}  {one.name}" for one in people)]
    return [*lines, "", "Ctrl-C ends it."]


def _is_url(text: str) -> bool:
    """Tell whether *text* can be a callback; one that is not up yet is waited for."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _page(number: int, name: str) -> Page:
    plain = Page(name=name)
    if number == 0:
        return plain
    return Page(
        id=str(int(plain.id) + number), name=name, access_token=f"{plain.access_token}{number}"
    )


def _printer() -> Say:
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

    def say(line: str) -> None:
        console.print(line)

    return say
