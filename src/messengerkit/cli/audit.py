"""Floor 9: `messengerkit audit`: what admins did, and whether somebody has tampered with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, NoReturn, TypeAlias
from uuid import UUID

import typer

from messengerkit.desk.chain import Broken, broken_links
from messengerkit.desk.entries import ActionQuery
from messengerkit.desk.privacy import told
from messengerkit.desk.records import AdminAction
from messengerkit.desk.store import Store
from messengerkit.errors import InvalidInputError

from .printing import Json, show, table, when
from .stores import Limit, Url, with_store

audit: typer.Typer = typer.Typer(
    no_args_is_help=True, help="List what admins did, and verify that nobody tampered with it."
)

_AT_ONCE = 500  # actions that are read in one transaction
_HEAD = ("AT", "CONVERSATION", "ADMIN", "ACTION", "DECISION", "OUTCOME")

# What was written by other hands may be no time, no id, or no JSON.
_UNREADABLE = (InvalidInputError, LookupError, TypeError, ValueError)
_WHY = "it cannot be read"

One: TypeAlias = Annotated[
    UUID | None,
    typer.Option("--conversation", help="A conversation's id.", show_default="all of them"),
]


@dataclass(frozen=True, slots=True)
class _Chain:
    """What was found in one conversation; its newest hash is for whoever keeps it elsewhere."""

    actions: int
    newest: str
    broken: Sequence[Broken]


@audit.command("list")
def list_actions(
    *,
    store: Url,
    conversation: One = None,
    admin: Annotated[
        str | None, typer.Option("--admin", help="An admin's id.", show_default="all of them")
    ] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List what admins did, the newest first; no word of a person's is in it."""
    query = ActionQuery(conversation_id=conversation, admin_id=admin, limit=limit)
    actions = with_store(store, partial(_actions, query=query))
    if as_json:
        show({"actions": [told(one) for one in actions]})
    else:
        table(_HEAD, map(_row, actions))


@audit.command()
def verify(
    *,
    store: Url,
    conversation: One = None,
    newest: Annotated[
        str | None,
        typer.Option("--newest", help="The hash of its newest action, which you kept elsewhere."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify the chain of one conversation, or of all: exit code 1 if one is broken."""
    if newest is not None and conversation is None:
        msg = "it is of one conversation: name it with --conversation"
        raise typer.BadParameter(msg, param_hint="--newest")
    chains = with_store(store, partial(_verified, conversation=conversation, newest=newest))
    broken = [(name, one) for name, chain in chains.items() for one in chain.broken]
    counted = {"chains": len(chains), "actions": sum(one.actions for one in chains.values())}
    if as_json:
        places = [_place(*one) for one in broken]
        heads = {str(name): one.newest for name, one in chains.items()}
        show(counted | {"broken": places, "newest": heads})
    else:
        for name, one in broken:
            typer.echo(f"Broken: conversation {name}, action {one.number}: {one.why}.")
        everything = [*counted.items(), ("broken places", len(broken))]
        typer.echo(", ".join(f"{what}: {count}" for what, count in everything))
    raise typer.Exit(1 if broken else 0)


async def _verified(
    store: Store, conversation: UUID | None, newest: str | None
) -> dict[UUID, _Chain]:
    names = await _audited(store) if conversation is None else [conversation]
    return {name: await _verify(store, name, newest) for name in names}


async def _verify(store: Store, conversation: UUID, newest: str | None) -> _Chain:
    try:
        chain = await store.read(lambda it: it.chain(conversation))
        broken = broken_links(chain, newest=newest)
    except _UNREADABLE:
        return _Chain(0, "", [Broken(number=0, why=f"one of them: {_WHY}")])
    return _Chain(len(chain), chain[-1].hash if chain else "", broken)


async def _audited(store: Store) -> list[UUID]:
    """Return the conversations in which anybody did anything; some may be erased."""
    found: dict[UUID, None] = {}
    before: tuple[datetime, UUID] | None = None
    while actions := await _actions(store, ActionQuery(before=before, limit=_AT_ONCE)):
        found |= dict.fromkeys(one.conversation_id for one in actions)
        before = (actions[-1].at, actions[-1].id)
    return list(found)


async def _actions(store: Store, query: ActionQuery) -> Sequence[AdminAction]:
    try:
        return await store.read(lambda it: it.actions(query))
    except _UNREADABLE:
        _refuse_to_read()


def _refuse_to_read() -> NoReturn:
    typer.echo(f"An action is not as it was written: {_WHY}.", err=True)
    raise typer.Exit(1)


def _row(one: AdminAction) -> Sequence[str]:
    conversation = str(one.conversation_id)
    return when(one.at), conversation, one.admin_id, one.action, one.decision or "", one.outcome


def _place(conversation: UUID, one: Broken) -> dict[str, object]:
    return {"conversation_id": str(conversation), "number": one.number, "why": one.why}
