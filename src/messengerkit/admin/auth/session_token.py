"""Floor 7: what a session's cookie says, signed, so that only we can have written it."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretBytes, SecretStr
from typing_extensions import override

from messengerkit._secret import revealed
from messengerkit.admin.identity import AdminIdentity, BackendId, Role

MOST = 3800
"""Characters of a value; a browser may drop a cookie of more than 4096 with its attributes."""

# One secret may serve other ends too; what is signed there must not pass for a session.
_PURPOSE = b"messengerkit: admin session, version 1"
_VALUE = re.compile(r"([A-Za-z0-9_-]+)\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SignedIn(AdminIdentity):
    """An admin as a session's cookie tells; equal to one whom a key tells the same of.

    The class is what tells them apart: who comes by a session can only renew it, and
    whoever stole a cookie would otherwise make it last for ever.
    """

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, AdminIdentity) and astuple(self) == astuple(other)

    @override
    def __hash__(self) -> int:
        return AdminIdentity.__hash__(self)


class SessionToken(BaseModel):
    """One session, as its cookie holds it.

    Attributes:
        session_id: The same in every renewal.
        admin_id: Who it is.
        role: What they may do.
        pages: For which pages, or None for all.
        key_id: The key that it was begun with, or None.
        credential_ends: When that key or token ends, or None for never.
        started: When the admin came with that key or token.
        ends: From when on this cookie is refused.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True
    )

    session_id: str
    admin_id: BackendId
    role: Role
    pages: frozenset[str] | None
    key_id: str | None
    credential_ends: AwareDatetime | None
    started: AwareDatetime
    ends: AwareDatetime

    @property
    def identity(self) -> SignedIn:
        """The admin."""
        return SignedIn(
            admin_id=self.admin_id,
            role=self.role,
            pages=self.pages,
            key_id=self.key_id,
            expires_at=self.credential_ends,
        )


def key_from(secret: str | SecretStr, bound_to: str | SecretStr = "") -> SecretBytes:
    """Return the key that signs sessions under *secret*, for as long as *bound_to* is the same."""
    purpose = _PURPOSE
    if bound_to:
        purpose += hashlib.sha256(revealed(bound_to).encode("utf-8", "surrogatepass")).digest()
    return SecretBytes(hmac.digest(revealed(secret).encode(), purpose, hashlib.sha256))


def written(token: SessionToken, key: SecretBytes) -> SecretStr:
    """Return the cookie's value that says *token*, signed with *key*."""
    payload = base64.urlsafe_b64encode(token.model_dump_json().encode()).rstrip(b"=").decode()
    return SecretStr(f"{payload}.{_signature(payload, key)}")


def read(value: str, keys: Sequence[SecretBytes]) -> SessionToken | None:
    """Return what the cookie's *value* says, or None if none of *keys* signed it."""
    match = _VALUE.fullmatch(value) if len(value) <= MOST else None
    if match is None:
        return None
    payload, signature = match.groups()
    # All are tried, so that the time does not tell which one it was.
    matches = [hmac.compare_digest(_signature(payload, key), signature) for key in keys]
    if not any(matches):
        return None
    try:
        return SessionToken.model_validate_json(_decoded(payload), strict=True)
    except ValueError:  # of another version of this class, under the same purpose
        return None


def _signature(payload: str, key: SecretBytes) -> str:
    return hmac.digest(key.get_secret_value(), payload.encode(), hashlib.sha256).hex()


def _decoded(payload: str) -> bytes:
    return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
