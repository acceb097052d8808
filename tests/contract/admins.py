"""Who asks: admins with keys that are the same in every run, and the file that has them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from contract.wire import Header

from messengerkit.admin import Role
from messengerkit.admin.auth import AdminKey, NewKey, new_key
from messengerkit.sandbox import Page

PAGE = Page().id
KEPT: dict[str, AdminKey] = {}
"""What the key file holds."""


@dataclass(frozen=True)
class Admin:
    """Somebody with a key.

    Attributes:
        admin_id: Who it is.
        key: The key.
        says_who: Whether the request names the admin beside the key.
    """

    admin_id: str
    key: str
    says_who: bool = True

    @property
    def headers(self) -> tuple[Header, ...]:
        """The headers that prove it."""
        named: tuple[Header, ...] = (("X-Admin-User-ID", self.admin_id),)
        return (("Authorization", f"Bearer {self.key}"), *(named if self.says_who else ()))


def _new(
    key_id: str,
    *,
    to: tuple[str, ...],
    secret: int,
    role: Role = Role.AGENT,
    pages: frozenset[str] | None = None,
    expires_at: datetime | None = None,
) -> NewKey:
    return new_key(
        admin_ids=to,
        role=role,
        pages=pages,
        expires_at=expires_at,
        key_id=key_id,
        random=lambda length: bytes([secret]) * length,
    )


def _kept(new: NewKey, admin_id: str, *, says_who: bool = True) -> Admin:
    KEPT[new.key_id] = new.record
    return Admin(admin_id, new.key.get_secret_value(), says_who=says_who)


BOSS = Admin("7d9f8c1e-3b7a-4b3e-9d51-2f6a0c9e8b11", "key-of-the-panel-4711")
"""Has the one shared key of the environment, and may do everything."""
ALICE = _kept(_new("alice", to=("alice",), secret=1), "alice", says_who=False)
"""An agent with a key of her own."""
SUE = _kept(_new("sue", to=("sue",), secret=2, role=Role.SUPERVISOR), "sue", says_who=False)
"""A supervisor."""
TEAM = _kept(_new("team", to=("ben", "bea"), secret=3), "ben")
"""Ben, with a key that he shares with Bea."""
PANEL = _kept(_new("panel", to=("*",), secret=4), "carol")
"""Carol, for whom a trusted backend speaks."""
LOCAL = _kept(_new("local", to=("liz",), secret=5, pages=frozenset({PAGE})), "liz", says_who=False)
"""An agent of this page alone."""
ELSEWHERE = _kept(_new("other", to=("eve",), secret=6, pages=frozenset({"1"})), "eve")
"""An agent of another page."""
LATE = _kept(
    _new("late", to=("leo",), secret=7, expires_at=datetime(2026, 1, 1, tzinfo=UTC)), "leo"
)
"""An agent whose key has expired."""
EVERYWHERE = _kept(
    _new(
        "many",
        to=("max",),
        secret=8,
        pages=frozenset({PAGE, *(f"2{number:015d}" for number in range(300))}),
    ),
    "max",
)
"""An agent of 301 pages: more than a cookie can hold."""
FORGER = Admin("sue", _new("sue", to=("sue",), secret=9).key.get_secret_value())
"""Knows the id of Sue's key, and not the key."""
NOBODY = Admin("nobody", _new("nokey", to=("nobody",), secret=10).key.get_secret_value())
"""Has a key of the right form that nobody gave out."""
GUESSED = Admin("gus", _new("guess", to=("gus",), secret=11).key.get_secret_value())
"""Has a key of the right form, too, and sends it again and again."""
