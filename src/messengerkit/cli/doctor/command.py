"""Floor 9: `messengerkit doctor`: what is wrong with a backend's set-up, and how to mend it."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer

from messengerkit._graph import _is_safe
from messengerkit.admin.origins import origins_from
from messengerkit.cli.printing import Json, show
from messengerkit.demo.saying import say_at_once
from messengerkit.errors import ConfigurationError

from .examining import Wanted, examine
from .findings import Finding, State, in_short

_MARKS: Mapping[State, str] = {
    State.OK: "ok",
    State.FAULT: "fault",
    State.SKIPPED: "not looked at",
}
_WIDTH = max(map(len, _MARKS.values()))


def doctor(
    *,
    backend: Annotated[
        str | None,
        typer.Option(
            "--backend",
            help="Where your backend is, like https://api.example.com.",
        ),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option("--origin", help="The panel's, like https://panel.example.com."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            envvar="MESSENGERKIT_STORE",
            help="The desk's database, like sqlite:///desk.db; with a password, better not here.",
        ),
    ] = None,
    app_id: Annotated[
        int | None,
        typer.Option(
            "--app-id",
            envvar="FACEBOOK_APP_ID",
            min=1,
            help="Your app's id at Meta, where Meta tells a page's token nothing of itself.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at all that must be right for messages to arrive; send nothing, change nothing.

    It reads the same variables as your backend. The exit code is 1 if there is a fault.
    """
    wanted = Wanted(
        backend=_backend(backend),
        backend_origin=_origin_of(backend),
        origin=_origin(origin),
        store=store or None,
        app_id=app_id,
    )
    found = asyncio.run(examine(os.environ, wanted, datetime.now(UTC)))
    faults = sum(one.is_fault for one in found)
    if as_json:
        show({"findings": [_told(one) for one in found], "faults": faults})
    else:
        _print(found)
    raise typer.Exit(1 if faults else 0)


def _print(found: Sequence[Finding]) -> None:
    for one in found:
        say_at_once(f"{_MARKS[one.state]:<{_WIDTH}}  {one.check}: {one.told}")
        if one.is_fault:
            for line in (one.means, f"Mend it: {one.cure}"):
                say_at_once(f"{'':<{_WIDTH}}    {line}")
    say_at_once("")
    say_at_once(in_short(found))


def _told(one: Finding) -> dict[str, object]:
    told: dict[str, object] = {
        "check": one.check.value,
        "state": one.state.value,
        "told": one.told,
    }
    return told | ({"means": one.means, "cure": one.cure} if one.is_fault else {})


def _backend(url: str | None) -> str | None:
    # The admin's key goes there.
    if url is not None and not _is_safe(url):
        msg = "it must be https, or http on loopback: a host, a port, a path, no more"
        raise typer.BadParameter(msg, param_hint="--backend")
    return url


def _origin_of(url: str | None) -> str:
    parts = urlsplit(url or "")
    return "" if url is None else _normal(f"{parts.scheme}://{parts.netloc}", "--backend")


def _origin(given: str | None) -> str | None:
    return None if given is None else _normal(given, "--origin")


def _normal(given: str, option: str) -> str:
    try:
        return next(iter(origins_from([given])))
    except ConfigurationError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
