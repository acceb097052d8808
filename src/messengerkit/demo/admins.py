"""Floor 9: the two admins of the demo, whose keys are made for one run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from messengerkit._environment import optional
from messengerkit.admin import KeyFile, Role, new_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """Somebody who may sign in to the panel.

    Attributes:
        id: Who.
        role: What they may do.
        key: What they sign in with.
        is_given: Whether the key is the environment's own, and not made here.
    """

    id: str
    role: Role
    key: SecretStr
    is_given: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """What a program sends with each call, in the place of a session."""
        return {
            "Authorization": f"Bearer {self.key.get_secret_value()}",
            "X-Admin-User-ID": self.id,
        }


def admins_for(
    environ: Mapping[str, str] | None, keys: Path
) -> tuple[tuple[Admin, ...], dict[str, str]]:
    """Return a supervisor and an agent, and the variables by which a backend knows their keys.

    Args:
        environ: Where `ADMIN_USER_ID` may name the supervisor, and `ADMIN_API_KEY` be their key.
        keys: The file of the keys that are made; only their hashes are written.

    Raises:
        ConfigurationError: If a name is none.
    """
    name, given = optional(environ, "ADMIN_USER_ID") or "alice", optional(environ, "ADMIN_API_KEY")
    variables = {"ADMIN_KEYS_FILE": str(keys)}
    file = KeyFile.create(keys)
    if given is None:
        first = _made(file, name, Role.SUPERVISOR)
    else:
        first = Admin(id=name, role=Role.SUPERVISOR, key=SecretStr(given), is_given=True)
        variables |= {"ADMIN_API_KEY": given, "ADMIN_USER_ID": name}
    other = "alice" if name.casefold() == "bob" else "bob"
    return (first, _made(file, other, Role.AGENT)), variables


def _made(file: KeyFile, name: str, role: Role) -> Admin:
    new = new_key(admin_ids=(name,), role=role, pages=None, expires_at=None)
    file.add(new)
    return Admin(id=name, role=role, key=new.key)
