"""Floor 7: a key for each admin: hashed, limited in role, pages and time, revoked at once."""

import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from messengerkit.admin.identity import AdminIdentity, is_id, same_id
from messengerkit.admin.request import AdminRequest
from messengerkit.errors import AdminAuthError

from .bearer import bearer
from .key import ANYBODY, AdminKey, claimed_key_id


def _decoy(number: int) -> AdminKey:
    # Nothing is known that has such a hash.
    return AdminKey(sha256=f"{number:064x}", admin_ids=("nobody",))


_NOBODY = _decoy(0)


class KeyRingAuth:
    """Accepts the keys of a ring, sent as `Authorization: Bearer <key>`.

    `X-Admin-User-ID` tells for whom the key speaks, among the admins that it may speak
    for; a key of one admin needs no header. A key id that nobody has and a secret that is
    wrong get the same answer after the same time.

    Args:
        keys: The keys by their ids. It is looked into for every request, so that a change
            takes effect at once: a dict, a `KeyFile`, a mapping of your own. One whose
            `get` takes longer for an id that it lacks tells by that which ids it has.
        now: The clock by which keys expire, aware.
    """

    def __init__(
        self,
        keys: Mapping[str, AdminKey],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._keys = keys
        self._now = now
        # As many as there are keys, so that the processor's cache holds as much of either.
        self._decoys = {f"1{number}": _decoy(number) for number in range(max(len(keys), 1))}

    async def verify(self, request: AdminRequest, /) -> AdminIdentity:
        """Return the admin, if the key is right and may speak for them.

        Raises:
            AdminAuthError: If not.
        """
        key_id, digest, flaw = _claim(request)
        found = None if key_id is None else self._keys.get(key_id)
        decoy = self._decoy_for(key_id, wanted=found is None)
        kept = decoy if found is None else found
        right = hmac.compare_digest(digest, bytes.fromhex(kept.sha256))
        # Every step is taken for everybody. Whoever has the secret wrong is nobody, too:
        # how many admins a key has must not show in the time.
        key = kept if right else _NOBODY
        alive = _is_alive(key, self._now())
        admin = _admin_of(key, request.values("x-admin-user-id"))
        if right and alive and admin is not None:
            return AdminIdentity(
                admin_id=admin,
                role=key.role,
                pages=key.pages,
                key_id=key_id,
                expires_at=key.expires_at,
            )
        known = "wrong secret" if not right else "wrong admin id" if alive else "expired"
        raise AdminAuthError(reason=flaw or ("unknown key id" if found is None else known))

    def is_active(self, identity: AdminIdentity, /) -> bool:
        """Return whether the key that *identity* used still says the same of them.

        It does not once it is revoked or expired, speaks for that admin no more, or has
        another role or other pages. Ask it for what outlives a request, such as a session.
        """
        key = None if identity.key_id is None else self._keys.get(identity.key_id)
        return (
            key is not None
            and _is_alive(key, self._now())
            and _named(key, identity.admin_id) is not None
            and (key.role, key.pages) == (identity.role, identity.pages)
        )

    def _decoy_for(self, key_id: str | None, *, wanted: bool) -> AdminKey:
        # One decoy for all ids would stay in the processor's cache, and be compared some
        # 100 ns faster than a key of the ring. And a look-up is made even if none is wanted:
        # of the two, in the ring and here, one finds something, whichever it is. Formatting
        # True takes 20 ns longer than formatting False, so that neither is formatted.
        return self._decoys.get(f"{'01'[wanted]}{hash(key_id) % len(self._decoys)}", _NOBODY)


def _claim(request: AdminRequest) -> tuple[str | None, bytes, str]:
    # The key itself stays in this frame, which is gone before anything is raised.
    token = bearer(request) or ""
    key_id = claimed_key_id(token)
    flaw = "" if key_id else "malformed key" if token else "no key"
    return key_id, sha256(token.encode()).digest(), flaw


def _is_alive(key: AdminKey, now: datetime) -> bool:
    return key.expires_at is None or now < key.expires_at


def _admin_of(key: AdminKey, sent: tuple[str, ...]) -> str | None:
    if sent:
        return _named(key, sent[0]) if len(sent) == 1 else None
    return key.admin_ids[0] if len(key.admin_ids) == 1 and key.admin_ids != ANYBODY else None


def _named(key: AdminKey, admin_id: str) -> str | None:
    """Return the admin of *key* whom *admin_id* names, as the key spells them."""
    if not is_id(admin_id):
        return None
    if key.admin_ids == ANYBODY:
        return admin_id
    # All are compared: which of them it was must not show in the time.
    same = [one for one in key.admin_ids if same_id(one, admin_id)]
    return same[0] if same else None
