"""Floor 9: `messengerkit keys`: the keys of admins, of which each is shown once, when made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from messengerkit.admin.auth.key import AdminKey, NewKey, new_key
from messengerkit.admin.auth.key_file import KeyFile
from messengerkit.admin.identity import Role

from .printing import Json, show, table

keys: typer.Typer = typer.Typer(
    no_args_is_help=True, help="Make, rotate, revoke and list the keys of admins."
)

_FILE = Path("admin-keys.json")
_DAYS = 90
_OVERLAP = 24
_LONGEST = 3660  # ten years, in days

File: TypeAlias = Annotated[Path, typer.Option("--file", help="The file of the keys.")]
KeyId: TypeAlias = Annotated[str, typer.Argument(help="The id of the key: mk_<id>_...")]
NewId: TypeAlias = Annotated[
    str | None, typer.Option("--id", help="The new key's id.", show_default="random")
]
Days: TypeAlias = Annotated[
    int,
    typer.Option(
        "--days", min=0, max=_LONGEST, help="Days until the new key expires; 0 for never."
    ),
]


@keys.command()
def make(  # each is an option of the command
    *,
    admin: Annotated[
        list[str], typer.Option("--admin", help="Whom the key may speak for; '*' alone for any.")
    ],
    role: Annotated[Role, typer.Option("--role", help="What its holder may do.")] = Role.AGENT,
    page: Annotated[
        list[str] | None, typer.Option("--page", help="A page's id.", show_default="all pages")
    ] = None,
    days: Days = _DAYS,
    new_id: NewId = None,
    file: File = _FILE,
    as_json: Json = False,
) -> None:
    """Make a key, and print it, this once."""
    new = new_key(
        admin_ids=tuple(admin),
        role=role,
        pages=frozenset(page) if page else None,
        expires_at=_in(days),
        key_id=new_id,
    )
    KeyFile.create(file).add(new)
    _show(new, as_json=as_json)


@keys.command()
def rotate(
    key_id: KeyId,
    *,
    overlap_hours: Annotated[
        int,
        typer.Option("--overlap-hours", min=0, max=_LONGEST * 24, help="How long both are good."),
    ] = _OVERLAP,
    days: Days = _DAYS,
    new_id: NewId = None,
    file: File = _FILE,
    as_json: Json = False,
) -> None:
    """Make a key in the place of another, which ends after the overlap."""
    kept = KeyFile(file)
    overlap = timedelta(hours=overlap_hours)
    new = kept.rotate(key_id, overlap, expires_at=_in(days), new_key_id=new_id)
    _show(new, as_json=as_json)
    typer.echo(f"Key {key_id} is good until {_when(kept[key_id].expires_at)}.", err=True)


@keys.command()
def revoke(key_id: KeyId, *, file: File = _FILE, as_json: Json = False) -> None:
    """Forget a key. Backends that watch the file refuse it within a second."""
    KeyFile(file).revoke(key_id)
    if as_json:
        show({"revoked": key_id})
    else:
        typer.echo(f"Key {key_id} is revoked.")


@keys.command("list")
def list_keys(*, file: File = _FILE, as_json: Json = False) -> None:
    """List the keys, without what could open anything."""
    kept = KeyFile(file)
    if as_json:
        show({"keys": {key_id: _told(key) for key_id, key in kept.items()}})
        return
    rows = [
        (
            key_id,
            key.role.value,
            _when(key.expires_at),
            "all" if key.pages is None else " ".join(sorted(key.pages)) or "none",
            " ".join(key.admin_ids),
        )
        for key_id, key in kept.items()
    ]
    table(("KEY", "ROLE", "EXPIRES", "PAGES", "ADMINS"), rows)


def _show(new: NewKey, *, as_json: bool) -> None:
    key = new.key.get_secret_value()
    if as_json:
        show({"key_id": new.key_id, "key": key, **_told(new.record)})
    else:
        typer.echo(key)
    who, until = " ".join(new.record.admin_ids), _when(new.record.expires_at)
    typer.echo(
        f"Key {new.key_id} for {who}, role {new.record.role.value}, expires: {until}. "
        "It will not be shown again.",
        err=True,
    )


def _told(key: AdminKey) -> dict[str, object]:
    told: dict[str, object] = key.model_dump(mode="json", exclude={"sha256"})
    return told


def _in(days: int) -> datetime | None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return end if days else None


def _when(end: datetime | None) -> str:
    if end is None:
        return "never"
    past = " (past)" if end <= datetime.now(UTC) else ""
    return end.isoformat(" ", "minutes") + past
