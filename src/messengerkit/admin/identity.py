"""Floor 7: who an admin is, and when two ids are the same one."""

import enum
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, WithJsonSchema

from messengerkit.errors import AdminForbiddenError

_UUID = re.compile(
    r"(?:urn:uuid:)?\{?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\}?",
    re.IGNORECASE | re.ASCII,
)
ID = re.compile(r"[A-Za-z0-9._@:-]{1,128}")
"""An id of the backend's."""

ID_RULE = "must have 1 to 128 characters of A-Z a-z 0-9 . _ @ : -"
"""What an id of the backend's must be, as an error says it."""


def is_id(value: str) -> bool:
    """Return whether *value* may name an admin or a conversation."""
    return ID.fullmatch(value) is not None


def _checked(value: str) -> str:
    if not is_id(value):
        raise ValueError(ID_RULE)
    return value


BackendId: TypeAlias = Annotated[
    str,
    AfterValidator(_checked),
    WithJsonSchema({"type": "string", "pattern": f"^{ID.pattern}$"}),
]
"""An id that the user's backend gives: of an admin or a conversation, a UUID or not."""


class Role(enum.Enum):
    """What an admin may do."""

    AGENT = "agent"
    """Answers people."""
    SUPERVISOR = "supervisor"
    """Answers people, and sees what all the others did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminIdentity:
    """Who sent an admin request, as the verifier found, not as the request claims.

    Attributes:
        admin_id: The admin.
        role: What they may do.
        pages: The ids of the pages that they may answer for, or None for all.
        key_id: The public id of the key that they used, or None if it has none.
        expires_at: When the key or token that they used ends, aware, or None for never.
    """

    admin_id: str
    role: Role = Role.AGENT
    pages: frozenset[str] | None = None
    key_id: str | None = None
    expires_at: datetime | None = None


ANONYMOUS = AdminIdentity(admin_id="anonymous")
"""Who asks on a public route."""


def same_id(one: str, other: str) -> bool:
    """Return whether two ids are the same, in constant time; UUIDs compare as UUIDs."""
    return hmac.compare_digest(_canonical(one), _canonical(other))


def check_named(admin_id: str, admin: AdminIdentity) -> None:
    """Accept what is asked in the name of *admin*, whom the request authenticates.

    Raises:
        AdminForbiddenError: If *admin_id* is another one.
    """
    if not same_id(admin_id, admin.admin_id):
        msg = "admin_id is not the admin whom this request authenticates."
        raise AdminForbiddenError(msg)


def _canonical(value: str) -> bytes:
    # Not UUID(): it also reads digits of other scripts, signs and blanks.
    if uuid := _UUID.fullmatch(value):
        value = uuid[1].replace("-", "").lower()
    return value.encode("utf-8", "surrogatepass")
