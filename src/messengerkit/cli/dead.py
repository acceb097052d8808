"""Floor 9: `messengerkit dead`: the events that the handler failed at too often."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer

from messengerkit.desk.entries import InboxEvent
from messengerkit.desk.privacy import told
from messengerkit.desk.taking import replay as replay_event
from messengerkit.errors import NotFoundError

from .printing import Json, show, table, when
from .stores import By, Limit, Url, moment, with_store

dead: typer.Typer = typer.Typer(
    no_args_is_help=True, help="List and replay the events that the handler failed at too often."
)

_HEAD = ("KEY", "RECEIVED", "ATTEMPTS", "ERROR", "CONVERSATION")


@dead.command("list")
def list_events(*, store: Url, limit: Limit = 50, as_json: Json = False) -> None:
    """List the events that were given up, the newest first; without what the person wrote."""
    events = with_store(store, lambda it: it.read(lambda inside: inside.dead_events(limit)))
    if as_json:
        show({"events": [_without_words(one) for one in events]})
    else:
        table(_HEAD, map(_row, events))


@dead.command()
def replay(
    key: Annotated[str, typer.Argument(help="The key of the event.")],
    *,
    store: Url,
    by: By,
    as_json: Json = False,
) -> None:
    """Let the handler have an event again; a process that works on the store takes it."""
    again = partial(replay_event, key=key, admin_id=by, moment=moment())
    if not with_store(store, lambda it: it.write(again)):
        msg = "There is no dead event with this key."
        raise NotFoundError(msg)
    if as_json:
        show({"replayed": key})
    else:
        typer.echo("The handler will have it again.")


def _without_words(event: InboxEvent) -> dict[str, object]:
    return {name: value for name, value in told(event).items() if name != "json"}


def _row(event: InboxEvent) -> Sequence[str]:
    conversation, error = event.conversation_id or "", event.error or ""
    return event.key, when(event.received_at), str(event.attempts), error, str(conversation)
